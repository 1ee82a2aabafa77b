"""What a user may rely on in `corpus`: design, sizes and defects of a corpus, each countable by hand."""

import pandas as pd
import pytest

from policytext import corpus, prepare


def sentence_table(*texts, spans=None, paragraph="r:0"):
    """Sentences of one report and paragraph."""
    rows = [("r", f"r:{n}", paragraph, "sentence", text) for n, text in enumerate(texts)]
    table = pd.DataFrame(rows, columns=["report_id", "sentence_id", "paragraph_id", "kind", "text"])
    return table.assign(spans=spans or [f"{n}-{n + 1}" for n in range(len(texts))], unit_id="u")


def span_table(*rows):
    columns = ["report_id", "unit_id", "kind", "start", "n_chars", "left_out"]
    return pd.DataFrame(rows, columns=columns)


NO_SPANS = span_table()


def found(*texts, **options):
    """defect (its English name) → n."""
    table = corpus.defects(sentence_table(*texts, **options), NO_SPANS)
    return {defect.partition(" · ")[0]: n for defect, n in zip(table["defect"], table["n"], strict=True)}


# ---------------------------------------------------------------- design


def test_the_design_has_each_unit_with_the_metadata_of_its_report(study):
    units = prepare.table(study, "units")
    design = corpus.design(study, units)
    assert list(design["unit_id"]) == list(units["unit_id"])
    assert design.set_index("unit_id").loc["xishan", ["doc_type", "year", "n_chars"]].tolist() == [
        "谈话汇编",
        2024,
        1199,
    ]


def test_a_column_that_varies_in_no_report_is_shown_to_be_confounded_with_it():
    design = pd.DataFrame(
        {"report_id": ["r", "r", "s"], "year": [2023, 2023, 2024], "place": ["甲", "乙", ""], "level": ["", "", ""]}
    )
    table = corpus.variation(design, columns=["year", "place", "level"])
    assert table.values.tolist() == [["year", 2, 0], ["place", 2, 1], ["level", 0, 0]]


def test_in_the_default_study_city_year_and_kind_of_text_coincide_with_the_report(study):
    table = corpus.variation(
        corpus.design(study, study.units), columns=["city", "year", "doc_type", "level", "speaker"]
    )
    assert table["reports_in_which_it_varies"].tolist() == [0, 0, 0, 2, 2]


def test_accounting_adds_up_the_characters_of_each_kind():
    spans = span_table(
        ("r", "", "title", 0, 5, "标题在这里"),
        ("r", "u", "body", 6, 10, ""),
        ("r", "v", "body", 17, 20, ""),
        ("s", "w", "body", 0, 7, ""),
    )
    assert corpus.accounting(spans).values.tolist() == [
        ["r", "title", False, 5],
        ["r", "body", True, 30],
        ["s", "body", True, 7],
    ]


def test_accounting_of_the_default_study_covers_each_report_but_its_white_space(study, raw):
    n_chars = corpus.accounting(prepare.table(study, "spans")).groupby("report_id")["n_chars"].sum()
    for report_id, text in raw.items():
        assert len("".join(text.split())) <= n_chars[report_id] <= len(text)


# ---------------------------------------------------------------- defects


@pytest.mark.parametrize(
    ("text", "defects"),
    [
        ("科技创新，成效明显。", {}),
        ("科技创新,成效明显,再创新高。", {"half-width punctuation": 2}),
        ("增长3.5%,达到1,200亿元。", {}),
        ("科技 创新， 成效。", {"space within a sentence": 2}),
        ("打造 park 品牌。", {"Latin word among Chinese": 1}),
        ("科技创新成效明显", {"sentence without its end mark": 1}),
        ("科技“创新”", {}),
        ("等等……", {}),
        ("建设“科创城。", {"unpaired quotation mark": 1}),
        ("建设科创城”。", {"unpaired quotation mark": 1}),
        ("建设“‘科创’城”（一期）《规划》。", {}),
        ("建设”科创城“。", {"unpaired quotation mark": 2}),
    ],
)
def test_defects_of_a_sentence_are_counted_and_nothing_else_is(text, defects):
    assert found(text) == defects


@pytest.mark.parametrize("text", ["建设“‘科创”城。", "建设“科创’城”。", "见《规划（草案》。"])
def test_a_mark_without_a_partner_does_not_cost_its_neighbours_theirs(text):
    assert found(text) == {"unpaired quotation mark": 1}


def test_marks_are_paired_across_the_sentences_of_a_paragraph_but_not_across_paragraphs():
    assert found("他说“甲。", "乙”。") == {}
    two = pd.concat([sentence_table("他说“甲。"), sentence_table("乙”。", paragraph="r:9")])
    assert corpus.defects(two, NO_SPANS)["n"].tolist() == [2]


def test_a_sentence_across_a_break_is_told_with_its_beginning():
    table = corpus.defects(sentence_table("高质量发展。", spans=["3-5;9-13"]), NO_SPANS)
    assert table["defect"].tolist() == ["put together across a break · 跨栏拼接"]
    assert table["example"].tolist() == ["高质量发展。"]


def test_a_passage_left_out_twice_is_told_once_and_short_ones_are_not():
    again = "这是转载时重复的一段话"
    spans = span_table(
        ("r", "", "insertion", 0, 11, again),
        ("r", "", "insertion", 50, 11, again),
        ("s", "", "insertion", 50, 11, again),
        ("r", "", "headline", 70, 2, "标题"),
        ("r", "", "headline", 80, 2, "标题"),
    )
    table = corpus.defects(sentence_table("好。"), spans)
    assert table[["report_id", "n", "sentence_id"]].values.tolist() == [["r", 1, "r:50"]]


def test_a_heading_needs_no_end_mark():
    table = sentence_table("一、总体情况").assign(kind="heading")
    assert corpus.defects(table, NO_SPANS).empty


def test_each_defect_has_its_first_example_and_the_sentence_it_is_from():
    table = corpus.defects(sentence_table("好。", "甲乙丙丁,戊。", "己,庚。"), NO_SPANS)
    assert table[["report_id", "n", "example", "sentence_id"]].values.tolist() == [["r", 2, "甲乙丙丁,戊。", "r:1"]]

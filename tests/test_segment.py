"""What a user may rely on in `segment`: text is cut and put together, never changed, and knows its characters."""

import contextlib
import json
import re
import subprocess
import sys
from pathlib import Path

import jieba
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policytext import prepare, segment
from policytext.errors import PolicytextError
from policytext.segment import Stretch
from policytext.study import PROJECT

few = settings(max_examples=200, deadline=None, derandomize=True)
KEYED_UNITS = json.loads((Path(__file__).parent / "data" / "units.json").read_text("utf-8"))
N_PARAGRAPHS = {
    "rugao": 5,
    "lianyungang": 19,
    "nantong": 25,
    "jiangyin": 8,
    "yixing": 6,
    "liangxi": 7,
    "xishan": 8,
    "gaoyou-hightech-zone": 2,
    "gaoyou-xiejia": 4,
    "gaoyou-chengnan": 4,
    "gaoyou-development-zone": 2,
    "gaoyou-bureau": 4,
}
"""As counted in the reports; headings belong to the paragraph after them and are none of their own."""


def read(text, spans):
    """The characters of a raw text that spans name."""
    pieces = (piece.split("-") for piece in spans.split(";"))
    return "".join(text[int(start) : int(end)] for start, end in pieces)


def span(start, end, *, unit="u", kind="body", join="paragraph"):
    return {"unit_id": unit, "kind": kind, "join": join, "start": start, "end": end}


def cut(text):
    return [text[start:end] for start, end in segment.split_sentences(text)]


def bare(text):
    return "".join(text.split())


def units_of(study, report_id, text):
    """The text of each unit of a report, its spans put together without a separator."""
    found = {}
    for unit_id, _, _, stretch in segment.paragraphs(text, study.spans_of(report_id, text)):
        found[unit_id] = found.get(unit_id, "") + stretch.text
    return found


@pytest.fixture
def tokenizer(compiled):
    """Make a tokenizer with these dictionary entries."""

    def make(*entries):
        return segment.make_tokenizer(segment.read_dictionary("\n".join(entries), file="x"), cache=compiled)

    return make


# ---------------------------------------------------------------- the five reports against what was read by hand


@pytest.mark.parametrize("unit_id", KEYED_UNITS)
def test_each_unit_is_the_text_that_was_read_by_hand(study, raw, unit_id):
    keyed = KEYED_UNITS[unit_id]
    text = raw[keyed["report_id"]]
    found = units_of(study, keyed["report_id"], text)[unit_id]
    assert found == "".join(text[start:end] for start, end in keyed["spans"])
    assert len(found) == keyed["n_chars"]
    assert found.startswith(keyed["begins"])
    assert found.endswith(keyed["ends"])


def test_there_are_no_units_but_those_read_by_hand(study):
    assert dict(zip(study.units["unit_id"], study.units["report_id"], strict=True)) == {
        unit_id: keyed["report_id"] for unit_id, keyed in KEYED_UNITS.items()
    }


@pytest.mark.parametrize("unit_id", KEYED_UNITS)
def test_the_spans_of_each_unit_are_headings_and_joined_where_they_were_by_hand(study, raw, unit_id):
    keyed = KEYED_UNITS[unit_id]
    rows = [row for row in study.spans_of(keyed["report_id"], raw[keyed["report_id"]]) if row["unit_id"] == unit_id]
    assert [[row["start"], row["end"]] for row in rows] == keyed["spans"]
    assert [row["kind"] for row in rows] == keyed["kinds"]
    assert [row["join"] == "inline" for row in rows] == keyed["inline"]


def test_every_character_of_each_report_is_in_one_span_and_none_in_two(study, raw):
    for report_id, text in raw.items():
        times = [0] * len(text)
        for row in study.spans_of(report_id, text):
            for place in range(row["start"], row["end"]):
                times[place] += 1
        assert max(times) == 1, report_id
        assert {text[place] for place, n in enumerate(times) if n == 0} <= set(" \n\t\u3000\xa0"), report_id


def test_the_350_sentences_and_headings_read_by_hand_come_out_and_no_others(sentences, keyed_sentences):
    columns = ["report_id", "unit_id", "spans", "kind", "text"]
    found = sentences[columns].to_dict("records")
    assert len(keyed_sentences) == 350
    assert sorted(map(tuple, map(dict.values, found))) == sorted(
        tuple(row[column] for column in columns) for row in keyed_sentences
    )


def test_sentences_come_in_reading_order_with_an_id_that_says_where_they_begin(sentences, keyed_sentences):
    assert list(sentences["text"]) == [row["text"] for row in keyed_sentences]
    begins = sentences["spans"].str.partition("-")[0]
    assert (sentences["sentence_id"] == sentences["report_id"] + ":" + begins).all()
    assert sentences["sentence_id"].is_unique


def test_the_spans_of_every_sentence_give_it_back_from_the_raw_file(sentences, raw):
    for row in sentences.itertuples():
        assert read(raw[row.report_id], row.spans) == row.text


def test_the_spans_of_every_term_give_it_back_from_the_raw_file(study, raw):
    terms = prepare.table(study, "terms")
    assert len(terms) > 6000
    reports = terms["sentence_id"].str.rpartition(":")[0]
    for report_id, term, spans in zip(reports, terms["term"], terms["spans"], strict=True):
        assert read(raw[report_id], spans) == term


def test_sentences_put_together_give_each_unit_back(study, raw, sentences):
    for report_id, text in raw.items():
        for unit_id, whole in units_of(study, report_id, text).items():
            assert bare("".join(sentences.loc[sentences["unit_id"] == unit_id, "text"])) == bare(whole)


def test_each_unit_has_the_paragraphs_that_were_counted(sentences):
    assert sentences.groupby("unit_id")["paragraph_id"].nunique().to_dict() == N_PARAGRAPHS


def test_each_heading_belongs_to_a_paragraph_that_has_sentences_and_begins_after_it(sentences):
    headings = sentences[sentences["kind"] == "heading"]
    assert headings.groupby("unit_id").size().to_dict() == {"lianyungang": 4, "nantong": 9}
    sentences_of = set(sentences.loc[sentences["kind"] == "sentence", "paragraph_id"])
    for row in headings.itertuples():
        assert row.paragraph_id in sentences_of
        assert int(row.paragraph_id.rpartition(":")[2]) > int(row.sentence_id.rpartition(":")[2])


@pytest.mark.parametrize(
    ("string", "unit_id"),
    [("高质量发展", "gaoyou-chengnan"), ("转化", "gaoyou-bureau"), ("风险发展基金", "gaoyou-hightech-zone")],
)
def test_words_that_a_column_break_divides_are_found_with_both_their_spans(sentences, raw, string, unit_id):
    rows = sentences[sentences["unit_id"] == unit_id].to_dict("records")
    divided = [hit for hit in segment.occurrences(rows, string) if ";" in hit["spans"]]
    assert len(divided) == 1
    text, (first, second) = raw["gaoyou-2023"], divided[0]["spans"].split(";")
    assert read(text, first) + read(text, second) == string
    assert int(first.split("-")[1]) < int(second.split("-")[0]) or int(second.split("-")[1]) < int(first.split("-")[0])


def test_a_word_that_stands_only_across_a_break_is_not_in_the_raw_file(raw):
    assert not any("风险发展基金" in text for text in raw.values())


# ---------------------------------------------------------------- spans


def test_a_stretch_knows_where_each_part_of_it_stands():
    stretch = Stretch("科技创新发展", ((10, 12), (30, 33), (5, 6)))
    assert stretch.spans(0, 6) == "10-12;30-33;5-6"
    assert stretch.spans(1, 3) == "11-12;30-31"
    assert stretch.spans(2, 5) == "30-33"
    assert stretch.spans(5, 6) == "5-6"
    sentence = {"text": "科技创新发展", "spans": "10-12;30-33;5-6"}
    assert segment.stretch_of(sentence) == stretch


@few
@given(st.data())
def test_the_spans_of_any_part_of_a_stretch_give_its_text_back(data):
    text = data.draw(st.text("科技创新发展\n。", min_size=1, max_size=40))
    place = st.integers(0, len(text) - 1)
    starts = data.draw(st.lists(place, min_size=1, max_size=5))
    pieces = tuple((start, data.draw(st.integers(start + 1, len(text)))) for start in starts)
    stretch = Stretch("".join(text[a:b] for a, b in pieces), pieces)
    start = data.draw(st.integers(0, len(stretch.text) - 1))
    end = data.draw(st.integers(start + 1, len(stretch.text)))
    spans = stretch.spans(start, end)
    assert read(text, spans) == stretch.text[start:end]
    inner = data.draw(st.integers(0, end - start - 1))
    part = segment.stretch_of({"text": stretch.text[start:end], "spans": spans})
    assert read(text, part.spans(inner, end - start)) == stretch.text[start + inner : end]


# ---------------------------------------------------------------- paragraphs


def owners(*spans):
    """(kind, paragraph) of each stretch, for spans over a text of digits."""
    return [(kind, paragraph) for _, paragraph, kind, _ in segment.paragraphs("0123456789" * 2, spans)]


def test_a_heading_belongs_to_the_paragraph_after_it_and_several_to_the_same():
    spans = [span(0, 1, kind="heading"), span(2, 3, kind="heading"), span(4, 6), span(7, 8)]
    assert owners(*spans) == [("heading", "4"), ("heading", "4"), ("body", "4"), ("body", "7")]


def test_the_last_heading_of_a_unit_belongs_to_the_paragraph_before_it():
    spans = [span(0, 2), span(3, 5), span(6, 7, kind="heading"), span(8, 9, kind="heading")]
    assert [paragraph for _, paragraph in owners(*spans)] == ["0", "3", "3", "3"]


def test_a_heading_belongs_to_its_own_unit_whatever_stands_between():
    spans = [span(0, 1, kind="heading"), span(2, 4, unit="v"), span(5, 7)]
    assert owners(*spans) == [("heading", "5"), ("body", "2"), ("body", "5")]


def test_a_unit_of_headings_alone_is_a_paragraph_of_its_own():
    assert {paragraph for _, paragraph in owners(span(0, 1, kind="heading"), span(2, 3, kind="heading"))} == {"2"}


def test_what_belongs_to_no_unit_is_left_out_and_inline_joins_without_a_separator():
    text = "标题|前半|页眉|后半。"
    spans = [
        span(0, 2, unit="", kind="title"),
        span(3, 5),
        span(9, 12, join="inline"),
        span(6, 8, unit="", kind="boilerplate"),
    ]
    found = list(segment.paragraphs(text, spans))
    assert found == [("u", "3", "body", Stretch("前半后半。", ((3, 5), (9, 12))))]


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("甲。乙！丙？丁；戊", ["甲。", "乙！", "丙？", "丁；", "戊"]),
        ("甲!乙?丙;丁.戊", ["甲!", "乙?", "丙;", "丁.戊"]),
        ("甲,乙，丙：丁、戊", ["甲,乙，丙：丁、戊"]),
        ("等等……还有……", ["等等……还有……"]),
        ("真的吗？！是。。。", ["真的吗？！", "是。。。"]),
        ("他说：“好。”又说：“行！”", ["他说：“好。”", "又说：“行！”"]),
        ("（甲。）乙。", ["（甲。）", "乙。"]),
        ("《甲！》『乙？』」丙", ["《甲！》", "『乙？』」", "丙"]),
        ('他说:"好。"又说:"行。"', ['他说:"好。"', '又说:"行。"']),
        ('甲。"乙"丙。', ["甲。", '"乙"丙。']),
        ("甲。 乙。\u3000丙", ["甲。", "乙。", "丙"]),
        ("\u3000\u3000甲。\n", ["甲。"]),
        ("增长3.5%,达1.2亿元。", ["增长3.5%,达1.2亿元。"]),
        ("", []),
        (" \u3000\n", []),
        ("。", ["。"]),
    ],
)
def test_sentences_end_at_end_marks_with_their_closing_quotes_and_never_at_dots(text, parts):
    assert cut(text) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [('(他说"好。")后来。', ['(他说"好。")', "后来。"]), ('《问"谁？"》后来。', ['《问"谁？"》', "后来。"])],
)
def test_what_closes_after_an_ascii_quotation_mark_stays_with_the_sentence_too(text, parts):
    assert cut(text) == parts


PIECES = [
    "科技",
    "创新",
    "高邮",
    "A",
    "T国际",
    "12",
    "3.5%",
    "。",
    "！",
    "？",
    "；",
    "!",
    "?",
    ";",
    "……",
    "…",
    "，",
    ",",
    "、",
]
PIECES += [
    "：",
    "“",
    "”",
    "‘",
    "’",
    '"',
    "'",
    "《",
    "》",
    "（",
    "）",
    "(",
    ")",
    "「",
    "」",
    "【",
    "】",
    " ",
    "\u3000",
    "\n",
    "—",
]
chinese = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@few
@given(chinese)
def test_sentences_put_together_give_the_paragraph_back(text):
    found = list(segment.split_sentences(text))
    edges = [0, *(place for pair in found for place in pair), len(text)]
    assert edges == sorted(edges)
    assert not "".join(text[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)).strip()
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in found)


@few
@given(chinese)
def test_every_sentence_but_the_last_holds_an_end_mark_and_only_one_run_of_them(text):
    parts = cut(text)
    for part in parts[:-1]:
        assert re.search(r"[。！？!?；;]+[”’」』》）)\]】〉\"]*$", part)
    for part in parts:
        assert len(re.findall(r"[。！？!?；;]+", part)) <= 1


@few
@given(chinese.map(lambda text: re.sub(r"[。！？!?；;]", "……", text)))
def test_a_paragraph_without_end_marks_is_one_sentence_whatever_dots_it_has(text):
    assert cut(text) == [text.strip()] * bool(text.strip())


@few
@given(st.lists(chinese, min_size=1, max_size=4))
def test_sentences_of_joined_spans_give_themselves_back_from_the_raw_text(parts):
    text = "|".join(parts)
    spans, start = [], 0
    for part in parts:
        if part:
            spans.append(span(start, start + len(part), join="inline" if spans else "paragraph"))
        start += len(part) + 1
    rows = list(segment.sentences("r", text, spans))
    assert all(read(text, row["spans"]) == row["text"] for row in rows)
    assert bare("".join(row["text"] for row in rows)) == bare("".join(parts))


def test_a_heading_is_one_row_whatever_marks_it_has_and_has_its_text_in_full():
    text = "一、谁来干？怎么干？\n干了。"
    rows = list(segment.sentences("r", text, [span(0, 10, kind="heading"), span(11, 14)]))
    assert [(row["sentence_id"], row["kind"], row["paragraph_id"], row["text"]) for row in rows] == [
        ("r:0", "heading", "r:11", "一、谁来干？怎么干？"),
        ("r:11", "sentence", "r:11", "干了。"),
    ]


# ---------------------------------------------------------------- terms

PLAIN_JIEBA = """
import json, sys, warnings
warnings.simplefilter("ignore")
import jieba
jieba.setLogLevel("ERROR")
folder, texts = json.load(sys.stdin)
jieba.dt.tmp_dir = folder
jieba.load_userdict(folder + "/dictionary.txt")
print(json.dumps([jieba.__version__, [jieba.lcut(text) for text in texts]]))
"""


def test_tokens_are_those_of_plain_jieba_with_the_same_dictionary(tmp_path, home, compiled, keyed_sentences):
    dictionary = (PROJECT / "seeds" / "dictionary.txt").read_text("utf-8")
    lines = [re.sub(r"\s*#.*", "", line) for line in dictionary.splitlines()]
    (tmp_path / "dictionary.txt").write_text("\n".join(filter(None, lines)) + "\n", "utf-8")
    texts = [row["text"] for row in keyed_sentences]
    asked = json.dumps([str(tmp_path), texts])
    answer = subprocess.run(
        [sys.executable, "-c", PLAIN_JIEBA], input=asked, capture_output=True, text=True, check=True
    )
    version, expected = json.loads(answer.stdout)
    assert version == "0.42.1"
    own = segment.make_tokenizer(segment.read_dictionary(dictionary, file="x"), cache=compiled)
    assert [own.lcut(text) for text in texts] == expected


def test_a_term_has_two_characters_and_a_letter_or_more(tokenizer):
    sentence = {"sentence_id": "r:5", "unit_id": "u", "paragraph_id": "r:5", "spans": "5-12;20-32"}
    sentence["text"] = "科技的创新,增长12.5%,ABC好T。"[:19]
    assert len(sentence["text"]) == 19
    rows = list(segment.terms(sentence, tokenizer()))
    assert [(row["term"], row["spans"]) for row in rows] == [
        ("科技", "5-7"),
        ("创新", "8-10"),
        ("增长", "11-12;20-21"),
        ("ABC", "27-30"),
    ]
    assert {row["sentence_id"] for row in rows} == {"r:5"}


def test_a_tokenizer_shares_nothing_with_another_nor_with_jiebas_own(tokenizer, tmp_path, monkeypatch):
    monkeypatch.setattr(jieba.dt, "tmp_dir", str(tmp_path))
    text = "通创荟梦想秀在雉水科学城启动"
    plain, own_before = jieba.lcut(text), tokenizer().lcut(text)
    first = tokenizer("通创荟梦想秀 nz", "雉水科学城 ns").lcut(text)
    assert {"通创荟梦想秀", "雉水科学城"} <= set(first)
    assert not {"通创荟梦想秀", "雉水科学城"} & set(plain)
    assert tokenizer("雉水 ns").lcut(text) != first
    assert (jieba.lcut(text), tokenizer().lcut(text)) == (plain, own_before)


def test_no_entry_of_one_dictionary_changes_how_another_study_is_cut(tokenizer, monkeypatch):
    monkeypatch.setattr(jieba.finalseg, "Force_Split_Words", set())
    text, other = "他来到了网易杭研大厦", tokenizer()
    before = other.lcut(text)
    assert "杭研" in before
    with contextlib.suppress(PolicytextError):
        tokenizer("杭研 0")
    assert other.lcut(text) == before


# ---------------------------------------------------------------- lists


def test_entries_are_read_with_frequency_tag_and_comments():
    text = "# names\n高质量发展\n科创委 100 nt  # office\n\nG60 nz\n苏科贷 5\n  宜兴 ns\nC# 3\n"
    assert segment.read_dictionary(text, file="x") == [
        ("高质量发展", None, None),
        ("科创委", 100, "nt"),
        ("G60", None, "nz"),
        ("苏科贷", 5, None),
        ("宜兴", None, "ns"),
        ("C#", 3, None),
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("科技 创新", "is no entry"),
        ("科技 -1", "is no entry"),
        ("科技 1.5", "is no entry"),
        ("科技\t10", "is no entry"),
        ("科技 n 10", "is no entry"),
        ("科技\u300010", "is no entry"),
        ("科技 10 N", "is no entry"),
        ("太湖·无锡", "takes '·' into no word"),
        ("“卡脖子”", "takes '“' into no word"),
        ("产学研-用", "takes '-' into no word"),
        ("首项 7 n", "stands there twice"),
    ],
)
def test_a_wrong_entry_is_told_with_its_line(line, said):
    with pytest.raises(PolicytextError) as raised:
        segment.read_dictionary(f"# reason\n首项\n{line}\n", file="seeds/dictionary.txt")
    assert (raised.value.file, raised.value.line, raised.value.exit_code) == ("seeds/dictionary.txt", 3, 3)
    assert said in raised.value.what


def test_a_list_of_words_has_one_a_line_and_none_twice():
    assert segment.read_words("# why\n进行  # light verb\n\n+服务\n", file="x") == ["进行", "+服务"]
    with pytest.raises(PolicytextError, match="stands there twice") as raised:
        segment.read_words("进行\n开展\n进行  # again\n", file="seeds/stopwords.txt")
    assert (raised.value.file, raised.value.line) == ("seeds/stopwords.txt", 3)


def test_the_lists_of_the_default_study_are_clean():
    for name, reader in {"dictionary": segment.read_dictionary, "stopwords": segment.read_words}.items():
        assert len(reader((PROJECT / "seeds" / f"{name}.txt").read_text("utf-8"), file=name)) > 80


def test_a_term_that_is_not_cut_whole_is_listed_with_what_it_was_cut_into(tokenizer):
    sentence = {"sentence_id": "r:7", "spans": "7-20", "text": "激活动能,活动丰富,激活动能"[:13]}
    found = list(segment.find_uncut(sentence, ["活动", "丰富", "缺席"], tokenizer("活动")))
    assert found == [{"term": "活动", "tokens": "激活/动能", "sentence_id": "r:7", "spans": "8-10"}]


def test_a_term_within_one_longer_token_is_whole(tokenizer):
    sentence = {"sentence_id": "r:0", "spans": "0-7", "text": "推动高质量发展"}
    assert list(segment.find_uncut(sentence, ["发展", "质量"], tokenizer("高质量发展"))) == []


def test_occurrences_have_left_right_and_their_own_spans():
    rows = [{"sentence_id": "r:3", "spans": "3-5;9-14", "text": "科技创新和科技"}]
    found = segment.occurrences(rows, "科技")
    assert [(hit["left"], hit["right"], hit["spans"]) for hit in found] == [
        ("", "创新和科技", "3-5"),
        ("科技创新和", "", "12-14"),
    ]
    assert segment.occurrences(rows, "技创")[0]["spans"] == "4-5;9-10"
    assert segment.occurrences(rows, ".技") == []

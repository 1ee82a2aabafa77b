"""What a user may rely on in the report: no number is typed, no value is made up, and no text of a report does anything."""

import json
import re
from collections import Counter
from pathlib import Path

import mistune
import pandas as pd
import pytest
import telling

from policytext import frequency, prepare, report
from policytext.errors import PolicytextError
from policytext.report import pandoc
from policytext.report.ledger import plain as escape
from policytext.study import PROJECT, empty, open_study

LANGUAGES = ("zh", "en")
TEMPLATES = {language: PROJECT / "seeds" / f"narrative.{language}.md" for language in LANGUAGES}
GENERIC = {language: Path(report.__file__).parent / f"generic.{language}.md" for language in LANGUAGES}
EVERY = [*TEMPLATES.values(), *GENERIC.values()]

# ---------------------------------------------------------------- no number is typed


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_no_number_is_typed_into_an_expression_that_is_printed(path):
    printed = re.findall(r"{{(.*?)}}", path.read_text("utf-8"), re.DOTALL)
    assert printed
    assert [one for one in printed if re.fullmatch(r"\s*[\"']?[\d.,]+[\"']?\s*(\|.*)?", one)] == []


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_numeral_of_the_narrative_stands_outside_values_quotations_citations_and_headings(told, language):
    assert report.numerals(composed(told.home, language)) == []


TYPED = """# Title 2024

## 3. A heading

There are 12 units, {{ v.n_units }} of them here, twelve in all, and 45% more. {{ text("“3+3+N”") }} and {{ cite("Dunning 1993") }} do not count.

共有两个单元，{{ v.n_units }}个在此。

## References {.references}

- Dunning, T. (1993). *Linguistics*, 19(1), 61–74.

## After 5

Seven.
"""


def test_a_numeral_that_is_typed_is_found_with_the_words_round_it(two):
    write(two, "en", TYPED)
    found = report.numerals(report.compose(values_of(two)))
    assert [numeral for numeral, _ in found] == ["12", "twelve", "45%", "两", "Seven"]
    assert "There are 12 units" in found[0][1]


# ---------------------------------------------------------------- the generic report

SAID = {
    "leftover of the template": r"{{|}}|{%|%}|{#|#}",
    "a value that is none": r"\bNone\b|\bnan\b|\bNaN\b|<NA>|\binf\b|Undefined",
    "a plural of one": r"\b1 (?:reports|units|characters|paragraphs|sentences|terms|texts|groups|panels|rows|clouds|lines"
    r"|marks|points|keywords|word clouds|pairs|times)\b",
    "two stops": r"[。，、；：]{2}|(?<!\.)\.\.(?!\.)|,,|;;|, \.|（）|\(\)",
    "nothing where a word belongs": r"[：:] *$(?!\n\n[-!])|“”|\*\*\*\*",
}


def numbers(text, language):
    """Numbers of figures in the order in which they are spoken of."""
    found = re.findall(r"图(\d+)" if language == "zh" else r"Figure (\d+)", text)
    return [int(number) for number in dict.fromkeys(found)]


def assert_reads_well(text, language):
    found = {what: re.findall(pattern, text, re.MULTILINE) for what, pattern in SAID.items()}
    assert {what: hits for what, hits in found.items() if hits} == {}
    assert sorted(numbers(text, language)) == list(range(1, len(numbers(text, language)) + 1))
    assert text.startswith("# ")
    assert text.endswith("\n")
    assert not re.search(r"\n{4}", text)


def plain(make_study, raw, n):
    """A home of n text files that nobody has said anything about."""
    lines = [line for text in raw.values() for line in text.splitlines() if len(line) > 60]
    texts = {f"市{i}.txt": "\n".join(lines[(7 * i) % 90 :][: 12 if n < 10 else 2]) + "\n" for i in range(n)}
    return make_study(texts)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 30])
def test_the_generic_report_reads_well_for_one_two_and_thirty_reports(make_study, raw, n):
    reports = telling.tell(plain(make_study, raw, n)).reports
    assert set(reports) == {"REPORT.md", "REPORT.zh-CN.md"}
    assert_reads_well(reports["REPORT.zh-CN.md"], "zh")
    assert_reads_well(reports["REPORT.md"], "en")
    assert f"共{n}份报告" in reports["REPORT.zh-CN.md"]
    assert f"{n} report{'' if n == 1 else 's'} and {n} unit{'' if n == 1 else 's'}" in reports["REPORT.md"]


@pytest.mark.slow
def test_the_generic_report_reads_well_for_one_sentence(make_study):
    reports = telling.tell(make_study({"a.txt": "如皋科技创新成效显著。\n"})).reports
    assert_reads_well(reports["REPORT.zh-CN.md"], "zh")
    assert_reads_well(reports["REPORT.md"], "en")


# ---------------------------------------------------------------- values, for a study small enough to count by hand

UNITS = "unit_id,report_id,unit,unit_en,city,city_en\njia,a,甲镇,Jia Town,甲,Jia\nyi,b,乙镇,Yi Town,乙,Yi\n"
REPORTS = "report_id,file,year\na,reports/a.txt,2023\nb,reports/b.txt,2024\n"
TEXTS = {
    "a.txt": "科技创新推动企业创新,创新创业。\n企业家创新。\n",
    "b.txt": "企业培育人才,企业需要人才,青年人才。\n",
}


@pytest.fixture
def two(make_study):
    """A home of two reports without a word for the report."""
    return make_study(TEXTS, reports=REPORTS, units=UNITS)


def values_of(home, language="en", *, top_n=5, **more):
    """The values of a study, with tables computed here: those of tests are empty."""
    study = open_study(home)
    groups = study.groups()
    counts, sentences = prepare.table(study, "counts"), prepare.table(study, "sentences")
    tables = {name: empty(name) for name in ("keyness", "keyness_within", "calibration", "sensitivity")}
    tables |= {
        "units": prepare.table(study, "units"),
        "sentences": sentences,
        "counts": counts,
        "frequency": frequency.rates(counts, groups=groups, sentences=sentences),
        "spans": prepare.table(study, "spans"),
    }
    return report.Values(study, language, tables | more, top_n)


def render(values):
    """The report as GitHub gets it."""
    return report.markdown(report.compose(values))


def write(home, language, text):
    (home.seeds / f"narrative.{language}.md").write_text(text, "utf-8")


def test_values_are_those_of_the_tables(two):
    values = values_of(two)
    assert (values.n_reports, values.n_units, values.years, values.left_out) == (2, 2, (2023, 2024), 0)
    assert values.total("n_paragraphs") == 3
    assert [group.name for group in values.groups] == ["Jia", "Yi"]
    assert [group.facts for group in values.groups] == ["2023", "2024"]
    assert values.use("乙", "人才")["n"] == 3
    assert values.use("乙", "人才")["rate"] == pytest.approx(10_000 * 3 / values.group("乙").n_terms)
    assert values.n_without_interval == 2


def test_a_term_that_is_absent_has_no_occurrence_and_a_bound(two):
    absent = values_of(two).use("甲", "人才")
    total = values_of(two).group("甲").n_terms
    assert (absent["n"], absent["n_string"], absent["rate"], absent["total"]) == (0, 0, 0, total)
    assert absent["high"] == pytest.approx(10_000 * (1 - 0.05 ** (1 / total)))


@pytest.mark.parametrize(("term", "n"), [("人才", 2), ("C++", 1), ("C+", 1), (".", 0), ("(", 0), ("人.", 0)])
def test_a_string_is_counted_as_it_is_written(make_study, term, n):
    values = values_of(make_study({"甲.txt": "培养C++人才和人工智能人才。\n"}))
    assert values.unit_strings(term) == ({"甲": n} if n else {})


def test_units_are_named_in_the_language_of_the_report(two):
    assert values_of(two).unit_strings("创新") == {"Jia Town": 4}
    assert values_of(two, "zh").unit_strings("创新") == {"甲镇": 4}


def test_a_crossed_table_has_the_cells_of_its_rows(two):
    (first, second) = values_of(two).crossed("frequency", "group", "term", "n", term=["企业", "人才"])
    assert (first["name"], first["企业"], "人才" in first) == ("Jia", 1, False)
    assert (second["企业"], second["人才"]) == (2, 3)
    assert second["人才"].source.row == "group=乙, term=人才"


def test_numbers_of_several_places_stand_with_sign_status_and_money_in_the_units_of_the_language(two):
    columns = ["indicator", "unit", "group", "year", "status", "comparator", "value", "sentence_id"]
    rows = [
        ["高新技术产业产值", "元", "甲", "2023", "achieved", "lower", 2.7e11, "a:0"],
        ["高新技术产业产值", "元", "乙", "2023", "achieved", "exact", 1.36e11, "b:0"],
        ["众创空间数", "个", "甲", "2023", "achieved", "exact", 5.0, "a:0"],
    ]
    table = pd.DataFrame(rows, columns=columns)
    for language, value, unit, status in (("zh", 2700, "亿元", "已实现"), ("en", 270_000, "m yuan", "reached")):
        given = values_of(two, language)
        told = report.Values(given.study, language, {**given.tables, "indicators": table}, 20).comparable
        assert [row["group"] for row in told] == ["甲", "乙"]
        assert [told[0][name] for name in ("comparator", "value", "unit", "status")] == ["≥", value, unit, status]
        assert all(row["like"] for row in told)


# ---------------------------------------------------------------- what stops a report


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "asked",
    [
        "{{ nothing }}",
        "{{ v.nothing }}",
        "{{ v.nothing() }}",
        "{{ v.groups[0].nothing }}",
        '{{ v.use("甲", "创新").nothing }}',
        '{{ v.group("无此市").n_units }}',
        '{{ v.use("无此市", "创新").n }}',
        "{{ v.n_units | nothing }}",
        '{{ v.total("n_nothing") }}',
        "{{ v.groups[7].name }}",
        '{{ v.use("甲") }}',
        "{{ v.n_units / 0 }}",
        '{{ ref("nowhere") }}',
        "{{ 12 | n }}",
        "{{ v.groups | length }}",
        '{{ quote("a:999") }}',
        '{{ quote("a:0", "没有的话") }}',
        '{{ given("1999", "seeds/units.csv") }}',
        '{{ given("x", "../../etc/passwd") }}',
        '{{ row("units", unit_id="nobody").n_chars }}',
        '{{ rows("units", n_nothing=1).n }}',
        '{{ rows("themes").n }}',
        '{{ figure("../x") }}',
        "{{ v.n_units",
        "{% if v.n_units %}",
        "{% endfor %}",
    ],
)
def test_what_does_not_exist_stops_the_report_with_template_and_line(two, language, asked):
    write(two, language, f"# Title\n\nSome prose, {asked}\n\nMore prose.\n")
    with pytest.raises(PolicytextError) as caught:
        render(values_of(two, language))
    assert caught.value.file.endswith(f"narrative.{language}.md")
    if "ref" not in asked:
        assert caught.value.line in ((3, 4, 5, 6) if asked in ("{{ v.n_units", "{% if v.n_units %}") else (3,))


def test_a_template_can_do_nothing_but_fill_in_words(two):
    write(two, "en", "# Title\n\n{{ v.__class__.__mro__[-1].__subclasses__() }}\n")
    with pytest.raises(PolicytextError, match=r"narrative\.en\.md:3"):
        render(values_of(two))


def test_the_studys_own_narrative_comes_before_the_generic_one(two):
    write(
        two,
        "en",
        "# Own\n\n{{ v.n_units | spell }}, {{ v.n_units * 617283 | n }}, {{ v.n_units | many('unit') }}.\n".replace(
            "v.n_units * 617283 |", "(v.n_units * 617283) |"
        ),
    )
    assert render(values_of(two)) == "# Own\n\ntwo, 1,234,566, 2 units.\n"


def stub(home, *names):
    """Figures that are told of, without pictures."""
    for name in names:
        folder = home.tryout / "figures" / name
        folder.mkdir(parents=True)
        words = {key: {"zh": f"{name}的{key}", "en": f"{key} of {name}"} for key in ("title", "caption", "alt")}
        (folder / "figure.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", ["图2", "图1", "图2", "图1"]), ("en", [f"Figure {n}" for n in (2, 1, 2, 1)])],
)
def test_figures_are_numbered_in_the_order_in_which_they_are_shown(two, language, said):
    stub(two, "a", "b")
    asked = ['{{ ref("b") }}', '{{ figure("a") }}', '{{ figure("b") }}', '{{ ref("a") }}']
    write(two, language, "\n\n".join(["# T", *asked]) + "\n")
    text = render(values_of(two, language))
    assert re.findall(r"图\d+|Figure \d+", text) == said
    assert f"![alt of a](figures/a/{language}.png)" in text or f"![a的alt](figures/a/{language}.png)" in text
    assert f"(figures/a/{language}.pdf)" in text
    assert "(figures/a/data.csv)" in text


# ---------------------------------------------------------------- text that would be something else

HOSTILE = (
    "<script>alert(1)</script> a|b # c $x$ @who `code` *b* _i_ [l](javascript:x) ![p](y) <img src=x onerror=z> ~s~ \\ &lt; "
    "]{.value} {{ v }} {% if %} ::: {=html} [^1] \"q\" 'a' -- ..."
)


@pytest.mark.parametrize("text", [HOSTILE, *HOSTILE.split()])
def test_escaped_text_is_shown_as_it_is(text):
    (block,) = pandoc.parse(f"before [{escape(text)}]{{.text}} after")
    assert block["t"] == "Para"
    assert pandoc.said(block) == f"before {text} after"
    assert {node["t"] for node in pandoc.walk(block)} == {"Para", "Str", "Space", "Span"}


@pytest.mark.parametrize("start", ["#", "-", "1.", "    ", ":::", "> ", "| a |", "+---+", "---", "\t"])
def test_a_line_that_begins_with_text_of_a_report_is_a_paragraph(start):
    (block,) = pandoc.parse(f"[{escape(start + ' x')}]{{.text}}\n")
    assert block["t"] == "Para"


def test_escaped_text_stays_in_its_line():
    assert "\n" not in escape("a\n\n# b\r\n\tc")


def test_marks_that_turn_the_direction_of_text_are_named():
    assert escape("a\u202eb\u200f\u0000\ufeff") == escape("a[U+202E]b[U+200F][U+0000][U+FEFF]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_words_and_captions_of_a_study_are_escaped_in_the_generic_report(make_study, language):
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    units = f"unit_id,report_id,unit,unit_en,city,city_en\njia,a,{quoted},{quoted},{quoted},{quoted}\n"
    settings = {"title": {"zh": HOSTILE, "en": HOSTILE}, "question": {"zh": HOSTILE, "en": HOSTILE}}
    home = make_study({"a.txt": TEXTS["a.txt"]}, units=units, study=json.dumps(settings, ensure_ascii=False))
    names = re.findall(r'figure\("([^"]+)"\)', GENERIC[language].read_text("utf-8"))
    for name in names:
        folder = home.tryout / "figures" / name
        folder.mkdir(parents=True)
        words = {key: {"zh": HOSTILE, "en": HOSTILE} for key in ("title", "caption", "alt")}
        (folder / "figure.json").write_text(json.dumps(words), "utf-8")
    text = render(values_of(home, language))
    html = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "math", "url"])(text)
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {
        *("h1", "h2", "p", "em", "strong", "code", "ul", "ol", "li", "img", "a"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert not re.search(r"(href|src)=\"(?!figures/)", html)
    assert "alert(1)" in html


# ---------------------------------------------------------------- the report of the repository


def test_the_report_of_the_repository_reads_well():
    for language, name in (("zh", "REPORT.zh-CN.md"), ("en", "REPORT.md")):
        assert_reads_well((PROJECT / name).read_text("utf-8"), language)


def test_links_of_the_reports_of_the_repository_lead_to_files():
    for name in ("REPORT.md", "REPORT.zh-CN.md"):
        links = re.findall(r"\]\(([^)]+)\)", (PROJECT / name).read_text("utf-8"))
        assert links
        assert [link for link in links if not (PROJECT / link).is_file()] == []


def test_both_languages_show_the_same_figures():
    shown = [set(re.findall(r'figure\("([^"]+)"\)', path.read_text("utf-8"))) for path in EVERY]
    assert shown[0] == shown[1]
    assert shown[2] == shown[3]


def test_the_narratives_show_every_figure_that_is_published():
    published = {path.parent.name for path in (PROJECT / "figures").glob("*/figure.json")}
    for path in TEMPLATES.values():
        assert published <= set(re.findall(r'figure\("([^"]+)"\)', path.read_text("utf-8"))), path.name
    for path in GENERIC.values():
        assert "in others()" in path.read_text("utf-8"), path.name


@pytest.fixture(scope="module")
def told(home, tmp_path_factory):
    """The report of the default study, told here from its seeds."""
    return telling.tell_copy(home, tmp_path_factory.mktemp("told"))


def composed(home, language):
    """The report of a home whose notebooks have run."""
    study = open_study(home)
    return report.compose(report.Values(study, language, report.published(study), 20))


@pytest.mark.slow
def test_the_report_of_the_default_study_reads_well(told):
    assert_reads_well(told.reports["REPORT.zh-CN.md"], "zh")
    assert_reads_well(told.reports["REPORT.md"], "en")


@pytest.mark.slow
def test_the_report_of_the_default_study_states_what_can_be_counted_by_hand(told, keyed_sentences):
    n = Counter()
    for sentence in keyed_sentences:
        n[sentence["report_id"].partition("-")[0]] += sentence["text"].count("科创")
    assert f"contains the string 科创 {n['rugao']} times" in told.reports["REPORT.md"]
    assert f"如皋一文含“科创”字样{n['rugao']}处" in told.reports["REPORT.zh-CN.md"]
    assert f"stands {n['wuxi']} times in the four Wuxi statements" in told.reports["REPORT.md"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "column"), [("associations", "n"), ("associations_within", "n"), ("theme_profile", "n_coded")]
)
def test_a_count_opens_the_sentences_that_it_counts_and_a_size_opens_reports(told, table, column):
    study = open_study(told.home)
    values = report.Values(study, "en", report.published(study), 20)
    rows = values.tables[table].to_dict("records")
    opened = [len(values.evidence.of(row, column)) for row in rows]
    assert rows
    assert opened == [row[column] for row in rows]
    sizes = [place for row in rows for place in values.evidence.of(row, "n_sentences")]
    assert sizes
    assert not any(place.sentence_id for place in sizes)


@pytest.mark.slow
def test_both_languages_state_the_same_sizes(told, study):
    units = prepare.table(study, "units")
    for size in ("n_chars", "n_terms"):
        number = f"{units[size].sum():,}"
        assert number in told.reports["REPORT.md"]
        assert number in told.reports["REPORT.zh-CN.md"]

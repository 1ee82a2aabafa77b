"""What a user may rely on in the report: no number is typed, no value is made up, and no text of a report does anything."""

import json
import re
from collections import Counter
from pathlib import Path

import mistune
import pandas as pd
import pytest
import telling

from policytext import frequency, prepare, report, stats
from policytext.errors import PolicytextError
from policytext.report.render import escape
from policytext.study import PROJECT, open_study

LANGUAGES = ("zh", "en")
TEMPLATES = {language: PROJECT / "seeds" / f"narrative.{language}.md" for language in LANGUAGES}
GENERIC = {language: Path(report.__file__).parent / f"generic.{language}.md" for language in LANGUAGES}
EVERY = [*TEMPLATES.values(), *GENERIC.values()]

# ---------------------------------------------------------------- no number is typed

JINJA = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)
REFERENCES = re.compile(r"^## (?:References|参考文献)\n.*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)

ALLOWED = {
    "number of a section or of a point": r"(?<=^## )\d(?=\. )|^\d(?=\. )",
    "version of the segmenter, pinned in pyproject.toml": r"(?<=jieba )0\.42\.1\b",
    "date of the coding by a language model": r"November 2026|2026年11月",
    "level of intervals and of the one-sided bound": r"95%",
    "level of tests": r"5%",
    "paragraphs below which there is no interval": r"(?:fewer than|omitted below|below) 10(?= paragraphs|\.)"
    r"|段落不足10个|少于10个段落",
    "paragraphs up to which an interval is a rough guide": r"between 10 and 20 paragraphs|段落在10至20个之间",
    "unit of rates": r"per 10,000\b",
    "year of a method's publication": r"(?:19|20)\d\d(?=\)|）)",
    "draws of the permutation, the default of the notebook": r"100,000 draws|10万次|100,000次",
    "base of the logarithm": r"base 2|以2为底",
}


def prose(path):
    """What is typed in a template: without what is computed, and without the list of references."""
    return REFERENCES.sub("", JINJA.sub("", path.read_text("utf-8")))


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_no_digit_is_typed_but_those_with_a_reason(path):
    text = prose(path)
    for reason in ALLOWED.values():
        text = re.sub(reason, "", text, flags=re.MULTILINE)
    assert [line for line in text.splitlines() if re.search(r"\d", line)] == []


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_no_number_is_typed_into_an_expression_that_is_printed(path):
    printed = re.findall(r"{{(.*?)}}", path.read_text("utf-8"), re.DOTALL)
    assert printed
    assert [one for one in printed if re.fullmatch(r"\s*[\"']?[\d.,]+[\"']?\s*(\|.*)?", one)] == []


def test_the_numbers_that_are_typed_are_those_of_the_library():
    assert (stats.FEWEST_CLUSTERS, stats.TENTATIVE_CLUSTERS, frequency.PER) == (10, 20, 10_000)
    assert "jieba==0.42.1" in (PROJECT / "pyproject.toml").read_text("utf-8")
    notebook = json.loads((PROJECT / "notebooks" / "02-word-frequency.ipynb").read_text("utf-8"))
    source = "".join(line for cell in notebook["cells"] for line in cell["source"])
    assert "draws: int = 100_000" in source
    assert "draws" not in (PROJECT / "pipeline.yml").read_text("utf-8")


def test_the_numbers_spelled_out_in_prose_are_those_of_the_study(study):
    units = prepare.table(study, "units")
    of_city = units.groupby("city")["unit_id"].size()
    assert (of_city["无锡"], of_city["高邮"]) == (4, 5)  # four bureau heads, five interviews
    year = study.reports.set_index("report_id")["year"]
    assert year["rugao-2023"] - year["nantong-2020"] == 3  # three years apart
    zones = units.set_index("unit_id").loc[["gaoyou-hightech-zone", "gaoyou-development-zone"], "n_paragraphs"]
    assert list(zones) == [2, 2]  # two paragraphs each


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
    assert numbers(text, language) == list(range(1, len(numbers(text, language)) + 1))
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


def values_of(home, language="en", *, top_n=5):
    """The values of a study, with tables computed here: those of tests are empty."""
    study = open_study(home)
    groups = study.groups()
    counts, sentences = prepare.table(study, "counts"), prepare.table(study, "sentences")
    empty = {
        name: pd.DataFrame(columns=["group", "term", "finding", "agrees", "is_name", "q_permutation", "test"])
        for name in report.Values.__dataclass_fields__
        if name not in ("study", "language", "top_n")
    }
    known = {
        "units": prepare.table(study, "units"),
        "sentences": sentences,
        "counts": counts,
        "frequency": frequency.rates(counts, groups=groups, sentences=sentences),
        "spans": prepare.table(study, "spans"),
    }
    return report.Values(study, language, top_n=top_n, **empty | known)


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
    assert values.rates("人才") == (0.0, values.use("乙", "人才")["rate"])
    assert values.n_without_interval == 2


def test_a_term_that_is_absent_has_no_occurrence_and_a_bound(two):
    absent = values_of(two).use("甲", "人才")
    total = values_of(two).group("甲").n_terms
    assert (absent["n"], absent["n_string"], absent["rate"], absent["total"]) == (0, 0, 0, total)
    assert absent["high"] == pytest.approx(10_000 * (1 - 0.05 ** (1 / total)))


@pytest.mark.parametrize(("term", "n"), [("人才", 2), ("C++", 1), ("C+", 1), (".", 0), ("(", 0), ("人.", 0)])
def test_a_string_is_counted_as_it_is_written(make_study, term, n):
    values = values_of(make_study({"甲.txt": "培养C++人才和人工智能人才。\n"}))
    assert values.strings("甲", term) == n
    assert values.unit_strings(term) == ({"甲": n} if n else {})


def test_a_text_about_c_plus_plus_stops_no_report(make_study):
    values = values_of(make_study({"甲.txt": "培养C++人才。C++、C++。\n", "乙.txt": "培养人才。\n"}))
    assert "人才" not in values.only_here["甲"]


def test_units_are_named_in_the_language_of_the_report(two):
    assert values_of(two).unit_strings("创新") == {"Jia Town": 4}
    assert values_of(two, "zh").unit_strings("创新") == {"甲镇": 4}


def test_words_that_no_other_group_has_are_told_apart_from_shared_ones(two):
    values = values_of(two)
    assert "企业" in values.shared
    assert "人才" in values.only_here["乙"]
    assert "企业" not in values.only_here["乙"]


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
        '{{ v.unit_rates("无此市", "创新")[0] }}',
        "{{ v.n_units | nothing }}",
        '{{ v.total("n_nothing") }}',
        "{{ v.groups[7].name }}",
        '{{ v.use("甲") }}',
        "{{ v.n_units / 0 }}",
        '{{ figure("nowhere") }}',
        "{{ v.n_units",
        "{% if v.n_units %}",
        "{% endfor %}",
    ],
)
def test_what_does_not_exist_stops_the_report_with_template_and_line(two, language, asked):
    write(two, language, f"# Title\n\nSome prose, {asked}\n\nMore prose.\n")
    with pytest.raises(PolicytextError) as caught:
        report.render(values_of(two, language))
    assert caught.value.file.endswith(f"narrative.{language}.md")
    assert caught.value.line in ((3, 4, 5, 6) if asked in ("{{ v.n_units", "{% if v.n_units %}") else (3,))


def test_a_template_can_do_nothing_but_fill_in_words(two):
    write(two, "en", "# Title\n\n{{ v.__class__.__mro__[-1].__subclasses__() }}\n")
    with pytest.raises(PolicytextError, match=r"narrative\.en\.md:3"):
        report.render(values_of(two))


def test_the_studys_own_narrative_comes_before_the_generic_one(two):
    write(two, "en", "# Own\n\n{{ v.n_units | spell }}, {{ 1234567 | n }}, {{ v.n_units | many('unit') }}.\n")
    assert report.render(values_of(two)) == "# Own\n\ntwo, 1,234,567, 2 units.\n"


def stub(home, *names):
    """Figures that are told of, without pictures."""
    for name in names:
        folder = home.tryout / "figures" / name
        folder.mkdir(parents=True)
        words = {key: {"zh": f"{name}的{key}", "en": f"{key} of {name}"} for key in ("title", "caption", "alt")}
        (folder / "figure.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", ["图1", "图2", "图1", "图3", "图2"]), ("en", [f"Figure {n}" for n in (1, 2, 1, 3, 2)])],
)
def test_figures_are_numbered_in_the_order_of_their_first_mention(two, language, said):
    stub(two, "a", "b", "c")
    asked = ['{{ ref("b") }}', '{{ figure("a") }}', '{{ figure("b") }}', '{{ ref("c") }}', '{{ ref("a") }}']
    write(two, language, "\n\n".join(["# T", *asked]) + "\n")
    text = report.render(values_of(two, language))
    assert re.findall(r"图\d+|Figure \d+", text) == said
    assert f"![alt of a](figures/a/{language}.png)" in text or f"![a的alt](figures/a/{language}.png)" in text
    assert f"(figures/a/{language}.pdf)" in text
    assert "(figures/a/data.csv)" in text


# ---------------------------------------------------------------- text that would be something else

HOSTILE = "<script>alert(1)</script> a|b # c $x$ @who `code` *b* _i_ [l](javascript:x) ![p](y) <img src=x onerror=z> ~s~ \\ &lt;"


@pytest.mark.parametrize("text", [HOSTILE, *HOSTILE.split()])
def test_escaped_text_is_shown_as_it_is(text):
    html = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "math", "url"])(
        f"before {escape(text)} after"
    )
    shown = re.fullmatch(r"<p>before (.*) after</p>\n", html)[1]
    assert "<" not in shown
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(entity, character)
    assert shown == text


def test_escaped_text_stays_in_its_line():
    assert "\n" not in escape("a\n\n# b\r\n\tc")


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
    text = report.render(values_of(home, language))
    html = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "math", "url"])(text)
    tags = set(re.findall(r"<(\w+)", html))
    assert tags <= {"h1", "h2", "p", "em", "strong", "code", "ul", "li", "img", "a"}
    assert not re.search(r"(href|src)=\"(?!figures/)", html)
    assert html.count("alert(1)") >= 2 + len(names)


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
    for path in EVERY:
        assert published <= set(re.findall(r'figure\("([^"]+)"\)', path.read_text("utf-8"))), path.name


@pytest.fixture(scope="module")
def told(home, tmp_path_factory):
    """The report of the default study, told here from its seeds."""
    return telling.tell_copy(home, tmp_path_factory.mktemp("told")).reports


@pytest.mark.slow
def test_the_report_of_the_default_study_reads_well(told):
    assert_reads_well(told["REPORT.zh-CN.md"], "zh")
    assert_reads_well(told["REPORT.md"], "en")


@pytest.mark.slow
def test_the_report_of_the_default_study_states_what_can_be_counted_by_hand(told, keyed_sentences):
    n = Counter()
    for sentence in keyed_sentences:
        n[sentence["report_id"].partition("-")[0]] += sentence["text"].count("科创")
    assert f"contains the string 科创 {n['rugao']} times" in told["REPORT.md"]
    assert f"如皋一文含“科创”字样{n['rugao']}处" in told["REPORT.zh-CN.md"]
    assert f"stands {n['wuxi']} times in the four Wuxi statements" in told["REPORT.md"]


@pytest.mark.slow
def test_both_languages_state_the_same_sizes(told, study):
    units = prepare.table(study, "units")
    for size in ("n_chars", "n_terms"):
        number = f"{units[size].sum():,}"
        assert number in told["REPORT.md"]
        assert number in told["REPORT.zh-CN.md"]

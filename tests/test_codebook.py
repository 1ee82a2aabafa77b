"""The codebook: read with file and line of every fault, and its own examples hold."""

import shutil

import pytest

from policytext import codebook, prepare, themes
from policytext.errors import PolicytextError
from policytext.study import PROJECT, Home

TINY = """themes:
  - id: A
    name: {zh: 甲, en: Firms}
    terms: [高企, 平台]
    examples:
      coded: [新增高企三家。]
      not_coded: [今天天气好。]
"""


@pytest.fixture
def home_with(tmp_path):
    """A home whose codebook holds a text."""

    def make(text):
        (tmp_path / "seeds" / "reports").mkdir(parents=True, exist_ok=True)
        (tmp_path / "seeds" / "reports" / "a.txt").write_text("新增高企三家。\n", "utf-8")
        (tmp_path / "seeds" / "codebook.yml").write_text(text, "utf-8")
        return Home(tmp_path)

    return make


def test_the_default_codebook_has_the_twelve_themes_and_four_facets_in_both_languages():
    book = codebook.load(Home(PROJECT))
    assert [theme.id for theme in book.themes] == [f"T{number}" for number in range(1, 13)]
    assert [facet.id for facet in book.facets] == ["instrument", "status", "actor", "symbolic"]
    for _, entry in book.entries:
        assert entry.name.zh
        assert entry.name.en
    for theme in book.themes:
        assert theme.definition.zh
        assert theme.definition.en
        assert theme.examples.coded
        assert theme.examples.not_coded


def test_every_example_of_the_default_codebook_is_coded_as_it_says():
    assert themes.examples(Home(PROJECT)) == []


def test_an_example_that_contradicts_its_theme_is_told_with_its_line(home_with):
    home = home_with(TINY.replace("今天天气好。", "搭建平台。"))
    (problem,) = themes.examples(home)
    assert (problem.file, problem.line) == ("seeds/codebook.yml", 7)
    assert "is coded with A" in problem.what


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("    terms: [高企, 平台]\n", "    terms: [高企\n", 5, "expected"),
        ("    terms:", "    words:", 4, "Known here"),
        ("    terms: [高企, 平台]\n", "", 2, "nothing could ever be coded"),
        ("    terms: [高企, 平台]", "    patterns: ['高(企']", 4, "no regular expression"),
        ("    terms: [高企, 平台]", "    patterns: ['企*']", 4, "found even where there is no text"),
        ("高企, 平台", "高企, '平\u200b台'", 4, r"invisible character U\+200B"),
        ("    terms: [高企, 平台]", "    rules:\n      - {terms: [高企], unless: [B]}", 2, "names the theme 'B'"),
    ],
    ids=["no YAML", "unknown key", "no terms", "bad pattern", "empty pattern", "invisible", "unknown theme"],
)
def test_a_fault_is_told_with_file_and_line_and_nothing_is_loaded(home_with, old, new, line, told):
    with pytest.raises(PolicytextError, match=told) as fault:
        codebook.load(home_with(TINY.replace(old, new)))
    assert fault.value.file == "seeds/codebook.yml"
    assert abs(fault.value.line - line) <= 2
    assert fault.value.exit_code == 3


def test_a_pattern_that_backtracks_without_end_is_told_by_name(home_with):
    home = home_with(TINY.replace("    terms: [高企, 平台]", "    patterns: ['(?:高+)+$']\n    terms: [高企]"))
    (home.seeds / "reports" / "a.txt").write_text("高" * 4000 + "低，新增高企三家。\n", "utf-8")
    with pytest.raises(PolicytextError, match="takes longer than") as fault:
        prepare.refresh(home)
    assert "(?:高+)+$" in fault.value.what


def test_lint_tells_of_terms_in_two_themes_nested_dead_and_overbearing_ones(home_with):
    second = "  - id: B\n    name: {zh: 乙, en: Carriers}\n    terms: [平台, 高企孵化器]\n"
    home = home_with(TINY + second)
    hits = prepare.table(open_home(home), "theme_hits")
    told = {(note.kind, note.entry, note.term) for note in themes.lint(codebook.load(home), hits)}
    assert told == {
        ("in two themes", "A B", "平台"),
        ("nested", "A", "高企"),
        ("dead", "A", "平台"),
        ("dead", "B", "平台"),
        ("dead", "B", "高企孵化器"),
    }
    allowed = home_with("nested: [高企]\n" + TINY + second)
    assert "nested" not in {note.kind for note in themes.lint(codebook.load(allowed), hits)}


def test_lint_tells_of_a_term_that_carries_its_theme(home_with):
    home = home_with(TINY)
    (home.seeds / "reports" / "a.txt").write_text("新增高企三家。培育高企。搭建平台。\n", "utf-8")
    notes = themes.lint(codebook.load(home), prepare.table(open_home(home), "theme_hits"))
    assert [(note.term, note.what[:14]) for note in notes if note.kind == "carries"] == [("高企", "It carries 67%")]


def test_a_home_without_a_codebook_takes_the_projects(tmp_path):
    (tmp_path / "seeds").mkdir()
    assert codebook.load(Home(tmp_path)) == codebook.load(Home(PROJECT))


def test_a_broken_codebook_leaves_what_was_prepared(home_with):
    home = home_with(TINY)
    prepare.refresh(home)
    before = {path: path.read_bytes() for path in home.cache.rglob("*.parquet")}
    shutil.copy(home.seeds / "codebook.yml", home.seeds / "codebook.bak")
    (home.seeds / "codebook.yml").write_text("themes: {", "utf-8")
    with pytest.raises(PolicytextError):
        prepare.refresh(home)
    assert {path: path.read_bytes() for path in home.cache.rglob("*.parquet")} == before


def open_home(home):
    """The study of a home, opened when its files are as the test wants them."""
    from policytext.study import open_study

    return open_study(home)

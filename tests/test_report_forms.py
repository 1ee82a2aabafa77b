"""What a user may rely on in the files of a report: nothing is lost, nothing does anything, and bytes repeat."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser

import docx
import pandas as pd
import pypdfium2
import pytest

from policytext import frequency, prepare, publish, report
from policytext.publish import notebooks
from policytext.report.document import Shown
from policytext.study import PROJECT, Home, empty, open_study

BAD = (
    "<script>alert(1)</script> a|b # c $x$ @who `code` *b* _i_ [l](javascript:x) ~s~ \\ &lt; <img src=x onerror=z> "
    "#let x = 1; \\textbf{y} \u202eturned\u202c "
)
LONG = "长" * 5_000 + "x" * 5_000
NARRATIVE = """# Report of *all* forms

Values: {{ v.n_units | spell }} units, {{ v.total("n_chars") | n }} characters, {{ v.use("甲", "创新").n }} times 创新.

Text: {{ text(bad) }}

{{ quote("a:0") }} and {{ claim("this is so", v.use("甲", "创新")) }}, see {{ ref("sizes") }}, {{ ref("drawn") }} and {{ ref("lost") }}.

{{ table("sizes", rows("units"), {"name": "Unit", "n_chars": "Characters"}, "Sizes, *all* of them.") }}

{{ table("none", rows("frequency", n__lt=0), {"term": "Term"}, "What never occurs.") }}

{{ figure("drawn") }}

{{ figure("lost") }}

{{ figure("half") }}

## Second [bad](javascript:alert(1))

The end.
"""


def home_of(root, dictionary):
    """A study whose report, unit and settings hold what might do something, with a figure drawn, one lost, one half there."""
    quoted = '"' + BAD.replace('"', '""') + '"'
    units = f"unit_id,report_id,unit,city\njia,a,{quoted},甲\n"
    home = Home(root)
    (home.seeds / "reports").mkdir(parents=True)
    (home.seeds / "reports" / "a.txt").write_text(f"创新 {BAD}创新。\n{LONG}。\n", "utf-8")
    (home.seeds / "units.csv").write_text(units, "utf-8")
    home.cache.mkdir(parents=True)
    (home.cache / "jieba.cache").write_bytes(dictionary)
    shutil.copytree(PROJECT / "figures" / "corpus-accounting", home.figures / "drawn")
    (home.figures / "half").mkdir()
    told = json.loads((home.figures / "drawn" / "figure.json").read_text("utf-8"))
    told |= {"caption": {"zh": BAD, "en": BAD}, "alt": {"zh": BAD, "en": BAD}}
    for name in ("drawn", "half"):
        (home.figures / name / "figure.json").write_text(json.dumps(told), "utf-8")
    for language in ("zh", "en"):
        text = "{% set bad = v.name('jia') %}\n" + NARRATIVE
        (home.seeds / f"narrative.{language}.md").write_text(text, "utf-8")
    return home


def documents_of(home):
    study = open_study(home)
    counts, sentences = prepare.table(study, "counts"), prepare.table(study, "sentences")
    tables = {name: empty(name) for name in ("keyness", "keyness_within", "calibration", "sensitivity")}
    tables |= {name: prepare.table(study, name) for name in ("units", "spans", "reports")}
    rates = frequency.rates(counts, groups=study.groups(), sentences=sentences)
    tables |= {"counts": counts, "sentences": sentences, "frequency": rates}
    return {language: report.compose(report.Values(study, language, tables, 5)) for language in ("en", "zh")}


@pytest.fixture(scope="module")
def made(tmp_path_factory, small_dictionary):
    """The files of a report in which everything goes wrong that can, and the documents they come from."""
    documents = documents_of(home_of(tmp_path_factory.mktemp("forms"), small_dictionary))
    return documents, report.files(documents)


class Page(HTMLParser):
    """The tags of a page with their attributes, and its text."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.words, self.named = [], [], {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def pdf_text(content):
    document = pypdfium2.PdfDocument(content)
    return "\n".join(document[i].get_textpage().get_text_range() for i in range(len(document)))


def test_a_report_has_two_files_for_github_six_for_readers_and_one_for_programs(made):
    _, contents = made
    printed = {f"report/report.{language}.{form}" for language in ("zh", "en") for form in ("html", "pdf", "docx")}
    assert set(contents) == {"REPORT.md", "REPORT.zh-CN.md", "report/values.json"} | printed


def test_text_that_might_do_something_is_text_in_all_forms(made):
    _, contents = made
    shown = "<script>alert(1)</script> a|b # c $x$ @who `code`"
    page = Page(contents["report/report.en.html"].decode())
    assert shown in "".join(page.words)
    assert "[U+202E]turned[U+202C]" in "".join(page.words)
    assert {"script", "img src", "iframe", "object", "link", "base", "form"}.isdisjoint(tag for tag, _ in page.tags)
    assert all(image["src"].startswith("data:image/svg+xml;base64,") for image in page.all("img"))
    assert [name for _, given in page.tags for name in given if name.startswith("on") or name == "style"] == []
    assert all(link["href"].startswith(("#", "https://")) for link in page.all("a"))
    paragraphs = "\n".join(p.text for p in docx.Document(io.BytesIO(contents["report/report.en.docx"])).paragraphs)
    assert shown in paragraphs
    assert "<script>alert(1)</script>" in re.sub(r"\s+", " ", pdf_text(contents["report/report.en.pdf"]))
    markdown = contents["REPORT.md"].decode()
    assert r"\<script\>alert(1)\</script\> a\|b \# c \$x\$ @who \`code\`" in markdown
    assert "javascript:alert" not in markdown


def test_what_is_missing_is_said_in_all_forms(made):
    _, contents = made
    lost, none = "The figure “lost” belongs here and is not there yet", "No row meets the conditions"
    texts = {
        "md": contents["REPORT.md"].decode(),
        "html": "".join(Page(contents["report/report.en.html"].decode()).words),
        "docx": "\n".join(p.text for p in docx.Document(io.BytesIO(contents["report/report.en.docx"])).paragraphs),
        "pdf": pdf_text(contents["report/report.en.pdf"]),
    }
    for form, text in texts.items():
        plain = re.sub(r"\s+", " ", text.replace("\\", ""))
        assert lost in plain, form
        assert none in plain, form
        assert "(figure missing)" in plain, form


def test_the_page_lets_no_script_run_and_nothing_be_loaded(made):
    _, contents = made
    page = Page(contents["report/report.zh.html"].decode())
    (policy,) = [meta["content"] for meta in page.all("meta") if "http-equiv" in meta]
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_every_value_opens_a_panel_that_names_its_source_and_its_sentences(made):
    documents, contents = made
    page = Page(contents["report/report.en.html"].decode())
    opened = [button["popovertarget"] for button in page.all("button") if "popovertargetaction" not in button]
    panels = {given["id"] for tag, given in page.tags if tag == "div" and "popover" in given}
    statements = documents["en"].ledger.statements
    assert set(opened) == panels == {f"e-{key}" for key in statements}
    anchors = {given.get("id") for _, given in page.tags}
    assert {link["href"][1:] for link in page.all("a") if link["href"].startswith("#")} <= anchors
    key = next(key for key, one in statements.items() if one.source.column == "n" and one.source.table == "frequency")
    panel = re.search(rf'<div popover id="e-{key}".*?</ol>', contents["report/report.en.html"].decode(), re.DOTALL)[0]
    assert panel.count("<mark>创新</mark>") == 2


def test_every_picture_has_words_instead_and_every_table_its_caption(made):
    _, contents = made
    page = Page(contents["report/report.en.html"].decode())
    assert len(page.all("img")) == 1
    assert all("<script>alert(1)" in image["alt"] for image in page.all("img"))
    document = docx.Document(io.BytesIO(contents["report/report.en.docx"]))
    pictures = document.element.xpath("//wp:docPr[@descr]")
    assert ["<script>alert(1)" in one.get("descr") for one in pictures] == [True]


def test_numbers_of_captions_and_references_are_fields_that_word_updates(made):
    _, contents = made
    document = docx.Document(io.BytesIO(contents["report/report.zh.docx"]))
    fields = [one.text.strip() for one in document.element.xpath("//w:instrText")]
    assert fields.count("SEQ 表 \\* ARABIC") == 2
    assert "SEQ 图 \\* ARABIC" in fields
    marks = {one.get(f"{{{one.nsmap['w']}}}name") for one in document.element.xpath("//w:bookmarkStart")}
    assert {field.split()[1] for field in fields if field.startswith("REF")} <= marks
    assert any(field.startswith("TOC") for field in fields)


def test_styles_have_chinese_and_latin_fonts_and_tables_keep_to_the_page(made):
    _, contents = made
    document = docx.Document(io.BytesIO(contents["report/report.zh.docx"]))
    qn = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    for name, chinese in (("Normal", "宋体"), ("Heading 1", "黑体"), ("Title", "黑体")):
        fonts = document.styles[name].element.rPr.rFonts
        assert (fonts.get(f"{qn}eastAsia"), fonts.get(f"{qn}ascii")) == (chinese, "Times New Roman")
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    room = section.page_width - section.left_margin - section.right_margin
    for table in document.tables:
        assert sum(int(column.width) for column in table.columns) <= room * 1.01


def test_the_pdf_is_searchable_a4_with_bookmarks_and_its_font_inside(made):
    _, contents = made
    document = pypdfium2.PdfDocument(contents["report/report.zh.pdf"])
    assert [round(side / 72 * 25.4) for side in document[0].get_size()] == [210, 297]
    assert [item.get_title() for item in document.get_toc()][-1] == "依据"
    assert "图 1" in pdf_text(contents["report/report.zh.pdf"]).replace("图1", "图 1")
    assert b"NotoSansSC" in contents["report/report.zh.pdf"]


def test_the_same_results_give_the_same_bytes(made):
    documents, contents = made
    again = report.files(documents)
    assert [name for name in contents if contents[name] != again[name]] == []
    with zipfile.ZipFile(io.BytesIO(contents["report/report.en.docx"])) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(2000, 1, 1, 0, 0, 0)}


def test_values_json_holds_each_value_with_unit_table_row_and_rounding(made):
    documents, contents = made
    told = json.loads(contents["report/values.json"])
    assert set(told) == {"en", "zh"}
    for language, document in documents.items():
        assert set(told[language]) == set(document.ledger.statements)
    sizes = [one for one in told["en"].values() if one["column"] == "sum of n_chars"]
    assert [(one["table"], one["unit"], one["rounding"]) for one in sizes] == [("units", "characters", "whole")]
    assert sizes[0]["value"] == documents["en"].values.tables["units"]["n_chars"].sum()


# ---------------------------------------------------------------- executed notebooks as pages


def test_executed_notebooks_become_pages_without_scripts_and_addresses(tmp_path):
    home = Home(tmp_path)
    home.executed.mkdir(parents=True)
    html = "<script src='https://x.org/y.js'></script><img src=x onerror=z><meta http-equiv=refresh>"
    html += "<table><tr><td>7</td></tr></table>"
    output = {
        "output_type": "display_data",
        "metadata": {},
        "data": {"text/html": [html]},
    }
    frame = {"output_type": "display_data", "metadata": {}, "data": {"text/html": [pd.DataFrame({"n": [3]}).to_html()]}}
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {},
        "source": "x",
        "execution_count": 1,
        "outputs": [output, frame],
    }
    told = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (home.executed / "01-a.ipynb").write_text(json.dumps(told), "utf-8")
    (home.executed / "01-b.failed.ipynb").write_text("{}", "utf-8")
    (page,) = notebooks(home)
    parsed = Page(page.read_text("utf-8"))
    assert {"script", "img", "link"}.isdisjoint(tag for tag, _ in parsed.tags)
    assert "refresh" not in page.read_text("utf-8")
    assert len(parsed.all("table")) == 2
    assert "x.org" not in page.read_text("utf-8")
    assert notebooks(home) == []


def test_publishing_writes_each_file_where_this_process_may(make_study):
    home = make_study({"a.txt": "创新。\n"})
    written = publish.report(home, {"REPORT.md": b"text\n", "report/report.en.html": b"<p>"})
    assert [home.relative(path) for path in written] == ["build/tryout/REPORT.md", "build/tryout/report/report.en.html"]
    assert [path.read_bytes() for path in written] == [b"text\n", b"<p>"]


def test_a_figure_of_several_pages_is_shown_with_all_of_them_or_not_at_all(tmp_path):
    for name in ("zh.png", "zh-2.png"):
        shutil.copy(PROJECT / "figures" / "corpus-accounting" / "zh.png", tmp_path / name)
    shown = Shown("x", tmp_path, {"pages": 2, "dpi": 300})
    assert [path.name for path in shown.files("zh", "png")] == ["zh.png", "zh-2.png"]
    assert all(width <= 80 and height <= 50 for width, height in shown.sizes("zh", within=(80, 50)))
    (tmp_path / "zh-2.png").unlink()
    assert shown.files("zh", "png") == []

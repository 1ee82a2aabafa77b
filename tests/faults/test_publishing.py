"""Publishing that goes wrong, and text that would do harm: old figures stay whole, and nothing in an output acts."""

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import mistune
import openpyxl
import pandas as pd
import pytest

from policytext import publish, style
from policytext.errors import PolicytextError
from policytext.publish import place, tables
from policytext.study import open_study

FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", '=HYPERLINK("x")', "=cmd|' /C calc'!A0"]
HARMLESS = ["创新", "a=b", "1+1", "'=1", " =1", "邮@皋", ""]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> [l](javascript:alert(3)) | `a` $b$ # @c"


@pytest.fixture
def small(make_study):
    """A study of one report."""
    return open_study(make_study({"a.txt": "如皋科技创新。\n"}))


def counts(terms, **more):
    return pd.DataFrame({"unit_id": "a", "paragraph_id": "p", "term": terms, "n": range(len(terms))} | more)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()
    }


def in_place(study, *published):
    """Publish as a run does: into a staging folder, then to its places."""
    study.home.build.mkdir(exist_ok=True)
    run = study.home.build / "spec.json"
    run.write_text(json.dumps({"out": str(study.home.build / "out"), "tables": [], "name": "x"}), "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("POLICYTEXT_RUN", str(run))
        for call in published:
            call()
    publish.promote(study.home.build / "out", study.home)
    publish.finish(study.home)


# ---------------------------------------------------------------- formulas


def test_a_text_that_begins_like_a_formula_is_safe_in_csv_and_in_the_workbook_and_raw_in_parquet(small):
    terms = FORMULAS + [text for text in HARMLESS if text]
    in_place(small, lambda: publish.table(small, counts(terms), "counts"))
    safe = [f"'{text}" for text in FORMULAS] + [text for text in HARMLESS if text]
    read = pd.read_csv(small.home.tables / "counts.csv", encoding="utf-8-sig", keep_default_na=False)
    assert list(read["term"]) == safe
    sheet = openpyxl.load_workbook(small.home.tables / "tables.xlsx")["counts"]
    cells = [row[2] for row in sheet.iter_rows(min_row=2)]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == safe
    assert list(pd.read_parquet(small.home.tables / "counts.parquet")["term"]) == terms


@pytest.mark.parametrize("text", ["\r=1+1", "创新\r=1+1", "创新\n=1+1", "创新\r\n=1+1"])
def test_no_line_of_a_csv_begins_with_a_formula_because_a_cell_was_broken(tmp_path, text):
    tables.write_csv(pd.DataFrame({"term": [text, "x"], "n": [1, 2]}), tmp_path / "t.csv")
    whole = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(whole, newline="")))) == 3
    outside = re.sub(r'"(?:[^"]|"")*"', "", whole)
    assert not re.search(r"[\r\n]=", outside)


def test_the_data_of_a_figure_are_safe_too(small):
    def chart(data, *, language):
        return style.figure(20)

    words = {key: {"zh": "题", "en": "title"} for key in ("title", "caption", "alt")}
    data = pd.DataFrame({"term": FORMULAS[:4], "n": [1, 2, 3, 4]})
    folder = publish.figure(small, "dots", chart, data, words=words, dpi=20)
    read = pd.read_csv(folder / "data.csv", encoding="utf-8-sig")
    assert list(read["term"]) == [f"'{text}" for text in FORMULAS[:4]]


def test_numbers_below_zero_stay_numbers(tmp_path):
    tables.write_csv(pd.DataFrame({"x": [-1.5, 2.0], "n": [-3, 4]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8-sig") == "x,n\n-1.5,-3\n2.0,4\n"


@pytest.mark.parametrize("dtype", ["object", "string", "category"])
def test_a_formula_is_safe_in_every_kind_of_column_of_texts(tmp_path, dtype):
    rows = pd.DataFrame({"term": pd.Series(["=1+1", "创新", None], dtype=dtype)})
    tables.write_csv(rows, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text("utf-8-sig").splitlines()[1] == "'=1+1"


def test_a_column_whose_name_is_a_formula_is_safe(small):
    in_place(small, lambda: publish.table(small, counts(["创新"]).assign(**{"=1+1": "x", "@a": 1}), "counts"))
    header = (small.home.tables / "counts.csv").read_text("utf-8-sig").splitlines()[0]
    assert header == "unit_id,paragraph_id,term,n,'=1+1,'@a"
    sheet = openpyxl.load_workbook(small.home.tables / "tables.xlsx")["counts"]
    assert [cell.value for cell in sheet[1]] == header.split(",")


def test_a_web_address_in_a_table_is_no_link_in_the_workbook(small):
    in_place(small, lambda: publish.table(small, counts(["https://example.org", "mailto:a@b"]), "counts"))
    sheet = openpyxl.load_workbook(small.home.tables / "tables.xlsx")["counts"]
    assert [cell.hyperlink for row in sheet for cell in row if cell.hyperlink] == []


def test_a_cell_longer_than_excel_takes_does_not_stop_the_workbook(small):
    in_place(small, lambda: publish.table(small, counts(["创" * 40_000]), "counts"))
    sheet = openpyxl.load_workbook(small.home.tables / "tables.xlsx")["counts"]
    assert sheet["C2"].value
    assert len(pd.read_parquet(small.home.tables / "counts.parquet")["term"][0]) == 40_000


# ---------------------------------------------------------------- HTML, and other things that act


def hostile_figure(study, parameters=None):
    def chart(data, *, language):
        figure = style.figure(30)
        figure.text(0.1, 0.5, HOSTILE)
        return figure

    words = {key: {"zh": f"题{HOSTILE}", "en": f"title {HOSTILE}"} for key in ("title", "caption", "alt")}
    study.home.build.mkdir(exist_ok=True)
    run = study.home.build / "spec.json"
    facts = {"out": str(study.home.build / "out"), "tables": [], "name": "x", "notebook": "00-x"}
    run.write_text(json.dumps(facts | {"parameters": parameters or {}}), "utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("POLICYTEXT_RUN", str(run))
        publish.figure(study, "dots", chart, pd.DataFrame({"term": [HOSTILE]}), words=words, dpi=20)
    publish.promote(study.home.build / "out", study.home)
    publish.finish(study.home)
    return study.home.figures


def test_html_in_titles_captions_and_parameters_is_escaped_in_the_gallery(small):
    text = (hostile_figure(small, {"note": HOSTILE}) / "README.md").read_text("utf-8")
    html = mistune.create_markdown(escape=False)(text)
    assert set(re.findall(r"<(\w+)", html)) <= {"h1", "h2", "p", "img", "a", "code", "em", "strong"}
    assert not re.search(r"(href|src)=\"(?!dots/)", html)
    assert html.count("alert(1)") >= 5


def test_html_in_titles_and_labels_is_text_in_the_svg(small):
    folder = hostile_figure(small) / "dots"
    for language in ("zh", "en"):
        tree = ElementTree.parse(folder / f"{language}.svg")
        tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
        assert not tags & {"script", "img", "image", "foreignObject", "a"}
        assert tree.findtext("{http://www.w3.org/2000/svg}title").endswith(HOSTILE)


def test_dollars_in_a_label_are_dollars_and_no_formula():
    with style.drawing():
        figure = style.figure(30)
        text = figure.text(0.1, 0.5, "奖励$100$万")
        figure.draw_without_rendering()
        assert text._preprocess_math(text.get_text())[1] is False


# ---------------------------------------------------------------- fonts


def test_without_a_font_nothing_is_published_and_the_error_names_the_remedy(small, monkeypatch):
    monkeypatch.setattr(style, "fonts", lambda: ())
    with pytest.raises(PolicytextError, match="no font with Chinese"):
        hostile_figure(small)
    assert not (small.home.build / "out" / "figures" / "dots").exists()


# ---------------------------------------------------------------- interruption

BREAKING = """
import os, shutil, sys
from pathlib import Path
from policytext.publish import place

how, start = sys.argv[1], Path(sys.argv[2])
TOUCHES = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.listdir", "os.scandir", "os.utime"}

def attempt(home, after):
    touched = 0
    def watch(event, told):
        nonlocal touched
        touched += event in TOUCHES
        if event in TOUCHES and touched == after + 1:
            if how == "dies":
                os._exit(9)
            raise OSError(28, "No space left on device")
    sys.addaudithook(watch)
    try:
        place.replace_folder(home / "out", home / "figures" / "dots")
    except OSError:
        os._exit(1)
    os._exit(0 if touched <= after else 2)

for after in range(1000):
    home = start.with_name(str(after))
    shutil.copytree(start, home)
    child = os.fork()
    if not child:
        attempt(home, after)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0:
        break
print(after)
"""


@pytest.mark.parametrize("how", ["dies", "fails"])
def test_a_promotion_that_is_broken_off_at_any_moment_leaves_the_old_figure_or_the_new_one_whole(tmp_path, how):
    """Before its first touch of a file, before its second, and so on to the end, the process dies or the disk is full."""
    old, new = (
        {name: f"{text} {name}".encode() for name in ("data.csv", "zh.pdf", "en.pdf")} for text in ("old", "new")
    )
    for folder, files in (("figures/dots", old), ("out", new)):
        (tmp_path / "start" / folder).mkdir(parents=True)
        for name, data in files.items():
            (tmp_path / "start" / folder / name).write_bytes(data)
    command = [sys.executable, "-c", BREAKING, how, str(tmp_path / "start")]
    last = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert last > 5
    homes = [tmp_path / str(after) for after in range(last + 1)]
    left = [contents(home / "figures" / "dots") for home in homes]
    assert left[0] == old
    assert left[-1] == new
    aside = [
        contents(home / "figures" / ".dots.old") for home in homes
    ]  # between two renames it stands beside its place
    broken = [
        after
        for after, files in enumerate(left)
        if files not in (old, new) and not (how == "dies" and not files and aside[after] == old)
    ]
    assert sum(not files for files in left) <= (how == "dies")
    dirty = []
    for after, home in enumerate(homes):  # the next run puts everything right, with nothing left lying about
        place.replace_folder(home / "out", home / "figures" / "dots")
        assert contents(home / "figures" / "dots") == new
        dirty += [after] if len(list((home / "figures").iterdir())) > 1 else []
    assert {"a figure is missing or half": broken, "something lies about after the next run": dirty} == {
        "a figure is missing or half": [],
        "something lies about after the next run": [],
    }


def test_what_an_interrupted_run_left_is_no_figure_of_the_gallery(small):
    figures = hostile_figure(small)
    for leftover in (".dots.old", ".dots.new", ".more.drawing"):
        (figures / leftover).mkdir()
        (figures / leftover / "figure.json").write_bytes((figures / "dots" / "figure.json").read_bytes())
    publish.finish(small.home)
    assert (figures / "README.md").read_text("utf-8").count("(dots/en.png)") == 1


def test_a_published_table_appears_whole_or_not_at_all(small, monkeypatch):
    in_place(small, lambda: publish.table(small, counts(["创新"]), "counts"))
    before = contents(small.home.tables)

    def half(source, target):
        Path(target).write_bytes(Path(source).read_bytes()[:10])
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(place.shutil, "copyfile", half)
        with pytest.raises(OSError, match="No space"):
            in_place(small, lambda: publish.table(small, counts(["企业", "人才"]), "counts"))
    assert {name: data for name, data in contents(small.home.tables).items() if not name.startswith(".")} == before
    in_place(small, lambda: publish.table(small, counts(["企业", "人才"]), "counts"))
    assert sorted(contents(small.home.tables)) == ["counts.csv", "counts.parquet", "tables.xlsx"]

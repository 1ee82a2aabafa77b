"""What a user may rely on in the sheet for coders: blind, drawn fairly, and read back whole or not at all."""

import csv
import io

import openpyxl
import pandas as pd
import pytest

from policytext import codebook, prepare, publish, validation
from policytext.errors import PolicytextError
from policytext.study import open_study

SCHEME = {"theme": ["T1", "T2"], "instrument_tool": ["S1"], "status": ["A", "P"], "actor": ["G"], "symbolic": ["1"]}
FILLED = {"themes": "T1;T2", "instruments": "N", "status": "A", "actors": "0", "symbolic": "0"}
CODEBOOK = """
themes:
  - {id: T1, name: {zh: 平台, en: Platforms}, definition: {zh: 载体, en: carriers}, terms: [平台]}
facets:
  - id: status
    name: {zh: 状态, en: Status}
    single: true
    values:
      - {id: A, name: {zh: 已实现, en: achieved}, terms: [建成]}
      - {id: P, name: {zh: 计划, en: planned}, terms: [将]}
"""


def table(sizes):
    """A table of sentences: (unit, report) → how many."""
    rows = [
        (f"{report}:{unit}{i}", unit, report, f"{report}:0", "sentence", f"{i}-{i + 1}", f"{unit}的第{i}句。")
        for (unit, report), n in sizes.items()
        for i in range(n)
    ]
    columns = ["sentence_id", "unit_id", "report_id", "paragraph_id", "kind", "spans", "text"]
    return pd.DataFrame(rows, columns=columns)


SENTENCES = table({("u-1", "r-1"): 40, ("u-2", "r-2"): 8, ("u-3", "r-2"): 2})
GROUPS = pd.Series({"u-1": "甲", "u-2": "乙", "u-3": "丙"})


def make(**options):
    return validation.make_sheet(SENTENCES, GROUPS, scheme=SCHEME, **options)


def saved(sheet, path, **cells):
    """The sheet as a coder fills it and saves it as CSV."""
    sheet.assign(**FILLED | cells).to_csv(path, index=False)
    return path


def read(path, sentences=SENTENCES):
    return validation.read_sheet(path, sentences, scheme=SCHEME)


# ---------------------------------------------------------------- making


def test_the_sheet_is_blind(sentences, study):
    sheet = validation.make_sheet(sentences, study.groups(), scheme=SCHEME)
    assert list(sheet) == ["key", "number", "kind", "before", "sentence", *FILLED]
    assert (sheet[list(FILLED)] == "").all(axis=None)
    told = sheet[["key", "number", "kind"]].to_csv()
    for name in [*study.units["unit_id"], *study.reports["report_id"], *study.groups()]:
        assert name not in told


def test_every_sentence_stands_there_once_and_in_no_order(sentences, study):
    sheet = validation.make_sheet(sentences, study.groups(), scheme=SCHEME)
    assert sorted(sheet["sentence"]) == sorted(sentences["text"])
    assert not sheet["key"].duplicated().any()
    assert sheet["key"].str.fullmatch("k[0-9a-f]{10}").all()
    place = {text: i for i, text in enumerate(sentences["text"])}
    assert abs(pd.Series(range(350)).corr(sheet["sentence"].map(place))) < 0.15


def test_a_seed_gives_the_same_sheet_whatever_the_order_and_another_seed_another():
    shuffled = SENTENCES.sample(frac=1, random_state=3)
    kept = ["key", "number", "sentence"]
    again = validation.make_sheet(shuffled, GROUPS, scheme=SCHEME, n=20)
    pd.testing.assert_frame_equal(make(n=20)[kept], again[kept])
    assert list(make(n=20)["key"]) != list(make(n=20, seed=2)["key"])


def test_each_stratum_gives_its_share_and_at_least_one():
    texts = make(n=10)["sentence"]
    assert texts.str[:3].value_counts().to_dict() == {"u-1": 7, "u-2": 2, "u-3": 1}
    assert make(n=3)["sentence"].str[:3].nunique() == 3
    assert len(make(n=50)) == len(make()) == 50


@pytest.mark.parametrize("n", [2, 51])
def test_what_cannot_be_drawn_is_refused(n):
    with pytest.raises(PolicytextError, match="Ask for 3 to 50") as raised:
        make(n=n)
    assert raised.value.exit_code == 2


def test_without_anything_to_code_there_is_no_sheet():
    with pytest.raises(PolicytextError, match="nothing to code"):
        validation.make_sheet(SENTENCES, GROUPS, scheme={"theme": []})


def test_the_sentence_before_is_of_the_same_unit():
    sheet = make()
    first = sheet[sheet["sentence"].str.contains("第0句")]
    assert set(first["before"]) == {""}
    assert sheet.loc[sheet["sentence"] == "u-2的第5句。", "before"].item() == "u-2的第4句。"


def test_facets_that_the_codebook_does_not_have_are_not_asked_for():
    sheet = validation.make_sheet(SENTENCES, GROUPS, scheme={"theme": ["T1"], "status": []})
    assert list(sheet)[5:] == ["themes"]


def test_the_legend_has_every_value_and_how_to_say_none(home):
    book = codebook.load(home)
    legend = validation.legend(book)
    assert set(legend.loc[legend["column"] == "themes", "value"]) == {theme.id for theme in book.themes} | {"0"}
    assert list(legend) == ["column", "value", "name_zh", "name_en", "definition_zh", "definition_en"]


# ---------------------------------------------------------------- files


LEGEND = pd.DataFrame({"column": ["status", "status"], "value": ["A", "P"], "name_zh": ["=1", "计划"]})


def test_a_text_that_looks_like_a_formula_stays_a_text_in_both_files(tmp_path):
    sheet = make(n=3).assign(sentence=["=1+1", "@SUM(A1)", "-2+3"])
    (plain, legend), (book,) = (publish.code_sheet(sheet, LEGEND, tmp_path / f"s{end}") for end in (".csv", ".xlsx"))
    with plain.open(encoding="utf-8-sig", newline="") as file:
        assert [row["sentence"] for row in csv.DictReader(file)] == ["'=1+1", "'@SUM(A1)", "'-2+3"]
    assert "'=1" in legend.read_text("utf-8-sig")
    sheets = openpyxl.load_workbook(book)
    assert sheets.sheetnames == ["sheet", "legend"]
    assert [cell.data_type for cell in sheets["sheet"]["E"]] == ["s"] * 4
    assert sheets["legend"]["C2"].value == "'=1"
    assert "'=1+1" in [cell.value for cell in sheets["sheet"]["E"]]


def test_a_text_that_looks_like_a_formula_is_read_back_as_its_sentence(tmp_path):
    sentences = SENTENCES.assign(text=["=1+1。" + text for text in SENTENCES["text"]])
    sheet = validation.make_sheet(sentences, GROUPS, scheme=SCHEME, n=3).assign(**FILLED)
    for end in (".csv", ".xlsx"):
        path = publish.code_sheet(sheet, LEGEND, tmp_path / f"s{end}")[0]
        assert len(read(path, sentences)) == 3


def test_a_sheet_is_never_written_over_a_file_that_may_hold_work(tmp_path):
    path = tmp_path / "s.xlsx"
    path.write_text("work")
    with pytest.raises(PolicytextError, match="may hold a coder's work") as raised:
        publish.code_sheet(make(), LEGEND, path)
    assert (raised.value.exit_code, path.read_text()) == (2, "work")
    with pytest.raises(PolicytextError, match=r"is \.csv or \.xlsx"):
        publish.code_sheet(make(), LEGEND, tmp_path / "s.ods")


def test_the_same_sheet_is_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        publish.code_sheet(make(), LEGEND, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


# ---------------------------------------------------------------- reading back


@pytest.mark.parametrize("end", [".csv", ".xlsx", ".gbk.csv"])
def test_a_filled_sheet_is_read_back_in_reading_order(tmp_path, end):
    sheet, path = make(n=12).assign(**FILLED), tmp_path / f"s{end}"
    if end == ".xlsx":
        publish.code_sheet(sheet, LEGEND, path)
    else:
        sheet.to_csv(path, index=False, encoding="gb18030" if "gbk" in end else "utf-8-sig")
    rows = read(path)
    assert list(rows) == ["report_id", "spans", *FILLED]
    assert len(rows) == 12
    order = {pair: i for i, pair in enumerate(zip(SENTENCES["report_id"], SENTENCES["spans"], strict=True))}
    places = [order[pair] for pair in zip(rows["report_id"], rows["spans"], strict=True)]
    assert places == sorted(places)
    told = {"themes": "T1;T2", "instruments": "N", "status": "A", "actors": "", "symbolic": "0"}
    assert rows.drop(columns=["report_id", "spans"]).drop_duplicates().to_dict("records") == [told]


def test_a_sheet_sorted_otherwise_and_with_columns_of_the_coders_own_is_read_too(tmp_path):
    sheet = make(n=8).assign(**FILLED, note="see above").sort_values("sentence").drop(columns="before")
    sheet.to_csv(tmp_path / "s.csv", index=False)
    assert len(read(tmp_path / "s.csv")) == 8


def test_excel_may_make_a_number_of_symbolic(tmp_path):
    path = publish.code_sheet(make(n=5).assign(**FILLED | {"symbolic": "1"}), LEGEND, tmp_path / "s.xlsx")[0]
    book = openpyxl.load_workbook(path)
    for row in range(2, 7):
        book["sheet"].cell(row, 10).value = 1
    book.save(path)
    assert set(read(path)["symbolic"]) == {"1"}


def broken(path, change):
    """A filled sheet of six rows, changed by hand, and what is said of it."""
    sheet = make(n=6).assign(**FILLED)
    change(sheet).to_csv(path, index=False)
    with pytest.raises(PolicytextError) as raised:
        read(path)
    return raised.value


def put(row, column, value):
    def change(sheet):
        sheet.loc[row, column] = value
        return sheet

    return change


def shift(sheet):
    return sheet.assign(sentence=sheet["sentence"].shift(-1).fillna(sheet["sentence"].iloc[0]))


@pytest.mark.parametrize(
    ("change", "line", "column", "what"),
    [
        (put(1, "themes", "T9"), 3, "themes", "'T9' is not in the codebook"),
        (put(1, "themes", "T1;T1"), 3, "themes", "names a value twice"),
        (put(1, "status", "A;P"), 3, "status", "are several values"),
        (put(1, "instruments", "N;S1"), 3, "instruments", "says none and some"),
        (put(1, "themes", ""), 3, "themes", "is not coded for themes"),
        (put(1, "key", "k0000000000"), 3, "key", "no sentence of this study has the key"),
        (put(1, "number", "2"), 3, "number", "the number is not like"),
        (put(1, "sentence", "别的句子。"), 3, "sentence", "is not the sentence of the key"),
        (lambda sheet: sheet.drop(index=2), None, "", "1 of 6 rows are missing: 3"),
        (lambda sheet: pd.concat([sheet, sheet[:1]]), 8, "key", "stands in line 2 too"),
        (lambda sheet: pd.concat([sheet, make(n=7)[6:].assign(**FILLED)]), None, "", "rows of several sheets"),
        (lambda sheet: sheet.drop(columns="key"), 1, "key", "the column 'key' is missing"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told_with_line_and_column(tmp_path, change, line, column, what):
    error = broken(tmp_path / "s.csv", change)
    assert what in str(error)
    assert error.exit_code == 3
    if "problems" not in error.what:
        assert (error.file, error.line, error.column) == ("s.csv", line, column)
        assert error.fix


def test_a_shifted_column_is_told_for_every_row(tmp_path):
    error = broken(tmp_path / "s.csv", shift)
    assert error.what.count("is not the sentence of the key") == 6
    assert "sort whole rows only" in error.what


def test_a_sheet_that_nobody_filled_is_told_row_by_row(tmp_path):
    make(n=4).to_csv(tmp_path / "s.csv", index=False)
    with pytest.raises(PolicytextError, match="4 problems"):
        read(tmp_path / "s.csv")


@pytest.mark.parametrize("content", [b"PK\x03\x04 no workbook", b"", b"key,number\n"])
def test_a_file_that_is_no_workbook_is_told(tmp_path, content):
    (tmp_path / "s.xlsx").write_bytes(content)
    with pytest.raises(PolicytextError, match=r"not readable as a workbook.*CSV UTF-8"):
        read(tmp_path / "s.xlsx")


def test_an_empty_workbook_and_one_that_unpacks_to_too_much_are_refused(tmp_path, monkeypatch):
    openpyxl.Workbook().save(tmp_path / "s.xlsx")
    with pytest.raises(PolicytextError, match="first sheet is empty"):
        read(tmp_path / "s.xlsx")
    publish.code_sheet(make().assign(**FILLED), LEGEND, tmp_path / "t.xlsx")
    monkeypatch.setattr("policytext.ingest.MAX_BYTES", 2000)
    with pytest.raises(PolicytextError, match="unpacked it has more than"):
        read(tmp_path / "t.xlsx")


# ---------------------------------------------------------------- the command


@pytest.fixture
def small(make_study):
    home = make_study({"a.txt": "建成平台。将建设平台。\n", "b.txt": "=1+1建成。\n"})
    (home.seeds / "codebook.yml").write_text(CODEBOOK, encoding="utf-8")
    return home


def fill(path, **cells):
    text = path.read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    pd.DataFrame(rows).assign(**cells).to_csv(path, index=False)


def test_the_command_makes_a_sheet_and_reads_it_back(command, small, tmp_path):
    path = tmp_path / "sheet.csv"
    code, out, err = command("code-sheet", "--home", small.root, "--out", path)
    assert (code, err) == (0, "")
    assert out.startswith("3 sentences in")
    fill(path, themes="T1", status="A")
    code, out, err = command("code-sheet", "--home", small.root, "--read", path, "--coder", "anna")
    assert (code, out, err) == (0, "3 sentences by anna in seeds/coding/themes-anna.csv.\n", "")
    study = open_study(small)
    coded = validation.coded(study, prepare.table(study, "sentences"))
    assert coded.groupby("facet").size().to_dict() == {"status": 3, "theme": 3}
    assert set(coded["coder"]) == {"anna"}
    assert command("check", "--home", small.root)[0] == 0
    code, _, err = command("code-sheet", "--home", small.root, "--read", path, "--coder", "anna")
    assert code == 2
    assert "there is a coding by anna already" in err


def test_a_sheet_with_a_fault_writes_nothing(command, small, tmp_path):
    path = tmp_path / "sheet.csv"
    command("code-sheet", "--home", small.root, "--out", path)
    fill(path, themes="T7", status="A")
    code, _, err = command("code-sheet", "--home", small.root, "--read", path, "--coder", "anna")
    assert code == 3
    assert "sheet.csv:2 (column themes): 'T7' is not in the codebook. Known: T1" in err
    assert not (small.seeds / "coding").exists()


@pytest.mark.parametrize(
    ("coder", "what"),
    [("../a", "cannot be the name of a coder"), ("", "cannot be the name"), ("agreed", "cannot be the name")],
)
def test_a_coder_has_a_name_that_stays_in_its_folder(command, small, tmp_path, coder, what):
    path = tmp_path / "sheet.csv"
    command("code-sheet", "--home", small.root, "--out", path)
    fill(path, themes="T1", status="A")
    code, _, err = command("code-sheet", "--home", small.root, "--read", path, "--coder", coder)
    assert code == 2
    assert what in err


def test_read_and_coder_go_together(command, small, tmp_path):
    code, _, err = command("code-sheet", "--home", small.root, "--coder", "anna")
    assert code == 2
    assert "--read and --coder go together" in err

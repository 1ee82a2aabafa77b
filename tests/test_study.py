"""What a user may rely on in `study`: tables are read as they stand, faults have their place, guesses are marked."""

import hashlib
import re
from itertools import pairwise

import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from policytext.errors import PolicytextError
from policytext.study import COLUMNS, GRAIN, PROJECT, Settings, checks, files, guess, open_study, problems_of
from policytext.study import check as checked
from policytext.study.new import make_home
from policytext.study.rows import Report, Span, Unit

few = settings(max_examples=80, deadline=None, derandomize=True)
TEXT = "标题行\n甲地坚持科技创新。\n乙地推动转化。\n"
TABLES = {
    "reports": "report_id,file,year\nr-a,reports/a.txt,2024\n",
    "units": "unit_id,report_id,unit,city\njia,r-a,甲,甲市\nyi,r-a,乙,乙市\n",
    "spans": "report_id,unit_id,part,kind,join,start,end,begins,ends\n"
    "r-a,,1,title,paragraph,0,3,标题,题行\n"
    "r-a,jia,2,body,paragraph,4,13,甲地,创新。\n"
    "r-a,yi,3,body,paragraph,14,21,乙地,转化。\n",
}


def refused(call, *arguments, **options):
    with pytest.raises(PolicytextError) as raised:
        call(*arguments, **options)
    return raised.value


def rows_of(tmp_path, text, model=Report):
    """The rows of a CSV text as (line, …), and the places of its problems."""
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    rows, problems = files.read_rows(path, model, file="seeds/t.csv")
    return rows, [(problem.line, problem.column) for problem in problems]


# ---------------------------------------------------------------- the default study


def test_the_five_reports_are_the_files_that_were_received(study):
    for report in study.reports.to_dict("records"):
        found = hashlib.sha256((PROJECT / "seeds" / report["file"]).read_bytes()).hexdigest()
        assert found == report["sha256"], report["report_id"]


def test_nothing_is_wrong_with_the_default_study(home):
    assert problems_of(home) == []


def test_the_default_study_has_five_reports_eight_places_and_twelve_units(study):
    assert (len(study.reports), study.units["place"].nunique(), len(study.units)) == (5, 8, 12)
    assert study.groups().value_counts().to_dict() == {"高邮": 5, "无锡": 4, "如皋": 1, "连云港": 1, "南通": 1}


# ---------------------------------------------------------------- files: tables


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_is_the_same_in_each_encoding_and_newline_that_excel_writes(make_study, encoding, newline):
    encoded = {name: text.replace("\n", newline).encode(encoding) for name, text in TABLES.items()}
    plain, other = (open_study(make_study({"a.txt": TEXT}, **tables)) for tables in (TABLES, encoded))
    for name in ("reports", "units", "spans"):
        pd.testing.assert_frame_equal(getattr(plain, name), getattr(other, name))
    assert problems_of(other.home) == []


@pytest.mark.parametrize("name", ["reports", "units", "spans"])
def test_the_tables_of_the_default_study_read_the_same_in_gb18030(tmp_path, study, name):
    text = (PROJECT / "seeds" / f"{name}.csv").read_bytes().decode("utf-8-sig")
    rows, problems = rows_of(tmp_path, text.encode("gb18030"), {"reports": Report, "units": Unit, "spans": Span}[name])
    assert problems == []
    assert [line for line, _ in rows] == list(getattr(study, name).index)
    expected, _ = rows_of(tmp_path, text, type(rows[0][1]))
    assert rows == expected


def test_rows_know_their_lines_also_behind_blank_lines_and_cells_of_several_lines(tmp_path):
    text = 'report_id,file,title\nr-a,a.txt,"一\n二\n三"\n\n,,\nr-b,b.txt,四\nr-c,c.txt\n'
    rows, problems = rows_of(tmp_path, text)
    assert [(line, row.report_id, row.title) for line, row in rows] == [(2, "r-a", "一\n二\n三"), (7, "r-b", "四")]
    assert problems == [(8, "")]


def test_white_space_round_a_cell_and_a_name_does_not_count(tmp_path):
    rows, problems = rows_of(tmp_path, " report_id , file\n r-a , a.txt \n")
    assert [(row.report_id, row.file) for _, row in rows] == [("r-a", "a.txt")]
    assert problems == []


def test_a_column_of_the_researchers_own_is_kept(make_study):
    home = make_study({"a.txt": TEXT}, reports="report_id,file,cohort\nr-a,reports/a.txt,第一批\n")
    study = open_study(home)
    assert list(study.reports["cohort"]) == ["第一批"]
    assert study.groups("cohort").to_dict() == {"r-a": "第一批"}


def test_an_empty_cell_is_the_default_and_an_empty_year_is_none(make_study):
    home = make_study({"a.txt": TEXT}, reports="report_id,file,title,year\nr-a,reports/a.txt,,\n")
    row = open_study(home).reports.iloc[0]
    assert row["title"] == ""
    assert pd.isna(row["year"])


def test_an_unclosed_quotation_mark_is_told_with_the_line_where_it_opens(tmp_path):
    text = 'report_id,file\nr-a,a.txt\n"r-b,b.txt\nr-c,c.txt\nr-d,d.txt\n'
    _, problems = rows_of(tmp_path, text)
    assert problems == [(3, "")]


@pytest.mark.parametrize(
    "value", ["2023", "20.23", "two words", "", "-a", "a/b", "x" * 101], ids=lambda value: value[:9] or "empty"
)
def test_an_id_that_excel_or_a_file_name_would_spoil_is_refused(tmp_path, value):
    assert rows_of(tmp_path, f"report_id,file\n{value},a.txt\n") == ([], [(2, "report_id")])


@pytest.mark.parametrize("value", ["rugao-2023", "如皋-2023", "a.b_c", "x" * 100])
def test_an_id_of_letters_digits_and_marks_is_read(tmp_path, value):
    rows, problems = rows_of(tmp_path, f"report_id,file\n{value},a.txt\n")
    assert ([row.report_id for _, row in rows], problems) == ([value], [])


@pytest.mark.parametrize(
    ("value", "right"),
    [(date, True) for date in ("2023", "2023-09", "2023-09-26", "")]
    + [(date, False) for date in ("23-09", "2023-13", "2023/09/26", "2023-9", "2023-09-32")],
)
def test_a_date_may_be_partial_but_is_iso(tmp_path, value, right):
    rows, problems = rows_of(tmp_path, f"report_id,file,published\nr-a,a.txt,{value}\n")
    assert (len(rows), problems) == ((1, []) if right else (0, [(2, "published")]))


def test_several_wrong_cells_of_a_row_are_told_together(tmp_path):
    _, problems = rows_of(tmp_path, "report_id,file,year,published\n7,a.txt,soon,then\n")
    assert sorted(problems) == [(2, "published"), (2, "report_id"), (2, "year")]


# ---------------------------------------------------------------- files: settings


def test_plain_yaml_is_read_as_yaml_reads_it():
    text = (PROJECT / "seeds" / "study.yml").read_text("utf-8")
    assert files.parse_yaml(text, file="x") == yaml.safe_load(text)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: &x [1]\nb: 2\n", 1, "anchors and aliases"),
        ("a: 1\nb: *x\n", 2, "anchors and aliases"),
        ("a: 1\nb: !!python/object/apply:os.system [echo]\n", 2, "tags"),
        ("a: 1\nb: !!str 2\n", 2, "tags"),
        ("a: 1\nb: 2\na: 3\n", 3, "repeated"),
        ("a:\n  b: 1\n  b: 2\n", 3, "repeated"),
        ('"a\\nb": 1\n', 1, "not a plain word"),
        ("? [a, b]\n: 1\n", 1, "not a plain word"),
        ("a: [1, 2\nb: 3\n", 2, ""),
        ("a: 1\n---\nb: 2\n", 2, ""),
        ("a: 'x\n", 2, ""),
    ],
)
def test_yaml_that_is_not_plain_is_refused_with_its_line(text, line, said):
    error = refused(files.parse_yaml, text, file="seeds/study.yml")
    assert (error.file, error.line, error.exit_code) == ("seeds/study.yml", line, 3)
    assert said in error.what


@pytest.mark.parametrize("text", ["a: 2023-13-45\n", "a: \x07\n", "[" * 5000])
def test_yaml_that_cannot_be_read_at_all_is_refused(text):
    assert refused(files.parse_yaml, text, file="seeds/study.yml").exit_code == 3


def test_aliases_that_would_grow_without_bound_are_refused_at_once():
    lines = [f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n" for before, name in pairwise("abcdefghi")]
    bomb = "a: &a [x]\n" + "".join(lines)
    assert refused(files.parse_yaml, bomb, file="seeds/study.yml").line == 1


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("group_by: city\ngruop_by: place\n", 2, "Known here: title, question, group_by"),
        ("title:\n  zh: 题\n  fr: titre\n", 3, "Known here"),
        ("languages: [zh, de]\n", 1, "languages.1"),
        ("title: words\n", 1, "title"),
        ("- a\n", 1, "the file"),
        ("# nothing\n", 1, "the file"),
        ("labels:\n  city:\n    无锡: Wuxi\n", 3, "labels.city.无锡"),
    ],
)
def test_a_setting_that_is_none_is_refused_with_its_line(tmp_path, text, line, said):
    path = tmp_path / "study.yml"
    path.write_text(text, "utf-8")
    error = refused(files.read_settings, path, Settings, file="seeds/study.yml")
    assert (error.line, error.exit_code) == (line, 3)
    assert said in str(error)


# ---------------------------------------------------------------- what stands in for tables


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("rugao-2023.txt", "rugao-2023"),
        ("如皋 2023 报告.txt", "如皋-2023-报告"),
        ("2023.txt", "report-2023"),
        ("20.23.txt", "report-20.23"),
        ("１２３.txt", "report-１２３"),
        ("---.txt", "report"),
        ("《如皋》（终稿）.txt", "如皋-终稿"),
        ("长" * 150 + ".txt", "长" * 90),
    ],
)
def test_an_id_comes_from_the_name_of_the_file(tmp_path, file, name):
    assert guess.report_id(tmp_path / file) == name
    assert rows_of(tmp_path, f"report_id,file\n{name},a.txt\n")[1] == []


def test_an_id_that_is_taken_gets_a_number(tmp_path):
    assert guess.report_id(tmp_path / "a.txt", taken={"a", "a-2"}) == "a-3"


@pytest.mark.parametrize(
    ("name", "text", "published", "year"),
    [
        ("南通-2020-06", "题\n2023年9月26日", "2020-06", 2020),
        ("南通", "题\n2023年9月26日", "2023-09-26", 2023),
        ("南通", "题\n发布于2023.9", "2023-09", 2023),
        ("南通", "题\n" + "字" * 600 + "\n2022年1月", "2022-01", 2022),
        ("南通", "题\n总量达到2037家，投入2012.5万元，到2035年再翻一番。\n2024年1月5日", "2024-01-05", 2024),
        ("南通", "题\n至2025年底、2030年前、近2000年", None, None),
        ("南通", "题\n截至2020年底", "2020", 2020),
        ("南通", "题\n编号20230926", None, None),
        ("南通", "题\n没有日期", None, None),
    ],
)
def test_a_date_is_guessed_from_name_beginning_and_end_and_marked_as_guessed(tmp_path, name, text, published, year):
    row = guess.report(tmp_path / f"{name}.txt", text, file="reports/x.txt")
    assert (row.get("published"), row.get("year")) == (published, year)
    assert row["title"] == "题"
    assert row["guessed"] == ("title; published; year" if published else "title")


def test_lines_are_guessed_to_be_heading_body_or_boilerplate():
    text = "一、总体情况\n我市坚持科技创新,成效明显。\n\r\n  加快转化\n责任编辑：张三\n(一)推进“高企”培育。\n"
    rows = guess.spans(text, unit_id="u", boilerplate=[re.compile("^责任编辑")])
    assert [(row["kind"], row["unit_id"], text[row["start"] : row["end"]]) for row in rows] == [
        ("heading", "u", "一、总体情况"),
        ("body", "u", "我市坚持科技创新,成效明显。"),
        ("heading", "u", "加快转化"),
        ("boilerplate", "", "责任编辑：张三"),
        ("body", "u", "(一)推进“高企”培育。"),
    ]
    assert [row["part"] for row in rows] == [1, 2, 3, 4, 5]


@few
@given(st.text(st.sampled_from("科技创新。一、（(） \u3000\t\r\n\x0b\u2028a1"), max_size=80))
def test_guessed_spans_account_for_every_character_of_any_text(text):
    rows = guess.spans(text, unit_id="u", boilerplate=[re.compile("技创")])
    spans = pd.DataFrame(rows, columns=["unit_id", "part", "kind", "join", "start", "end"]).assign(begins="", ends="")
    assert checks.check_coverage(spans, text, "reports/x.txt") == []
    assert checks.check_spans(spans, text, set(spans["unit_id"]) - {""}) == []
    assert all(text[row["start"] : row["end"]].strip() == text[row["start"] : row["end"]] != "" for row in rows)


def test_a_study_of_nothing_but_files_has_a_report_and_a_unit_for_each(make_study):
    home = make_study({"如皋-2023.txt": TEXT, "2024.md": "题\n正文。\n", "notes.docx": "not read"})
    study = open_study(home)
    assert list(study.reports["report_id"]) == ["report-2024", "如皋-2023"]
    assert list(study.units["unit"]) == ["2024", "如皋-2023"]
    assert list(study.groups()) == ["2024", "如皋-2023"]
    assert problems_of(home) == []


def test_units_without_a_table_of_reports_are_used_or_told_but_never_passed_over(make_study):
    home = make_study({"a.txt": TEXT}, units="unit_id,report_id,unit,city\nmine,a,我的,我市\n")
    problems = problems_of(home)
    assert problems or list(open_study(home).units["unit_id"]) == ["mine"]


def test_a_table_of_reports_without_rows_is_told(make_study):
    problems = problems_of(make_study({"a.txt": TEXT}, reports="report_id,file\n"))
    assert [problem.file for problem in problems] == ["seeds/reports.csv"]


def test_a_study_without_reports_is_told(make_study):
    assert [(p.file, p.exit_code) for p in problems_of(make_study({}))] == [("seeds/reports", 3)]


def test_a_pattern_that_is_none_is_refused_with_its_line(make_study):
    home = make_study({"a.txt": TEXT}, boilerplate="# of the site\n^责任编辑\n(打印\n")
    assert [(p.file, p.line) for p in problems_of(home)] == [("seeds/boilerplate.txt", 3)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_patterns_are_read_in_each_encoding_that_tables_are_read_in(make_study, encoding):
    home = make_study({"a.txt": TEXT}, boilerplate="^标题行\n".encode(encoding))
    study = open_study(home)
    assert [row["kind"] for row in study.spans_of("a", TEXT)] == ["boilerplate", "body", "body"]


# ---------------------------------------------------------------- groups and labels


def test_units_are_grouped_by_a_column_of_units_or_of_reports(make_study):
    study = open_study(make_study({"a.txt": TEXT}, **TABLES))
    assert study.groups().to_dict() == {"jia": "甲市", "yi": "乙市"}
    assert study.groups("year").to_dict() == {"jia": "2024", "yi": "2024"}
    error = refused(study.groups, "colour")
    assert (error.exit_code, "year" in error.fix) == (2, True)


def test_a_unit_without_a_value_is_in_no_group(make_study):
    units = TABLES["units"].replace("乙市", "")
    study = open_study(make_study({"a.txt": TEXT}, **TABLES | {"units": units}))
    assert study.groups().to_dict() == {"jia": "甲市"}


def test_a_label_is_that_of_the_settings_then_of_the_english_column_then_the_value(make_study):
    units = "unit_id,report_id,unit,city,city_en\njia,r-a,甲,甲市,Jia\nyi,r-a,乙,乙市,\n"
    settings_ = "labels:\n  unit:\n    甲: {zh: 甲地, en: Place A}\n"
    study = open_study(make_study({"a.txt": TEXT}, **TABLES | {"units": units, "study": settings_}))
    assert [study.label("unit", "甲", language) for language in ("zh", "en")] == ["甲地", "Place A"]
    assert [study.label("city", "甲市", language) for language in ("zh", "en")] == ["甲市", "Jia"]
    assert study.label("city", "乙市", "en") == "乙市"


# ---------------------------------------------------------------- tables


def test_a_table_that_is_what_its_name_says_comes_back_itself():
    table = pd.DataFrame([["u", "p", "词", 1], ["u", "p", "语", 2]], columns=COLUMNS["counts"])
    assert checked(table, "counts") is table


def test_a_table_that_lacks_a_column_or_has_a_row_twice_or_without_its_key_is_refused():
    table = pd.DataFrame([["u", "p", "词", 1], ["u", "p", "词", 2]], columns=COLUMNS["counts"])
    assert refused(checked, table.drop(columns=["n", "term"]), "counts").what == "the table counts lacks term, n"
    assert "rows twice: u · p · 词" in refused(checked, table, "counts").what
    assert "rows without" in refused(checked, table.assign(term=["词", None]), "counts").what


def test_every_table_has_the_columns_of_its_grain():
    assert GRAIN.keys() == COLUMNS.keys()
    assert all(set(grain) <= set(COLUMNS[name]) for name, grain in GRAIN.items())


def test_a_table_that_no_notebook_has_made_is_asked_for_by_name(make_study):
    study = open_study(make_study({"a.txt": TEXT}))
    assert "there is no table counts yet" in refused(study.table, "counts").what


# ---------------------------------------------------------------- new


@pytest.fixture
def sources(tmp_path):
    """Files as people have them: Chinese names, spaces, digits only, the same name in two folders."""
    folder = tmp_path / "我的 报告"
    contents = {
        "如皋 2023.txt": TEXT.encode("gb18030"),
        "2024.txt": TEXT.replace("\n", "\r\n").encode("utf-8-sig"),
        "one/总结.md": TEXT.encode(),
        "two/总结.txt": TEXT.encode("utf-16"),
        "two/picture.png": b"\x89PNG\0",
    }
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.is_file() and path.read_bytes() for path in folder.rglob("*")}


def test_a_new_home_holds_each_report_byte_for_byte_with_its_sum_and_nothing_is_wrong_with_it(tmp_path, sources):
    before = tree(sources)
    home = make_home(tmp_path / "新 研究", [sources / "2024.txt", sources])
    study = open_study(home)
    assert list(study.reports["report_id"]) == ["report-2024", "report-2024-2", "总结", "总结-2", "如皋-2023"]
    kept = {(home.seeds / file).read_bytes() for file in study.reports["file"]}
    assert kept == {content for content in before.values() if content} - {b"\x89PNG\0"}
    assert problems_of(home) == []
    for report in study.reports.to_dict("records"):
        assert hashlib.sha256((home.seeds / report["file"]).read_bytes()).hexdigest() == report["sha256"]
        assert "title" in report["guessed"]
    assert tree(sources) == before


def test_a_new_home_has_what_a_researcher_goes_on_with(tmp_path, sources):
    home = make_home(tmp_path / "home", [sources / "one"])
    assert {path.name for path in home.seeds.iterdir()} == {
        *("reports", "reports.csv", "units.csv", "study.yml", "CITATION.cff", "README.md")
    }
    assert (home.seeds / "reports.csv").read_bytes().startswith(b"\xef\xbb\xbf"), "so that Excel shows the Chinese"
    assert yaml.safe_load((home.seeds / "CITATION.cff").read_text("utf-8"))["cff-version"] == "1.2.0"


def test_an_empty_folder_is_a_place_for_a_new_home(tmp_path, sources):
    (tmp_path / "home").mkdir()
    assert problems_of(make_home(tmp_path / "home", [sources / "one"])) == []


def test_a_taken_place_is_refused_and_stays_as_it_is(tmp_path, sources):
    make_home(tmp_path / "home", [sources / "one"])
    (tmp_path / "file").write_text("mine")
    before = tree(tmp_path)
    for place in (tmp_path / "home", tmp_path / "file", sources):
        assert refused(make_home, place, [sources / "one"]).exit_code == 2
    assert tree(tmp_path) == before


@pytest.mark.parametrize("place", ["home", "deep/er/home"])
@pytest.mark.parametrize(
    ("name", "content", "code"),
    [("bad.txt", b"\0\1", 3), ("empty.txt", b"", 3), ("table.xlsx", b"PK\x03\x04", 2), ("folder/x.png", b"\0", 2)],
)
def test_what_fails_leaves_nothing_half_made(tmp_path, sources, name, content, code, place):
    (sources / name).parent.mkdir(exist_ok=True)
    (sources / name).write_bytes(content)
    before = tree(tmp_path)
    named = [sources / "folder"] if "/" in name else [sources / "one", sources / name]
    assert refused(make_home, tmp_path / place, named).exit_code == code
    assert tree(tmp_path) == before


def test_all_files_that_cannot_be_read_are_told_at_once(tmp_path, sources):
    for name in ("a.txt", "b.txt"):
        (sources / "one" / name).write_bytes(b"")
    error = refused(make_home, tmp_path / "home", [sources / "one"])
    assert error.what.startswith("2 problems")
    assert all(name in str(error) for name in ("a.txt", "b.txt"))

"""Studies that are wrong: each fault of input is told with its place and ends with 3; none passes silently."""

import json
import subprocess
import tracemalloc
from itertools import pairwise

import pytest

from policytext import ingest, prepare
from policytext.errors import PolicytextError
from policytext.study import problems_of

TEXT = "标题行\n甲地坚持科技创新。\n乙地推动转化。\n"
TABLES = {
    "reports": "report_id,file,published,year,sha256\nr-a,reports/a.txt,2024-01,2024,\nr-b,reports/b.txt,,,\n",
    "units": "unit_id,report_id,unit,city\njia,r-a,甲,甲市\nyi,r-a,乙,乙市\nbing,r-b,丙,丙市\n",
    "spans": "report_id,unit_id,part,kind,join,start,end,begins,ends\n"
    "r-a,,1,title,paragraph,0,3,标题,题行\n"
    "r-a,jia,2,body,paragraph,4,13,甲地,创新。\n"
    "r-a,yi,3,body,paragraph,14,21,乙地,转化。\n",
    "study": "title: {zh: 题, en: Title}\ngroup_by: city\nlanguages: [zh, en]\n",
}
REPORTS, UNITS, SPANS, SETTINGS = "seeds/reports.csv", "seeds/units.csv", "seeds/spans.csv", "seeds/study.yml"


@pytest.fixture
def whole(make_study):
    """A home with which nothing is wrong."""
    home = make_study({"a.txt": TEXT, "b.txt": "丙地好。\n"}, **TABLES)
    assert problems_of(home) == []
    return home


@pytest.fixture
def told(command):
    """What `check` tells of a home as (file, line, column, what and fix), when `find` refuses the home as well."""

    def tell(home):
        code, out, err = command("check", "--format", "json", "--home", home.root)
        problems = json.loads(out)["problems"]
        assert (code, err) == (3, "")
        assert {problem["exit_code"] for problem in problems} == {3}
        code, out, err = command("find", "科技", "--home", home.root)
        assert (code, out) == (3, "")
        assert err.strip()
        plain = command("check", "--home", home.root)
        assert plain[0] == 3
        assert plain[1].splitlines()[-1] == f"{len(problems)} problems."
        words = [f"{problem['what']} {problem.get('fix', '')}" for problem in problems]
        return [
            (problem["file"], problem.get("line"), problem.get("column", ""), text)
            for problem, text in zip(problems, words, strict=True)
        ]

    return tell


def spoil(home, file, old, new):
    path = home.root / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


# ---------------------------------------------------------------- tables and settings


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "column", "said"),
    [
        (REPORTS, "report_id,file", "reportid,file", 1, "report_id", "Is it 'reportid'?"),
        (REPORTS, ",file,", ",path,", 1, "file", "is missing It needs"),
        (REPORTS, ",published,year", ",year,year", 1, "year", "stands there twice"),
        (REPORTS, "r-b,", "r-a,", 3, "report_id", "'r-a' stands there twice"),
        (REPORTS, "r-b,", "2024,", 3, "report_id", "bare number"),
        (REPORTS, "r-b,", "r b,", 3, "report_id", "an id is made of"),
        (REPORTS, "2024-01", "2024/01", 2, "published", "2023-09-26"),
        (REPORTS, ",2024,\n", ",soon,\n", 2, "year", "integer"),
        (REPORTS, ",2024,\n", ",2024\n", 2, "", "4 cells, the header 5"),
        (REPORTS, ",2024,\n", ",2024,,,\n", 2, "", "7 cells, the header 5"),
        (REPORTS, ",2024,\n", ",2024,abc\n", 2, "sha256", "is not the file that was recorded"),
        (REPORTS, "r-b,reports/b.txt,,,\n", "r-b,reports/b.txt,,,\nr-c,reports/b.txt,,,\n", 4, "report_id", "no unit"),
        (REPORTS, "r-b,reports", '"r-b,reports', 3, "", "Close the quotation mark"),
        (UNITS, "unit_id,", "unitid,", 1, "unit_id", "Is it 'unitid'?"),
        (UNITS, ",unit,", ",name,", 1, "unit", "is missing"),
        (UNITS, "yi,", "jia,", 3, "unit_id", "'jia' stands there twice"),
        (UNITS, "yi,", "7,", 3, "unit_id", "bare number"),
        (UNITS, "bing,r-b", "bing,r-c", 4, "report_id", "there is no report_id 'r-c' Is it"),
        (UNITS, "甲,甲市", "甲,市,甲市", 2, "", "5 cells, the header 4"),
        (SPANS, ",start,", ",starts,", 1, "start", "Is it 'starts'?"),
        (SPANS, "paragraph,4,13", "paragraph,four,13", 3, "start", "integer"),
        (SPANS, "paragraph,4,13", "paragraph,-4,13", 3, "start", "greater than or equal to 0"),
        (SPANS, "paragraph,4,13", "paragraph,4,", 3, "end", ""),
        (SPANS, "jia,2,", "jia,0,", 3, "part", "greater than 0"),
        (SPANS, "jia,2,body", "jia,2,bodi", 3, "kind", "'body'"),
        (SPANS, "jia,2,body,paragraph", "jia,2,body,glued", 3, "join", "'inline'"),
        (SPANS, "r-a,jia", "r-c,jia", 3, "report_id", "there is no report_id 'r-c'"),
        (SPANS, "r-a,jia", "r-a,jai", 3, "unit_id", "there is no unit_id 'jai' Is it 'jia'?"),
        (SPANS, "r-a,jia", "r-a,bing", 3, "unit_id", "unit of another report"),
        (SPANS, "paragraph,14,21", "paragraph,14,99", 4, "end", "does not lie within the text of 22 characters"),
        (SPANS, "paragraph,14,21", "paragraph,21,14", 4, "end", "does not lie within"),
        (SPANS, "paragraph,14,21", "paragraph,14,14", 4, "end", "does not lie within"),
        (SPANS, "14,21,乙地", "14,21,丙地", 4, "begins", "begins with '乙地推动转化。', not '丙地'"),
        (SPANS, "乙地,转化。", "乙地,变化。", 4, "ends", "ends with '乙地推动转化。', not '变化。'"),
        (SPANS, "14,21,乙地", "12,21,。", 4, "start", "overlaps"),
        (SPANS, "yi,3,", "yi,2,", 4, "part", "the part 2 stands there twice"),
        (SPANS, "jia,2,body,paragraph", "jia,2,body,inline", 3, "join", "not of its unit"),
        (SPANS, "yi,3,body,paragraph", "yi,3,body,inline", 4, "join", "not of its unit"),
        (SPANS, ",1,title,paragraph", ",1,title,inline", 2, "join", "not of its unit"),
        (SPANS, "jia,2,body", "jia,2,byline", 3, "kind", "belong to a unit"),
        (SPANS, "r-a,,1,title", "r-a,,1,body", 2, "kind", "belong to a unit"),
        (SPANS, "14,21,乙地,转化。\n", '14,21,乙地,"转化。\n', 4, "", "Close the quotation mark"),
        (SETTINGS, "group_by", "gruop_by", 2, "", "Known here: title, question, group_by"),
        (SETTINGS, "group_by: city", "group_by: [city]", 2, "", "group_by"),
        (SETTINGS, "group_by: city", "group_by: colour", None, "group_by", "units cannot be grouped by 'colour'"),
        (SETTINGS, "group_by: city", "group_by: &a city", 2, "", "anchors and aliases"),
        (SETTINGS, "group_by: city", "group_by: !!python/name:os.system city", 2, "", "tags"),
        (SETTINGS, "group_by: city", "title: {zh: 又}", 2, "", "repeated"),
        (SETTINGS, "languages: [zh, en]", "languages: [zh, fr]", 3, "", "languages.1"),
        (SETTINGS, "languages: [zh, en]", "languages: [zh, en", 4, "", ""),
    ],
)
def test_a_broken_cell_or_setting_is_told_with_file_line_and_column(whole, told, file, old, new, line, column, said):
    spoil(whole, file, old, new)
    assert [text for *place, text in told(whole) if place == [file, line, column] and said in text]


def test_a_unit_that_no_span_speaks_for_is_told(whole, told):
    spoil(whole, UNITS, "bing,r-b", "ding,r-a,丁,丁市\nbing,r-b")
    assert [(file, column) for file, _, column, text in told(whole) if "'ding' has no span" in text] == [
        (SPANS, "unit_id")
    ]


def test_a_report_with_several_units_but_no_spans_is_told(whole, told):
    spoil(whole, UNITS, "bing,r-b", "ding,r-b,丁,丁市\nbing,r-b")
    assert [place for *place, text in told(whole) if "several units but no spans" in text] == [
        [REPORTS, 3, "report_id"]
    ]


def test_text_that_no_span_accounts_for_is_told_with_the_line_of_the_report_and_the_words(whole, told):
    spoil(whole, SPANS, "r-a,jia,2,body,paragraph,4,13,甲地,创新。", "r-a,jia,2,body,paragraph,4,8,甲地,坚持")
    (problem,) = told(whole)
    assert problem[:3] == ("seeds/reports/a.txt", 2, "")
    assert "'科技创新。' (from 8 to 14)" in problem[3]


def test_all_faults_of_all_tables_are_told_at_once(whole, told):
    spoil(whole, REPORTS, "2024-01", "soon")
    spoil(whole, UNITS, "yi,", "7,")
    spoil(whole, SPANS, "paragraph,4,13", "paragraph,four,13")
    spoil(whole, SETTINGS, "group_by", "gruop_by")
    assert {file for file, *_ in told(whole)} == {REPORTS, UNITS, SPANS, SETTINGS}


def test_ids_that_are_twice_are_told_whatever_the_units_are_grouped_by(whole, told):
    spoil(whole, SETTINGS, "group_by: city", "group_by: year")
    spoil(whole, REPORTS, "r-b,", "r-a,")
    assert [REPORTS, 3, "report_id"] in [place for *place, _ in told(whole)]


def test_no_fault_is_told_in_a_file_that_is_not_there(make_study, told):
    home = make_study({"a.txt": TEXT}, reports="report_id,file\nr-a,reports/a.txt\nr-a,reports/a.txt\n")
    assert {file for file, *_ in told(home)} == {REPORTS}


def test_tags_and_anchors_are_refused_and_nothing_is_executed(whole, told):
    command = f"!!python/object/apply:os.system ['touch {whole.root}/ran']"
    (whole.seeds / "study.yml").write_text(f"group_by: city\ntitle: {command}\n", "utf-8")
    assert [(file, line) for file, line, *_ in told(whole)] == [(SETTINGS, 2)]
    assert not (whole.root / "ran").exists()


def test_a_setting_that_would_grow_without_bound_is_refused_in_no_time_and_space(whole, told):
    names = [f"a{n}" for n in range(30)]
    lines = [f"{name}: &{name} [{', '.join(['*' + before] * 9)}]" for before, name in pairwise(names)]
    (whole.seeds / "study.yml").write_text("\n".join([f"{names[0]}: &{names[0]} [x]", *lines]), "utf-8")
    tracemalloc.start()
    try:
        assert [(file, line) for file, line, *_ in told(whole)] == [(SETTINGS, 1)]
        assert tracemalloc.get_traced_memory()[1] < 50 * 2**20
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------- reports


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", None, "it is empty"),
        (b" \n\n\t", None, "it is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", None, "binary"),
        (b"\xff\xfe\x00", None, "utf-16-le"),
        ("丙地好。\n丙地\ufffd。\n".encode(), 2, "characters were lost"),
        ("丙地好。\n锟斤拷。\n".encode(), 2, "characters were lost"),
        ((TEXT * 9).encode().decode("gb18030", "ignore").encode(), 1, "read in a wrong encoding"),
        ((TEXT * 9).encode().decode("latin-1").encode(), 1, "mojibake"),
        ("丙地好。\n".encode() + b"\xff\xff\n", 2, "bytes are missing or changed"),
        (b"\x80\xff\xff\n", 1, "neither UTF-8 nor GB18030 nor Big5"),
    ],
)
def test_a_report_that_cannot_be_read_is_told_with_its_reason_and_who_names_it(whole, told, content, line, said):
    (whole.seeds / "reports" / "b.txt").write_bytes(content)
    ((*place, text),) = told(whole)
    assert place == ["seeds/reports/b.txt", line, ""]
    assert said in text
    assert text.endswith("It is named in seeds/reports.csv, line 3.")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_a_report_in_another_encoding_keeps_the_spans_it_had(whole, encoding):
    (whole.seeds / "reports" / "a.txt").write_bytes(TEXT.encode(encoding))
    assert problems_of(whole) == []


def test_a_report_that_is_not_there_is_told(whole, told):
    (whole.seeds / "reports" / "b.txt").unlink()
    ((*place, text),) = told(whole)
    assert place == ["seeds/reports/b.txt", None, ""]
    assert "there is no such file" in text


def test_a_report_that_changed_since_it_was_recorded_is_told_in_its_row(command, whole, told):
    spoil(whole, REPORTS, "r-b,reports/b.txt,,,", "r-b,reports/b.txt,,," + "0" * 64)
    ((*place, text),) = told(whole)
    assert place == [REPORTS, 3, "sha256"]
    found = text.partition("its sha256 is ")[2][:64]
    spoil(whole, REPORTS, "0" * 64, found)
    assert command("check", "--home", whole.root)[0] == 0
    (whole.seeds / "reports" / "b.txt").write_text("丙地好！\n", "utf-8")
    assert [place for *place, _ in told(whole)] == [[REPORTS, 3, "sha256"]]


@pytest.mark.parametrize(
    "file", ["../outside.txt", "../../outside.txt", "reports/../../outside.txt", "/etc/hostname", "reports/link.txt"]
)
def test_a_report_outside_the_study_is_not_read(whole, told, file):
    for place in (whole.root, whole.root.parent):
        (place / "outside.txt").write_text("丙地的秘密科技。\n", "utf-8")
    (whole.seeds / "reports" / "link.txt").symlink_to(whole.root / "outside.txt")
    spoil(whole, REPORTS, "reports/b.txt", file)
    ((*_, text),) = told(whole)
    assert "it lies outside the study" in text
    assert "seeds/reports.csv, line 3" in text


def test_a_folder_out_of_the_study_behind_a_link_is_not_read(whole, told, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.txt").write_text("丙地的秘密科技。\n", "utf-8")
    (whole.seeds / "reports" / "more").symlink_to(tmp_path / "elsewhere")
    spoil(whole, REPORTS, "reports/b.txt", "reports/more/b.txt")
    assert ["it lies outside" in text for *_, text in told(whole)] == [True]


def test_a_link_within_the_study_is_read(whole):
    (whole.seeds / "reports" / "link.txt").symlink_to("b.txt")
    spoil(whole, REPORTS, "reports/b.txt", "reports/link.txt")
    assert problems_of(whole) == []


@pytest.mark.parametrize("file", ["reports/loop.txt", "reports", "", "reports/" + "x" * 300 + ".txt"])
def test_what_is_no_readable_file_is_told_without_a_traceback(whole, told, file):
    (whole.seeds / "reports" / "loop.txt").symlink_to("loop.txt")
    spoil(whole, REPORTS, "reports/b.txt", file)
    ((*_, text),) = told(whole)
    assert "seeds/reports.csv, line 3" in text


@pytest.mark.parametrize("tables", [TABLES, {}], ids=["with tables", "without"])
def test_a_file_of_200_megabytes_is_refused_in_bounded_memory(make_study, tables):
    home = make_study({"a.txt": TEXT, "b.txt": "丙地好。\n"}, **tables)
    with (home.seeds / "reports" / "b.txt").open("wb") as file:
        file.truncate(200 * 2**20)
    tracemalloc.start()
    try:
        problems = problems_of(home)
        with pytest.raises(PolicytextError) as raised:
            prepare.refresh(home)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [(problem.file, problem.exit_code) for problem in problems] == [("seeds/reports/b.txt", 3)]
    assert "more than 32 MiB" in problems[0].what
    assert raised.value.exit_code == 3
    assert peak < 2 * ingest.MAX_BYTES


def test_lists_that_are_wrong_are_told_with_their_line(whole, told):
    (whole.seeds / "dictionary.txt").write_text("科技创新\n# 地名\n科技 创新\n", "utf-8")
    assert [place for *place, _ in told(whole)] == [["seeds/dictionary.txt", 3, ""]]


# ---------------------------------------------------------------- a disk that is full


@pytest.fixture
def small_disk(whole):
    """The cache of the home on a disk of its own."""
    compiled = (whole.cache / "jieba.cache").read_bytes()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", whole.cache]
    if (done := subprocess.run(mount, capture_output=True, text=True, check=False)).returncode:
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    (whole.cache / "jieba.cache").write_bytes(compiled)
    yield whole.cache
    subprocess.run(["umount", "-l", whole.cache], check=True)


def fill(path):
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def test_a_disk_that_is_full_while_reports_are_prepared_is_told_in_one_line_and_needs_no_cleaning(
    command, whole, small_disk
):
    with pytest.raises(OSError, match="No space left"):
        fill(small_disk / "fill")
    code, out, err = command("find", "科技", "--home", whole.root)
    assert (code, out) == (1, "")
    assert len(err.strip().splitlines()) == 1
    assert "No space left" in err or "disk full" in err
    (small_disk / "fill").unlink()
    assert command("find", "科技", "--home", whole.root)[1].splitlines()[-1] == "科技: 1 in 1 of 2 reports"

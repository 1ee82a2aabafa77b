"""What a user may rely on in the commands: they find the home, say what is wrong, end with the code that was promised."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from policytext.study import PROJECT, find_home, problems_of
from policytext.study.home import Home

TEXT = "我市坚持科技创新。\n科技创新推动[bold]转化[/bold]。\n"
BROKEN = {
    "reports": "report_id,file\nr-a,reports/a.txt\nr-a,reports/a.txt\n",
    "units": "unit_id,report_id,unit\nu-a,r-a,甲\n",
}


def shell(*arguments, cwd, **env):
    """The command in a process of its own, with nothing of the caller's environment but what it needs."""
    process = subprocess.run(
        [sys.executable, "-m", "policytext", *map(str, arguments)],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | env,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return process.returncode, process.stdout.decode("utf-8"), process.stderr.decode("utf-8")


def sums(folder):
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


# ---------------------------------------------------------------- check


def test_check_ends_with_0_and_says_what_there_is_where_nothing_is_wrong(command, home):
    code, out, err = command("check", "--home", home.root)
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "5 reports, 12 units, 183 spans: nothing is wrong."


def test_check_lists_the_terms_that_are_not_cut_whole(command, make_study):
    home = make_study({"a.txt": "激活动能。\n"}, dictionary="活动\n")
    code, out, _ = command("check", "--home", home.root)
    assert code == 0
    assert "note: 活动 is not cut whole in a:0 (1-3): 激活/动能" in out.splitlines()


def test_check_ends_with_3_and_tells_each_problem_in_a_line(command, make_study):
    home = make_study(
        {"a.txt": TEXT},
        **BROKEN | {"reports": BROKEN["reports"] + "r-b,reports/b.txt\n", "units": BROKEN["units"] + "u-b,r-b,乙\n"},
    )
    code, out, _ = command("check", "--home", home.root)
    lines = out.splitlines()
    assert code == 3
    assert lines[0].startswith("seeds/reports.csv:3 (column report_id): 'r-a' stands there twice. ")
    assert "seeds/reports/b.txt: there is no such file" in lines[-2]
    assert lines[-1] == "2 problems."


def test_check_speaks_json(command, make_study):
    home = make_study({"a.txt": TEXT}, **BROKEN)
    code, out, _ = command("check", "--format", "json", "--home", home.root)
    told = json.loads(out)
    assert code == 3
    assert told["uncut"] == []
    assert [problem["what"] for problem in told["problems"]] == ["'r-a' stands there twice"]
    problem = told["problems"][0]
    assert (problem["file"], problem["line"], problem["column"]) == ("seeds/reports.csv", 3, "report_id")


def test_check_speaks_json_where_nothing_is_wrong_and_while_it_prepares(command, make_study, monkeypatch):
    monkeypatch.setattr("policytext.prepare.BATCH", 1)
    home = make_study({"a.txt": "激活动能。\n", "b.txt": TEXT}, dictionary="活动\n")
    code, out, _ = command("check", "--format", "json", "--home", home.root)
    assert code == 0
    told = json.loads(out)
    assert told["problems"] == []
    assert told["uncut"] == [{"term": "活动", "tokens": "激活/动能", "sentence_id": "a:0", "spans": "1-3"}]
    assert {note["kind"] for note in told["codebook"]} >= {"dead", "in two themes"}
    assert out.startswith("{"), "progress is no part of the answer"


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [("dictionary", "科技\n科技 创新\n", 2), ("stopwords", "进行\n开展\n进行\n", 3), ("boilerplate", "(\n", 1)],
)
def test_check_reads_the_lists_too(command, make_study, name, content, line):
    home = make_study({"a.txt": TEXT}, **{name: content})
    code, out, _ = command("check", "--home", home.root)
    assert code == 3
    assert out.startswith(f"seeds/{name}.txt:{line}: ")


# ---------------------------------------------------------------- find


def test_find_prints_each_occurrence_in_its_sentence_with_place_report_and_position(command, make_study):
    home = make_study({"a.txt": TEXT, "b.txt": "别的。\n"})
    code, out, _ = command("find", "科技创新", "--home", home.root)
    assert code == 0
    assert out.splitlines() == [
        "a · a 4-8  我市坚持【科技创新】。",
        "a · a 10-14  【科技创新】推动[bold]转化[/bold]。",
        "科技创新: 2 in 1 of 2 reports",
    ]


def test_find_prints_the_text_as_it_is_and_takes_the_term_as_it_is(command, make_study):
    home = make_study({"a.txt": TEXT})
    assert command("find", "[bold]", "--home", home.root)[1].splitlines()[-1] == "[bold]: 1 in 1 of 1 reports"
    for absent in (".*", "[/x]"):
        assert command("find", absent, "--home", home.root)[:2] == (0, f"{absent}: 0 in 0 of 1 reports\n")


@pytest.mark.parametrize(
    ("term", "unit", "spans"),
    [
        ("高质量发展", "城南经济新区", "3120-3122;3124-3127"),
        ("风险发展基金", "高邮高新区", "923-927;929-931"),
    ],
)
def test_find_sees_words_that_a_column_break_divides(command, home, term, unit, spans):
    _, out, _ = command("find", term, "--home", home.root)
    divided = [line for line in out.splitlines() if ";" in line.partition("  ")[0]]
    assert [line.partition("  ")[0] for line in divided] == [f"{unit} · gaoyou-2023 {spans}"]
    assert f"【{term}】" in divided[0]


def test_find_sees_the_divided_word_of_the_bureau(command, home, raw):
    _, out, _ = command("find", "转化", "--home", home.root)
    places = [line.split("  ")[0].rsplit(" ", 1)[1] for line in out.splitlines() if line.startswith("高邮市科技局")]
    divided = [spans for spans in places if ";" in spans]
    assert len(divided) == 1
    first, second = (tuple(map(int, piece.split("-"))) for piece in divided[0].split(";"))
    assert raw["gaoyou-2023"][slice(*first)] + raw["gaoyou-2023"][slice(*second)] == "转化"
    assert second[0] != first[1]


def test_find_refuses_an_empty_term(command, make_study):
    code, out, err = command("find", "", "--home", make_study({"a.txt": TEXT}).root)
    assert (code, out) == (2, "")
    assert err


def test_find_in_a_broken_study_ends_with_3_and_no_answer(command, make_study):
    home = make_study({"a.txt": TEXT}, **BROKEN)
    code, out, err = command("find", "科技", "--home", home.root)
    assert (code, out) == (3, "")
    assert err.startswith("seeds/reports.csv:3 (column report_id)")


# ---------------------------------------------------------------- new


def test_new_makes_a_home_in_which_all_commands_work(command, tmp_path):
    (tmp_path / "我的 报告").mkdir()
    (tmp_path / "我的 报告" / "南通 2024.txt").write_text(TEXT, "gb18030")
    place = tmp_path / "新 {家}"
    code, out, _ = command("new", place, tmp_path / "我的 报告")
    assert code == 0
    assert out.startswith(f"Made {place}")
    assert command("check", "--home", place)[1].endswith("1 reports, 1 units, 0 spans: nothing is wrong.\n")
    assert "科技创新: 2 in 1 of 1 reports" in command("find", "科技创新", "--home", place)[1]


def test_new_ends_with_2_for_a_taken_place_and_with_3_for_a_report_that_cannot_be_read(command, tmp_path, make_study):
    (tmp_path / "good.txt").write_text(TEXT, "utf-8")
    (tmp_path / "bad.txt").write_bytes(b"\0")
    taken = make_study({"a.txt": TEXT})
    before = sums(taken.root)
    code, _, err = command("new", taken.root, tmp_path / "good.txt")
    assert (code, "is there already" in err, sums(taken.root)) == (2, True, before)
    code, _, err = command("new", tmp_path / "home", tmp_path / "good.txt", tmp_path / "bad.txt")
    assert (code, "binary" in err, (tmp_path / "home").exists()) == (3, True, False)
    assert command("new", tmp_path / "home", tmp_path / "nowhere.txt")[0] == 2
    assert command("new", tmp_path / "home")[0] == 2


# ---------------------------------------------------------------- usage and homes


@pytest.mark.parametrize(
    "arguments", [["chekc"], ["check", "--format", "xml"], ["find"], ["check", "--home", __file__], ["check", "extra"]]
)
def test_wrong_usage_ends_with_2_and_says_why(command, arguments):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert "Error" in err


@pytest.mark.parametrize("arguments", [["--help"], ["check", "-h"], ["--version"]])
def test_help_and_version_end_with_0(command, arguments):
    code, out, _ = command(*arguments)
    assert code == 0
    assert out


def test_help_names_every_command_with_what_it_does(command):
    _, out, _ = command("--help")
    for name in ("run", "verify", "archive", "status", "check", "find", "new", "lab"):
        assert f"\n  {name} " in out


def test_a_home_is_named_then_set_then_the_nearest_folder_upwards_with_seeds(make_study, monkeypatch):
    named, set_, here = (make_study({"a.txt": TEXT}) for _ in range(3))
    deep = here.root / "notebooks" / "deep"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    assert find_home() == here
    monkeypatch.setenv("POLICYTEXT_HOME", str(set_.root))
    assert find_home() == set_
    assert find_home(named.root) == named


def test_a_home_that_is_named_or_set_is_taken_at_its_word(command, make_study, tmp_path, monkeypatch):
    monkeypatch.chdir(make_study({"a.txt": TEXT}).root)
    (tmp_path / "empty").mkdir()
    for place in ("empty", "nowhere"):
        code, _, err = command("check", "--home", tmp_path / place)
        assert (code, "no study here" in err) == (2, True)
        monkeypatch.setenv("POLICYTEXT_HOME", str(tmp_path / place))
        assert command("check")[0] == 2
        monkeypatch.delenv("POLICYTEXT_HOME")
    assert command("check")[0] == 0


def test_a_home_may_be_named_by_a_relative_path_and_by_a_tilde(command, make_study, monkeypatch):
    home = make_study({"a.txt": TEXT})
    monkeypatch.chdir(home.root.parent)
    monkeypatch.setenv("HOME", str(home.root.parent))
    assert find_home(home.root.name) == find_home(f"~/{home.root.name}") == home
    assert command("check", "--home", f"../{home.root.parent.name}/{home.root.name}")[0] == 0


def test_outside_any_home_a_command_says_how_to_get_one(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, _, err = command("check")
    assert code == 2
    assert "policytext new" in err


def test_a_home_without_lists_notebooks_and_pipeline_uses_those_of_the_project(make_study):
    home = make_study({"a.txt": TEXT}, stopwords="的\n")
    assert home.seed("dictionary.txt") == PROJECT / "seeds" / "dictionary.txt"
    assert home.seed("stopwords.txt") == home.seeds / "stopwords.txt"
    assert (home.notebooks, home.pipeline) == (PROJECT / "notebooks", PROJECT / "pipeline.yml")
    assert home.relative(home.seeds / "reports") == "seeds/reports"
    assert home.relative(PROJECT / "pipeline.yml") == "pipeline.yml"


# ---------------------------------------------------------------- as another process


def test_reading_commands_change_no_byte_of_the_study(command, home, study):
    before = sums(home.seeds)
    for arguments in (["check"], ["check", "--format", "json"], ["find", "科技"]):
        assert command(*arguments, "--home", home.root)[0] == 0
    assert sums(home.seeds) == before == sums(PROJECT / "seeds")
    recorded = set(study.reports["sha256"])
    assert recorded == {sum_ for name, sum_ in before.items() if name.startswith("reports/")}


def test_a_command_writes_nothing_outside_the_home(make_study, tmp_path):
    home = make_study({"a.txt": TEXT})
    (home.cache / "jieba.cache").unlink()
    places = {name: tmp_path / name.lower() for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    for place in (*places.values(), tmp_path / "cwd"):
        place.mkdir()
    before = sums(home.seeds)
    env = {name: str(place) for name, place in places.items()}
    code, out, err = shell("find", "科技", "--home", home.root, cwd=tmp_path / "cwd", **env)
    assert (code, out.count("【科技】")) == (0, 2), err
    assert [list(place.iterdir()) for place in (*places.values(), tmp_path / "cwd")] == [[]] * 5
    assert sums(home.seeds) == before
    assert {path.name for path in home.root.iterdir()} == {"seeds", "build"}
    assert (home.cache / "jieba.cache").is_file()


def test_output_is_the_same_bytes_in_another_locale_time_zone_and_hash_seed(make_study):
    home = make_study({"a.txt": TEXT, "b.txt": "科技副总。\n"})
    plain = shell("find", "科技", cwd=home.root, LC_ALL="C.UTF-8")
    other = {"LC_ALL": "C", "LANG": "C", "TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7", "COLUMNS": "20"}
    assert plain[0] == 0
    assert plain[1].splitlines()[-1] == "科技: 3 in 2 of 2 reports"
    assert shell("find", "科技", cwd=home.root, **other) == plain


def test_a_study_that_is_wrong_ends_the_process_with_3_and_no_traceback(make_study):
    home = make_study({"a.txt": TEXT}, **BROKEN)
    for arguments in (["check"], ["find", "科技"]):
        code, out, err = shell(*arguments, cwd=home.root)
        assert code == 3
        assert "Traceback" not in out + err
        assert "stands there twice" in out + err
    assert [problem.line for problem in problems_of(Home(home.root))] == [3]

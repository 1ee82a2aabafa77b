"""Notebooks that fail, each in its own way, beside one that does not: what is told, what is kept, what is left."""

import fcntl
import json
import os
import shutil
import signal
import time

import nbformat
import psutil
import pytest
import tiny_homes
from tiny_homes import entry, execute, figure, finish, start, table, wait_for

from policytext.study.home import Home

SLEEPER = (
    "import subprocess\nchild = subprocess.Popen(['sleep', '987'], start_new_session=True, env=dict(os.environ, A='b'))"
)
ORPHAN = "os.system('(setsid sleep 988 &) > /dev/null 2>&1')"
PIPELINE = """
notebooks:
  - {notebook: good, reads: [data], writes: [tables/good]}
  - {notebook: raises, reads: [data], writes: [tables/raises]}
  - {notebook: needs-raises, reads: [tables/raises], writes: [tables/more]}
  - {notebook: needs-more, reads: [tables/more]}
  - {notebook: exits}
  - {notebook: exits-last}
  - {notebook: vanishes}
  - {notebook: forgets, writes: [tables/forgotten]}
  - {notebook: adds, writes: [tables/declared]}
  - {notebook: leaves, writes: [figures/left]}
  - {notebook: floods}
"""
NOTEBOOKS = {
    "good": [table("good")],
    "raises": [table("raises"), "print('a last word')\nraise ValueError('no such town')", "1"],
    "needs_raises": [table("more")],
    "needs_more": ["1"],
    "exits": ["1", "sys.exit(0)", "1", "", "1"],
    "exits_last": ["sys.exit()"],
    "vanishes": ["os._exit(0)", "1", "1"],
    "forgets": ["1"],
    "adds": [table("declared"), table("undeclared"), "(out / 'notes.txt').write_text('x')"],
    "leaves": [SLEEPER, ORPHAN, figure("left")],
    "floods": ["for i in range(200_000): print('line', i)\nprint('the end')"],
}


def sleepers(seconds: str) -> list[psutil.Process]:
    running = psutil.process_iter(["cmdline"])
    return [process for process in running if (process.info["cmdline"] or [])[:2] == ["sleep", seconds]]


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """A home in which all of them have run once, and how the run ended; the same one for all processes of pytest."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "notebooks"
    folder.mkdir(exist_ok=True)
    told = folder / "told.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            home = tiny_homes.make(folder / "家 {a} b", PIPELINE, **NOTEBOOKS)
            told.write_text(json.dumps(execute(home)))
    return Home(folder / "家 {a} b"), *json.loads(told.read_text())


def test_a_failure_ends_the_run_with_1_and_one_line_that_says_what_to_do(ended):
    _, code, out, err = ended
    last = err.strip().splitlines()[-1]
    assert (code, out) == (1, "")
    assert "did not run" in last or "ValueError" in last or "exit" in last
    assert "run again" in last


def test_an_exception_is_recorded_with_its_cell_and_its_last_lines(ended):
    error = entry(ended[0], "raises")["error"]
    assert error["what"] == "ValueError: no such town; cell 4 did not run"
    assert error["cell"] == 3
    assert "a last word" in "\n".join(error["last"])


def test_what_depends_on_a_failure_is_skipped_and_the_others_finish(ended):
    home = ended[0]
    assert [entry(home, name)["state"] for name in ("needs-raises", "needs-more", "good")] == [
        "skipped",
        "skipped",
        "done",
    ]
    assert (home.tables / "good.csv").read_text() == "a,b\n1,2\n"


def test_nothing_of_a_failed_notebook_is_published(ended):
    home = ended[0]
    assert sorted(path.name for path in home.tables.iterdir()) == ["good.csv"]
    assert not (home.build / "staging" / "raises").exists()


def test_a_failed_notebook_is_kept_with_what_it_printed(ended):
    kept = nbformat.read(ended[0].executed / "raises.failed.ipynb", as_version=4)
    assert "a last word" in kept.cells[2].outputs[0].text
    assert [cell.metadata.papermill.status for cell in kept.cells] == ["completed", "completed", "failed", "pending"]


def test_leaving_by_sys_exit_is_a_failure_that_names_the_cells_that_did_not_run(ended):
    error = entry(ended[0], "exits")["error"]
    assert error["cell"] == 3
    assert error["what"] == "the cell ends the notebook by exit; cells 4, 6 did not run"


def test_leaving_in_the_last_cell_is_a_failure_too(ended):
    assert entry(ended[0], "exits-last")["error"]["cell"] == 2


def test_a_kernel_that_leaves_by_itself_is_a_failure_that_names_the_cells_that_did_not_run(ended):
    error = entry(ended[0], "vanishes")["error"]
    assert error["what"] == "its process ended with exit code 0; cells 3–4 did not run"


def test_outputs_that_are_missing_or_undeclared_are_named(ended):
    assert entry(ended[0], "forgets")["error"]["what"] == "the notebook did not write tables/forgotten"
    assert entry(ended[0], "adds")["error"]["what"] == "the notebook wrote notes.txt, tables/undeclared undeclared"


def test_no_process_that_a_notebook_started_is_left(ended):
    assert entry(ended[0], "leaves")["state"] == "done"
    assert not sleepers("987")
    assert not sleepers("988")


def test_much_output_is_cut_with_a_note_and_its_end_kept(ended):
    path = ended[0].executed / "floods.ipynb"
    printed = "".join(output.text for output in nbformat.read(path, as_version=4).cells[1].outputs)
    assert printed.startswith("line 0\nline 1\n")
    assert "195,001 lines of output are left out" in printed
    assert printed.endswith("line 199999\nthe end\n")
    assert path.stat().st_size < 1_000_000


def test_the_next_run_needs_no_cleaning_up(ended, tmp_path):
    home = Home(shutil.copytree(ended[0].root, tmp_path / "home"))
    tiny_homes.write_notebook(home.notebooks / "raises.ipynb", table("raises"))
    code, out, err = execute(home, "--only", "raises", "--only", "needs-raises", "--only", "good")
    assert (code, "good: up to date" in err) == (0, True), err
    assert out.startswith("Done:")
    assert (home.tables / "more.csv").is_file()
    assert not (home.executed / "raises.failed.ipynb").exists()


LOOP = """
notebooks: [{notebook: loop}, {notebook: stubborn}]
limits: {seconds: 6}
"""
STUBBORN = """while True:
    try:
        time.sleep(0.1)
    except KeyboardInterrupt:
        pass"""


@pytest.mark.slow
def test_an_endless_loop_ends_at_the_time_limit_though_it_swallows_interrupts_and_started_a_child(tmp_path):
    cells = {"loop": ["print('here')\nwhile True: pass"], "stubborn": [SLEEPER.replace("987", "986"), STUBBORN]}
    home = tiny_homes.make(tmp_path / "home", LOOP, **cells)
    code, _, err = execute(home)
    assert code == 124, err
    assert max(entry(home, name)["seconds"] for name in ("loop", "stubborn")) < 6 + 5
    assert not sleepers("986")
    assert entry(home, "loop")["error"] | {"last": 0} == {
        **{"what": "over the time limit of 6 s", "file": "loop.ipynb", "cell": 2, "exit_code": 124, "last": 0},
        "fix": "Make the cell faster, or raise `limits: seconds` in pipeline.yml.",
    }
    assert entry(home, "loop")["error"]["last"] == ["here"]
    assert entry(home, "stubborn")["error"]["cell"] == 3


def test_a_killed_kernel_ends_the_run_within_5_seconds_and_its_cell_and_memory_are_told(tmp_path):
    cells = ["held = b'x' * 300_000_000\n(pathlib.Path('pid')).write_text(str(os.getpid()))\ntime.sleep(60)", "1"]
    home = tiny_homes.make(tmp_path / "home", "notebooks: [{notebook: a}]", a=cells)
    process = start(home)
    pid = home.root / "pid"
    wait_for(lambda: pid.exists() and pid.read_text())
    psutil.Process(int(pid.read_text())).send_signal(signal.SIGKILL)
    begun = time.monotonic()
    code, _, err = finish(process)
    assert (code, time.monotonic() - begun < 5) == (137, True), err
    error = entry(home, "a")["error"]
    assert error["cell"] == 2
    assert error["what"].startswith("the kernel was killed from outside; its peak memory was ")
    assert int(error["what"].split("was ")[-1].split(" MB")[0]) > 300
    assert (home.executed / "a.failed.ipynb").is_file()


@pytest.mark.slow
def test_memory_above_the_limit_is_an_error_in_the_notebook_and_not_of_the_machine(tmp_path):
    pipeline = "limits: {memory_gb: 2}\nnotebooks: [{notebook: python}, {notebook: duckdb}]"
    query = "SELECT count(DISTINCT hash(i)) FROM range(900000000) r(i)"
    query = f"import duckdb\nduckdb.sql(\"SET memory_limit='20GB'\")\nduckdb.sql('{query}').fetchall()"
    home = tiny_homes.make(tmp_path / "home", pipeline, python=["b'x' * 3_000_000_000"], duckdb=[query])
    code, _, err = execute(home)
    assert code == 1, err
    assert "MemoryError" in entry(home, "python")["error"]["what"]
    assert "OutOfMemory" in entry(home, "duckdb")["error"]["what"]
    assert "memory_gb" in entry(home, "python")["error"]["fix"]


@pytest.mark.slow
def test_eight_kernels_starting_at_once_all_start_and_each_cell_runs_once(tmp_path):
    names = [f"n{number}" for number in range(8)]
    pipeline = "notebooks:\n" + "".join(f"  - {{notebook: {name}}}\n" for name in names)
    cells = ["with open('ran', 'a') as file: file.write('x')"]
    home = tiny_homes.make(tmp_path / "home", pipeline, **dict.fromkeys(names, cells))
    code, _, err = execute(home, "--jobs", "8")
    assert code == 0, err
    assert (home.root / "ran").read_text() == "x" * 8


def test_a_start_that_fails_is_tried_again_and_a_cell_never_is(tmp_path):
    hook = """import os, pathlib, sys
if 'ipykernel_launcher' in ' '.join(sys.orig_argv):
    mark = pathlib.Path(os.environ['POLICYTEXT_HOME'], 'starts')
    count = len(mark.read_text()) if mark.exists() else 0
    mark.write_text('x' * (count + 1))
    if count < 2: os._exit(1)
"""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(hook)
    cells = ["with open('ran', 'a') as file: file.write('x')"]
    home = tiny_homes.make(tmp_path / "home", "notebooks: [{notebook: a}]", a=cells)
    code, _, err = execute(home, PYTHONPATH=str(tmp_path / "site"))
    assert code == 0, err
    assert (home.root / "starts").read_text() == "xxx"
    assert (home.root / "ran").read_text() == "x"


def test_a_broken_parameter_stops_everything_before_a_notebook_starts(tmp_path):
    home = tiny_homes.make(tmp_path / "home", "notebooks: [{notebook: a}]", a=["pathlib.Path('ran').touch()"])
    tiny_homes.write_notebook(home.notebooks / "a.ipynb", "pathlib.Path('ran').touch()", parameters="top_n: int = 3")
    for option in (
        "top=3",
        "top_n=many",
        "top_n=!!python/name:os.system",
        "top_n={'a\\nimport os': 1}",
        "top_n=[&a x, *a]",
    ):
        code, out, err = execute(home, "-p", option)
        assert (code, out) == (2, ""), option
        assert "top_n" in err
    assert not (home.root / "ran").exists()
    assert not (home.build / "tryout" / "run.json").exists()


def test_nothing_outside_the_home_changes(tmp_path):
    (tmp_path / "user").mkdir()
    home = tiny_homes.make(tmp_path / "home", "notebooks: [{notebook: a}]", a=["raise KeyError"])
    code, _, _ = execute(home, HOME=str(tmp_path / "user"), TMPDIR=str(tmp_path / "user"))
    assert code == 1
    assert not [path for path in (tmp_path / "user").rglob("*") if path.is_file()]


def test_a_notebook_that_is_no_notebook_is_named(tmp_path):
    home = tiny_homes.make(tmp_path / "home", "notebooks: [{notebook: a}]", a=["1"])
    (home.notebooks / "a.ipynb").write_text(json.dumps({"cells": "none"}))
    code, _, err = execute(home)
    assert code == 2
    assert err.startswith("a.ipynb: this is not a notebook")

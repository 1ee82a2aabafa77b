"""Runs that are stopped, killed, or meet another run: nothing is left, and the next run goes on."""

import json
import os
import signal
import time

import psutil
import pytest
import tiny_homes
from tiny_homes import entry, execute, finish, start, table, wait_for

PIPELINE = """
notebooks:
  - {notebook: first, reads: [data], writes: [tables/first]}
  - {notebook: second, reads: [tables/first], writes: [tables/second]}
  - {notebook: third, reads: [tables/second], writes: [tables/third]}
"""
WAITING = (
    "import subprocess\nchild = subprocess.Popen(['sleep', '985'])\n"
    "pathlib.Path('at').write_text(f'{os.getpid()} {child.pid}')\n"
    "while not pathlib.Path('go').exists(): time.sleep(0.1)"
)


@pytest.fixture
def home(tmp_path):
    cells = {"first": [table("first")], "second": [WAITING, table("second")], "third": [table("third")]}
    return tiny_homes.make(tmp_path / "home", PIPELINE, **cells)


@pytest.fixture
def running(home):
    """A run whose second notebook is at work, and the processes of that notebook."""
    process = start(home)
    at = home.root / "at"
    wait_for(lambda: at.exists() and " " in at.read_text())
    pids = [int(pid) for pid in at.read_text().split()]
    yield process, [psutil.Process(pid) for pid in pids]
    if process.poll() is None:
        process.kill()
        process.communicate()


def gone(processes):
    return not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_told_to_stop_stops_within_5_seconds_and_keeps_what_is_finished(home, running, number):
    process, kernels = running
    begun = time.monotonic()
    process.send_signal(number)
    code, _, err = finish(process)
    assert (code, time.monotonic() - begun < 5) == (130, True), err
    assert err.strip().splitlines()[-1] == "stopped. What was finished is kept; run again to go on."
    assert gone(kernels)
    assert [entry(home, name)["state"] for name in ("first", "second", "third")] == [
        "done",
        "interrupted",
        "interrupted",
    ]
    assert sorted(path.name for path in home.tables.iterdir()) == ["first.csv"]
    assert (home.executed / "second.failed.ipynb").is_file()
    assert not any((home.build / "staging").glob("*"))


@pytest.mark.slow
def test_a_run_told_to_stop_while_it_prepares_the_reports_stops_within_5_seconds(tmp_path):
    home = tiny_homes.make(tmp_path / "home", "notebooks: [{notebook: a, reads: [seeds]}]", a=["1"])
    (home.seeds / "reports").mkdir()
    for number in range(300):  # more than one process takes on at once
        text = f"第{number}年科技创新取得成效，高新技术企业增长。\n" * 600
        (home.seeds / "reports" / f"town-{number}.txt").write_text(text, encoding="utf-8")
    process = start(home)
    wait_for(lambda: len(psutil.Process(process.pid).children(recursive=True)) > 1)
    time.sleep(1)
    children = psutil.Process(process.pid).children(recursive=True)
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    code, _, err = finish(process)
    assert (code, time.monotonic() - begun < 5) == (130, True), err
    assert gone(children)
    assert entry(home, "a")["state"] == "interrupted"


def test_a_killed_run_leaves_no_kernel_and_the_next_one_goes_on(home, running):
    process, kernels = running
    process.kill()
    process.communicate()
    wait_for(lambda: gone(kernels), seconds=5)
    (home.root / "go").touch()
    code, _, err = execute(home)
    assert (code, "first: up to date" in err) == (0, True), err
    assert (home.tables / "third.csv").is_file()
    assert not any((home.build / "staging").glob("*"))


def test_a_killed_worker_takes_its_kernel_along_and_is_told(home, running):
    process, kernels = running
    kernels[0].parent().kill()
    code, _, err = finish(process)
    assert code == 137, err
    assert gone(kernels)
    assert entry(home, "second")["error"]["cell"] == 2


def test_a_second_run_is_refused_with_the_process_and_the_time_of_the_first(home, running):
    process, _ = running
    code, out, err = execute(home)
    assert (code, out) == (75, "")
    assert f"process {process.pid}, since 20" in err


def test_a_run_that_ended_holds_nothing(home):
    (home.build).mkdir()
    (home.build / "run.lock").write_text(json.dumps({"pid": os.getpid(), "started": "2020-01-01"}))
    code, _, err = execute(home, "--only", "first")
    assert code == 0, err

"""Disks that are full or read-only, files that are damaged or change: what was there stays whole."""

import contextlib
import json
import os
import subprocess

import pytest
import tiny_homes
from tiny_homes import entry, execute, figure, finish, start, table, wait_for

PIPELINE = "notebooks: [{notebook: a, reads: [data], writes: [tables/a, figures/f]}]"


@contextlib.contextmanager
def small_disk(path, size):
    """A file system of its own at a folder."""
    path.mkdir(parents=True, exist_ok=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", path], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", path], check=True)


def test_a_disk_that_fills_up_while_publishing_leaves_the_old_figures_whole(tmp_path):
    home = tiny_homes.make(tmp_path / "home", PIPELINE, a=[table("a"), figure("f", "old")])
    with small_disk(home.figures, "64k"):
        assert execute(home)[0] == 0
        before = (home.figures / "f" / "data.csv").read_bytes()
        cells = [table("a"), figure("f", "x" * 100_000)]
        tiny_homes.write_notebook(home.notebooks / "a.ipynb", *cells)
        code, _, err = execute(home)
        assert code == 1
        assert "disk full" in err.strip().splitlines()[-1]
        assert (home.figures / "f" / "data.csv").read_bytes() == before == b"old"
        assert entry(home, "a")["error"]["what"].endswith("(disk full)")


def test_a_disk_that_fills_up_during_a_notebook_leaves_the_old_figures_whole(tmp_path):
    home = tiny_homes.make(tmp_path / "home", PIPELINE, a=[table("a"), figure("f", "old")])
    with small_disk(home.build, "600k"):
        assert execute(home)[0] == 0
        fill = "with open(out / 'big', 'wb') as file:\n    while True: file.write(b'x' * 4096); file.flush()"
        tiny_homes.write_notebook(home.notebooks / "a.ipynb", table("a"), figure("f", "new"), fill)
        code, _, err = execute(home)
        assert code == 1
        assert "disk full" in err.strip().splitlines()[-1]
        assert (home.figures / "f" / "data.csv").read_text() == "old"
        assert (home.tables / "a.csv").read_text() == "a,b\n1,2\n"
        assert entry(home, "a")["error"]["cell"] == 4
        assert json.loads((home.executed / "a.ipynb").read_text())["cells"]


def test_a_folder_of_figures_that_cannot_be_written_is_told_before_anything_runs(tmp_path):
    home = tiny_homes.make(tmp_path / "home", PIPELINE, a=["pathlib.Path('ran').touch()", table("a"), figure("f")])
    home.figures.write_text("a file where the folder should be")
    code, _, err = execute(home)
    assert code == 1
    assert err.startswith("figures cannot be written")
    assert not (home.root / "ran").exists()


def test_a_home_in_which_nothing_can_be_made_is_told_in_one_line(tmp_path):
    home = tiny_homes.make(tmp_path / "home", PIPELINE, a=["1"])
    home.build.write_text("a file where the folder should be")
    code, _, err = execute(home)
    assert (code, err) == (1, "build: the system refuses: File exists\n")


def test_a_read_only_disk_is_told_before_anything_runs(tmp_path):
    home = tiny_homes.make(tmp_path / "home", PIPELINE, a=["pathlib.Path('ran').touch()", table("a"), figure("f")])
    with small_disk(home.figures, "64k"):
        subprocess.run(["mount", "-o", "remount,ro", home.figures], check=True)
        code, _, err = execute(home)
    assert code == 1
    assert "figures cannot be written (Read-only file system)" in err
    assert not (home.root / "ran").exists()


def test_a_damaged_record_counts_as_absent(tmp_path):
    home = tiny_homes.make(tmp_path / "home", PIPELINE, a=[table("a"), figure("f")])
    home.build.mkdir()
    home.record.write_text('{"entries": {"a": {"key": "abc", "out')
    code, _, err = execute(home)
    assert code == 0, err
    assert err.startswith("run.json is damaged and counts as absent")
    assert entry(home, "a")["state"] == "done"


STUDY = "notebooks: [{notebook: a, reads: [seeds], writes: [tables/a]}]"


def test_a_report_that_changes_while_a_notebook_runs_is_told_and_nothing_published(tmp_path):
    wait = "pathlib.Path('at').touch()\nwhile not pathlib.Path('go').exists(): time.sleep(0.05)"
    home = tiny_homes.make(tmp_path / "home", STUDY, a=[wait, table("a")])
    report = home.seeds / "reports" / "nantong-2024.txt"
    report.parent.mkdir()
    report.write_text("科技创新取得成效。\n", encoding="utf-8")
    process = start(home)
    wait_for((home.root / "at").exists)
    report.write_text("改了一个字。\n", encoding="utf-8")
    (home.root / "go").touch()
    code, _, err = finish(process)
    assert code == 3
    assert "seeds/reports/nantong-2024.txt: changed while the run was reading it" in err
    assert not (home.tables / "a.csv").exists()
    code, _, err = execute(home)
    assert code == 0, err


def test_a_study_that_names_a_report_which_is_not_there_is_refused_before_a_notebook_runs(tmp_path):
    home = tiny_homes.make(tmp_path / "home", STUDY, a=["pathlib.Path('ran').touch()", table("a")])
    (home.seeds / "reports.csv").write_text("report_id,file\nnantong-2024,reports/nowhere.txt\n")
    code, _, err = execute(home)
    assert (code, "nowhere.txt" in err) == (3, True), err
    assert not (home.root / "ran").exists()


def test_long_paths_with_spaces_chinese_and_braces_work(tmp_path):
    home = tiny_homes.make(tmp_path / ("长 {path} " + "家" * 60), PIPELINE, a=[table("a"), figure("f"), "os.getcwd()"])
    assert len(os.fsencode(home.root)) > 200
    code, _, err = execute(home, LC_ALL="C", TZ="Asia/Tokyo")
    assert code == 0, err
    assert (home.executed / "a.ipynb").is_file()

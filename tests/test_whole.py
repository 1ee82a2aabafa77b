"""The main job as a user meets it: in a folder of their own, by the commands of the README."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from policytext.study import COLUMNS, PROJECT, check

pytestmark = pytest.mark.slow  # each runs all notebooks; `.ci/run` does so, and `make verify` compares every byte
COMMAND = [sys.executable, "-m", "policytext"]
INPUTS = ("seeds", "notebooks", "pipeline.yml", "CITATION.cff")
ELSEWHERE = {"TZ": "Asia/Shanghai", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}


def policytext(
    *arguments: str | Path, home: Path, seconds: float = 1500, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command on a home, as another process."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("POLICYTEXT")}
    command = [*COMMAND, arguments[0], "--home", home, *arguments[1:]]
    return subprocess.run(
        command, env=clean | environment, capture_output=True, text=True, encoding="utf-8", timeout=seconds
    )


def sums(folder: Path, *patterns: str) -> dict[str, str]:
    """The sha256 of the files of a folder, by relative path."""
    found = {path for pattern in patterns for path in folder.glob(pattern) if path.is_file()}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(found)
    }


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A copy of the default study after one run in a folder with an awkward name, and what the run printed."""
    home = tmp_path_factory.mktemp("run") / "我的 研究 {1} study"
    home.mkdir()
    for name in INPUTS:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy
        copy(PROJECT / name, home / name)
    done = policytext("run", home=home, **ELSEWHERE)
    assert done.returncode == 0, done.stdout + done.stderr
    return home, done.stdout


def test_a_run_says_where_report_figures_and_tables_are(finished: tuple[Path, str]) -> None:
    _, printed = finished
    for place in ("REPORT.md", "REPORT.zh-CN.md", "figures/", "build/tables/"):
        assert place in printed


def test_figures_and_reports_are_byte_for_byte_those_of_the_repository(finished: tuple[Path, str]) -> None:
    home, _ = finished
    published = sums(PROJECT, "figures/**/*", "REPORT*.md")
    assert len(published) > 30
    assert sums(home, "figures/**/*", "REPORT*.md") == published


def test_published_tables_have_their_columns_and_grain(finished: tuple[Path, str]) -> None:
    home, _ = finished
    for name in COLUMNS:
        table = pd.read_parquet(home / "build" / "tables" / f"{name}.parquet")
        assert list(check(table, name).columns[: len(COLUMNS[name])]) == COLUMNS[name]
        csv = (home / "build" / "tables" / f"{name}.csv").read_bytes()
        assert csv.startswith(b"\xef\xbb\xbf")
    assert (home / "build" / "tables" / "tables.xlsx").is_file()


def test_a_second_run_runs_nothing(finished: tuple[Path, str]) -> None:
    home, _ = finished
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*") if path.is_file()}
    again = policytext("run", home=home)
    assert again.returncode == 0
    assert "up to date" in again.stdout
    changed = [path for path, time in before.items() if path.stat().st_mtime_ns != time and path.name != "run.lock"]
    assert changed == []


def test_one_stop_word_more_is_found_by_verifying_and_shown(finished: tuple[Path, str], tmp_path: Path) -> None:
    home = Path(shutil.copytree(finished[0], tmp_path / "home"))
    with (home / "seeds" / "stopwords.txt").open("a", encoding="utf-8") as file:
        file.write("建设\n")
    done = policytext("verify", home=home, seconds=1500, **ELSEWHERE)
    assert done.returncode == 4, done.stdout + done.stderr
    assert "figures/top-terms/zh.png: differs, see top-terms-zh.png" in done.stdout
    assert "Changed since the figures were made: seeds/stopwords.txt\n" in done.stdout
    assert (home / "build" / "verify" / "top-terms-zh.png").is_file()


def test_an_unknown_parameter_is_refused_before_anything_starts_with_the_nearest_name(
    finished: tuple[Path, str],
) -> None:
    home, _ = finished
    refused = policytext("run", "-p", "top_m=5", home=home)
    assert refused.returncode == 2
    assert "top_m" in refused.stderr
    assert "top_n" in refused.stderr


def test_bare_papermill_works_by_itself_and_publishes_nothing(finished: tuple[Path, str], tmp_path: Path) -> None:
    home, _ = finished
    before = sums(home, "figures/**/*", "REPORT*.md", "build/tables/*", "notebooks/*", "seeds/**/*")
    out = tmp_path / "out.ipynb"
    command = [
        sys.executable,
        "-m",
        "papermill",
        "notebooks/02-word-frequency.ipynb",
        out,
        "-p",
        "top_n",
        "10",
        "--no-progress-bar",
    ]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert sums(home, "figures/**/*", "REPORT*.md", "build/tables/*", "notebooks/*", "seeds/**/*") == before
    tried = pd.read_csv(home / "build" / "tryout" / "figures" / "top-terms" / "data.csv")
    assert tried["rank"].max() == 10


def test_plain_text_files_become_a_home_that_runs(tmp_path: Path) -> None:
    sources = tmp_path / "来源"
    sources.mkdir()
    (sources / "甲市.txt").write_text(
        "甲市科技创新报告\n\n2023年,甲市建成孵化器3家。高新技术企业达到459家。\n", encoding="utf-8"
    )
    (sources / "乙市.txt").write_bytes(
        "乙市科技工作总结\r\n\r\n2022年，乙市引进人才20人。加强产学研合作。\r\n".encode("gb18030")
    )
    home = tmp_path / "new study"
    made = subprocess.run([*COMMAND, "new", home, sources], capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    done = policytext("run", home=home)
    assert done.returncode == 0, done.stdout + done.stderr
    report = (home / "REPORT.zh-CN.md").read_text("utf-8")
    assert "2份报告" in report
    assert "甲市" in report
    frequency = pd.read_parquet(home / "build" / "tables" / "frequency.parquet")
    assert set(frequency["group"]) == {"甲市", "乙市"}
    row = frequency[(frequency["group"] == "甲市") & (frequency["term"] == "高新技术企业")]
    assert row["n"].tolist() == [1]

"""Make a home from anybody's text files: one report a file, one unit a report, until its tables say more."""

from __future__ import annotations

import csv
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from policytext import ingest
from policytext.errors import USAGE, PolicytextError, exit_with
from policytext.study import guess
from policytext.study.home import Home
from policytext.study.rows import Report, Unit

_STUDY = """\
title:
  zh: 政策文本量化研究
  en: A quantitative reading of policy reports
question:
  zh: 这些文本各自说了什么？
  en: What do these texts say?
group_by: city
languages: [zh, en]
labels: {}
"""

_CITATION = """\
cff-version: 1.2.0
message: If you use these figures, please cite them as below.
title: A quantitative reading of policy reports
type: dataset
authors:
  - name: The authors of this study
version: "1"
date-released: %s
"""

_README = """\
# The reports of this study

Say here where each report comes from and what may be done with it. `reports.csv` holds what was read off the files:
look at the columns that it names under `guessed`. `units.csv` says which place each report speaks for: put the name
of the city in `city`, and give a report that speaks for several places several units, with their spans in `spans.csv`.
"""


def make_home(root: Path, files: Sequence[Path]) -> Home:
    """A home at `root` with these reports, files or folders of them. Nothing is left behind where it fails.

    Raises PolicytextError: exit 2 where the place is taken or no report is named, exit 3 where one cannot be read.
    """
    root = root.expanduser().resolve()
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise PolicytextError(f"{root} is there already", fix="Name a new folder.", exit_code=USAGE)
    paths = list(_reports(files))
    if not paths:
        raise PolicytextError(
            "no reports are named", fix="Name text files, or folders that hold some.", exit_code=USAGE
        )
    ground = next(folder for folder in root.parents if folder.is_dir())
    with tempfile.TemporaryDirectory(prefix=".policytext-", dir=ground) as folder:
        seeds = Path(folder) / "home" / "seeds"
        (seeds / "reports").mkdir(parents=True)
        _write_tables(seeds, paths)
        (seeds / "study.yml").write_text(_STUDY, "utf-8")
        (seeds / "CITATION.cff").write_text(_CITATION % date.today(), "utf-8")
        (seeds / "README.md").write_text(_README, "utf-8")
        root.parent.mkdir(parents=True, exist_ok=True)
        if root.is_dir():
            root.rmdir()
        seeds.parent.rename(root)
    return Home(root)


def _reports(files: Sequence[Path]) -> Iterator[Path]:
    """The text files named, and those in the folders named, in the order of their names."""
    for path in files:
        if path.is_dir():
            found = (p for p in path.rglob("[!.]*") if p.suffix.lower() in guess.SUFFIXES and p.is_file())
            yield from sorted(found)
        elif path.suffix.lower() in guess.SUFFIXES or not path.is_file():
            yield path
        else:
            fix = f"Save it as plain text ({', '.join(guess.SUFFIXES)})."
            raise PolicytextError("only plain text is read", fix=fix, file=str(path), exit_code=USAGE)


def _write_tables(seeds: Path, paths: Sequence[Path]) -> None:
    """Copy the reports as they are and write what can be read off them; all that cannot be read is told at once."""
    reports: list[dict[str, Any]] = []
    units: list[dict[str, Any]] = []
    taken: set[str] = set()
    problems = []
    for path in paths:
        try:
            text, _ = ingest.read_text(path, file=str(path))
        except PolicytextError as error:
            problems.append(error)
            continue
        report_id = guess.report_id(path, taken=taken)
        file = f"reports/{report_id}{path.suffix.lower()}"
        shutil.copyfile(path, seeds / file)
        report = guess.report(path, text, file=file, taken=taken)
        reports.append(report | {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()})
        units.append(guess.unit(report, path))
        taken.add(report_id)
    exit_with(problems)
    _write_csv(seeds / "reports.csv", list(Report.model_fields), reports)
    _write_csv(seeds / "units.csv", list(Unit.model_fields), units)


def _write_csv(path: Path, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """With a byte order mark, so that Excel shows the Chinese."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

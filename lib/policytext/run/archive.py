"""One zip for a deposit: all that a reader needs to check a figure, with checksums and the commit it was made from."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from importlib.metadata import version
from pathlib import Path

from policytext.errors import PolicytextError
from policytext.run import freshness, outcome, pipeline, record
from policytext.study.home import PROJECT, Home

_READ_ME = """What this archive holds
figures/    a folder for each figure: PDF, SVG, PNG, the data plotted, and figure.json with its citation
tables/     all tables, as CSV, Parquet and one workbook
REPORT*.md  the narrative report, report/ the same to print; executed/ the notebooks as they ran
seeds/      the study as it was read; notebooks/, pipeline.yml and requirements.lock are what read it
commit.json the commit of the code; run.json what the run did; SHA256SUMS is checked by: sha256sum -c SHA256SUMS
"""


def archive(home: Home) -> Path:
    """Write `build/archive/policytext-<commit>.zip`; the same files at the same commit make the same bytes.

    Raises PolicytextError where the code or the home has changes that are not committed, and where figures, tables or
    reports are not those that the code would make now.
    """
    from policytext import publish

    with record.hold(home):
        _check_fresh(home)
        publish.finish(home)  # gallery and workbook: nothing happens where they are right
        commits = {"code": _commit(PROJECT), "home": _commit(home.root, needed=False)}
        facts = {"commit": commits, "policytext": version("policytext")}
        files = _files(home)
        sums = {name: freshness.sha256(path) for name, path in files.items()}
        texts = {
            "README.txt": _READ_ME,
            "SHA256SUMS": "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)),
            "commit.json": json.dumps(facts, indent=2) + "\n",
        }
        place = home.build / "archive" / f"policytext-{(commits['home'] or commits['code'])[:12]}.zip"
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(".new")
        _write(beside, files, texts)
        return beside.replace(place)


def _check_fresh(home: Home) -> None:
    """Raise PolicytextError where a run would change something."""
    plan, (known, _) = pipeline.read(home), record.load(home.record)
    stale = [
        entry.name
        for entry in plan.entries
        if not freshness.is_fresh(entry, home, known["entries"].get(entry.name, {}))
    ]
    left = [home.relative(path) for path in outcome.obsolete(home, plan.entries)]
    if stale or left:
        why = f"{', '.join(stale)} would run again" if stale else f"nothing makes {', '.join(left)} any more"
        what = f"not archived: figures and reports are not those of the code ({why})"
        raise PolicytextError(what, fix="Run `policytext run`, look at what has changed, and commit it.")


def _commit(folder: Path, *, needed: bool = True) -> str:
    """The commit that a folder stands at; empty where it is under no version control and need not be.

    Raises PolicytextError that names what is not committed.
    """
    if _git(folder, "rev-parse", "--is-inside-work-tree") != "true\n":
        if not needed:
            return ""
        fix = "Install policytext from a clone of its repository, so that the archive can say which code it was."
        raise PolicytextError("not archived: the code is not under git, so there is no commit to name", fix=fix)
    changed = _git(folder, "-c", "core.quotepath=false", "status", "--porcelain", "--", ".").splitlines()
    if changed:
        named = ", ".join(line[3:] for line in changed[:5]) + (f" and {len(changed) - 5} more" if changed[5:] else "")
        raise PolicytextError(f"not archived: not everything is committed ({named})", fix="Commit it, or take it away.")
    commit = _git(folder, "rev-parse", "--verify", "HEAD").strip()
    if not commit:
        raise PolicytextError("not archived: nothing has been committed yet", fix="Commit the study and its figures.")
    return commit


def _git(folder: Path, *arguments: str) -> str:
    """What git says; nothing where it refuses. Raises PolicytextError where there is no git."""
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True, encoding="utf-8")
    except FileNotFoundError:
        raise PolicytextError("not archived: there is no git to say the commit", fix="Install git.") from None
    return done.stdout if done.returncode == 0 else ""


def _files(home: Home) -> dict[str, Path]:
    """The files of an archive by their names in it."""
    found = {}
    folders = {"figures": home.figures, "tables": home.tables, "report": home.build / "report"}
    folders |= {"executed": home.executed, "seeds": home.seeds, "notebooks": home.notebooks}
    for name, folder in folders.items():
        for path in folder.rglob("*"):
            inside = path.relative_to(folder)
            if path.is_file() and not any(part.startswith((".", "~$")) for part in inside.parts):
                found[f"{name}/{inside.as_posix()}"] = path
    for path in (home.pipeline, home.lock, home.record, PROJECT / "LICENSE", home.root / "CITATION.cff"):
        found |= {path.name: path} if path.is_file() else {}
    return found | {name: home.root / name for name in pipeline.REPORTS if (home.root / name).is_file()}


def _write(place: Path, files: dict[str, Path], texts: dict[str, str]) -> None:
    """A zip in the order of its names, without the times of its files."""
    with zipfile.ZipFile(place, "w") as made:
        for name in sorted(files.keys() | texts.keys()):
            entry = zipfile.ZipInfo(name)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            with made.open(entry, "w", force_zip64=True) as target:
                if name in texts:
                    target.write(texts[name].encode())
                else:
                    with files[name].open("rb") as source:
                        shutil.copyfileobj(source, target)

"""The commands. Each imports what it needs when it is called, so that a run with nothing to do is quick."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from policytext.errors import INTERRUPTED, INVALID_STUDY, PolicytextError
from policytext.study.home import PROJECT, Home, find_home


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="policytext")
def commands() -> None:
    """Quantitative reading of Chinese policy reports: words, themes, indicators, each traceable to its characters."""


def _not_empty(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    if not value:
        raise click.UsageError("an empty string stands everywhere: name a term")
    return value


def at_home(command: Callable[..., Any]) -> Any:
    """A command that works on a home: `--home`, else POLICYTEXT_HOME, else the nearest folder that has seeds/."""

    @click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The study's folder.")
    @wraps(command)
    def found(home: Path | None, **options: Any) -> Any:
        return command(find_home(home), **options)

    return commands.command()(found)


@at_home
@click.option("--only", multiple=True, metavar="NAME", help="Run only this entry of pipeline.yml (repeatable).")
@click.option("-p", "--parameter", "parameters", multiple=True, metavar="NAME=VALUE", help="Try another value.")
@click.option("--jobs", type=click.IntRange(min=1), help="Notebooks side by side. Default: the number of cores.")
def run(home: Home, only: tuple[str, ...], parameters: tuple[str, ...], jobs: int | None) -> int:
    """Run the notebooks that are not up to date; figures, tables and the report follow from them.

    With -p the results go to build/tryout/ and no published figure is touched.
    """
    from policytext import run as runs

    return runs.run(home, only=only, parameters=parameters, jobs=jobs)


@at_home
def verify(home: Home) -> int:
    """Run everything again elsewhere and compare every byte with figures/, REPORT* and build/tables/."""
    from policytext.run.verify import verify as compare

    return compare(home)


@at_home
def archive(home: Home) -> None:
    """Write one zip for a deposit: figures, tables, report, executed notebooks, inputs, lock, checksums, commit."""
    from policytext.run.archive import archive as deposit

    click.echo(f"Archived in {home.relative(deposit(home))}")


@at_home
def status(home: Home) -> None:
    """Tell what the last run did."""
    from policytext import run as runs

    click.echo(runs.status(home))


@at_home
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", help="How to print it.")
def check(home: Home, style: str) -> int:
    """Read the study and tell all that is wrong with it, with file and line."""
    from policytext import codebook, frequency, prepare, themes, validation
    from policytext.study import open_study, problems_of

    problems = problems_of(home)
    notes: list[dict[str, Any]] = []
    lint: list[themes.Note] = []
    summary = ""
    try:
        if not problems:
            study = open_study(home)
            frequency.stopwords(study)  # reads the list, and says where it is wrong
            notes = prepare.uncut(study).to_dict("records")
            lint = themes.lint(codebook.load(home), prepare.table(study, "theme_hits"))
            _, problems = validation.read(study, prepare.table(study, "sentences"))
            problems += themes.examples(home)
            sizes = f"{len(study.reports)} reports, {len(study.units)} units, {len(study.spans)} spans"
            summary = "" if problems else f"{sizes}: nothing is wrong."
    except PolicytextError as error:
        problems = [error]
    if style == "json":
        told = {"problems": [problem.as_dict() for problem in problems], "uncut": notes}
        told |= {"codebook": [note._asdict() for note in lint]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return INVALID_STUDY if problems else 0
    for problem in problems:
        click.echo(problem)
    for note in notes:
        click.echo(
            f"note: {note['term']} is not cut whole in {note['sentence_id']} ({note['spans']}): {note['tokens']}"
        )
    for remark in lint:
        if remark.kind != "dead":
            click.echo(f"note: codebook, {remark.kind}: {remark.entry} {remark.term}. {remark.what}")
    if dead := sum(remark.kind == "dead" for remark in lint):
        click.echo(f"note: {dead} terms of the codebook have no hit in these texts (listed with --format json)")
    click.echo(summary or f"{len(problems)} problems.")
    return INVALID_STUDY if problems else 0


@at_home
@click.argument("term", callback=_not_empty)
@click.option(
    "--sort", type=click.Choice(["left", "right"]), help="Align the hits and sort them by this side's context."
)
@click.option("--context", type=click.IntRange(min=0), help="Align the hits and keep so many characters on each side.")
def find(home: Home, term: str, sort: str | None, context: int | None) -> None:
    """Print every occurrence of a string in its sentence, with place, report and position."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    from policytext import prepare, segment
    from policytext.study import open_study

    study = open_study(home)
    names = dict(zip(study.units["unit_id"], study.units["unit"], strict=True))
    hits = segment.concordance(prepare.table(study, "sentences"), term, names=names, sort=sort or "", context=context)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    where = [f"{hit.place} · {hit.report_id} {hit.spans}" for hit in hits.itertuples()]
    aligned = sort is not None or context is not None
    margin = max(map(cell_len, where), default=0) if aligned else 0
    before = max(map(cell_len, hits["left"]), default=0) if aligned else 0
    for place, hit in zip(where, hits.itertuples(), strict=True):
        space = " " * (margin - cell_len(place)), " " * (before - cell_len(hit.left))
        line = Text(place + space[0] + "  ", style="dim") + Text(space[1] + hit.left)
        console.print(line + Text(f"【{term}】", style="bold") + Text(hit.right))
    console.print(f"{term}: {len(hits)} in {hits['report_id'].nunique()} of {len(study.reports)} reports")


@at_home
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default="code-sheet.xlsx",
    help="The new sheet, .xlsx or .csv.",
)
@click.option("-n", type=click.IntRange(min=1), help="Sentences, drawn over groups and reports. Default: all.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed draws and shuffles otherwise.")
@click.option(
    "--read", "back", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A sheet that came back."
)
@click.option("--coder", help="Who filled it: the name of the coding.")
def code_sheet(home: Home, out: Path, n: int | None, seed: int, back: Path | None, coder: str | None) -> None:
    """Make a blind, shuffled sheet for a new coder, or --read one back into seeds/coding/themes-CODER.csv."""
    from policytext import codebook, prepare, publish, validation
    from policytext.study import open_study

    if (back is None) != (coder is None):
        raise click.UsageError("--read and --coder go together")
    study, book = open_study(home), codebook.load(home)
    sentences, scheme = prepare.table(study, "sentences"), validation.scheme_of(book)
    if back is None:
        sheet = validation.make_sheet(sentences, study.groups(), scheme=scheme, n=n, seed=seed)
        paths = publish.code_sheet(sheet, validation.legend(book), out)
        click.echo(f"{len(sheet)} sentences in {' and '.join(map(str, paths))}: fill every cell of the empty columns.")
        return
    rows = validation.read_sheet(back, sentences, scheme=scheme)
    path = validation.keep(study, rows, coder=str(coder))
    click.echo(f"{len(rows)} sentences by {coder} in {home.relative(path)}.")


@commands.command()
@click.argument("home", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
def new(home: Path, files: tuple[Path, ...]) -> None:
    """Make a HOME of the text FILES, or folders of them: one report a file."""
    from policytext.study.new import make_home

    made = make_home(home, files)
    click.echo(f"Made {made.root}: look at seeds/reports.csv and seeds/units.csv, then `policytext run --home {home}`.")


@at_home
def lab(home: Home) -> None:
    """Open JupyterLab on this home."""
    root = home.root if (home.root / "notebooks").is_dir() else PROJECT
    os.environ["POLICYTEXT_HOME"] = str(home.root)
    settings = home.build / "lab"
    settings.mkdir(parents=True, exist_ok=True)
    silent = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}
    (settings / "overrides.json").write_text(json.dumps(silent), encoding="utf-8")
    python = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.app_settings_dir={settings}",
    ]
    os.execv(sys.executable, [*python, "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"])


def main() -> None:
    """Run a command; one error type, one line, one exit code."""
    try:
        code = commands(standalone_mode=False)
    except PolicytextError as error:
        click.echo(error, err=True)
        code = error.exit_code
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(
            f"{where}{error.strerror or error}. Nothing was lost; make room or mend it, and try again.", err=True
        )
        code = 1
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted.", err=True)
        code = INTERRUPTED
    sys.exit(code if isinstance(code, int) else 0)

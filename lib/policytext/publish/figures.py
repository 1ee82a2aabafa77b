"""Figure bundles: Chinese and English, as PDF, SVG and PNG, with the data plotted and all that a citation needs."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from policytext import style
from policytext.errors import PolicytextError
from policytext.publish.cite import cite, read_citation
from policytext.publish.place import replace_file, replace_folder
from policytext.publish.tables import round_numbers, write_csv
from policytext.study import Home, Study, current_run

LICENCE = "CC BY 4.0"
LANGUAGES = ("zh", "en")
FORMATS = ("pdf", "svg", "png")


def figure(
    study: Study,
    name: str,
    chart: Callable[..., Figure],
    data: pd.DataFrame,
    *,
    words: Mapping[str, Mapping[str, str]],
    dpi: int = 300,
    **options: Any,
) -> Path:
    """Draw a chart in both languages and publish it as `figures/<name>/`; returns the folder.

    chart: called with `data`, `language` and the options. words: title, caption and alt text, each {zh, en}; with
    `empty` as well, a table without rows is published as the statement why there is nothing to show.
    Raises PolicytextError for a name that is no plain word or was published before by the same notebook, for a table
    without rows or with infinite values, and for a glyph that the font lacks; what stands there stays.
    """
    run = current_run(study.home)
    place = run.out / "figures" / name
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise PolicytextError(f"{name!r} is no name for a figure", fix="Use small letters, digits and '-'.")
    if run.name and place.exists():
        raise PolicytextError(f"the figure {name} is published twice", fix="Give each figure a name of its own.")
    if data.empty and "empty" in words:
        chart, options = _say_why(words["empty"]), {}
    elif data.empty or np.isinf(data.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)).any():
        raise PolicytextError(f"the figure {name} has nothing to show: its table is empty or holds infinite values")
    beside = place.with_name(f".{name}.drawing")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    write_csv(round_numbers(data), beside / "data.csv")
    with style.drawing("\n".join(_strings([data, options, words]))) as font:
        described = _describe(study, name, words, beside / "data.csv", font)
        for language in LANGUAGES:
            _save(chart(data, language=language, **options), beside, language, described, dpi)
    text = json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True)
    (beside / "figure.json").write_text(text + "\n", "utf-8", newline="\n")
    replace_folder(beside, place)
    shutil.rmtree(beside)
    return place


def _describe(
    study: Study, name: str, words: Mapping[str, Mapping[str, str]], data: Path, font: Path
) -> dict[str, Any]:
    """What `figure.json` holds. No clock, commit, path or code hash: the same figure has the same bytes."""
    run = current_run(study.home)
    checksum = hashlib.sha256(data.read_bytes()).hexdigest()
    titles = words["title"]
    digest = hashlib.sha256("\n".join([checksum, titles["zh"], titles["en"]]).encode()).hexdigest()
    identifier = f"policytext:{digest[:16]}"
    return {
        "name": name,
        **{key: dict(words[key]) for key in ("title", "caption", "alt")},
        "identifier": identifier,
        "notebook": run.notebook,
        "parameters": run.parameters,
        "data_sha256": checksum,
        "inputs": run.inputs,
        "lock_sha256": hashlib.sha256(study.home.lock.read_bytes()).hexdigest(),
        "font": font.name,
        "licence": LICENCE,
        "citation": cite(read_citation(study.home), title=titles["en"], title_zh=titles["zh"], identifier=identifier),
    }


def _save(drawn: Figure, folder: Path, language: str, described: Mapping[str, Any], dpi: int) -> None:
    """One language of a figure in all formats, each with title, caption, licence and identifier inside."""
    title, caption, identifier = described["title"][language], described["caption"][language], described["identifier"]
    inside: dict[str, dict[str, Any]] = {
        "pdf": {"Title": title, "Subject": caption, "Keywords": f"{identifier}; {LICENCE}", "CreationDate": None},
        "svg": {"Title": title, "Description": caption, "Identifier": identifier, "Rights": LICENCE, "Date": None},
        "png": {
            "Title": title,
            "Description": caption,
            "Identifier": identifier,
            "Copyright": LICENCE,
            "Software": None,
        },
    }
    drawn.draw_without_rendering()  # lays it out once, for all formats
    drawn.set_layout_engine("none")
    for suffix in FORMATS:
        drawn.savefig(folder / f"{language}.{suffix}", metadata=inside[suffix], dpi=dpi)


def _say_why(reason: Mapping[str, str]) -> Callable[..., Figure]:
    """A chart that says why there is nothing to show."""
    return lambda data, language: style.statement(reason[language])


def _strings(values: Any) -> Iterator[str]:
    """Every text within tables, mappings and lists."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, pd.DataFrame):
        for column in values.select_dtypes(["object", "string"]):
            yield from (cell for cell in values[column].unique() if isinstance(cell, str))
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from _strings(value)
    elif isinstance(values, list | tuple):
        for value in values:
            yield from _strings(value)


def gallery(home: Home) -> None:
    """`figures/README.md`: each figure with its caption, where it comes from and how to cite it."""
    found = [json.loads(path.read_text("utf-8")) for path in sorted(home.figures.glob("[!.]*/figure.json"))]
    if not found:
        return
    parts = ["# Figures · 图\n\nGenerated by `policytext run`. Licence: CC BY 4.0.\n"]
    parts += [_entry(one) for one in sorted(found, key=lambda one: (one["notebook"], one["name"]))]
    beside = home.figures / ".README.md.drawing"
    beside.write_text("\n".join(parts), "utf-8", newline="\n")
    replace_file(beside, home.figures / "README.md")
    beside.unlink()


def _entry(one: Mapping[str, Any]) -> str:
    """What the gallery says of one figure."""
    name = one["name"]
    (title_en, title_zh), (caption_en, caption_zh) = (
        [style.literal(one[key][language]) for language in ("en", "zh")] for key in ("title", "caption")
    )
    parameters = ", ".join(style.literal(f"{key} = {value}") for key, value in one["parameters"].items()) or "defaults"
    return (
        f"## {title_en} · {title_zh}\n\n![{style.literal(one['alt']['en'])}]({name}/en.png)\n\n{caption_en}\n\n{caption_zh}\n\n"
        f"[PDF]({name}/en.pdf) · [SVG]({name}/en.svg) · [中文 PDF]({name}/zh.pdf) · [data]({name}/data.csv) · "
        f"[figure.json]({name}/figure.json) (BibTeX, RIS, GB/T 7714)\n\n"
        f"Notebook `{one['notebook'].replace('`', '')}`, {parameters}. Cite as: {style.literal(one['citation']['gbt7714'])}\n"
    )

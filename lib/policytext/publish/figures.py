"""Figure bundles: Chinese and English, as PDF, SVG and PNG, with the data plotted and all that a citation needs."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from pydantic import ValidationError

from policytext import style
from policytext.errors import USAGE, PolicytextError
from policytext.publish import files
from policytext.publish.cite import cite, read_citation
from policytext.publish.fit import fit
from policytext.publish.place import replace_file, replace_folder
from policytext.publish.tables import round_numbers, write_csv
from policytext.study import Home, Pictures, Study, current_run

LANGUAGES = ("zh", "en")

Words = Mapping[str, Mapping[str, str]]


def figure(
    study: Study,
    name: str,
    chart: Callable[..., Figure],
    data: pd.DataFrame,
    *,
    words: Words,
    preset: str | None = None,
    dpi: int | None = None,
    **options: Any,
) -> Path:
    """Draw a chart in both languages and publish it as `figures/<name>/`; returns the folder.

    chart: called with `data`, `language` and the options. words: title, caption and alt text, each {zh, en}; with
    `empty` as well, a table without rows is published as the statement why there is nothing to show.
    preset, dpi: the column of a journal that the figure fills (`presets.PRESETS`), and the dots per inch of its PNG.
    Where they are not given, `-p preset=nature-1 -p dpi=600` of the run decides, else `figures` of study.yml.
    Raises PolicytextError for a name that is no plain word or was published before by the same notebook, for a table
    without rows, without any number or with infinite ones, for a glyph that the font lacks, and where nothing can be
    written; what stands there stays.
    """
    run = current_run(study.home)
    place = run.out / "figures" / name
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise PolicytextError(f"{name!r} is no name for a figure", fix="Use small letters, digits and '-'.")
    if run.name and place.exists():
        raise PolicytextError(f"the figure {name} is published twice", fix="Give each figure a name of its own.")
    if data.empty and "empty" in words:
        chart, options = _say_why(words["empty"]), {}
    else:
        _check_numbers(name, data)
    beside = place.with_name(f".{name}.drawing")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _bundle(study, beside, name, chart, data, words, _pictures(study, preset=preset, dpi=dpi), options)
        replace_folder(beside, place)
        shutil.rmtree(beside)
    except PolicytextError as error:
        raise replace(error, what=f"the figure {name}: {error.what}") from None
    except OSError as error:
        what = f"the figure {name} cannot be written: {error.strerror or error}"
        raise PolicytextError(what, fix="What stands there stays.", file=str(error.filename or "")) from None
    return place


def _check_numbers(name: str, data: pd.DataFrame) -> None:
    """Raise PolicytextError for a table without rows, or whose numbers are infinite or all missing."""
    numbers = data.select_dtypes("number").to_numpy(dtype=float, na_value=np.nan)
    why = "is empty" if data.empty else "holds infinite values" if np.isinf(numbers).any() else ""
    why = why or ("holds no number that is not missing" if numbers.size and np.isnan(numbers).all() else "")
    if why:
        fix = "Mend what makes it, or say with words['empty'] why there is nothing."
        raise PolicytextError(f"the figure {name} has nothing to show: its table {why}", fix=fix)


def _pictures(study: Study, **given: Any) -> Pictures:
    """How a figure is printed: what the call says, over what the run says, over study.yml."""
    said = current_run(study.home).parameters
    known = {key: said[key] for key in given if key in said} | {key: value for key, value in given.items() if value}
    try:
        return Pictures.model_validate(study.settings.figures.model_dump() | known)
    except ValidationError as error:
        fault = error.errors()[0]
        raise PolicytextError(f"{fault['loc'][0]}: {fault['msg']}", exit_code=USAGE) from None


def _bundle(
    study: Study,
    folder: Path,
    name: str,
    chart: Callable[..., Figure],
    data: pd.DataFrame,
    words: Words,
    pictures: Pictures,
    options: Mapping[str, Any],
) -> None:
    """Write all files of a figure into a folder."""
    write_csv(round_numbers(data), folder / "data.csv")
    text = "\n".join(_strings([data, options, words]))

    def draw(rows: pd.DataFrame, language: str) -> Figure:
        return chart(rows, language=language, **options)

    column, pages = fit(draw, data, name=name, preset=pictures.preset, languages=LANGUAGES, text=text)
    printed = {"preset": column.name, "dpi": pictures.dpi, "pages": len(pages[LANGUAGES[0]])}
    with style.drawing(text, preset=column) as font:
        described = _describe(study, name, words, folder / "data.csv", font, printed)
        for language, drawn in pages.items():
            files.save(drawn, folder, language, described, dpi=pictures.dpi)
    told = json.dumps(described, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / "figure.json").write_text(told + "\n", "utf-8", newline="\n")


def _describe(
    study: Study, name: str, words: Words, data: Path, font: Path, printed: Mapping[str, Any]
) -> dict[str, Any]:
    """What `figure.json` holds. No clock, commit, path or code hash: the same figure has the same bytes."""
    run = current_run(study.home)
    checksum = hashlib.sha256(data.read_bytes()).hexdigest()
    titles = words["title"]
    digest = hashlib.sha256("\n".join([checksum, titles["zh"], titles["en"]]).encode()).hexdigest()
    identifier = f"policytext:{digest[:16]}"
    return {
        "name": name,
        **{key: dict(words[key]) for key in ("title", "alt")},
        "caption": _captions(study, words["caption"], printed["pages"]),
        "identifier": identifier,
        "notebook": run.notebook,
        "parameters": run.parameters,
        "data_sha256": checksum,
        "inputs": run.inputs,
        "lock_sha256": hashlib.sha256(study.home.lock.read_bytes()).hexdigest(),
        "font": font.name,
        **printed,
        "licence": files.LICENCE,
        "citation": cite(read_citation(study.home), title=titles["en"], title_zh=titles["zh"], identifier=identifier),
    }


def _captions(study: Study, words: Mapping[str, str], pages: int) -> dict[str, str]:
    """A caption in both languages, with what every figure has to say: where its texts come from, and its pages."""
    years = [str(year) for year in sorted(study.reports["year"].dropna().unique())]
    span = "–".join(dict.fromkeys([years[0], years[-1]])) if years else ""
    sources = [source for source in study.reports["source"].unique() if source]
    named = sources if len(sources) <= 6 else []
    told = {}
    for language, (join, between, stop) in {"zh": ("、", "；", "。"), "en": (", ", "; ", ".")}.items():
        from_ = join.join(study.label("source", source, language) for source in named)
        facts = between.join(filter(None, [span and (f"{span}年" if language == "zh" else span), from_]))
        n = len(study.reports)
        source = f"资料来源：{n}份报告" if language == "zh" else f" Source: {style.many(n, 'report')}"
        source += (f"（{facts}）" if language == "zh" else f", {facts}") if facts else ""
        spread = (
            f"共{pages}页，各页坐标可以不同。" if language == "zh" else f" On {pages} pages, whose axes may differ."
        )
        told[language] = words[language] + source + stop + (spread if pages > 1 else "")
    return told


def _say_why(reason: Mapping[str, str]) -> Callable[..., Figure]:
    """A chart that says why there is nothing to show."""
    return lambda data, language: style.statement(reason[language])


def _strings(values: Any) -> Iterator[str]:
    """Every text within tables, mappings and lists."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, pd.DataFrame):
        for column in values.select_dtypes(["object", "string", "category"]):
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
    pages = ["en", *(f"en-{number}" for number in range(2, one.get("pages", 1) + 1))]
    pictures = "\n\n".join(f"![{style.literal(one['alt']['en'])}]({name}/{page}.png)" for page in pages)
    return (
        f"## {title_en} · {title_zh}\n\n{pictures}\n\n{caption_en}\n\n{caption_zh}\n\n"
        f"[PDF]({name}/en.pdf) · [SVG]({name}/en.svg) · [中文 PDF]({name}/zh.pdf) · [data]({name}/data.csv) · "
        f"[figure.json]({name}/figure.json) (BibTeX, RIS, GB/T 7714)\n\n"
        f"Notebook `{one['notebook'].replace('`', '')}`, {parameters}. Cite as: {style.literal(one['citation']['gbt7714'])}\n"
    )

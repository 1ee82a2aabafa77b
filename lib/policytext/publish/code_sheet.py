"""A sheet for a coder as a file: CSV, or a workbook with the legend beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from policytext.errors import USAGE, PolicytextError
from policytext.publish.tables import SAFE_WORKBOOK, harmless, write_csv

_WIDTHS = {"key": 13, "number": 10, "kind": 10, "before": 45, "sentence": 70}
_OF_LEGEND = {"column": 13, "value": 7, "name_zh": 20, "name_en": 30, "definition_zh": 60, "definition_en": 60}


def code_sheet(sheet: pd.DataFrame, legend: pd.DataFrame, path: Path) -> list[Path]:
    """Write a sheet of `validation.make_sheet`: `.xlsx` with the legend as its second sheet, `.csv` with one beside it.

    Returns the files. No text of a report can run as a formula. Raises PolicytextError (exit 2) where a file is there
    already, for it may hold a coder's work, or has another ending.
    """
    paths = [path] if path.suffix == ".xlsx" else [path, path.with_name(f"{path.stem}-legend.csv")]
    if path.suffix not in (".csv", ".xlsx"):
        raise PolicytextError("a sheet is .csv or .xlsx", "Name it so.", path.name, exit_code=USAGE)
    for taken in paths:
        if taken.exists():
            fix = "It may hold a coder's work: give another name, or take it away."
            raise PolicytextError("the file is there already", fix, taken.name, exit_code=USAGE)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".csv":
        write_csv(sheet, paths[0])
        write_csv(legend, paths[1])
        return paths
    with pd.ExcelWriter(path, engine="xlsxwriter", engine_kwargs={"options": SAFE_WORKBOOK}) as writer:
        writer.book.set_properties({"created": datetime(2000, 1, 1)})
        for name, rows, widths in (("sheet", sheet, _WIDTHS), ("legend", legend, _OF_LEGEND)):
            harmless(rows).to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
            _lay_out(writer, name, rows, widths)
        for column in ("status", "symbolic"):  # one value a cell, so it can be chosen
            values = list(legend.loc[legend["column"] == column, "value"])
            if column in sheet and values:
                place = sheet.columns.get_loc(column)
                choice = {"validate": "list", "source": values, "error_type": "stop"}
                writer.sheets["sheet"].data_validation(1, place, len(sheet), place, choice)
    return paths


def _lay_out(writer: Any, name: str, rows: pd.DataFrame, widths: dict[str, int]) -> None:
    wrapped = writer.book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    for place, column in enumerate(rows):
        writer.sheets[name].set_column(place, place, widths.get(column, 14), wrapped)

"""Tables as CSV for Excel, as Parquet for programs, and in one workbook; the same bytes for the same table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from policytext.publish.place import replace_file
from policytext.study import COLUMNS, Home, Study, check, current_run

MAX_CSV_ROWS = 100_000
"""A longer table is kept as Parquet only."""

SAFE_WORKBOOK = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
"""xlsxwriter's options: a text stays a text."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")

_QUOTED = ("quantities", "indicators")
"""Tables of numbers as texts give them, which are not rounded."""


def table(study: Study, rows: pd.DataFrame, name: str) -> Path:
    """Publish a table under its name in DESIGN's list; returns the path of its Parquet file.

    Raises PolicytextError where the table has not the columns and the grain that its name promises.
    """
    folder = current_run(study.home).out / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    rounded = round_numbers(check(rows, name), digits=15 if name in _QUOTED else 6)
    if len(rounded) <= MAX_CSV_ROWS:
        write_csv(rounded, folder / f"{name}.csv")
    else:
        (folder / f"{name}.csv").unlink(missing_ok=True)
    rounded.to_parquet(folder / f"{name}.parquet", index=False)
    return folder / f"{name}.parquet"


def round_numbers(rows: pd.DataFrame, *, digits: int = 6) -> pd.DataFrame:
    """The same table with its fractions rounded to significant digits; infinite values are not estimable, so empty."""
    rounded = rows.reset_index(drop=True)
    for column in rounded.select_dtypes("float"):
        values = rounded[column].to_numpy(dtype=float, na_value=np.nan)
        rounded[column] = [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in values]
        rounded[column] = rounded[column].astype(float)
    return rounded


def harmless(rows: pd.DataFrame) -> pd.DataFrame:
    """The same table with an apostrophe before every text, headings too, that a spreadsheet would run as a formula.

    A lone carriage return, which would begin a new row there, becomes a line feed.
    """
    texts = [column for column in rows if not is_numeric_dtype(rows[column].dtype)]
    return rows.assign(**{column: rows[column].astype(object).map(_safe) for column in texts}).rename(columns=_safe)


def _safe(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    text = cell.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if cell.startswith(_FORMULA) else text


def write_csv(rows: pd.DataFrame, path: Path) -> None:
    """UTF-8 with a byte order mark, so that Excel shows the Chinese; safe to open there."""
    harmless(rows).to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def workbook(home: Home) -> None:
    """`tables.xlsx`: a sheet for each table that has at most 100,000 rows, in the order of DESIGN's list."""
    present = [name for name in COLUMNS if (home.tables / f"{name}.csv").is_file()]
    if not present:
        return
    beside = home.build / "staging" / "tables.xlsx"
    beside.parent.mkdir(parents=True, exist_ok=True)
    with pd.ExcelWriter(beside, engine="xlsxwriter", engine_kwargs={"options": SAFE_WORKBOOK}) as writer:
        writer.book.set_properties({"created": datetime(2000, 1, 1)})
        for name in present:
            rows = harmless(pd.read_parquet(home.tables / f"{name}.parquet"))
            rows.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0))
    replace_file(beside, home.tables / "tables.xlsx")
    beside.unlink()

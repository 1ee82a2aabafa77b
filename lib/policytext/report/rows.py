"""Rows of tables as a narrative reads them: cells that are numbers are values with their source."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from policytext.errors import PolicytextError
from policytext.report.ledger import Place, Source, Value, union
from policytext.study import GRAIN

_UNITS = {
    "occurrences": ("n", "n_string", "n_reference", "n_ab"),
    "characters": ("n_chars",),
    "paragraphs": ("n_paragraphs", "n_clusters", "range"),
    "sentences": ("n_sentences", "n_coded", "n_gold"),
    "terms": ("n_terms", "total", "total_reference"),
    "rate": ("rate",),
    "year": ("year",),
    "share": ("share",),
    "q": ("q", "p", "p_permutation", "q_permutation"),
}
_UNIT_OF = {column: unit for unit, columns in _UNITS.items() for column in columns}

_TESTS = {"lt": operator.lt, "le": operator.le, "gt": operator.gt, "ge": operator.ge, "ne": operator.ne}
_TESTS |= {"starts": str.startswith}

Places = Callable[[Mapping[str, Any], str], list[Place]]


class Row(Mapping[str, Any]):
    """One row: `row.n` and `row["n"]` are a Value, a text, a truth, or none where the cell is empty."""

    def __init__(self, table: str, cells: Mapping[str, Any], places: Places, key: Iterable[str] = ()) -> None:
        self._table, self._cells, self._places = table, dict(cells), places
        names = list(key) or GRAIN.get(table, [])
        self._name = ", ".join(f"{name}={self._cells[name]}" for name in names if name in self._cells)

    def __getitem__(self, column: str) -> Any:
        cell = self._cells[column]
        if isinstance(cell, Value | str | bool | np.bool_ | list | tuple):
            return bool(cell) if isinstance(cell, np.bool_) else cell
        if cell is None or pd.isna(cell):
            return None
        unit = _UNIT_OF.get(column) or (str(self._cells.get("unit") or "") if column.startswith("value") else "")
        return Value(cell, Source(self._table, self._name, column, unit, lambda: self._places(self._cells, column)))

    def __getattr__(self, column: str) -> Any:
        if column.startswith("_") or column not in self._cells:
            raise AttributeError(column)
        return self[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self._cells)

    def __len__(self) -> int:
        return len(self._cells)

    @property
    def source(self) -> Source:
        """The row as a whole."""
        return Source(self._table, self._name, places=lambda: self._places(self._cells, ""))


class Rows(list[Row]):
    """Rows of one table, and what may be asked of them: which, how many, how much, which one."""

    def __init__(self, table: str, rows: Iterable[Row], asked: str = "") -> None:
        super().__init__(rows)
        self.table, self.asked = table, asked

    def where(self, **conditions: Any) -> Rows:
        """The rows for which all conditions hold: `group="无锡"`, `theme=["T1", "T2"]`, `q__lt=0.05` (lt, le, gt, ge, ne, starts).

        An empty cell fulfils no comparison. Raises PolicytextError for a column that the table does not have.
        """
        kept = [row for row in self if all(self._holds(row, *condition) for condition in conditions.items())]
        told = ", ".join(f"{name.replace('__', ' ')}={value}" for name, value in conditions.items())
        return Rows(self.table, kept, ", ".join(filter(None, (self.asked, told))))

    def _holds(self, row: Row, name: str, wanted: Any) -> bool:
        column, _, test = name.partition("__")
        if column not in row:
            raise PolicytextError(f"the table {self.table} has no column {column!r}", fix=f"It has {', '.join(row)}.")
        cell = row[column]
        if test:
            return cell is not None and bool(_TESTS[test](cell, wanted))
        return cell in wanted if isinstance(wanted, list | tuple) else bool(cell == wanted)

    def one(self, **conditions: Any) -> Row:
        """The one row for which the conditions hold. Raises PolicytextError where there is none, or more than one."""
        found = self.where(**conditions)
        if len(found) != 1:
            raise PolicytextError(f"the table {self.table} has {len(found)} rows with {found.asked}, not one")
        return found[0]

    @property
    def n(self) -> Value:
        """How many rows there are."""
        return self._value(len(self), "rows", "", [row.source for row in self])

    def sum(self, column: str) -> Value:
        """The sum of a column; empty cells count nothing."""
        return self._over(column, sum, "sum of ")

    def min(self, column: str) -> Value:
        """The smallest value of a column."""
        return self._over(column, min, "least ")

    def max(self, column: str) -> Value:
        """The largest value of a column."""
        return self._over(column, max, "greatest ")

    def by(self, column: str, *, descending: bool = True) -> Rows:
        """The rows in the order of a column, the largest first; rows without a value are left out."""
        kept = [row for row in self if row[column] is not None]
        return Rows(self.table, sorted(kept, key=lambda row: row[column], reverse=descending), self.asked)

    def each(self, column: str) -> Rows:
        """The first row of each value of a column: of the hits in a sentence one."""
        return Rows(self.table, {row[column]: row for row in reversed(self)}.values(), f"{self.asked}, each {column}")

    def first(self, most: float) -> Rows:
        """The first rows, at most so many."""
        return Rows(self.table, self[: int(most)], self.asked)

    def _over(self, column: str, compute: Callable[[list[float]], float], name: str) -> Value:
        cells = [row[column] for row in self if row[column] is not None]
        number = compute([float(cell) for cell in cells]) if cells or compute is sum else float("nan")
        unit = cells[0].source.unit if cells else ""
        return self._value(number, f"{name}{column}", unit, [cell.source for cell in cells])

    def _value(self, number: float, column: str, unit: str, sources: list[Source]) -> Value:
        places = union([Value(0, source) for source in sources])
        return Value(number, Source(self.table, self.asked or "all rows", column, unit, places))


def rows_of(name: str, table: pd.DataFrame, places: Places) -> Rows:
    """A table as rows."""
    return Rows(name, (Row(name, cells, places) for cells in table.to_dict("records")))

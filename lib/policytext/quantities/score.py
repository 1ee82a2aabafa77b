"""What was read against what was coded by hand: what was found, and how much of it was understood."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from policytext.segment import offsets

KEPT = {"cumulative": "achieved"}
"""Statuses that count as one: a stock that is told is an achievement."""

_SHOWN = "report_id sentence_id spans surface value unit comparator indicator year status kind"

ALIKE = 0.5
"""Two wordings mean the same where they share this part of the pairs of characters of the shorter one."""

_EMPTY = re.compile(r"[数额量总的“”\"（）()、，,和及与]|占比|比重|同比|情况")


@dataclass(frozen=True)
class Score:
    """How many numbers were found, and the share understood of the found ones that are `core`.

    n_coded, n_read, n_found: numbers coded, read, and read as coded (spans overlap, same value, same unit).
    n_core: found ones that any reader would put into a table. The others: shares of these.
    """

    n_coded: int
    n_read: int
    n_found: int
    n_core: int
    comparator: float
    status: float
    year: float
    indicator: float

    @property
    def recall(self) -> float:
        return self.n_found / self.n_coded if self.n_coded else float("nan")

    @property
    def precision(self) -> float:
        return self.n_found / self.n_read if self.n_read else float("nan")


def score(read: pd.DataFrame, coded: pd.DataFrame) -> Score:
    """The score of a table `quantities` against a coded one, which has the column `core` beside.

    Rows of `coded` whose kind is neither quantity nor rank say what must not be read: they are no part of recall.
    """
    rows = unlike(read, coded)
    found = rows[rows["outcome"] == "found"]
    core = found[found["core"].astype(str) == "1"]
    shares = {name: float(core[f"same_{name}"].mean()) for name in ("comparator", "status", "year", "indicator")}
    n_coded = int((rows["outcome"] != "spurious").sum())
    return Score(n_coded, len(read), len(found), len(core), **shares)


def unlike(read: pd.DataFrame, coded: pd.DataFrame) -> pd.DataFrame:
    """One row per number coded or read: outcome (found, missed, spurious), what was coded, what was read, what differs.

    The columns of `coded` carry `_coded`, those of `read` `_read`; same_comparator, same_status, same_year and
    same_indicator say whether a found number was understood. A number read is matched with one coded at most.
    """
    wanted = coded[coded["kind"].isin(["quantity", "rank"])]
    rows = []
    free = {name: list(part.to_dict("records")) for name, part in read.groupby("report_id", sort=False)}
    for code in wanted.to_dict("records"):
        candidates = free.get(code["report_id"], [])
        match = next((row for row in candidates if _same(row, code)), None)
        if match is None:
            rows.append({"outcome": "missed", "core": code["core"], **_suffixed(code, "coded")})
            continue
        candidates.remove(match)
        rows.append({"outcome": "found", "core": code["core"], **_suffixed(code, "coded"), **_suffixed(match, "read")})
        rows[-1] |= {
            "same_comparator": match["comparator"] == code["comparator"],
            "same_status": KEPT.get(match["status"], match["status"]) == KEPT.get(code["status"], code["status"]),
            "same_year": _text(match["year"]) == _text(code["year"]),
            "same_indicator": alike(str(match["indicator"]), str(code["indicator"])),
        }
    rows += [{"outcome": "spurious", **_suffixed(row, "read")} for part in free.values() for row in part]
    columns = ["outcome", "core", *(f"same_{name}" for name in ("comparator", "status", "year", "indicator"))]
    columns += [f"{name}_{side}" for side in ("coded", "read") for name in _SHOWN.split()]
    return pd.DataFrame(rows, columns=columns)


def alike(one: str, other: str) -> bool:
    """Whether two wordings mean the same indicator, by rule: they share half of the pairs of neighbouring characters of
    the shorter one, after words that tell nothing (数, 额, 占比) are taken away."""
    pairs = [{text[i : i + 2] for i in range(len(text) - 1)} for text in (_EMPTY.sub("", one), _EMPTY.sub("", other))]
    shorter = min(map(len, pairs))
    return shorter > 0 and len(pairs[0] & pairs[1]) >= ALIKE * shorter


def _same(row: dict[str, object], code: dict[str, object]) -> bool:
    value = row["value"] == code["value"] or abs(float(str(row["value"])) - float(str(code["value"]))) < 1e-9
    return value and row["unit"] == code["unit"] and _overlap(str(row["spans"]), str(code["spans"]))


def _overlap(one: str, other: str) -> bool:
    return any(a < d and c < b for a, b in offsets(one) for c, d in offsets(other))


def _suffixed(row: dict[str, object], side: str) -> dict[str, object]:
    return {f"{name}_{side}": value for name, value in row.items()}


def _text(value: object) -> str:
    return "" if pd.isna(value) else re.sub(r"\.0$", "", str(value))

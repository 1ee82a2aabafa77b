"""Indicators side by side: one cell per number, never a sum, with year, status and comparator in every cell."""

from __future__ import annotations

import re
from itertools import combinations

import pandas as pd

from policytext.quantities.indicators import Indicators
from policytext.segment import offsets, stretch_of
from policytext.study import COLUMNS

LEVELS = ("achieved", "cumulative", "target")
"""Statuses of numbers that say how many there are or shall be; growth, ranks and thresholds are not compared as levels."""

SIGNS = {"exact": "", "lower": "≥", "upper": "≤", "approx": "≈"}
"""How a comparator is written before a number."""

_SCOPE = re.compile(
    r"全国|全省|全市|全区|全县|全州|全球|世界|省内|国内|苏[南中北]+|长三角|珠三角|大湾区|华[东南中北]|[东中西][部北南]+地?区?|"
    r"副省级|地级市|县级市|省级高新区|国家级?高新区|同类\w{0,4}|省会"
)
_CUT = re.compile(r"综合|评价|考核|评比|中?排名|排位|位列|目标|增速|增幅|\w{0,3}率|总量|数量|指数|第$|[数额量]$")


def own_numbers(quantities: pd.DataFrame) -> pd.DataFrame:
    """The rows of `quantities` that count something of the unit's own place; a range stands with its end as `lower`."""
    own = quantities[(quantities["kind"] == "quantity") & (quantities["place"] == "")]
    return own.assign(comparator=own["comparator"].mask(own["value_high"].notna(), "lower"))


def comparable(quantities: pd.DataFrame, *, groups: pd.Series, indicators: Indicators) -> pd.DataFrame:
    """The table `indicators`: one row per number of an indicator that is the study's, or that several groups name.

    quantities: the table `quantities`. groups: the group of each unit (`Study.groups`). value and unit are without 万 and
    亿. A group of which nothing is said has no row: nothing is filled in, and nothing is added up, for one number may
    contain another. Numbers of another place than the unit are left out, ranges stand with their lower end as `lower`.
    """
    levels = own_numbers(quantities)
    levels = levels[levels["status"].isin(LEVELS)]
    levels = levels.assign(group=levels["unit_id"].map(groups), value=levels["value_base"], unit=levels["unit_base"])
    levels = levels[levels["group"].notna() & levels["value"].notna() & (levels["indicator"] != "")]
    known = levels["indicator"].isin({indicator.name.zh for indicator in indicators.indicators})
    several = levels.groupby(["indicator", "unit"])["group"].transform("nunique") > 1
    table = levels[known | several].drop_duplicates(["indicator", "group", "sentence_id", "value"])
    order = ["indicator", "unit", "group", "year", "value", "sentence_id"]
    return table.sort_values(order, kind="stable")[COLUMNS["indicators"]].reset_index(drop=True)


def like_for_like(table: pd.DataFrame) -> pd.DataFrame:
    """The table `indicators` with `like` beside: whether a number may be held against another group's.

    That takes the same indicator, unit and year, and numbers that are all reached or all aimed at.
    """
    aim = table["status"].eq("target")
    several = table.assign(aim=aim).groupby(["indicator", "unit", "year", "aim"])["group"].transform("nunique") > 1
    return table.assign(like=several & table["year"].ne(""))


def conflicts(quantities: pd.DataFrame, *, sentences: pd.DataFrame, indicators: Indicators) -> pd.DataFrame:
    """One row per pair of numbers of one unit that cannot both hold (60多家 and 53家), each with its sentence.

    Both are the same indicator of the study in the same year, in different sentences, and reached, not aimed at.
    Columns: indicator, unit_id, year, then surface, sentence_id and text with `_a` and `_b`.
    """
    known = {indicator.name.zh for indicator in indicators.indicators}
    own = own_numbers(quantities)
    told = own[own["status"].isin(("achieved", "cumulative")) & own["indicator"].isin(known)]
    text = sentences.set_index("sentence_id")["text"]
    rows = []
    for (indicator, unit_id, year, _), same in told.groupby(["indicator", "unit_id", "year", "unit_base"], sort=True):
        for a, b in combinations(same.to_dict("records"), 2):
            if a["sentence_id"] != b["sentence_id"] and not _agree(a, b):
                row = {"indicator": indicator, "unit_id": unit_id, "year": year}
                for side, one in (("a", a), ("b", b)):
                    row |= {f"{name}_{side}": one[name] for name in ("surface", "sentence_id")}
                    row[f"text_{side}"] = text[one["sentence_id"]]
                rows.append(row)
    columns = ["indicator", "unit_id", "year"]
    columns += [f"{name}_{side}" for side in "ab" for name in ("surface", "sentence_id", "text")]
    return pd.DataFrame(rows, columns=columns)


def ranks(quantities: pd.DataFrame, *, sentences: pd.DataFrame) -> pd.DataFrame:
    """One row per rank, with the reference group that it is measured in: 全省 beside 苏中苏北省级高新区.

    Columns: unit_id, indicator, value, comparator, reference, year, status, sentence_id, spans. The reference is empty
    where the sentence does not say it. Changes of rank (前移2位) are left out: they are no ranks.
    """
    rows = sentences.set_index("sentence_id")[["text", "spans"]].to_dict("index")
    found = quantities[(quantities["kind"] == "rank") & quantities["status"].isin(("rank", "target"))]
    found = found[~found["surface"].str.match(r"^\d+\s?个?位次?$") | found["status"].eq("rank")]
    references = [_reference(rows[row["sentence_id"]], row["spans"]) for row in found.to_dict("records")]
    columns = ["unit_id", "indicator", "value", "comparator", "reference", "year", "status", "sentence_id", "spans"]
    return found.assign(reference=references)[columns].reset_index(drop=True)


def _agree(one: dict[str, float | str], other: dict[str, float | str]) -> bool:
    """Whether one value could be meant by both."""
    bounds = []
    for row in (one, other):
        value, comparator = float(row["value_base"]), row["comparator"]
        slack = 0.05 * abs(value) if comparator == "approx" else 0.0
        low = float("-inf") if comparator == "upper" else value - slack
        high = float("inf") if comparator == "lower" else value + slack
        bounds.append((low, high))
    return max(low for low, _ in bounds) <= min(high for _, high in bounds)


def _reference(sentence: dict[str, str], spans: str) -> str:
    start = offsets(spans)[0][0]
    text, position = sentence["text"], 0
    for low, high in stretch_of(sentence).pieces:
        if low <= start < high:
            position += start - low
            break
        position += high - low
    pieces = re.split(r"[，,；;。:：]", text[:position])
    for before in (re.split(r"、", pieces[-1])[-1], pieces[-1]):
        if scope := _SCOPE.search(before):
            phrase = before[scope.start() :]
            cut = _CUT.search(phrase, len(scope[0]))
            return phrase[: cut.start()] if cut else phrase
    return ""

"""Outlines side by side: what each unit's consists of, and the words that several have in their headings."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd

from policytext.segment import offsets


def side_by_side(
    outline: pd.DataFrame, formulas: pd.DataFrame, *, units: Sequence[str], levels: int = 3
) -> pd.DataFrame:
    """One row per heading of a unit in reading order, and one with all its formulas: unit_id, level, marker, heading.

    outline, formulas: the tables `outline` and `number_formulas`. units: those to show, in their order; one without any
    heading or formula has one row of level 0 without words, and where none has any there are no rows. levels: deeper ones are left out. Formulas stand at level 0,
    each once, joined by ` · `.
    """
    shown = outline[outline["level"] <= levels]
    rows: list[dict[str, object]] = []
    for unit in units:
        found = shown.loc[shown["unit_id"] == unit, ["unit_id", "level", "marker", "heading"]].to_dict("records")
        slogans = " · ".join(dict.fromkeys(formulas.loc[formulas["unit_id"] == unit, "surface"]))
        last = [{"unit_id": unit, "level": 0, "marker": "", "heading": slogans}] if slogans or not found else []
        rows += [*found, *last]
    told = rows if len(shown) or len(formulas) else []
    return pd.DataFrame(told, columns=["unit_id", "level", "marker", "heading"])


def vocabulary(outline: pd.DataFrame, terms: pd.DataFrame, *, stopwords: Collection[str] = ()) -> pd.DataFrame:
    """One row per term of the headings, those of most units first: term, n_units, units (their ids, joined by `; `), n.

    outline: the table `outline`. terms: the table `terms`, one row per term with unit_id and spans.
    """
    places = {
        unit: [piece for spans in rows["spans"] for piece in offsets(spans)]
        for unit, rows in outline.groupby("unit_id", sort=False)
    }
    candidates = terms[terms["unit_id"].isin(list(places)) & ~terms["term"].isin(list(stopwords))]
    spots = ((row.unit_id, offsets(row.spans)[0][0]) for row in candidates.itertuples())
    inside = [any(low <= start < high for low, high in places[unit]) for unit, start in spots]
    found = candidates.loc[pd.Series(inside, index=candidates.index, dtype=bool)].groupby("term", sort=False)["unit_id"]
    counted = pd.DataFrame(
        {"n_units": found.nunique(), "units": found.agg(lambda ids: "; ".join(dict.fromkeys(ids))), "n": found.size()}
    )
    counted = counted.rename_axis("term").reset_index()
    return counted.sort_values(["n_units", "n", "term"], ascending=[False, False, True], ignore_index=True)

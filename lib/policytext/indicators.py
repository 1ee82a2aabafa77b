"""What the numbers of reports amount to side by side: the tables behind the figures of `04-indicators`."""

from __future__ import annotations

import pandas as pd
from pydantic import BaseModel

from policytext.errors import exit_with
from policytext.quantities import Indicators, own_numbers
from policytext.study import Study
from policytext.study.files import read_rows

REACHED, AIM = ("achieved", "cumulative"), "target"

BREADTHS = {
    "nation": r"全国|全球|世界|国内|国家级",
    "province": r"全省|省内|全自治区|省级",
    "region": r"苏[南中北]|长三角|珠三角|大湾区|华[东南中北]|[东中西][部北南]|沿[江海]",
    "place": r"全市|市内|全县|全区|全州",
    "kind": r".",
    "untold": r"",
}
"""How wide a reference group is, by the words for it; the first that a region or place qualifies wins, so they go first."""

_FIRST = ("region", "place", "nation", "province", "kind", "untold")


def groups(study: Study, by: str = "") -> pd.Series:
    """One group per unit: the values of a column, by default its place, else the group that study.yml gives it.

    Places keep apart what is told of different places in one report, and keep together the parts of a place whose
    numbers may contain each other.
    """
    if by:
        return study.groups(by)
    found = study.groups("place").combine_first(study.groups())
    return found.reindex([unit for unit in study.units["unit_id"] if unit in found.index])


def labels(known: Indicators) -> dict[str, dict[str, str]]:
    """For each language the words to print for the name of an indicator."""
    return {
        language: {one.name.zh: getattr(one.name, language) for one in known.indicators} for language in ("zh", "en")
    }


def counted(quantities: pd.DataFrame) -> pd.DataFrame:
    """One row per indicator and unit of measure, those that most units count first: n_units, n, units (ids)."""
    told = quantities[(quantities["indicator"] != "") & (quantities["kind"] == "quantity")]
    found = told.rename(columns={"unit_base": "measure"}).groupby(["indicator", "measure"], sort=False)["unit_id"]
    table = pd.DataFrame(
        {"n_units": found.nunique(), "n": found.size(), "units": found.agg(lambda ids: "; ".join(dict.fromkeys(ids)))}
    )
    table = table.reset_index()
    return table.sort_values(["n_units", "n", "indicator"], ascending=[False, False, True], ignore_index=True)


def levels(table: pd.DataFrame, quantities: pd.DataFrame, *, most: int = 60) -> pd.DataFrame:
    """One row per number of an indicator that two units or more give: of those that compare first, then of those that
    most units give, as many indicators as have `most` numbers together, and one at least.

    table: what `quantities.like_for_like` returns. Columns: indicator, measure (its column `unit`), unit_id, year, status,
    comparator, value, like. Within an indicator what was reached stands before targets, the greatest first.
    """
    units = quantities.drop_duplicates("sentence_id").set_index("sentence_id")["unit_id"]
    rows = table.assign(unit_id=table["sentence_id"].map(units)).rename(columns={"unit": "measure"})
    by = rows.groupby(["indicator", "measure"], sort=False)
    rows = rows.assign(several=by["unit_id"].transform("nunique"), compares=by["like"].transform("any"))
    rows = rows[rows["several"] > 1].assign(aim=rows["status"].eq(AIM))
    keys = ["compares", "several", "indicator", "measure", "aim", "value"]
    rows = rows.sort_values(keys, ascending=[False, False, True, True, True, False], kind="stable")
    number = rows.groupby(["indicator", "measure"], sort=False).ngroup()
    until = rows.groupby(number).size().cumsum()
    columns = ["indicator", "measure", "unit_id", "year", "status", "comparator", "value", "like"]
    return rows.loc[(number == 0) | (number.map(until) <= most), columns].reset_index(drop=True)


def verdicts(table: pd.DataFrame) -> pd.DataFrame:
    """One row per indicator and unit of measure: whether its numbers compare, and if not, why.

    table: what `quantities.like_for_like` returns. Columns: indicator, measure, n_groups, n, years, verdict, which is
    `like for like`, `one group only`, `other years`, `aim beside record`, or `other years, aim beside record`.
    """
    rows = []
    for (indicator, measure), found in table.groupby(["indicator", "unit"], sort=True):
        years = [year for year in sorted(found["year"].unique()) if year]
        kinds = found.assign(aim=found["status"].eq(AIM)).groupby("group")
        apart = {
            "other years": not set.intersection(*kinds["year"].agg(set)),
            "aim beside record": not set.intersection(*kinds["aim"].agg(set)),
        }
        told = ", ".join(reason for reason, holds in apart.items() if holds) or "other years"
        n_groups = found["group"].nunique()
        verdict = "like for like" if found["like"].any() else "one group only" if n_groups == 1 else told
        row = {"indicator": indicator, "measure": measure, "n_groups": n_groups, "n": len(found)}
        rows.append(row | {"years": ", ".join(years), "verdict": verdict})
    return pd.DataFrame(rows, columns=["indicator", "measure", "n_groups", "n", "years", "verdict"])


def statuses(quantities: pd.DataFrame, *, units: list[str]) -> pd.DataFrame:
    """One row per unit, in the order of `units`: n_reached, n_target, n_other (growth, ranks, thresholds), n.

    A unit without any number has zeros; where no unit has one, there are no rows.
    """
    counts = {
        "n_reached": quantities["status"].isin(REACHED),
        "n_target": quantities["status"].eq(AIM),
        "n_other": ~quantities["status"].isin([*REACHED, AIM]),
    }
    table = pd.DataFrame({"unit_id": units if len(quantities) else []})
    for name, chosen in counts.items():
        found = quantities.loc[chosen, "unit_id"].value_counts()
        table[name] = table["unit_id"].map(found).fillna(0).astype("int64")
    return table.assign(n=table[list(counts)].sum(axis=1))


def pairs(quantities: pd.DataFrame) -> pd.DataFrame:
    """One row per indicator that a unit gives both as reached and as a target, so that the two can be held together.

    Columns: unit_id, indicator, measure, then reached, reached_comparator, reached_year and the same for target, and
    ratio: the target as a multiple of what was reached, without a value where either is a bound. Of several numbers the
    latest is taken, of one year the first.
    """
    told = own_numbers(quantities)
    told = told[told["indicator"] != ""]
    rows = []
    for (unit_id, indicator, measure), found in told.groupby(["unit_id", "indicator", "unit_base"], sort=False):
        sides = {"reached": found[found["status"].isin(REACHED)], "target": found[found["status"] == AIM]}
        if any(side.empty for side in sides.values()):
            continue
        row = {"unit_id": unit_id, "indicator": indicator, "measure": measure}
        for name, side in sides.items():
            last = side.sort_values("year", ascending=False, kind="stable").iloc[0]
            row |= {name: last["value_base"], f"{name}_comparator": last["comparator"], f"{name}_year": last["year"]}
        exact = row["reached_comparator"] == row["target_comparator"] == "exact" and row["reached"]
        rows.append(row | {"ratio": row["target"] / row["reached"] if exact else None})
    columns = ["unit_id", "indicator", "measure"]
    columns += [f"{name}{end}" for name in ("reached", "target") for end in ("", "_comparator", "_year")]
    return pd.DataFrame(rows, columns=[*columns, "ratio"])


def placed(ranks: pd.DataFrame) -> pd.DataFrame:
    """What `quantities.ranks` returns with `breadth`, how wide the reference group is: a key of `BREADTHS`."""
    reference = ranks["reference"].astype(str)
    breadth = pd.Series("untold", index=ranks.index)
    for name in reversed(_FIRST[:-1]):
        breadth = breadth.mask(reference.str.contains(BREADTHS[name]), name)
    return ranks.assign(breadth=breadth).reset_index(drop=True)


class _Coded(BaseModel):
    """A row of `coding/quantities.csv`: a number as it was read by hand."""

    report_id: str
    sentence_id: str = ""
    spans: str
    surface: str = ""
    value: float | None = None
    unit: str = ""
    comparator: str = "exact"
    indicator: str = ""
    year: str = ""
    status: str = ""
    kind: str
    core: str = ""


def coded(study: Study) -> pd.DataFrame:
    """One row per numeral of `coding/quantities.csv`, as `quantities.score` takes them; none where there is no such file.

    Raises PolicytextError (exit 3) that lists all that is wrong with it.
    """
    path = study.home.seeds / "coding" / "quantities.csv"
    rows, problems = read_rows(path, _Coded, file="seeds/coding/quantities.csv") if path.is_file() else ([], [])
    exit_with(problems)
    return pd.DataFrame([row.model_dump() for _, row in rows], columns=list(_Coded.model_fields))


def differences(unlike: pd.DataFrame) -> pd.DataFrame:
    """One row per number that was missed, spurious, or, where any reader would put it into a table, understood otherwise.

    unlike: what `quantities.unlike` returns. Columns: outcome (missed, spurious, or what differs), surface, and indicator,
    year and status as they were coded and read.
    """
    names = ("comparator", "status", "year", "indicator")
    core = unlike["core"].astype(str).eq("1") & unlike["outcome"].eq("found")
    wrong = {name: core & ~unlike[f"same_{name}"].eq(True) for name in names}
    outcome = unlike["outcome"].mask(core, "")
    for name, rows in wrong.items():
        outcome = outcome.mask(rows, outcome.str.cat([f"{name} "] * len(outcome)))
    table = unlike.assign(outcome=outcome.str.strip(), surface=unlike["surface_coded"].fillna(unlike["surface_read"]))
    columns = [f"{name}_{side}" for name in ("indicator", "year", "status") for side in ("coded", "read")]
    return table.loc[~table["outcome"].isin(["", "found"]), ["outcome", "surface", *columns]].reset_index(drop=True)

"""Themes × groups: which group speaks of what more or less than the others, tested over paragraphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from policytext import profiles, stats
from policytext.codebook import Codebook
from policytext.profiles import Profiles, in_order, of_codes
from policytext.study import COLUMNS, empty

MIN_N = 5
"""A code is tested where so many sentences carry it; of rarer ones every verdict would be luck."""
THEMES = "theme"
FACETS = ("instrument", "status", "actor")


def coded(theme_codes: pd.DataFrame, facet_codes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """For each family (theme, instrument, status, actor) one row per (sentence_id, item): what a sentence is coded as.

    A family is also what its tests are corrected for. Families without codes are left out, but for the themes.
    """
    families = {THEMES: theme_codes.rename(columns={"theme": "item"})}
    for facet in FACETS:
        families[facet] = facet_codes[facet_codes["facet"] == facet].rename(columns={"value": "item"})
    told = {name: rows for name, rows in families.items() if len(rows) or name == THEMES}
    return {name: rows[["sentence_id", "item"]].drop_duplicates() for name, rows in told.items()}


def associations(
    families: Mapping[str, pd.DataFrame],
    sentences: pd.DataFrame,
    *,
    groups: pd.Series,
    draws: int = 100_000,
    seed: int = 0,
    min_n: int = MIN_N,
) -> pd.DataFrame:
    """One row per (family, group, theme): sentences of the group with that code, against all other groups.

    families: what `coded` returns. sentences: those that count. groups: a group per unit_id.
    n of n_sentences carry the code, expected is n under one share, residual Haberman's; difference is the group's share
    less that of the others, low and high its 95 % interval with paragraphs as clusters (nan below 10 on either side).
    p_naive, q_naive: Fisher's exact test, which takes sentences as independent. p_permutation: paragraphs change groups
    `draws` times, what leaves a verdict open counted exactly (`stats.settled_p`); q is its q, over all groups and codes of
    a family that `min_n` sentences carry (the others have no p). detectable: the difference that one cell of the family
    would mostly have shown (power 80 %, 0.05 over the cells tested); nan where so few paragraphs could not show
    any. Empty with one group.
    """
    tables = []
    for family, codes in families.items():
        own = of_codes(codes, sentences, groups=groups)
        if len(own.groups) > 1 and own.items:
            tables.append(in_order(_cells(own, draws, seed, min_n), groups).assign(family=family))
    return pd.concat(tables, ignore_index=True)[COLUMNS["associations"]] if tables else empty("associations")


def _cells(own: Profiles, draws: int, seed: int, min_n: int) -> pd.DataFrame:
    """The rows of one family, groups in the order of their characters."""
    n, size, every, total = own.table(), own.totals[:, None], own.n, own.sizes.sum()
    targets = [own.group == number for number in range(len(own.groups))]
    bounds = [stats.clustered_difference(own.counts, own.sizes, target) for target in targets]
    tested = every >= min_n
    p_naive, p, q = np.full((3, *n.shape), np.nan)
    if tested.any():
        some = own.only(tested)
        p[:, tested], q[:, tested] = stats.settled_p(some.counts, some.sizes, some.group, draws=draws, seed=seed)
        p_naive[:, tested] = fisher(n[:, tested], (every - n)[:, tested], size, total - size)
    columns = {
        "group": np.array(own.groups)[:, None],
        "theme": np.array(own.items),
        "n": n.astype(int),
        "n_sentences": size.astype(int),
        "expected": size * every / total,
        "residual": stats.adjusted_residuals(n, size, every, total),
        "difference": n / size - (every - n) / (total - size),
        "low": [low for low, _ in bounds],
        "high": [high for _, high in bounds],
        "p_naive": p_naive,
        "q_naive": stats.benjamini_hochberg(p_naive),
        "p_permutation": p,
        "q": q,
        "detectable": [_detectable(own, target, stats.ALPHA / max(p[:, tested].size, 1), draws) for target in targets],
        "n_paragraphs": own.n_paragraphs[:, None],
    }
    return pd.DataFrame({name: np.broadcast_to(values, n.shape).ravel() for name, values in columns.items()})


def fisher(a: np.ndarray, b: np.ndarray, n_a: np.ndarray, n_b: np.ndarray) -> np.ndarray:
    """p of Fisher's exact test for counts a and b of n_a and n_b, element by element."""
    cells = np.broadcast_arrays(a, b, n_a - a, n_b - b)
    each = zip(*(cell.ravel() for cell in cells), strict=True)
    return np.reshape([fisher_exact([[x, y], [rest, other]]).pvalue for x, y, rest, other in each], cells[0].shape)


def _detectable(own: Profiles, target: np.ndarray, alpha: float, draws: int) -> np.ndarray:
    """The difference that would have shown, nan where no arrangement of so few paragraphs reaches alpha."""
    if stats.smallest_p(len(target), int(target.sum()), draws=draws) > alpha:
        return np.full(len(own.items), np.nan)
    return stats.detectable_difference(own.counts, own.sizes, target, alpha=alpha)


def cells(found: pd.DataFrame, *, families: Sequence[str] = (THEMES, "status")) -> pd.DataFrame:
    """The rows of `associations` or `within_reports` of some families, each with its verdict: what their figure shows.

    verdict: `both` tests call it a difference (q below 0.05), only that over `sentences`, only that over `paragraphs`,
    `neither`, or `untested`. Themes stand in the order of their numbers. report_id is empty between texts.
    """
    own = found[found["family"].isin(families)]
    naive, clustered = own["q_naive"] < stats.ALPHA, own["q"] < stats.ALPHA
    verdicts = {"untested": own["q"].isna(), "both": naive & clustered, "sentences": naive, "paragraphs": clustered}
    verdict = np.select(list(verdicts.values()), list(verdicts), "neither")
    own = own.assign(verdict=verdict, report_id=own.get("report_id", ""), number=own["theme"].str.extract(r"(\d+)$")[0])
    rows = own.astype({"number": float}).sort_values(["number", "theme"])
    for column, values in (("family", families), ("group", own["group"]), ("report_id", own["report_id"])):
        rows = in_order(rows, values, by=column)
    measured = ["n", "expected", "difference", "low", "high", "q_naive", "q", "verdict"]
    return rows[["report_id", "group", "family", "theme", *measured]]


def labels(book: Codebook) -> dict[str, dict[str, str]]:
    """For each language the name of each code: `theme:T1`, `status:A` …"""
    return {
        language: {f"{family}:{entry.id}": getattr(entry.name, language) or entry.id for family, entry in book.entries}
        for language in ("zh", "en")
    }


def within_reports(
    families: Mapping[str, pd.DataFrame],
    sentences: pd.DataFrame,
    units: pd.DataFrame,
    *,
    draws: int = 100_000,
    **options: int,
) -> pd.DataFrame:
    """One row per (report_id, family, group, theme): each unit of a report against the other units of the same report.

    The one comparison that holds kind of text, year and page constant. options: those of `associations`. Reports of a
    single unit are left out. smallest_p: the least p that a permutation could give.
    """

    def compare(groups: pd.Series) -> tuple[Profiles, pd.DataFrame]:
        found = associations(families, sentences, groups=groups, draws=draws, **options)
        return of_codes(next(iter(families.values())), sentences, groups=groups), found

    return profiles.within_reports(units, compare, name="associations_within", draws=draws)


def calibrate(own: Profiles, *, splits: int = 200, draws: int = 1_000, seed: int = 0) -> pd.DataFrame:
    """One row per (group, test), `permutation` and `fisher`: share of codes called different between halves of one text.

    As `profiles.false_positives`; Fisher's test takes sentences as independent.
    """
    return profiles.false_positives(own, fisher, test="fisher", splits=splits, draws=draws, seed=seed)

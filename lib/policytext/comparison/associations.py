"""Themes × groups: which group speaks of what more or less than the others, tested over paragraphs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.stats import fisher_exact

from policytext import stats
from policytext.codebook import Codebook
from policytext.comparison.profiles import Profiles, of_codes
from policytext.study import COLUMNS, empty

ALPHA = 0.05
MIN_N = 5
"""A code is tested where so many sentences carry it; of rarer ones every verdict would be luck."""
_EXACT = 200_000_000  # steps that counting one p exactly may take: a second at most
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
    alpha: float = ALPHA,
    min_n: int = MIN_N,
) -> pd.DataFrame:
    """One row per (family, group, theme): sentences of the group with that code, against all other groups.

    families: what `coded` returns. sentences: those that count. groups: a group per unit_id.
    n of n_sentences carry the code, expected is n under one share, residual Haberman's; difference is the group's share
    less that of the others, low and high its 95 % interval with paragraphs as clusters (nan below 10 on either side).
    p, q: Fisher's exact test, which takes sentences as independent. p_permutation: paragraphs change groups `draws`
    times (`stats.relabelled`, statistic of `stats.permutation_p`), what leaves a verdict open counted exactly; q is its
    q, over all groups and codes of a family that `min_n` sentences carry (the others have no p). detectable: the difference that one cell of the family would mostly have
    shown (power 80 %, 0.05 over the cells tested); nan where so few paragraphs could not show any. Empty with one group.
    """
    tables = []
    for family, codes in families.items():
        own = of_codes(codes, sentences, groups=groups)
        if len(own.groups) > 1 and own.items:
            tables.append(_cells(own, draws, seed, alpha, min_n).assign(family=family))
    if not tables:
        return empty("associations")
    found = pd.concat(tables, ignore_index=True)
    place = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    order = found.assign(at=found["group"].map(place), of=found["family"].map(list(families).index))
    return order.sort_values(["of", "at"], kind="stable", ignore_index=True)[COLUMNS["associations"]]


def _cells(own: Profiles, draws: int, seed: int, alpha: float, min_n: int) -> pd.DataFrame:
    """The rows of one family, groups in the order of their characters."""
    table, sizes = own.table(), np.bincount(own.group, own.sizes)
    every, total, shape = table.sum(axis=0), sizes.sum(), (len(own.groups), len(own.items))
    in_group, others = sizes[:, None], total - sizes[:, None]
    targets = [own.group == number for number in range(len(own.groups))]
    bounds = [stats.clustered_difference(own.counts, own.sizes, target) for target in targets]
    tested = every >= min_n
    strict = alpha / max(len(own.groups) * tested.sum(), 1)
    reach = [_detectable(own, target, strict, draws) for target in targets]
    group, item = (axis.ravel() for axis in np.indices(shape))
    p_naive = [
        fisher_exact([[n, size - n], [column - n, total - size - column + n]]).pvalue if column >= min_n else np.nan
        for n, size, column in zip(table.ravel(), sizes[group], every[item], strict=True)
    ]
    p = _permutation_p(own, table, sizes, tested, draws, seed, alpha).ravel()
    columns = {
        "group": np.array(own.groups)[group],
        "theme": np.array(own.items)[item],
        "n": table.ravel().astype(int),
        "n_sentences": sizes[group].astype(int),
        "expected": (in_group * every / total).ravel(),
        "residual": stats.adjusted_residuals(table, in_group, every, total).ravel(),
        "difference": (table / in_group - (every - table) / others).ravel(),
        "low": np.ravel([low for low, _ in bounds]),
        "high": np.ravel([high for _, high in bounds]),
        "p_naive": p_naive,
        "q_naive": stats.benjamini_hochberg(p_naive),
        "p_permutation": p,
        "q": stats.benjamini_hochberg(p),
        "detectable": np.ravel(reach),
        "n_paragraphs": own.n_paragraphs[group],
    }
    return pd.DataFrame(columns)


def _permutation_p(
    own: Profiles, table: np.ndarray, sizes: np.ndarray, tested: np.ndarray, draws: int, seed: int, alpha: float
) -> np.ndarray:
    """p of every cell, each group against the rest, from one pass of relabellings; nan for items not tested."""
    every, total = table.sum(axis=0), own.sizes.sum()

    def distance(n: np.ndarray, size: np.ndarray) -> np.ndarray:
        share = (size / total)[..., None]
        return np.abs(n - share * every) / np.sqrt(share * (1 - share))

    observed = distance(table, sizes)
    threshold = observed - 1e-9 * (1 + observed)  # equal arrangements differ in their last bits
    drawn = stats.relabelled(own.counts, own.sizes, own.group, draws=draws, seed=seed)
    beyond = sum(np.count_nonzero(distance(n, size) >= threshold, axis=0) for n, size in drawn)
    p = np.where(tested, (1 + beyond) / (1 + draws), np.nan)

    def exact(place: int) -> float:
        group, item = np.unravel_index(place, p.shape)
        counts = own.counts[:, [item]].toarray()[:, 0]
        return stats.exact_permutation_p(counts, own.sizes, own.group == group, states=_EXACT // len(own.sizes))

    return stats.settled(p.ravel(), np.zeros(p.size), exact, draws=draws, alpha=alpha).reshape(p.shape)


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
    naive, clustered = own["q_naive"] < ALPHA, own["q"] < ALPHA
    verdict = np.select(
        [own["q"].isna(), naive & clustered, naive, clustered],
        ["untested", "both", "sentences", "paragraphs"],
        "neither",
    )
    own = own.assign(verdict=verdict, report_id=own.get("report_id", ""))
    order = own.assign(
        of=own["family"].map(list(families).index),
        number=own["theme"].str.extract(r"(\d+)$")[0].astype(float),
        report=own["report_id"].map({name: i for i, name in enumerate(dict.fromkeys(own["report_id"]))}),
        at=own["group"].map({name: i for i, name in enumerate(dict.fromkeys(own["group"]))}),
    )
    columns = [
        "report_id",
        "group",
        "family",
        "theme",
        "n",
        "expected",
        "difference",
        "low",
        "high",
        "q_naive",
        "q",
        "verdict",
    ]
    return order.sort_values(["report", "at", "of", "number", "theme"], ignore_index=True)[columns]


def labels(book: Codebook) -> dict[str, dict[str, str]]:
    """For each language the name of each code: `theme:T1`, `status:A` …"""
    words: dict[str, dict[str, str]] = {"zh": {}, "en": {}}
    for language, names in words.items():
        names |= {f"{THEMES}:{entry.id}": getattr(entry.name, language) or entry.id for entry in book.themes}
        for facet in book.facets:
            names |= {f"{facet.id}:{value.id}": getattr(value.name, language) or value.id for value in facet.values}
    return words


def within_reports(
    families: Mapping[str, pd.DataFrame], sentences: pd.DataFrame, units: pd.DataFrame, **options: int
) -> pd.DataFrame:
    """One row per (report_id, family, group, theme): each unit of a report against the other units of the same report.

    The one comparison that holds kind of text, year and page constant. options: those of `associations`. Reports of a
    single unit are left out. smallest_p: the least p that a permutation could give.
    """
    tables = []
    for report_id, members in units.groupby("report_id", sort=False):
        own = pd.Series(members["unit_id"].to_numpy(), index=members["unit_id"])
        found = associations(families, sentences[sentences["report_id"] == report_id], groups=own, **options)
        if found.empty:
            continue
        sizes = found.drop_duplicates("group").set_index("group")["n_paragraphs"]
        draws = options.get("draws", 100_000)
        least = {unit: stats.smallest_p(int(sizes.sum()), int(size), draws=draws) for unit, size in sizes.items()}
        tables.append(found.assign(report_id=report_id, smallest_p=found["group"].map(least)))
    return (
        pd.concat(tables, ignore_index=True)[COLUMNS["associations_within"]] if tables else empty("associations_within")
    )


def calibrate(
    own: Profiles, *, splits: int = 200, draws: int = 1_000, fewest: int = stats.TENTATIVE_CLUSTERS, seed: int = 0
) -> pd.DataFrame:
    """One row per (group, test): how often a test calls two random halves of one and the same text different.

    Texts of `fewest` paragraphs and more are split `splits` times by paragraphs; every code called different (p below
    0.05) is a false positive. test: permutation, or fisher, which takes sentences as independent. low, high: 95 %
    interval of the mean share over splits. n: codes tested.
    """
    generator = np.random.default_rng(seed)
    rows = []
    for number, group in enumerate(own.groups):
        inner = np.flatnonzero(own.group == number)
        counts, sizes = own.counts[inner].toarray(), own.sizes[inner]
        counts = counts[:, counts.sum(axis=0) > 0]
        if len(inner) < fewest or not counts.shape[1]:
            continue
        shares = np.array([_false_positives(counts, sizes, draws, generator) for _ in range(splits)])
        for test, values in zip(("permutation", "fisher"), shares.T, strict=True):
            margin = 1.96 * values.std(ddof=1) / np.sqrt(splits)
            row = {"group": group, "test": test, "share": values.mean(), "low": max(0.0, values.mean() - margin)}
            rows.append(row | {"high": values.mean() + margin, "splits": splits, "n": counts.shape[1]})
    return pd.DataFrame(rows, columns=["group", "test", "share", "low", "high", "splits", "n"])


def _false_positives(
    counts: np.ndarray, sizes: np.ndarray, draws: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Shares of codes that permutation and Fisher's test call different between two random halves."""
    half = generator.permutation(len(sizes)) < len(sizes) // 2
    permuted = stats.permutation_p(counts, sizes, half, draws=draws, seed=generator)
    a, b, n_a, n_b = counts[half].sum(axis=0), counts[~half].sum(axis=0), sizes[half].sum(), sizes[~half].sum()
    exact = [fisher_exact([[x, n_a - x], [y, n_b - y]]).pvalue for x, y in zip(a, b, strict=True)]
    return float((permuted < ALPHA).mean()), float((np.array(exact) < ALPHA).mean())

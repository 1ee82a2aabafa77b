"""Which terms a group uses more than the rest, tested over paragraphs, with the token-level test beside it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from policytext import stats
from policytext.errors import PolicytextError
from policytext.frequency.rates import PER, Counted, tabulate
from policytext.study import COLUMNS, empty

MIN_N = 5
"""A term is tested where the texts compared have it so often; a hapax is never a keyword."""

ALPHA = 0.05


def keyness(
    counts: pd.DataFrame,
    *,
    groups: pd.Series,
    names: Collection[str] = (),
    min_n: int = MIN_N,
    draws: int = 100_000,
    seed: int = 0,
) -> pd.DataFrame:
    """One row per (group, term): each group against all the others, every term that they use `min_n` times together.

    counts: the table `counts`. groups: a group per unit_id. names: terms that name places, people and institutions.
    g2, p: token-level log-likelihood, four cells (Dunning 1993). p_permutation: `draws` relabellings of paragraphs
    (`stats.permutation_p`), counted exactly where drawing leaves the verdict open. q, q_permutation: Benjamini–Hochberg over all groups and terms, names being a family of
    their own. log_ratio, low, high: base 2, interval of Katz et al. (1978), which takes occurrences as independent.
    lrc: after Evert (2022), corrected for the terms of a group. dp_norm, range: over the paragraphs of the group.
    n_speakers: units of the group that use the term. Empty with a single group: then there is no reference.
    """
    grouped = counts.assign(group=counts["unit_id"].map(groups)).dropna(subset="group")
    everything = tabulate(grouped)
    tested = everything.only(everything.n >= min_n)
    present = [group for group in dict.fromkeys(groups) if group in set(everything.group)]
    if len(present) < 2 or not len(tested.terms):
        return empty("keyness")
    speakers = grouped.groupby(["group", "term"])["unit_id"].nunique()
    found = pd.concat([_against_rest(tested, group, draws, seed) for group in present], ignore_index=True)
    pairs = pd.MultiIndex.from_frame(found[["group", "term"]])
    found["n_speakers"] = speakers.reindex(pairs).fillna(0).astype(int).to_numpy()
    found["is_name"] = found["term"].isin(names)
    found["q"] = found.groupby("is_name")["p"].transform(stats.benjamini_hochberg)
    return _decide(found, tested, draws)[COLUMNS["keyness"]]


def _decide(found: pd.DataFrame, counted: Counted, draws: int) -> pd.DataFrame:
    """The rows with q_permutation, after the p that drawing has left open were counted exactly (`stats.settled`)."""
    column = {term: place for place, term in enumerate(counted.terms)}

    def exact(place: int) -> float:
        group, term = found.loc[place, ["group", "term"]]
        counts = counted.table[:, [column[term]]].toarray()[:, 0]
        return stats.exact_permutation_p(counts, counted.sizes, counted.group == group)

    p = stats.settled(found["p_permutation"], found["is_name"], exact, draws=draws, alpha=ALPHA)
    settled = found.assign(p_permutation=p)
    return settled.assign(q_permutation=settled.groupby("is_name")["p_permutation"].transform(stats.benjamini_hochberg))


def _against_rest(counted: Counted, group: str, draws: int, seed: int) -> pd.DataFrame:
    """One row per term: its counts in the group and in the rest, and all that is computed from them."""
    own = counted.group == group
    n_a, n_b = counted.sizes[own].sum(), counted.sizes[~own].sum()
    a, b = (np.asarray(counted.table[np.flatnonzero(part)].sum(axis=0)) for part in (own, ~own))
    spread = stats.dispersion(counted.table[np.flatnonzero(own)], counted.sizes[own])
    g2, p = stats.g2(a, b, n_a, n_b)
    ratio, low, high = stats.log_ratio(a, b, n_a, n_b)
    return pd.DataFrame(
        {
            "group": group,
            "term": counted.terms,
            "n": a.astype(int),
            "total": int(n_a),
            "n_reference": b.astype(int),
            "total_reference": int(n_b),
            "g2": g2,
            "p": p,
            "log_ratio": ratio,
            "low": low,
            "high": high,
            "lrc": stats.lrc(a, b, n_a, n_b),
            "dp_norm": spread.dp_norm,
            "range": spread.range,
            "p_permutation": stats.permutation_p(counted.table, counted.sizes, own, draws=draws, seed=seed),
        }
    )


def keywords(keyness: pd.DataFrame, *, groups: pd.Series, alpha: float = ALPHA) -> pd.DataFrame:
    """The rows that hold: more often than in the rest, q of the permutation below alpha, and no name.

    Where a group has several units a keyword comes from two of them at least, so that no single speaker makes it.
    Highest log ratio first within a group.
    """
    several = keyness["group"].map(groups.value_counts()) > 1
    holds = (keyness["q_permutation"] < alpha) & (keyness["log_ratio"] > 0) & ~keyness["is_name"].astype(bool)
    found = keyness[holds & (~several | (keyness["n_speakers"] > 1))]
    return in_order(found.sort_values(["log_ratio", "term"], ascending=[False, True]), groups).reset_index(drop=True)


def within_reports(counts: pd.DataFrame, units: pd.DataFrame, **options: object) -> pd.DataFrame:
    """One row per (report_id, group, term): each unit of a report against the other units of the same report.

    The one comparison that holds kind of text, year and page constant. units: the table `units`. options: those of
    `keyness`. Reports of a single unit are left out. `smallest_p`: the least p that a permutation could give.
    """
    tables = []
    for report_id, members in units.groupby("report_id", sort=False):
        if len(members) < 2:
            continue
        groups = pd.Series(members["unit_id"].to_numpy(), index=members["unit_id"])
        found = keyness(counts, groups=groups, **options)  # type: ignore[arg-type]
        paragraphs = counts[counts["unit_id"].isin(groups)].groupby("unit_id")["paragraph_id"].nunique()
        draws = int(options.get("draws", 100_000))  # type: ignore[call-overload]
        least = {unit: stats.smallest_p(int(paragraphs.sum()), int(n), draws=draws) for unit, n in paragraphs.items()}
        tables.append(found.assign(report_id=report_id, smallest_p=found["group"].map(least)))
    if not tables:
        return empty("keyness_within")
    return pd.concat(tables, ignore_index=True)[COLUMNS["keyness_within"]]


def dispersion(counts: pd.DataFrame, *, groups: pd.Series, min_n: int = MIN_N) -> pd.DataFrame:
    """One row per term with `min_n` occurrences: how evenly the paragraphs of all groups share it.

    Columns of the table `dispersion` (`stats.dispersion`), most frequent first.
    """
    counted = tabulate(counts[counts["unit_id"].isin(groups.index)])
    often = counted.only(counted.n >= min_n)
    found = pd.DataFrame({"term": often.terms, "n": often.n})
    found = found.assign(**stats.dispersion(often.table, often.sizes)._asdict())
    return found.sort_values(["n", "term"], ascending=[False, True], ignore_index=True)[COLUMNS["dispersion"]]


def calibrate(
    counts: pd.DataFrame,
    *,
    groups: pd.Series,
    fewest: int = stats.TENTATIVE_CLUSTERS,
    splits: int = 200,
    draws: int = 1_000,
    min_n: int = MIN_N,
    seed: int = 0,
) -> pd.DataFrame:
    """One row per (group, test): share of terms that a test calls different between two random halves of one group.

    Both halves come from the same text, so each such term is a false positive; a test that keeps its level has a share
    of 0.05 or less. Groups of `fewest` paragraphs and more are split `splits` times. test: permutation, g2.
    low, high: 95 % interval of the mean over splits. n: terms tested.
    Raises PolicytextError where there are fewer than two splits.
    """
    if splits < 2:
        raise PolicytextError("the calibration needs two splits at least", exit_code=2)
    generator = np.random.default_rng(seed)
    rows = []
    for group in dict.fromkeys(groups):
        counted = tabulate(counts[counts["unit_id"].isin(groups.index[groups == group])])
        counted = counted.only(counted.n >= min_n)
        if len(counted.clusters) < fewest or not len(counted.terms):
            continue
        shares = np.array([_false_positives(counted, draws, generator) for _ in range(splits)])
        for test, values in zip(("permutation", "g2"), shares.T, strict=True):
            mean, margin = values.mean(), 1.96 * values.std(ddof=1) / np.sqrt(splits)
            row = {"group": group, "test": test, "share": mean, "low": max(0.0, mean - margin), "high": mean + margin}
            rows.append(row | {"splits": splits, "n": len(counted.terms), "n_clusters": len(counted.clusters)})
    return pd.DataFrame(rows, columns=COLUMNS["calibration"])


def _false_positives(counted: Counted, draws: int, generator: np.random.Generator) -> tuple[float, float]:
    """Shares of terms that permutation and G² call different between two random halves of the same paragraphs."""
    half = generator.permutation(len(counted.sizes)) < len(counted.sizes) // 2
    permuted = stats.permutation_p(counted.table, counted.sizes, half, draws=draws, seed=generator)
    a, b = (np.asarray(counted.table[np.flatnonzero(part)].sum(axis=0)) for part in (half, ~half))
    _, token = stats.g2(a, b, counted.sizes[half].sum(), counted.sizes[~half].sum())
    return float((permuted < ALPHA).mean()), float((token < ALPHA).mean())


def candidates(keyness: pd.DataFrame, *, groups: pd.Series, top_n: int = 6) -> pd.DataFrame:
    """For each group the `top_n` terms, names apart, that are likeliest to be its keywords: what the forest plot shows.

    Columns of `keyness`, and is_keyword. Smallest p of the permutation first, then the largest log ratio.
    """
    more = keyness[(keyness["log_ratio"] > 0) & ~keyness["is_name"].astype(bool)]
    found = keywords(keyness, groups=groups)[["group", "term"]].assign(is_keyword=True)
    marked = more.merge(found, "left", on=["group", "term"])
    marked["is_keyword"] = marked["is_keyword"].eq(True)
    order = ["p_permutation", "log_ratio", "term"]
    best = marked.sort_values(order, ascending=[True, False, True]).groupby("group", sort=False).head(top_n)
    return in_order(best, groups).reset_index(drop=True)


def in_order(rows: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """The same rows, with the groups in the order of the study and the order within each group kept."""
    number = {group: i for i, group in enumerate(dict.fromkeys(groups))}
    return rows.sort_values("group", key=lambda column: column.map(number), kind="stable")


def within_top(within: pd.DataFrame, *, top_n: int = 10) -> pd.DataFrame:
    """For each report the `top_n` terms, names apart, that differ most among its units, with the rate of every unit.

    One row per (report_id, term, group): n, total, rate per 10,000, q_permutation, and differs (q below 0.05).
    """
    kept = within[~within["is_name"].astype(bool)]
    least = kept.groupby(["report_id", "term"], sort=False)["p_permutation"].min().rename("least").reset_index()
    chosen = least.sort_values(["least", "term"]).groupby("report_id", sort=False).head(top_n)
    rows = chosen.merge(kept, on=["report_id", "term"])
    rows = rows.assign(rate=PER * rows["n"] / rows["total"], differs=rows["q_permutation"] < ALPHA)
    reports = {name: i for i, name in enumerate(dict.fromkeys(within["report_id"]))}
    ordered = rows.sort_values("report_id", key=lambda column: column.map(reports), kind="stable")
    columns = ["report_id", "term", "group", "n", "total", "rate", "p_permutation", "q_permutation", "differs"]
    return ordered[columns].reset_index(drop=True)


def positions(terms: pd.DataFrame, units: pd.DataFrame, *, wanted: Collection[str]) -> pd.DataFrame:
    """One row per occurrence of the wanted terms: term, unit_id, position from 0 (beginning of the unit) to 1 (end).

    terms: the prepared table `terms`, in reading order. A unit without the term has one row without a position.
    """
    place = terms.groupby("unit_id").cumcount() + 0.5
    placed = terms.assign(position=place / terms.groupby("unit_id")["term"].transform("size"))
    every = pd.MultiIndex.from_product([list(wanted), units["unit_id"]], names=["term", "unit_id"]).to_frame(
        index=False
    )
    return every.merge(placed[["term", "unit_id", "position"]], "left", on=["term", "unit_id"])


def verdicts(keyness: pd.DataFrame, *, groups: pd.Series) -> pd.DataFrame:
    """The terms, names apart, that one of the two tests calls more frequent in a group: group, term, q, q_permutation.

    Smallest q of the permutation first within a group.
    """
    called = (keyness["q"] < ALPHA) | (keyness["q_permutation"] < ALPHA)
    found = keyness[called & (keyness["log_ratio"] > 0) & ~keyness["is_name"].astype(bool)]
    ordered = in_order(found.sort_values(["q_permutation", "q", "term"]), groups)
    return ordered[["group", "term", "n", "n_reference", "log_ratio", "q", "q_permutation"]].reset_index(drop=True)


def conclusions(keywords: pd.DataFrame, sensitivity: pd.DataFrame) -> list[str]:
    """One English sentence per keyword, with n, interval, q and the share of specifications in which it holds."""
    shares = sensitivity.groupby("finding")["agrees"].mean()
    sentences = []
    for row in keywords.itertuples():
        share = shares[f"{row.group}: {row.term}"]
        firm = "holds in all specifications" if share == 1 else f"sensitive: holds in {share:.0%} of the specifications"
        times = f"{2**row.log_ratio:.1f} times as often as in the other texts (95% interval {2**row.low:.1f} to {2**row.high:.1f})"
        where = f"in {row.range} paragraphs, q = {row.q_permutation:.3f}"
        sentences.append(
            f"**{row.term}** in {row.group}: n = {row.n} against {row.n_reference}, {times}, {where}; {firm}."
        )
    return sentences

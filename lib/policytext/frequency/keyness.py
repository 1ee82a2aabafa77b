"""Which terms a group uses more than the rest, tested over paragraphs, with the token-level test beside it."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from policytext import profiles, stats
from policytext.frequency.rates import PER
from policytext.profiles import Profiles, grouped, in_order, of_terms
from policytext.study import COLUMNS, empty

MIN_N = 5
"""A term is tested where the texts compared have it so often; a hapax is never a keyword."""


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
    g2, p: token-level log-likelihood, four cells (Dunning 1993). p_permutation: `draws` relabellings of paragraphs,
    counted exactly where drawing leaves the verdict open (`stats.settled_p`). q, q_permutation: Benjamini–Hochberg over
    all groups and terms, names being a family of their own. log_ratio, low, high: base 2, interval of Katz et al. (1978), which takes occurrences as independent.
    lrc: after Evert (2022), corrected for the terms of a group. dp_norm, range: over the paragraphs of the group.
    n_speakers: units of the group that use the term. Empty with a single group: then there is no reference.
    """
    everything = of_terms(counts, groups=groups)
    own = everything.only(everything.n >= min_n)
    if len(own.groups) < 2 or not own.items:
        return empty("keyness")
    a, n_a = own.table(), own.totals[:, None]
    b, n_b = own.n - a, own.sizes.sum() - n_a
    inner = [np.flatnonzero(own.group == number) for number in range(len(own.groups))]
    spread = [stats.dispersion(own.counts[rows], own.sizes[rows]) for rows in inner]
    is_name = np.isin(own.items, list(names))
    tested = stats.settled_p(own.counts, own.sizes, own.group, family=is_name, draws=draws, seed=seed)
    columns = {
        "group": np.array(own.groups)[:, None],
        "term": np.array(own.items),
        "n": a.astype(int),
        "total": n_a.astype(int),
        "n_reference": b.astype(int),
        "total_reference": n_b.astype(int),
        **dict(zip(("g2", "p"), stats.g2(a, b, n_a, n_b), strict=True)),
        **dict(zip(("log_ratio", "low", "high"), stats.log_ratio(a, b, n_a, n_b), strict=True)),
        "lrc": stats.lrc(a, b, n_a, n_b, family=len(own.items)),
        "dp_norm": [one.dp_norm for one in spread],
        "range": [one.range for one in spread],
        **dict(zip(("p_permutation", "q_permutation"), tested, strict=True)),
        "is_name": is_name,
    }
    found = pd.DataFrame({name: np.broadcast_to(values, a.shape).ravel() for name, values in columns.items()})
    found["q"] = found.groupby("is_name")["p"].transform(stats.benjamini_hochberg)
    speakers = grouped(counts, groups).groupby(["group", "term"])["unit_id"].nunique().rename("n_speakers")
    found = found.join(speakers, on=["group", "term"]).fillna({"n_speakers": 0}).astype({"n_speakers": int})
    return in_order(found, groups)[COLUMNS["keyness"]]


def keywords(keyness: pd.DataFrame, *, groups: pd.Series) -> pd.DataFrame:
    """The rows that hold: more often than in the rest, q of the permutation below 0.05, and no name.

    Where a group has several units a keyword comes from two of them at least, so that no single speaker makes it.
    Highest log ratio first within a group.
    """
    several = keyness["group"].map(groups.value_counts()) > 1
    holds = (keyness["q_permutation"] < stats.ALPHA) & (keyness["log_ratio"] > 0) & ~keyness["is_name"].astype(bool)
    found = keyness[holds & (~several | (keyness["n_speakers"] > 1))]
    return in_order(found.sort_values(["log_ratio", "term"], ascending=[False, True]), groups)


def within_reports(
    counts: pd.DataFrame, units: pd.DataFrame, *, draws: int = 100_000, **options: object
) -> pd.DataFrame:
    """One row per (report_id, group, term): each unit of a report against the other units of the same report.

    The one comparison that holds kind of text, year and page constant. units: the table `units`. options: those of
    `keyness`. Reports of a single unit are left out. `smallest_p`: the least p that a permutation could give.
    """

    def compare(groups: pd.Series) -> tuple[Profiles, pd.DataFrame]:
        return of_terms(counts, groups=groups), keyness(counts, groups=groups, draws=draws, **options)  # type: ignore[arg-type]

    return profiles.within_reports(units, compare, name="keyness_within", draws=draws)


def dispersion(counts: pd.DataFrame, *, groups: pd.Series, min_n: int = MIN_N) -> pd.DataFrame:
    """One row per term with `min_n` occurrences: how evenly the paragraphs of all groups share it.

    Columns of the table `dispersion` (`stats.dispersion`), most frequent first.
    """
    own = of_terms(counts, groups=groups)
    often = own.only(own.n >= min_n)
    found = pd.DataFrame({"term": often.items, "n": often.n.astype(int)})
    found = found.assign(**stats.dispersion(often.counts, often.sizes)._asdict())
    return found.sort_values(["n", "term"], ascending=[False, True], ignore_index=True)[COLUMNS["dispersion"]]


def calibrate(
    counts: pd.DataFrame, *, groups: pd.Series, min_n: int = MIN_N, splits: int = 200, seed: int = 0
) -> pd.DataFrame:
    """One row per (group, test), `permutation` and `g2`: share of terms called different between halves of one group.

    As `profiles.false_positives`, over the terms that a group has `min_n` times.
    """
    options = {"test": "g2", "min_n": min_n, "splits": splits, "seed": seed}
    return profiles.false_positives(of_terms(counts, groups=groups), lambda *cells: stats.g2(*cells)[1], **options)


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
    return in_order(best, groups)


def within_top(within: pd.DataFrame, *, top_n: int = 10) -> pd.DataFrame:
    """For each report the `top_n` terms, names apart, that differ most among its units, with the rate of every unit.

    One row per (report_id, term, group): n, total, rate per 10,000, q_permutation, and differs (q below 0.05).
    """
    kept = within[~within["is_name"].astype(bool)]
    least = kept.groupby(["report_id", "term"], sort=False)["p_permutation"].min().rename("least").reset_index()
    chosen = least.sort_values(["least", "term"]).groupby("report_id", sort=False).head(top_n)
    rows = chosen.merge(kept, on=["report_id", "term"])
    rows = rows.assign(rate=PER * rows["n"] / rows["total"], differs=rows["q_permutation"] < stats.ALPHA)
    columns = ["report_id", "term", "group", "n", "total", "rate", "p_permutation", "q_permutation", "differs"]
    return in_order(rows, within["report_id"], by="report_id")[columns]


def positions(terms: pd.DataFrame, units: pd.DataFrame, *, wanted: Collection[str]) -> pd.DataFrame:
    """One row per occurrence of the wanted terms: term, unit_id, position from 0 (beginning of the unit) to 1 (end).

    terms: the prepared table `terms`, in reading order. A unit without the term has one row without a position.
    """
    place = terms.groupby("unit_id").cumcount() + 0.5
    placed = terms.assign(position=place / terms.groupby("unit_id")["term"].transform("size"))
    every = pd.MultiIndex.from_product([wanted, units["unit_id"]], names=["term", "unit_id"]).to_frame(index=False)
    return every.merge(placed[["term", "unit_id", "position"]], "left", on=["term", "unit_id"])


def verdicts(keyness: pd.DataFrame, *, groups: pd.Series) -> pd.DataFrame:
    """The terms, names apart, that one of the two tests calls more frequent in a group: group, term, q, q_permutation.

    Smallest q of the permutation first within a group.
    """
    called = (keyness["q"] < stats.ALPHA) | (keyness["q_permutation"] < stats.ALPHA)
    found = keyness[called & (keyness["log_ratio"] > 0) & ~keyness["is_name"].astype(bool)]
    ordered = in_order(found.sort_values(["q_permutation", "q", "term"]), groups)
    return ordered[["group", "term", "n", "n_reference", "log_ratio", "q", "q_permutation"]]


def conclusions(keywords: pd.DataFrame, sensitivity: pd.DataFrame) -> list[str]:
    """One English sentence per keyword, with n, interval, q and the share of specifications in which it holds."""
    shares = sensitivity.groupby("finding")["agrees"].mean()
    sentences = []
    for row in keywords.itertuples():
        share = shares[f"{row.group}: {row.term}"]
        firm = "holds in all specifications" if share == 1 else f"sensitive: holds in {share:.0%} of the specifications"
        times = f"{2**row.log_ratio:.1f} times as often as in the other texts"
        times += " if their silence counts as half an occurrence" if row.n_reference == 0 else ""
        times += f" (95% interval {2**row.low:.1f} to {2**row.high:.1f})"
        where = f"in {row.range} paragraphs, q = {row.q_permutation:.3f}"
        sentences.append(
            f"**{row.term}** in {row.group}: n = {row.n} against {row.n_reference}, {times}, {where}; {firm}."
        )
    return sentences

"""Is there any structure? Inertia against relabelled paragraphs; a map and a tree only where chance is ruled out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.cluster.hierarchy import dendrogram, linkage
from scipy.spatial.distance import squareform
from scipy.stats import chi2

from policytext import stats
from policytext.comparison.distances import apart, resampled
from policytext.profiles import Profiles
from policytext.study import COLUMNS

_BINS, _ITEMS = 40, 30
_LEAVES = 40
"""Of more groups than these a tree has no room on a page; the map names them instead."""
_STEPS = 4_000_000_000
FEWEST_DRAWS = 199
"""Of tables so large that `draws` would take minutes fewer are drawn, but never fewer than these."""


def structure(
    profiles: Mapping[tuple[str, str], Profiles], *, draws: int = 10_000, seed: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables: one row per (grouping, basis), and one row per bin of the inertias that relabelling gives.

    profiles: by grouping (texts, units) and basis (themes, terms …). inertia is χ² over n of the table of groups ×
    items, by_chance its mean when paragraphs change groups, p the share of relabellings of the same inertia or more.
    v: Cramér's V. v_corrected: after Bergsma (2013), who takes every count as independent. v_clustered: with by_chance
    taken off instead, so that it heeds paragraphs; low, high: its 95 % interval by the noncentral χ² with the design
    effect that relabelling shows (Smithson 2003; Rao & Scott 1981). The bins: grouping, basis, left, right, share,
    inertia, p. Profiles of one group or one item have no structure and are left out.
    """
    rows, bins = [], []
    for (grouping, basis), own in profiles.items():
        table = own.table()
        if min(table.shape) < 2 or len(own.group) == len(own.groups):
            continue
        some = int(np.clip(_STEPS // np.prod(own.counts.shape), min(FEWEST_DRAWS, draws), draws))
        drawn = stats.relabelled(own.counts, own.sizes, own.group, draws=some, seed=seed)
        chance = np.concatenate([_inertias(n) for n, _ in drawn])
        row = {"grouping": grouping, "basis": basis, "n_groups": len(own.groups), "n_items": len(own.items)}
        row |= {"n": int(table.sum()), "n_clusters": len(own.group)} | _strength(table, chance)
        rows.append(row)
        share, edges = np.histogram(np.append(chance, row["inertia"]), bins=_BINS)
        some = pd.DataFrame({"left": edges[:-1], "right": edges[1:], "share": share / share.sum()})
        bins.append(some.assign(grouping=grouping, basis=basis, inertia=row["inertia"], p=row["p"]))
    columns = ["grouping", "basis", "left", "right", "share", "inertia", "p"]
    shown = pd.concat(bins, ignore_index=True)[columns] if bins else pd.DataFrame(columns=columns)
    return pd.DataFrame(rows, columns=COLUMNS["structure"]), shown


def _inertias(n: np.ndarray) -> np.ndarray:
    """The inertia of each of several tables: draws × groups × items."""
    total = n.sum(axis=(1, 2))
    expected = n.sum(axis=2)[:, :, None] * n.sum(axis=1)[:, None] / total[:, None, None]
    return np.divide(n**2, expected, out=np.zeros_like(n), where=expected > 0).sum(axis=(1, 2)) / total - 1


def _strength(table: np.ndarray, chance: np.ndarray) -> dict[str, float]:
    """Inertia, p and the forms of V of one table, given the inertias that chance gives."""
    found, by_chance, n = stats.inertia(table), float(chance.mean()), table.sum()
    degrees, least = (table.shape[0] - 1) * (table.shape[1] - 1), min(table.shape) - 1
    scale = by_chance * n / degrees
    p = (1 + np.count_nonzero(chance >= found - 1e-9)) / (1 + len(chance))
    v, corrected = stats.cramers_v(table)
    bounds = stats.noncentral_interval(found * n / scale, degrees) if scale > 0 else (np.nan, np.nan)
    low, high = (min(1.0, np.sqrt(bound * scale / (n * least))) for bound in bounds)
    clustered = np.sqrt(max(0.0, found - by_chance) / least)
    naive = float(chi2.sf(found * n, degrees))
    forms = {"v": v, "v_corrected": corrected, "v_clustered": clustered, "low": low, "high": high}
    return {"inertia": found, "by_chance": by_chance, "p_naive": naive, "p": p} | forms


def picture(own: Profiles, *, p: float, draws: int = 500, seed: int = 0) -> pd.DataFrame:
    """What the map and the tree show, one row per mark; empty where p does not reject that there is no structure.

    kind group, item: x, y in correspondence analysis, and contribution to the two axes shown; of the items the 30 that
    contribute most. region: ellipse of 95 % of the resamples of a group's paragraphs (10 or more), placed on the same
    axes (Greenacre 2017, ch. 29): x, y, width, height, angle. axis: its share of the inertia (x). leaf, branch: the tree
    of average linkage over the distances; a branch is a line from x, y over width and height, and one across has as
    contribution the share of resamples in which the same groups stand together. Above 40 groups there is no tree.
    """
    columns = ["kind", "name", "x", "y", "width", "height", "angle", "contribution"]
    table = own.table()
    kept = table.sum(axis=1) > 0
    if not p < stats.ALPHA or kept.sum() < 3 or table.shape[1] < 3:
        return pd.DataFrame(columns=columns)
    names = [name for name, there in zip(own.groups, kept, strict=True) if there]
    found = stats.correspondence(table[kept])
    shares = found.inertias / found.inertias.sum()
    rows: list[dict[str, Any]] = [{"kind": "axis", "name": f"{i + 1}", "x": shares[i]} for i in range(2)]
    for kind, labels, at, parts in (
        ("group", names, found.rows, found.row_contributions),
        ("item", own.items, found.columns, found.column_contributions),
    ):
        weight = parts[:, :2] @ found.inertias[:2] / found.inertias[:2].sum()
        for i in np.sort(np.argsort(-weight, kind="stable")[: _ITEMS if kind == "item" else None]):
            rows.append({"kind": kind, "name": labels[i], "x": at[i, 0], "y": at[i, 1], "contribution": weight[i]})
    again = [one.toarray()[kept] for one in resampled(own, draws=draws, seed=seed)]
    enough = own.n_paragraphs[kept] >= stats.FEWEST_CLUSTERS
    rows += _regions(names, np.array([found.place(one)[:, :2] for one in again]), enough)
    rows += _tree(names, table[kept], again) if len(names) <= _LEAVES else []
    return pd.DataFrame(rows, columns=columns)


def _regions(names: list[str], places: np.ndarray, enough: np.ndarray) -> list[dict[str, object]]:
    """An ellipse per group of `enough` paragraphs that holds 95 % of a normal cloud with the covariance of its places."""
    rows = []
    for name, cloud, known in zip(names, np.moveaxis(places, 1, 0), enough, strict=True):
        cloud = cloud[np.isfinite(cloud).all(axis=1)]
        if not known or len(cloud) < 3:
            continue
        values, vectors = np.linalg.eigh(np.cov(cloud.T))
        width, height = 2 * np.sqrt(np.maximum(values[::-1], 0) * chi2.ppf(0.95, 2))
        angle = np.degrees(np.arctan2(vectors[1, 1], vectors[0, 1])) % 180
        x, y = cloud.mean(axis=0)
        rows.append({"kind": "region", "name": name, "x": x, "y": y, "width": width, "height": height, "angle": angle})
    return rows


def _tree(names: list[str], table: np.ndarray, again: list[np.ndarray]) -> list[dict[str, object]]:
    """The leaves in their order, and the junctions of the tree with the share of resamples that have them."""
    steps = _linkage(table)
    counts = pd.Series([group for one in again for group in _clusters(_linkage(one))]).value_counts()
    place = {leaf: float(at) for at, leaf in enumerate(dendrogram(steps, no_plot=True)["leaves"])}
    top = dict.fromkeys(place, 0.0)
    rows: list[dict[str, Any]] = [{"kind": "leaf", "name": names[leaf], "x": at, "y": 0} for leaf, at in place.items()]
    for number, (members, (a, b, height, _)) in enumerate(zip(_clusters(steps), steps, strict=True), len(names)):
        one, other = int(a), int(b)
        ends = [(place[node], top[node], 0, height - top[node], np.nan) for node in (one, other)]
        ends.append((place[one], height, place[other] - place[one], 0, counts.get(members, 0) / len(again)))
        rows += [
            dict(zip(("x", "y", "width", "height", "contribution"), end, strict=True), kind="branch") for end in ends
        ]
        place[number], top[number] = (place[one] + place[other]) / 2, float(height)
    return rows


def _linkage(table: np.ndarray) -> np.ndarray:
    found = np.nan_to_num(apart(sparse.csr_array(table)), nan=1.0)
    return linkage(squareform(found, checks=False), "average")


def _clusters(steps: np.ndarray) -> list[frozenset[int]]:
    """The leaves below each junction."""
    below = [frozenset([leaf]) for leaf in range(len(steps) + 1)]
    for a, b, *_ in steps:
        below.append(below[int(a)] | below[int(b)])
    return below[len(steps) + 1 :]

"""Which terms stand together in sentences, how strongly, and whether that hangs on a few paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Collection

import networkx as nx
import numpy as np
import pandas as pd
from scipy import sparse

from policytext import stats
from policytext.study import COLUMNS, empty

MIN_TOGETHER = 3
"""Fewer common sentences than this make no edge."""
EDGES, STABLE = 60, 0.7
"""The network shows so many edges, those that come back in this share of resamples at the least: one that hangs on a
single paragraph would in 1 − 1/e, about 63 %, for so many resamples hold a given paragraph."""


def cowords(
    terms: pd.DataFrame, *, stopwords: Collection[str] = (), min_n: int = 5, resamples: int = 500, seed: int = 0
) -> pd.DataFrame:
    """One row per pair of terms with three common sentences or more: how strongly they go together.

    terms: the prepared table `terms` (a row per occurrence, with sentence_id and paragraph_id). Terms in fewer than
    `min_n` sentences and stop words are left out. n_a, n_b, n_ab: sentences. npmi, log_dice, g2: `stats.association`;
    q: Benjamini–Hochberg over all pairs of the terms kept, those with fewer common sentences as p = 1. stability: share
    of `resamples` of paragraphs, drawn with replacement, in which the pair is again an edge (three sentences, attracted,
    q below 0.05). Strongest first.
    """
    kept = terms.loc[~terms["term"].isin(stopwords), ["sentence_id", "paragraph_id", "term"]].drop_duplicates()
    kept = kept[kept.groupby("term")["sentence_id"].transform("nunique") >= min_n]
    every = terms[["sentence_id", "paragraph_id"]].drop_duplicates("sentence_id")
    paragraph, paragraphs = pd.factorize(every["paragraph_id"], sort=True)
    columns, words = pd.factorize(kept["term"], sort=True)
    if len(words) < 2:
        return empty("cowords")
    rows = pd.Index(every["sentence_id"]).get_indexer(kept["sentence_id"])
    present = sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(every), len(words)))

    def together(times: np.ndarray) -> np.ndarray:
        """Sentences of each pair of terms, each paragraph as many times as given."""
        return (present.T @ sparse.diags_array(times[paragraph], dtype=float) @ present).toarray()

    once, family = together(np.ones(len(paragraphs))), len(words) * (len(words) - 1) // 2
    first, second = np.nonzero(np.triu(once >= MIN_TOGETHER, k=1))

    def count(times: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """n_ab, n_a, n_b of each pair, and the number of sentences."""
        both = together(times)
        return both[first, second], both.diagonal()[first], both.diagonal()[second], times[paragraph].sum()

    n_ab, n_a, n_b, n = count(np.ones(len(paragraphs)))
    found = stats.association(n_ab, n_a, n_b, n)._asdict()
    table = pd.DataFrame(
        {"term_a": words[first], "term_b": words[second], "n_a": n_a, "n_b": n_b, "n_ab": n_ab} | found
    )
    table = table.astype({"n_a": int, "n_b": int, "n_ab": int}).assign(q=_q(found["p"], family))
    table["stability"] = _stability(count, len(paragraphs), family, resamples, seed)
    order = ["log_dice", "term_a", "term_b"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)[COLUMNS["cowords"]]


def _stability(count: Callable, paragraphs: int, family: int, resamples: int, seed: int) -> np.ndarray:
    """For each pair the share of resamples of paragraphs in which it is an edge again."""
    generator, again = np.random.default_rng(seed), []
    for _ in range(resamples):
        times = np.bincount(generator.integers(paragraphs, size=paragraphs), minlength=paragraphs)
        n_ab, n_a, n_b, n = count(times)
        edge = (n_ab >= MIN_TOGETHER) & (n_ab * n > n_a * n_b)
        edge[edge] = _q(stats.g2(n_ab, n_b - n_ab, n_a, n - n_a)[1][edge], family) < stats.ALPHA
        again.append(edge)
    return np.mean(again, axis=0)


def _q(p: np.ndarray, family: int) -> np.ndarray:
    """q values of some p of a family whose other p are 1."""
    return np.minimum(stats.benjamini_hochberg(p) * family / max(len(p), 1), 1.0)


def communities(cowords: pd.DataFrame, *, seed: int = 0) -> pd.DataFrame:
    """One row per term of the network of the strongest stable edges: n, degree, community, x, y.

    Communities maximise modularity (Blondel et al. 2008), positions (mm) minimise stress (Kamada & Kawai 1989); both are
    the same each time. Communities are numbered from the largest.
    """
    network = nx.Graph()
    for edge in strongest(cowords).itertuples():
        network.add_node(edge.term_a, n=edge.n_a)
        network.add_node(edge.term_b, n=edge.n_b)
        network.add_edge(edge.term_a, edge.term_b, weight=max(edge.log_dice, 0.1), length=1 + 14 - edge.log_dice)
    if not network:
        return pd.DataFrame(columns=["term", "n", "degree", "community", "x", "y"])
    found = nx.community.louvain_communities(network, weight="weight", seed=seed)
    number = {term: i for i, terms in enumerate(sorted(found, key=lambda c: (-len(c), min(c))), 1) for term in terms}
    nodes = (
        pd.DataFrame.from_dict(_places(network), orient="index", columns=["x", "y"]).rename_axis("term").reset_index()
    )
    of = {"n": nx.get_node_attributes(network, "n"), "degree": dict(network.degree), "community": number}
    nodes = nodes.assign(**{name: nodes["term"].map(values) for name, values in of.items()})
    return nodes[["term", "n", "degree", "community", "x", "y"]].sort_values(
        ["community", "n", "term"], ascending=[True, False, True], ignore_index=True
    )


_EDGE, _LINE, _LETTER, _GAP = 9.0, 4.2, 2.5, 2.0
"""Millimetres: an edge, the height of a label, a character, between labels."""


def _places(network: nx.Graph) -> dict[str, tuple[float, float]]:
    """A place in mm for each term: connected parts are laid out one by one and set in rows, the largest first."""
    parts = sorted(nx.connected_components(network), key=lambda part: (-len(part), min(part)))
    places: dict[str, tuple[float, float]] = {}
    left = top = lowest = 0.0
    for part in parts:
        inner = network.subgraph(sorted(part))
        found = nx.kamada_kawai_layout(inner, weight="length", scale=_EDGE * len(part) ** 0.75 / 1.6)
        terms = list(found)
        place = _apart(
            np.array([found[term] for term in terms]), np.array([len(term) * _LETTER + _GAP for term in terms])
        )
        halves = np.array([[len(term) * _LETTER / 2, _LINE / 2] for term in terms])
        corner, end = (place - halves).min(axis=0), (place + halves).max(axis=0)
        if left and left + (end - corner)[0] > 160:
            left, top = 0.0, lowest - 6
        for term, (x, y) in zip(terms, place, strict=True):
            places[term] = (left + x - corner[0], top + y - end[1])
        left, lowest = left + (end - corner)[0] + 8, min(lowest, top - (end - corner)[1])
    return places


def _apart(place: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """The places (a row per label, in mm) moved as little as needed for no two labels to overlap."""
    for _ in range(1000):
        across = place[:, None] - place[None]
        room = np.stack([(widths[:, None] + widths[None]) / 2, np.full_like(across[..., 0], _LINE + _GAP / 2)], axis=-1)
        overlap = np.triu((room > np.abs(across)).all(axis=-1), k=1)
        if not overlap.any():
            break
        for i, j in np.argwhere(overlap):
            missing = room[i, j] - np.abs(place[i] - place[j])
            if (missing <= 0).any():
                continue
            axis = int(missing.argmin())
            step = (missing[axis] / 2 + 0.05) * (1 if place[i, axis] >= place[j, axis] else -1)
            place[i, axis] += step
            place[j, axis] -= step
    return place


def strongest(cowords: pd.DataFrame) -> pd.DataFrame:
    """The pairs of highest log-Dice that attract each other and come back in resamples."""
    holds = (cowords["npmi"] > 0) & (cowords["q"] < stats.ALPHA) & (cowords["stability"] >= STABLE)
    return cowords[holds].nlargest(EDGES, "log_dice", keep="first")


def edges(cowords: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """The edges of the network with place and community of both ends: what its figure shows."""
    place = nodes.set_index("term")[["x", "y", "community"]]
    shown = strongest(cowords)
    for end in "ab":
        shown = shown.join(place.add_suffix(f"_{end}"), on=f"term_{end}")
    return shown.reset_index(drop=True)

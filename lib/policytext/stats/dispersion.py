"""How evenly a term is spread, and which terms go together."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import entr

from policytext.stats.arrays import Array, floats, positive, table_of
from policytext.stats.keyness import g2


class Dispersion(NamedTuple):
    """One entry per term. `range`: parts it occurs in. dp, dp_norm: 0 even, 1 in one place; the other three reverse."""

    range: NDArray[np.int64]
    dp: Array
    dp_norm: Array
    juilland_d: Array
    carroll_d2: Array
    rosengren_s: Array


def dispersion(counts: ArrayLike, sizes: ArrayLike) -> Dispersion:
    """How evenly each term is spread over parts of unequal size, one row of `counts` and one of `sizes` per part.

    DP (Gries 2008, IJCL 13:403), DPnorm = DP / (1 - smallest share) (Lijffijt & Gries 2012, IJCL 17:147), Juilland's D
    and Carroll's D2 on rates within parts, Rosengren's S on the parts' shares (Gries 2020). Parts of size 0 are left
    out. nan, but for `range`, where a term does not occur; with a single part only dp and rosengren_s are estimable.
    """
    table, sizes = table_of(counts, sizes)
    parts, (row, column) = positive(len(sizes)), table.tocoo().coords

    def total(values: Array) -> Array:
        return np.bincount(column, values, minlength=table.shape[1])

    n, shares, rate = table.data, sizes / sizes.sum(), table.data / sizes[row]
    share, found = shares[row], total(np.ones_like(n))
    occurrences, rates = positive(total(n)), positive(total(rate))
    dp = np.where(found, 1 + total(np.abs(n / occurrences[column] - share) - share), np.nan) / 2
    mean = rates / parts
    deviations = total((rate - mean[column]) ** 2) + (parts - found) * mean**2
    return Dispersion(
        range=found.astype(np.int64),
        dp=dp,
        dp_norm=dp / positive(1 - shares.min(initial=1)),
        juilland_d=1 - np.sqrt(deviations / parts / positive(parts - 1)) / mean,
        carroll_d2=np.where(found, total(entr(rate / rates[column])), np.nan) / positive(np.log(parts)),
        rosengren_s=total(np.sqrt(n * share)) ** 2 / occurrences,
    )


class Association(NamedTuple):
    """One entry per pair of terms."""

    npmi: Array
    log_dice: Array
    g2: Array
    p: Array


def association(n_ab: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, n: ArrayLike) -> Association:
    """How strongly two terms go together: of n contexts (sentences) n_a hold the one, n_b the other, n_ab both.

    npmi: 1 always together, 0 as by chance, -1 never (Bouma 2009); nan where a term has no context or both have all.
    log_dice: 14 always together, 1 less for half as much, whatever n is (Rychlý 2008); nan where never together.
    g2, p: as `g2`, unsigned: npmi tells attraction from avoidance. Raises ValueError where a cell would be negative.
    """
    n_ab, n_a, n_b, n = floats(n_ab, n_a, n_b, n)
    together, expected = positive(n_ab), positive(n_a * n_b) / positive(n)
    npmi = np.log(together / expected) / positive(np.log(positive(n) / together))
    return Association(
        np.where((n_ab == 0) & (expected > 0), -1.0, npmi),
        14 + np.log2(2 * together / positive(n_a + n_b)),
        *g2(n_ab, n_b - n_ab, n_a, n - n_a),
    )

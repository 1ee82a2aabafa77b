"""How far groups differ: distances, residuals, Cramér's V, correspondence analysis, the difference one could detect."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.stats import ncx2, t

from policytext.stats.arrays import Array, floats, positive, table_of
from policytext.stats.intervals import LEVEL

_ALIKE = 1e-7


def jensen_shannon(profiles: ArrayLike, others: ArrayLike | None = None) -> Array:
    """The matrix of distances of the rows to `others` (by default to themselves): the root of the divergence to base 2.

    profiles: counts or shares, one row per group; each row is divided by its sum (Lin 1991, IEEE Trans Inf Theory
    37:145). 0 where rows are alike, 1 where they have nothing in common, nan where a row has no counts.
    """
    one = _shares(profiles)
    other = one if others is None else _shares(others)
    found = cdist(np.nan_to_num(one), np.nan_to_num(other), "jensenshannon") / np.sqrt(np.log(2))
    found = np.where(np.nan_to_num(found) < _ALIKE, 0, found)  # rows alike differ in their last bits
    known = np.isfinite(one).all(axis=1)[:, None] & np.isfinite(other).all(axis=1)
    return np.where(known, np.minimum(found, 1), np.nan)


def hellinger(profiles: ArrayLike, others: ArrayLike | None = None) -> Array:
    """The matrix of Hellinger distances of the rows to `others` (by default to themselves): 0 to 1 as above.

    One product of matrices, sparse where they are, so hundreds of groups and tens of thousands of terms do.
    """
    one = _roots(profiles)
    other = one if others is None else _roots(others)
    common = (one @ other.T).toarray()
    squares = np.clip(1 - common, 0, 1)
    found = np.sqrt(np.where(squares < _ALIKE**2, 0, squares))
    empty = [np.asarray(part.sum(axis=1)) == 0 for part in (one, other)]
    return np.where(empty[0][:, None] | empty[1], np.nan, found)


def _roots(profiles: ArrayLike) -> sparse.csr_array:
    """The square roots of the shares of each row."""
    table = sparse.csr_array(profiles, dtype=float, copy=True)
    table.data = np.sqrt(table.data / np.repeat(np.asarray(table.sum(axis=1)), np.diff(table.indptr)))
    return table


def _shares(profiles: ArrayLike) -> Array:
    """Rows divided by their sums."""
    profiles = np.asarray(profiles, dtype=float)
    return profiles / positive(profiles.sum(axis=1, keepdims=True))


def adjusted_residuals(n: ArrayLike, row: ArrayLike, column: ArrayLike, total: ArrayLike) -> Array:
    """(n - e) / √(e (1 - row/total) (1 - column/total)) with e = row · column / total (Haberman 1973, Biometrics 29:205).

    row, column: the totals of the cell's row and column. About normal where observations are independent, which
    sentences of one paragraph are not. nan where row or column is 0 or all.
    """
    n, row, column, total = floats(n, row, column, total)
    expected = row * column / positive(total)
    return (n - expected) / np.sqrt(positive(expected * (1 - row / positive(total)) * (1 - column / positive(total))))


def cramers_v(table: ArrayLike) -> tuple[float, float]:
    """Cramér's V of a table of counts, as it is and corrected for its bias (Bergsma 2013, J Korean Stat Soc 42:323).

    Rows and columns without counts are left out. nan with fewer than two of either.
    """
    table = np.asarray(table, dtype=float)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        return np.nan, np.nan
    n, (rows, columns) = table.sum(), table.shape
    phi2 = inertia(table)
    corrected = max(0.0, phi2 - (rows - 1) * (columns - 1) / (n - 1))
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi2 / (min(rows, columns) - 1))), float(np.sqrt(corrected / positive(least)))


def inertia(table: ArrayLike) -> float:
    """χ² of a table over its total; rows and columns without counts do not matter. nan where it has no counts."""
    table = np.asarray(table, dtype=float)
    expected = positive(np.outer(table.sum(axis=1), table.sum(axis=0)) / positive(table.sum()))
    return float(np.nansum((table - np.nan_to_num(expected)) ** 2 / expected) / positive(table.sum()))


def noncentral_interval(chi2: float, degrees: int) -> tuple[float, float]:
    """low, high of the noncentrality of a χ² with so many degrees (Smithson 2003, Confidence Intervals, ch. 4).

    nan without degrees of freedom. Divided by n and the lesser of rows - 1 and columns - 1 it is the square of V.
    """
    if degrees < 1 or not np.isfinite(chi2):
        return np.nan, np.nan

    def bound(share: float) -> float:
        if ncx2.cdf(chi2, degrees, 0) <= share:
            return 0.0
        return float(brentq(lambda far: ncx2.cdf(chi2, degrees, far) - share, 0, 4 * chi2 + 10 * degrees + 100))

    return bound((1 + LEVEL) / 2), bound((1 - LEVEL) / 2)


class Correspondence(NamedTuple):
    """Principal inertias, and per axis (column) the coordinates and contributions of rows and of columns."""

    inertias: Array
    rows: Array
    columns: Array
    row_contributions: Array
    column_contributions: Array
    standard_columns: Array

    def place(self, profiles: ArrayLike) -> Array:
        """Coordinates of further rows on the same axes; nan for a row without counts."""
        return _shares(profiles) @ self.standard_columns


def correspondence(table: ArrayLike) -> Correspondence:
    """Correspondence analysis of a table of counts (Greenacre 2017): axes by falling inertia, principal coordinates.

    The sign of an axis is arbitrary; here the column of the largest contribution lies on the positive side, the first
    of equals. Raises ValueError where a row or column has no counts: leave it out, or place it afterwards.
    """
    table = np.asarray(table, dtype=float)
    if min(table.shape) < 2 or (table.sum(axis=0) <= 0).any() or (table.sum(axis=1) <= 0).any():
        raise ValueError("correspondence analysis needs two rows and two columns, all with counts")
    shares = table / table.sum()
    row, column = shares.sum(axis=1), shares.sum(axis=0)
    left, values, right = np.linalg.svd(
        (shares - np.outer(row, column)) / np.sqrt(np.outer(row, column)), full_matrices=False
    )
    axes = min(table.shape) - 1
    left, values, right = left[:, :axes], values[:axes], right[:axes].T
    first = np.argmax(np.round(right**2, 9), axis=0)
    sign = np.where(right[first, np.arange(axes)] < 0, -1, 1)
    left, right = left * sign, right * sign
    standard = right / np.sqrt(column)[:, None]
    return Correspondence(
        values**2, left / np.sqrt(row)[:, None] * values, standard * values, left**2, right**2, standard
    )


def detectable_difference(counts: ArrayLike, sizes: ArrayLike, is_target: ArrayLike, *, alpha: float = 0.05) -> Array:
    """One per term: the least difference of rates, target against rest, that a test over clusters shows with power 80 %.

    (t_{1-α/2} + t_{.8}) times the standard deviation that relabelling gives the difference, in closed form (Bloom 1995,
    Evaluation Review 19:547, for clusters; C - 2 degrees of freedom). nan with fewer than three clusters, and where the
    target has none of them or all.
    """
    is_target = np.asarray(is_target, dtype=bool)[np.asarray(sizes) > 0]
    table, sizes = table_of(counts, sizes)
    clusters, own = len(sizes), int(is_target.sum())
    if clusters < 3 or own in (0, clusters):
        return np.full(table.shape[1], np.nan)
    residuals = table.toarray() - np.outer(sizes, table.sum(axis=0) / sizes.sum())
    spread = np.sqrt(own * (1 - own / clusters) * (residuals**2).sum(axis=0) / (clusters - 1))
    scale = sizes.sum() / (sizes[is_target].sum() * sizes[~is_target].sum())
    return (t.ppf(1 - alpha / 2, clusters - 2) + t.ppf(0.8, clusters - 2)) * scale * spread

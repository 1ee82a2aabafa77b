"""What the formulas share: arrays of one shape, and the checked table of counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

Array = NDArray[np.float64]


def floats(*values: ArrayLike) -> list[Array]:
    """The values as arrays of one shape."""
    return [array.copy() for array in np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values))]


def positive(n: ArrayLike) -> Array:
    """`n` with nan where it is not above zero, so that nothing is divided by it."""
    return np.where(np.asarray(n) > 0, n, np.nan)


def table_of(counts: ArrayLike, sizes: ArrayLike) -> tuple[sparse.csr_array, Array]:
    """The table (clusters × terms) and the sizes, both without clusters of size zero.

    Raises ValueError where they differ in length, something is negative, or a cluster of size zero has a count.
    """
    if not sparse.issparse(counts):
        counts = np.asarray(counts)
        counts = counts[:, None] if counts.ndim == 1 else counts
    table, sizes = sparse.csr_array(counts, dtype=float, copy=True), np.asarray(sizes, dtype=float)
    table.eliminate_zeros()
    if sizes.shape != table.shape[:1]:
        raise ValueError(f"{table.shape[0]} rows of counts, but sizes of shape {sizes.shape}")
    if (table.data < 0).any() or (sizes < 0).any() or table[sizes == 0].nnz:
        raise ValueError("a count or a size is negative, or a cluster of size zero has a count")
    return table[sizes > 0], sizes[sizes > 0]

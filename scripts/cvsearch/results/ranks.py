"""Candidates are ranked as in scikit-learn's searches."""

from typing import Any


def rank_min(means: Any) -> Any:
    """Rank mean scores, the highest first. Ties share the lowest rank, and NaN is last, as in scikit-learn.

    Infinite means keep their order. Minus infinity comes after every number and before NaN.

    Parameters
    ----------
    means : ndarray of shape (n_candidates,)

    Returns
    -------
    ndarray of int32
    """
    import numpy as np

    if np.isnan(means).all():
        return np.ones(len(means), dtype="int32")
    filled = np.nan_to_num(means, nan=np.nanmin(means) - 1)
    return (np.searchsorted(np.sort(-filled), -filled, side="left") + 1).astype("int32")

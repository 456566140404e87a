"""The samples that are held out: a search never sees them."""

import math
from typing import Any

from cvsearch.errors import InputError


def holdout_positions(
    n_samples: int,
    fraction: float,
    random_state: int,
    labels: Any = None,
    groups: Any = None,
    in_time_order: bool = False,
) -> Any:
    """Choose the samples that are held out.

    If groups are given, whole groups are held out. If samples are in the order of time, the last samples are held out.
    If both are true, the groups that end last are held out. Otherwise samples are drawn at random. Then each class
    gives the same share of its samples, if every class has at least two samples and both sides have at least as many
    samples as there are classes.

    Parameters
    ----------
    n_samples : int
    fraction : float
        Between 0 and 1.
    random_state : int
        ``random_state`` of the config.
    labels : ndarray of shape (n_samples,), optional
        The class of each sample, for classification.
    groups : ndarray of shape (n_samples,), optional
    in_time_order : bool

    Returns
    -------
    ndarray of int
        Positions, sorted.

    Raises
    ------
    InputError
        If one side would be too small.
    """
    import numpy as np

    n_holdout = math.ceil(n_samples * fraction)
    if n_samples - n_holdout < 2:
        raise InputError(
            f"holdout: {fraction!r} of {n_samples} samples leaves fewer than two for the search; choose a smaller share"
        )
    if groups is not None:
        return _whole_groups(groups, n_holdout, random_state, in_time_order, fraction)
    if in_time_order:
        return np.arange(n_samples - n_holdout, n_samples)
    if labels is not None:
        counts = np.unique(labels, return_counts=True)[1]
        if 1 < len(counts) <= min(n_holdout, n_samples - n_holdout) and counts.min() >= 2:
            from sklearn.model_selection import StratifiedShuffleSplit

            splitter = StratifiedShuffleSplit(1, test_size=n_holdout, random_state=random_state)
            return np.sort(next(splitter.split(np.zeros((n_samples, 1)), labels))[1])
    return np.sort(np.random.RandomState(random_state).permutation(n_samples)[:n_holdout])


def _whole_groups(groups: Any, n_holdout: int, random_state: int, in_time_order: bool, fraction: float) -> Any:
    """Return the positions of whole groups that together come closest to the number wanted.

    The groups are drawn at random, or the latest groups are taken first.
    """
    import numpy as np

    names, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if len(names) < 2:
        raise InputError(f"holdout: {fraction!r} takes whole groups, and there is one group only; set holdout: 0")
    if in_time_order:
        last = np.zeros(len(names), dtype=int)
        last[codes] = np.arange(len(codes))
        order = np.argsort(last)[::-1]
    else:
        order = np.random.RandomState(random_state).permutation(len(names))
    count = 1 + int(np.abs(np.cumsum(sizes[order])[:-1] - n_holdout).argmin())
    return np.flatnonzero(np.isin(codes, order[:count]))

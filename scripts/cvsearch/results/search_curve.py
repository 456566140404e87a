"""Was the search enough: the best score that so many candidates reach."""

from typing import Any, NamedTuple

# Of the pointwise interval.
LEVEL = 0.95


class Curve(NamedTuple):
    """The median best score of m candidates, for several m.

    Attributes
    ----------
    m : ndarray of int
    median : ndarray of float
        Half of all searches with m candidates reach a best score of at least this much.
    low, high : ndarray of float
        Ends of the interval at each m by itself. `low` is -inf, and `high` NaN, where there is no such end.
    """

    m: Any
    median: Any
    low: Any
    high: Any


def best_so_far(means: Any) -> Any:
    """Return the best mean score among the first 1, 2, ... candidates; NaN before the first one that has a score.

    Parameters
    ----------
    means : ndarray of shape (n_candidates,)
        In the order of the candidates; NaN where a candidate has no mean.
    """
    import numpy as np

    return np.fmax.accumulate(means)


def median_best(means: Any, most: int = 200) -> Curve:
    """Return the median best score of m candidates, for candidates that are independent random draws.

    The best of m draws lies below a score x with probability F(x)^m, so its median is the quantile .5^(1/m) of the scores.
    Its interval has two order statistics as ends. For the quantile q of n draws the number of draws below it is binomial
    (n, q), so the k-th smallest score is above the quantile with probability P(B < k) (Conover, Practical Nonparametric
    Statistics, 1999, section 3.2). From m = n / 5.3 on no order statistic is a valid upper end: .5^(n/m) > .025.

    Parameters
    ----------
    means : ndarray of shape (n_candidates,)
        NaN where a candidate has no mean: such a draw is worse than any score.
    most : int
        At most about so many values of m, closer together where m is small.

    Raises
    ------
    ValueError
        If there is no candidate.
    """
    import numpy as np
    from scipy.stats import binom

    n = len(means)
    if n == 0:
        raise ValueError("a search curve needs a candidate")
    ordered = np.sort(np.where(np.isnan(means), -np.inf, means))
    m = np.unique(np.geomspace(1, n, min(n, most)).round().astype(int))
    quantile = 0.5 ** (1 / m)
    tail = (1 - LEVEL) / 2
    # Order statistics count from 1. A quantile is the first score that reaches it.
    at = np.ceil(quantile * n - 1e-9).astype(int)
    lower = binom.ppf(tail, n, quantile).astype(int)
    upper = binom.ppf(1 - tail, n, quantile).astype(int) + 1
    low = np.where(lower >= 1, ordered[np.maximum(lower, 1) - 1], -np.inf)
    high = np.where(upper <= n, ordered[np.minimum(upper, n) - 1], np.nan)
    return Curve(m, ordered[at - 1], low, high)

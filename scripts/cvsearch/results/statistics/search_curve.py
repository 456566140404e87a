"""Whether the search was long enough: how good the best of fewer candidates would have been."""

from typing import Any, NamedTuple

LEVEL = 0.95


class SearchCurve(NamedTuple):
    """The median best mean score of m candidates, each an array of shape (n_points,).

    Attributes
    ----------
    n_candidates : ndarray of int
        The numbers m.
    median : ndarray
    low, high : ndarray
        A pointwise interval of at least 95 %; NaN if the interval does not have this end.
    """

    n_candidates: Any
    median: Any
    low: Any
    high: Any


def best_so_far(means: Any) -> Any:
    """Return the best mean score among the first 1, 2, ... candidates; NaN before the first candidate with a score.

    Parameters
    ----------
    means : ndarray of shape (n_candidates,)
        Mean scores in the order of the candidates; NaN if a candidate has no mean.
    """
    import numpy as np

    return np.fmax.accumulate(means)


def search_curve(means: Any, n_candidates: Any) -> SearchCurve:
    """Return the median of the best of m candidates. The candidates have to be drawn independently at random.

    The best of m draws is at most x with probability F(x)^m. So its median is the quantile .5^(1/m) of a single draw.
    The interval is an interval for this quantile. Its ends are two order statistics whose ranks are binomial quantiles
    (David and Nagaraja, Order Statistics, 2003, section 7.1). Beyond m = n / 5.3 the interval does not have an upper
    end, because no draw is surely above the quantile.

    Parameters
    ----------
    means : ndarray of shape (n,)
        Mean test score of each candidate. NaN counts as worse than any number.
    n_candidates : array-like of int
        The numbers m, from 1 to n.

    Returns
    -------
    SearchCurve
    """
    import numpy as np
    from scipy.stats import binom

    m = np.asarray(n_candidates, dtype=int)
    ordered = np.sort(np.where(np.isnan(means), -np.inf, means))
    n = len(ordered)
    quantile = 0.5 ** (1 / m)
    middle = np.ceil(n * quantile - 1e-9).astype(int)
    low = binom.ppf((1 - LEVEL) / 2, n, quantile).astype(int)
    high = binom.ppf((1 + LEVEL) / 2, n, quantile).astype(int) + 1

    def at(rank: Any, there: Any) -> Any:
        found = ordered[np.clip(rank, 1, n) - 1]
        return np.where(there & (found > -np.inf), found, np.nan)

    return SearchCurve(m, at(middle, middle >= 1), at(low, low >= 1), at(high, high <= n))

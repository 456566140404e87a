"""Which candidates can be distinguished from the best, and which simple candidate is as good.

Nadeau, Bengio: Inference for the generalization error. Machine Learning 52, 239-281 (2003). Scores on different splits
share training samples. So the variance over the splits is too small to estimate the variance of the mean score. It is
corrected by n_test / n_train.
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

# The level of the tests.
ALPHA = 0.05

# With fewer splits, the test shows almost nothing, because its t has too few degrees of freedom.
FEWEST_SPLITS = 5

# A difference of two scores up to this share of them is rounding.
ROUNDING = 1e-12


def mean_ratio(splits: Sequence[dict[str, Any]]) -> float:
    """Return the mean of n_test / n_train over the splits, from their descriptions."""
    return sum(split["n_test"] / split["n_train"] for split in splits) / len(splits)


def standard_error(scores: Any, ratio: float) -> float | None:
    """Return the standard error of a mean over splits: std(ddof=1) * sqrt(1/J + n_test/n_train).

    Parameters
    ----------
    scores : ndarray of shape (n_splits,)
    ratio : float
        n_test / n_train.

    Returns
    -------
    float or None
        None for one split, or if a score is not finite.
    """
    import numpy as np

    if len(scores) < 2 or not np.isfinite(scores).all():
        return None
    return float(np.std(scores, ddof=1) * math.sqrt(1 / len(scores) + ratio))


class Tested(NamedTuple):
    """Corrected t tests of differences, each an array of shape (n_candidates,).

    Attributes
    ----------
    mean : ndarray
        Mean difference over the splits.
    t, p : ndarray
        NaN for one split, and if the difference is the same on each split. The difference then has no spread to compare
        it with.
    """

    mean: Any
    t: Any
    p: Any


def corrected_t(differences: Any, ratio: float) -> Tested:
    """Test whether mean differences over splits are 0, with Nadeau and Bengio's corrected resampled t test, two-sided.

    Parameters
    ----------
    differences : ndarray of shape (n_candidates, n_splits)
    ratio : float
        n_test / n_train.

    Returns
    -------
    Tested
    """
    import numpy as np
    from scipy.stats import t as student

    n_splits = differences.shape[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = differences.mean(axis=1)
        if n_splits < 2:
            return Tested(mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan))
        spread = differences.std(axis=1, ddof=1)
        # If the differences are equal, the spread has only rounding errors.
        scale = np.abs(differences).max(axis=1)
        spread[spread <= ROUNDING * scale] = np.nan
        t = mean / (spread * math.sqrt(1 / n_splits + ratio))
    return Tested(mean, t, 2 * student.sf(np.abs(t), n_splits - 1))


def holm(p: Any) -> Any:
    """Return p values adjusted for their number (Holm 1979). NaN stays NaN and does not count.

    Parameters
    ----------
    p : ndarray of shape (n,)
    """
    import numpy as np

    adjusted = np.full(len(p), np.nan)
    there = np.flatnonzero(~np.isnan(p))
    order = there[np.argsort(p[there], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1) if len(order) else steps
    return adjusted


def compare(scores: Any, best: int, ratio: float) -> dict[str, Any]:
    """Compare every candidate with the best. Return the columns of ``comparison.csv``.

    Parameters
    ----------
    scores : ndarray of shape (n_candidates, n_splits)
        Test scores. Higher is better. NaN if there is no score.
    best : int
        The best candidate.
    ratio : float
        n_test / n_train.

    Returns
    -------
    dict of str to ndarray
        As `results.tables.COMPARISON` declares them.
    """
    import numpy as np

    with np.errstate(invalid="ignore"):
        differences = scores - scores[best]
        differences[np.abs(differences) <= ROUNDING * np.abs(scores[best])] = 0
    tested = corrected_t(differences, ratio)
    adjusted = holm(np.where(np.arange(len(scores)) == best, np.nan, tested.p))
    distinguishable = np.where(np.isnan(scores.mean(axis=1)), "", np.where(adjusted < ALPHA, "yes", "no")).astype(
        object
    )
    p = np.where(np.arange(len(scores)) == best, np.nan, tested.p)
    columns = {
        "mean_difference": tested.mean,
        "t": tested.t,
        "p": p,
        "p_holm": adjusted,
        "distinguishable": distinguishable,
    }
    return {"candidate": np.arange(len(scores)), **columns}


def like_the_best(scores: Any, best: int, ratio: float) -> Any:
    """Return which candidates cannot be distinguished from the best one, and the best one, as an ndarray of bool."""
    return compare(scores, best, ratio)["distinguishable"] == "no"


def within_one_standard_error(scores: Any, best: int, ratio: float) -> Any:
    """Return which candidates have a mean of at least the best mean minus its standard error.

    The result has the shape (n_candidates,). With one split there is no standard error, and 0 is used.
    """
    means = scores.mean(axis=1)
    return means >= means[best] - (standard_error(scores[best], ratio) or 0.0)


def simplest(
    scores: Any, best: int, ratio: float, params: Sequence[dict[str, Any]], simplest_by: Sequence[str]
) -> int | None:
    """Return the simplest candidate within one standard error of the best (Breiman et al. 1984).

    Parameters
    ----------
    scores : ndarray of shape (n_candidates, n_splits)
    best : int
    ratio : float
        n_test / n_train.
    params : sequence of dict
        Parameters of each candidate.
    simplest_by : sequence of str
        Names of parameters for which a smaller value is simpler. The first one counts most. A value that is not a
        number comes last. Among equals, the candidate with the better mean is taken, and then the one with the lower
        number.

    Returns
    -------
    int or None
        None without `simplest_by`, and if there is no standard error.
    """
    import numpy as np

    if not simplest_by or standard_error(scores[best], ratio) is None:
        return None
    means = scores.mean(axis=1)

    def size(value: Any) -> float:
        is_number = isinstance(value, int | float) and not math.isnan(value)
        return float(value) if is_number else math.inf

    def order(candidate: int) -> tuple[Any, ...]:
        setting = params[candidate]
        return (*(size(setting.get(name)) for name in simplest_by), -means[candidate], candidate)

    return min(np.flatnonzero(within_one_standard_error(scores, best, ratio)).tolist(), key=order)

"""The median best of m candidates, against a plain loop over order statistics and against searches drawn again."""

import math

import numpy as np
import pytest
from cvsearch.results.statistics.search_curve import best_so_far, search_curve
from scipy.stats import binom


def plain(scores, m):
    """Return the quantile .5^(1/m), and the ends of its interval, by going over all order statistics."""
    ordered = sorted(scores)
    n, q = len(ordered), 0.5 ** (1 / m)
    median = next(ordered[k - 1] for k in range(1, n + 1) if k / n >= q - 1e-12)
    low, high = math.nan, math.nan
    for k in range(1, n + 1):
        if binom.cdf(k - 1, n, q) < 0.025:  # the k-th smallest is above the quantile that seldom
            low = ordered[k - 1]
    for k in range(n, 0, -1):
        if 1 - binom.cdf(k - 1, n, q) <= 0.025:
            high = ordered[k - 1]
    return median, low, high


@pytest.mark.parametrize("n", [1, 2, 10, 53, 200])
def test_it_is_what_a_plain_loop_finds(n):
    scores = np.random.default_rng(n).normal(size=n)
    curve = search_curve(scores, np.arange(1, n + 1))
    for m, *found in zip(*curve, strict=True):
        np.testing.assert_equal(found, plain(scores, m))


def test_there_is_an_upper_end_up_to_a_fifth_of_the_candidates():
    curve = search_curve(np.random.default_rng(0).uniform(size=1000), np.arange(1, 1001))
    assert np.isfinite(curve.high[curve.n_candidates < 1000 / 5.4]).all()
    assert np.isnan(curve.high[curve.n_candidates > 1000 / 5.3]).all()


def test_the_interval_holds_the_true_median_best():
    rng = np.random.default_rng(1)
    held = []
    for _ in range(300):
        curve = search_curve(rng.uniform(size=200), np.arange(1, 201))
        truth = 0.5 ** (1 / curve.n_candidates)  # the quantile of the uniform distribution
        high = np.where(np.isnan(curve.high), np.inf, curve.high)
        low = np.where(np.isnan(curve.low), -np.inf, curve.low)
        held.append((low <= truth) & (truth <= high))
    assert np.mean(held, axis=0).min() > 0.92


def test_a_candidate_without_a_mean_is_a_draw_that_is_worse_than_any():
    np.testing.assert_equal(search_curve(np.array([np.nan, 0.5, np.nan, np.nan]), [1, 4]).median, [np.nan, 0.5])


def test_the_best_so_far_never_falls():
    np.testing.assert_equal(best_so_far(np.array([np.nan, 0.2, 0.1, np.nan, 0.3])), [np.nan, 0.2, 0.2, 0.2, 0.3])

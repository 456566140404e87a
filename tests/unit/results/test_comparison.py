"""The t test, Holm's method, the one-standard-error choice and the search curve, against formulas written out here."""

import itertools
import math

import numpy as np
import pytest
from cvsearch.results import tables
from cvsearch.results.statistics.comparison import (
    compare,
    corrected_t,
    holm,
    mean_ratio,
    simplest,
    standard_error,
    within_one_standard_error,
)
from cvsearch.results.statistics.search_curve import search_curve
from scipy import stats


def corrected_std(differences, n_train, n_test):
    """Scikit-learn's example, "Statistical comparison of models using grid search", written again from its text."""
    kr = len(differences)
    corrected_var = np.var(differences, ddof=1) * (1 / kr + n_test / n_train)
    return np.sqrt(corrected_var)


def compute_corrected_ttest(differences, df, n_train, n_test):
    t_stat = np.mean(differences) / corrected_std(differences, n_train, n_test)
    return t_stat, stats.t.sf(np.abs(t_stat), df)


@pytest.mark.parametrize("n_splits", [2, 5, 10, 100])
def test_t_is_that_of_scikit_learns_example(n_splits):
    differences = np.random.default_rng(n_splits).normal(0.01, 0.02, (7, n_splits))
    found = corrected_t(differences, 20 / 80)
    for row, mean, t, p in zip(differences, *found, strict=True):
        expected_t, one_sided = compute_corrected_ttest(row, n_splits - 1, 80, 20)
        assert (mean, t, p) == pytest.approx((row.mean(), expected_t, 2 * one_sided))


def test_t_for_one_run_of_k_fold_is_that_of_baycomp():
    """Baycomp's factor for k folds is 1/k + 1/(k - 1)."""
    d = np.array([0.02, -0.01, 0.03, 0.04, 0.01])
    t = d.mean() / math.sqrt(d.var(ddof=1) * (1 / 5 + 1 / 4))
    assert corrected_t(d[None], mean_ratio([{"n_train": 80, "n_test": 20}] * 5)).t[0] == pytest.approx(t)


def test_no_spread_is_no_t():
    found = corrected_t(np.array([[0.1, 0.1, 0.1], [0, 0, 0], [0.1 + 1e-16, 0.1, 0.1]]), 0.25)
    assert np.isnan(found.t).all()
    assert np.isnan(found.p).all()
    assert np.isnan(corrected_t(np.array([[0.1]]), 0.25).p).all()


def test_holm_against_its_definition():
    random = np.random.default_rng(0)
    for _ in range(20):
        p = random.uniform(size=6) ** 3
        p[2] = np.nan
        adjusted = holm(p)
        assert np.isnan(adjusted[2])
        for alpha in (0.01, 0.05, 0.2):
            rejected, order = set(), [i for i in np.argsort(p) if not np.isnan(p[i])]
            for rank, i in enumerate(order):
                if p[i] > alpha / (5 - rank):
                    break
                rejected.add(i)
            assert rejected == {i for i in order if adjusted[i] <= alpha}
    assert np.isnan(holm(np.array([np.nan]))).all()


def test_rows_of_the_comparison():
    random = np.random.default_rng(1)
    scores = 0.9 + random.normal(0, 0.01, (5, 10))
    scores[1] -= 0.3
    scores[3, 2] = np.nan
    best = int(np.nanargmax(scores.mean(axis=1)))
    columns = compare(scores, best, 0.25)
    assert list(columns) == [column.name for column in tables.COMPARISON]
    assert columns["distinguishable"][1] == "yes"
    assert columns["distinguishable"][3] == ""
    assert columns["distinguishable"][best] == "no"
    assert columns["mean_difference"][best] == 0
    assert np.isnan(columns["p"][[best, 3]]).all()
    assert (columns["p_holm"][1] / columns["p"][1]) == pytest.approx(3)


def test_rounding_and_infinite_scores_tell_nothing_apart():
    scores = np.array([[0.3, 0.4, 0.5], [0.3 + 1e-16, 0.4 - 1e-16, 0.5 - 1e-16], [-np.inf, 0.1, 0.2]])
    found = compare(scores, 0, 0.25)
    assert found["distinguishable"].tolist() == ["no", "no", "no"]
    assert compare(scores[:, :1], 0, 0.25)["distinguishable"].tolist() == ["no", "no", "no"]


def test_one_standard_error():
    scores = np.array([[0.90, 0.94, 0.92], [0.91, 0.90, 0.91], [0.5, 0.5, 0.5], [np.nan, 1, 1]])
    error = np.std([0.90, 0.94, 0.92], ddof=1) * math.sqrt(1 / 3 + 0.25)
    assert standard_error(scores[0], 0.25) == pytest.approx(error)
    assert within_one_standard_error(scores, 0, 0.25).tolist() == [True, True, False, False]
    params = [{"C": 10, "g": 1}, {"C": 1, "g": None}, {"C": 0.1, "g": 1}, {"C": 0.01, "g": 1}]
    assert simplest(scores, 0, 0.25, params, ["C"]) == 1
    assert simplest(scores, 0, 0.25, params, ["g", "C"]) == 0
    assert simplest(scores, 0, 0.25, params, ["nothing"]) == 0
    assert simplest(scores, 0, 0.25, params, []) is None
    assert simplest(scores[:, :1], 0, 0.25, params, ["C"]) is None


def test_the_median_best_of_few_is_that_of_all_choices():
    """The best of m out of n without putting back is close to the best of m draws for small m."""
    means = np.arange(40.0)
    curve = search_curve(means, [1, 2, 3])
    for m, median in zip((1, 2, 3), curve.median, strict=True):
        bests = [max(chosen) for chosen in itertools.combinations(means, m)]
        assert abs(np.median(bests) - median) <= 1


def test_the_interval_of_the_curve_covers():
    """The truth of uniform scores is known: .5^(1/m)."""
    random = np.random.default_rng(0)
    m = np.array([1, 2, 5, 10, 19, 50])
    covered = np.zeros(len(m))
    for _ in range(2000):
        curve = search_curve(random.uniform(size=100), m)
        truth = 0.5 ** (1 / m)
        covered += (curve.low <= truth) & ((truth <= curve.high) | np.isnan(curve.high))
    assert (covered / 2000 >= 0.945).all()


def test_the_upper_end_stops_at_n_over_5_3():
    n = 1000
    curve = search_curve(np.arange(float(n)), np.arange(1, n + 1))
    last = int(curve.n_candidates[~np.isnan(curve.high)].max())
    assert last == pytest.approx(n / 5.32, abs=1)
    assert not np.isnan(curve.low).any()


def test_failed_candidates_are_draws_too():
    curve = search_curve(np.array([np.nan] * 8 + [0.5, 0.6]), [1, 10])
    assert np.isnan(curve.median[0])
    assert curve.median[1] == 0.6

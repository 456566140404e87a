"""The range of the colours, and who is outside it."""

import math
import sys

import numpy as np
import pytest
from cvsearch.report.scores import Scores, colour_range
from made_tables import results_of

RNG = np.random.RandomState(0)
ORDINARY = RNG.uniform(0.3, 0.9, 100)


def scores_of(means, std=0.01, splits=None):
    return Scores(results_of([{"C": i} for i in range(len(means))], means, std, splits))


def groups_of(scores):
    return {group.text: len(group.members) for group in (*scores.worse, *scores.better, *scores.without)}


@pytest.mark.parametrize("n_candidates", [2, 3, 10, 1000])
def test_scores_of_one_size_are_all_inside(n_candidates):
    means = RNG.uniform(size=n_candidates)
    assert colour_range(results_of([{}] * n_candidates, means)) == (means.min(), means.max())


@pytest.mark.parametrize("far", [-8e21, -1e6, -math.inf, 1e9, math.inf, -sys.float_info.max, sys.float_info.max])
@pytest.mark.parametrize("n_candidates", [3, 10, 100])
def test_one_score_does_not_flatten_the_rest(far, n_candidates):
    means = ORDINARY[:n_candidates].copy()
    expected = means[1:].min(), means[1:].max()
    means[0] = far
    scores = scores_of(means)
    assert (scores.low, scores.high) == pytest.approx(expected)
    assert len(scores.inside) == n_candidates - 1
    assert list(groups_of(scores).values()) == [1]


def test_means_that_are_all_beyond_computing_are_shown_as_infinite():
    assert groups_of(scores_of([-1e305, -1e306, 1e305])) == {"mean -inf": 2, "mean inf": 1}


def test_a_large_std_of_what_diverged_does_not_widen_the_colours():
    std = np.full(10, 0.01)
    std[:2] = 8e21, math.nan
    scores = scores_of(np.append([-8e21, -math.inf], ORDINARY[:8]), std)
    assert (scores.low, scores.high) == (ORDINARY[:8].min(), ORDINARY[:8].max())


def test_more_than_half_may_diverge():
    means = np.append(-(10 ** RNG.uniform(6, 28, 70)), RNG.uniform(-3000, -100, 30))
    scores = scores_of(means, std=1.0)
    assert scores.low >= -3000 and scores.high == means.max()
    assert groups_of(scores) == {f"mean below {scores.low:.0f}": 70}


def test_few_good_candidates_among_many_that_only_guess_are_no_outliers():
    means = np.append(np.full(995, 0.1), [0.3, 0.5, 0.7, 0.9, 0.97])
    assert colour_range(results_of([{}] * 1000, means, std=0.0)) == (0.1, 0.97)
    nearly = means + RNG.normal(0, 0.003, 1000)
    assert colour_range(results_of([{}] * 1000, nearly, std=0.01)) == (nearly.min(), nearly.max())


def test_accuracies_are_shown_whole_however_close_the_best_are():
    means = [0.3, 0.55, 0.6, 0.7, 0.96, 0.97, 0.97, 0.98, 0.98, 0.98]
    assert colour_range(results_of([{}] * 10, means, std=0.0)) == (0.3, 0.98)


def test_noise_is_no_region():
    assert colour_range(results_of([{}] * 3, [0.08, 0.081, 0.084], [0.01, 0.02, math.nan])) == pytest.approx(
        (0.067, 0.097)
    )
    assert colour_range(results_of([{}] * 2, [0.5, 0.5], 0.0)) == (0.5, 0.5)


def test_who_has_no_mean_is_told_from_who_failed():
    splits = [[0.5, 0.5, math.nan, math.inf], [0.5, math.nan, math.nan, -math.inf]]
    scores = scores_of([0.5, math.nan, math.nan, math.nan], splits=splits)
    assert groups_of(scores) == {"no mean, scored on some splits": 2, "failed": 1}


def test_nobody_has_a_score():
    scores = scores_of([math.nan, math.nan], std=math.nan)
    assert math.isnan(scores.low) and math.isnan(scores.high) and len(scores.inside) == 0
    assert groups_of(scores) == {"failed": 2}
    infinite = scores_of([-math.inf, math.inf], std=math.nan)
    assert groups_of(infinite) == {"mean -inf": 1, "mean inf": 1}

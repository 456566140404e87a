"""What the end of a run says of the best candidate beside the baselines, and where a map shows them."""

import math

import pytest
from cvsearch.report.parameter_map import draw_map
from cvsearch.report.summary import comparison_lines
from cvsearch.results.baselines import Baseline
from made_tables import results_of


def best(mean, std=0.001):
    return {"scorer": "score", "mean_test_score": mean, "std_test_score": std}


def test_the_shipped_search_is_not_better_than_a_guess():
    """Its best of ten is 0.0028 above the guess on both splits; 360 test samples cannot tell that from nothing."""
    baselines = {"dummy": Baseline(0.0819, 0.0014, "", 360), "default": Baseline(0.9917, 0.0, "", 360)}
    assert comparison_lines(best(0.0847, 0.0014), baselines) == [
        "mean test score: best 0.0847, dummy 0.0819, default 0.9917; the best candidate is not better than a guess and worse "
        "than the estimator's own parameters, as far as the splits can tell"
    ]


@pytest.mark.parametrize(
    ("mean", "std", "baseline", "better"),
    [
        (0.9, 0.001, Baseline(0.1, 0.0, "", 100), True),
        (0.1, 0.001, Baseline(0.9, 0.0, "", 100), False),
        (0.52, 0.0, Baseline(0.5, 0.0, "", 100), None),
        (0.52, 0.0, Baseline(0.5, 0.0, "", 10_000), True),
        (0.52, 0.03, Baseline(0.5, 0.0, "", 10_000), None),
        (0.52, 0.0, Baseline(0.5, 0.03, "", 10_000), None),
        (-70.0, 2.0, Baseline(-71.0, 1.0, "", None), None),
        (-60.0, 2.0, Baseline(-71.0, 1.0, "", None), True),
        (0.5, 0.0, Baseline(0.5, 0.0, "", None), None),
        (0.5, math.nan, Baseline(-math.inf, math.nan, "", None), True),
        (-math.inf, math.nan, Baseline(-math.inf, math.nan, "", None), None),
    ],
)
def test_a_difference_counts_where_the_splits_can_tell_it(mean, std, baseline, better):
    assert baseline.below(mean, std) is better


def test_a_baseline_without_a_mean_is_told_with_its_reason():
    failed = Baseline(math.nan, math.nan, "ValueError: no fit today", 360)
    assert comparison_lines(best(0.9), {"default": failed}) == [
        "the baseline default has no mean test score (ValueError: no fit today)"
    ]
    compared, told = comparison_lines(best(0.9), {"dummy": Baseline(0.1, 0.0, "", 360), "default": failed})
    assert compared.endswith("the best candidate is better than a guess, as far as the splits can tell")
    assert told.startswith("the baseline default has no mean")
    assert comparison_lines(best(0.9), {}) == []


def test_baselines_are_on_the_colour_bar_and_in_the_legend():
    table = results_of([{"a": i, "b": i} for i in range(1, 6)], [0.1, 0.2, 0.3, 0.4, 0.5])
    space = {"a": {"range": [1, 6]}, "b": {"range": [1, 6]}}
    figure = draw_map(table, space, "s", {"dummy": 0.15, "default": 0.9})
    axes, bar = figure.axes
    assert [line.get_ydata()[0] for line in bar.lines if line.get_linestyle() == ":"] == [0.15]
    assert not [
        line
        for line in bar.lines
        if line.get_linestyle() == "-" and len(line.get_xdata()) == 2 and line.get_ydata()[0] == 0.9
    ]
    texts = axes.get_legend_handles_labels()[1]
    assert "dummy: 0.1500" in texts and "default: 0.9000, above the colours" in texts


def test_baselines_are_lines_on_an_axis_of_scores():
    table = results_of([{"a": i} for i in range(1, 6)], [0.1, 0.2, 0.3, 0.4, 0.5])
    figure = draw_map(table, {"a": {"range": [1, 6]}}, "s", {"dummy": 0.15})
    assert 0.15 in [line.get_ydata()[0] for line in figure.axes[0].lines if len(line.get_ydata())]

"""The parameter map, of few candidates and of many."""

import numpy as np
import pytest
from cvsearch.report.parameter_map import axes_of, colour_range, draw_map

SPACE = {"C": {"logspace": [-10, 10, 1001]}, "gamma": {"loguniform": [1e-10, 1e10]}, "tol": [1e-4, 1e-3]}


def drawn(table):
    """Return the figure of a table, its axes and the texts of its legend."""
    figure = draw_map(table, SPACE, "search")
    ax = figure.axes[0]
    labels = [text.get_text() for legend in figure.legends for text in legend.get_texts()]
    return figure, ax, labels


@pytest.mark.parametrize("n", [1, 10, 10_000])
def test_the_map_shows_every_candidate_and_marks_the_best(table, n):
    figure, ax, labels = drawn(table(n))
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("log10 gamma", "log10 C")
    assert figure.axes[1].get_ylabel() == "mean test score"
    points, mark = ax.collections
    assert len(points.get_offsets()) == n
    best = table(n)["mean_test_score"].idxmax()
    assert labels == [f"best: candidate {best}, {table(n)['mean_test_score'][best]:.4f}"]
    np.testing.assert_allclose(
        mark.get_offsets()[0], np.log10(table(n).loc[best, ["param_gamma", "param_C"]].astype(float))
    )


def test_the_colours_span_the_scores_and_at_least_what_splits_differ_by(table):
    wide = table(10)
    assert colour_range(wide) == (wide["mean_test_score"].min(), wide["mean_test_score"].max())
    narrow = table(3, mean_test_score=[0.08, 0.081, 0.084], std_test_score=[0.01, 0.02, np.nan])
    assert colour_range(narrow) == pytest.approx((0.067, 0.097))


def test_failed_candidates_are_crosses(table):
    _, ax, labels = drawn(table(10, failed=3))
    assert [len(c.get_offsets()) for c in ax.collections] == [7, 3, 1]
    assert labels[0] == "failed (3)"


def test_axes_are_the_parameters_with_most_values_logarithmic_where_the_space_is(table):
    made = table(50, param_kernel=["rbf", "poly"] * 25, param_degree=list(range(50)))
    space = {"tol": [1e-4, 1e-3], "kernel": ["rbf", "poly"], "degree": {"range": [0, 50]}, "C": {"uniform": [0, 1]}}
    axes = axes_of(made, space)
    assert [axis.label for axis in axes] == ["degree", "C"]


def test_axes_span_the_space_whatever_was_drawn_from_it(table):
    _, ax, _ = drawn(table(3))
    for low, high in (ax.get_xlim(), ax.get_ylim()):
        assert -11 < low < -10 and 10 < high < 11
    sides = {"C": [1, 2, 5]}, {"C": {"range": [0, 21, 10]}}, {"C": {"uniform": [-4, 4]}}
    for spaces, limits in (((0,), (1, 5)), ((0, 1), (0, 20)), ((0, 1, 2), (-4, 20))):
        assert axes_of(table(6), [sides[i] for i in spaces])[0].limits == limits
    assert axes_of(table(6), {"C": {"scipy.stats.norm": {}}})[0].limits is None


def test_names_are_ticks(table):
    made = table(6, param_kernel=["rbf", "poly", "rbf", None, "linear", "poly"])
    ax = draw_map(made, {"kernel": ["rbf", "poly", "linear"], "C": {"logspace": [-10, 10, 1001]}}, "search").axes[0]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["linear", "poly", "rbf"]


def test_one_parameter_is_drawn_against_the_score(table):
    ax = draw_map(table(6), {"C": {"logspace": [-10, 10, 1001]}}, "search").axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("log10 C", "mean test score")

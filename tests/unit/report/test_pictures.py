"""The pictures of a search: what is drawn, with few candidates, with many, and with none that has a score."""

import warnings

import numpy as np
import pandas as pd
import pytest
from cvsearch.report.curve import draw_curve
from cvsearch.report.failures import draw_failures
from cvsearch.report.figure import COLORMAP, save
from cvsearch.report.fit_time import draw_fit_time
from cvsearch.report.importance import importance_of
from cvsearch.report.importance_bars import draw_importance
from cvsearch.report.pair_maps import draw_pairs
from cvsearch.report.parameter_map import draw_map
from cvsearch.report.slices import draw_slices, windows_of
from cvsearch.report.train_test import draw_train_test
from made_tables import SPACE, random_results, results_of
from matplotlib import colormaps
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def evaluations_of(results, bad=()):
    """Return ``evaluations.csv``; `bad` has a (candidate, split, status, error) for each evaluation that has no score."""
    rows = pd.DataFrame([(i, j, "ok", None) for i in results["candidate"] for j in range(2)])
    rows.columns = ["candidate", "split", "status", "error"]
    for candidate, split, status, error in bad:
        rows.loc[(rows["candidate"] == candidate) & (rows["split"] == split), ["status", "error"]] = status, error
    return rows


PICTURES = {
    "pairs": lambda table, rows, space: draw_pairs(table, space, "a $search$", importance_of(table, space)),
    "slices": lambda table, rows, space: draw_slices(table, space, "a $search$"),
    "train_test": lambda table, rows, space: draw_train_test(table, "a $search$"),
    "fit_time": lambda table, rows, space: draw_fit_time(table, "a $search$"),
    "curve": lambda table, rows, space: draw_curve(table, True, "a $search$"),
    "importance": lambda table, rows, space: draw_importance(importance_of(table, space), "a $search$"),
    "failures": lambda table, rows, space: draw_failures(table, rows, space, "a $search$"),
}

MIXED = {"C": [0.1, 1, None, float("inf")], "kernel": ["rbf", "$poly$", ["a", 1]], "shrinking": [True, False]}


def legend_of(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def overlaps(figure):
    """Return the pairs of texts in a figure that overlap."""
    figure.canvas.draw()
    texts = []
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick, at in zip(axis.get_ticklabels(), axis.get_ticklocs(), strict=True):
                if ax.axison and tick.get_text() and tick.get_visible() and low <= at <= high:
                    texts.append(tick)
            if ax.axison:
                texts.append(axis.get_label())
    texts += [text for legend in figure.legends for text in legend.get_texts()]
    boxes = [
        (text.get_text(), text.get_window_extent())
        for text in texts
        if text.get_text() and not text.get_rotation() % 90
    ]
    # A pixel at each edge may be shared.
    shrunk = [(text, box.padded(-1.5)) for text, box in boxes]
    return [(a, b) for i, (a, one) in enumerate(shrunk) for b, other in shrunk[i + 1 :] if one.overlaps(other)]


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("n", [1, 2, 10, 1000])
def test_few_and_many(name, n, tmp_path):
    table = random_results(n)
    figure = PICTURES[name](table, evaluations_of(table, [(0, 1, "failed", "ValueError: <a> $b$")]), SPACE)
    save(figure, tmp_path / "picture.png")
    assert overlaps(figure) == []


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("case", ["nothing has a score", "scores of any kind", "nothing varies", "no train scores"])
def test_unusual_tables(name, case, tmp_path):
    rng = np.random.default_rng(0)
    settings = [{key: rng.choice(np.array(values, dtype=object)) for key, values in MIXED.items()} for _ in range(60)]
    settings = [
        {key: value.tolist() if hasattr(value, "tolist") else value for key, value in s.items()} for s in settings
    ]
    for setting in settings[::7]:
        del setting["C"]
    means, space = rng.uniform(size=60), MIXED
    if case == "nothing has a score":
        means = np.full(60, np.nan)
    elif case == "scores of any kind":
        means[:5] = [np.nan, np.inf, -np.inf, -8e21, 1e300]
    elif case == "nothing varies":
        settings, space = [{"C": 1}] * 60, {"C": [1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # Ranks of infinities.
        table = results_of(settings, means)
    if case == "no train scores":
        table = table.drop(columns="mean_train_score")
    bad = [(i, 0, "failed", f"ValueError: {i}") for i in range(9)]
    figure = PICTURES[name](table, evaluations_of(table, bad), space)
    save(figure, tmp_path / "picture.png")


def test_windows_hold_equally_many_and_their_quantiles():
    x, y = np.linspace(0, 1, 100), np.linspace(5, 6, 100)
    windows = windows_of(x, y)
    assert len(windows) == 10
    for window, rows in zip(windows, np.split(np.arange(100), 10), strict=True):
        np.testing.assert_allclose(window, [np.median(x[rows]), *np.quantile(y[rows], [0.1, 0.5, 0.9])])
    few = windows_of(np.repeat([1.0, 3.0], 20), np.arange(40.0))
    assert [window.position for window in few] == [1, 3]
    assert windows_of(np.array([np.nan, 1.0]), np.array([1.0, np.nan])) == []


def test_a_panel_for_each_parameter_with_its_median():
    table = random_results(500)
    figure = draw_slices(table, SPACE, "svc")
    panels = [ax for ax in figure.axes if ax.axison]
    assert [ax.get_xlabel() for ax in panels] == ["log10 C", "log10 gamma"]
    for ax in panels:
        assert len(ax.collections[0].get_offsets()) == 500 or len(ax.collections[-1].get_offsets()) == 500
        assert len(ax.lines[0].get_xdata()) == 25
    assert "median and middle 80 % of neighbours" in legend_of(figure)


def test_of_many_parameters_the_first_are_drawn_and_the_others_counted():
    rng = np.random.default_rng(0)
    names = [f"p{i:02}" for i in range(15)]
    table = results_of(
        [dict(zip(names, row, strict=True)) for row in rng.uniform(size=(30, 15)).tolist()], rng.uniform(size=30)
    )
    figure = draw_slices(table, {name: {"uniform": [0, 1]} for name in names}, "svc")
    assert sum(ax.axison for ax in figure.axes) == 12
    assert figure.get_suptitle() == "svc: score along each parameter, the first 12 of 15 parameters"


def test_train_against_test_shows_both_means():
    table = results_of([{"C": i} for i in range(4)], [0.1, 0.2, 0.3, np.nan])
    table["mean_train_score"] = [0.5, 0.6, 0.7, np.nan]
    figure = draw_train_test(table, "svc")
    ax = figure.axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("mean train score", "mean test score")
    drawn = [c for c in ax.collections if len(c.get_offsets()) == 3][0].get_offsets()
    np.testing.assert_allclose(sorted(drawn.tolist()), [[0.5, 0.1], [0.6, 0.2], [0.7, 0.3]])
    assert legend_of(figure)[:2] == ["failed (1)", "mean train score missing (1)"]


def test_times_that_differ_much_are_logarithmic():
    table = random_results(10)
    assert draw_fit_time(table, "svc").axes[0].get_xlabel() == "mean fit time (s)"
    table["mean_fit_time"] = 10.0 ** np.arange(10)
    assert draw_fit_time(table, "svc").axes[0].get_xlabel() == "log10 mean fit time (s)"


def test_the_curve_of_random_candidates_has_an_interval_and_of_others_none():
    table = random_results(200)
    ax = draw_curve(table, True, "svc").axes[0]
    assert {line.get_label() for line in ax.lines} == {
        "interval's lower end",
        "median of the best score",
        "best score so far",
    }
    [best] = [line for line in ax.lines if line.get_label() == "best score so far"]
    np.testing.assert_allclose(best.get_ydata(), np.maximum.accumulate(table["mean_test_score"]))
    assert [line.get_label() for line in draw_curve(table, False, "svc").axes[0].lines] == ["best score so far"]


def test_importance_stands_in_order_with_its_interval():
    table = random_results(300)
    table["mean_test_score"] = np.log10([float(C) for C in table["param_C"]])
    ax = draw_importance(importance_of(table, SPACE), "svc").axes[0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["C", "gamma"]
    widths = [bar.get_width() for bar in ax.patches]
    assert widths[0] > 0.8
    assert sum(widths) == pytest.approx(1)
    few = draw_importance(importance_of(random_results(10), SPACE), "svc").axes[0]
    assert [text.get_text() for text in few.texts] == [
        "Nothing to show: this needs 41 candidates with mean scores that differ."
    ]


def test_failures_stand_at_their_place_by_reason():
    table = random_results(20)
    bad = [
        (3, 0, "failed", "ValueError: a\nmore"),
        (3, 1, "failed", "ValueError: a\nother"),
        (5, 1, "timeout", None),
        (6, 0, "ok", "no r2"),
    ]
    figure = draw_failures(table, evaluations_of(table, bad), SPACE, "svc")
    ax = figure.axes[0]
    assert ax.get_title(loc="left") == "svc: 4 of 40 evaluations failed or lack a score"
    assert legend_of(figure) == ["failed: ValueError: a (2)", "timeout (1)", "undefined score: no r2 (1)"]
    at = np.log10(table.loc[[3, 3], ["param_gamma", "param_C"]].astype(float))
    np.testing.assert_allclose(ax.collections[1].get_offsets(), at)


def test_rare_reasons_share_a_sign():
    table = random_results(20)
    bad = [(i, 0, "failed", f"ValueError: {min(i, 9)}") for i in range(20)]
    assert legend_of(draw_failures(table, evaluations_of(table, bad), SPACE, "svc"))[-1] == "5 other reasons (5)"


def three_parameters(n, rng):
    """Return a space of three parameters and drawn candidates. ``C`` and ``gamma`` decide the score, ``tol`` does not."""
    space = {
        "C": {"loguniform": [1e-3, 1e3]},
        "tol": {"loguniform": [1e-4, 1e-1]},
        "gamma": {"loguniform": [1e-3, 1e3]},
    }
    draws = rng.uniform(-3, 3, (n, 3)).tolist()
    settings = [{"C": 10**a, "gamma": 10**b, "tol": 10 ** (c / 2 - 2.5)} for a, b, c in draws]
    return space, results_of(settings, [-(a**2) - b**2 for a, b, _ in draws])


def test_pairs_are_those_of_the_parameters_that_matter_most():
    space, table = three_parameters(400, np.random.default_rng(0))
    alike = np.array(table["mean_test_score"] > -1)
    means = {"dummy": -30.0, "default": -5.0}
    figure = draw_pairs(table, space, "svc", importance_of(table, space), means, alike)
    sides = [(ax.get_ylabel(), ax.get_xlabel()) for ax in figure.axes[:3]]
    assert {frozenset(pair) for pair in sides} == {
        frozenset(pair) for pair in (("log10 C", "log10 gamma"), ("log10 C", "log10 tol"), ("log10 gamma", "log10 tol"))
    }
    assert "log10 tol" not in sides[0], "the pair that matters most comes first"
    for ax in figure.axes[:3]:
        assert sum(
            len(c.get_offsets()) for c in ax.collections if isinstance(c, PathCollection) and c.get_sizes().max() < 25
        ) == len(table)
    assert overlaps(figure) == []
    assert {text.split(":")[0] for text in legend_of(figure)} == {
        "dummy",
        "default",
        "best",
        "not distinguishable from best",
    }


def test_two_parameters_have_no_pairs_of_their_own():
    table = random_results(50)
    figure = draw_pairs(table, SPACE, "svc", importance_of(table, SPACE))
    assert "The parameter map shows them" in figure.axes[0].texts[0].get_text()


@pytest.mark.parametrize("name", [*PICTURES, "map"])
def test_every_text_is_large_enough_to_read(name):
    """Eight points, at the size at which a figure is drawn and shown."""
    table = random_results(200)
    draw = PICTURES.get(name, lambda table, rows, space: draw_map(table, space, "svc"))
    figure = draw(table, evaluations_of(table, [(0, 1, "failed", "ValueError: no")]), SPACE)
    texts = [text for text in figure.findobj(Text) if text.get_text().strip() and text.get_visible()]
    assert len(texts) >= 2
    assert min(text.get_fontsize() for text in texts) >= 8


def seen(colour, kind):
    """Return a colour as a person without one kind of cones sees it, in linear RGB (Vienot, Brettel, Mollon 1999)."""
    rgb = np.array(to_rgb(colour)) ** 2.2
    to_cones = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714], [0.0299566, 0.184309, 1.46709]])
    cones = to_cones @ rgb
    if kind == "protanopia":
        cones[0] = 2.02344 * cones[1] - 2.52581 * cones[2]
    elif kind == "deuteranopia":
        cones[1] = 0.494207 * cones[0] + 1.24827 * cones[2]
    return np.linalg.solve(to_cones, cones)


VISION = ["normal", "protanopia", "deuteranopia"]


@pytest.mark.parametrize("vision", VISION)
def test_colours_of_scores_have_an_order_for_every_eye(vision):
    colours = [seen(colormaps[COLORMAP](x), vision) for x in np.linspace(0, 1, 9)]
    brightness = [colour @ [0.2126, 0.7152, 0.0722] for colour in colours]
    assert (np.diff(brightness) > 0.01).all(), "a better score is brighter"


@pytest.mark.parametrize("vision", VISION)
def test_two_lines_of_a_figure_are_told_apart_by_every_eye(vision):
    figure = draw_curve(random_results(200), True, "svc")
    colours = {to_hex(line.get_color()) for line in figure.axes[0].lines}
    assert len(colours) == 2
    one, other = (seen(colour, vision) for colour in colours)
    assert np.abs(one - other).max() > 0.15


def test_reasons_are_told_apart_without_colour():
    table = random_results(50)
    bad = [(i, 0, "failed", f"ValueError: {'abcde'[i]}") for i in range(5)]
    figure = draw_failures(table, evaluations_of(table, bad), SPACE, "svc")
    signs = [
        c.get_paths()[0].vertices.tobytes() for c in figure.axes[0].collections if c.get_label().startswith("failed")
    ]
    assert len(signs) == len(set(signs)) == 5


BASELINES = {"dummy": 0.2, "default": 0.7}
OF_SCORES = {
    "pairs": lambda table, space: draw_pairs(table, space, "svc", importance_of(table, space), BASELINES),
    "slices": lambda table, space: draw_slices(table, space, "svc", BASELINES),
    "train_test": lambda table, space: draw_train_test(table, "svc", BASELINES),
    "fit_time": lambda table, space: draw_fit_time(table, "svc", BASELINES),
    "curve": lambda table, space: draw_curve(table, True, "svc", BASELINES),
    "map": lambda table, space: draw_map(table, space, "svc", BASELINES),
}


@pytest.mark.parametrize("name", OF_SCORES)
def test_every_picture_of_scores_has_the_baselines(name):
    space, table = three_parameters(60, np.random.default_rng(0))
    means = np.linspace(0.1, 0.9, 60)
    figure = OF_SCORES[name](table.assign(mean_test_score=means, mean_train_score=means), space)
    assert {"dummy: 0.2000", "default: 0.7000"} <= set(legend_of(figure))
    for mean in BASELINES.values():
        drawn = [line for ax in figure.axes for line in ax.lines if set(np.atleast_1d(line.get_ydata())) == {mean}]
        assert drawn, f"{mean} is a line on a scale of scores"
    assert overlaps(figure) == []


def test_a_baseline_outside_the_scale_is_named():
    figure = draw_curve(random_results(30), True, "svc", {"dummy": -5.0, "default": 7.0})
    assert {"dummy: -5.0000, below the scale", "default: 7.0000, above the scale"} <= set(legend_of(figure))

"""Every kind of value on the parameter map: every candidate is in the figure, at its place, and counted where it has no number."""

import itertools
import json
import math
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml
from cvsearch.report.axes import axes_of
from cvsearch.report.figure import save
from cvsearch.report.parameter_map import draw_map
from made_tables import SPACE, random_results, results_of
from matplotlib.contour import ContourSet

# What YAML holds, the text of its tick, and whether the legend counts it. Numbers have no tick of their own.
KINDS = [
    ("null", "None", True),
    (".inf", "inf", True),
    ("-.inf", "-inf", True),
    (".nan", "nan", True),
    ("7", None, False),
    ("0.25", None, False),
    ("0", None, False),
    ("-3", None, False),
    ("'7'", '"7"', False),
    ("'007'", '"007"', False),
    ("'None'", '"None"', False),
    ("''", '""', False),
    ("true", "True", False),
    ("sqrt", "sqrt", False),
    ("a$b$_{c", "a$b$_{c", False),
    ("[1, 2]", "[1, 2]", False),
    ("{tuple: [0, 1]}", "(0, 1)", False),
    ("{'yes': 5, 'no': 1}", '{"no": 1, "yes": 5}', False),
    ("sklearn.feature_selection.chi2", "chi2", False),
    ("sklearn.svm.SVC", "SVC", False),
    ("{sklearn.svm.SVC: {C: 2}}", "SVC", False),
    ("1" + "0" * 400, "10000000000…000000000000", False),
]
OTHERS = {"numbers": [1, 2.5, 10], "logarithmic numbers": [0.001, 1, 1000], "names": ["a", "b", "c"], "no others": []}


@pytest.fixture(autouse=True)
def _no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def drawn(settings, means, space, **about):
    figure = draw_map(results_of(settings, means, **about), space, "search")
    return figure, figure.axes[0]


def texts(figure):
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def label_of(ax, side):
    return getattr(ax, f"{side}axis").get_label_text()


def ticks_of(ax, side):
    axis = getattr(ax, f"{side}axis")
    return dict(zip([label.get_text() for label in axis.get_ticklabels()], axis.get_ticklocs().tolist(), strict=True))


def points(ax):
    """Return where all that is drawn stands, the ring left out."""
    rings = [c for c in ax.collections if c.get_sizes().tolist() == [170]]
    return np.concatenate([c.get_offsets() for c in ax.collections if c not in rings]), rings


@pytest.mark.parametrize("side", ["x", "y", "alone"])
@pytest.mark.parametrize("others", OTHERS)
@pytest.mark.parametrize(("text", "tick", "counted"), KINDS)
def test_every_value_has_a_place(text, tick, counted, others, side):
    value = json.loads(json.dumps(yaml.safe_load(text)))
    values = [value, value, *OTHERS[others]]
    if side == "alone":
        settings, space = [{"p": v} for v in values], {"p": values}
    else:
        settings = [{"p": v, "q": q} for v in values for q in (1, 2, 3)]
        space = {"p": values, "q": [1, 2, 3]} if side == "y" else {"q": [1, 2, 3], "p": values}
    settings.append({} if side == "alone" else {"q": 2})
    space = [space, {} if side == "alone" else {"q": [2]}]
    means = np.linspace(0.9, 0.5, len(settings))
    figure, ax = drawn(settings, means, space)
    axis = "y" if side == "y" else "x"
    assert label_of(ax, axis).removeprefix("log10 ") == "p"
    found, [ring] = points(ax)
    assert len(found) == len(settings) and np.isfinite(found).all()
    low, high = getattr(ax, f"get_{axis}lim")()
    at = found[:, "xy".index(axis)]
    assert ((low < at) & (at < high)).all()

    places = ticks_of(ax, axis)
    n_equal = 2 if side == "alone" else 6
    if tick is not None:
        assert np.sum(at == places[tick]) == n_equal
        assert ring.get_offsets()[0]["xy".index(axis)] == places[tick]
    assert (f"p {tick} ({n_equal})" in texts(figure)) == counted
    assert np.sum(at == places["absent"]) == 1
    assert places["absent"] == min(at)
    assert "p absent (1)" in texts(figure)
    assert texts(figure)[-1] == "best: candidate 0, 0.9000"
    assert len(texts(figure)) == 2 + counted


@pytest.mark.parametrize("n", [1, 10])
def test_the_map_shows_every_candidate_and_marks_the_best(n):
    table = random_results(n)
    figure = draw_map(table, SPACE, "search")
    ax = figure.axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("log10 gamma", "log10 C")
    assert figure.axes[1].get_ylabel() == "mean test score"
    found, [ring] = points(ax)
    assert len(found) == n
    best = table["mean_test_score"].idxmax()
    assert texts(figure) == [f"best: candidate {best}, {table['mean_test_score'][best]:.4f}"]
    np.testing.assert_allclose(
        ring.get_offsets()[0], np.log10(table.loc[best, ["param_gamma", "param_C"]].astype(float))
    )


def test_failed_candidates_are_crosses():
    settings = list(map(json.loads, random_results(10)["params"]))
    figure, ax = drawn(settings, [*np.linspace(0, 1, 7), *[math.nan] * 3], SPACE)
    assert [len(c.get_offsets()) for c in ax.collections] == [7, 3, 1]
    assert texts(figure)[0] == "failed (3)"


def test_values_that_look_alike_stand_apart():
    values = [1, "1", True, "True", None, "None", math.nan, "nan", [1], "[1]"]
    _, ax = drawn([{"p": v} for v in values], np.linspace(0, 1, 10), {"p": values})
    found, _ = points(ax)
    assert len(set(found[:, 0].tolist())) == 10


def test_the_grid_of_the_issue_shows_nine_of_nine_and_rings_the_best():
    values = {"max_depth": [None, 1, 2], "max_features": [None, 2, 5]}
    settings = [dict(zip(values, pair, strict=True)) for pair in itertools.product(*values.values())]
    figure, ax = drawn(settings, [0.95, *np.linspace(0.5, 0.9, 8)], values)
    found, [ring] = points(ax)
    assert len({tuple(point) for point in found.tolist()}) == 9
    np.testing.assert_array_equal(ring.get_offsets(), [[ticks_of(ax, "x")["None"], ticks_of(ax, "y")["None"]]])
    assert texts(figure) == ["max_depth None (3)", "max_features None (3)", "best: candidate 0, 0.9500"]
    assert [text for text in ticks_of(ax, "x") if text != "None"] == ["2", "3", "4", "5"]


def test_places_stand_beside_the_numbers_in_one_order():
    values = [{}, *({"p": v} for v in (-math.inf, 0.0, 0.1, 1.0, 100.0, math.inf, math.nan, None, "a", "b"))]
    _, ax = drawn(values, np.linspace(0, 1, 11), {"p": [0.0, 0.1, 1.0, 100.0]})
    assert ax.get_xlabel() == "log10 p"
    assert list(ticks_of(ax, "x")) == ["absent", "-inf", "zero", "-1", "0", "1", "2", "inf", "nan", "None", "a", "b"]


def test_a_parameter_that_no_drawn_candidate_has():
    space = [{"C": {"logspace": [-2, 3, 51]}, "gamma": {"logspace": [-4, 1, 51]}}, {"degree": [2, 3], "C": [1]}]
    settings = [{"C": 1.0, "gamma": 0.1}, {"C": 10.0, "gamma": 0.01}]
    figure, ax = drawn(settings, [0.1, 0.2], space)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("log10 gamma", "log10 C")
    assert texts(figure) == ["best: candidate 1, 0.2000"]
    _, ax = drawn([{"C": 1.0}], [0.1], [{"C": [1.0, 2.0]}, {"degree": [2, 3]}])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("C", "mean test score")


def test_what_few_candidates_have_makes_no_axis_where_another_parameter_does():
    space = [{"clf": ["mine.A"], "a": {"uniform": [0, 1]}}, {"clf": ["mine.B"], "b": [1, 2]}, {"clf": ["mine.C"]}]
    settings = [{"clf": "mine.A", "a": 0.5}, {"clf": "mine.A", "a": 0.6}, {"clf": "mine.B", "b": 1}]
    settings += [{"clf": "mine.B", "b": 2}, {"clf": "mine.C"}]
    figure, ax = drawn(settings, np.linspace(0, 1, 5), space)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "clf")
    assert list(ticks_of(ax, "y")) == ["A", "B", "C"]
    assert "a absent (3)" in texts(figure)


def test_axes_are_numbers_before_names_and_then_those_with_most_values():
    settings = [
        {"tol": [1e-4, 1e-3][i % 2], "kernel": ["rbf", "poly"][i % 2], "degree": i % 5, "C": i / 50} for i in range(50)
    ]
    space = {"tol": [1e-4, 1e-3], "kernel": ["rbf", "poly"], "degree": {"range": [0, 5]}, "C": {"uniform": [0, 1]}}
    assert [axis.label for axis in axes_of(results_of(settings, range(50)), space)] == ["degree", "C"]


def test_axes_span_the_space_whatever_was_drawn_from_it():
    ax = draw_map(random_results(3), SPACE, "search").axes[0]
    for low, high in (ax.get_xlim(), ax.get_ylim()):
        assert -11 < low < -10 and 10 < high < 11
    table = results_of([{"C": C} for C in (1, 2, 5)], range(3))
    sides = {"C": [1, 2, 5]}, {"C": {"range": [0, 21, 10]}}, {"C": {"uniform": [-4, 4]}}
    for spaces, limits in (((0,), (1, 5)), ((0, 1), (0, 20)), ((0, 1, 2), (-4, 20))):
        assert axes_of(table, [sides[i] for i in spaces])[0].limits == limits
    assert axes_of(table, {"C": {"scipy.stats.norm": {}}})[0].limits is None


def test_what_the_space_fixes_makes_no_axis():
    settings = [{"shrinking": True, "C": C} for C in (1.0, 2.0)]
    _, ax = drawn(settings, [0.1, 0.2], {"shrinking": [True], "C": {"uniform": [1, 2]}})
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("C", "mean test score")
    _, ax = drawn([{"C": 1}], [0.1], {"C": [1]})
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("candidate", "mean test score")


def test_a_scale_is_logarithmic_where_one_sub_space_is_and_all_can_be():
    settings = [{"C": 1.0}, {"C": 1000.0}]
    for other, label in (([1], "log10 C"), ([0], "log10 C"), ([-1], "C"), ({"uniform": [0, 1]}, "C")):
        _, ax = drawn(settings, [0.1, 0.2], [{"C": other}, {"C": {"loguniform": [1e-3, 1e3]}}])
        assert ax.get_xlabel() == label
    low, high = drawn(settings, [0.1, 0.2], {"C": [None, 0.001, 1, 1000]})[1].get_xlim()
    assert -3.5 < low < -3 and 3 < high < 3.5


def test_numbers_far_from_the_others_have_a_place_where_the_space_has_no_ends():
    settings = [{"x": float(x)} for x in (*range(20), 1e20, -1e20, -2e20)]
    figure, ax = drawn(settings, np.linspace(0, 1, 23), {"x": {"scipy.stats.cauchy": {}}})
    places = ticks_of(ax, "x")
    found, _ = points(ax)
    assert [np.sum(found[:, 0] == places[name]) for name in ("below 0", "above 19")] == [2, 1]
    assert texts(figure)[:2] == ["x below 0 (2)", "x above 19 (1)"]
    low, high = ax.get_xlim()
    assert low > -5 and high < 24


def test_whole_numbers_have_whole_ticks():
    for values in ([1, 2], [123456, 123457, 123459], [2, 5, 30000000]):
        _, ax = drawn(
            [{"p": v} for v in values], range(len(values)), {"p": {"randint": [min(values), max(values) + 1]}}
        )
        assert all(text == str(int(position)) for text, position in ticks_of(ax, "x").items())
        assert ax.xaxis.get_offset_text().get_text() == ""


def test_ticks_are_told_apart():
    _, ax = drawn([{"p": v} for v in (1.00001, 1.00002)], [1e-9, 2e-9], {"p": {"uniform": [1.00001, 1.00003]}}, std=0.0)
    for side in "xy":
        places = ticks_of(ax, side)
        assert all(float(text) == pytest.approx(position, rel=1e-6) for text, position in places.items())
        assert len(places) > 2


# Scores


def test_far_and_infinite_scores_of_one_parameter_stand_at_the_edge_and_point_outwards():
    means = np.linspace(-500, -400, 100)
    means[:6] = -math.inf, -8e21, -9e21, math.nan, 1e30, math.inf
    figure, ax = drawn([{"p": i} for i in range(100)], means, {"p": {"randint": [0, 100]}})
    places = ticks_of(ax, "y")
    drawn_at = {c.get_label(): c.get_offsets()[:, 1].tolist() for c in ax.collections}
    low, high = means[6], means[-1]
    assert drawn_at["mean -inf (1)"] == [places["-inf"]]
    assert drawn_at["failed (1)"] == [places["failed"]]
    assert drawn_at["mean inf (1)"] == [places["inf"]]
    assert places["failed"] < places["-inf"] < low < high < places["inf"]
    [below], [above] = (set(drawn_at[name]) for name in (f"mean below {low:.1f} (2)", "mean above -400 (1)"))
    assert low - 5 < below < low and high < above < high + 5
    bottom, top = ax.get_ylim()
    assert low - 40 < bottom and top < high + 40
    outward = {
        c.get_label(): c.get_paths()[0].vertices[:3, 1].tolist() for c in ax.collections if "mean" in c.get_label()
    }
    assert all((v[0] < v[1]) == ("-inf" in name or "below" in name) for name, v in outward.items())
    assert figure.axes[1].get_ylabel() == "mean test score"
    assert len(points(ax)[0]) == 100
    assert texts(figure)[-1] == "best: candidate 5, inf"


def test_a_map_shows_far_and_infinite_scores_in_the_end_colours():
    table = random_results(100)
    means = table["mean_test_score"].to_numpy().copy()
    means[:4] = -math.inf, -8e21, math.inf, math.nan
    settings = list(map(json.loads, table["params"]))
    figure, ax = drawn(settings, means, SPACE)
    assert texts(figure)[:4] == ["mean -inf (1)", f"mean below {means[4:].min():.4g} (1)", "mean inf (1)", "failed (1)"]
    assert len(points(ax)[0]) == 100
    ends = {c.get_label().rsplit(" (", 1)[0]: c.get_facecolor() for c in ax.collections}
    np.testing.assert_array_equal(ends["mean -inf"], [plt.get_cmap("viridis")(0.0)])
    np.testing.assert_array_equal(ends["mean inf"], [plt.get_cmap("viridis")(1.0)])
    inside = next(c for c in ax.collections if len(c.get_offsets()) == 96)
    assert inside.get_clim() == (means[4:].min(), means[4:].max())
    assert inside.colorbar.extend == "both"


@pytest.mark.parametrize(
    ("means", "extend"),
    [([0.1, 0.2, 0.3], "neither"), ([0.1, 0.2, -math.inf], "min"), ([0.1, 0.2, 0.3, 0.4, 1e9], "max")],
)
def test_the_colour_bar_points_to_what_is_outside(means, extend):
    _, ax = drawn([{"p": i} for i in range(len(means))], means, {"p": {"randint": [0, 10]}})
    [colorbar] = [c.colorbar for c in ax.collections if c.colorbar]
    assert colorbar.extend == extend


@pytest.mark.parametrize("names", [["p"], ["p", "q"]])
@pytest.mark.parametrize("score", [math.nan, -math.inf])
def test_where_nobody_has_a_number_there_is_a_map_without_colours(names, score):
    settings = [dict.fromkeys(names, v) for v in (1, 2, None)]
    figure, ax = drawn(settings, [score] * 3, {name: [1, 2, None] for name in names}, std=math.nan)
    found, rings = points(ax)
    assert len(found) == 3 and np.isfinite(found).all()
    assert len(figure.axes) == 1
    assert len(rings) == (score == -math.inf)
    assert texts(figure)[0] == ("failed (3)" if math.isnan(score) else "mean -inf (3)")


def test_a_candidate_that_failed_on_one_split_is_told_from_one_that_failed():
    splits = [[0.5, 0.5, math.nan], [0.5, math.nan, math.nan]]
    figure, ax = drawn([{"p": i} for i in range(3)], [0.5, math.nan, math.nan], {"p": [0, 1, 2]}, splits=splits)
    assert texts(figure)[:2] == ["no mean, scored on some splits (1)", "failed (1)"]
    assert {"no mean", "failed"} < set(ticks_of(ax, "y"))


def test_the_best_is_drawn_over_what_shares_its_place():
    settings = [{"p": 1}] * 3 + [{"p": 2}]
    _, ax = drawn(settings, [0.9, -8e21, 0.5, 0.6], {"p": [1, 2]})
    order = [row for c in ax.collections for row in c.get_offsets()[:, 1].tolist()]
    assert order.index(0.9) > order.index(0.5) > 0


# Room


@pytest.mark.parametrize("n_names", [2, 8, 30, 200])
@pytest.mark.parametrize("side", ["x", "y"])
@pytest.mark.parametrize("beside", [[], [0.5, 1.5, None, math.inf]])
@pytest.mark.parametrize("others", [["a", "b"], ["a name of 24 characters.", "b"]])
def test_labels_do_not_touch(n_names, side, beside, others):
    values = [f"name {i}" for i in range(n_names)] + beside
    settings = [{"p": v, "q": q} for v in values for q in others]
    space = {"p": values, "q": others} if side == "y" else {"q": others, "p": values}
    figure, ax = drawn(settings, np.linspace(0, 1, len(settings)), space)
    figure.draw_without_rendering()
    axis = getattr(ax, f"{side}axis")
    labels = [label for label in axis.get_ticklabels() if label.get_text()]
    spots = [ax.transData.transform((p, p))["xy".index(side)] for p in axis.get_ticklocs()]
    line = labels[0].get_fontsize() * figure.dpi / 72
    gaps = np.diff(sorted(spots))
    if side == "y":
        assert gaps.min() >= line
    elif labels[0].get_rotation():
        assert gaps.min() * math.sin(math.radians(labels[0].get_rotation())) >= line
    else:
        boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: box.x0)
        assert all(one.x1 < other.x0 for one, other in itertools.pairwise(boxes))
    if n_names == 200:
        assert "p (200 names, one in " in label_of(ax, side)


@pytest.mark.parametrize("n_candidates", [1, 10, 1000, 50_000])
def test_little_data_and_a_lot(n_candidates, tmp_path):
    table = random_results(n_candidates)
    figure = draw_map(table, SPACE, "search")
    assert len(points(figure.axes[0])[0]) == n_candidates
    assert figure.axes[0].get_title(loc="left") == f"search: {n_candidates:,} candidates"
    for ending in ("png", "svg"):
        save(figure, tmp_path / f"map.{ending}")
    assert (tmp_path / "map.svg").stat().st_size < 2e6


def test_long_names_and_signs_of_mathematics_fit_and_are_drawn_as_they_are(tmp_path):
    name = "preprocess__columns__numeric__impute__add_indicator_$x_{"
    settings = [{name: v, "q": q} for v in ("$\\frac{", None) for q in (1, 2)]
    figure, ax = drawn(settings, [0.1, 0.2, 0.3, 0.4], {name: ["$\\frac{", None], "q": [1, 2]})
    figure.suptitle("")
    save(figure, tmp_path / "map.svg")
    assert "$\\frac{" in ticks_of(ax, "y")
    box = ax.yaxis.label.get_window_extent()
    assert box.y0 >= 0 and box.y1 <= figure.bbox.y1


def outlines(ax):
    """Return the closed lines around regions, as arrays of points."""
    return [path.vertices for c in ax.collections if isinstance(c, ContourSet) for path in c.get_paths() if len(path)]


def a_region(n, discs=((0, 0),)):
    """Return candidates on a square, and who is within 2 of the middle of a disc."""
    places = np.random.default_rng(0).uniform(-10, 10, (n, 2))
    inside = np.any([np.hypot(*(places - middle).T) < 3 for middle in discs], axis=0)
    return results_of([{"C": 10**x, "gamma": 10**y} for x, y in places.tolist()], inside * 1.0), inside


@pytest.mark.parametrize("n", [300, 5000])
def test_the_region_that_cannot_be_told_from_the_best_is_outlined(n):
    table, inside = a_region(n)
    figure = draw_map(table, SPACE, "svc", alike=inside)
    [line] = outlines(figure.axes[0])
    distance = np.hypot(*line.T)
    assert distance.min() > 3 * 0.6 and distance.max() < 3 * 1.4, "a circle of radius 3, as far as candidates tell"
    assert f"not distinguishable from best: {inside.sum() - 1:,}" in texts(figure)


def test_a_region_of_two_parts_has_two_outlines():
    table, inside = a_region(5000, ((-5, -5), (5, 5)))
    vertices = np.concatenate(outlines(draw_map(table, SPACE, "svc", alike=inside).axes[0]))
    assert all(np.hypot(*(vertices - middle).T).min() < 4 for middle in ((-5, -5), (5, 5)))
    assert np.hypot(*vertices.T).min() > 2, "nothing is outlined between them"


@pytest.mark.parametrize("case", ["few candidates", "few values", "nobody knows", "scattered", "all"])
def test_no_outline_is_drawn_where_it_would_mislead(case):
    table, inside = a_region(19 if case == "few candidates" else 400)
    space = SPACE
    if case == "few values":
        settings = [{"C": 10 ** (i % 4), "gamma": 10 ** (i / 100)} for i in range(400)]
        table = results_of(settings, inside * 1.0)
    if case == "scattered":
        inside = np.arange(400) % 5 == 0
    if case == "all":
        inside[:] = True
    figure = draw_map(table, space, "svc", alike=None if case == "nobody knows" else inside)
    assert outlines(figure.axes[0]) == []
    assert not any("not distinguishable" in text for text in texts(figure))

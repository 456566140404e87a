"""Which parameters of the best lie at the edge, and the next region in the forms of the config."""

import numpy as np
import pytest
from cvsearch.candidates.space import check_space
from cvsearch.results.statistics.regions import at_edge, good_candidates, home_of, next_region


def anything(name, value):
    return True


def region(entry, values, best=0, edge=None, allowed=anything):
    """Return the next entry of a space of one parameter, all of whose candidates are good."""
    values = values * 5  # Enough of them that the margin is a twentieth of the axis, or a tenth of their range.
    params = [{"p": value} for value in values]
    edges = {"p": edge} if edge else {}
    found = next_region({"p": entry}, params, best, np.ones(len(values), dtype=bool), edges, allowed)
    check_space(found, "space")
    return found["p"]


@pytest.mark.parametrize(
    ("entry", "values", "edge", "expected"),
    [
        ({"logspace": [-10, 10, 1001]}, [10.0, 1e4], None, {"logspace": [0, 5, 1001]}),
        ({"logspace": [10, -10, 5]}, [10.0, 1e4], None, {"logspace": [5, 0, 5]}),
        ({"logspace": [-4, -1, 4]}, [1e-4, 1e-1], None, {"logspace": [-4, -1, 4]}),
        ({"logspace": [-2, 2, 5]}, [100.0], "high", {"logspace": [1.8, 3, 5]}),
        ({"logspace": [-2, 2, 5]}, [0.01], "low", {"logspace": [-3, -1.8, 5]}),
        ({"linspace": [0, 1, 11]}, [0.2, 0.4], None, {"linspace": [0.15, 0.45, 11]}),
        ({"linspace": [0, 1, 11]}, [0.0], "low", {"linspace": [0, 0.05, 11]}),
        ({"linspace": [-1, 1, 11]}, [-1.0], "low", {"linspace": [-1.5, -0.9, 11]}),
        ({"uniform": [0, 10]}, [9.9], "high", {"uniform": [9.4, 12.5]}),
        ({"loguniform": [1e-4, 1]}, [1e-3, 1e-2], None, {"loguniform": [0.000631, 0.0158]}),
        ({"loguniform": [1e-4, 1]}, [1e-4], "low", {"loguniform": [1e-5, 0.000158]}),
        ({"range": [2, 100, 2]}, [20, 40], None, {"range": [14, 47, 2]}),
        ({"range": [2, 10]}, [9], "high", {"range": [8, 12]}),
        ({"range": [9, 1, -1]}, [9], "high", {"range": [11, 7, -1]}),
        ({"range": [1, 6]}, [1], "low", {"range": [1, 3]}),
        ({"randint": [1, 500]}, [100, 120], None, {"randint": [75, 146]}),
        ([0.1, 1, 10, 100], [1, 10], None, [1, 10]),
        ([0.1, 1, 10, 100], [100], "high", [100, 1000.0, 10000.0]),
        ([100, 10, 1], [1], "low", [1]),
        ([1, 2, 3], [3], "high", [3, 4, 5]),
        ([1, 2, 3], [1], "low", [1]),
        ([10, 30, 50], [10], "low", [1, 10]),
        ({"range": [10, 91, 20]}, [10], "low", {"range": [5, 31, 5]}),
        ({"range": [90, 9, -20]}, [10], "low", {"range": [30, 4, -5]}),
        (["rbf", "poly", "linear"], ["poly", "rbf", "poly"], None, ["rbf", "poly"]),
        ([None, 5, 10], [None, 10], None, [None, 10]),
        ([True, False], [False], None, [False]),
        ([3], [3], None, [3]),
        ({"scipy.stats.norm": {"loc": 0}}, [0.3], None, {"scipy.stats.norm": {"loc": 0}}),
    ],
)
def test_next_entry(entry, values, edge, expected):
    found = region(entry, values, edge=edge)
    assert found == expected
    if isinstance(found, list):
        assert [type(value) for value in found] == [type(value) for value in expected]


@pytest.mark.parametrize(
    "entry",
    [{"logspace": [-2, 0, 5]}, {"linspace": [0.1, 1, 5]}, {"uniform": [0, 1]}, {"loguniform": [0.1, 1]}, [0.5, 1]],
)
def test_goes_not_where_the_estimator_refuses(entry):
    found = region(
        entry, [1.0 if not isinstance(entry, list) else 1], edge="high", allowed=lambda name, value: value <= 1
    )
    _, arguments = next(iter(found.items())) if isinstance(found, dict) else (None, found)
    if isinstance(entry, dict):
        assert arguments[1] == (0 if "logspace" in entry else 1)
    else:
        assert arguments == [1]
    assert region({"range": [1, 10]}, [9], edge="high", allowed=lambda name, value: value <= 9) == {"range": [8, 10]}


def test_a_region_keeps_the_best_where_a_whole_step_is_too_much():
    found = region({"range": [3, 253, 5]}, [8], edge="low", allowed=lambda name, value: value >= 1)
    assert 8 in range(*found["range"]) and found["range"][0] < 3


def test_a_value_that_is_not_a_number_is_in_its_list():
    space = [{"p": [float("nan")], "q": [1, 2]}, {"p": [3], "q": [1, 2]}]
    setting = {"p": float("nan"), "q": 2}
    assert home_of(space, setting) == 0
    found = next_region(space, [setting], 0, np.array([True]), {}, anything)
    assert [list(part) for part in found] == [["p", "q"]]
    stranger = {"p": 9, "q": 9}
    assert next_region(space, [stranger], 0, np.array([True]), {}, anything) == space


@pytest.mark.parametrize(
    ("entry", "value", "expected"),
    [
        ({"uniform": [0, 0.9]}, 0.9, {"uniform": [0.855, 1]}),
        ({"linspace": [0, 0.9, 5]}, 0.9, {"linspace": [0.855, 1, 5]}),
        ({"loguniform": [0.01, 0.9]}, 0.9, {"loguniform": [0.719, 1.0]}),
        ({"logspace": [-2, -0.1, 5]}, 10**-0.1, {"logspace": [-0.2, 0, 5]}),
        ({"range": [-10, 1]}, 0, {"range": [-1, 2]}),
        ({"range": [-40, 1, 20]}, 0, {"range": [-20, 2, 1]}),
        ({"range": [-30, -3, 13]}, -4, {"range": [-17, 2, 1]}),
        ([0.1, 0.5, 0.9], 0.9, [0.9, 1.0]),
        ([-40, -20, -5], -5, [-5, 1]),
    ],
)
def test_a_region_goes_as_far_as_the_estimator_takes(entry, value, expected):
    """The greatest value is 1. A quarter of the axis beyond the end would be more."""
    assert region(entry, [value], edge="high", allowed=lambda name, value: value <= 1) == expected


def test_the_best_and_all_good_stay_inside():
    """For generated spaces and candidates, every good value is a value of the next region's bounds."""
    random = np.random.default_rng(0)
    for _ in range(300):
        low, high = sorted(random.uniform(-3, 3, 2).round(2))
        if low == high:
            continue
        kind = random.choice(["uniform", "loguniform"])
        ends = [float(low), float(high)] if kind == "uniform" else [float(f"{10**low:.4g}"), float(f"{10**high:.4g}")]
        values = random.uniform(*ends, 3).tolist()
        edge = random.choice(["low", "high", None])
        new = region({kind: ends}, values, edge=edge)[kind]
        assert new[0] <= min(values) <= max(values) <= new[1]
        assert edge == "low" or new[0] >= ends[0] * (1 - 0.01 * np.sign(ends[0]))
        assert edge == "high" or new[1] <= ends[1] * (1 + 0.01 * np.sign(ends[1]))


def test_subspaces_without_a_good_candidate_go():
    space = [{"kernel": ["rbf"], "g": {"logspace": [-3, 3, 7]}}, {"kernel": ["poly"], "degree": {"range": [2, 6]}}]
    params = [{"kernel": "rbf", "g": 1.0}, {"kernel": "poly", "degree": 3}]
    assert [home_of(space, setting) for setting in params] == [0, 1]
    found = next_region(space, params, 0, np.array([True, False]), {}, anything)
    assert found == [
        {"kernel": ["rbf"], "g": {"logspace": [-1.5, 1.5, 7]}}
    ]  # One candidate tells little: half the axis.


def edges(space, params, best=0, as_good=None, allowed=anything):
    found = np.zeros(len(params), dtype=bool) if as_good is None else np.array(as_good)
    return at_edge(space, params, best, found | (np.arange(len(params)) == best), allowed)


def test_at_the_edge_on_the_scale_of_the_axis():
    log, linear = {"C": {"logspace": [-10, 10, 1001]}}, {"C": {"uniform": [0, 1]}}
    assert edges(log, [{"C": 10.0**9.5}]) == {"C": "high"}
    assert edges(log, [{"C": 10.0**8}]) == {}
    assert edges(log, [{"C": 10.0**-9.5}]) == {"C": "low"}
    assert edges(linear, [{"C": 0.96}]) == {"C": "high"}
    assert edges(linear, [{"C": 0.9}]) == {}
    assert edges({"C": [1, 2, 1000]}, [{"C": 1000}]) == {"C": "high"}
    assert edges({"C": {"range": [2, 11]}}, [{"C": 2}]) == {"C": "low"}


@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ({"uniform": [0, 1]}, 0.99),
        ({"linspace": [0, 1, 5]}, 1.0),
        ({"logspace": [-2, 0, 5]}, 1.0),
        ([0.1, 0.5, 1.0], 1.0),
        ({"range": [-3, 2]}, 1),
    ],
)
def test_a_parameter_that_cannot_go_further_is_not_at_the_edge(entry, value):
    """The greatest value that the estimator takes is 1."""
    assert edges({"p": entry}, [{"p": value}], allowed=lambda name, value: value <= 1) == {}
    assert edges({"p": entry}, [{"p": value}]) == {"p": "high"}


@pytest.mark.parametrize(("entry", "value"), [({"uniform": [0, 1]}, 0.0), ({"range": [1, 11]}, 1), ([1, 2, 3], 1)])
def test_a_parameter_that_was_never_negative_has_no_edge_there(entry, value):
    assert edges({"p": entry}, [{"p": value}]) == {}


def test_names_single_values_and_distributions_have_no_edge():
    space = {"kernel": ["rbf", "poly"], "C": [1], "flag": [True, False], "t": {"scipy.stats.norm": {}}, "d": [None, 3]}
    assert edges(space, [{"kernel": "rbf", "C": 1, "flag": True, "t": 0.5, "d": 3}]) == {}


def test_a_parameter_that_does_not_matter_is_not_at_the_edge():
    space, params = {"tol": {"logspace": [-4, -1, 4]}}, [{"tol": 1e-4}, {"tol": 1e-1}, {"tol": 1e-3}]
    assert edges(space, params, as_good=[True, True, False]) == {}
    assert edges(space, params, as_good=[True, False, True]) == {"tol": "low"}


def test_good_candidates_are_the_best_of_those_that_cannot_be_told_apart():
    means = np.arange(100.0)
    means[99] = np.nan
    like = np.ones(100, dtype=bool)
    like[98] = False
    assert np.flatnonzero(good_candidates(means, like, None)).tolist() == list(range(89, 98))
    assert np.flatnonzero(good_candidates(means[:10], like[:10], None)).tolist() == list(range(5, 10))
    assert np.flatnonzero(good_candidates(means[:2], like[:2], None)).tolist() == [0, 1]
    assert np.flatnonzero(good_candidates(means, like, 57.0)).tolist() == [94, 95, 96, 97]

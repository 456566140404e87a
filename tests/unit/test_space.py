import json
import math
from collections import Counter

import numpy as np
import pytest
from _errors import InputError
from _space import check_space, count_candidates, is_logarithmic, propose, space_size

SHIPPED = {"C": {"logspace": [-10, 10, 1001]}, "gamma": {"logspace": [-10, 10, 1001]}, "tol": {"logspace": [-4, -1, 4]}}
MIXED = {
    "alpha": {"loguniform": [1e-5, 10]},
    "depth": {"randint": [1, 9]},
    "kind": ["a", "b"],
    "x": {"uniform": [-1, 3]},
}


@pytest.mark.parametrize(
    "space", [SHIPPED, MIXED, [SHIPPED, {"kernel": ["linear"], "C": [1, 2, 3]}], [MIXED, {"z": [1]}]]
)
def test_first_candidates_stay_however_many_are_drawn(space):
    many = propose(space, "random", 3000, 7)
    for n in (1, 10, 1023, 1024, 1025):
        assert propose(space, "random", n, 7) == many[:n]


def test_another_seed_draws_other_candidates():
    assert propose(SHIPPED, "random", 5, 0) != propose(SHIPPED, "random", 5, 1)


def test_a_finite_space_is_drawn_without_repeats_and_to_its_end():
    space = [{"a": {"range": [0, 7]}, "b": ["x", "y", "z"]}, {"c": [1, 2, 2, 1]}]
    drawn = propose(space, "random", 1000, 3)
    assert len(drawn) == space_size(space) == count_candidates(space, "random", 1000) == 7 * 3 + 2
    assert len({json.dumps(c, sort_keys=True) for c in drawn}) == len(drawn)


def test_every_setting_of_a_finite_space_is_equally_likely():
    firsts = Counter(propose({"a": [0, 1, 2, 3, 4, 5]}, "random", 1, seed)[0]["a"] for seed in range(3000))
    expected = 3000 / 6
    chi_squared = sum((count - expected) ** 2 / expected for count in firsts.values())
    assert chi_squared < 20.5  # the 0.1 % point for 5 degrees of freedom


def test_a_space_beyond_64_bits_is_drawn_from():
    space = {f"p{i}": {"range": [0, 1000]} for i in range(30)}
    assert space_size(space) == 1000**30
    assert len({json.dumps(c) for c in propose(space, "random", 50, 0)}) == 50


def test_values_are_numpys_to_the_last_bit_and_survive_json():
    drawn = propose(SHIPPED, "random", 200, 0)
    values = set(np.logspace(-10, 10, 1001).tolist())
    assert all(c["C"] in values and c["gamma"] in values for c in drawn)
    assert json.loads(json.dumps(drawn)) == drawn


def test_distributions_stay_within_their_bounds_and_fill_them():
    drawn = propose(MIXED, "random", 2000, 0)
    assert {c["depth"] for c in drawn} == set(range(1, 9))
    assert all(type(c["depth"]) is int and type(c["alpha"]) is float for c in drawn)
    logs = [math.log10(c["alpha"]) for c in drawn]
    assert -5 <= min(logs) < -4.9 and 0.9 < max(logs) <= 1
    assert -1 <= min(c["x"] for c in drawn) < -0.98 and 2.98 < max(c["x"] for c in drawn) <= 3


def test_any_distribution_of_scipy_can_be_named():
    drawn = propose({"a": {"scipy.stats.expon": {"scale": 2.0}}}, "random", 1000, 0)
    assert 1.7 < np.mean([c["a"] for c in drawn]) < 2.3


def test_a_grid_is_scikit_learns():
    from sklearn.model_selection import ParameterGrid

    space = [{"b": [1, 2], "a": {"linspace": [0, 1, 3]}}, {"c": ["x"]}]
    plain = [{"b": [1, 2], "a": np.linspace(0, 1, 3).tolist()}, {"c": ["x"]}]
    assert propose(space, "grid", 1, 0) == list(ParameterGrid(plain))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ([], "is empty"),
        (3, "write [3]"),
        ({"uniform": [2, 1]}, "low 2 is not below high 1"),
        ({"loguniform": [0, 1]}, "low 0 has no logarithm"),
        ({"logspace": [0, 1]}, "[start exponent, stop exponent, num]"),
        ({"linspace": [0, 1, 0]}, "num 0"),
        ({"range": [3, 1]}, "is empty"),
        ({"range": [0, 9, 0]}, "step 0"),
        ({"randint": [0, 1.5]}, "whole numbers"),
        ({"loguniforn": [1, 2]}, "did you mean 'loguniform'?"),
        ({"uniform": ["a", "b"]}, "[low, high]"),
        ({"logspace": [-400, 0, 3]}, "leave the range of numbers"),
    ],
)
def test_a_bad_entry_is_named_with_its_key(entry, problem):
    with pytest.raises(InputError) as caught:
        check_space({"C": entry}, "searches[0].param_distributions")
    assert str(caught.value).startswith("searches[0].param_distributions.C")
    assert problem in str(caught.value)


def test_a_distribution_in_a_grid_is_refused():
    with pytest.raises(InputError, match=r"param_distributions\.C.*a grid needs values"):
        check_space({"C": {"uniform": [0, 1]}}, "param_distributions", "grid")


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"scipy.stats.norn": {}}, "did you mean 'norm'"),
        ({"scipy.stats.norm": {"scal": 1}}, "refused by SciPy"),
        ({"scipy.stats.norm": {"scale": -1}}, "outside the distribution's range"),
    ],
)
def test_what_only_scipy_knows_is_checked_when_candidates_are_drawn(entry, problem):
    with pytest.raises(InputError, match=problem):
        propose({"C": entry}, "random", 3, 0)


def test_sub_spaces_that_overlap_would_repeat_candidates():
    with pytest.raises(InputError, match="keep sub-spaces apart"):
        propose([{"a": [1, 2]}, {"a": [2, 3]}], "random", 3, 0)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"logspace": [0, 1, 3]}, True),
        ({"loguniform": [1, 2]}, True),
        ({"linspace": [0, 1, 3]}, False),
        ([0.01, 1, 100], True),
        ([1, 2, 3], False),
        (["a", "b"], False),
        ([0, 1, 1000], False),
    ],
)
def test_axes_are_logarithmic_where_the_space_is(entry, expected):
    assert is_logarithmic(entry) is expected

"""What the strategies propose: the same first candidates however many are asked for."""

import json
import math
from collections import Counter

import numpy as np
import pytest
from cvsearch.candidates.space import space_size
from cvsearch.candidates.strategies import STRATEGIES, strategy_class, strategy_of
from cvsearch.errors import InputError

SHIPPED = {"C": {"logspace": [-10, 10, 1001]}, "gamma": {"logspace": [-10, 10, 1001]}, "tol": {"logspace": [-4, -1, 4]}}
MIXED = {
    "alpha": {"loguniform": [1e-5, 10]},
    "depth": {"randint": [1, 9]},
    "kind": ["a", "b"],
    "x": {"uniform": [-1, 3]},
}


def strategy(space, name="random", n_candidates=10, random_state=0):
    return strategy_of(
        {
            "strategy": name,
            "param_distributions": space,
            "n_candidates": n_candidates,
            "random_state": random_state,
        }
    )


def propose(space, name="random", n_candidates=10, random_state=0):
    """Return the parameters of what a strategy proposes."""
    settings = strategy(space, name, n_candidates, random_state).propose(0, [])
    assert all(setting.resource is None for setting in settings)
    return [setting.params for setting in settings]


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
    assert len(drawn) == space_size(space) == strategy(space, n_candidates=1000).count() == 7 * 3 + 2
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
    assert propose(space, "grid", 1) == list(ParameterGrid(plain))
    assert strategy(space, "grid", 1).count() == 7


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"scipy.stats.norn": {}}, "did you mean 'norm'"),
        ({"scipy.stats.norm": {"scal": 1}}, "is not an argument of this distribution; did you mean 'scale'"),
        ({"scipy.stats.norm": {"scale": -1}}, "outside the distribution's range"),
    ],
)
def test_what_only_scipy_knows_is_checked_when_candidates_are_drawn(entry, problem):
    with pytest.raises(InputError, match=problem):
        propose({"C": entry}, "random", 3, 0)


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("space", [{"a": [1, 2, 3]}, [{"a": [1, 2]}, {"b": [1]}]], ids=str)
def test_what_a_strategy_counts_it_proposes(name, space):
    for n_candidates in (1, 2, 3, 100):
        made = strategy(space, name, n_candidates)
        assert made.count() == len(made.propose(0, []))


def test_who_asks_for_more_than_a_space_holds_is_told():
    assert strategy({"a": [1, 2, 3]}, n_candidates=3).messages() == []
    assert strategy({"a": [1, 2, 3]}, "grid", n_candidates=100).messages() == []
    (message,) = strategy({"a": [1, 2, 3]}, n_candidates=1000).messages()
    assert message == "the space holds 3 candidates, all are taken; n_candidates asks for 1,000"


def test_draws_go_on_while_the_space_has_more():
    space = {"a": [1, 2, 3, 4]}
    assert [strategy(space, n_candidates=n).draws_go_on() for n in (3, 4, 5)] == [True, False, False]
    assert strategy({"a": {"uniform": [0, 1]}}).draws_go_on()
    assert not strategy(space, "grid").draws_go_on()


def test_a_strategy_that_is_not_known_is_named_with_its_key():
    assert strategy_class("grid", "x") is STRATEGIES["grid"]
    with pytest.raises(InputError, match=r"^searches\[0\]\.strategy: 'gird' is not known; use random or grid; did you"):
        strategy_class("gird", "searches[0].strategy")
    with pytest.raises(InputError, match="use random or grid"):
        strategy_class({"tpe": {}}, "searches[0].strategy")

"""Which settings a space has, and that none is a candidate twice."""

import itertools
import json
import random
import subprocess
import sys
from collections import Counter

import pytest
from cvsearch.candidates.products import Product, Union
from cvsearch.candidates.space import check_distributions, check_space, space_size
from cvsearch.candidates.strategies import strategy_of
from cvsearch.errors import InputError
from cvsearch.files import canonical
from sklearn.model_selection import ParameterGrid
from workflow_runs import ROOT


def strategy(space, n_candidates=1000, name="random", seed=0):
    return strategy_of(
        {"strategy": name, "param_distributions": space, "n_candidates": n_candidates, "random_state": seed}
    )


def propose(space, n_candidates=1000, name="random", seed=0):
    return [setting.params for setting in strategy(space, n_candidates, name, seed).propose(0, [])]


def texts(settings):
    return [canonical(setting) for setting in settings]


# Finite spaces, and how many settings they have.
FINITE = {
    "randint": ({"n_bins": {"randint": [5, 25]}}, 20),
    "randint and values": ({"n_bins": {"randint": [5, 8]}, "kind": ["a", "b"]}, 6),
    "scipy randint": ({"n": {"scipy.stats.randint": {"low": 2, "high": 9}}}, 7),
    "binom": ({"n": {"scipy.stats.binom": {"n": 9, "p": 0.3}}}, 10),
    "bernoulli": ({"n": {"scipy.stats.bernoulli": {"p": 0.5, "loc": 3}}}, 2),
    "sure bernoulli": ({"n": {"scipy.stats.bernoulli": {"p": 1}}}, 1),
    "hypergeom": ({"n": {"scipy.stats.hypergeom": {"M": 20, "n": 7, "N": 12}}, "k": [True, False]}, 16),
    "unlikely ends": ({"n": {"scipy.stats.binom": {"n": 60, "p": 0.5}}}, 61),
    "weights in a list": ({"p": {"scipy.stats.poisson_binom": {"p": [0.1, 0.5]}}}, 3),
    "shared value": ([{"a": [1, 2]}, {"a": [2, 3]}], 3),
    "shared setting": ([{"kernel": ["linear"], "C": [1, 10]}, {"kernel": ["linear", "rbf"], "C": [10, 100]}], 5),
    "twice the same": ([{"a": [1, 2], "b": [3]}] * 3, 2),
    "ranges": ([{"a": {"range": [0, 30, 4]}}, {"a": {"range": [29, 0, -3]}}, {"a": {"randint": [0, 10]}}], 8 + 8 + 5),
    "range in a list": ([{"a": [3, 4.0, "5", True]}, {"a": {"randint": [1, 6]}}], 4 + 4),
    "other keys": ([{"a": [1]}, {"a": [1], "b": [1]}], 2),
    "equal by JSON text": ({"a": [1, 1.0, True, "1", 1, None, [1], [1.0], {"x": 1, "y": 2}, {"y": 2, "x": 1}]}, 8),
}


@pytest.mark.parametrize(("space", "size"), FINITE.values(), ids=FINITE)
def test_a_finite_space_gives_every_setting_once(space, size):
    drawn = propose(space)
    assert len(set(texts(drawn))) == len(drawn) == size == space_size(space) == strategy(space).count()
    assert json.loads(json.dumps(drawn)) == drawn


@pytest.mark.parametrize(("space", "size"), FINITE.values(), ids=FINITE)
def test_the_first_ones_stay_as_a_search_grows(space, size):
    drawn = propose(space)
    assert all(propose(space, n) == drawn[:n] for n in range(1, size + 1))
    assert size < 4 or any(propose(space, seed=seed) != drawn for seed in range(1, 5))


def test_a_setting_that_sub_spaces_share_is_no_likelier_than_others():
    space = [{"a": [0, 1, 2]}, {"a": [2, 3]}, {"a": {"randint": [2, 6]}}]
    firsts = Counter(propose(space, 1, seed=seed)[0]["a"] for seed in range(3000))
    chi_squared = sum((firsts[value] - 500) ** 2 / 500 for value in range(6))
    assert chi_squared < 20.5  # the 0.1 % point for 5 degrees of freedom


def test_a_distribution_keeps_its_weights():
    space = {"n": {"scipy.stats.binom": {"n": 2, "p": 0.1}}}
    firsts = Counter(propose(space, 1, seed=seed)[0]["n"] for seed in range(1000))
    assert 750 < firsts[0] < 870 and 130 < firsts[1] < 230


def test_spaces_beyond_64_bits_overlap():
    huge = {f"p{i:02d}": {"randint": [0, 10**6]} for i in range(30)}
    space = [huge, huge | {"p00": {"range": [-10, 10]}}, huge | {"p00": {"range": [0, 10**20, 2]}}]
    assert space_size(space) == 10 ** (29 * 6) * (10 + 10**6 + (10**20 - 10**6) // 2)
    drawn = propose(space, 50)
    assert len(set(texts(drawn))) == 50 and texts(propose(space, 20)) == texts(drawn[:20])


def test_many_sub_spaces_that_all_overlap_are_counted():
    space = [{"a": [0, i], "b": [0, i], "c": {"randint": [0, 5]}} for i in range(40)]
    assert space_size(space) == 5 * (1 + 39 * 3)


def test_a_union_counts_as_a_set_does():
    rng = random.Random(0)
    for _ in range(200):
        products = []
        for _ in range(rng.randint(1, 5)):
            lists = {name: sorted(rng.sample(range(6), rng.randint(1, 5))) for name in "abc"}
            start, step = rng.randint(0, 5), rng.choice([-2, -1, 1, 2, 3])
            products.append(Product(lists | {"r": range(start, start + step * rng.randint(1, 4), step)}))
        union, listed = Union(products), [p.setting(i) for p in products for i in range(p.size)]
        first_of_each = list({canonical(setting): setting for setting in reversed(listed)}.values())[::-1]
        assert union.size == len(first_of_each)
        assert list(union) == [s for s in map(union.setting, range(union.n_numbers)) if s is not None]
        assert sorted(texts(union)) == sorted(texts(first_of_each))


def test_a_grid_is_scikit_learns_without_its_repeats():
    space = [{"kernel": ["linear"], "C": [1, 10]}, {"kernel": ["linear", "rbf"], "C": [10, 100]}]
    plain = list(ParameterGrid(space))
    expected = [setting for i, setting in enumerate(plain) if setting not in plain[:i]]
    assert len(expected) == len(plain) - 1
    assert propose(space, name="grid") == expected
    assert strategy(space, name="grid").count() == 5


def test_a_grid_takes_no_distribution():
    with pytest.raises(InputError, match=r"space\.a: .*randint.* is a distribution, but a grid needs values"):
        check_space({"a": {"randint": [0, 3]}}, "space", needs_values=True)


def test_a_space_with_a_continuous_entry_is_infinite():
    space = {"a": {"randint": [0, 2]}, "b": {"uniform": [0, 1]}}
    assert space_size(space) is None
    drawn = propose(space, 3000)
    assert len(drawn) == 3000 and {s["a"] for s in drawn} == {0, 1}
    assert propose(space, 1025) == drawn[:1025]


def test_a_small_sub_space_beside_an_infinite_one_repeats_nothing():
    space = [{"kernel": ["linear"], "C": {"randint": [0, 3]}}, {"kernel": ["rbf"], "C": {"loguniform": [1, 9]}}]
    drawn = propose(space, 50)
    assert len(set(texts(drawn))) == 50
    assert sum(s["kernel"] == "linear" for s in drawn) == 3


def test_whole_numbers_without_end_repeat_only_where_nothing_else_comes():
    assert len(set(texts(propose({"n": {"scipy.stats.poisson": {"mu": 50}}}, 30)))) == 30
    rare = propose({"n": {"scipy.stats.poisson": {"mu": 1e-9}}}, 5)
    assert [s["n"] for s in rare] == [0] * 5


def test_a_wide_distribution_is_not_listed():
    drawn = propose({"n": {"scipy.stats.binom": {"n": 10**12, "p": 0.5}}}, 100)
    assert len(set(texts(drawn))) == 100 and all(type(s["n"]) is int for s in drawn)


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"scipy.stats.binon": {}}, "'scipy.stats.binon' is not a distribution of SciPy; did you mean 'binom'?"),
        ({"scipy.stats.norm": {"scal": 1}}, "scipy.stats.norm.scal: is not an argument of this distribution; did you mean 'scale'?"),
        ({"scipy.stats.binom": {"n": 3}}, "missing 1 required positional argument: 'p'); it takes n, p, loc"),
        ({"scipy.stats.norm": {"scale": -1}}, "has arguments outside the distribution's range"),
        ({"scipy.stats.binom": {"n": 3, "p": 0.5, "loc": 0.5}}, "gives numbers that are not whole"),
        ({"scipy.stats.norm": {"loc": "a"}}, "is refused by SciPy"),
    ],
)  # fmt: skip
def test_what_only_scipy_knows_is_told_with_its_key(entry, problem):
    for space, where in (({"C": entry}, "space.C"), ([{"a": [1]}, {"C": entry}], "space[1].C")):
        check_space(space, "space")
        with pytest.raises(InputError) as caught:
            check_distributions(space, "space")
        assert str(caught.value).startswith(where) and problem in str(caught.value)
        assert "\n" not in str(caught.value)


def test_counting_plain_spaces_imports_no_scipy():
    """The Snakefile counts, and SciPy takes longer to import than the rest of it."""
    code = (
        "import sys; from cvsearch.candidates.space import check_distributions, space_size;"
        "space = [{'a': {'randint': [0, 9]}, 'b': [1, 2]}, {'a': [1], 'b': {'range': [9]}}];"
        "assert space_size(space) == 18 + 7; check_distributions(space, 'space');"
        "assert not {'numpy', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(ROOT / "scripts")})


def test_every_order_of_sub_spaces_has_the_same_settings():
    spaces = [{"a": [1, 2], "b": [1]}, {"a": [2, 3], "b": [1, 2]}, {"a": {"randint": [1, 4]}, "b": [2]}]
    sizes = {space_size(list(order)) for order in itertools.permutations(spaces)}
    assert sizes == {6}

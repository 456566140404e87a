"""A space's structure: what is refused, how many settings it holds, what an axis of it looks like."""

import pytest
from cvsearch.candidates.space import bounds, check_space, is_logarithmic, settings_of, space_size, values_of
from cvsearch.errors import InputError


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


@pytest.mark.parametrize(
    ("space", "size"),
    [
        ({"a": {"range": [0, 7]}, "b": ["x", "y", "z"]}, 21),
        ({"a": {"linspace": [0, 1, 5]}, "b": {"logspace": [0, 1, 4]}}, 20),
        ({"a": [1, 2, 2, 1]}, 2),
        ([{"a": [1, 2]}, {"b": [1, 2, 3]}], 5),
        ({f"p{i}": {"range": [0, 1000]} for i in range(30)}, 1000**30),
        ({"a": [1, 2], "b": {"uniform": [0, 1]}}, None),
    ],
    ids=["product", "spaces", "repeated values", "sub-spaces", "beyond 64 bits", "infinite"],
)
def test_the_size_of_a_space_is_counted_without_drawing(space, size):
    assert space_size(space) == size


def test_numbers_count_through_all_settings_the_last_parameter_fastest():
    spaces = [{"a": [1, 2], "b": ["x", "y"]}, {"c": [0]}]
    assert list(settings_of(spaces)) == [
        *({"a": a, "b": b} for a in (1, 2) for b in ("x", "y")),
        {"c": 0},
    ]


def test_values_are_plain_and_each_once():
    assert values_of([1, True, 1, "1", 1.0], "C") == [1, True, "1", 1.0]
    values = values_of({"linspace": [0, 1, 3]}, "C")
    assert values == [0.0, 0.5, 1.0] and all(type(value) is float for value in values)
    assert list(values_of({"range": [4, 0, -2]}, "C")) == [4, 2]
    assert values_of({"uniform": [0, 1]}, "C") is None


def test_bounds_are_the_ends_of_all_entries_or_none():
    assert bounds([{"logspace": [-1, 1, 3]}, [5, 20]]) == (0.1, 20)
    assert bounds([{"range": [4, 0, -1]}]) == (1, 4)
    assert bounds([{"uniform": [-1, 2]}, ["a"]]) is None


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

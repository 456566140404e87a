"""Splits are scikit-learn's, though NumPy alone draws them; their files tell whether they are whole."""

import json

import make_splits
import numpy as np
import pytest
from cvsearch.data.splits import describe_split, load_split, read_split_about, shuffle_split
from cvsearch.errors import InputError
from sklearn.model_selection import train_test_split


@pytest.mark.parametrize("n_samples", [2, 3, 10, 150, 1797])
@pytest.mark.parametrize("test_size", [0.1, 0.2, 1 / 3, 0.25, 0.5, 0.9])
def test_splits_are_those_of_train_test_split(n_samples, test_size):
    for split in (0, 1, 7, 1000):
        try:
            expected = train_test_split(np.arange(n_samples), test_size=test_size, random_state=split)
        except ValueError:
            with pytest.raises(InputError, match="test_size"):
                shuffle_split(n_samples, test_size, split)
            continue
        for one, other in zip(shuffle_split(n_samples, test_size, split), expected, strict=True):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype


@pytest.fixture
def made(tmp_path):
    """A folder with three splits of 10 samples, made as the rule makes them."""
    (tmp_path / "dataset.json").write_text(json.dumps({"n_samples": 10, "sha256": "d"}))
    positions, abouts = ([tmp_path / f"{i}.{kind}" for i in range(3)] for kind in ("npz", "json"))
    make_splits.main(tmp_path, 0.2, positions, abouts)
    return tmp_path


def test_one_job_makes_every_split(made):
    for split in range(3):
        train, test = load_split(made / f"{split}.npz")
        for side, expected in zip((train, test), shuffle_split(10, 0.2, split), strict=True):
            np.testing.assert_array_equal(side, expected)
        about = read_split_about(made / f"{split}.json")
        assert about == describe_split(train, test, {"sha256": "d"})
        assert (about["n_train"], about["n_test"], about["dataset_sha256"]) == (8, 2, "d")


def test_the_hash_follows_positions_types_and_sides():
    train, test = shuffle_split(10, 0.2, 0)
    sides = [(train, test), (test, train), (train[::-1], test), (train.astype("int32"), test), (train[:-1], test)]
    assert len({describe_split(*pair, {"sha256": "d"})["sha256"] for pair in sides}) == len(sides)


@pytest.mark.parametrize(("name", "read"), [("0.npz", load_split), ("0.json", read_split_about)])
def test_a_damaged_split_is_named_with_the_command_that_rebuilds_it(made, name, read):
    path = made / name
    for size in (path.stat().st_size - 9, 40, 0):
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(InputError, match=rf"{name}: was truncated or edited; .* --forcerun make_splits"):
            read(path)

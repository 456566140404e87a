"""Splits are scikit-learn's, though NumPy alone draws them; their files tell whether they are whole."""

import make_splits
import numpy as np
import pytest
from cvsearch.data.dataset import read_about
from cvsearch.data.preparation import store_data
from cvsearch.data.samples import raw_data
from cvsearch.data.splits import (
    ClassCounts,
    describe_split,
    load_split,
    read_split_about,
    shuffle_split,
    write_positions,
)
from cvsearch.errors import InputError
from cvsearch.files import write_json
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
    raw = raw_data(np.arange(20.0).reshape(10, 2), np.arange(10) % 2, "dataset.loader")
    write_json(tmp_path / "dataset.json", store_data(raw, tmp_path / "data.npz", "dataset.loader"))
    paths = [(tmp_path / f"{i}.npz", tmp_path / f"{i}.json") for i in range(3)]
    settings = {"splitter": "shuffle", "test_size": 0.2, "holdout": 0}
    make_splits.main(tmp_path, settings, {}, paths, (), tmp_path / "splits.json")
    return tmp_path


def test_one_job_makes_every_split(made):
    for split in range(3):
        about = read_split_about(made / f"{split}.json")
        train, test = load_split(made / f"{split}.npz", about["sha256"])
        for side, expected in zip((train, test), shuffle_split(10, 0.2, split), strict=True):
            np.testing.assert_array_equal(side, expected)
        dataset_sha256 = read_about(made)["sha256"]
        assert about == describe_split(train, test, dataset_sha256, ClassCounts(np.arange(10) % 2))
        assert (about["n_train"], about["n_test"], about["dataset_sha256"]) == (8, 2, dataset_sha256)
        assert sum(about["classes"]["train"].values()) == 8 and set(about["classes"]["test"]) == {"0", "1"}


def test_a_target_of_one_column_is_counted_like_a_flat_one():
    flat = np.array(["a", "b", "a"])
    assert ClassCounts(flat[:, None]).of([0, 2]) == ClassCounts(flat).of([0, 2]) == {"a": 2, "b": 0}


def test_the_hash_follows_positions_types_and_sides():
    train, test = shuffle_split(10, 0.2, 0)
    sides = [(train, test), (test, train), (train[::-1], test), (train.astype("int32"), test), (train[:-1], test)]
    assert len({describe_split(*pair, "d")["sha256"] for pair in sides}) == len(sides)


@pytest.mark.parametrize(("name", "read"), [("0.npz", lambda path: load_split(path, "")), ("0.json", read_split_about)])
def test_a_damaged_split_is_named_with_the_command_that_rebuilds_it(made, name, read):
    path = made / name
    for size in (path.stat().st_size - 9, 40, 0):
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(InputError, match=rf"{name}: was truncated or edited; .* --forcerun make_splits"):
            read(path)


def test_positions_changed_by_hand_are_named_with_the_command_that_rebuilds_them(made):
    path, sha256 = made / "0.npz", read_split_about(made / "0.json")["sha256"]
    train, test = load_split(path, sha256)
    write_positions(path, train=train[::-1], test=test)
    with pytest.raises(InputError, match=r"0.npz: was truncated or edited; .* --forcerun make_splits"):
        load_split(path, sha256)

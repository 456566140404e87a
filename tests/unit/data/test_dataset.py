"""The stored dataset: written by `prepare_dataset`, mapped into memory by the jobs."""

import json

import numpy as np
import prepare_dataset
import pytest
from cvsearch.data.dataset import load_dataset
from sklearn.datasets import load_iris


@pytest.fixture
def folder(tmp_path):
    """The folder of a dataset, made as the rule makes it."""
    dataset = {"loader": "sklearn.datasets.load_iris"}
    prepare_dataset.main(dataset, None, {}, tmp_path / "data.npz", tmp_path / "dataset.json")
    return tmp_path


def test_the_files_are_what_was_loaded(folder):
    X, y = load_iris(return_X_y=True)
    with np.load(folder / "data.npz") as file:
        np.testing.assert_array_equal(file["X"], X)
        np.testing.assert_array_equal(file["y"], y)
    about = json.loads((folder / "dataset.json").read_text())
    assert (about["n_samples"], about["target_type"]) == (150, "multiclass")
    assert about["classes"] == {"0": 50, "1": 50, "2": 50}


def test_the_samples_that_are_taken_are_copies(folder):
    dataset = load_dataset(folder)
    samples = dataset.take(np.array([3, 1]))
    np.testing.assert_array_equal(samples.X, dataset.X[[3, 1]])
    np.testing.assert_array_equal(samples.y, dataset.y[[3, 1]])
    samples.X[:] = 0
    assert not dataset.X.flags.writeable
    assert dataset.X[3].any()

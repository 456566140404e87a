"""The stored dataset: written by `prepare_dataset`, mapped into memory by the jobs."""

import json

import numpy as np
import prepare_dataset
import pytest
from cvsearch.data.dataset import load_dataset
from cvsearch.errors import InputError

FILES = ("X.npy", "y.npy", "dataset.json")


def prepare(folder):
    prepare_dataset.main({"loader": "sklearn.datasets.load_iris"}, {}, *(folder / name for name in FILES))


def test_the_files_are_what_was_loaded(tmp_path):
    prepare(tmp_path)
    assert np.load(tmp_path / "X.npy").shape == (150, 4)
    about = json.loads((tmp_path / "dataset.json").read_text())
    assert (about["n_samples"], about["target_type"]) == (150, "multiclass")
    assert about["classes"] == {"0": 50, "1": 50, "2": 50}


@pytest.mark.parametrize("damaged", FILES)
def test_a_damaged_file_of_the_dataset_is_named_with_the_command_that_rebuilds_it(tmp_path, damaged):
    prepare(tmp_path)
    path = tmp_path / damaged
    for size in (0, 40, path.stat().st_size - 9):
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(InputError, match=rf"{damaged}: was truncated or edited; .* --forcerun prepare_dataset"):
            load_dataset(tmp_path)


def test_the_samples_that_are_taken_are_copies(tmp_path):
    prepare(tmp_path)
    dataset = load_dataset(tmp_path)
    samples = dataset.take(np.array([3, 1]))
    np.testing.assert_array_equal(samples.X, dataset.X[[3, 1]])
    np.testing.assert_array_equal(samples.y, dataset.y[[3, 1]])
    samples.X[:] = 0
    assert not dataset.X.flags.writeable
    assert dataset.X[3].any()

"""What a loader returns, checked, and turned into what is stored."""

import numpy as np
import pandas as pd
import pytest
from cvsearch.config.names import Trust
from cvsearch.data.loader import arrays_from, check_dataset, describe, load_with
from cvsearch.errors import InputError
from sklearn.utils import Bunch

LABELS = np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("loaded", "said"),
    [
        ((np.ones((4, 2)), np.zeros(4, dtype=int)), "the target has one value only, 0 in all 4 samples"),
        ((np.ones((4, 2)), np.array(["a"] * 4)), "the target has one value only, 'a' in all 4 samples"),
        (
            (np.ones((4, 2)), np.array([0.0, 1.0, np.nan, 1.0])),
            "the target has 1 missing or infinite values of 4; leave those samples out",
        ),
        ((np.ones((4, 2)), np.array([0, None, 1, 1], dtype=object)), "the target has missing values"),
        ((np.array([["a", "b"]] * 4), LABELS), "give a two-dimensional array of numbers"),
        ((np.ones(4), LABELS), "X is of shape (4,) and type float64"),
        ((np.ones((4, 2)), np.zeros(3)), "X has 4 samples and y 3; give one target per sample"),
        ((pd.DataFrame({"a": ["x"] * 4}), LABELS), "column 'a' holds no numbers"),
        ((np.ones((1, 2)), np.zeros(1)), "two samples and a feature are the least"),
        (np.ones((4, 2)), "returned ndarray; a loader returns X and y"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_data_that_nothing_can_be_learned_from_are_refused(loaded, said):
    with pytest.raises(InputError) as caught:
        check_dataset(*arrays_from(loaded)[:2])
    assert str(caught.value).startswith("dataset.loader: ")
    assert said in str(caught.value)


def test_a_loader_gets_its_arguments_and_no_others():
    X, _ = load_with({"sklearn.datasets.make_blobs": {"n_samples": 7, "random_state": 0}}, Trust([]))
    assert len(X) == 7
    assert len(load_with({"faulty.make_data": {"n_samples": 12}}, Trust(["faulty"]))[1]) == 12
    with pytest.raises(InputError, match=r"dataset\.loader: faulty\.make_data does not take"):
        load_with({"faulty.make_data": {"samples": 12}}, Trust(["faulty"]))


def test_images_are_remembered_as_such():
    images = np.zeros((4, 3, 2))
    loaded = Bunch(data=images.reshape(4, -1), target=LABELS, images=images)
    assert arrays_from(loaded)[2] == [3, 2]


def test_the_hash_follows_values_types_and_shapes():
    X = np.arange(8.0).reshape(4, 2)
    hashes = {describe(X, LABELS, None)["sha256"]}
    hashes |= {describe(other, LABELS, None)["sha256"] for other in (X + 1, X.astype("float32"))}
    hashes.add(describe(X, LABELS.astype(float), None)["sha256"])
    assert len(hashes) == 4
    assert describe(X.copy(), LABELS, None)["sha256"] in hashes

"""Splits are scikit-learn's, though NumPy alone draws them."""

import numpy as np
import pytest
from _errors import InputError
from make_splits import shuffle_split
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

"""The dataset as the jobs see it: arrays on disk, mapped into memory, and what is known of them."""

import json
from pathlib import Path
from typing import Any, NamedTuple


class Dataset(NamedTuple):
    """Samples, target and what `prepare_dataset` found out about them.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
    about : dict
        ``dataset.json``: shape, classes, sha256.
    """

    X: Any
    y: Any
    about: dict


def read_about(folder):
    """Return ``dataset.json``."""
    return json.loads(Path(folder, "dataset.json").read_text())


def load_dataset(folder):
    """Map the arrays of a dataset folder into memory, read-only."""
    import numpy as np

    X, y = (np.load(Path(folder, f"{name}.npy"), mmap_mode="r") for name in "Xy")
    return Dataset(X, y, read_about(folder))


def load_split(path):
    """Return the index arrays ``train`` and ``test`` of a split, and the sha256 of their contents."""
    import hashlib

    import numpy as np

    with np.load(path) as file:
        train, test = file["train"], file["test"]
    digest = hashlib.sha256()
    for indices in (train, test):
        digest.update(f"{indices.dtype.str}{indices.shape}".encode() + indices.tobytes())
    return train, test, digest.hexdigest()

"""The dataset as the jobs see it: arrays on disk, mapped into memory, and what is known of them."""

import zipfile
from pathlib import Path
from typing import Any, NamedTuple

from _errors import damaged
from _rows import read_json

REBUILD = "run the same command with --forcerun prepare_dataset"


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
    """Return ``dataset.json``.

    Raises
    ------
    InputError
        If it is damaged.
    """
    return read_json(Path(folder, "dataset.json"), REBUILD)


def load_dataset(folder):
    """Map the arrays of a dataset folder into memory, read-only.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    import numpy as np

    arrays = {}
    for name in "Xy":
        path = Path(folder, f"{name}.npy")
        try:
            arrays[name] = np.load(path, mmap_mode="r")
        except (ValueError, EOFError):
            raise damaged(path, REBUILD) from None
    return Dataset(**arrays, about=read_about(folder))


def load_split(path):
    """Return the index arrays ``train`` and ``test`` of a split, and the sha256 of their contents.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    import hashlib

    import numpy as np

    try:
        with np.load(path) as file:
            train, test = file["train"], file["test"]
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile):
        raise damaged(path, "run the same command with --forcerun make_splits") from None
    digest = hashlib.sha256()
    for indices in (train, test):
        digest.update(f"{indices.dtype.str}{indices.shape}".encode() + indices.tobytes())
    return train, test, digest.hexdigest()

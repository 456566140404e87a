"""The dataset as the jobs see it: arrays on disk, mapped into memory, and what is known of them."""

from typing import Any, NamedTuple

from cvsearch.errors import damaged
from cvsearch.files import AnyPath, read_json
from cvsearch.layout import DatasetPaths

REBUILD = "run the same command with --forcerun prepare_dataset"


class Samples(NamedTuple):
    """Some of a dataset's samples.

    Attributes
    ----------
    X : ndarray of shape (n, n_features)
    y : ndarray of shape (n,) or (n, n_outputs)
    """

    X: Any
    y: Any


class Dataset:
    """Samples, target and what `prepare_dataset` found out about them.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
    about : dict
        ``dataset.json``: shape, classes, sha256.
    """

    def __init__(self, X: Any, y: Any, about: dict[str, Any]) -> None:
        self.X, self.y, self.about = X, y, about

    def take(self, positions: Any) -> Samples:
        """Return a copy of the samples at these positions, an ndarray of int."""
        return Samples(self.X[positions], self.y[positions])


def read_about(folder: AnyPath) -> dict[str, Any]:
    """Return ``dataset.json``.

    Raises
    ------
    InputError
        If it is damaged.
    """
    return read_json(DatasetPaths(folder).about, REBUILD)


def load_dataset(folder: AnyPath) -> Dataset:
    """Map the arrays of a dataset folder into memory, read-only.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    import numpy as np

    arrays = []
    for name in "Xy":
        path = DatasetPaths(folder).array(name)
        try:
            arrays.append(np.load(path, mmap_mode="r"))
        except (ValueError, EOFError):
            raise damaged(path, REBUILD) from None
    X, y = arrays
    return Dataset(X, y, read_about(folder))

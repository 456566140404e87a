"""Train/test splits: positions in the stored data, and a description of each split."""

import hashlib
import math
import zipfile
from typing import Any, BinaryIO

from cvsearch.errors import InputError, damaged
from cvsearch.files import AnyPath, read_json, replace_atomically, write_json

REBUILD = "run the same command with --forcerun make_splits"


def shuffle_split(n_samples: int, test_size: float, split: int) -> tuple[Any, Any]:
    """Return the positions of split number `split`.

    The positions are the same as from ``train_test_split(..., test_size=test_size, random_state=split)``. With more
    splits, the first splits stay the same. Only NumPy is used here. The import of scikit-learn would take ten times as
    long as everything else.

    Returns
    -------
    train : ndarray of shape (n_train,)
    test : ndarray of shape (n_test,)

    Raises
    ------
    InputError
        If one side would be empty.
    """
    import numpy as np

    n_test = math.ceil(n_samples * test_size)
    if not 0 < n_test < n_samples:
        raise InputError(
            f"test_size: {test_size!r} of {n_samples} samples leaves a side of the split empty; choose another share"
        )
    shuffled = np.random.RandomState(split).permutation(n_samples)
    return shuffled[n_test:], shuffled[:n_test]


class ClassCounts:
    """Counts the samples of each class.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, 1)
    """

    def __init__(self, y: Any) -> None:
        import numpy as np

        self._names, self._codes = np.unique(np.ravel(y), return_inverse=True)

    def of(self, positions: Any) -> dict[str, int]:
        """Return the number of samples of each class at these positions; 0 for a class without samples there."""
        import numpy as np

        counts = np.bincount(self._codes[positions], minlength=len(self._names))
        return {str(name): int(count) for name, count in zip(self._names, counts, strict=True)}


def hash_of(*arrays: Any) -> str:
    """Return the sha256, in hex, of arrays of positions."""
    digest = hashlib.sha256()
    for positions in arrays:
        digest.update(f"{positions.dtype.str}{positions.shape}".encode() + positions.tobytes())
    return digest.hexdigest()


def describe_split(train: Any, test: Any, dataset_sha256: str, counts: ClassCounts | None = None) -> dict[str, Any]:
    """Return the description of a split: its sha256, its sizes, and the number of samples of each class on both sides.

    Parameters
    ----------
    train, test : ndarray of int
    dataset_sha256 : str
        The sha256 of the data that the positions point to.
    counts : ClassCounts, optional
        Given for classification.
    """
    return {
        "sha256": hash_of(train, test),
        "n_train": len(train),
        "n_test": len(test),
        "classes": {"train": counts.of(train), "test": counts.of(test)} if counts else None,
        "dataset_sha256": dataset_sha256,
    }


def write_positions(path: AnyPath, **positions: Any) -> None:
    """Write arrays of positions under their names."""
    import numpy as np

    def write(file: BinaryIO) -> None:
        np.savez(file, **positions)

    replace_atomically(path, write)


def write_split(
    paths: tuple[AnyPath, AnyPath], train: Any, test: Any, dataset_sha256: str, counts: ClassCounts | None = None
) -> None:
    """Write a split's positions, then its description."""
    write_positions(paths[0], train=train, test=test)
    write_json(paths[1], describe_split(train, test, dataset_sha256, counts))


def write_holdout(
    paths: tuple[AnyPath, AnyPath], positions: Any, dataset_sha256: str, counts: ClassCounts | None = None
) -> None:
    """Write the positions of the samples that are held out, then their description."""
    write_positions(paths[0], holdout=positions)
    classes = counts.of(positions) if counts else None
    about = {"sha256": hash_of(positions), "n_samples": len(positions), "classes": classes}
    write_json(paths[1], {**about, "dataset_sha256": dataset_sha256})


def load_holdout(path: AnyPath) -> Any:
    """Return the positions of the samples that are held out, sorted.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    return _load(path, "holdout")[0]


def read_split_about(path: AnyPath) -> dict[str, Any]:
    """Return the description of a split.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    return read_json(path, REBUILD)


def load_split(path: AnyPath, sha256: str) -> tuple[Any, Any]:
    """Return the positions of a split, ``train`` and ``test``.

    Parameters
    ----------
    path : path-like
    sha256 : str
        The sha256 of the positions, as `read_split_about` returns it. It is a part of the identity of evaluations.

    Raises
    ------
    InputError
        If the file is damaged, or holds other positions.
    """
    train, test = _load(path, "train", "test")
    if hash_of(train, test) != sha256:
        raise damaged(path, REBUILD)
    return train, test


def _load(path: AnyPath, *names: str) -> list[Any]:
    import numpy as np

    try:
        with np.load(path) as file:
            return [file[name] for name in names]
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile):
        raise damaged(path, REBUILD) from None

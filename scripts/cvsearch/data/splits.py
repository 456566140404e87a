"""Train/test splits: positions in the stored data, and what is known of them."""

import hashlib
import math
import zipfile
from typing import Any, BinaryIO

from cvsearch.errors import InputError, damaged
from cvsearch.files import AnyPath, read_json, replace_atomically, write_json

REBUILD = "run the same command with --forcerun make_splits"


def shuffle_split(n_samples: int, test_size: float, split: int) -> tuple[Any, Any]:
    """Return the positions of split number `split`.

    They are those of ``train_test_split(..., test_size=test_size, random_state=split)``. More splits leave the first ones
    as they are. NumPy alone draws them: scikit-learn would take ten times as long to import as all the rest takes.

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
    y : ndarray of shape (n_samples,)
    """

    def __init__(self, y: Any) -> None:
        import numpy as np

        self._names, self._codes = np.unique(y, return_inverse=True)

    def of(self, positions: Any) -> dict[str, int]:
        """Return class to number of the samples at these positions; a class without any is counted too."""
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
    """Return what is known of a split: its sha256, sizes, and how often each class is on either side.

    Parameters
    ----------
    train, test : ndarray of int
    dataset_sha256 : str
        Says what the positions point to.
    counts : ClassCounts, optional
        For classification.
    """
    return {
        "sha256": hash_of(train, test),
        "n_train": len(train),
        "n_test": len(test),
        "classes": {"train": counts.of(train), "test": counts.of(test)} if counts else None,
        "dataset_sha256": dataset_sha256,
    }


def write_positions(path: AnyPath, **positions: Any) -> None:
    """Write arrays of positions, by name."""
    import numpy as np

    def write(file: BinaryIO) -> None:
        np.savez(file, **positions)

    replace_atomically(path, write)


def write_split(
    paths: tuple[AnyPath, AnyPath], train: Any, test: Any, dataset_sha256: str, counts: ClassCounts | None = None
) -> None:
    """Write a split's positions and, last, what is known of them."""
    write_positions(paths[0], train=train, test=test)
    write_json(paths[1], describe_split(train, test, dataset_sha256, counts))


def write_holdout(
    paths: tuple[AnyPath, AnyPath], positions: Any, dataset_sha256: str, counts: ClassCounts | None = None
) -> None:
    """Write the positions of the samples that are held out and, last, what is known of them."""
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
    """Return what is known of a split.

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
        Of the positions, as `read_split_about` tells it. Evaluations are known by it.

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

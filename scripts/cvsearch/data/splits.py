"""Train/test splits: positions in the stored data, and what is known of them."""

import hashlib
import io
import math
import zipfile
from typing import Any

from cvsearch.errors import InputError, damaged
from cvsearch.files import AnyPath, read_json, write_atomically, write_json

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


def describe_split(train: Any, test: Any, dataset: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of a split: its sha256 and sizes.

    Parameters
    ----------
    train, test : ndarray of int
    dataset : dict
        ``dataset.json``, whose sha256 says what the positions point to.
    """
    digest = hashlib.sha256()
    for positions in (train, test):
        digest.update(f"{positions.dtype.str}{positions.shape}".encode() + positions.tobytes())
    return {
        "sha256": digest.hexdigest(),
        "n_train": len(train),
        "n_test": len(test),
        "dataset_sha256": dataset["sha256"],
    }


def write_split(paths: tuple[AnyPath, AnyPath], train: Any, test: Any, dataset: dict[str, Any]) -> None:
    """Write a split's positions and, last, what is known of them."""
    import numpy as np

    content = io.BytesIO()
    np.savez(content, train=train, test=test)
    write_atomically(paths[0], content.getbuffer())
    write_json(paths[1], describe_split(train, test, dataset))


def read_split_about(path: AnyPath) -> dict[str, Any]:
    """Return what is known of a split.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    return read_json(path, REBUILD)


def load_split(path: AnyPath) -> tuple[Any, Any]:
    """Return the positions of a split, ``train`` and ``test``.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    import numpy as np

    try:
        with np.load(path) as file:
            return file["train"], file["test"]
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile):
        raise damaged(path, REBUILD) from None

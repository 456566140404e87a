"""Stores the data for the jobs, and describes the data in ``dataset.json``."""

import functools
import hashlib
from pathlib import Path
from typing import Any, BinaryIO

from cvsearch.data.dataset import holds_classes
from cvsearch.data.samples import RawData
from cvsearch.data.storage import DataWriter, is_by_column, row_blocks
from cvsearch.data.tables import Table, write_sparse, write_table
from cvsearch.errors import InputError
from cvsearch.files import AnyPath, replace_atomically

# Snakemake compares files by content only up to 1 MB. These limits keep `dataset.json` below that size. They
# limit the number of classes, the number of columns and the characters of a name.
MAX_CLASSES = 2_000
MAX_COLUMNS = 2_000
MAX_NAME = 200


def store_data(raw: RawData, path: AnyPath, where: str) -> dict[str, Any]:
    """Write the data to one file.

    Parameters
    ----------
    raw : RawData
    path : path-like
        ``data.npz``.
    where : str
        Key path in the config, for messages.

    Returns
    -------
    dict
        The content of ``dataset.json``.

    Raises
    ------
    InputError
        If something in the data cannot be stored.
    """
    about: dict[str, Any] = {}
    replace_atomically(Path(path), functools.partial(_write, raw, where, about))
    return about


def _write(raw: RawData, where: str, about: dict[str, Any], file: BinaryIO) -> None:
    """Write all members of the file, and fill in `about`."""
    import numpy as np

    digest = hashlib.sha256()
    order = None if raw.time is None else np.argsort(raw.time, kind="stable")
    with DataWriter(file) as writer:
        about |= _write_samples(writer, raw, digest, order, where)
        if raw.y is not None:
            _write_labels(writer, "y", raw.y, digest, order)
        if raw.sample_weight is not None:
            writer.array("sample_weight", raw.sample_weight, digest, order)
        about |= {"image_shape": raw.image_shape, **describe_target(raw.y, where), "target_names": raw.target_names}
        if holds_classes(about["target_type"]) and raw.y.dtype.kind != "U":  # For texts, y_names has the classes.
            writer.array("y_classes", np.unique(raw.y), hashlib.sha256())
        # Splits are made from groups and folds. These have hashes of their own, because an evaluation depends on them
        # only through its split.
        for name, values in (("groups", raw.groups), ("test_fold", raw.test_fold)):
            own = hashlib.sha256()
            if values is not None:
                _write_labels(writer, name, values, own, order)
            about[name] = None if values is None else {"sha256": own.hexdigest()}
        if raw.groups is not None:
            about["groups"]["n_groups"] = len(np.unique(raw.groups))
        about["sample_weight"] = raw.sample_weight is not None
        about["in_time_order"] = order is not None
        if order is not None:
            rows = hashlib.sha256()
            writer.array("rows", order, rows)
            # Evaluations do not depend on the rows of the user's data, but the table of predictions names them.
            about["rows"] = {"sha256": rows.hexdigest()}
            # A number for each moment is enough: the audit of the splits asks only which samples are of one moment.
            writer.array(
                "moments", np.unique(raw.time, return_inverse=True)[1].astype("int64"), hashlib.sha256(), order
            )
        writer.json("container", raw.container)
    about["sha256"] = digest.hexdigest()


def _write_samples(writer: DataWriter, raw: RawData, digest: Any, order: Any, where: str) -> dict[str, Any]:
    X, n_samples = raw.X, raw.n_samples
    about: dict[str, Any] = {"n_samples": n_samples, "kind": raw.container["kind"], "X_is_finite": False}
    if isinstance(X, Table):
        dtypes = write_table(writer, X, raw.container, digest, where, order)
        one_column = raw.container["kind"] in ("list", "series", "texts")
        about |= {
            "n_features": None if one_column else len(X.names),
            "dtypes": dtypes if len(dtypes) <= MAX_COLUMNS else None,
        }
        return {**about, "columns": _short_names(X.names) if raw.container["kind"] == "frame" else None}
    about |= {"n_features": X.shape[1], "dtypes": {str(X.dtype): X.shape[1]}, "columns": None}
    if raw.container["kind"] == "sparse":
        digest.update(f"{raw.container}{X.shape}".encode())
        write_sparse(writer, "X", X, digest, order)
        return about
    writer.array("X", X, digest, order)
    return {**about, "X_is_finite": is_finite(X)}


def is_finite(X: Any) -> bool:
    """Whether an array holds only finite numbers."""
    import numpy as np

    return X.dtype.kind in "biu" or (X.dtype.kind == "f" and all(np.isfinite(block).all() for block in row_blocks(X)))


def _write_labels(writer: DataWriter, name: str, labels: Any, digest: Any, order: Any) -> None:
    """Write targets or groups.

    Texts are written as numbers and names. In an array of texts, one long text would make every element long.
    """
    import numpy as np

    if labels.dtype.kind != "U":
        if is_by_column(labels):
            columns = (column if order is None else column[order] for column in labels.T)
            writer.columns(name, columns, labels.dtype, labels.shape, digest)
        else:
            writer.array(name, labels, digest, order)
        return
    names, codes = np.unique(labels, return_inverse=True)
    writer.array(name, codes.reshape(labels.shape).astype("int32"), digest, order)
    writer.array(f"{name}_names", names, digest)


def describe_target(y: Any, where: str) -> dict[str, Any]:
    """Return what ``dataset.json`` says about the target: its type, as scikit-learn names it, and its classes.

    Raises
    ------
    InputError
        If scikit-learn does not know the target's type.
    """
    import numpy as np

    if y is None:
        return {"target_type": None, "y_dtype": None, "n_classes": None, "classes": None}
    from sklearn.utils.multiclass import type_of_target

    kind = type_of_target(y)
    if kind == "unknown":
        raise InputError(f"{where}: the target is of a type that scikit-learn does not know; give numbers or texts")
    about: dict[str, Any] = {"target_type": kind, "y_dtype": y.dtype.str, "n_classes": None, "classes": None}
    if kind in ("binary", "multiclass"):
        classes, counts = np.unique(y, return_counts=True)
        about["n_classes"] = len(classes)
        if len(classes) <= MAX_CLASSES and max(len(str(name)) for name in classes) <= MAX_NAME:
            about["classes"] = {str(name): int(count) for name, count in zip(classes, counts, strict=True)}
    return about


def _short_names(names: list[Any]) -> list[str] | None:
    return [str(name)[:MAX_NAME] for name in names] if len(names) <= MAX_COLUMNS else None

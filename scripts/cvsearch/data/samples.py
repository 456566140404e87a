"""Checks samples and targets of every type that scikit-learn takes, and converts them to the kinds that are stored."""

import itertools
from typing import Any, NamedTuple

from cvsearch.data.tables import Table, check_names
from cvsearch.data.values import inspect_objects, labels_from
from cvsearch.errors import InputError


class RawData(NamedTuple):
    """The data before they are stored.

    Attributes
    ----------
    X : ndarray, scipy.sparse matrix or Table
    container : dict
        ``kind`` is ``dense``, ``sparse``, or the kind of a Table. Other keys hold what else is needed to make X again.
    y : ndarray or None
    target_names : list of str or None
        The names of the target's columns, if they have names.
    image_shape : list of int or None
        The shape of one sample, if samples are gray images.
    groups, sample_weight, time, test_fold : ndarray of shape (n_samples,) or None
    """

    X: Any
    container: dict[str, Any]
    y: Any = None
    target_names: list[str] | None = None
    image_shape: list[int] | None = None
    groups: Any = None
    sample_weight: Any = None
    time: Any = None
    test_fold: Any = None

    @property
    def n_samples(self) -> int:
        """The number of samples."""
        return self.X.n_rows if isinstance(self.X, Table) else int(self.X.shape[0])


def samples_from(X: Any, path: str) -> tuple[Any, dict[str, Any]]:
    """Convert samples to one of the kinds that are stored.

    Parameters
    ----------
    X : ndarray, DataFrame, scipy.sparse matrix or array, list of rows, list or Series of texts
    path : str
        Key path in the config, for messages.

    Returns
    -------
    X : ndarray, scipy.sparse matrix or Table
    container : dict
        As in `RawData`.

    Raises
    ------
    InputError
        If scikit-learn would not take X, or if X cannot be stored.
    """
    import numpy as np
    import pandas as pd

    if isinstance(X, pd.DataFrame):
        check_names(X.columns, path)
        container = {"kind": "frame", "names_dtype": str(X.columns.dtype)}
        return Table.of(X), container
    if hasattr(X, "tocsr"):
        return _sparse(X, path)
    if isinstance(X, np.ma.MaskedArray):
        raise InputError(f"{path}: X is a masked array, whose mask scikit-learn ignores; fill it: X.filled(numpy.nan)")
    if isinstance(X, pd.Series):
        return _texts(X.reset_index(drop=True), "series", path)
    if hasattr(X, "to_pandas"):
        raise InputError(f"{path}: X is a {type(X).__module__.split('.')[0]} table; return X.to_pandas()")
    if isinstance(X, list):
        if any(isinstance(value, str | bytes) for value in X):
            return _texts(_objects(X), "list", path)
        X = _rows(X, path)
    array = np.asarray(X)
    if array.dtype.names:
        raise InputError(f"{path}: X is an array with named fields; return a DataFrame: pandas.DataFrame(X)")
    if array.ndim == 1 and array.dtype.kind in "OUS" and len(array):
        return _texts(_objects(array), "texts", path, array.dtype)
    if array.ndim != 2:
        raise InputError(
            f"{path}: X is {_what(X, array)}; give samples in rows and features in columns{_reshaped(array)}"
        )
    if array.dtype == object:
        columns = {i: [pd.Series(array[:, i], dtype=object)] for i in range(array.shape[1])}
        return Table(columns, len(array)), {"kind": "array"}
    if array.dtype.kind not in "biufU":
        raise InputError(f"{path}: X is an array of {array.dtype}; give numbers or texts")
    return array, {"kind": "dense"}


def _sparse(X: Any, path: str) -> tuple[Any, dict[str, Any]]:
    import scipy.sparse

    if len(X.shape) != 2 or X.dtype.kind not in "biuf":
        raise InputError(f"{path}: X is a sparse array of shape {X.shape} and type {X.dtype}; give a matrix of numbers")
    container = "csr_matrix" if isinstance(X, scipy.sparse.spmatrix) else "csr_array"
    return X.tocsr(), {"kind": "sparse", "container": container}


def _texts(texts: Any, kind: str, path: str, dtype: Any = None) -> tuple[Any, dict[str, Any]]:
    """Return a Series of texts as a Table of one column.

    Raises
    ------
    InputError
        If the Series holds something other than texts.
    """
    import pandas as pd

    if texts.dtype.kind == "O" and not isinstance(texts.dtype, pd.api.extensions.ExtensionDtype):
        are_texts = inspect_objects(texts.to_numpy(), f"{path}: X").kind in (str, bytes)
    else:
        categories = isinstance(texts.dtype, pd.CategoricalDtype)
        are_texts = pd.api.types.is_string_dtype(texts.cat.categories.dtype if categories else texts.dtype)
    if not are_texts:
        raise InputError(
            f"{path}: X is a {type(texts).__name__} of {texts.dtype}; give texts, or a table with samples in rows: X.to_frame()"
        )
    named = kind == "series" and isinstance(texts.name, str)
    container = {"kind": kind, "named": named}
    if dtype is not None:
        container["dtype"] = dtype.str
    return Table({texts.name if named else "text": [texts]}, len(texts)), container


def _objects(values: Any) -> Any:
    import numpy as np
    import pandas as pd

    objects = np.empty(len(values), dtype=object)
    objects[:] = values.tolist() if hasattr(values, "tolist") else values
    return pd.Series(objects, dtype=object)


def _rows(X: list[Any], path: str) -> Any:
    """Return a list of rows as an array."""
    import numpy as np

    if any(isinstance(value, dict) for value in X[:1]):
        raise InputError(f"{path}: X is a list of dict; return a DataFrame: pandas.DataFrame(X)")
    try:
        array = np.asarray(X)
    except ValueError:
        raise InputError(
            f"{path}: X is a list of rows of different lengths; give every sample the same features"
        ) from None
    # NumPy turns numbers into texts if a list holds both.
    mixed = array.dtype.kind in "US" and not all(isinstance(value, str) for value in itertools.chain(*X))
    return np.asarray(X, dtype=object) if mixed else array


def _what(X: Any, array: Any) -> str:
    if array.ndim == 0:
        return f"of type {type(X).__name__}"
    return f"of shape {array.shape} and type {array.dtype}"


def _reshaped(array: Any) -> str:
    return ": X.reshape(len(X), -1)" if array.ndim > 2 else ": X.reshape(-1, 1)" if array.ndim == 1 else ""


def raw_data(X: Any, y: Any, path: str, image_shape: list[int] | None = None) -> RawData:
    """Return samples and target in the kinds that are stored.

    Parameters
    ----------
    X : as `samples_from` takes it
    y : array-like or None
    path : str
        Key path in the config, for messages.
    image_shape : list of int, optional

    Raises
    ------
    InputError
        If samples or target cannot be stored.
    """
    samples, container = samples_from(X, path)
    names = None
    if y is not None:
        names = [str(name) for name in y.columns] if hasattr(y, "columns") else None
        named = getattr(y, "name", None)
        names = [named] if names is None and isinstance(named, str) else names
        y = labels_from(y, "the target", path)
    if image_shape and (container["kind"] != "dense" or image_shape[0] * image_shape[1] != samples.shape[1]):
        image_shape = None
    return RawData(samples, container, y, names, image_shape)


def check_data(raw: RawData, path: str) -> None:
    """Check the data.

    There must be samples with features. Everything that belongs to the samples must have the same length. The target
    must not be a feature too.

    Raises
    ------
    InputError
    """
    n_samples = raw.n_samples
    shape = (n_samples, len(raw.X.names)) if isinstance(raw.X, Table) else raw.X.shape
    if n_samples < 2 or shape[1] == 0:
        raise InputError(f"{path}: X is of shape {tuple(shape)}; at least two samples and one feature are needed")
    for role in ("groups", "sample_weight", "time", "test_fold"):
        values = getattr(raw, role)
        if values is not None and len(values) != n_samples:
            raise InputError(f"{path}: X has {n_samples} samples and {role} {len(values)}; give one value per sample")
    y = raw.y
    if y is None:
        return
    if y.ndim not in (1, 2) or (y.ndim == 2 and y.shape[1] == 0):
        raise InputError(
            f"{path}: the target is of shape {y.shape}; give one value per sample, or a column for each target"
        )
    if len(y) != n_samples:
        raise InputError(f"{path}: X has {n_samples} samples and y {len(y)}; give one target per sample")
    _check_no_feature_is_target(raw, path)


def _check_no_feature_is_target(raw: RawData, path: str) -> None:
    """Refuse a table with a column that has the name and the values of a target.

    The loader then forgot to remove the target from the samples.
    """
    import numpy as np

    if not isinstance(raw.X, Table):
        return
    for name, values in zip(raw.target_names or [], raw.y.reshape(raw.n_samples, -1).T, strict=False):
        if name not in raw.X or raw.X.column(name).isna().any():
            continue  # A target has no gaps.
        if np.array_equal(np.asarray(raw.X.column(name)), values):
            raise InputError(
                f"{path}: column {name!r} is the target and a feature too; leave it out of X, or drop it: "
                f"dataset: {{drop: [{name}]}}"
            )

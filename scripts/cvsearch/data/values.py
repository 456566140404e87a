"""The values of one column: Python objects of one kind, missing values, labels."""

import datetime
from typing import Any, NamedTuple

from cvsearch.errors import InputError

# What a column of Python objects may hold, in words.
KINDS = {
    str: "text",
    bool: "true and false",
    int: "whole numbers",
    float: "numbers",
    bytes: "bytes",
    datetime.date: "dates",
}


class Objects(NamedTuple):
    """What a column of Python objects holds.

    Attributes
    ----------
    kind : type or None
        A key of `KINDS`; None if all values are missing.
    gap : str or None
        How missing values are written: ``"None"``, ``"nan"`` or ``"<NA>"``; None if no value is missing.
    """

    kind: type | None
    gap: str | None


def _kind_of(cls: type) -> type | None:
    import numpy as np

    if issubclass(cls, bool | np.bool_):
        return bool
    if issubclass(cls, int | np.integer):
        return int
    if issubclass(cls, float | np.floating):
        return float
    if issubclass(cls, datetime.date):
        return datetime.date if cls is datetime.date else None
    return next((kind for kind in (str, bytes) if issubclass(cls, kind)), None)


def inspect_objects(values: Any, where: str) -> Objects:
    """Return what an array of Python objects holds.

    Parameters
    ----------
    values : ndarray of object, of shape (n,)
    where : str
        The name of what holds the values. Messages begin with it.

    Raises
    ------
    InputError
        If the values are of several kinds, or of a kind that cannot be stored, or if missing values are written in
        several ways.
    """
    import numpy as np
    import pandas as pd

    missing = pd.isna(values)
    positions = np.flatnonzero(~missing)
    kinds: dict[type | None, int] = {}
    classes: dict[type, int] = {}
    for position, value in zip(positions.tolist(), values[positions], strict=True):
        if type(value) not in classes:
            classes[type(value)] = position
            kinds.setdefault(_kind_of(type(value)), position)
    if None in kinds:
        raise InputError(
            f"{where} holds {type(values[kinds[None]]).__name__} (row {kinds[None]}: {_short(values[kinds[None]])}); "
            "give numbers, texts, categories or dates"
        )
    if set(kinds) == {int, float}:
        kinds = {float: 0}
    if len(kinds) > 1:
        (one, first), (other, second) = list(kinds.items())[:2]
        raise InputError(
            f"{where} mixes {KINDS[one or str]} and {KINDS[other or str]} (row {first}: {_short(values[first])}, row {second}: "
            f"{_short(values[second])}); make all its values of one kind"
        )
    gaps: dict[str, int] = {}
    for position in np.flatnonzero(missing).tolist():
        gaps.setdefault(str(values[position]), position)
    if len(gaps) > 1:
        (one_gap, first), (other_gap, second) = list(gaps.items())[:2]
        raise InputError(
            f"{where} writes missing values as {one_gap} (row {first}) and as {other_gap} (row {second}); write all of them "
            "in one way"
        )
    if "NaT" in gaps:
        raise InputError(f"{where} holds dates as Python objects; make them dates with pandas.to_datetime")
    return Objects(next(iter(kinds), None), next(iter(gaps), None))


def gap_value(name: str | None) -> Any:
    """Return the missing value with this name, as in `Objects`."""
    import pandas as pd

    return {"nan": float("nan"), "<NA>": pd.NA}.get(name or "")


def labels_from(values: Any, what: str, path: str) -> Any:
    """Return targets, groups or other labels as an array of numbers or texts without missing values.

    Parameters
    ----------
    values : array-like of shape (n,) or (n, k)
        A list, a Series or DataFrame of any dtype, a sparse matrix.
    what : str
        What the values are, for the message: ``"the target"``.
    path : str
        Key path in the config, for the message.

    Returns
    -------
    ndarray of shape (n,) or (n, k)
        An array of bool, int, float or text.

    Raises
    ------
    InputError
        If values are missing, infinite or of several kinds.
    """
    import numpy as np
    import pandas as pd

    if hasattr(values, "toarray"):
        values = values.toarray()
    if isinstance(values, pd.DataFrame):
        named = [(f"column {name!r} of {what}", values.iloc[:, i]) for i, name in enumerate(values.columns)]
        columns = [_plain(column, text, path) for text, column in named]
        if len({column.dtype.kind in "US" for column in columns}) > 1:
            raise InputError(f"{path}: {what} mixes columns of text and of numbers; give columns of one kind")
        if not columns:
            return np.empty((len(values), 0))
        # The array has the frame's layout in memory. In another layout, sums would differ in their last digits.
        by_row = len(columns) > 1 and values.iloc[:2].to_numpy(copy=False).flags.c_contiguous
        return np.asarray(np.column_stack(columns), order="C" if by_row else "F")
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return _plain(pd.Series(values), what, path)
    if isinstance(values, list | tuple):
        try:
            array = np.asarray(values)
        except ValueError:
            raise InputError(
                f"{path}: {what} holds lists of different lengths; give one value per sample, or a table of 0 and 1 "
                "(sklearn.preprocessing.MultiLabelBinarizer)"
            ) from None
        if array.dtype.kind in "USO":  # NumPy turns numbers into texts if a list holds both.
            objects = np.empty(len(values), dtype=object)
            objects[:] = values
            array = objects if array.ndim == 1 else np.asarray(values, dtype=object)
        values = array
    return _plain(np.asarray(values), what, path)


def _plain(values: Any, what: str, path: str) -> Any:
    """Return a Series or an array as an array of bool, int, float or text without missing values."""
    import numpy as np
    import pandas as pd

    missing = pd.isna(values)
    missing = np.asarray(missing)
    if missing.any():
        _refuse_gaps(missing, "missing", what, path)
    if isinstance(values, pd.Series):
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(values.cat.categories.dtype)
        numpy_dtype = getattr(values.dtype, "numpy_dtype", None)
        values = values.to_numpy(dtype=None if getattr(numpy_dtype, "kind", "O") not in "biuf" else numpy_dtype)
    if values.dtype == object:
        shape, values = values.shape, values.reshape(-1)
        kind = inspect_objects(values, f"{path}: {what}").kind
        if kind in (str, bool, int, float):
            try:
                values = np.asarray(values.tolist(), dtype=None if kind is str else kind)
            except OverflowError:
                raise InputError(f"{path}: {what} holds whole numbers beyond 64 bits; make them texts") from None
        values = values.reshape(shape)
    if values.dtype.kind not in "biufU":
        raise InputError(f"{path}: {what} is of type {values.dtype}; give numbers or texts")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        _refuse_gaps(~np.isfinite(values), "infinite", what, path)
    return values


def _refuse_gaps(gaps: Any, kind: str, what: str, path: str) -> None:
    import numpy as np

    count, row = int(gaps.sum()), int(np.argwhere(gaps)[0][0])
    rows = "row" if count == 1 else "first in row"
    raise InputError(
        f"{path}: {what} has {count:,} {kind} value{'s' * (count > 1)} of {gaps.size:,} ({rows} {row}, counted from 0); "
        "leave those samples out"
    )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."

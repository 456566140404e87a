"""The roles of a table's columns: target, groups, weights, time, folds, dropped, or a feature."""

from typing import Any

from cvsearch.console import counted
from cvsearch.data.samples import RawData
from cvsearch.data.tables import Table
from cvsearch.data.values import labels_from
from cvsearch.errors import InputError, did_you_mean

# The keys of `dataset` that name columns.
ROLES = ("target", "groups", "sample_weight", "time", "drop")

SPLIT_BY_COLUMN = "sklearn.model_selection.PredefinedSplit"
TEST_FOLD = f"splitter.{SPLIT_BY_COLUMN}.test_fold"


def check_dataset_keys(dataset: dict[str, Any]) -> None:
    """Check what the schema cannot check: there is exactly one source of data, and each column has one use.

    Parameters
    ----------
    dataset : dict
        ``dataset`` of the config.

    Raises
    ------
    InputError
    """
    if ("loader" in dataset) == ("file" in dataset):
        both = "loader and file are both given" if "loader" in dataset else "neither loader nor file is given"
        raise InputError(
            f"dataset: {both}; give one of them, a function that returns the data or a file that holds them"
        )
    if "read" in dataset and "file" not in dataset:
        raise InputError(
            f"dataset.read: {dataset['read']!r} is for a file; give the loader its arguments: {{name: {{…}}}}"
        )
    if "read" in dataset and dataset["file"].endswith(".npz"):
        raise InputError(f"dataset.read: {dataset['read']!r} is for .csv and .parquet files; leave it out")
    used: dict[Any, str] = {}
    for role in ROLES:
        for name in names_of(dataset, role):
            if name in used:
                again = "is named twice" if used[name] == role else f"is also named in dataset.{used[name]}"
                raise InputError(f"dataset.{role}: {name!r} {again}; name each column once")
            used[name] = role


def names_of(dataset: dict[str, Any], role: str) -> list[Any]:
    """Return the columns that a key of `dataset` names."""
    named = dataset.get(role, [])
    return named if isinstance(named, list) else [named]


def test_fold_column(splitter: Any) -> Any:
    """Return the column that the config's splitter takes the folds from, or None."""
    if isinstance(splitter, dict) and SPLIT_BY_COLUMN in splitter:
        fold = (splitter[SPLIT_BY_COLUMN] or {}).get("test_fold")
        return fold if isinstance(fold, str | int) else None
    return None


def data_from(table: Table, dataset: dict[str, Any], test_fold: Any, source: str, path: str) -> RawData:
    """Take target, groups, weights and time out of a table. The other columns are the features.

    Parameters
    ----------
    table : Table
        The table. Columns that are not features are removed from it.
    dataset : dict
        ``dataset`` of the config.
    test_fold : str, int or None
        The column with the number of the fold that each sample is tested in.
    source : str
        What the columns belong to, for messages.
    path : str
        Key path in the config, for messages.

    Returns
    -------
    RawData

    Raises
    ------
    InputError
        If a column is missing, or its values do not fit its role.
    """
    import pandas as pd

    every = table.names

    def take_out(role: str, name: Any) -> Any:
        found = str(name) if name not in table and str(name) in table else name
        if found not in table:
            raise InputError(f"{role}: {name!r} is not a column of {source}{_hint(name, every)}")
        return table.take_out(found)

    targets = [take_out("dataset.target", name) for name in names_of(dataset, "target")]
    y = names = None
    if targets:
        names = [str(name) for name in names_of(dataset, "target")]
        y = targets[0] if len(targets) == 1 else pd.concat(targets, axis=1)
        y = labels_from(y, "the target", "dataset.target")
    taken: dict[str, Any] = {}
    for role in ("groups", "sample_weight", "time"):
        if role in dataset:
            column = take_out(f"dataset.{role}", dataset[role])
            taken[role] = read_role(role, column, f"dataset.{role}", f"column {dataset[role]!r}")
    if test_fold is not None:
        taken["test_fold"] = read_role("test_fold", take_out(TEST_FOLD, test_fold), TEST_FOLD, f"column {test_fold!r}")
    for name in names_of(dataset, "drop"):
        take_out("dataset.drop", name)
    unnamed = next((name for name in table.names if str(name).startswith("Unnamed: ")), None)
    if unnamed is not None and "file" in dataset:
        raise InputError(
            f"dataset.drop: column {unnamed!r} of {source} has no name; it may be an index that was saved with the table; leave "
            f"it out (drop: [{unnamed!r}]), or name it in the file"
        )
    container = {"kind": "frame", "names_dtype": str(pd.Index(table.names).dtype)}
    return RawData(table, container, y, names, **taken)


def _hint(name: Any, names: list[Any]) -> str:
    lone = str(names[0]) if len(names) == 1 else ""
    for separator in (";", "\t", "|"):
        if separator in lone:
            return f", which has one column only, {lone[:60]!r}; say what stands between columns: read: {{sep: {separator!r}}}"
    shown = ", ".join(map(str, names[:12])) + (", …" if len(names) > 12 else "")
    return did_you_mean(name, names) or f"; it has {shown or 'no columns'}"


def read_role(role: str, column: Any, path: str, what: str) -> Any:
    """Return a column as an array that fits its role: groups, weights, moments in time, or folds.

    Parameters
    ----------
    role : str
        ``groups``, ``sample_weight``, ``time`` or ``test_fold``.
    column : Series
    path : str
        Key path in the config, for messages.
    what : str
        The name of the column, for messages.

    Returns
    -------
    ndarray of shape (n_samples,)

    Raises
    ------
    InputError
        If values are missing, or are not what the role needs.
    """
    readers = {"groups": _groups, "sample_weight": _weights, "time": _moments, "test_fold": _folds}
    return readers[role](column, path, what)


def _groups(column: Any, path: str, what: str) -> Any:
    return labels_from(column, what, path)


def _weights(column: Any, path: str, what: str) -> Any:
    import numpy as np

    weights = labels_from(column, what, path)
    if weights.dtype.kind not in "biuf":
        raise InputError(f"{path}: {what} holds {column.dtype}; weights are numbers from 0 on")
    weights = weights.astype(float)
    negative = np.flatnonzero(weights < 0)
    if len(negative):
        row, count = negative[0], counted(len(negative), "negative weight")
        raise InputError(f"{path}: {what} has {count} (row {row}: {weights[row]:g}); weights are numbers from 0 on")
    if not weights.any():
        raise InputError(f"{path}: {what} is 0 in every row; give some samples a weight")
    return weights


def _moments(column: Any, path: str, what: str) -> Any:
    """Return an array that sorts samples in time: numbers, or dates."""
    import pandas as pd

    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    elif pd.api.types.is_string_dtype(column.dtype) or isinstance(column.dtype, pd.CategoricalDtype):
        try:
            column = pd.to_datetime(column.astype(object), format="ISO8601", utc=True).dt.tz_localize(None)
        except (ValueError, TypeError) as error:
            raise InputError(
                f"{path}: {what} does not hold dates as 2024-12-31 ({str(error).splitlines()[0][:80]}); say how to read them: "
                f"read: {{parse_dates: [{column.name}], date_format: '%d.%m.%Y'}}"
            ) from None
    if column.isna().any():
        labels_from(column, what, path)  # Raises an error that says how many values are missing.
    moments = column.to_numpy()
    if moments.dtype.kind not in "iufM":
        raise InputError(f"{path}: {what} is of type {column.dtype}; give dates or numbers")
    return moments


def _folds(column: Any, path: str, what: str) -> Any:
    folds = labels_from(column, what, path)
    if folds.dtype.kind == "f" and (folds == folds.round()).all():
        folds = folds.astype("int64")
    if folds.dtype.kind not in "iu":
        raise InputError(
            f"{path}: {what} is of type {column.dtype}; give the number of a fold from 0 on, -1 for training only"
        )
    return folds.astype("int64")

"""Result tables as files: written as CSV, read against the hash that was noted when they were written."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cvsearch.errors import InputError
from cvsearch.files import AnyPath, read_json
from cvsearch.layout import SearchPaths

REBUILD = "run the same command with --forcerun merge_results"

# Rows that are turned into text at once.
CHUNK = 10_000


def csv_bytes(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Return columns as CSV: floats that read back bit for bit, an empty cell for NaN and None."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    length = len(next(iter(columns.values())))
    for start in range(0, length, CHUNK):
        writer.writerows(zip(*(_cells(column[start : start + CHUNK]) for column in columns.values()), strict=True))
    return text.getvalue().encode()


def _cells(values: Any) -> Iterable[Any]:
    values = values.tolist() if hasattr(values, "tolist") else values
    return [None if value != value else value for value in values]


def table_bytes(path: AnyPath) -> bytes:
    """Return the bytes of a result table.

    Raises
    ------
    InputError
        If the file is not what ``merge_results`` wrote.
    """
    expected = read_json(SearchPaths(Path(path).parent).provenance, REBUILD)["files"]
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != expected[Path(path).name]:
        raise InputError(f"{path}: was truncated or edited since it was written; rebuild it: {REBUILD}")
    return content


def read_table(path: AnyPath) -> Any:
    """Return a result table as a DataFrame, floats bit for bit.

    Raises
    ------
    InputError
        If the file is not what ``merge_results`` wrote.
    """
    import pandas as pd

    return pd.read_csv(io.BytesIO(table_bytes(path)), keep_default_na=False, na_values=[""])


def scorer_of(table: Iterable[str]) -> str:
    """Return the name of the scorer that ranks: ``score``, or the first of several."""
    return next(name.removeprefix("rank_test_") for name in table if name.startswith("rank_test_"))

"""Result tables are written as CSV files. They are checked against their stored hash when they are read."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cvsearch.errors import InputError
from cvsearch.files import AnyPath, read_json
from cvsearch.layout import SearchPaths

REBUILD = "run the same command with --forcerun merge_results"

# Columns that are always text, even if their values look like numbers.
TEXTS = ("params", "status", "error", "warning")

# How many rows are turned into text at once.
CHUNK = 10_000


def csv_bytes(columns: Mapping[str, Sequence[Any]]) -> bytes:
    """Return columns as CSV. Floats read back bit for bit. NaN and None become an empty cell."""
    parts = [csv_lines([list(columns)])]
    length = len(next(iter(columns.values())))
    for start in range(0, length, CHUNK):
        cells = (_cells(column[start : start + CHUNK]) for column in columns.values())
        parts.append(csv_lines(list(zip(*cells, strict=True))))
    return "".join(parts).encode()


def csv_lines(rows: Sequence[Sequence[Any]]) -> str:
    """Return rows as lines of CSV. Each line ends with a line feed."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    if "\r" not in text.getvalue():
        return text.getvalue()
    # The writer puts a carriage return in quotes only if it ends lines with one. Without quotes, it would end a row.
    lines = []
    for row in rows:
        line = io.StringIO()
        csv.writer(line, lineterminator="\r\n").writerow(row)
        lines.append(line.getvalue().removesuffix("\r\n") + "\n")
    return "".join(lines)


def _cells(values: Any) -> Iterable[Any]:
    values = values.tolist() if hasattr(values, "tolist") else values
    return [None if value != value else value for value in values]


def parquet_bytes(content: bytes) -> bytes:
    """Return a CSV table as Parquet. Each column has the type of its values.

    A column of a parameter is text if one of its values is text, so digits in quotes stay text.
    """
    import pyarrow
    import pyarrow.csv

    texts = {*TEXTS, *_columns_of_text(content)}
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(texts, pyarrow.string()),
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=True,
    )
    return _parquet(pyarrow.csv.read_csv(io.BytesIO(content), convert_options=options))


def parquet_of(columns: Mapping[str, Any]) -> bytes:
    """Return arrays as Parquet. Each array is a column of the array's type."""
    import pyarrow

    return _parquet(pyarrow.table(dict(columns)))


def _parquet(table: Any) -> bytes:
    import pyarrow
    import pyarrow.parquet

    output = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, output)
    return memoryview(output.getvalue()).tobytes()


def _columns_of_text(content: bytes) -> set[str]:
    """Return the columns of parameters that have to be text: those whose values are not all numbers or all booleans.

    The values are read from the column that keeps their types.
    """
    kinds: dict[str, set[str]] = {}
    for row in csv.DictReader(io.StringIO(content.decode())):
        for name, value in json.loads(row.get("params") or "{}").items():
            kind = "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "text"
            kinds.setdefault(name, set()).add(kind)
    return {f"param_{name}" for name, found in kinds.items() if "text" in found or len(found) > 1}


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
    """Return a result table as a DataFrame. Floats are read bit for bit.

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

"""Result tables as a reader sees them: checked against the hash that was noted when they were written."""

import hashlib
import io
from pathlib import Path

from _errors import InputError
from _rows import read_json

REBUILD = "run the same command with --forcerun merge_results"


def table_bytes(path):
    """Return the bytes of a result table.

    Raises
    ------
    InputError
        If the file is not what ``merge_results`` wrote.
    """
    expected = read_json(Path(path).with_name("provenance.json"), REBUILD)["files"]
    content = Path(path).read_bytes()
    if hashlib.sha256(content).hexdigest() != expected[Path(path).name]:
        raise InputError(f"{path}: was truncated or edited since it was written; rebuild it: {REBUILD}")
    return content


def read_table(path):
    """Return a result table as a DataFrame, floats bit for bit.

    Raises
    ------
    InputError
        If the file is not what ``merge_results`` wrote.
    """
    import pandas as pd

    return pd.read_csv(io.BytesIO(table_bytes(path)), keep_default_na=False, na_values=[""])


def scorer_of(table):
    """Return the name of the scorer that ranks: ``score``, or the first of several."""
    return next(name.removeprefix("rank_test_") for name in table if name.startswith("rank_test_"))

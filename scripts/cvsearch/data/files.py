"""The user's own files, as tables: CSV, Parquet, NPZ."""

import gzip
import inspect
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cvsearch.data.columns import TEST_FOLD, data_from, names_of, read_role
from cvsearch.data.samples import RawData, raw_data
from cvsearch.data.tables import Table
from cvsearch.errors import InputError, did_you_mean

# What pandas reads as a missing value by default (documentation of `pandas.read_csv`, ``na_values``).
MISSING = (
    "",
    "#N/A",
    "#N/A N/A",
    "#NA",
    "-1.#IND",
    "-1.#QNAN",
    "-NaN",
    "-nan",
    "1.#IND",
    "1.#QNAN",
    "<NA>",
    "N/A",
    "NA",
    "NULL",
    "NaN",
    "None",
    "n/a",
    "nan",
    "null",
)

# Arguments of pandas with which the result would not be a table of the whole file, and what to do instead.
NOT_TAKEN = {
    "chunksize": "leave it out, files are read in pieces as it is",
    "iterator": "leave it out, files are read in pieces as it is",
    "converters": "a config holds no functions; use a loader of your own",
    "index_col": "leave it out, and name the column under drop if it is not a feature",
    "filepath_or_buffer": "give it as dataset.file",
    "path": "give it as dataset.file",
}

# Arguments that say how a line is cut into fields. They are needed to read only the names.
LINES = (
    *("sep", "delimiter", "dialect", "lineterminator", "quotechar", "quoting", "doublequote", "escapechar", "comment"),
    *("skiprows", "skip_blank_lines", "skipinitialspace", "encoding", "encoding_errors", "compression", "engine"),
)

# How many fields of a CSV file are read at a time.
CHUNK_FIELDS = 5_000_000

# A Parquet file is read in this many groups of columns. While pandas converts columns, it holds them twice in memory.
COLUMN_GROUPS = 16


def read_data(dataset: dict[str, Any], test_fold: Any = None) -> RawData:
    """Read the file of a config, and separate the columns that are not features.

    Parameters
    ----------
    dataset : dict
        ``dataset`` of the config.
    test_fold : str, int or None
        The column with the number of the fold that each sample is tested in.

    Raises
    ------
    InputError
        If the file cannot be read as the config says, or does not hold what the config names.
    """
    path, arguments = dataset["file"], dict(dataset.get("read") or {})
    if not Path(path).is_file():
        raise InputError(
            f"dataset.file: {path!r} does not exist; paths are relative to the working directory, {Path.cwd()}"
        )
    if path.endswith(".npz"):
        return read_npz(path, dataset, test_fold)
    if path.endswith(".parquet"):
        table = read_parquet(path, arguments)
    else:
        labels = [*names_of(dataset, "target"), *names_of(dataset, "groups")]
        table = read_csv(path, arguments, labels, names_of(dataset, "drop"))
    return data_from(table, dataset, test_fold, path, "dataset.file")


# CSV


def read_csv(path: str, arguments: dict[str, Any], labels: Iterable[Any] = (), drop: Iterable[Any] = ()) -> Table:
    """Read a CSV file as ``pandas.read_csv`` does, but piece by piece, and with three differences.

    * Columns of whole numbers stay text if some numbers begin with 0 (``007``).
    * In the columns `labels`, ``NA`` and ``None`` are names of classes and not missing values.
    * Columns that mix numbers and text are refused, unless the arguments give them a dtype.

    Parameters
    ----------
    path : str
    arguments : dict
        Arguments of ``pandas.read_csv``.
    labels : iterable
        Columns with names of classes or of groups.
    drop : iterable
        Columns that are not used. They are not checked.

    Raises
    ------
    InputError
    """
    return _Csv(path, arguments, set(labels), set(drop)).table()


class _Csv:
    """A CSV file and how it is read."""

    def __init__(self, path: str, arguments: dict[str, Any], labels: set[Any], drop: set[Any]) -> None:
        import pandas as pd

        _check_arguments(arguments, pd.read_csv)
        self.path = path
        self.arguments = {"low_memory": False, **arguments} if "engine" not in arguments else dict(arguments)
        self.names = self._read_names()
        self.labels, self.drop = (
            {n for n in self.names if n in some or n in map(str, some)} for some in (labels, drop)
        )
        self.arguments |= self._missing_values()
        dtype = arguments.get("dtype")
        self._typed = set(dtype) if isinstance(dtype, dict) else set() if dtype is None else set(self.names)

    def _call(self, **more: Any) -> Any:
        """Call pandas. An error becomes a message of one line."""
        import pandas as pd

        try:
            return pd.read_csv(self.path, **{**self.arguments, **more})
        except Exception as error:
            raise _unreadable(self.path, error) from None

    def _has_more_fields(self) -> bool:
        """Tell whether the first row has more fields than there are names. pandas then takes its first field for an index."""
        import pandas as pd

        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self._call(nrows=1, index_col=False)
        return any(issubclass(warning.category, pd.errors.ParserWarning) for warning in caught)

    def _pieces(self, **more: Any) -> Iterator[Any]:
        """Yield the file as DataFrames, each with some of the rows."""
        rows = max(1000, CHUNK_FIELDS // max(1, len(self.names)))
        with self._call(chunksize=rows, **more) as reader:
            while True:
                try:
                    yield next(reader)
                except StopIteration:
                    return
                except Exception as error:
                    raise _unreadable(self.path, error) from None

    def _read_names(self) -> list[Any]:
        names = self._call(nrows=0).columns.tolist()
        if "names" not in self.arguments and self.arguments.get("header", 0) in (0, "infer"):
            import pandas as pd

            lines = {key: self.arguments[key] for key in LINES if key in self.arguments}
            first = (
                pd.read_csv(self.path, header=None, nrows=1, dtype=str, keep_default_na=False, **lines).iloc[0].tolist()
            )
            twice = next((name for i, name in enumerate(first) if name and name in first[:i]), None)
            if twice is not None:
                raise InputError(
                    f"dataset.file: {first.count(twice)} columns of {self.path} are called {twice!r}; give each its own name"
                )
        return names

    def _missing_values(self) -> dict[str, Any]:
        """Return the arguments with which pandas does not read names of classes and groups as missing values."""
        given = self.arguments.get("na_values")
        if (
            not self.labels
            or not self.arguments.get("keep_default_na", True)
            or not self.arguments.get("na_filter", True)
        ):
            return {}

        def more(name: Any) -> list[Any]:
            values = given.get(name, []) if isinstance(given, dict) else [] if given is None else given
            return values if isinstance(values, list) else [values]

        values = {name: [*([""] if name in self.labels else MISSING), *more(name)] for name in self.names}
        return {"keep_default_na": False, "na_values": values}

    def table(self) -> Table:
        """Return the table."""
        import pandas as pd

        pieces = list(self._pieces())
        if pieces and self._has_more_fields():
            raise InputError(
                f"dataset.file: {self.path} has more fields in a row than its first line has names ({len(self.names)}); name "
                "every column"
            )
        n_rows = sum(map(len, pieces))
        columns = {name: [piece[name].reset_index(drop=True) for piece in pieces] for name in self.names}
        again = {name: None for name in self.names if not _agree(columns[name]) and name not in self._typed}
        again |= dict.fromkeys(self._with_leading_zeros(columns), str)
        if again:
            types = {name: dtype for name, dtype in again.items() if dtype is not None}
            frame = self._call(usecols=list(again), parse_dates=False, **({"dtype": types} if types else {}))
            columns |= {name: [frame[name]] for name in again}
        table = Table(columns, n_rows)
        for name in set(self.names) - self._typed - self.drop:
            if isinstance(columns[name][0].dtype, pd.StringDtype):
                self._check_text(name, columns, known_text=again.get(name) is str)
        return table

    def _with_leading_zeros(self, columns: dict[Any, list[Any]]) -> list[Any]:
        """Return the columns of whole numbers in which some numbers begin with 0."""
        import pandas as pd

        whole = [
            name for name, pieces in columns.items()
            if name not in self._typed | self.drop and all(pd.api.types.is_numeric_dtype(piece.dtype) for piece in pieces)
        ]  # fmt: skip
        if not whole or not self._may_have_leading_zeros():
            return []
        found: set[Any] = set()
        for piece in self._pieces(usecols=whole, dtype=str, parse_dates=False):
            found |= {name for name in whole if name not in found and piece[name].str.fullmatch(r"\s*0\d+\s*").any()}
        return sorted(found, key=self.names.index)

    def _may_have_leading_zeros(self) -> bool:
        """Look for numbers that begin with 0 in the bytes of the file.

        This is quicker than reading the numbers again as text. Bytes of another encoding or compression do not tell, and
        a separator with letters does not either.
        """
        if "compression" in self.arguments or re.match(r"utf.?(16|32)", str(self.arguments.get("encoding")), re.I):
            return True
        if any(re.search(r"\w", str(self.arguments.get(name) or "")) for name in ("sep", "delimiter")):
            return True  # A number may follow a letter then.
        decimal = self.arguments.get("decimal", ".")
        # A number begins its field, so it does not follow a letter.
        pattern = re.compile(
            rb"(?<![0-9A-Za-z_.+\-%b])0[0-9]" % (re.escape(decimal).encode() if "sep" in self.arguments else b".")
        )
        before = b""
        with gzip.open(self.path) if self.path.endswith(".gz") else open(self.path, "rb") as file:
            while block := file.read(1 << 22):
                # If a match begins at the first byte, it was found in the block before.
                if pattern.search(before + block, len(before) and 1):
                    return True
                before = block[-2:]
        return False

    def _check_text(self, name: Any, columns: dict[Any, list[Any]], known_text: bool) -> None:
        """Refuse a column of text that should have been numbers.

        A column of labels is not refused. If it holds only numbers and missing values, it becomes a column of numbers.
        """
        import pandas as pd

        column = Table(columns, 0).column(name)
        values = pd.Series(column.dropna().unique())
        numbers = values.map(self._is_number).to_numpy(dtype=bool)
        if name in self.labels:
            if (
                not known_text
                and not numbers.all()
                and (numbers | values.isin(MISSING).to_numpy()).all()
                and numbers.any()
            ):
                columns[name] = [pd.to_numeric(column.where(~column.isin(MISSING)))]
            return
        if numbers.any() and not numbers.all():
            number, text = values[numbers].iloc[0], values[~numbers].iloc[0]
            rows = [int((column == value).to_numpy().argmax()) for value in (number, text)]
            raise InputError(
                f"dataset.file: column {name!r} of {self.path} mixes numbers and text (row {rows[0]}: {number!r}, row {rows[1]}: "
                f"{text!r}); to keep it as text, set dataset.read: {{dtype: {{{name}: str}}}}; if {text!r} means a missing "
                f"value, set dataset.read: {{na_values: {{{name}: [{text}]}}}}"
            )
        if len(values) and not known_text and values.str.fullmatch(r"\s*[+-]?\d+(,\d+)+\s*").all():
            raise InputError(
                f"dataset.file: column {name!r} of {self.path} holds numbers with commas ({values.iloc[0]!r}); say what they "
                f"mean: read: {{decimal: ','}} or read: {{thousands: ','}}, or keep it as text (read: {{dtype: {{{name}: str}}}})"
            )

    def _is_number(self, text: str) -> bool:
        thousands, decimal = self.arguments.get("thousands"), self.arguments.get("decimal", ".")
        text = text.replace(thousands, "") if thousands else text
        try:
            float(text.replace(decimal, ".").replace("_", "x"))
        except ValueError:
            return False
        return text.strip().lower().lstrip("+-") not in ("nan", "inf", "infinity")


def _agree(pieces: list[Any]) -> bool:
    """Whether the pieces of a column are of one kind. Then they give the same column as the whole file read at once."""
    import pandas as pd

    words = {"i": "number", "u": "number", "f": "number", "M": "date"}
    dtypes = {piece.dtype for piece in pieces if not isinstance(piece.dtype, pd.CategoricalDtype)}
    if {dtype.kind for dtype in dtypes} == {"i", "u"}:
        return False  # Whole numbers that only an unsigned type can hold. NumPy would turn all of them into floats.
    return len({words.get(dtype.kind, str(dtype)) for dtype in dtypes}) <= 1


# Parquet


def read_parquet(path: str, arguments: dict[str, Any]) -> Table:
    """Read a Parquet file as ``pandas.read_parquet`` does, some columns at a time. An index in the file is left out.

    Parameters
    ----------
    path : str
    arguments : dict
        Arguments of ``pandas.read_parquet``.

    Raises
    ------
    InputError
    """
    import pandas as pd
    import pyarrow.parquet

    _check_arguments(arguments, pd.read_parquet)
    try:
        schema = pyarrow.parquet.read_schema(path)
    except Exception as error:
        raise _unreadable(path, error) from None
    index = (schema.pandas_metadata or {}).get("index_columns", [])
    names = arguments.pop("columns", None) or [name for name in schema.names if name not in index]
    twice = (
        next((name for i, name in enumerate(names) if name in names[:i]), None)
        if len(set(names)) < len(names)
        else None
    )
    if twice is not None:
        raise InputError(
            f"dataset.file: {names.count(twice)} columns of {path} are called {twice!r}; give each its own name"
        )
    if kept := [name for name in names if name in index]:
        raise InputError(
            f"dataset.read.columns: {kept[0]!r} is the index of {path}, not a column; call reset_index() before you save the table"
        )
    columns: dict[Any, list[Any]] = {}
    n_rows = 0
    step = -(-len(names) // COLUMN_GROUPS) or 1
    for start in range(0, len(names), step):
        try:
            frame = pd.read_parquet(path, columns=names[start : start + step], **arguments)
        except Exception as error:
            raise _unreadable(path, error) from None
        n_rows = len(frame)
        # pandas may restore names that are no texts, such as numbers. The names of the file are used.
        for i, name in enumerate(names[start : start + step]):
            columns[name] = [frame.iloc[:, i].rename(name).reset_index(drop=True)]
    return Table(columns, n_rows)


# NPZ


def read_npz(path: str, dataset: dict[str, Any], test_fold: Any = None) -> RawData:
    """Read the arrays of an NPZ file.

    The config names the arrays of the target, the groups and so on. The array that remains is X.

    Raises
    ------
    InputError
        If no array or more than one array remains.
    """
    import numpy as np
    import pandas as pd

    arrays = _arrays_of(path)

    def take_out(key: str, name: Any) -> Any:
        if name not in arrays:
            hint = did_you_mean(name, arrays) or "; it has " + (", ".join(arrays) or "no arrays")
            raise InputError(f"{key}: {name!r} is not an array of {path}{hint}")
        return arrays.pop(name)

    targets = [take_out("dataset.target", name) for name in names_of(dataset, "target")]
    fields: list[tuple[str, str, Any]] = [
        (role, f"dataset.{role}", dataset[role]) for role in ("groups", "sample_weight", "time") if role in dataset
    ]
    fields += [("test_fold", TEST_FOLD, test_fold)] if test_fold is not None else []
    taken = {}
    for role, key, name in fields:
        array = take_out(key, name)
        if array.ndim != 1:
            raise InputError(f"{key}: {name!r} is of shape {array.shape}; give one value per sample")
        taken[role] = read_role(role, pd.Series(array), key, f"array {name!r}")
    for name in names_of(dataset, "drop"):
        take_out("dataset.drop", name)
    if len(arrays) != 1:
        raise InputError(
            f"dataset.file: the samples must be one array, but {path} has {' and '.join(arrays) or 'no array'} left "
            "for them; name the target (dataset.target) and the roles of the other arrays, or drop them"
        )
    y = (targets[0] if len(targets) == 1 else np.column_stack(targets)) if targets else None
    raw = raw_data(next(iter(arrays.values())), y, "dataset.file")
    names = [str(name) for name in names_of(dataset, "target")] or None
    return raw._replace(target_names=names if y is None or y.ndim == 1 or y.shape[1] == len(targets) else None, **taken)


def _arrays_of(path: str) -> dict[str, Any]:
    import numpy as np

    if not zipfile.is_zipfile(path):
        raise InputError(f"dataset.file: {path} cannot be read as NPZ; write it with numpy.savez")
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
    except Exception as error:
        if "allow_pickle" in str(error):
            raise InputError(
                f"dataset.file: {path} holds Python objects, which may run code when they are read; save text as text: "
                "y.astype(str)"
            ) from None
        raise _unreadable(path, error) from None
    if {"format", "shape", "data"} <= set(arrays):  # As `scipy.sparse.save_npz` writes them.
        import scipy.sparse

        return {"X": scipy.sparse.load_npz(path)}
    return arrays


def _check_arguments(arguments: dict[str, Any], function: Any) -> None:
    known = list(inspect.signature(function).parameters)
    for name in arguments:
        if name in NOT_TAKEN:
            raise InputError(f"dataset.read.{name}: {arguments[name]!r} is not taken; {NOT_TAKEN[name]}")
        if name not in known:
            hint = did_you_mean(name, known) or "; see the documentation of pandas"
            raise InputError(f"dataset.read.{name}: pandas.{function.__name__} has no such argument{hint}")


def _unreadable(path: str, error: Exception) -> Exception:
    """Return an error of one line for an error from reading a file.

    An error that a user cannot fix is returned as it is.
    """
    import pandas as pd
    import pyarrow as pa

    if isinstance(error, MemoryError):
        return error
    text = (str(error).splitlines() or [""])[0].removeprefix("Error tokenizing data. C error: ")
    if isinstance(error, UnicodeDecodeError):
        return InputError(f"dataset.file: {path} is not UTF-8; say its encoding: read: {{encoding: latin-1}}")
    if isinstance(error, pd.errors.EmptyDataError):
        return InputError(f"dataset.file: {path} is empty; give a file with a line of names and a line for each sample")
    damaged = (pd.errors.ParserError, pa.ArrowInvalid, gzip.BadGzipFile, EOFError, zlib.error, zipfile.BadZipFile)
    if isinstance(error, damaged) or path.endswith(".npz"):
        return InputError(f"dataset.file: {path} cannot be read ({text}); check the file and dataset.read")
    if isinstance(error, ValueError | TypeError | KeyError | NotImplementedError | LookupError):
        return InputError(f"dataset.read: pandas cannot read {path} with these arguments ({text}); change them")
    return error

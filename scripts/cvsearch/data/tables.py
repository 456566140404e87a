"""Tables of columns, in memory and stored: DataFrames, arrays of Python objects, texts.

Columns of a NumPy dtype are stored as one array for each dtype. The array is mapped into memory. Codes of categories,
values and masks of nullable columns, and dates with a time zone are stored as such arrays too.

Other columns, mainly texts, are stored in Arrow's own format. These files are mapped into memory too. A Parquet file
would have to be decoded into the memory of every job.
"""

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

from cvsearch.data.storage import DataFile, DataWriter, rows_of
from cvsearch.data.values import gap_value, inspect_objects
from cvsearch.errors import InputError

# How many rows are converted to Arrow's format at a time.
BATCH_ROWS = 100_000

# NumPy's dtypes that are stored as they are: bool, whole and other numbers, dates, time spans.
PLAIN = "biufMm"


class Table:
    """Columns of equal length with names. A column is made only when it is asked for.

    Parameters
    ----------
    columns : dict of name to list of Series
        The pieces of each column, in their order.
    n_rows : int

    Attributes
    ----------
    frame : DataFrame or None
        The same table, if it is one frame in memory.
    """

    def __init__(self, columns: dict[Any, list[Any]], n_rows: int, frame: Any = None) -> None:
        self._columns, self.n_rows, self.frame = columns, n_rows, frame

    @classmethod
    def of(cls, frame: Any) -> "Table":
        """Return the table of a DataFrame, without a copy."""
        columns = zip(frame.columns.tolist(), frame.items(), strict=True)
        return cls({name: [column] for name, (_, column) in columns}, len(frame), frame)

    @property
    def names(self) -> list[Any]:
        """The names of the columns."""
        return list(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def column(self, name: Any) -> Any:
        """Return a column as a Series."""
        import pandas as pd

        pieces = self._columns[name]
        if len(pieces) == 1:
            return pieces[0]
        if all(isinstance(piece.dtype, pd.CategoricalDtype) for piece in pieces):  # Each piece has its own categories.
            return pd.Series(
                pd.api.types.union_categoricals(pieces, sort_categories=not pieces[0].cat.ordered), name=name
            )
        return pd.concat(pieces, ignore_index=True)

    def take_out(self, name: Any) -> Any:
        """Return a column as a Series, and remove it from the table."""
        column = self.column(name)
        del self._columns[name]
        self.frame = None
        return column


def check_names(names: Any, path: str) -> None:
    """Check that the names of a DataFrame's columns are all texts or all whole numbers, and that no name repeats.

    Raises
    ------
    InputError
    """
    if getattr(names, "nlevels", 1) > 1:
        raise InputError(f"{path}: the columns have names of several levels ({names[0]!r}, …); give each one text")
    kinds = {"text" if isinstance(name, str) else type(name).__name__ for name in names.tolist()}
    if not kinds <= {"text"} and not kinds <= {"int"}:
        odd = next(name for name in names.tolist() if not isinstance(name, str))
        raise InputError(f"{path}: the name of column {odd!r} is not a text; give every column a text for a name")
    if not names.is_unique:
        name = names[names.duplicated()][0]
        raise InputError(
            f"{path}: {int((names == name).sum())} columns are called {name!r}; give each its own name, or drop all but one"
        )


def write_table(
    writer: DataWriter, table: Table, container: dict[str, Any], digest: Any, path: str, order: Any = None
) -> dict[str, int]:
    """Store a table as ``X``.

    Parameters
    ----------
    writer : DataWriter
    table : Table
    container : dict
        ``kind`` is ``frame`` or ``array`` (two-dimensional, of Python objects). For a table of one column it is
        ``list``, ``series`` or ``texts`` (an array). Other keys hold what else is needed to make the data again.
    digest : hashlib hash
        Updated with the schema and the values.
    path : str
        Key path in the config, for messages.
    order : ndarray of int, optional
        The order in which the rows are stored.

    Returns
    -------
    dict of str to int
        From the name of a dtype to its number of columns.

    Raises
    ------
    InputError
        If a column cannot be stored.
    """
    stored = [_describe(table.column(name), f"{path}: column {name!r}") for name in table.names]
    counts: dict[str, int] = {}
    for about in stored:
        counts[about["dtype"]] = counts.get(about["dtype"], 0) + 1
    schema = {**container, "names": table.names, "columns": stored, "n_rows": table.n_rows}
    digest.update(json.dumps(schema).encode())

    def values(name: Any, part: Callable[[Any], Any]) -> Any:
        column = part(table.column(name))
        return column if order is None else column[order]

    parts: dict[str, list[tuple[Any, Callable[[Any], Any]]]] = {}
    for name, about in zip(table.names, stored, strict=True):
        for array, part in _numpy_parts(about):
            about[f"{array.partition('_')[0]}_at"] = [array, len(parts.setdefault(array, []))]
            parts[array].append((name, part))
    by_row = _rows_in_memory(table, parts)
    for array, columns in parts.items():
        dtype = columns[0][1](table.column(columns[0][0])[:0]).dtype
        if by_row is not None:
            writer.array(f"X_{array}", by_row, digest, order)
        else:
            taken = (values(*column) for column in columns)
            writer.columns(f"X_{array}", taken, dtype, (table.n_rows, len(columns)), digest)

    _write_arrow(writer, table, stored, digest, order, path)
    _write_sparse(writer, table, stored, digest, order, path)
    writer.json("X", schema)
    return counts


def _describe(column: Any, where: str) -> dict[str, Any]:
    """Return how a column is stored.

    It is stored as ``plain``, ``utc``, ``codes``, ``masked``, ``arrow``, ``objects`` or ``sparse``.
    """
    import numpy as np
    import pandas as pd

    dtype = column.dtype
    about: dict[str, Any] = {"dtype": str(dtype)}
    if isinstance(dtype, np.dtype):
        if dtype.kind == "O":
            kind, gap = inspect_objects(column.to_numpy(), where)
            return {**about, "as": "objects", "gap": gap, "of": kind.__name__ if kind else None}
        if dtype.kind in PLAIN:
            return {**about, "as": "plain"}
    elif isinstance(dtype, pd.DatetimeTZDtype):
        try:
            if pd.api.types.pandas_dtype(str(dtype)) == dtype:
                return {**about, "as": "utc"}
        except TypeError:
            pass
        raise InputError(f"{where} has the time zone {dtype.tz}, which cannot be stored; use .dt.tz_convert('UTC')")
    elif isinstance(dtype, pd.CategoricalDtype):
        categories = dtype.categories
        about |= {
            "as": "codes",
            "ordered": bool(dtype.ordered),
            "of": str(categories.dtype),
            "categories": categories.tolist(),
        }
        try:
            again = pd.Index(json.loads(json.dumps(about["categories"])), dtype=about["of"])
        except (TypeError, ValueError):
            again = pd.Index([])
        if again.equals(categories) and again.dtype == categories.dtype:
            return about
        raise InputError(f"{where} has categories of type {categories.dtype}; make them texts or whole numbers")
    elif isinstance(dtype, pd.StringDtype):
        return {**about, "as": "arrow", "storage": dtype.storage, "gap": str(dtype.na_value)}
    elif isinstance(dtype, pd.ArrowDtype):
        return {**about, "as": "arrow", "storage": None}
    elif isinstance(dtype, pd.SparseDtype):
        if not dtype.fill_value:
            return {**about, "as": "sparse", "of": str(dtype.subtype)}
        raise InputError(f"{where} is sparse around {dtype.fill_value}, not 0; make it dense with .sparse.to_dense()")
    elif isinstance(dtype, pd.BooleanDtype) or hasattr(dtype, "numpy_dtype"):
        return {**about, "as": "masked"}
    raise InputError(f"{where} is of type {dtype}; give numbers, texts, categories or dates")


def _numpy_parts(about: dict[str, Any]) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """Yield the arrays that a column is stored in: the name of each array, and how to get the array from a Series."""
    dtype = about["dtype"]
    if about["as"] == "plain":
        yield f"plain_{dtype}", _to_numpy
    elif about["as"] == "utc":
        yield f"plain_{dtype.split(',')[0]}]", _to_utc
    elif about["as"] == "codes":
        n = len(about["categories"])
        dtype = next(f"int{bits}" for bits in (8, 16, 32, 64) if n < 2 ** (bits - 1))
        yield f"codes_{dtype}", functools.partial(_to_codes, dtype=dtype)
    elif about["as"] == "masked":
        yield f"values_{dtype.lower()}", _to_values
        yield "mask_bool", _to_mask


def _to_numpy(column: Any) -> Any:
    return column.to_numpy()


def _to_utc(column: Any) -> Any:
    return column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()


def _to_codes(column: Any, dtype: str) -> Any:
    return column.cat.codes.to_numpy(dtype=dtype)


def _to_values(column: Any) -> Any:
    dtype = getattr(column.dtype, "numpy_dtype", "bool")
    return column.fillna(column.dtype.type(0)).to_numpy(dtype=dtype)


def _to_mask(column: Any) -> Any:
    return column.isna().to_numpy()


def _rows_in_memory(table: Table, parts: dict[str, Any]) -> Any:
    """Return the array behind a frame of one dtype if its rows are contiguous in memory, else None.

    Such a frame was made from a user's array. The data are stored with the same layout, and scikit-learn gets rows with
    this layout too. In another layout, sums would differ in their last digits.
    """
    names = list(parts)
    if table.frame is None or len(names) != 1 or not names[0].startswith("plain_") or table.n_rows < 2:
        return None
    if not len(parts[names[0]]) == table.frame.shape[1] > 1:
        return None
    two = table.frame.iloc[:2].to_numpy(copy=False)
    return table.frame.to_numpy(copy=False) if two.flags.c_contiguous else None


def _write_arrow(writer: DataWriter, table: Table, stored: list[Any], digest: Any, order: Any, path: str) -> None:
    import pyarrow as pa

    count = 0
    for name, about in zip(table.names, stored, strict=True):
        if about["as"] not in ("arrow", "objects"):
            continue
        about["arrow_at"], count = count, count + 1
        column = table.column(name)
        column = column if order is None else column.iloc[order]
        try:
            # The type is the same for every piece, also for a piece without values.
            schema = pa.schema({"0": _to_arrow(column.iloc[:0], about).type})
            writer.arrow(f"X_{about['arrow_at']}", _arrow_batches(column, about, schema, digest), schema)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
            raise InputError(f"{path}: column {name!r} cannot be stored ({str(error).splitlines()[0]})") from None


def _arrow_batches(column: Any, about: dict[str, Any], schema: Any, digest: Any) -> Iterator[Any]:
    import pyarrow as pa

    for start in range(0, len(column), BATCH_ROWS):
        array = _to_arrow(column.iloc[start : start + BATCH_ROWS], about)
        _hash_arrow(array, digest)
        yield pa.record_batch([array], schema=schema)


def _to_arrow(column: Any, about: dict[str, Any]) -> Any:
    """Return a piece of a column as a pyarrow array."""
    import pyarrow as pa

    if about["as"] == "arrow":
        array = pa.array(column)
        array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
        return array.cast(pa.large_string()) if pa.types.is_string(array.type) and about["storage"] else array
    types = {"str": pa.large_string(), "bytes": pa.large_binary(), "bool": pa.bool_(), "int": pa.int64()}
    types |= {"float": pa.float64(), "date": pa.date32()}
    return pa.array(column.to_numpy(), type=types.get(about["of"], pa.null()), from_pandas=True)


def _hash_arrow(array: Any, digest: Any) -> None:
    """Update a digest with the values of a pyarrow array. The layout in memory does not matter."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    digest.update(np.packbits(np.asarray(array.is_valid())).tobytes())
    values = array.drop_null()
    if str(values.type).removeprefix("large_") in ("string", "binary"):
        values = values.cast(pa.large_binary())
        digest.update(np.asarray(pc.binary_length(values)).tobytes())
        digest.update(b"".join(values.to_pylist()))
    else:
        digest.update(json.dumps(values.to_pylist(), default=str).encode())


def _write_sparse(writer: DataWriter, table: Table, stored: list[Any], digest: Any, order: Any, path: str) -> None:
    import pandas as pd

    kinds: dict[str, list[Any]] = {}
    for name, about in zip(table.names, stored, strict=True):
        if about["as"] == "sparse":
            about["sparse_at"] = [
                f"sparse_{list(kinds).index(about['dtype']) if about['dtype'] in kinds else len(kinds)}"
            ]
            kinds.setdefault(about["dtype"], []).append(name)
            about["sparse_at"].append(len(kinds[about["dtype"]]) - 1)
    for i, names in enumerate(kinds.values()):
        frame = pd.concat([table.column(name) for name in names], axis=1)
        write_sparse(writer, f"X_sparse_{i}", frame.sparse.to_coo().tocsr(), digest, order)


def write_sparse(writer: DataWriter, name: str, matrix: Any, digest: Any, order: Any = None) -> None:
    """Store a matrix in CSR format."""
    matrix = matrix if order is None else matrix[order]
    for part in ("data", "indices", "indptr"):
        writer.array(f"{name}_{part}", getattr(matrix, part), digest)


def read_sparse(file: DataFile, name: str, shape: tuple[int, int], container: str) -> Any:
    """Return a stored matrix of class ``scipy.sparse.csr_matrix`` or ``csr_array``. Its memory is the mapped file."""
    import scipy.sparse

    parts = tuple(file.array(f"{name}_{part}") for part in ("data", "indices", "indptr"))
    return getattr(scipy.sparse, container)(parts, shape=tuple(shape))


class StoredTable:
    """A stored table. ``table[positions]`` returns rows by their positions.

    Parameters
    ----------
    file : DataFile
    """

    def __init__(self, file: DataFile) -> None:
        self._file, self._schema = file, file.json("X")

    def __len__(self) -> int:
        return int(self._schema["n_rows"])

    def __getitem__(self, positions: Any) -> Any:
        """Return rows with the type of the stored data: a DataFrame, an array, a list or a Series.

        Parameters
        ----------
        positions : ndarray of int
        """
        import numpy as np
        import pandas as pd

        schema = self._schema
        blocks: dict[str, Any] = {}
        stored = schema["columns"]
        if schema["kind"] != "frame":
            columns = [self._column(about, positions, blocks) for about in stored]
            if schema["kind"] == "array":
                array = np.empty((len(positions), len(columns)), dtype=object)
                for i, column in enumerate(columns):
                    array[:, i] = column
                return array
            if schema["kind"] == "list":
                return list(columns[0])
            if schema["kind"] == "series":
                return pd.Series(columns[0], name=schema["names"][0] if schema["named"] else None)
            return columns[0].to_numpy(dtype=schema["dtype"])
        names = pd.Index(schema["names"], dtype=schema["names_dtype"])
        arrays = {about["plain_at"][0] if about["as"] == "plain" else "" for about in stored}
        if len(arrays) == 1 and "" not in arrays:
            return pd.DataFrame(self._rows(arrays.pop(), positions, blocks), columns=names, copy=False)
        frame = pd.DataFrame(dict(enumerate(self._column(about, positions, blocks) for about in stored)))
        frame.columns = names
        return frame

    def _rows(self, array: str, positions: Any, blocks: dict[str, Any]) -> Any:
        """Return rows of one of the arrays."""
        if array not in blocks:
            blocks[array] = rows_of(self._file.array(f"X_{array}"), positions)
        return blocks[array]

    def _column(self, about: dict[str, Any], positions: Any, blocks: dict[str, Any]) -> Any:
        """Return rows of one column as a Series."""
        import numpy as np
        import pandas as pd
        import pyarrow as pa

        def rows(part: str) -> Any:
            array, i = about[f"{part}_at"]
            return self._rows(array, positions, blocks)[:, i]

        how, dtype = about["as"], about["dtype"]
        if how == "plain":
            return pd.Series(rows("plain"), copy=False)
        if how == "utc":
            return pd.Series(rows("plain"), copy=False).dt.tz_localize("UTC").astype(dtype)
        if how == "codes":
            categories = pd.Index(about["categories"], dtype=about["of"])
            wanted = pd.CategoricalDtype(categories, ordered=about["ordered"])
            return pd.Series(pd.Categorical.from_codes(rows("codes"), dtype=wanted))
        if how == "masked":
            make = {"b": pd.arrays.BooleanArray, "F": pd.arrays.FloatingArray}.get(dtype[0], pd.arrays.IntegerArray)
            return pd.Series(make(np.ascontiguousarray(rows("values")), np.ascontiguousarray(rows("mask"))))
        if how == "sparse":
            name, i = about["sparse_at"]
            if name not in blocks:
                count = 1 + max(
                    a["sparse_at"][1] for a in self._schema["columns"] if a.get("sparse_at", [None])[0] == name
                )
                matrix = read_sparse(self._file, f"X_{name}", (len(self), count), "csr_matrix")
                blocks[name] = pd.DataFrame.sparse.from_spmatrix(matrix[positions])
            return blocks[name].iloc[:, i].astype(pd.SparseDtype(about["of"], np.dtype(about["of"]).type(0)))
        values = self._file.arrow(f"X_{about['arrow_at']}").column(0).take(pa.array(positions))
        if how == "objects":
            objects = np.empty(len(values), dtype=object)
            objects[:] = values.to_pylist()
            if about["gap"] not in (None, "None"):
                objects[np.asarray(values.is_null())] = gap_value(about["gap"])
            return pd.Series(objects, dtype=object)
        if about["storage"] is None:
            return pd.Series(pd.ArrowDtype(values.type).__from_arrow__(values))
        text = pd.StringDtype(about["storage"], na_value=gap_value(about["gap"]))
        return pd.Series(text.__from_arrow__(values))

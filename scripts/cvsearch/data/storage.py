"""One file of arrays that every job maps into memory: an uncompressed ``.npz``.

NumPy can read the file as any other ``.npz``. This module maps the members of the file into memory, so all jobs of a
machine share one copy. It writes the members block by block, so nothing is held in memory twice.

The data are one file and not a folder. Profiles ask for memory by the size of the data. For a folder, Snakemake would
use the size of the folder's list of names.
"""

import errno
import functools
import json
import struct
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from cvsearch.errors import InputError, damaged
from cvsearch.files import AnyPath

# Arrays are written and hashed in blocks of this many bytes.
BLOCK_BYTES = 8_000_000

# Members begin at multiples of this number. NumPy aligns what follows the header of a .npy file in the same way.
ALIGNMENT = 64

# Sizes in bytes: the header of a member in a zip file, and the field of the header for sizes above 4 GB.
LOCAL_HEADER, LARGE_SIZES = 30, 20


def row_blocks(array: Any, order: Any = None) -> Iterator[Any]:
    """Yield the rows of an array in contiguous blocks.

    Parameters
    ----------
    array : ndarray of shape (n, ...)
    order : ndarray of int, optional
        The positions of the rows to yield, in this order. All rows if it is not given.
    """
    import numpy as np

    step = max(1, BLOCK_BYTES // max(1, array[:1].nbytes))
    for start in range(0, len(array if order is None else order), step):
        rows = slice(start, start + step)
        yield np.ascontiguousarray(array[rows] if order is None else array[order[rows]])


def bytes_of(array: Any) -> memoryview:
    """Return the memory of a contiguous array of any dtype but object."""
    import numpy as np

    return array.reshape(-1).view(np.uint8).data


def is_by_column(array: Any) -> bool:
    """Tell whether an array is laid out in memory column by column, and not row by row."""
    return bool(array.flags.f_contiguous and not array.flags.c_contiguous)


def rows_of(array: Any, positions: Any) -> Any:
    """Return a copy of rows of an array. Its layout in memory is that of the whole array."""
    import numpy as np

    rows = np.take(array.T, positions, axis=1).T if is_by_column(array) else array[positions]
    return np.asarray(rows)  # `take` returns a memmap. The copy should be an ndarray.


def rows_in_columns(array: Any, positions: Any) -> Any:
    """Return a copy of rows of a two-dimensional array. The copy lies column by column in memory."""
    import numpy as np

    rows, start = np.empty((len(positions), array.shape[1]), array.dtype, order="F"), 0
    for block in row_blocks(array, positions):  # in blocks, so that memory never holds the rows twice
        rows[start : start + len(block)] = block
        start += len(block)
    return rows


class DataWriter:
    """Writes the file, member by member.

    Parameters
    ----------
    file : binary file
        A file that is open for writing, at its start.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file, "w")

    def __enter__(self) -> "DataWriter":
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    def _open(self, name: str) -> Any:
        info = zipfile.ZipInfo(name)  # Its date is always the oldest possible, so equal data make equal files.
        begins = self._file.tell() + LOCAL_HEADER + len(name.encode()) + LARGE_SIZES
        padding = -begins % ALIGNMENT
        if padding:
            padding += ALIGNMENT * (padding < 4)  # A field of padding has a header of four bytes.
            info.extra = struct.pack("<HH", 0xD935, padding - 4) + bytes(padding - 4)
        return self._zip.open(info, "w", force_zip64=True)

    def array(self, name: str, array: Any, digest: Any, order: Any = None) -> None:
        """Write an array, row by row in memory order.

        Parameters
        ----------
        name : str
        array : ndarray
            An array of any dtype except object.
        digest : hashlib hash
            Updated with the name, the dtype, the shape and the values.
        order : ndarray of int, optional
            The order in which the rows are written.
        """
        digest.update(f"{name}{array.dtype.str}{array.shape}".encode())
        with self._open(f"{name}.npy") as member:
            _write_header(member, array.dtype, array.shape, by_column=False)
            for block in row_blocks(array, order):
                digest.update(bytes_of(block))
                member.write(bytes_of(block))

    def columns(self, name: str, columns: Iterable[Any], dtype: Any, shape: tuple[int, int], digest: Any) -> None:
        """Write a two-dimensional array, column by column in memory order.

        Parameters
        ----------
        name : str
        columns : iterable of ndarray of shape (n,)
            The columns. They are taken one at a time.
        dtype : numpy.dtype
        shape : tuple (n, k)
        digest : hashlib hash
            Updated with the name, the dtype, the shape and the values.
        """
        digest.update(f"{name}{dtype.str}{shape}".encode())
        with self._open(f"{name}.npy") as member:
            _write_header(member, dtype, shape, by_column=True)
            for column in columns:
                if column.dtype != dtype:
                    raise TypeError(f"a column of {name} is {column.dtype}, and its array is {dtype}")
                for block in row_blocks(column):
                    digest.update(bytes_of(block))
                    member.write(bytes_of(block))

    def arrow(self, name: str, batches: Iterable[Any], schema: Any) -> None:
        """Write record batches of pyarrow as an Arrow file."""
        import pyarrow as pa

        with self._open(f"{name}.arrow") as member, pa.ipc.new_file(pa.PythonFile(member, "w"), schema) as writer:
            for batch in batches:
                writer.write_batch(batch)

    def json(self, name: str, value: Any) -> None:
        """Write a JSON value."""
        with self._open(f"{name}.json") as member:
            member.write(json.dumps(value).encode())


def _write_header(file: Any, dtype: Any, shape: tuple[int, ...], by_column: bool) -> None:
    from numpy.lib import format as npy

    npy.write_array_header_1_0(
        file, {"descr": npy.dtype_to_descr(dtype), "fortran_order": by_column, "shape": tuple(map(int, shape))}
    )


def _damage(error: Exception, path: AnyPath, rebuild: str) -> Exception:
    """Return the error for a damaged file. If only the system could not read the file, return the error as it is."""
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        return error
    return damaged(path, rebuild)


class DataFile:
    """Reads the file. Arrays are mapped into memory, read-only.

    Parameters
    ----------
    path : path-like
    rebuild : str
        How to make the file again, for messages.

    Raises
    ------
    InputError
        If the file is missing or damaged. Methods may raise it too.
    """

    def __init__(self, path: AnyPath, rebuild: str) -> None:
        self.path, self._rebuild = path, rebuild
        try:
            with zipfile.ZipFile(path) as file:
                self._members = {info.filename: info for info in file.infolist()}
        except FileNotFoundError:
            raise InputError(f"{path}: is missing; rebuild it: {rebuild}") from None
        except (zipfile.BadZipFile, OSError, ValueError, struct.error) as error:
            raise _damage(error, path, rebuild) from None

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def _offset(self, name: str) -> int:
        """Return where a member's content begins."""
        if name not in self._members:
            raise damaged(self.path, self._rebuild)
        begins = self._members[name].header_offset
        with open(self.path, "rb") as file:
            file.seek(begins)
            header = file.read(LOCAL_HEADER)
        if len(header) < LOCAL_HEADER:
            raise damaged(self.path, self._rebuild)
        return begins + LOCAL_HEADER + sum(struct.unpack("<HH", header[-4:]))

    def array(self, name: str) -> Any:
        """Return an array."""
        import numpy as np
        from numpy.lib import format as npy

        offset = self._offset(f"{name}.npy")
        try:
            with open(self.path, "rb") as file:
                file.seek(offset)
                npy.read_magic(file)
                shape, by_column, dtype = npy.read_array_header_1_0(file)
                if 0 in shape:  # An empty array cannot be mapped.
                    return np.empty(shape, dtype)
                order: Any = "F" if by_column else "C"
                return np.memmap(self.path, dtype, "r", file.tell(), shape, order)
        except (ValueError, EOFError, OSError) as error:
            raise _damage(error, self.path, self._rebuild) from None

    def optional_array(self, name: str) -> Any:
        """Return the array with this name, or None if there is none."""
        return self.array(name) if f"{name}.npy" in self else None

    def _bytes(self, name: str) -> Any:
        import numpy as np

        offset = self._offset(name)
        size = self._members[name].file_size
        try:
            return np.memmap(self.path, "uint8", "r", offset, (size,))
        except (ValueError, OSError) as error:
            raise _damage(error, self.path, self._rebuild) from None

    @functools.cache  # noqa: B019  a file is read once in a job
    def arrow(self, name: str) -> Any:
        """Return an Arrow file as a pyarrow Table. Its memory is the mapped file."""
        import pyarrow as pa

        try:
            return pa.ipc.open_file(pa.py_buffer(self._bytes(f"{name}.arrow"))).read_all()
        except pa.ArrowInvalid:
            raise damaged(self.path, self._rebuild) from None

    def json(self, name: str) -> Any:
        """Return a JSON value."""
        try:
            return json.loads(bytes(self._bytes(f"{name}.json")))
        except ValueError:
            raise damaged(self.path, self._rebuild) from None

"""Files that are written completely or not at all, and files of rows.

The first line of a file of rows tells whether the file is complete.
"""

import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from cvsearch.errors import InputError, damaged

AnyPath = str | PathLike[str]

FORMAT = "cvsearch rows 1"


def canonical(value: Any) -> str:
    """Return the JSON text of a value, with sorted keys and no spaces. Floats read back with the same bits."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def sha256_of(value: Any) -> str:
    """Return the sha256, in hex, of a JSON value's canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def replace_atomically(path: AnyPath, write: Callable[[BinaryIO], None]) -> None:
    """Let `write` write a file. If the process dies, `path` holds the complete new content or the old content.

    Parameters
    ----------
    path : path-like
    write : callable
        Called with a file to write to. The file may be larger than memory. It replaces `path` when it is all on disk.

    Raises
    ------
    OSError
        If the disk is full or not writable. The old file is then unchanged.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(beside, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def write_atomically(path: AnyPath, content: bytes | memoryview) -> None:
    """Write bytes to `path`. If the process dies, `path` holds all of the bytes or the old content.

    Raises
    ------
    OSError
        If the disk is full or not writable. The old file is then unchanged.
    """

    def write(file: BinaryIO) -> None:
        file.write(content)

    replace_atomically(path, write)


def changed_at(path: AnyPath) -> int | None:
    """Return when a file was changed, in nanoseconds of its file system's clock, or None if there is no file."""
    path = Path(path)
    return path.stat().st_mtime_ns if path.exists() else None


def write_json(path: AnyPath, value: Any) -> None:
    """Write a JSON value that people and programs can read. It is written completely or not at all."""
    write_atomically(path, (json.dumps(value, indent=2) + "\n").encode())


def read_json(path: AnyPath, rebuild: str) -> Any:
    """Read a file that `write_json` wrote.

    Raises
    ------
    InputError
        If the file is missing or damaged. `rebuild` says how to make it again.
    """
    try:
        return json.loads(Path(path).read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path}: is missing; rebuild it: {rebuild}") from None
    except ValueError:
        raise damaged(path, rebuild) from None


def write_rows(path: AnyPath, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows after a first line with their number and their hash.

    Parameters
    ----------
    path : path-like
    rows : iterable of dict
    """
    lines = [canonical(row) for row in rows]
    body = "".join(line + "\n" for line in lines).encode()
    head = {"format": FORMAT, "rows": len(lines), "sha256": hashlib.sha256(body).hexdigest()}
    write_atomically(path, json.dumps(head).encode() + b"\n" + body)


def read_rows(path: AnyPath, rebuild: str) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """Read a file of rows.

    Parameters
    ----------
    path : path-like
    rebuild : str
        How to make the file again, for the message.

    Returns
    -------
    head : dict
        The first line of the file.
    rows : iterator of dict

    Raises
    ------
    InputError
        If the file is missing, truncated, edited, or of another format.
    """
    try:
        first, _, body = Path(path).read_bytes().partition(b"\n")
    except FileNotFoundError:
        raise InputError(f"{path}: is missing; rebuild it: {rebuild}") from None
    try:
        head = json.loads(first)
        written = head["format"]
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f"{path}: the first line is damaged, the file was truncated or edited; rebuild it: {rebuild}"
        ) from None
    if written != FORMAT:
        raise InputError(f"{path}: is of format {written!r}, this version reads {FORMAT!r}; rebuild it: {rebuild}")
    if hashlib.sha256(body).hexdigest() != head["sha256"]:
        problem = "is truncated" if body.count(b"\n") < head["rows"] else "was edited"
        raise InputError(f"{path}: {problem}; rebuild it: {rebuild}")
    return head, map(json.loads, body.splitlines())

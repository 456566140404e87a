"""The journal: every finished evaluation, safe at once, found again whatever becomes of the job that made it.

A folder per identity (what makes two evaluations the same), in it a file per writer, appended to by that writer alone. A
line is a start (``s KEY``), a result (``r KEY CRC JSON``) or a start taken back by an orderly stop (``w KEY``); KEY is
a hash of the candidate's parameters. A line that does not read is skipped: a cut line was not finished.
"""

import fcntl
import hashlib
import json
import os
import secrets
import time
import zlib
from importlib import metadata
from pathlib import Path

from _rows import canonical, sha256_of

# Part of every identity: rows of another format are not mistaken for ours.
FORMAT = 1

# Length of a line ``s KEY``.
START_BYTES = 19

# Enough of the end of a file to hold the last start.
TAIL_BYTES = 1 << 16

# A power cut loses what was appended in this many seconds; the death of a process loses nothing.
SYNC_SECONDS = 5.0


def identity_of(search, dataset_sha256, split, split_sha256, module_versions):
    """Return the identity of a search's evaluations on one split, a sha256 in hex.

    Parameters
    ----------
    search : dict
        Of which estimator, scoring and random_state count; limits, batch size and the number of candidates do not.
    dataset_sha256, split_sha256 : str
        Of the contents.
    split : int
        Its number, which open random states are seeded with.
    module_versions : dict of str to str
        Of the trusted modules behind the search.
    """
    defines = {key: search[key] for key in ("estimator", "scoring", "random_state")}
    about = {"dataset": dataset_sha256, "split": split, "split_sha256": split_sha256, "modules": module_versions}
    return sha256_of({**defines, **about, "format": FORMAT, "scikit-learn": metadata.version("scikit-learn")})


def key_of(params):
    """Return the key of a parameter setting: 16 hex digits."""
    return hashlib.sha256(canonical(params).encode()).hexdigest()[:16]


class Journal:
    """The journal of one identity; a context manager that opens a file of its own for writing.

    Parameters
    ----------
    folder : path-like
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def read(self, settings, columns=None):
        """Look candidates up.

        Parameters
        ----------
        settings : iterable of dict
            Their parameters.
        columns : tuple of str, optional
            What is kept of each row: of a million rows a few columns fit in memory, and not all.

        Returns
        -------
        rows : dict of str to dict
            Key to the row that counts, for each that has one: a success, or else the last failure.
        deaths : dict of str to int
            Key to the number of writers that died while they evaluated it; 0 where all gave it up in good order.
        """
        wanted = {key_of(params): canonical(params) for params in settings}
        rows, deaths = {}, {}
        for path in sorted(self.folder.glob("*.journal")):
            found, started, withdrawn = _replay(path.read_bytes(), wanted)
            for key, row in found:
                if canonical(row["params"]) == wanted[key]:
                    row = row if columns is None else {name: row[name] for name in columns}
                    rows[key] = max(row, rows.get(key, row), key=_precedence)
            for key in withdrawn & wanted.keys():
                deaths.setdefault(key, 0)
            if started in wanted and not _is_held(path):
                deaths[started] = deaths.get(started, 0) + 1
        return rows, deaths

    def at_work(self):
        """Return the key that each living writer has begun last, and whether it has not finished it yet.

        Returns
        -------
        dict of str to bool
        """
        begun = {}
        for path in self.folder.glob("*.journal"):
            with open(path, "rb") as file:
                file.seek(max(os.path.getsize(path) - TAIL_BYTES, 0))
                lines = file.read().split(b"\n")[:-1]
            starts = [i for i, line in enumerate(lines) if line[:2] == b"s " and len(line) == START_BYTES - 1]
            if starts and _is_held(path):
                begun[lines[starts[-1]][2:].decode("ascii", "replace")] = starts[-1] == len(lines) - 1
        return begun

    def __enter__(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path = self.folder / f"{secrets.token_hex(8)}.journal"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
        _hold(self._file)
        self._undo_to = 0
        self._synced = time.monotonic()
        return self

    def __exit__(self, *exception):
        try:
            os.fdatasync(self._file)
        finally:
            os.close(self._file)

    def start(self, key):
        """Note that an evaluation begins."""
        self._undo_to = self.end
        self._append(f"s {key}\n".encode())

    def finish(self, key, row):
        """Hand a finished evaluation to the operating system.

        Raises
        ------
        OSError
            If it could not be written whole; the evaluation then counts as not begun.
        """
        text = canonical(row).encode()
        try:
            self._append(b"r %s %08x %s\n" % (key.encode(), zlib.crc32(text), text))
        except OSError as error:
            os.ftruncate(self._file, self._undo_to)
            raise OSError(error.errno, error.strerror, str(self.folder)) from None
        self._undo_to = self.end
        if time.monotonic() - self._synced > SYNC_SECONDS:
            os.fdatasync(self._file)
            self._synced = time.monotonic()

    def withdraw(self, key):
        """Note that an evaluation was given up in good order: it is no suspect."""
        self._append(f"w {key}\n".encode())

    def release(self):
        """Let go of the file in a process that a fit forked: its writer's life is not this one's."""
        if self._file is not None:  # That process may have forked too.
            os.close(self._file)
            self._file = None

    @property
    def end(self):
        """The length of this writer's file in bytes: a process that inherited it moves the end for all."""
        return os.lseek(self._file, 0, os.SEEK_CUR)

    def since(self, offset):
        """Read what this writer's file gained since its end was at `offset`, once the process that inherited it has ended.

        A line that the process's death cut short is taken off again.

        Returns
        -------
        rows : dict of str to dict
            Key to row.
        in_flight : str or None
            The key that was begun and not finished.
        """
        with open(self._path, "rb") as file:
            file.seek(offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.ftruncate(self._file, offset + len(whole))
        os.lseek(self._file, 0, os.SEEK_END)
        rows, in_flight, _ = _replay(whole)
        self._undo_to = self.end - (START_BYTES if in_flight else 0)
        return dict(rows), in_flight

    def _append(self, line):
        while line:  # A second round only where the disk is full: it raises the reason.
            line = line[os.write(self._file, line) :]


def _replay(content, wanted=None):
    """Return [(key, row)] of the results in a journal file, the key begun last and not finished or None, and those taken back.

    Rows of keys that are not in `wanted` are left unread; None wants all.
    """
    rows, started, withdrawn = [], None, set()
    for line in content.split(b"\n")[:-1]:
        kind, key = line[:1], line[2:18].decode("ascii", "replace")
        if kind == b"s" and len(line) == START_BYTES - 1:
            started = key
        elif kind == b"r" and (wanted is None or key in wanted):
            if (row := _row_in(line)) is not None:
                started = None
                rows.append((key, row))
        elif kind in (b"r", b"w"):
            started = None
            if kind == b"w":
                withdrawn.add(key)
    return rows, started, withdrawn


def _row_in(line):
    """Return the row of a result line, or None if the line is damaged."""
    checksum, text = line[19:27], line[28:]
    try:
        return json.loads(text) if int(checksum, 16) == zlib.crc32(text) else None
    except ValueError:
        return None


def _precedence(row):
    return row["status"] == "ok", row["attempt"], row["finished"]


def _hold(file):
    """Lock a journal file for as long as its writer lives; the kernel lets go of it, whatever the writer died of."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # Waits for no more than a reader's look at it.
    except OSError:
        return  # A file system without locks: its dead and its living writers look alike.


def _is_held(path):
    """Whether the writer of a journal file lives."""
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False

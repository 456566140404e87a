"""The journal: a finished evaluation is saved at once, and stays there even if the job that made it dies.

Each identity (see `identity`) has a folder. The folder holds a manifest and a file for each writer. The manifest says
what the identity was computed from. Only the writer itself appends to its file. The lines of the file are:

* ``v JSON``: the first line, with the versions and the host of the writer;
* ``s KEY``: an evaluation begins;
* ``r KEY CRC JSON``: the result of an evaluation;
* ``w KEY``: an evaluation that began was given up in an orderly stop.

A line that cannot be read was not finished. It is skipped.

Each writer has a second file for predictions. Predictions are appended to it before the row is written. The row's
``predictions`` are their offset, length and CRC in that file. So the predictions of a row that can be read are always
there, even if the writer died.
"""

import contextlib
import fcntl
import json
import os
import platform
import secrets
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from cvsearch.config.values import strict
from cvsearch.errors import damaged
from cvsearch.files import AnyPath, canonical, write_json
from cvsearch.journal.identity import Identity, Setting, key_of
from cvsearch.journal.policy import History, Record, Row, history_of

# The file of the manifest, in the same folder as the files of the writers.
MANIFEST = "manifest.json"
WHAT = (
    "Finished evaluations of one search on one split. `of` is what makes them equal: evaluations under another estimator, "
    "scorer, seed, dataset or split stand in another folder. The first line of each .journal file says which versions and "
    "which host wrote it. Delete this folder to evaluate all of it again."
)

# Another version of these packages may change the last bits of a score. The versions help to explain such a change.
PACKAGES = ("numpy", "scipy", "scikit-learn")

# The length of a line ``s KEY`` with its newline.
START_BYTES = 19

# This many bytes at the end of a file are enough to hold the last start.
TAIL_BYTES = 1 << 16

# A power cut loses at most what was appended in the last SYNC_SECONDS. The death of a process loses nothing.
SYNC_SECONDS = 5.0

APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class Journal:
    """The journal of one identity. As a context manager, it opens a new file of its own for writing.

    Parameters
    ----------
    folder : path-like
    of : dict, optional
        What the identity was computed from. A writer notes it in the manifest.
    """

    def __init__(self, folder: AnyPath, of: dict[str, Any] | None = None) -> None:
        self.folder, self._of = Path(folder), of

    @classmethod
    def at(cls, journal: AnyPath, identity: Identity) -> "Journal":
        """Return the journal of an identity in the folder of a search's journal."""
        return cls(Path(journal, identity.sha256), identity.of)

    def history(self, settings: Iterable[Setting], columns: Sequence[str] | None = None) -> History:
        """Return what the journal knows of some settings.

        Parameters
        ----------
        settings : iterable of Setting
        columns : sequence of str, optional
            The columns of each row that are kept. A few columns of a million rows fit in memory. All columns do not.

        Returns
        -------
        History
        """
        wanted = {key_of(text): text for text in (setting.text for setting in settings)}
        return history_of(self._records(wanted, columns))

    def _records(self, wanted: dict[str, str], columns: Sequence[str] | None) -> Iterator[Record]:
        """Yield what each writer left of the settings in `wanted`, which maps a key to the text of its setting."""
        for path in sorted(self.folder.glob("*.journal")):
            found, started, withdrawn = _replay(path.read_bytes(), wanted)
            rows = []
            for key, row in found:
                if Setting(row["params"], row["resource"]).text == wanted[key]:
                    rows.append((key, row if columns is None else {name: row.get(name) for name in columns}))
            _locate(path, rows)
            in_flight = started if started in wanted else None
            yield Record(rows, in_flight, withdrawn & wanted.keys(), in_flight is not None and _is_held(path))

    def measurement(self, space: str) -> Path:
        """Return the file in which the pilot keeps what it measured for a space with this hash."""
        return self.folder / f"pilot-{space}.json"

    def at_work(self) -> dict[str, bool]:
        """Return the last evaluation that each living writer began.

        Returns
        -------
        dict of str to bool
            From the key of the evaluation to whether it still runs.
        """
        begun: dict[str, bool] = {}
        for path in self.folder.glob("*.journal"):
            with open(path, "rb") as file:
                file.seek(max(os.path.getsize(path) - TAIL_BYTES, 0))
                lines = file.read().split(b"\n")[:-1]
            starts = [i for i, line in enumerate(lines) if line[:2] == b"s " and len(line) == START_BYTES - 1]
            if starts and _is_held(path):
                begun[lines[starts[-1]][2:].decode("ascii", "replace")] = starts[-1] == len(lines) - 1
        return begun

    def writers(self) -> list[dict[str, str]]:
        """Return python, numpy, scipy, scikit-learn and host of each writer that finished an evaluation."""
        found = []
        for path in sorted(self.folder.glob("*.journal")):
            with open(path, "rb") as file:
                first = file.readline()
                with contextlib.suppress(ValueError):
                    if first[:2] == b"v " and any(line[:2] == b"r " for line in file):
                        found.append(json.loads(first[2:]))
        return found

    def __enter__(self) -> "Journal":
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._of is not None and not (manifest := self.folder / MANIFEST).exists():
            write_json(manifest, {"what": WHAT, "of": strict(self._of)})
        self._path = self.folder / f"{secrets.token_hex(8)}.journal"
        self._file: int | None = os.open(self._path, APPEND | os.O_EXCL, 0o644)
        self._predictions: int | None = None  # The file is opened when the first predictions are written.
        self._predicted = 0  # The end of the last predictions that a row points to.
        _hold(self._descriptor)
        self._append(b"v %s\n" % canonical(writer()).encode())
        self._undo_to = self.end
        self._synced = time.monotonic()
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            if _predictions_of(self._path).exists():
                self._open_predictions()
            self._sync()
        finally:
            for file in (self._predictions, self._descriptor):
                if file is not None:
                    os.close(file)

    def start(self, key: str) -> None:
        """Note that an evaluation begins."""
        self._undo_to = self.end
        self._append(f"s {key}\n".encode())

    def finish(self, key: str, row: Row) -> None:
        """Hand a finished evaluation to the operating system.

        Parameters
        ----------
        key : str
        row : dict
            If its ``predictions`` are bytes, they are first written to the file of predictions.

        Raises
        ------
        OSError
            If the row or its predictions could not be written whole. The evaluation then counts as not begun.
        """
        try:
            if isinstance(content := row.get("predictions"), bytes):
                row = row | {"predictions": self._keep(content)}
            text = canonical(row).encode()
            self._append(b"r %s %08x %s\n" % (key.encode(), zlib.crc32(text), text))
        except OSError as error:
            os.ftruncate(self._descriptor, self._undo_to)
            raise OSError(error.errno, error.strerror, str(self.folder)) from None
        self._undo_to = self.end
        if time.monotonic() - self._synced > SYNC_SECONDS:
            self._sync()

    def _keep(self, content: bytes) -> list[int]:
        """Append predictions to their file. Return their offset, length and CRC.

        The death of a process or a full disk may have left unfinished bytes at the end of the file. These are removed
        first, because no row points to them.
        """
        file = self._open_predictions()
        at = self._predicted
        if os.lseek(file, 0, os.SEEK_END) > at:
            os.ftruncate(file, at)
        _write(file, content)
        self._predicted += len(content)
        return [at, len(content), zlib.crc32(content)]

    def _open_predictions(self) -> int:
        if self._predictions is None:
            self._predictions = os.open(_predictions_of(self._path), APPEND, 0o644)
        return self._predictions

    def _sync(self) -> None:
        """Sync both files to disk: first the predictions, then the rows that point to them."""
        if self._predictions is not None:
            os.fdatasync(self._predictions)
        os.fdatasync(self._descriptor)
        self._synced = time.monotonic()

    def read_predictions(self, row: Row) -> bytes | None:
        """Return the predictions of a row of this journal, or None if the row has none.

        Raises
        ------
        InputError
            If the predictions are damaged.
        """
        if not row["predictions"]:
            return None
        writer, at, length, checksum = row["predictions"]
        path = self.folder / f"{writer}.predictions"
        with open(path, "rb") as file:
            content = os.pread(file.fileno(), length, at)
        if zlib.crc32(content) != checksum:
            raise damaged(path, f"rm {path}, then run the same command with --forcerun propose_candidates")
        return content

    def withdraw(self, key: str) -> None:
        """Note that an evaluation was given up in an orderly stop. So it is not suspected of a death."""
        self._append(f"w {key}\n".encode())

    def release(self) -> None:
        """Close the files in a process that a fit forked.

        That process may live longer than the writer. It must not keep the writer's lock.
        """
        for file in (self._file, self._predictions):
            if file is not None:  # That process may have forked too.
                os.close(file)
        self._file = self._predictions = None

    @property
    def end(self) -> int:
        """The length of this writer's file in bytes. A process that inherited the file moves this end too."""
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def since(self, offset: int) -> tuple[dict[str, Row], str | None]:
        """Read what was appended to this writer's file since its end was at `offset`.

        Call this after the process that inherited the file has ended. If the process died while it wrote a line or
        predictions, the unfinished part is removed.

        Returns
        -------
        rows : dict of str to dict
            From key to row.
        in_flight : str or None
            The key of the evaluation that began and did not finish.
        """
        with open(self._path, "rb") as file:
            file.seek(offset)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            os.ftruncate(self._descriptor, offset + len(whole))
        os.lseek(self._descriptor, 0, os.SEEK_END)
        rows, in_flight, _ = _replay(whole)
        self._undo_to = self.end - (START_BYTES if in_flight else 0)
        places = [row["predictions"] for _, row in rows if row.get("predictions")]
        self._predicted = max((at + length for at, length, _ in places), default=self._predicted)
        if (predictions := _predictions_of(self._path)).exists():
            os.truncate(predictions, self._predicted)
        _locate(self._path, rows)
        return dict(rows), in_flight

    @property
    def _descriptor(self) -> int:
        if self._file is None:
            raise ValueError("this process let go of the journal")
        return self._file

    def _append(self, line: bytes) -> None:
        _write(self._descriptor, line)


def _write(file: int, content: bytes) -> None:
    while content:  # A second round comes only if the disk is full. It raises the error.
        content = content[os.write(file, content) :]


def _predictions_of(path: Path) -> Path:
    """Return the file of predictions beside a writer's file."""
    return path.with_suffix(".predictions")


def _locate(path: Path, rows: Iterable[tuple[str, Row]]) -> None:
    """Add the name of the writer to the place of each row's predictions.

    The place becomes None if the file does not hold the predictions. Then the file was deleted, or a power cut took its
    end.
    """
    predictions = _predictions_of(path)
    size = predictions.stat().st_size if predictions.exists() else 0
    for _, row in rows:
        if place := row.get("predictions"):
            at, length, _ = place
            row["predictions"] = (path.stem, *place) if at + length <= size else None


def writer() -> dict[str, str]:
    """Return the versions and the host of this writer."""
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
        "host": platform.node(),
    }


def _replay(content: bytes, wanted: dict[str, str] | None = None) -> tuple[list[tuple[str, Row]], str | None, set[str]]:
    """Read the content of a journal file.

    Rows of keys that are not in `wanted` are not read. If `wanted` is None, all rows are read.

    Returns
    -------
    rows : list of (str, dict)
        Key and row of each result.
    started : str or None
        The key of the evaluation that began last, if it did not finish.
    withdrawn : set of str
        The keys that were given up in an orderly stop.
    """
    rows: list[tuple[str, Row]] = []
    started: str | None = None
    withdrawn: set[str] = set()
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


def _row_in(line: bytes) -> Row | None:
    """Return the row of a result line, or None if the line is damaged."""
    checksum, text = line[19:27], line[28:]
    try:
        return json.loads(text) if int(checksum, 16) == zlib.crc32(text) else None
    except ValueError:
        return None


def _hold(file: int) -> None:
    """Lock a journal file as long as its writer lives. The kernel removes the lock when the writer ends or dies."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # Waits at most for a reader that checks the lock.
    except OSError:
        return  # The file system has no locks. Dead and living writers then look the same.


def _is_held(path: Path) -> bool:
    """Whether the writer of a journal file is alive."""
    with open(path, "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
    return False


def read_histories(
    folder: AnyPath, identities: Iterable[str], settings: Sequence[Setting], columns: Sequence[str] | None = None
) -> Iterator[tuple[Journal, History]]:
    """Read a search's evaluations split by split, for the plan, the merge and the status.

    Parameters
    ----------
    folder : path-like
        The folder of the search's journal.
    identities : iterable of str
        One identity for each split.
    settings : sequence of Setting
    columns : sequence of str, optional
        The columns of each row that are kept.

    Yields
    ------
    journal : Journal
        The journal of the split.
    history : History
    """
    for identity in identities:
        journal = Journal(Path(folder, identity))
        yield journal, journal.history(settings, columns)

"""The journal: every finished evaluation is safe at once, and is found again whatever becomes of the job that made it.

A folder for each identity (see `identity`), in it a manifest, which says what the identity is of, and a file for each writer.
Only that writer appends to its file. Its first line says who it is (``v JSON``: versions and host). Each other line is a start
(``s KEY``), a result (``r KEY CRC JSON``), or a start that was taken back by an orderly stop (``w KEY``). A line that cannot
be read is skipped: it was not finished.

Predictions stand in a second file of the writer, appended before the row, whose ``predictions`` are their offset, length and
CRC there. So a row that can be read has its predictions, whatever its writer died of.
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

# Beside the files of the writers.
MANIFEST = "manifest.json"
WHAT = (
    "Finished evaluations of one search on one split. `of` is what makes them equal: evaluations under another estimator, "
    "scorer, seed, dataset or split stand in another folder. The first line of each .journal file says which versions and "
    "which host wrote it. Delete this folder to evaluate all of it again."
)

# What may change the last bits of a score, or tell why one changed.
PACKAGES = ("numpy", "scipy", "scikit-learn")

# Length of a line ``s KEY``.
START_BYTES = 19

# Enough of the end of a file to hold the last start.
TAIL_BYTES = 1 << 16

# A power cut loses what was appended in this many seconds; the death of a process loses nothing.
SYNC_SECONDS = 5.0

APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC


class Journal:
    """The journal of one identity; a context manager that opens a file of its own for writing.

    Parameters
    ----------
    folder : path-like
    of : dict, optional
        What the identity is of; a writer notes it in the manifest.
    """

    def __init__(self, folder: AnyPath, of: dict[str, Any] | None = None) -> None:
        self.folder, self._of = Path(folder), of

    @classmethod
    def at(cls, journal: AnyPath, identity: Identity) -> "Journal":
        """Return the journal of an identity in the folder of a search's journal."""
        return cls(Path(journal, identity.sha256), identity.of)

    def history(self, settings: Iterable[Setting], columns: Sequence[str] | None = None) -> History:
        """Look settings up.

        Parameters
        ----------
        settings : iterable of Setting
        columns : sequence of str, optional
            What is kept of each row. A few columns of a million rows fit in memory, all of them do not.

        Returns
        -------
        History
        """
        wanted = {key_of(text): text for text in (setting.text for setting in settings)}
        return history_of(self._records(wanted, columns))

    def _records(self, wanted: dict[str, str], columns: Sequence[str] | None) -> Iterator[Record]:
        """Yield what each writer left, as far as it is `wanted`: key to the text of its setting."""
        for path in sorted(self.folder.glob("*.journal")):
            found, started, withdrawn = _replay(path.read_bytes(), wanted)
            rows = []
            for key, row in found:
                if Setting(row["params"], row["resource"]).text == wanted[key]:
                    rows.append((key, row if columns is None else {name: row.get(name) for name in columns}))
            _locate(path, rows)
            in_flight = started if started in wanted else None
            yield Record(rows, in_flight, withdrawn & wanted.keys(), in_flight is not None and _is_held(path))

    def at_work(self) -> dict[str, bool]:
        """Return the key that each living writer has begun last, and whether it has not finished it yet.

        Returns
        -------
        dict of str to bool
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
        """Return who wrote here: python, numpy, scipy, scikit-learn and host of each writer that finished an evaluation."""
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
        self._predictions: int | None = None  # Opened with the first predictions, by whoever has some.
        self._predicted = 0  # Where those end that rows point to.
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
            Its ``predictions``, where they are bytes, go into the file of predictions first.

        Raises
        ------
        OSError
            If it could not be written whole; the evaluation then counts as not begun.
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
        """Append predictions to their file; return where they are: offset, length, CRC.

        What a death or a full disk leaves behind them unfinished is overwritten, for no row points there.
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
        """Sync to disk: the predictions before the rows that point to them."""
        if self._predictions is not None:
            os.fdatasync(self._predictions)
        os.fdatasync(self._descriptor)
        self._synced = time.monotonic()

    def read_predictions(self, row: Row) -> bytes | None:
        """Return the predictions of a row of this journal; None where it has none.

        Raises
        ------
        InputError
            If they are damaged.
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
        """Note that an evaluation was given up in good order: it is no suspect."""
        self._append(f"w {key}\n".encode())

    def release(self) -> None:
        """Let go of the file in a process that a fit forked: its writer's life is not this one's."""
        for file in (self._file, self._predictions):
            if file is not None:  # That process may have forked too.
                os.close(file)
        self._file = self._predictions = None

    @property
    def end(self) -> int:
        """The length of this writer's file in bytes: a process that inherited the file moves the end for all."""
        return os.lseek(self._descriptor, 0, os.SEEK_CUR)

    def since(self, offset: int) -> tuple[dict[str, Row], str | None]:
        """Read what this writer's file gained since its end was at `offset`, once the process that inherited it has ended.

        What the process's death cut short is taken off again, a line or predictions.

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
    while content:  # A second round only where the disk is full: it raises the reason.
        content = content[os.write(file, content) :]


def _predictions_of(path: Path) -> Path:
    """Return the file of predictions beside a writer's file."""
    return path.with_suffix(".predictions")


def _locate(path: Path, rows: Iterable[tuple[str, Row]]) -> None:
    """Put the name of a writer in front of where predictions are in its file.

    None in place of those that its file does not hold: it was deleted, or a power cut took its end.
    """
    predictions = _predictions_of(path)
    size = predictions.stat().st_size if predictions.exists() else 0
    for _, row in rows:
        if place := row.get("predictions"):
            at, length, _ = place
            row["predictions"] = (path.stem, *place) if at + length <= size else None


def writer() -> dict[str, str]:
    """Return who writes here: versions and host."""
    return {
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in PACKAGES},
        "host": platform.node(),
    }


def _replay(content: bytes, wanted: dict[str, str] | None = None) -> tuple[list[tuple[str, Row]], str | None, set[str]]:
    """Return [(key, row)] of the results in a journal file, the key begun last and not finished or None, and those taken back.

    Rows of keys that are not in `wanted` are not read; None wants all.
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
    """Lock a journal file for as long as its writer lives; the kernel lets go of it, whatever the writer died of."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX)  # Waits for no more than a reader's look at it.
    except OSError:
        return  # A file system without locks: its dead and its living writers look alike.


def _is_held(path: Path) -> bool:
    """Whether the writer of a journal file lives."""
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
    """Read a search's evaluations split by split: what the plan, the merge and the status know of them comes from here.

    Parameters
    ----------
    folder : path-like
        Of the search's journal.
    identities : iterable of str
        One for each split.
    settings : sequence of Setting
    columns : sequence of str, optional
        What is kept of each row.

    Yields
    ------
    journal : Journal
        Of the split.
    history : History
    """
    for identity in identities:
        journal = Journal(Path(folder, identity))
        yield journal, journal.history(settings, columns)

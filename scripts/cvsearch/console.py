"""What every rule's script does around its work: limit threads, keep a log, and report an error in one line."""

import contextlib
import gc
import math
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cvsearch.errors import InputError
from cvsearch.files import AnyPath

# A log line that begins with this is repeated by `onerror` when the run ends.
ERROR = "error: "

_console: IO[str] | None = None


def say(text: str) -> None:
    """Print a line to the console and to the job's log."""
    if _console is not None:
        print(text, file=_console, flush=True)
    with contextlib.suppress(OSError):  # The disk that holds the log may be full.
        print(text, file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """Return seconds as a text with the two largest units."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{n:,} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return " ".join(parts[:2]) or "0 s"


def counted(count: int, word: str) -> str:
    """Return a number with a word, which gets an s unless the number is 1."""
    return f"{count:,} {word}{'s' * (count != 1)}"


@contextlib.contextmanager
def job(log: AnyPath, threads: int = 1) -> Iterator[None]:
    """Run the work of one Snakemake job.

    BLAS and OpenMP use only the threads of the job. NumPy must not have been imported yet for this. joblib sees as many
    cores as the job has threads. So ``n_jobs: -1`` in one job does not use the cores of other jobs.

    Everything that Python or C prints goes to the log. The console gets only what `say` prints. An error ends the
    process with status 1 and one line. This line is the last line of the log.

    The cyclic garbage collector is off. Nearly all objects of a job live until its end, and the collector would take a
    sixth of the time that the import of scikit-learn takes. It is switched on before a user's code runs.

    Parameters
    ----------
    log : path-like
    threads : int
    """
    global _console
    gc.disable()
    _forget_scripts()
    for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB", "BLIS"):
        os.environ[f"{library}_NUM_THREADS"] = str(threads)
    os.environ["LOKY_MAX_CPU_COUNT"] = str(threads)
    os.environ["PYTHON_CPU_COUNT"] = str(threads)  # For processes that a fit starts, from Python 3.13 on.
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.flush()
    _console = os.fdopen(os.dup(2), "w")
    with open(log, "w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    try:
        yield
    except InputError as error:
        say(f"{ERROR}{error}")
        sys.exit(1)
    except Exception as error:
        with contextlib.suppress(OSError):
            traceback.print_exc()
        if isinstance(error, OSError):
            say(f"{ERROR}{_system_error(error)}")
        else:
            say(f"{ERROR}{type(error).__name__}: {_first_line(error)} (all of it in {log})")
        sys.exit(1)


def _forget_scripts() -> None:
    """Remove the folder of the scripts from the module search path: a user's module may have the name of a script."""
    sys.path[:] = [folder for folder in sys.path if not Path(folder, "cvsearch", "console.py").exists()]


def _system_error(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    fix = {
        28: "free some space and run again, nothing finished is lost",
        30: "mount it writable, or run with --directory elsewhere",
        13: "make it writable, or run with --directory elsewhere",
        27: "raise the limit on file sizes (ulimit -f) and run again, nothing finished is lost",
        122: "free some of your quota and run again, nothing finished is lost",
    }.get(error.errno or 0, "see the log")
    return f"{where}{error.strerror or error}; {fix}"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]


def errors_since(folder: AnyPath, moment: float) -> list[str]:
    """Return the error lines at the ends of logs that were written since `moment` (seconds since the epoch).

    Each line is returned once.
    """
    lines: list[str] = []
    for path in sorted(Path(folder).rglob("*.log")):
        if path.stat().st_mtime >= moment:
            last = path.read_text(errors="replace").splitlines()[-1:]
            lines += [
                line.removeprefix(ERROR)
                for line in last
                if line.startswith(ERROR) and line.removeprefix(ERROR) not in lines
            ]
    return lines

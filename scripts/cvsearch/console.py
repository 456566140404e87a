"""What every rule's script does around its work: pin threads, keep a log, say in one line what went wrong."""

import contextlib
import gc
import os
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cvsearch.errors import InputError
from cvsearch.files import AnyPath

# The mark of the line that `onerror` repeats when the run ends.
ERROR = "error: "

_console: IO[str] | None = None


def say(text: str) -> None:
    """Print a line for the person at the console, and to the job's log."""
    if _console is not None:
        print(text, file=_console, flush=True)
    with contextlib.suppress(OSError):  # The disk with the log may be what is full.
        print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def job(log: AnyPath, threads: int = 1) -> Iterator[None]:
    """Run the work of one Snakemake job.

    Threads of BLAS and OpenMP are pinned, so NumPy must not have been imported, and joblib takes the threads of the job for
    all cores there are: ``n_jobs: -1`` of one job leaves the others their own. All that is printed, by Python or by C, goes
    to the log; the console gets what `say` says. An error ends the process with status 1 and one line, the log's last.

    The cyclic garbage collector is off: nearly all that a job makes lives to its end, and it takes a sixth of the time that the
    import of scikit-learn takes. Where a user's code runs it is switched on.

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
    os.environ["PYTHON_CPU_COUNT"] = str(threads)  # For what a fit starts, from Python 3.13 on.
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
    """Take the folder of the scripts off the module search path: a user's module may be called like a script."""
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
    """Return the error lines, each once, that end the logs written since `moment` (seconds since the epoch)."""
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

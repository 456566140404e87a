"""A worker process that may crash, hang or eat memory without harm to the job that supervises it.

The worker is forked, one at a time, and spoken to over a pipe: its result or its death, whichever comes first, is all that
the supervisor waits for. The supervisor must not have started threads of OpenMP before it forks.
"""

import contextlib
import ctypes
import multiprocessing
import os
import resource
import selectors
import signal

_PR_SET_PDEATHSIG = 1


class WorkerDied(Exception):
    """The worker process ended before it answered; the message says how."""


class WorkerTimeout(Exception):
    """The worker did not answer in time and was killed."""


class Worker:
    """A forked process that answers one task at a time; a context manager.

    Parameters
    ----------
    function : callable
        Called in the worker with each task; what it returns is pickled back.
    """

    def __init__(self, function):
        self._function = function
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._stop()

    @property
    def pid(self):
        """The process id of the worker, or None where none runs."""
        return self._process.pid if self._process else None

    def run(self, task, seconds=None):
        """Have the worker do one task.

        Parameters
        ----------
        task : object
        seconds : float, optional
            Wall time after which it is killed.

        Raises
        ------
        WorkerTimeout
        WorkerDied
        """
        if self._process is None or not self._process.is_alive():
            self._stop()
            self._start()
        try:
            self._pipe.send(task)
            ready = [key.fileobj for key, _ in self._first_of.select(seconds)]
            if not ready:
                self._stop()
                raise WorkerTimeout(f"took longer than {seconds:g} s")
            if self._pipe in ready:
                return self._pipe.recv()
        except (EOFError, ConnectionError):
            pass  # The pipe broke in the middle of a message: the worker is gone, as without a message.
        self._process.join()
        code = self._process.exitcode
        self._stop()
        raise WorkerDied(
            f"process died of {signal.Signals(-code).name}"
            if code < 0
            else f"process ended itself with exit status {code}"
        )

    def _start(self):
        context = multiprocessing.get_context("fork")
        self._pipe, far_end = context.Pipe()
        self._process = context.Process(target=_serve, args=(far_end, self._pipe, self._function, os.getpid()))
        self._process.start()
        far_end.close()
        # Kept from task to task: to make one costs more than a cheap evaluation's journal.
        self._first_of = selectors.DefaultSelector()
        self._first_of.register(self._pipe, selectors.EVENT_READ)
        self._first_of.register(self._process.sentinel, selectors.EVENT_READ)

    def _stop(self):
        """Kill the worker and what it may have started; a fit has nothing to tidy up that is worth waiting for."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)  # It may not have reached its own group yet.
        self._process.join()
        self._first_of.close()
        self._process.close()
        self._pipe.close()
        self._process = None


def _serve(pipe, parents_end, function, parent):
    os.setpgrp()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # It died before the line above took effect.
        os._exit(1)
    parents_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        try:
            task = pipe.recv()
        except EOFError:
            return
        pipe.send(function(task))


@contextlib.contextmanager
def memory_limit(megabytes):
    """Let this process grow by at most so many megabytes (10^6 bytes) of data while the block runs.

    Counted by RLIMIT_DATA, as growth over the size at entry; beyond it an allocation fails, in Python with MemoryError.
    """
    if megabytes is None:
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[5])
    limit = pages * resource.getpagesize() + int(megabytes * 1e6)
    resource.setrlimit(resource.RLIMIT_DATA, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextlib.contextmanager
def stopped_in_order():
    """Turn SIGTERM into SystemExit while the block runs, so that `finally` and ``__exit__`` get their turn."""

    def leave(number, frame):
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

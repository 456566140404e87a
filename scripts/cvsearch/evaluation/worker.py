"""A worker process may crash, hang or use too much memory without harm to the job that supervises it.

The worker is forked with all its work. The supervisor sends it nothing while it works. The supervisor waits until the
worker ends, dies, or takes longer for one thing than the time limit. The supervisor must not start threads of OpenMP
before it forks.
"""

import contextlib
import ctypes
import gc
import math
import mmap
import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1

# The time between two checks of the supervisor. It checks how far the worker is, and whether the worker lives.
TICK_SECONDS = 1.0

# If a check is late by more than this, the whole job was suspended. This time does not count for an evaluation.
SUSPENDED_SECONDS = 1.0


class WorkerDied(Exception):
    """The worker process ended before its work was done.

    Parameters
    ----------
    message : str
        How the process ended.
    seconds : float
        Seconds since the worker began its last thing.
    """

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class WorkerTimeout(WorkerDied):
    """The worker took too long for one thing and was killed."""


class Heartbeat:
    """How many things a worker has begun, and when it began the last one.

    These two numbers are in memory that survives the worker.
    """

    def __init__(self) -> None:
        self._numbers = memoryview(mmap.mmap(-1, mmap.PAGESIZE)).cast("d")
        self._numbers[1] = time.monotonic()

    def begin(self) -> None:
        """Note that the next thing begins now."""
        self._numbers[1] = time.monotonic()
        self._numbers[0] += 1

    @property
    def begun(self) -> int:
        """How many things the worker has begun."""
        return int(self._numbers[0])

    @property
    def since(self) -> float:
        """When the worker began the last thing, on ``time.monotonic()``."""
        return float(self._numbers[1])


def run_in_worker(
    work: Callable[[Callable[[], None]], None],
    seconds: float | None = None,
    on_tick: Callable[[int], None] | None = None,
) -> None:
    """Run some work in a forked process, one thing after the other.

    Parameters
    ----------
    work : callable
        Called in the worker as ``work(begin)``. It calls ``begin()`` each time it begins the next thing. It has to
        store its results itself, because the worker does not return them.
    seconds : float, optional
        Wall time that one thing may take before the worker is killed. If the thing ended at just this moment, nothing
        is raised, though work may be left.
    on_tick : callable, optional
        Called in the supervisor every second with the number of things begun.

    Raises
    ------
    WorkerTimeout
    WorkerDied
    Exception
        What `work` raised.
    """
    context = multiprocessing.get_context("fork")
    end, far_end = context.Pipe(duplex=False)
    heartbeat = Heartbeat()
    gc.freeze()  # The worker's collector then skips all objects that exist now, and does not copy their pages.
    worker = context.Process(target=_serve, args=(work, heartbeat.begin, far_end, os.getpid()))
    worker.start()
    far_end.close()
    begun, suspended, expected = 0, 0.0, time.monotonic()
    try:
        # A process that a fit has started may hold the pipe open. So the end of the pipe does not show every death.
        while worker.exitcode is None:
            now, before, begun = time.monotonic(), begun, heartbeat.begun
            late = now - expected
            suspended = (suspended if begun == before else 0.0) + (late if late > SUSPENDED_SECONDS else 0.0)
            allowed = heartbeat.since + suspended + (seconds or math.inf) - now
            if allowed <= 0:
                _kill(worker)
                if heartbeat.begun != begun:
                    return
                raise WorkerTimeout(f"took longer than {seconds:g} s", time.monotonic() - heartbeat.since)
            wait = min(allowed, TICK_SECONDS)
            expected = now + wait
            if end.poll(wait):
                break
            if on_tick:
                on_tick(heartbeat.begun)
        with contextlib.suppress(EOFError):
            if end.poll():
                if (error := end.recv()) is not None:
                    raise error
                return
        worker.join()
        status = worker.exitcode or 0
        how = f"died of {signal.Signals(-status).name}" if status < 0 else f"ended itself with exit status {status}"
        raise WorkerDied(f"process {how}", time.monotonic() - heartbeat.since)
    finally:
        _kill(worker)
        worker.close()
        end.close()


def _kill(worker: Any) -> None:
    """Kill the worker and the processes that it may have started.

    A fit has nothing to clean up that is worth a wait.
    """
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.kill()  # The worker may not be in its own group yet.
    worker.join()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _serve(
    work: Callable[[Callable[[], None]], None], begin: Callable[[], None], pipe: Connection, parent: int
) -> None:
    gc.enable()
    os.setpgrp()
    _die_with_parent()
    os.register_at_fork(after_in_child=_die_with_parent)
    os.register_at_fork(after_in_child=pipe.close)
    if os.getppid() != parent:  # The parent died before the lines above took effect.
        os._exit(1)
    # The supervisor ends the worker. So the worker does not keep the handlers that it inherited. Such a handler would
    # raise in the middle of a fit, and the fit would count as failed.
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    error = None
    try:
        work(begin)
    except Exception as raised:
        error = raised
        error.add_note(f"In the worker:\n{traceback.format_exc()}")
    pipe.send(error)


@contextlib.contextmanager
def stopped_in_order() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit while the block runs, so that ``finally`` and ``__exit__`` run.

    A signal that is ignored stays ignored, such as SIGHUP under ``nohup``.
    """

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    handlers = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    handlers = {number: handler for number, handler in handlers.items() if handler is not signal.SIG_IGN}
    try:
        for number in handlers:
            signal.signal(number, leave)
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)

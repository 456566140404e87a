"""Run a command as a process tree of its own; measure its time and memory, and stop all of it."""

import contextlib
import ctypes
import os
import resource
import signal
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import psutil

_PR_SET_CHILD_SUBREAPER = 36

# Seconds between two looks at the memory: four looks a second took a tenth of a core from what is measured.
INTERVAL = 1.0


class Run(NamedTuple):
    """What one run took.

    Attributes
    ----------
    wall : float
        Seconds from start to exit of the command.
    cpu : float
        User and system seconds of all its processes, those it left behind included.
    memory_mb : float
        The largest sum, over the process tree at one moment, of proportional set sizes (a page that processes share is
        counted once), in 10^6 bytes. Sampled every `INTERVAL` seconds.
    root_memory_mb, root_cpu : float
        Peak resident size and CPU seconds of the command's own process.
    stopped : bool
        Whether it was stopped at the time limit.
    status : int
        Exit status.
    """

    wall: float
    cpu: float
    memory_mb: float
    root_memory_mb: float
    root_cpu: float
    stopped: bool
    status: int


def run(command, log, limit=None, **options):
    """Run a command and wait for it, at most `limit` seconds.

    Parameters
    ----------
    command : list of str
    log : path-like
        Takes all it prints.
    limit : float, optional
    **options
        Of `subprocess.Popen`: ``cwd``, ``env``.

    Returns
    -------
    Run
    """
    # Processes that lose their parent become ours, so that they can be stopped, and their CPU time counts.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    before = _children_cpu()
    peak = root_peak = root_cpu = 0.0
    with Path(log).open("w") as file:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **options)
        root, stopped = psutil.Process(process.pid), False
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                root_cpu = sum(root.cpu_times()[:2])
                root_peak = max(root_peak, root.memory_info().rss)
                peak = max(peak, sum(map(_pss, [root, *root.children(recursive=True)])))
            if limit is not None and time.perf_counter() - started > limit:
                stopped = True
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(INTERVAL)
        wall = time.perf_counter() - started
    _stop_what_is_left()
    if process.returncode is None:
        process.returncode = -signal.SIGKILL
    return Run(wall, _children_cpu() - before, peak / 1e6, root_peak / 1e6, root_cpu, stopped, process.returncode)


def _pss(process):
    try:
        return process.memory_full_info().pss
    except psutil.Error:
        return 0


def _children_cpu():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _stop_what_is_left():
    """Kill and reap every descendant; with a run's end nothing of it stays to disturb the next."""
    while children := psutil.Process().children(recursive=True):
        for child in children:
            with contextlib.suppress(psutil.Error):
                child.kill()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, 0)[0]:
                pass

"""What an evaluation may use."""

import contextlib
import functools
import math
import os
import resource
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cvsearch.journal.policy import Limits

# What one evaluation may take of its cluster job's time and memory; the rest is for the process, what candidates share,
# and the other candidates.
JOB_SHARE = 0.5

# What a cluster job may have used up before its script begins: Snakemake starts twice in it.
START_SECONDS = 60.0

# What the arrays that candidates share may take of a local job's part of the free memory, and of a cluster job's memory: with
# the 4,000 MB that profiles/slurm asks for, 1 GB.
SHARED_PART_OF_FREE = 0.5
SHARED_PART_OF_JOB = 0.25

# The Slurm job that the controller runs in, if any. Its jobs read it from their environment.
CONTROLLER_VARIABLE = "CVSEARCH_CONTROLLER_SLURM_JOB"


def note_controller() -> None:
    """Note, for the jobs of a run, which Slurm job their controller runs in."""
    os.environ[CONTROLLER_VARIABLE] = os.environ.get("SLURM_JOB_ID", "")


def in_own_slurm_job() -> bool:
    """Whether this job was submitted to Slurm, rather than started by a controller that runs in a Slurm job."""
    number = os.environ.get("SLURM_JOB_ID", "")
    return number not in ("", os.environ.get(CONTROLLER_VARIABLE))


def slurm_limits(limits: Limits, resources: Mapping[str, Any]) -> tuple[Limits, float]:
    """Fill in the limits that the config leaves open, from what Slurm granted to this job.

    Elsewhere they stay open, and so they do for the jobs of a controller that runs inside a Slurm job itself.

    A limit of seconds that the job would not live to enforce is lowered to what it would.

    Parameters
    ----------
    limits : dict
        seconds, memory_mb of the config.
    resources : mapping
        The job's; ``runtime`` in minutes and ``mem_mb`` count.

    Returns
    -------
    limits : dict
    deadline : float
        On ``time.monotonic()``: when the job ends, where that sets the limit of seconds; else infinity.
    """
    if not in_own_slurm_job():
        return limits, math.inf
    seconds, memory_mb = resources.get("runtime", 0) * 60, resources.get("mem_mb", 0)
    shares = {"seconds": seconds * JOB_SHARE or None, "memory_mb": memory_mb * JOB_SHARE or None}
    own = limits["seconds"] is not None or not seconds
    deadline = math.inf if own else time.monotonic() + seconds - START_SECONDS
    filled: Limits = {key: shares[key] if limit is None else limit for key, limit in limits.items()}
    if seconds:
        filled["seconds"] = min(filled["seconds"] or math.inf, max(seconds - START_SECONDS, seconds * JOB_SHARE))
    return filled, deadline


@functools.cache
def shared_memory_bytes() -> int:
    """Return what the arrays that candidates share may take in this process, so that jobs side by side fit into memory.

    On Slurm it is a part of what the job was granted. Elsewhere every core may have a job, and each gets its part of what is free.
    """
    if in_own_slurm_job() and (megabytes := os.environ.get("SLURM_MEM_PER_NODE", "")).isdigit():
        return int(int(megabytes) * 1e6 * SHARED_PART_OF_JOB)
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), math.inf)
    part = min(free, cgroup_memory_bytes()) * SHARED_PART_OF_FREE / len(os.sched_getaffinity(0))
    return int(min(part, 1 << 62))


def cgroup_memory_bytes() -> float:
    """Return the memory that the control groups of this process allow; infinity where there is no limit."""
    limits = [math.inf]
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root, name = ("memory", "memory.limit_in_bytes") if controllers else ("", "memory.max")
        group = Path("/sys/fs/cgroup", root, path.lstrip("/"))
        for folder in (group, *group.parents):
            with contextlib.suppress(OSError, ValueError):
                limits.append(int((folder / name).read_text()))
    return min(limits)


@contextlib.contextmanager
def memory_limit(megabytes: float | None) -> Iterator[None]:
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

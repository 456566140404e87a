"""The time and the memory that an evaluation may use."""

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

# The share of its cluster job's time and memory that one evaluation may take. The rest is for the process, for what
# candidates share, and for the other candidates.
JOB_SHARE = 0.5

# The time that a cluster job may have used up before its script begins. Snakemake starts twice in such a job.
START_SECONDS = 60.0

# The shares of memory that the arrays shared by candidates may take. The first is a share of a local job's part of the
# free memory. The second is a share of a cluster job's memory: 1 GB of the 4,000 MB that profiles/slurm asks for.
SHARED_PART_OF_FREE = 0.5
SHARED_PART_OF_JOB = 0.25

# This variable has the number of the Slurm job that the controller runs in, if any. The controller's jobs read the
# number from their environment.
CONTROLLER_VARIABLE = "CVSEARCH_CONTROLLER_SLURM_JOB"


def note_controller() -> None:
    """Put the number of the controller's Slurm job into the environment, so that the jobs of a run can read it."""
    os.environ[CONTROLLER_VARIABLE] = os.environ.get("SLURM_JOB_ID", "")


def in_own_slurm_job() -> bool:
    """Tell whether this job was submitted to Slurm.

    A job that a controller starts inside its own Slurm job was not submitted.
    """
    number = os.environ.get("SLURM_JOB_ID", "")
    return number not in ("", os.environ.get(CONTROLLER_VARIABLE))


def slurm_limits(limits: Limits, resources: Mapping[str, Any]) -> tuple[Limits, float]:
    """Fill in the limits that the config leaves open, from what Slurm granted to this job.

    The limits stay open for a job that does not run on Slurm. They also stay open for a job that a controller starts
    inside its own Slurm job.

    A limit of seconds is lowered if the job would end before it could enforce the limit.

    Parameters
    ----------
    limits : dict
        seconds, memory_mb of the config.
    resources : mapping
        Resources of the job. Only ``runtime``, in minutes, and ``mem_mb`` are used.

    Returns
    -------
    limits : dict
    deadline : float
        When the job ends, on ``time.monotonic()``, if the job's time sets the limit of seconds. Else infinity.
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
    """Return how many bytes the arrays that candidates share may take in this process.

    The number is small enough that jobs side by side fit into memory. On Slurm it is a part of the memory that the job
    was granted. Elsewhere every core may run a job, and each job gets its part of the free memory.
    """
    if in_own_slurm_job() and (megabytes := os.environ.get("SLURM_MEM_PER_NODE", "")).isdigit():
        return int(int(megabytes) * 1e6 * SHARED_PART_OF_JOB)
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), math.inf)
    part = min(free, cgroup_memory_bytes()) * SHARED_PART_OF_FREE / len(os.sched_getaffinity(0))
    return int(min(part, 1 << 62))


def cgroup_memory_bytes() -> float:
    """Return the bytes that the control groups of this process allow; infinity if there is no limit."""
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
    """Let this process grow by at most `megabytes` megabytes (10^6 bytes) of data while the block runs.

    RLIMIT_DATA is set to the size at entry plus this growth. An allocation beyond the limit fails. In Python it raises
    MemoryError.
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

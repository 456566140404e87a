"""What an evaluation may use."""

import contextlib
import math
import os
import resource
import time
from collections.abc import Iterator, Mapping
from typing import Any

from cvsearch.journal.policy import Limits

# What one evaluation may take of its cluster job's time and memory; the rest is for the process, what candidates share,
# and the other candidates.
JOB_SHARE = 0.5

# What a cluster job may have used up before its script begins: Snakemake starts twice in it.
START_SECONDS = 60.0


def slurm_limits(limits: Limits, resources: Mapping[str, Any]) -> tuple[Limits, float]:
    """Fill in the limits that the config leaves open, from what Slurm granted to this job; elsewhere they stay open.

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
    if "SLURM_JOB_ID" not in os.environ:
        return limits, math.inf
    seconds, memory_mb = resources.get("runtime", 0) * 60, resources.get("mem_mb", 0)
    shares = {"seconds": seconds * JOB_SHARE or None, "memory_mb": memory_mb * JOB_SHARE or None}
    own = limits["seconds"] is not None or not seconds
    deadline = math.inf if own else time.monotonic() + seconds - START_SECONDS
    filled: Limits = {key: shares[key] if limit is None else limit for key, limit in limits.items()}
    if seconds:
        filled["seconds"] = min(filled["seconds"] or math.inf, max(seconds - START_SECONDS, seconds * JOB_SHARE))
    return filled, deadline


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

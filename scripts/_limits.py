"""What an evaluation may use, and whether one that hit a limit stands under another."""

import contextlib
import math
import os
import resource
import time

# What one evaluation may take of its cluster job's time and memory; the rest is for the process, what candidates share,
# and the other candidates.
GRANTED_SHARE = 0.5

# What a cluster job may have used up before its script begins: Snakemake starts twice in it.
START_SECONDS = 60.0


def granted(limits, resources):
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
    shares = {"seconds": seconds * GRANTED_SHARE or None, "memory_mb": memory_mb * GRANTED_SHARE or None}
    own = limits["seconds"] is not None or not seconds
    deadline = math.inf if own else time.monotonic() + seconds - START_SECONDS
    filled = {key: shares[key] if limit is None else limit for key, limit in limits.items()}
    if seconds:
        filled["seconds"] = min(filled["seconds"], max(seconds - START_SECONDS, seconds * GRANTED_SHARE))
    return filled, deadline


def is_final(row, limits, retry_failed):
    """Whether a journaled row stands, under today's limits.

    A row that hit a limit is evaluated again under a higher one, a failed one as often as `retry_failed` says. Code that
    does not check whether it got its memory dies where there is none, so a death may have been that of a limit.
    """
    if row["status"] == "ok":
        return True
    hit = {"timeout": "seconds", "out_of_memory": "memory_mb", "killed": "memory_mb"}.get(row["status"])
    if hit and row["limits"][hit] is not None and (limits[hit] is None or limits[hit] > row["limits"][hit]):
        return False
    return row["attempt"] >= retry_failed


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

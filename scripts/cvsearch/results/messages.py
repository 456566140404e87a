"""What merging says of a search: what failed and why, and what it cost."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from cvsearch.errors import InputError
from cvsearch.results.evaluations import Evaluations

# Overhead that is not worth a word, as a share of core time; a better batch size would get there.
FAIR_OVERHEAD = 0.05


def failure_line(name: str, evaluations: Evaluations, retry_failed: int) -> str | None:
    """Say how many evaluations failed, of what, and how to try those again; None where none failed.

    Raises
    ------
    InputError
        If all failed, or each candidate on some split: there is no result.
    """
    failed = evaluations.status > 0
    n_failed, total = int(failed.sum()), failed.size
    if n_failed == 0:
        return None
    reasons = Counter(evaluations.errors.values()).most_common(3)
    again = (
        f"run the same command with --config retry_failed={retry_failed + 1} (beside the keys already there, if any)"
    )
    if failed.any(axis=1).all():
        (reason, count), where = reasons[0], "" if n_failed == total else ", on each candidate one at least"
        raise InputError(
            f"{name}: {'all' if n_failed == total else f'{n_failed:,} of'} {total:,} evaluations failed{where}, most often "
            f"({count:,} times) with {reason}; mend that and run again, or to try only those again: {again}"
        )
    told = "; ".join(f"{count:,} x {reason}" for reason, count in reasons)
    return f"{n_failed:,} of {total:,} evaluations failed ({told}); to try only those again: {again}"


def cost_line(costs: Sequence[dict[str, float]], batch_size: int, most: int) -> str | None:
    """Say what share of core time was evaluation, and what batch size would have been better; None if nothing ran.

    Parameters
    ----------
    costs : list of dict
        Of the last run of each job.
    batch_size : int
        As planned.
    most : int
        The largest batch that makes sense: all candidates, or 5,000.
    """
    ran = [cost for cost in costs if cost["evaluations"]]
    if not ran:
        return None
    evaluations, seconds, job_seconds = (sum(c[key] for c in ran) for key in ("evaluations", "seconds", "job_seconds"))
    share = seconds / job_seconds
    line = f"{share:.0%} of {job_seconds:,.1f} s of core time was evaluation, the rest was overhead of {len(ran):,} job"
    line += "s" * (len(ran) != 1)
    start, each = (job_seconds - seconds) / len(ran), seconds / evaluations
    fair = math.ceil(start * (1 / FAIR_OVERHEAD - 1) / max(each, 1e-9))
    better = min(fair, most, evaluations // side_by_side(ran))  # One so large that a core is left without is no better.
    if 1 - share > FAIR_OVERHEAD and better > batch_size:
        return f"{line}; batch_size {better:,} would have been better"
    return f"{line}; no batch_size would have been much better"


def side_by_side(costs: Sequence[dict[str, float]]) -> int:
    """Return how many jobs ran at once at most, from when each ended and how long it took."""
    ended = [cost["ended"] for cost in costs]
    starts = [(end - cost["job_seconds"], 1) for end, cost in zip(ended, costs, strict=True)]
    return max(itertools.accumulate(change for _, change in sorted(starts + [(end, -1) for end in ended])))

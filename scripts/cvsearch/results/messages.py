"""What merging says of a search: what failed and why, what warned, and what it cost."""

import builtins
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Sequence

from cvsearch.results.evaluations import STATUSES, Evaluations

# Overhead that is not worth a word, as a share of core time; a better batch size would get there.
FAIR_OVERHEAD = 0.05

# How many reasons a line gives.
MOST_REASONS = 3


def failure_line(evaluations: Evaluations, retry_failed: int) -> str | None:
    """Say how many evaluations failed and why, and what can be done; None where none failed."""
    failed = evaluations.status > 0
    if not (n_failed := int(failed.sum())):
        return None
    errors = {at: text for at, text in evaluations.errors.items() if failed[at]}
    line = f"{n_failed:,} of {failed.size:,} evaluations failed ({most_often(errors.values())})"
    statuses = {at: STATUSES[evaluations.status[at]] for at in errors}
    return f"{line}{advice(((statuses[at], text) for at, text in errors.items()), retry_failed)}"


def missing_line(evaluations: Evaluations) -> str | None:
    """Say how many evaluations lack a score and why; None where none does."""
    ok = evaluations.status == 0
    found = [
        {f"{name.partition('_')[2]}: {text}" for name, text in reasons.items()}
        for at, reasons in evaluations.reasons.items()
        if ok[at]
    ]
    if not found:
        return None
    told = most_often(text for texts in found for text in sorted(texts))
    return f"{len(found):,} of {ok.size:,} evaluations lack a score ({told})"


def warning_line(evaluations: Evaluations) -> str | None:
    """Say how many evaluations warned, and of what; None where none did."""
    if not (texts := list(evaluations.warning.values())):
        return None
    total = evaluations.warnings.size
    stopped = sum(text.startswith("ConvergenceWarning") for text in texts)
    if stopped == len(texts):
        return f"{stopped:,} of {total:,} fits did not converge ({most_often(texts)})"
    return f"{len(texts):,} of {total:,} evaluations warned ({most_often(texts)})"


def most_often(texts: Iterable[str]) -> str:
    """Return the most frequent texts, each with its number."""
    return "; ".join(f"{count:,} x {text}" for text, count in Counter(texts).most_common(MOST_REASONS))


def advice(failures: Iterable[tuple[str, str]], retry_failed: int) -> str:
    """Return what can be done about failures, given as status and error; nothing where another try gives the same.

    Seeds are fixed, so an evaluation that raised an error raises it again, unless it is one of the machine's.
    """
    found = {status if status != "failed" else _kind(error) for status, error in failures}
    again = f"--config retry_failed={retry_failed + 1} (beside the keys already there, if any)"
    lines = {
        "timeout": "raise limits.seconds to give those that took too long more time",
        "out_of_memory": "raise limits.memory_mb, or give the job more memory, for those that needed more",
        "killed": f"to try those that were killed again: run the same command with {again}",
        "machine": f"to try those again once the cause is gone: run the same command with {again}",
    }
    return "".join(f"; {line}" for kind, line in lines.items() if kind in found)


def _kind(error: str) -> str:
    """Tell an error of the machine, such as a full disk or a missing package, from one of the data or the parameters."""
    cls = getattr(builtins, error.partition(":")[0], None)
    machine = isinstance(cls, type) and issubclass(cls, OSError | ImportError)
    return "machine" if machine else "failed"


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

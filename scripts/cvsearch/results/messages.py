"""Messages about a merged search: what failed and why, what warned, and what the search cost."""

import builtins
from collections import Counter
from collections.abc import Iterable, Sequence

from cvsearch.console import counted
from cvsearch.results.evaluations import STATUSES, Evaluations

# The most reasons that a line gives.
MOST_REASONS = 3


def failure_line(evaluations: Evaluations, retry_failed: int) -> str | None:
    """Say how many evaluations failed and why, and what the user can do. Return None if none failed."""
    failed = evaluations.status > 0
    if not (n_failed := int(failed.sum())):
        return None
    errors = {at: text for at, text in evaluations.errors.items() if failed[at]}
    line = f"{n_failed:,} of {failed.size:,} evaluations failed ({most_often(errors.values())})"
    statuses = {at: STATUSES[evaluations.status[at]] for at in errors}
    return f"{line}{advice(((statuses[at], text) for at, text in errors.items()), retry_failed)}"


def missing_line(evaluations: Evaluations) -> str | None:
    """Say how many evaluations lack a score and why. Return None if none does."""
    ok = evaluations.status == 0
    found = [
        {f"{name.partition('_')[2]}: {text}" for name, text in reasons.items()}
        for at, reasons in evaluations.reasons.items()
        if ok[at]
    ]
    if not found:
        return None
    reason = most_often(text for texts in found for text in sorted(texts))
    return f"{len(found):,} of {ok.size:,} evaluations lack a score ({reason})"


def warning_line(evaluations: Evaluations) -> str | None:
    """Say how many evaluations gave warnings, and which ones. Return None if none did."""
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
    """Return what the user can do about failures, given as status and error.

    The text is empty if another try gives the same result. Seeds are fixed, so an evaluation that raised an error
    raises it again, unless the machine caused the error.
    """
    found = {status if status != "failed" else _kind(error) for status, error in failures}
    again = f"--config retry_failed={retry_failed + 1} (keep the other keys of --config, if there are any)"
    lines = {
        "timeout": "raise limits.seconds to give those that took too long more time",
        "out_of_memory": "raise limits.memory_mb, or give the job more memory, for those that needed more",
        "killed": f"to try those that were killed again: run the same command with {again}",
        "machine": f"to try those again once the cause is gone: run the same command with {again}",
    }
    return "".join(f"; {line}" for kind, line in lines.items() if kind in found)


def _kind(error: str) -> str:
    """Return ``machine`` for an error that the machine caused, such as a full disk or a missing package.

    Return ``failed`` for an error that the data or the parameters caused.
    """
    cls = getattr(builtins, error.partition(":")[0], None)
    machine = isinstance(cls, type) and issubclass(cls, OSError | ImportError)
    return "machine" if machine else "failed"


def cost_line(costs: Sequence[dict[str, float]]) -> str | None:
    """Say what share of core time was evaluation, and how much memory the largest process needed. Return None if nothing ran.

    Parameters
    ----------
    costs : list of dict
        The cost of the last run of each job.
    """
    ran = [cost for cost in costs if cost["evaluations"]]
    if not ran:
        return None
    seconds, job_seconds = (sum(cost[key] for cost in ran) for key in ("seconds", "job_seconds"))
    jobs, memory = counted(len(ran), "job"), max(cost["memory_mb"] for cost in ran)
    used = f"{jobs} used {job_seconds:,.1f} s of core time: {seconds / job_seconds:.0%} for evaluations, the rest is overhead"
    return f"{used}; the largest process needed {memory:,.0f} MB of memory"

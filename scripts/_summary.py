"""What a run says of a search at its end: how it came out, what failed, what it cost."""

import itertools
import math
from collections import Counter
from pathlib import Path

from _errors import InputError
from _plan import read_plan
from _rows import read_json
from _tables import REBUILD

# Overhead that is not worth a word, as a share of core time; a better batch size would get there.
FAIR_OVERHEAD = 0.05


def summary(folder):
    """Return, in a few lines, how a finished search came out, where its results are, and what merging them told.

    Parameters
    ----------
    folder : path-like
        ``results/{search}``.
    """
    folder = Path(folder)
    best = read_json(folder / "best.json", REBUILD)
    plan = read_plan(folder)
    return (
        f"{folder.name}: {plan['n_candidates']:,} candidates on {plan['n_splits']:,} splits, best is candidate {best['candidate']} "
        f"with a mean test {best['scorer']} of {best['mean_test_score']:.4f} (std {best['std_test_score']:.4f})\n"
        f"  {in_words(best['params'])}\n"
        f"  table: {folder}/cv_results.csv   map: {folder}/plots/parameter_map.png"
        + "".join(f"\n  {message}" for message in read_json(folder / "provenance.json", REBUILD)["messages"])
    )


def in_words(params):
    """Return a candidate's parameters as a person reads them."""
    return ", ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in params.items()
    )


def failure_line(name, evaluations, retry_failed):
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


def cost_line(costs, batch_size, most):
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


def side_by_side(costs):
    """Return how many jobs ran at once at most, from when each ended and how long it took."""
    ended = [cost.get("ended", 0.0) for cost in costs]  # Jobs of earlier versions did not say: as if all at once.
    starts = [(end - cost["job_seconds"], 1) for end, cost in zip(ended, costs, strict=True)]
    return max(itertools.accumulate(change for _, change in sorted(starts + [(end, -1) for end in ended])))

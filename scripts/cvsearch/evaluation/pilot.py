"""A few evaluations timed before the search, so that batches can be sized. They are journaled like any other evaluation."""

from collections.abc import Sequence
from typing import Any

from cvsearch.evaluation.supervisor import Evaluate, evaluate_in_order
from cvsearch.journal import policy
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal

# Enough for a mean: so many evaluations, or so many seconds of them.
ENOUGH_EVALUATIONS = 200
ENOUGH_SECONDS = 2.0

# An evaluation that still runs after so many seconds is stopped: it takes at least that long.
CAP_SECONDS = 30.0


def time_evaluations(
    evaluate: Evaluate, settings: Sequence[Setting], search: dict[str, Any], journal: Journal
) -> list[float]:
    """Evaluate settings until enough is known; what the journal has counts, and is not evaluated again.

    Parameters
    ----------
    evaluate : callable
    settings : sequence of Setting
    search : dict
        limits, return_train_score of the config.
    journal : Journal
        Open; what is finished is written to it.

    Returns
    -------
    list of float
        Wall seconds of each evaluation.
    """
    limits = search["limits"]
    cap = min(CAP_SECONDS, limits["seconds"] or CAP_SECONDS)
    terms = policy.Terms(limits, 0, search["return_train_score"])
    history = journal.history(settings)
    seconds = [row["time"] for row in history.rows.values() if row["time"] is not None]
    tasks = policy.untried(policy.remaining(settings, history, terms), history)
    while tasks and sum(seconds) <= ENOUGH_SECONDS:
        enough = ENOUGH_SECONDS - sum(seconds)
        rows, failure = evaluate_in_order(tasks, evaluate, journal, limits, cap, enough)
        seconds += [row["time"] for row in rows.values()]
        over = set(rows)
        if failure:
            seconds.append(failure.seconds)
            over.add(failure.task.key)
        tasks = [task for task in tasks if task.key not in over]
    return seconds


def steady_mean(seconds: Sequence[float]) -> float:
    """Return the mean of all but the first time: the first evaluation also pays for what the others share."""
    steady = seconds[1:] or seconds or [CAP_SECONDS]
    return sum(steady) / len(steady)

"""Evaluations run in a worker process, which journals them itself. So the worker does not send them to the supervisor.

The supervisor forks the worker and waits. When the worker has ended, the journal tells what the worker did, and during
which evaluation it died.
"""

import math
import os
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cvsearch.evaluation.worker import WorkerDied, WorkerTimeout, run_in_worker
from cvsearch.journal.journal import Journal
from cvsearch.journal.policy import Limits, Row, Task

# A function that takes parameters and returns the outcome of an evaluation.
Evaluate = Callable[[dict[str, Any]], Row]


class Failure(NamedTuple):
    """The evaluation that a worker died of, or at which it was stopped."""

    task: Task
    status: str
    error: str
    seconds: float


def row_of(task: Task, outcome: Row, limits: Limits) -> Row:
    """Return the row that is journaled for a task's outcome under these limits."""
    about = {"params": task.params, "resource": task.resource, "attempt": task.attempt}
    return {**outcome, **about, "limits": limits, "finished": time.time()}


def outcome_without_scores(status: str, error: str, seconds: float | None = None) -> Row:
    """Return the outcome of an evaluation that gave no scores."""
    unknown = ("test", "train", "scorers", "predictions", "fit_time", "shared_time", "score_time", "warning")
    return dict.fromkeys(unknown) | {"status": status, "error": error, "reasons": {}, "warnings": 0, "time": seconds}


def evaluate_in_order(
    tasks: Sequence[Task],
    evaluate: Evaluate,
    journal: Journal,
    limits: Limits,
    seconds: float | None = None,
    enough: float = math.inf,
    may_begin: Callable[[Task], bool] | None = None,
    on_tick: Callable[[int], None] | None = None,
) -> tuple[dict[str, Row], Failure | None]:
    """Evaluate tasks until all are done or the worker dies.

    Parameters
    ----------
    tasks : sequence of Task
    evaluate : callable
        Takes parameters and returns the outcome.
    journal : Journal
        Open for writing.
    limits : dict
        seconds and memory_mb. They become part of each row.
    seconds : float, optional
        Wall time after which one evaluation is stopped.
    enough : float
        After this many seconds, no other evaluation is begun.
    may_begin : callable, optional
        Called with each task right before the task would begin. If it returns False, the task is skipped.
    on_tick : callable, optional
        Called in the supervisor every second with the number of evaluations that remain.

    Returns
    -------
    rows : dict of str to dict
        The row of each evaluation that ended, by key. These rows are in the journal.
    failure : Failure or None
        The evaluation that the worker died of, or that took longer than the limit of seconds. It is not in the journal.
    """

    def work(begin: Callable[[], None]) -> None:
        os.register_at_fork(after_in_child=journal.release)
        started = time.monotonic()
        for task in tasks:
            if may_begin is None or may_begin(task):
                begin()
                journal.start(task.key)
                journal.finish(task.key, row_of(task, evaluate(task.params), limits))
            if time.monotonic() - started > enough:
                return

    def tell_remaining(begun: int) -> None:
        if on_tick is not None:
            on_tick(len(tasks) - max(begun - 1, 0))

    ended, before = None, journal.end
    try:
        run_in_worker(work, seconds, tell_remaining if on_tick else None)
    except WorkerDied as end:
        ended = end
    finally:
        rows, in_flight = journal.since(before)
        if in_flight:  # This evaluation does not run any more, however it ended.
            journal.withdraw(in_flight)
    # A worker that died between two evaluations did not die of either of them. A worker that died before the first
    # evaluation counts as having died of it.
    guilty = in_flight if in_flight or rows else tasks[0].key
    if ended is None or guilty is None:
        return rows, None
    task = next(task for task in tasks if task.key == guilty)
    status = "timeout" if isinstance(ended, WorkerTimeout) else "killed"
    return rows, Failure(task, status, str(ended), ended.seconds)

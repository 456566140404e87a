"""Evaluations in a worker process that journals them itself, so that nothing passes between two processes for each.

The supervisor forks it and waits. When it has ended, the journal tells what it did, and whom it died of.
"""

import math
import os
import time
from typing import NamedTuple

from _worker import WorkerDied, WorkerTimeout, run_in_worker


class Entry(NamedTuple):
    """An evaluation that is asked for."""

    key: str
    params: dict
    attempt: int

    def row(self, outcome, limits):
        """Return the row that is journaled of an outcome under these limits."""
        more = {"params": self.params, "attempt": self.attempt, "limits": limits, "finished": time.time()}
        return {**outcome, **more}


class Failure(NamedTuple):
    """What a worker died of."""

    entry: Entry
    status: str
    error: str
    seconds: float


def evaluate_in_order(entries, evaluator, journal, limits, seconds=None, enough=math.inf, may_begin=None, tick=None):
    """Evaluate entries until all are done, or the worker dies of one.

    Parameters
    ----------
    entries : list of Entry
    evaluator : callable
        Takes parameters, returns the outcome.
    journal : Journal
        Open for writing.
    limits : dict
        seconds, memory_mb; part of each row.
    seconds : float, optional
        Wall time after which one evaluation is stopped.
    enough : float
        No more is begun after so many seconds.
    may_begin : callable, optional
        Asked of each entry right before it would begin; where it says no, the entry is passed over.
    tick : callable, optional
        Called here every second with the number of evaluations that remain.

    Returns
    -------
    rows : dict of str to dict
        What was evaluated, by key; it is in the journal.
    failure : Failure or None
        What the worker died of, or what took longer than the limit of seconds; it is not in the journal.
    """

    def work(begin):
        os.register_at_fork(after_in_child=journal.release)
        started = time.monotonic()
        for entry in entries:
            if may_begin is None or may_begin(entry):
                begin()
                journal.start(entry.key)
                journal.finish(entry.key, entry.row(evaluator(entry.params), limits))
            if time.monotonic() - started > enough:
                return

    def remaining(begun):
        tick(len(entries) - max(begun - 1, 0))

    ended, before = None, journal.end
    try:
        run_in_worker(work, seconds, remaining if tick else None)
    except WorkerDied as end:
        ended = end
    finally:
        rows, in_flight = journal.since(before)
        if in_flight:  # Whatever became of it: no longer.
            journal.withdraw(in_flight)
    # One that died between two evaluations died of neither, unless it never gets as far as the first.
    guilty = in_flight if in_flight or rows else entries[0].key
    if ended is None or guilty is None:
        return rows, None
    entry = next(entry for entry in entries if entry.key == guilty)
    status = "timeout" if isinstance(ended, WorkerTimeout) else "killed"
    return rows, Failure(entry, status, str(ended), ended.seconds)


def outcome_of(status, error, seconds=None):
    """Return the outcome of an evaluation that gave no scores."""
    return dict.fromkeys(("test", "train", "fit_time", "score_time")) | {
        "status": status,
        "error": error,
        "time": seconds,
    }

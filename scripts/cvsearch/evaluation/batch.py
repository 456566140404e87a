"""One batch on one split. Some of its evaluations may be done already, and the others are done here."""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from cvsearch.evaluation.supervisor import evaluate_in_order, outcome_without_scores, row_of
from cvsearch.evaluation.worker import stopped_in_order
from cvsearch.journal import policy
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from cvsearch.journal.policy import Row, Task

# The time between two checks whether another job that evaluates the same tasks has ended.
WAIT_SECONDS = 1.0

# A job stops waiting if the other job has not finished an evaluation for this long. The other job may hang, or may have
# died and left its lock. The time is long enough that few evaluations are done twice, which is harmless. It is a sixth
# of the 30 minutes that profiles/slurm asks for.
PATIENCE_SECONDS = 300.0


class Batch:
    """The evaluations of one batch on one split.

    Parameters
    ----------
    settings : sequence of Setting
    journal : Journal
        The journal of the split.
    search : dict
        limits, retry_failed, return_train_score of the config.
    predictions : bool
        Whether predictions are wanted.
    """

    def __init__(
        self, settings: Sequence[Setting], journal: Journal, search: dict[str, Any], predictions: bool = False
    ) -> None:
        self.settings, self.journal, self.terms = settings, journal, policy.Terms.of(search, predictions)
        self.look_up()

    def look_up(self) -> None:
        """Read the journal."""
        self.history = self.journal.history(self.settings)

    def remaining(self) -> list[Task]:
        """Return the tasks that are to be evaluated."""
        return policy.remaining(self.settings, self.history, self.terms)

    def wait_for_others(self, on_message: Callable[[str], None]) -> None:
        """Wait while another job evaluates some of the same tasks and makes progress.

        A killed controller may have left such a job behind.

        Parameters
        ----------
        on_message : callable
            Called with a message for the user.
        """
        n_before, since = None, time.monotonic()
        while (keys := {task.key for task in self.remaining()}) and keys & self.journal.at_work().keys():
            if n_before is None:
                on_message("another job is at work on it; waiting for its end")
            if len(keys) != n_before:
                n_before, since = len(keys), time.monotonic()
            elif time.monotonic() - since > PATIENCE_SECONDS:
                on_message(f"the other job has finished nothing in {PATIENCE_SECONDS:g} s; evaluating here too")
                return
            time.sleep(WAIT_SECONDS)
            self.look_up()

    def evaluate(self, evaluator: Any, on_progress: Callable[[int], None], deadline: float = math.inf) -> None:
        """Evaluate what remains. Each row is in the journal before the next evaluation begins.

        Parameters
        ----------
        evaluator : Evaluator
        on_progress : callable
            Called now and then with the number of evaluations that remain.
        deadline : float
            When the job ends, on ``time.monotonic()``.
        """
        limits, rows = self.terms.limits, self.history.rows

        def has_time(task: Task) -> bool:
            return policy.has_time(task, self.history, limits, deadline - time.monotonic())

        allowed = limits["memory_mb"]
        under = f" under a limit of {allowed:g} MB" if allowed else ""
        deaths: dict[tuple[str, int], list[float]] = defaultdict(list)
        with stopped_in_order(), self.journal:
            for task in policy.given_up(self.remaining(), self.history):
                error = f"the whole job died {policy.DEATHS} times during this evaluation"
                self._finish(task, outcome_without_scores("killed", error))
            while tasks := [task for task in self.remaining() if has_time(task)]:
                tasks = policy.in_order(tasks, self.history, evaluator.prefix)
                on_progress(len(tasks))
                found, failure = evaluate_in_order(
                    tasks, evaluator, self.journal, limits, limits["seconds"], may_begin=has_time, on_tick=on_progress
                )
                rows |= found
                if failure is None:
                    continue
                task, status, error, seconds = failure
                times = deaths[task.key, task.attempt]
                times.append(seconds)
                if status == "timeout":
                    self._finish(task, outcome_without_scores(status, error, seconds))
                elif len(times) == policy.DEATHS:
                    error = f"{error}, {policy.DEATHS} times{under}"
                    self._finish(task, outcome_without_scores(status, error, sum(times)))
            on_progress(len(self.remaining()))

    def _finish(self, task: Task, outcome: Row) -> None:
        row = self.history.rows[task.key] = row_of(task, outcome, self.terms.limits)
        self.journal.finish(task.key, row)

    def seconds_of(self, tasks: Sequence[Task]) -> float:
        """Return the seconds that these evaluations took, as far as they are known."""
        rows = (self.history.rows.get(task.key) for task in tasks)
        return sum((row["time"] or 0.0) for row in rows if row is not None)

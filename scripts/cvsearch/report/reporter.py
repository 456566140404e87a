"""The lines of progress that a job says while it evaluates."""

import time
from collections.abc import Callable

from cvsearch.candidates.batches import batch_length
from cvsearch.candidates.plan import evaluations_of, finished_receipts, read_plans
from cvsearch.layout import SearchPaths

# Seconds between two lines of progress from one job.
LINE_SECONDS = 10.0

# In a search of more jobs than this a job does not count the others: looking for all receipts would cost more than it tells.
MANY_JOBS = 2000


class Reporter:
    """Says now and then how far the search is, from what this job did and which receipts of other jobs are there.

    Parameters
    ----------
    search : SearchPaths
    number : int
        Of the round.
    batch : str
    split : int
    n_tasks : int
        Evaluations that this job has to compute.
    say : callable
        Called with each line.
    """

    def __init__(
        self, search: SearchPaths, number: int, batch: str, split: int, n_tasks: int, say: Callable[[str], None]
    ) -> None:
        self.search, self.number, self.batch, self.split = search, number, batch, split
        self.n_tasks, self.say = n_tasks, say
        self.done, self.next = 0, time.monotonic() + LINE_SECONDS

    def __call__(self, remaining: int) -> None:
        """Take note of how many evaluations remain."""
        self.done = self.n_tasks - remaining
        if time.monotonic() >= self.next or remaining == 0:
            self.next = time.monotonic() + LINE_SECONDS
            self.say(self.line())

    def line(self) -> str:
        """Return the line of progress."""
        here = f"batch {self.batch}, split {self.split}: {self.done:,} of {self.n_tasks:,}"
        plans = read_plans(self.search)
        if not plans or sum(len(plan.batches) * plan.n_splits for plan in plans) > MANY_JOBS:
            return f"{self.search.name}: {here}"
        elsewhere = finished_receipts(self.search, plans) - {(self.number, self.batch, self.split)}
        total = evaluations_of(elsewhere) + batch_length(self.batch) - self.n_tasks + self.done
        asked = sum(plan.evaluations for plan in plans)
        return f"{self.search.name}: {total:,} of {asked:,} evaluations done; {here}"

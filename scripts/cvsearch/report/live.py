"""What the console shows while a run goes on: each step in a line, and how far the searches are.

Snakemake says two to six lines for each job. The file under ``.snakemake/log`` keeps all of them, and ``--verbose`` shows them.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from snakemake_interface_logger_plugins.common import LogEvent

from cvsearch.candidates.plan import evaluations_of, finished_receipts, read_plans
from cvsearch.errors import InputError
from cvsearch.layout import SearchPaths
from cvsearch.report.words import duration

# Seconds between two lines of progress.
LINE_SECONDS = 10.0

# In a search of more jobs than this the receipts are not counted: that takes some 0.1 s for 10,000.
MANY_JOBS = 10_000

# Names of rules. Jobs of the first are shown as progress, and not one by one.
EVALUATE, JUDGE = "evaluate", "judge_search"

_CHATTER = {
    LogEvent.WORKFLOW_STARTED,
    LogEvent.RUN_INFO,
    LogEvent.RESOURCES_INFO,
    LogEvent.JOB_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.PROGRESS,
}

# Lines of Snakemake without an event.
_CHATTER_STARTS = (
    "Assuming unrestricted shared filesystem usage",
    "Building DAG of jobs",
    "Using shell",
    "Conda environments: ignored",
    "Select jobs to execute",
    "DAG of jobs will be updated",
    "Updating checkpoint dependencies",
    "Creating report",
    "Loading script code for rule",
    "Adding ",
    "Downloading resources and rendering",
)


def is_needed(record: logging.LogRecord) -> bool:
    """Return whether a person needs a line of Snakemake's log: a filter for its console. Warnings and errors are needed."""
    if record.levelno > logging.INFO:
        return True
    event = getattr(record, "event", None)
    return event not in _CHATTER and (event is not None or not record.getMessage().startswith(_CHATTER_STARTS))


def show(
    logger: logging.Logger,
    searches: Sequence[SearchPaths],
    whole: bool,
    on_judged: Callable[[], None] | None = None,
) -> None:
    """Let Snakemake's logger show a run in few lines.

    Parameters
    ----------
    logger : Logger
        Snakemake's. It has a handler for the console and one for its log file, which is left alone.
    searches : sequence of SearchPaths
    whole : bool
        Whether Snakemake's own lines stay.
    on_judged : callable, optional
        Called after a search was judged.
    """
    if not whole:
        for handler in logger.handlers:
            if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
                handler.addFilter(is_needed)
    logger.addHandler(Live(searches, not whole, on_judged))


class Live(logging.Handler):
    """Shows steps and progress.

    Parameters
    ----------
    searches : sequence of SearchPaths
    steps : bool
        Whether each job is shown, other than evaluations.
    on_judged : callable, optional
        Called after a search was judged.
    show : callable, optional
        Called with each line, in place of printing it.
    """

    def __init__(
        self,
        searches: Sequence[SearchPaths],
        steps: bool,
        on_judged: Callable[[], None] | None = None,
        show: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(logging.INFO)
        self.steps, self.on_judged, self.show = steps, on_judged, show or _print
        self.searches = [Progress(paths) for paths in searches]
        self.next = time.monotonic() + LINE_SECONDS

    def emit(self, record: logging.LogRecord) -> None:
        """Show what a record tells."""
        event = getattr(record, "event", None)
        if event == LogEvent.JOB_INFO:
            # A workflow that uses this one as a module may put a prefix before the names of rules.
            if record.__dict__["rule_name"].endswith(EVALUATE):
                for search in self.searches:
                    search.begin()
            elif self.steps and (message := record.__dict__["rule_msg"]):
                self.show(message)
        elif event == LogEvent.JOB_FINISHED and record.getMessage().endswith(f"{JUDGE})"):
            if self.on_judged is not None:
                self.on_judged()
        elif event == LogEvent.JOB_FINISHED and record.getMessage().endswith(f"{EVALUATE})"):
            due = time.monotonic() >= self.next
            for line in filter(None, [search.finished(due) for search in self.searches]):
                self.next = time.monotonic() + LINE_SECONDS
                self.show(line)


class Counts(NamedTuple):
    """What the receipts of a search tell: evaluations done and asked for, and jobs without a receipt."""

    done: int
    asked: int
    jobs_left: int


class Progress:
    """How far a search is, from the receipts of its jobs.

    Parameters
    ----------
    paths : SearchPaths
    """

    def __init__(self, paths: SearchPaths) -> None:
        self.paths = paths
        self._started: float | None = None
        self._done_before = self._done = self._jobs_left = 0

    def begin(self) -> None:
        """Take note of what was there before the first evaluation of this run."""
        if self._started is None and (counts := self._counts()) is not None:
            self._started = time.monotonic()
            self._done_before = self._done = counts.done
            self._jobs_left = counts.jobs_left

    def finished(self, due: bool) -> str | None:
        """Return the line of progress after a job has finished; before the line is due, only after the last job.

        Receipts are counted only where a line may come of it: a search may have many.
        """
        self._jobs_left -= 1
        if self._started is None or not (due or self._jobs_left <= 0) or (counts := self._counts()) is None:
            return None
        self._jobs_left = counts.jobs_left
        if counts.done == self._done or not (due or counts.jobs_left == 0):
            return None
        self._done = counts.done
        elapsed = time.monotonic() - self._started
        line = f"{self.paths.name}: {counts.done:,} of {counts.asked:,} evaluations done"
        if counts.jobs_left == 0:
            return f"{line} in {duration(elapsed)}"
        left = elapsed * (counts.asked - counts.done) / (counts.done - self._done_before)
        return f"{line}, about {duration(left)} to go"

    def _counts(self) -> Counts | None:
        """Count; None where there is no plan, or there are too many jobs."""
        try:
            plans = read_plans(self.paths)
        except InputError:  # What reads the plan next says so, and stops the run.
            return None
        n_jobs = sum(len(plan.batches) * plan.n_splits for plan in plans)
        if not plans or n_jobs > MANY_JOBS:
            return None
        receipts = finished_receipts(self.paths, plans)
        return Counts(evaluations_of(receipts), sum(plan.evaluations for plan in plans), n_jobs - len(receipts))


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

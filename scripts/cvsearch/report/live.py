"""The lines that the console shows during a run: one for each step, and lines about how far the searches are.

Snakemake says two to six lines for each job. A filter hides them. The file under ``.snakemake/log`` keeps all of them,
and ``--verbose`` shows all of them.
"""

import logging
import sys
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cvsearch.candidates.plan import evaluations_of, finished_receipts, read_plans
from cvsearch.console import duration
from cvsearch.errors import InputError
from cvsearch.layout import SearchPaths

# Seconds between two lines of progress.
LINE_SECONDS = 10.0

# If a search has more jobs than this, its receipts are not counted. To count 10,000 receipts takes about 0.1 s.
MANY_JOBS = 10_000

# Names of rules. Jobs of `evaluate` are not shown one by one. They are shown as progress.
EVALUATE, JUDGE = "evaluate", "judge_search"

# Events of Snakemake's log. Each record has one as its attribute `event`, a text.
JOB_INFO, JOB_FINISHED = "job_info", "job_finished"

_CHATTER = {"workflow_started", "run_info", "resources_info", JOB_INFO, "job_started", JOB_FINISHED, "progress"}

# Starts of those lines of Snakemake that have no event.
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
    """Return whether the console shows a line of Snakemake's log. Warnings and errors are always shown."""
    if record.levelno > logging.INFO:
        return True
    event = getattr(record, "event", None)
    return event not in _CHATTER and (event is not None or not record.getMessage().startswith(_CHATTER_STARTS))


def show_run(
    logger: logging.Logger,
    searches: Sequence[SearchPaths],
    whole: bool,
    on_judged: Callable[[], None] | None = None,
) -> None:
    """Make Snakemake's logger show a run in few lines.

    Parameters
    ----------
    logger : Logger
        Snakemake's logger. It has a handler for the console and one for its log file. The second one is not changed.
    searches : sequence of SearchPaths
    whole : bool
        Whether Snakemake's own lines are shown too.
    on_judged : callable, optional
        Called each time after a search was judged.
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
        Whether a line is shown for each job that does not evaluate candidates.
    on_judged : callable, optional
        Called each time after a search was judged.
    show : callable, optional
        Called with each line. Without it, lines are printed.
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
        self.searches = {paths.name: ReceiptCounter(paths) for paths in searches}
        self.next = time.monotonic() + LINE_SECONDS
        self._running = self._ended = 0
        self._begun: set[str] = set()
        self._jobs: dict[int, tuple[str, str | None]] = {}  # From the number of a job to its rule and its search.

    def emit(self, record: logging.LogRecord) -> None:
        """Show what a log record says, if it is about a step or about progress."""
        event, fields = getattr(record, "event", None), record.__dict__
        try:
            if event == JOB_INFO:
                rule = self._jobs[fields["jobid"]] = fields["rule_name"], fields["wildcards"].get("search")
                self._begin(*rule, fields["rule_msg"])
            elif event == JOB_FINISHED and fields["job_id"] in self._jobs:
                self._finish(*self._jobs.pop(fields["job_id"]))
        except Exception:  # An error here would end the run.
            self.handleError(record)

    # Another workflow may use this one as a module and put a prefix before the names of rules.

    def _begin(self, rule: str, search: str | None, message: str | None) -> None:
        if rule.endswith(EVALUATE):
            self._running += 1
            if search in self.searches and search not in self._begun:  # Its plan is read once, not before each job.
                self._begun.add(search)
                self.searches[search].begin()
        elif self.steps and message:
            self.show(message)

    def _finish(self, rule: str, search: str | None) -> None:
        if rule.endswith(JUDGE) and self.on_judged is not None:
            self.on_judged()
        elif rule.endswith(EVALUATE) and search in self.searches:
            self._running, self._ended = self._running - 1, self._ended + 1
            due = time.monotonic() >= self.next
            # What running jobs have done is not known. So the first jobs that end say too little about the speed of all.
            predictable = self._ended >= self._running
            if line := self.searches[search].finished(due, predictable):
                self.next = time.monotonic() + LINE_SECONDS
                self.show(line)


class Counts(NamedTuple):
    """Counts from the receipts of a search: evaluations done, evaluations planned, and jobs without a receipt."""

    done: int
    planned: int
    jobs_left: int


class ReceiptCounter:
    """Tells how far a search is. It counts the receipts of the jobs.

    Parameters
    ----------
    paths : SearchPaths
    """

    def __init__(self, paths: SearchPaths) -> None:
        self.paths = paths
        self._started: float | None = None
        self._done_before = self._done = self._jobs_left = 0

    def begin(self) -> None:
        """Before the first evaluation of the search in this run, count what is already done."""
        if (counts := self._counts()) is not None:
            self._started = time.monotonic()
            self._done_before = self._done = counts.done
            self._jobs_left = counts.jobs_left

    def finished(self, due: bool, predictable: bool) -> str | None:
        """Return the line of progress after a job has finished. If no line is due, return one only after the last job.

        A search may have many receipts. So they are counted only if there may be a line to show. The line gives the
        time left only if `predictable` is true.
        """
        self._jobs_left -= 1
        if self._started is None or not (due or self._jobs_left <= 0) or (counts := self._counts()) is None:
            return None
        self._jobs_left = counts.jobs_left
        if counts.done == self._done or not (due or counts.jobs_left == 0):
            return None
        self._done = counts.done
        elapsed = time.monotonic() - self._started
        line = f"{self.paths.name}: {counts.done:,} of {counts.planned:,} evaluations done"
        if counts.jobs_left == 0:
            return f"{line} in {duration(elapsed)}"
        if not predictable or counts.done <= self._done_before:
            return line
        left = elapsed * (counts.planned - counts.done) / (counts.done - self._done_before)
        return f"{line}, about {duration(left)} to go"

    def _counts(self) -> Counts | None:
        """Return the counts. Return None if there is no plan, or if there are too many jobs."""
        try:
            plans = read_plans(self.paths)
        except InputError:  # The next step that reads the plan gives this error, and stops the run.
            return None
        n_jobs = sum(len(plan.batches) * plan.n_splits for plan in plans)
        if not plans or n_jobs > MANY_JOBS:
            return None
        receipts = finished_receipts(self.paths, plans)
        return Counts(evaluations_of(receipts), sum(plan.evaluations for plan in plans), n_jobs - len(receipts))


def _print(line: str) -> None:
    print(line, file=sys.stderr, flush=True)

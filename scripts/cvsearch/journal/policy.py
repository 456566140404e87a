"""Which rows are final, which tasks remain and in which order, and what a death means.

These are pure functions of the journal's records and of today's limits. They use no files and no clock. The plan, the
pilot, `evaluate`, the merge and the status all use them.
"""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from cvsearch.journal.identity import Params, Setting

Row = dict[str, Any]
Limits = dict[str, float | None]

# After a death the evaluation is tried once more, to tell a bad candidate from bad luck. This holds for the death of a
# worker and for the death of a whole job.
DEATHS = 2

# The limit that an evaluation with this status may have hit. Some code does not check whether it got the memory that it
# asked for, and crashes if it did not. So a crash may come from the limit of memory.
HIT_LIMIT = {"timeout": "seconds", "out_of_memory": "memory_mb", "killed": "memory_mb"}


class Terms(NamedTuple):
    """The conditions under which a row is final.

    Attributes
    ----------
    limits : dict
        seconds and memory_mb of one evaluation; None for no limit.
    retry_failed : int
        How many more times a failed evaluation is tried.
    return_train_score : bool
        Whether a row needs train scores.
    predictions : bool
        Whether a row needs predictions.
    """

    limits: Limits
    retry_failed: int
    return_train_score: bool
    predictions: bool = False

    @classmethod
    def of(cls, search: dict[str, Any], predictions: bool = False) -> "Terms":
        """Return the terms of a search of the config."""
        return cls(search["limits"], search["retry_failed"], search["return_train_score"], predictions)


class Record(NamedTuple):
    """What one writer left in the journal.

    Attributes
    ----------
    rows : list of (str, dict)
        Key and row of each finished evaluation.
    in_flight : str or None
        The key of the evaluation that the writer began and did not finish.
    withdrawn : set of str
        The keys of the evaluations that the writer gave up in an orderly stop.
    alive : bool
        Whether the writer still runs.
    """

    rows: list[tuple[str, Row]]
    in_flight: str | None
    withdrawn: set[str]
    alive: bool


class History(NamedTuple):
    """What is known of the evaluations on one split.

    Attributes
    ----------
    rows : dict of str to dict
        From key to the row that counts: a success, or else the last failure.
    deaths : dict of str to int
        From key to how many jobs died during the evaluation; 0 if jobs only gave it up in an orderly stop.
    """

    rows: dict[str, Row]
    deaths: dict[str, int]


class Task(NamedTuple):
    """An evaluation that remains."""

    key: str
    params: Params
    resource: int | None
    attempt: int


def history_of(records: Iterable[Record]) -> History:
    """Fold the records of all writers into one history."""
    history = History({}, {})
    for record in records:
        for key, row in record.rows:
            known = history.rows.get(key)
            history.rows[key] = row if known is None else _that_counts(row, known)
        for key in record.withdrawn:
            history.deaths.setdefault(key, 0)
        if record.in_flight is not None and not record.alive:
            history.deaths[record.in_flight] = history.deaths.get(record.in_flight, 0) + 1
    return history


def _that_counts(row: Row, other: Row) -> Row:
    """Return which of two rows of one setting counts.

    The result has predictions if one of the rows has them, because equal evaluations give equal predictions.
    """
    first, second = sorted((row, other), key=_precedence, reverse=True)
    places = [one.get("predictions") for one in (first, second) if one["status"] == first["status"] == "ok"]
    if any(place is not None for place in places):
        return first | {"predictions": next((place for place in places if place), [])}
    return first


def _precedence(row: Row) -> tuple[bool, bool, int, float]:
    is_ok = row["status"] == "ok"
    return is_ok, is_ok and row["train"] is not None, row["attempt"], row["finished"]


def is_final(row: Row, terms: Terms) -> bool:
    """Tell whether a row is final under today's terms.

    A row that hit a limit is evaluated again under a higher limit. A failed row is evaluated again as often as
    `retry_failed` says. A row without train scores is evaluated again if the terms need train scores. A row without
    predictions is evaluated again if the terms need predictions and the earlier evaluation did not try to keep them.
    """
    if row["status"] == "ok":
        has_predictions = row.get("predictions") is not None or not terms.predictions
        return has_predictions and (row["train"] is not None or not terms.return_train_score)
    if limit := HIT_LIMIT.get(row["status"]):
        before, now = row["limits"][limit], terms.limits[limit]
        if before is not None and (now is None or now > before):
            return False
    return bool(row["attempt"] >= terms.retry_failed)


def remaining(settings: Iterable[Setting], history: History, terms: Terms) -> list[Task]:
    """Return the tasks that still have to be evaluated. Equal settings give one task."""
    tasks = {}
    for setting in settings:
        key = setting.key
        row = history.rows.get(key)
        if row is None:
            tasks[key] = Task(key, *setting, attempt=0)
        elif not is_final(row, terms):
            again = row["status"] != "ok" and row["attempt"] < terms.retry_failed
            tasks[key] = Task(key, *setting, attempt=row["attempt"] + again)
    return list(tasks.values())


def untried(tasks: Iterable[Task], history: History) -> list[Task]:
    """Return the tasks that no job has begun yet. A pilot can try these without waiting for a bad candidate again."""
    return [task for task in tasks if task.key not in history.rows and task.key not in history.deaths]


def given_up(tasks: Iterable[Task], history: History) -> list[Task]:
    """Return the tasks that are given up, because whole jobs died too often during them."""
    return [task for task in tasks if history.deaths.get(task.key, 0) >= DEATHS * (task.attempt + 1)]


def in_order(tasks: Iterable[Task], history: History, prefix: Callable[[Params], str]) -> list[Task]:
    """Return tasks in the order in which they are evaluated.

    Tasks that ran when a whole job died or was stopped come last. By then the results of all other tasks are saved.
    Tasks that have a row come after tasks without a row. Candidates that share the first steps of a pipeline are next
    to each other.

    Parameters
    ----------
    tasks : iterable of Task
    history : History
    prefix : callable
        Takes parameters and returns a text. Candidates that share work have equal texts.
    """

    def rank(task: Task) -> tuple[int, bool, str]:
        return history.deaths.get(task.key, -1), task.key in history.rows, prefix(task.params)

    return sorted(tasks, key=rank)


def has_time(task: Task, history: History, limits: Limits, seconds_left: float) -> bool:
    """Tell whether a task may begin.

    A task that ran into a lower limit of seconds may begin only if there is time for the whole new limit.
    """
    timed_out = history.rows.get(task.key, {}).get("status") == "timeout"
    return not timed_out or (limits["seconds"] or 0) <= seconds_left

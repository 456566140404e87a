"""A few evaluations are timed before the search, to choose the size of batches.

They are journaled like any other evaluation.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cvsearch.evaluation.predictions import Content
from cvsearch.evaluation.supervisor import Evaluate, evaluate_in_order
from cvsearch.files import AnyPath, read_json, write_json
from cvsearch.journal import policy
from cvsearch.journal.identity import Params, Setting
from cvsearch.journal.journal import Journal

# This many evaluations, or evaluations of this many seconds in total, are enough for a mean.
ENOUGH_EVALUATIONS = 200
ENOUGH_SECONDS = 2.0

# An evaluation that still runs after this many seconds is stopped. It counts as taking at least that long.
CAP_SECONDS = 30.0


class Times(NamedTuple):
    """How long evaluations took.

    Attributes
    ----------
    seconds : list of float
        Wall seconds of each evaluation that ended.
    capped : list of float
        Wall seconds of each evaluation that was stopped before its end.
    """

    seconds: list[float]
    capped: list[float]

    @property
    def total(self) -> float:
        """All the seconds."""
        return sum(self.seconds) + sum(self.capped)

    def mean(self) -> float:
        """Return the mean of all times but the first. The first evaluation also pays for what the others share.

        The mean is a lower bound if some evaluations were stopped.
        """
        known = [*self.seconds, *self.capped]
        steady = known[1:] or known or [CAP_SECONDS]
        return sum(steady) / len(steady)


class Pilot(NamedTuple):
    """The content of ``pilot.json``.

    Attributes
    ----------
    seconds_per_evaluation : float
    evaluations, capped : int
        How many evaluations ended, and how many were stopped.
    cap_seconds : float
    predictions : Content
        What can be kept of the predictions.
    """

    seconds_per_evaluation: float
    evaluations: int
    capped: int
    cap_seconds: float
    predictions: Content

    @classmethod
    def of(cls, times: Times, predictions: Content) -> "Pilot":
        """Return the pilot that measured these times."""
        return cls(times.mean(), len(times.seconds), len(times.capped), CAP_SECONDS, predictions)

    @property
    def seconds(self) -> float | None:
        """The seconds of one evaluation. None if an evaluation was stopped, because then they are not known."""
        return None if self.capped else self.seconds_per_evaluation


def write_pilot(path: AnyPath, pilot: Pilot) -> None:
    """Write ``pilot.json``, or the measurement that is kept with the journal."""
    write_json(path, pilot._asdict() | {"predictions": pilot.predictions._asdict()})


def read_pilot(path: AnyPath, rebuild: str = "run the same command with --forcerun time_pilot") -> Pilot:
    """Read what `write_pilot` wrote.

    Raises
    ------
    InputError
        If the file is missing or damaged. `rebuild` says how to make it again.
    """
    found = read_json(path, rebuild)
    return Pilot(**found | {"predictions": Content(**found["predictions"])})


def time_evaluations(
    evaluate: Evaluate,
    settings: Sequence[Setting],
    search: dict[str, Any],
    journal: Journal,
    prefix: Callable[[Params], str],
    predictions: bool = False,
) -> Times:
    """Evaluate settings until enough times are known.

    Evaluations that are in the journal count, and are not done again.

    Parameters
    ----------
    evaluate : callable
    settings : sequence of Setting
        Settings that the search asks for.
    search : dict
        limits, return_train_score of the config.
    journal : Journal
        Open. Each finished evaluation is written to it.
    prefix : callable
        Takes parameters and returns a text. The text is equal for candidates that share work.
    predictions : bool
        Whether predictions are wanted.

    Returns
    -------
    Times
    """
    limits = search["limits"]
    cap = min(CAP_SECONDS, limits["seconds"] or CAP_SECONDS)
    terms = policy.Terms(limits, 0, search["return_train_score"], predictions)
    history = journal.history(settings)
    times = Times([row["time"] for row in history.rows.values() if row["time"] is not None], [])
    tasks = policy.untried(policy.remaining(settings, history, terms), history)
    tasks = policy.in_order(tasks, history, prefix)
    while tasks and times.total <= ENOUGH_SECONDS:
        rows, failure = evaluate_in_order(tasks, evaluate, journal, limits, cap, ENOUGH_SECONDS - times.total)
        times.seconds.extend(row["time"] for row in rows.values())
        over = set(rows)
        if failure:
            # An evaluation that died, or was stopped at the config's own limit, has ended. Its time is not a lower
            # bound.
            stopped = failure.status == "timeout" and cap != limits["seconds"]
            (times.capped if stopped else times.seconds).append(failure.seconds)
            over.add(failure.task.key)
        tasks = [task for task in tasks if task.key not in over]
    return times

"""Which batches have work left, by the plan and the journal, and which files of earlier plans are removed."""

import shutil
from collections.abc import Sequence
from typing import Any, NamedTuple

from cvsearch.candidates.batches import batch_ends, is_of_cut
from cvsearch.candidates.plan import Plan
from cvsearch.console import counted, duration
from cvsearch.journal import policy
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import read_histories
from cvsearch.layout import RoundPaths

# The columns that are read of each row. They are enough to know whether the row is final.
NEEDED = ("status", "attempt", "finished", "limits", "train", "predictions")


class Work(NamedTuple):
    """What is done in a round, and what remains.

    Attributes
    ----------
    finished : int
        The number of evaluations in the journal that are final.
    batches : set of (str, int)
        Batch and split of each job that has evaluations left.
    """

    finished: int
    batches: set[tuple[str, int]]


def find_work(paths: RoundPaths, plan: Plan, settings: Sequence[Setting], search: dict[str, Any]) -> Work:
    """Look up a plan's evaluations in the journal.

    Parameters
    ----------
    paths : RoundPaths
    plan : Plan
    settings : sequence of Setting
        The settings of the plan's candidates, in their order.
    search : dict
        limits, retry_failed, return_train_score of the config.
    """
    keys = [setting.key for setting in settings]
    finished, batches = 0, set()
    terms = policy.Terms.of(search, bool(plan.prediction_bits))
    histories = read_histories(paths.search.journal, plan.identities, settings, NEEDED)
    for split, (_, history) in enumerate(histories):
        left = {task.key for task in policy.remaining(settings, history, terms)}
        finished += sum(key not in left for key in keys)
        for batch in plan.batches:
            first, last = batch_ends(batch)
            if not left.isdisjoint(keys[first - plan.first : last + 1 - plan.first]):
                batches.add((batch, split))
    return Work(finished, batches)


def remove_outdated(paths: RoundPaths, plan: Plan, work: Work) -> None:
    """Remove the receipts of batches that have work again, and all files of an older cut.

    So only the jobs of these batches run. If no predictions are kept, the table of kept predictions is removed too,
    because it is that of an earlier search. So are the scores on a holdout, if no samples are held out.
    """
    for batch, split in work.batches:
        paths.receipt(batch, split).unlink(missing_ok=True)
    batches = set(plan.batches)
    for path in paths.evaluations.glob("*-*"):
        if path.name not in batches and not is_of_cut(path.name, plan.first, plan.batch_size):
            shutil.rmtree(path)
    if not plan.prediction_bits:
        for kind in ("csv", "parquet"):
            paths.search.predictions(kind).unlink(missing_ok=True)
    if not plan.inputs["holdout"]:
        paths.search.holdout.unlink(missing_ok=True)


def plan_line(name: str, plan: Plan, work: Work, seconds: float | None = None) -> str:
    """Return a line that says what the config asks for, what is finished, what will run and how long that takes.

    Parameters
    ----------
    name : str
        The name of the search.
    plan : Plan
    work : Work
    seconds : float, optional
        How many seconds an evaluation takes, if the pilot has measured it.
    """
    left, jobs = plan.evaluations - work.finished, len(work.batches)
    will = f"{counted(jobs, 'job')} will run the other {left:,}" if left else "nothing is left to run"
    if left and seconds is not None:
        will += f" in about {left * seconds / 3600:.2g} core-hours ({duration(left * seconds)} on one core)"
    planned = f"{counted(plan.evaluations, 'evaluation')} ({counted(plan.n_candidates, 'candidate')} x {counted(plan.n_splits, 'split')})"
    return f"{name}: {planned}, {work.finished:,} in the journal, {will}"

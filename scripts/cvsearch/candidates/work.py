"""Which batches have work: what the plan says of the journal, and which files of earlier plans go."""

import shutil
from collections.abc import Sequence
from typing import Any, NamedTuple

from cvsearch.candidates.batches import batch_ends, is_of_cut
from cvsearch.candidates.plan import Plan
from cvsearch.journal import policy
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import read_histories
from cvsearch.layout import RoundPaths

# What is read of each row: enough to know whether it stands.
NEEDED = ("status", "attempt", "finished", "limits", "train", "predictions")


class Work(NamedTuple):
    """What is done of a round, and what remains.

    Attributes
    ----------
    finished : int
        Evaluations in the journal that stand.
    batches : set of (str, int)
        Batch and split of each job that has something left.
    """

    finished: int
    batches: set[tuple[str, int]]


def find_work(paths: RoundPaths, plan: Plan, settings: Sequence[Setting], search: dict[str, Any]) -> Work:
    """Look a plan's evaluations up in the journal.

    Parameters
    ----------
    paths : RoundPaths
    plan : Plan
    settings : sequence of Setting
        Of the plan's candidates, in their order.
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
    """Remove the receipts of batches that have work again, so that only these jobs run, and all files of an older cut."""
    for batch, split in work.batches:
        paths.receipt(batch, split).unlink(missing_ok=True)
    for folder in (paths.evaluations, paths.benchmarks):
        for path in folder.glob("*-*"):
            if path.name not in plan.batches and not is_of_cut(path.name, plan.first, plan.batch_size):
                shutil.rmtree(path)


def plan_line(name: str, plan: Plan, work: Work, seconds: float | None = None) -> str:
    """Say what is asked for, what is there, what will run and what that will cost.

    Parameters
    ----------
    name : str
        Of the search.
    plan : Plan
    work : Work
    seconds : float, optional
        What an evaluation takes, where the pilot has measured it.
    """
    left, jobs = plan.evaluations - work.finished, len(work.batches)
    will = f"{jobs:,} job{'s' * (jobs != 1)} will run the other {left:,}" if left else "nothing is left to run"
    if left and seconds is not None:
        will += f" in about {left * seconds / 3600:.2g} core-hours"
    asked = f"{plan.evaluations:,} evaluations ({plan.n_candidates:,} candidates x {plan.n_splits:,} splits)"
    return f"{name}: {asked}, {work.finished:,} in the journal, {will}"

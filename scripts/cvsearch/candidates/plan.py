"""The plan of a round: how its candidates are cut into batches, and what the plan was made from."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cvsearch.candidates.batches import batch_length, batch_name, batches_of
from cvsearch.errors import InputError
from cvsearch.files import changed_at, read_json, read_rows, write_json
from cvsearch.journal.identity import Setting
from cvsearch.layout import RoundPaths, SearchPaths

REBUILD = "run the same command with --forcerun propose_candidates"


@dataclass(frozen=True)
class Plan:
    """What a round evaluates.

    Attributes
    ----------
    round : int
    first : int
        The number of the round's first candidate.
    n_candidates, n_splits, batch_size : int
    scorer : str or None
        The scorer that ranks; None if only the results tell which one it is.
    identities : list of str
        The identity of the evaluations on each split.
    inputs : dict
        The parts of the config that the plan was made from. A run uses them to check that the plan is for its config.
    messages : list of str
        What a person should know.
    prediction_bits : int
        How many bits the predictions of one test sample take at most; 0 if no predictions are kept.
    predicts_labels : bool
        Whether predictions are labels. Otherwise they are numbers.
    n_test : int
        The number of test samples of all splits together.
    """

    round: int
    first: int
    n_candidates: int
    n_splits: int
    batch_size: int
    scorer: str | None
    identities: list[str]
    inputs: dict[str, Any]
    messages: list[str]
    prediction_bits: int = 0
    predicts_labels: bool = False
    n_test: int = 0

    @property
    def evaluations(self) -> int:
        """How many evaluations the round has."""
        return self.n_candidates * self.n_splits

    @property
    def batches(self) -> list[str]:
        """The names of the round's batches."""
        return [batch_name(*ends) for ends in batches_of(self.first, self.n_candidates, self.batch_size)]


def write_plan(paths: RoundPaths, plan: Plan) -> None:
    """Write a plan."""
    write_json(paths.plan, asdict(plan))


def read_plan(paths: RoundPaths) -> Plan | None:
    """Return the plan of a round, or None if there is no plan.

    Raises
    ------
    InputError
        If the plan is damaged, or was written by another version.
    """
    if not paths.plan.exists():
        return None
    try:
        return Plan(**read_json(paths.plan, REBUILD))
    except TypeError:
        raise InputError(f"{paths.plan}: was written by another version; rebuild it: {REBUILD}") from None


def read_plans(search: SearchPaths) -> list[Plan]:
    """Return the plans of a search, from the first round up to the first round without a plan.

    Raises
    ------
    InputError
        If a plan is damaged.
    """
    plans: list[Plan] = []
    while (plan := read_plan(search.round(len(plans)))) is not None:
        plans.append(plan)
    return plans


def written_at(paths: RoundPaths) -> int | None:
    """Return when the plan of a round was written, in nanoseconds of its file system's clock; None without a plan."""
    return changed_at(paths.plan)


def read_batch(paths: RoundPaths, batch: str) -> tuple[str, list[tuple[int, Setting]]]:
    """Return the sha256 of a batch, and the number and setting of each candidate in it.

    Raises
    ------
    InputError
        If the file is missing or damaged.
    """
    head, rows = read_rows(paths.batch(batch), REBUILD)
    return head["sha256"], [(row["candidate"], Setting(row["params"], row["resource"])) for row in rows]


def planned_settings(search: SearchPaths, plans: list[Plan]) -> Iterator[tuple[int, Setting]]:
    """Yield the number and the setting of every candidate of these plans.

    Raises
    ------
    InputError
        If a batch is missing or damaged.
    """
    for plan in plans:
        for batch in plan.batches:
            yield from read_batch(search.round(plan.round), batch)[1]


def jobs_of(plans: Iterable[Plan]) -> Iterator[tuple[int, str, int]]:
    """Yield (round, batch, split) of every job of these plans."""
    for plan in plans:
        for batch in plan.batches:
            for split in range(plan.n_splits):
                yield plan.round, batch, split


def receipts_of(search: SearchPaths, plans: Iterable[Plan]) -> list[Path]:
    """Return the receipt of every job of these plans."""
    return [search.round(number).receipt(batch, split) for number, batch, split in jobs_of(plans)]


def finished_receipts(search: SearchPaths, plans: Iterable[Plan]) -> set[tuple[int, str, int]]:
    """Return (round, batch, split) of every receipt that exists."""
    return {job for job in jobs_of(plans) if search.round(job[0]).receipt(*job[1:]).exists()}


def evaluations_of(receipts: set[tuple[int, str, int]]) -> int:
    """Return how many evaluations belong to receipts."""
    return sum(batch_length(batch) for _, batch, _ in receipts)

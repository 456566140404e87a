"""All evaluations of a search as columns, read from its journal."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cvsearch.candidates.plan import Plan, read_batch
from cvsearch.errors import InputError
from cvsearch.files import AnyPath, canonical, read_rows, write_rows
from cvsearch.journal.identity import Params, Setting
from cvsearch.journal.journal import read_histories
from cvsearch.journal.policy import Row
from cvsearch.layout import SearchPaths

STATUSES = ("ok", "failed", "timeout", "killed", "out_of_memory")
TIMES = ("fit_time", "score_time", "time")

# What the tables need of a journaled row.
NEEDED = ("status", "attempt", "finished", "test", "train", "error", *TIMES)


class Evaluations:
    """All evaluations of a search as columns of shape (n_candidates, n_splits).

    Attributes
    ----------
    params : list of dict
        Parameters of each candidate.
    scorers : list of str
        ``score``, or the scorers' names where several were asked for.
    status : ndarray of int8
        Index into `STATUSES`.
    test, train : dict of str to ndarray of float
        Scorer to scores, NaN where an evaluation failed.
    times : dict of str to ndarray of float
        ``fit_time``, ``score_time`` and ``time``, in seconds.
    errors : dict of (int, int) to str
        (candidate, split) to reason, where there is one.
    costs : list of dict
        What each job computed: ``evaluations``, their ``seconds``, ``job_seconds`` from its start to its end, and when that
        was, ``ended``, in seconds since the epoch.
    """

    def __init__(self, params: list[Params], n_splits: int, scorers: list[str]) -> None:
        import numpy as np

        def column() -> Any:
            return np.full((len(params), n_splits), np.nan)

        self.params, self.scorers = params, scorers
        self.status = np.full((len(params), n_splits), -1, dtype="int8")
        self.test = {name: column() for name in scorers}
        self.train = {name: column() for name in scorers}
        self.times = {name: column() for name in TIMES}
        self.errors: dict[tuple[int, int], str] = {}
        self.costs: list[dict[str, float]] = []

    def add(self, candidate: int, split: int, row: Row) -> None:
        """Put one journaled row where it belongs."""
        at = candidate, split
        self.status[at] = STATUSES.index(row["status"])
        for name, column in self.times.items():
            if row[name] is not None:
                column[at] = row[name]
        for name in self.scorers if row["status"] == "ok" else ():
            self.test[name][at] = row["test"][name]
            self.train[name][at] = row["train"][name]
        if row["error"]:
            self.errors[at] = row["error"]

    def digest(self) -> str:
        """Return the sha256, in hex, over candidate, params, split, status and scores, in the order of candidates.

        One line per evaluation, the canonical JSON (sorted keys, no spaces) of ``[candidate, params, split, status,
        test scores, train scores]``, scores as a mapping from scorer, null where the evaluation failed.
        """
        total = hashlib.sha256()
        for i, params in enumerate(self.params):
            for j in range(self.status.shape[1]):
                status = STATUSES[self.status[i, j]]
                scores: list[Any] = [None, None]
                if status == "ok":
                    scores = [{n: float(side[n][i, j]) for n in self.scorers} for side in (self.test, self.train)]
                total.update(canonical([i, params, j, status, *scores]).encode() + b"\n")
        return total.hexdigest()


def write_receipt(path: AnyPath, batch_sha256: str, identity: str, cost: dict[str, float]) -> None:
    """Write the receipt of a batch on a split: that its evaluations are in the journal, and what they cost.

    The journal alone holds the evaluations. It is appended to row by row and survives any crash; a file that a job writes at
    its end cannot. The receipt is what Snakemake sees: its inputs say when the job has to run again.
    """
    write_rows(path, [{"batch_sha256": batch_sha256, "identity": identity, "cost": cost}])


def _read_receipt(path: AnyPath, batch_sha256: str, identity: str) -> dict[str, float]:
    """Return what a job computed, from its receipt.

    Raises
    ------
    InputError
        If the receipt is damaged, or is of another batch or another search.
    """
    rebuild = f"rm {path}, then run the same command again"
    receipt = next(read_rows(path, rebuild)[1])
    if receipt["batch_sha256"] != batch_sha256:
        raise InputError(f"{path}: was evaluated from other candidates than its batch holds now; rebuild it: {rebuild}")
    if receipt["identity"] != identity:
        raise InputError(f"{path}: was evaluated for another config, data or version; rebuild it: {rebuild}")
    cost: dict[str, float] = receipt["cost"]
    return cost


def read_evaluations(
    search: SearchPaths, plans: Sequence[Plan], receipts: Iterable[AnyPath], scorers: list[str]
) -> Evaluations:
    """Read all evaluations of a search.

    Parameters
    ----------
    search : SearchPaths
    plans : sequence of Plan
        Of each round.
    receipts : iterable of path-like
        Of every batch on every split.
    scorers : list of str

    Returns
    -------
    Evaluations

    Raises
    ------
    InputError
        If a file is damaged, is of another batch or another search, or an evaluation is missing.
    """
    batches: dict[Path, tuple[str, str]] = {}
    settings: dict[int, Setting] = {}
    for plan in plans:
        paths = search.round(plan.round)
        for batch in plan.batches:
            batch_sha256, found = read_batch(paths, batch)
            settings.update(found)
            for split, identity in enumerate(plan.identities):
                batches[paths.receipt(batch, split)] = batch_sha256, identity
    ordered = [settings[i] for i in range(len(settings))]
    identities = plans[-1].identities
    evaluations = Evaluations([setting.params for setting in ordered], len(identities), scorers)
    evaluations.costs = [_read_receipt(path, *batches[Path(path)]) for path in receipts]
    keys = [setting.key for setting in ordered]
    for split, (_, history) in enumerate(read_histories(search.journal, identities, ordered, NEEDED)):
        for candidate, key in enumerate(keys):
            if (row := history.rows.get(key)) is not None:
                evaluations.add(candidate, split, row)
    if missing := int((evaluations.status < 0).sum()):
        raise InputError(
            f"{search.journal}: {missing:,} evaluations are missing; run the same command with --forcerun evaluate"
        )
    return evaluations

"""All evaluations of a search are read from its journal as columns."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cvsearch.candidates.plan import Plan, read_batch
from cvsearch.config.values import show
from cvsearch.errors import InputError
from cvsearch.files import AnyPath, canonical, read_rows, write_rows
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import read_histories
from cvsearch.journal.policy import Row
from cvsearch.layout import SearchPaths

STATUSES = ("ok", "failed", "timeout", "killed", "out_of_memory")
TIMES = ("fit_time", "shared_time", "score_time", "time")
SIDES = ("test", "train")

# The fields of a journaled row that the tables need.
NEEDED = (
    "status",
    "attempt",
    "finished",
    "test",
    "train",
    "error",
    "reasons",
    "scorers",
    "warnings",
    "warning",
    *TIMES,
)


class Evaluations:
    """All evaluations of a search as columns of shape (n_candidates, n_splits).

    Parameters
    ----------
    settings : list of Setting
        The setting of each candidate.
    n_splits : int
    scorers : list of str
        ``score``, or the scorers' names if several were asked for.
    sides : sequence of str
        ``test``, and ``train`` if train scores were asked for.

    Attributes
    ----------
    params : list of dict
        Parameters of each candidate, stored values.
    status : ndarray of int8
        Index into `STATUSES`.
    scores : dict of (str, str) to ndarray of float
        Scores by (side, scorer); NaN if there is no score.
    times : dict of str to ndarray of float
        Seconds by name, for each of `TIMES`.
    warnings : ndarray of int
        How many warnings each evaluation gave.
    errors, warning : dict of (int, int) to str
        Why a score is missing, and the most frequent warning, by (candidate, split). Each mapping has only the
        evaluations that it has a text for.
    reasons : dict of (int, int) to dict
        The reasons by (candidate, split). Each is a mapping from the missing score, for example ``test_r2``, to a text.
    costs : list of dict
        What each job computed. ``evaluations``: how many. ``seconds``: their time. ``job_seconds``: the time from the
        job's start to its end. ``memory_mb``: the most memory that one of its processes has held, in MB. ``ended``: when
        the job ended, in seconds since the epoch.
    writers : list of dict
        Versions and host of each process that evaluated.
    """

    def __init__(
        self, settings: list[Setting], n_splits: int, scorers: list[str], sides: Sequence[str] = SIDES
    ) -> None:
        import numpy as np

        shape = len(settings), n_splits
        self.settings, self.params = settings, [setting.params for setting in settings]
        self.scorers, self.sides = scorers, list(sides)
        self.status = np.full(shape, -1, dtype="int8")
        self.scores = {(side, name): np.full(shape, np.nan) for name in scorers for side in sides}
        self.times = {name: np.full(shape, np.nan) for name in TIMES}
        self.warnings = np.zeros(shape, dtype=int)
        self.errors: dict[tuple[int, int], str] = {}
        self.reasons: dict[tuple[int, int], dict[str, str]] = {}
        self.warning: dict[tuple[int, int], str] = {}
        self.costs: list[dict[str, float]] = []
        self.writers: list[dict[str, str]] = []

    def add(self, candidate: int, split: int, row: Row) -> None:
        """Put one journaled row into the columns."""
        at = candidate, split
        self.status[at] = STATUSES.index(row["status"])
        for name, column in self.times.items():
            if row[name] is not None:
                column[at] = row[name]
        for (side, name), column in self.scores.items():
            if row[side] and row[side].get(name) is not None:
                column[at] = row[side][name]
        reasons = {name: text for name, text in row["reasons"].items() if name.startswith(tuple(self.sides))}
        if reasons:
            self.reasons[at] = reasons
        if error := row["error"] or "; ".join(f"{name}: {text}" for name, text in reasons.items()):
            self.errors[at] = error
        if row["warnings"]:
            self.warnings[at], self.warning[at] = row["warnings"], row["warning"]

    def digest(self) -> str:
        """Return the sha256, in hex, of all evaluations, in the order of candidates and splits.

        Each evaluation is one line. The line is the canonical JSON (sorted keys, no spaces) of ``[candidate, resource,
        params, split, status, test, train]``. ``params`` is as in the table. ``test`` and ``train`` are mappings from
        scorer to score, null if a score is not a number. ``train`` is null if no train scores were asked for.
        """
        total = hashlib.sha256()
        for i, setting in enumerate(self.settings):
            params = show(setting.params)
            for j in range(self.status.shape[1]):
                scores: list[Any] = [None, None]
                for k, side in enumerate(self.sides):
                    values = {name: float(self.scores[side, name][i, j]) for name in self.scorers}
                    scores[k] = {name: None if value != value else value for name, value in values.items()}
                status = STATUSES[self.status[i, j]]
                total.update(canonical([i, setting.resource, params, j, status, *scores]).encode() + b"\n")
        return total.hexdigest()


def write_receipt(path: AnyPath, batch_sha256: str, identity: str, cost: dict[str, float]) -> None:
    """Write the receipt of a batch on a split. It says that the evaluations are in the journal, and what they cost.

    Only the journal holds the evaluations. Rows are appended to it one by one, so it survives any crash. A file that a
    job writes at its end would not. Snakemake sees the receipt: the inputs of the receipt decide when the job has to
    run again.
    """
    write_rows(path, [{"batch_sha256": batch_sha256, "identity": identity, "cost": cost}])


def _read_receipt(path: AnyPath, batch_sha256: str, identity: str) -> dict[str, float]:
    """Return what a job computed, from its receipt.

    Raises
    ------
    InputError
        If the receipt is damaged, or belongs to another batch or another search.
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
    search: SearchPaths,
    plans: Sequence[Plan],
    receipts: Iterable[AnyPath],
    scorers: list[str] | None,
    sides: Sequence[str],
) -> Evaluations:
    """Read all evaluations of a search.

    Parameters
    ----------
    search : SearchPaths
    plans : sequence of Plan
        The plan of each round.
    receipts : iterable of path-like
        The receipts of every batch on every split.
    scorers : list of str or None
        None if only the rows tell the names.
    sides : sequence of str

    Returns
    -------
    Evaluations

    Raises
    ------
    InputError
        If a file is damaged, if it belongs to another batch or another search, or if an evaluation is missing.
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
    costs = [_read_receipt(path, *batches[Path(path)]) for path in receipts]
    identities, keys = plans[-1].identities, [setting.key for setting in ordered]
    if scorers is None:
        scorers = _scorers_in(search, identities, ordered)
    evaluations = Evaluations(ordered, len(identities), scorers, sides)
    evaluations.costs = costs
    for split, (journal, history) in enumerate(read_histories(search.journal, identities, ordered, NEEDED)):
        evaluations.writers += journal.writers()
        for candidate, key in enumerate(keys):
            if (row := history.rows.get(key)) is not None:
                evaluations.add(candidate, split, row)
    if missing := int((evaluations.status < 0).sum()):
        raise InputError(
            f"{search.journal}: {missing:,} evaluations are missing; run the same command with --forcerun evaluate"
        )
    return evaluations


def _scorers_in(search: SearchPaths, identities: Sequence[str], settings: Sequence[Setting]) -> list[str]:
    """Return the names of the scores that a scorer of the user's own returned, in their order."""
    names: dict[str, None] = {}
    for _, history in read_histories(
        search.journal, identities, settings, ("status", "train", "attempt", "finished", "scorers")
    ):
        for setting in settings:
            row = history.rows.get(setting.key)
            names |= dict.fromkeys(row["scorers"] or () if row else ())
    return list(names) or ["score"]

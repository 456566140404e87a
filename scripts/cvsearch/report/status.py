"""Tells how far a search is, from the files on disk."""

import math
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from cvsearch.candidates.plan import Plan, planned_settings, read_plans
from cvsearch.console import duration
from cvsearch.errors import InputError
from cvsearch.evaluation.model import check_model
from cvsearch.files import AnyPath
from cvsearch.journal.journal import read_histories
from cvsearch.journal.policy import Row
from cvsearch.layout import SearchPaths
from cvsearch.report.words import in_a_line, score_text

# The rate counts the evaluations that finished in the last RECENT_SECONDS. This time is long enough for slow
# evaluations, and short enough to forget a pause.
RECENT_SECONDS = 600

# The parts of a row that are read.
NEEDED = ("status", "attempt", "finished", "time", "test", "train", "scorers")


class Best(NamedTuple):
    """The candidate that ranks first at this time."""

    candidate: int
    params: dict[str, Any]
    mean: float
    std: float
    n_splits: int


class Progress(NamedTuple):
    """How far a search is.

    Attributes
    ----------
    evaluations, done, failed, running : int
        Evaluations that the plan asks for, evaluations that succeeded, evaluations that failed and have a row that says
        why, and evaluations that run now in a writer that lives.
    rate : float or None
        Evaluations per second in the last minutes. None if there were none.
    best : Best or None
    """

    evaluations: int
    done: int
    failed: int
    running: int
    rate: float | None
    best: Best | None

    @property
    def left(self) -> int:
        """Return how many evaluations have not begun."""
        return self.evaluations - self.done - self.failed - self.running


def progress_of(search: SearchPaths, plans: Sequence[Plan], now: float) -> Progress:
    """Count the evaluations of a search in its journal.

    Parameters
    ----------
    search : SearchPaths
    plans : sequence of Plan
        The plan of each round.
    now : float
        ``time.time()``.
    """
    numbers, settings = zip(*planned_settings(search, list(plans)), strict=True)
    keys = [setting.key for setting in settings]
    counts: Counter[str] = Counter()
    spans: list[tuple[float, float]] = []
    scores: list[list[float]] = [[] for _ in settings]
    running = 0
    for journal, history in read_histories(search.journal, plans[-1].identities, settings, NEEDED):
        begun = {key for key, unfinished in journal.at_work().items() if unfinished}
        running += len(begun & set(keys) - set(history.rows))
        for key, of_candidate in zip(keys, scores, strict=True):
            if (row := history.rows.get(key)) is None:
                continue
            counts[row["status"]] += 1
            if now - row["finished"] < RECENT_SECONDS:
                spans.append((row["finished"] - (row["time"] or 0), row["finished"]))
            if (score := _ranking_score(row, plans[-1].scorer)) is not None:
                of_candidate.append(score)
    rate = len(spans) / max(now - min(start for start, _ in spans), 1e-3) if spans else None
    evaluations = sum(plan.evaluations for plan in plans)
    best = None
    if (i := _best_of(scores)) is not None:
        mean = _mean(scores[i])
        std = statistics.pstdev(scores[i]) if math.isfinite(mean) else math.nan
        best = Best(numbers[i], settings[i].params, mean, std, len(scores[i]))
    return Progress(evaluations, counts["ok"], counts.total() - counts["ok"], running, rate, best)


def _ranking_score(row: Row, scorer: str | None) -> float | None:
    """Return the score that ranks candidates. Return None if the row has no such score."""
    scores: dict[str, float | None] = row["test"] or {}
    return scores.get(scorer or next(iter(row["scorers"] or ["score"])))


def _best_of(scores: Sequence[Sequence[float]]) -> int | None:
    """Return the row of the best mean among the candidates with most splits. If several are equal, it is the first."""
    most = max(map(len, scores), default=0)
    if most == 0:
        return None
    means = {i: _mean(of_candidate) for i, of_candidate in enumerate(scores) if len(of_candidate) == most}
    return max(means, key=lambda i: -math.inf if math.isnan(means[i]) else means[i])


def _mean(scores: Sequence[float]) -> float:
    """Return the mean of scores, which may be infinite. It is NaN if both infinities are among them."""
    return sum(scores) / len(scores)


def status_of(search: SearchPaths, now: float | None = None) -> str:
    """Return in a few lines how far a search is. If it has not begun, return one line."""
    try:
        if not (plans := read_plans(search)):
            return f"{search.name}: no candidates are drawn yet{_model_line(search)}"
        progress = progress_of(search, plans, time.time() if now is None else now)
        lines = in_lines(search.name, progress, plans[-1])
        return f"{lines}{_model_line(search)}"
    except InputError as error:
        return f"{search.name}: {error}"


def _model_line(search: SearchPaths) -> str:
    """Return a line if the file of the refitted model is damaged. Snakemake does not look into the file."""
    if search.model.exists():
        try:
            check_model(search)
        except InputError as error:
            return f"\n  {error}"
    return ""


def in_lines(name: str, progress: Progress, plan: Plan) -> str:
    """Return the progress of a search in words."""
    counts = f"{progress.done:,} done, {progress.failed:,} failed, {progress.running:,} running, {progress.left:,} left"
    line = f"{name}: of {progress.evaluations:,} evaluations {counts}"
    unfinished = progress.left + progress.running
    if unfinished and not progress.running:
        line += "; none is running now"
    elif unfinished and progress.rate:
        line += f"; {_per_time(progress.rate)}, about {duration(unfinished / progress.rate)} to go"
    if (best := progress.best) is None:
        return line
    splits = f"{best.n_splits:,} of {plan.n_splits:,} splits"
    scorer = plan.scorer or "score"
    found = f"best so far: candidate {best.candidate}, mean test {scorer} {score_text(best.mean)} (std {score_text(best.std)}, {splits})"
    return f"{line}\n  {found}\n  {in_a_line(best.params)}"


def overview(results: AnyPath) -> str:
    """Return how far every search under a folder of results is."""
    if not (searches := SearchPaths.all_in(results)):
        return f"{results}: nothing has started here; start it: snakemake -j 16"
    return "\n".join(map(status_of, searches))


def _per_time(rate: float) -> str:
    """Return a rate as text. The unit of time is chosen so that the number is above one."""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        if rate * seconds >= 1:
            break
    return f"{rate * seconds:,.1f}/{unit}"

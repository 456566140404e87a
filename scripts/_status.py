"""How a search stands, from what is on disk."""

import math
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from _errors import InputError
from _journal import Journal, key_of
from _plan import batch_name, batches_of, read_plan
from _rows import read_rows
from _summary import in_words

# The rate is that of the evaluations that finished in so many seconds: long enough for slow ones, short enough to forget a pause.
RECENT_SECONDS = 600


class Standing(NamedTuple):
    """How far a search is.

    Attributes
    ----------
    evaluations, done, failed, running : int
        Of the current plan: asked for; succeeded; with a row that says why not; in flight in a writer that lives.
    rate : float or None
        Evaluations per second, lately.
    best : dict or None
        candidate, params, mean, std, n_splits of the candidate that ranks first so far.
    """

    evaluations: int
    done: int
    failed: int
    running: int
    rate: float | None
    best: dict | None

    @property
    def left(self):
        """How many evaluations nobody has begun."""
        return self.evaluations - self.done - self.failed - self.running


def standing(folder, plan, now):
    """Count a search's evaluations from its journal.

    Parameters
    ----------
    folder : path-like
        ``results/{search}``.
    plan : dict
        As `read_plan` returns it.
    now : float
        ``time.time()``.

    Returns
    -------
    Standing
    """
    candidates = list(_planned_candidates(folder, plan))
    settings = [candidate["params"] for candidate in candidates]
    keys = [key_of(params) for params in settings]
    counts, spans, scores, running = Counter(), [], [[] for _ in candidates], 0
    for identity in plan["identities"]:
        journal = Journal(Path(folder, "journal", identity))
        rows, _ = journal.read(settings, ("status", "attempt", "finished", "time", "test"))
        running += len({key for key, unfinished in journal.at_work().items() if unfinished} & set(keys) - set(rows))
        for key, of_candidate in zip(keys, scores, strict=True):
            if (row := rows.get(key)) is None:
                continue
            counts[row["status"]] += 1
            if now - row["finished"] < RECENT_SECONDS:
                spans.append((row["finished"] - (row["time"] or 0), row["finished"]))
            if row["status"] == "ok":
                of_candidate.append(row["test"][plan["scorer"]])
    rate = len(spans) / max(now - min(start for start, _ in spans), 1e-3) if spans else None
    return Standing(
        plan["evaluations"], counts["ok"], counts.total() - counts["ok"], running, rate, _best(candidates, scores)
    )


def _planned_candidates(folder, plan):
    for batch in batches_of(plan["n_candidates"], plan["batch_size"]):
        path = Path(folder, "candidates", "0", f"{batch_name(*batch)}.jsonl")
        yield from read_rows(path, "run snakemake with --forcerun propose_candidates")[1]


def _best(candidates, scores):
    """Return the candidate with the best mean, of those evaluated on most splits; of equals the first."""
    most = max(map(len, scores), default=0)
    if most == 0:
        return None
    i = max((i for i, s in enumerate(scores) if len(s) == most), key=lambda i: statistics.fmean(scores[i]))
    spread = {"mean": statistics.fmean(scores[i]), "std": statistics.pstdev(scores[i]), "n_splits": most}
    return {**candidates[i], **spread}


def progress(folder, now=None):
    """Return, in a few lines, how far a search is; one line if it has not begun.

    Parameters
    ----------
    folder : path-like
        ``results/{search}``.
    now : float, optional
    """
    folder = Path(folder)
    try:
        if (plan := read_plan(folder)) is None:
            return f"{folder.name}: no candidates are drawn yet"
        return describe(folder.name, standing(folder, plan, time.time() if now is None else now), plan)
    except InputError as error:
        return f"{folder.name}: {error}"


def describe(name, standing, plan):
    """Return a standing in words."""
    counts = f"{standing.done:,} done, {standing.failed:,} failed, {standing.running:,} running, {standing.left:,} left"
    line = f"{name}: of {standing.evaluations:,} evaluations {counts}"
    unfinished = standing.left + standing.running
    if unfinished and not standing.running:
        line += "; none is running now"
    elif unfinished and standing.rate:
        line += f"; {_per_time(standing.rate)}, about {_duration(unfinished / standing.rate)} to go"
    if standing.best is None:
        return line
    best = standing.best
    of_splits = f"{best['n_splits']:,} of {plan['n_splits']:,} splits"
    found = f"best so far: candidate {best['candidate']}, mean test {plan['scorer']} {best['mean']:.4f} (std {best['std']:.4f}, {of_splits})"
    return f"{line}\n  {found}\n  {in_words(best['params'])}"


def overview(results):
    """Return how far every search under a folder of results is."""
    searches = sorted({path.parent for kind in ("candidates", "journal") for path in Path(results).glob(f"*/{kind}")})
    if not searches:
        return f"{results}: nothing has started here; start it: snakemake -j 16"
    return "\n".join(map(progress, searches))


def _per_time(rate):
    """Say a rate per second in the unit that gives a number above one."""
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        if rate * seconds >= 1:
            break
    return f"{rate * seconds:,.1f}/{unit}"


def _duration(seconds):
    """Say seconds in the two units that matter."""
    minutes, seconds = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [f"{n:,} {unit}" for n, unit in ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts[:2]) or "0 s"

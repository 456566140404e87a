"""The plan of a search: how its candidates are cut into batches, and what of it is done.

A batch is named by its first and last candidate, ``000000-000321``, so names alone tell how many evaluations a file holds.
"""

from pathlib import Path

from _rows import read_json

# A batch file above 1 MB is no longer compared by its content, and everything would run again.
MAX_BATCH_SIZE = 5000


def batch_name(first, last):
    """Return the name of the batch of candidates `first` to `last`, both included."""
    return f"{first:06d}-{last:06d}"


def batch_length(name):
    """Return how many candidates a batch of this name holds."""
    first, last = name.split("-")
    return int(last) - int(first) + 1


def batches_of(n_candidates, batch_size):
    """Return (first, last) of each batch. Independent of all but its arguments, so that growth adds and keeps."""
    return [(first, min(first + batch_size, n_candidates) - 1) for first in range(0, n_candidates, batch_size)]


def _plan_file(search_folder):
    return Path(search_folder, "candidates", "0", "plan.json")


def read_plan(search_folder):
    """Return the plan of a search: n_candidates, n_splits, evaluations, batch_size, scorer, identities; None where there is none.

    Raises
    ------
    InputError
        If it is damaged.
    """
    path = _plan_file(search_folder)
    return read_json(path, "run the same command with --forcerun propose_candidates") if path.exists() else None


def written_at(search_folder):
    """Return when the plan of a search was written, in nanoseconds of its file system's clock; None where there is none."""
    path = _plan_file(search_folder)
    return path.stat().st_mtime_ns if path.exists() else None


def finished_outputs(search_folder, plan):
    """Return the set of (batch, split) of the plan whose evaluation files are there."""
    folder = Path(search_folder, "evaluations", "0")
    batches = [batch_name(*batch) for batch in batches_of(plan["n_candidates"], plan["batch_size"])]
    return {(b, s) for b in batches for s in range(plan["n_splits"]) if (folder / b / f"{s}.jsonl").exists()}

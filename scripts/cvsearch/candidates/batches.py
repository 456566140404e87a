"""How candidates are cut into batches: the unit of scheduling.

A batch is named by its first and last candidate, ``000000-000321``, so names alone tell how many evaluations it holds.
"""

from collections.abc import Sequence

from cvsearch.files import canonical
from cvsearch.journal.identity import Params

# A batch file above 1 MB is no longer compared by its content, and everything would run again.
MAX_BATCH_SIZE = 5000
MAX_BATCH_BYTES = 800_000

# So many candidates tell how long a row is. The first ones stay as they are when a search grows.
SAMPLE = 100

# What a row of a batch file holds besides its parameters.
ROW_BYTES = 40


def batch_name(first: int, last: int) -> str:
    """Return the name of the batch of candidates `first` to `last`, both included."""
    return f"{first:06d}-{last:06d}"


def batch_ends(name: str) -> tuple[int, int]:
    """Return the first and the last candidate of the batch of this name."""
    first, last = name.split("-")
    return int(first), int(last)


def batch_length(name: str) -> int:
    """Return how many candidates a batch of this name holds."""
    first, last = batch_ends(name)
    return last - first + 1


def batches_of(first: int, n_candidates: int, batch_size: int) -> list[tuple[int, int]]:
    """Return the first and the last candidate of each batch of candidates `first` to ``first + n_candidates - 1``.

    The result depends on nothing but its arguments, so growth adds batches and keeps those that are there.
    """
    end = first + n_candidates
    return [(start, min(start + batch_size, end) - 1) for start in range(first, end, batch_size)]


def is_of_cut(name: str, first: int, batch_size: int) -> bool:
    """Tell whether a full batch of this name comes from this cut, of however many candidates."""
    start, _ = batch_ends(name)
    return (start - first) % batch_size == 0 and batch_length(name) == batch_size


def size_for(seconds_per_evaluation: float, batch_seconds: float) -> int:
    """Return how many evaluations fill `batch_seconds`: at least 1, at most `MAX_BATCH_SIZE`.

    The number of candidates does not count, or a search that grows would be cut anew. So at the end of a run a core may be
    idle for as long as one batch takes, and no longer.
    """
    return int(min(max(batch_seconds / max(seconds_per_evaluation, 1e-9), 1), MAX_BATCH_SIZE))


def largest_size(candidates: Sequence[Params]) -> int:
    """Return how many candidates a batch may hold: its file stays below the 1 MB that is compared by content."""
    sample = candidates[:SAMPLE]
    row_bytes = sum(len(canonical(params)) + ROW_BYTES for params in sample) / len(sample)
    return max(1, min(MAX_BATCH_SIZE, int(MAX_BATCH_BYTES / row_bytes)))

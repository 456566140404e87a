"""How candidates are cut into batches. Snakemake schedules one job for each batch and split.

The name of a batch is its first and last candidate: ``000000-000321``. So the name tells how many candidates a batch
holds.
"""

from collections.abc import Sequence

from cvsearch.files import canonical
from cvsearch.journal.identity import Params

# Snakemake compares a batch file by its content only up to 1 MB. With a larger file, everything would run again.
MAX_BATCH_SIZE = 5000
MAX_BATCH_BYTES = 800_000

# The length of a row is measured on this many candidates. They are the first ones, which stay the same when a search
# grows.
SAMPLE = 100

# How many bytes a row of a batch file has besides its parameters.
ROW_BYTES = 40


def batch_name(first: int, last: int) -> str:
    """Return the name of the batch of candidates `first` to `last`, both included."""
    return f"{first:06d}-{last:06d}"


def batch_ends(name: str) -> tuple[int, int]:
    """Return the first and the last candidate of the batch with this name."""
    first, last = name.split("-")
    return int(first), int(last)


def batch_length(name: str) -> int:
    """Return how many candidates the batch with this name holds."""
    first, last = batch_ends(name)
    return last - first + 1


def batches_of(first: int, n_candidates: int, batch_size: int) -> list[tuple[int, int]]:
    """Return the first and the last candidate of each batch of candidates `first` to ``first + n_candidates - 1``.

    The result depends only on the arguments. So a search that grows gets more batches and keeps its full ones.
    """
    end = first + n_candidates
    return [(start, min(start + batch_size, end) - 1) for start in range(first, end, batch_size)]


def is_of_cut(name: str, first: int, batch_size: int) -> bool:
    """Tell whether a batch with this name is a full batch of this cut. The number of candidates does not matter."""
    start, _ = batch_ends(name)
    return (start - first) % batch_size == 0 and batch_length(name) == batch_size


def size_for(seconds_per_evaluation: float, batch_seconds: float) -> int:
    """Return how many evaluations come nearest to `batch_seconds`: at least 1, at most `MAX_BATCH_SIZE`.

    The size does not depend on the number of candidates. Otherwise a search that grows would be cut again. So a core
    may be idle at the end of a run, but at most as long as one batch takes.
    """
    return round(min(max(batch_seconds / max(seconds_per_evaluation, 1e-9), 1), MAX_BATCH_SIZE))


def largest_size(candidates: Sequence[Params]) -> int:
    """Return how many candidates a batch may hold. Its file must stay below 1 MB, so that it is compared by content."""
    sample = candidates[:SAMPLE]
    row_bytes = sum(len(canonical(params)) + ROW_BYTES for params in sample) / len(sample)
    return max(1, min(MAX_BATCH_SIZE, int(MAX_BATCH_BYTES / row_bytes)))

"""The audit of the splits: what may make their scores too high, too rough or missing.

docs/findings.md has a section for each finding. `audit` and `audit_classes` do not look at the samples that are held
out.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from cvsearch.console import counted
from cvsearch.data.dataset import Dataset
from cvsearch.data.splits import ClassCounts

INFO, WARNING, ERROR = "info", "warning", "error"

# A test side with fewer samples than SMALL_SIDE is small. A class with fewer samples than RARE on a test side is rare.
SMALL_SIDE, RARE = 30, 5

# Equal rows on both sides are a warning if they are at least this share of a test side.
MANY_DUPLICATES = 0.01

# If the most frequent class has at least this share of the samples, accuracy says little about the other classes.
DOMINANT = 0.8

# How many bytes of samples are hashed at a time.
BLOCK = 64_000_000


class Finding(NamedTuple):
    """One observation.

    Attributes
    ----------
    number : int
        The number of this kind of finding. Findings of the audit begin at 1, findings about fits and results at 11.
    id : str
        The heading of its section in docs/findings.md.
    title : str
    severity : str
        ``info``, ``warning`` or ``error``.
    evidence : str
        What was seen, in numbers.
    advice : str
        What to do.
    """

    number: int
    id: str
    title: str
    severity: str
    evidence: str
    advice: str


class Split(NamedTuple):
    """The positions of one split."""

    train: Any
    test: Any


def audit(data: Dataset, splits: Sequence[Split], sample_bytes: float = 0) -> list[Finding]:
    """Return the findings about the splits of a dataset, whatever the target is.

    Parameters
    ----------
    data : Dataset
    splits : sequence of Split
    sample_bytes : float
        How many bytes a stored sample takes. It bounds how many samples are in memory at a time.
    """
    groups = None if data.groups is None else data.group_codes[:]
    moments = None if data.moments is None else data.moments[:]
    found = [
        _small_sides(splits),
        _shared(splits, groups, GROUPS),
        _duplicates(splits, _row_hashes(data, splits, sample_bytes)),
        _shared(splits, moments, MOMENTS),
        _future(splits) if data.about["in_time_order"] else None,
    ]
    return [finding for finding in found if finding is not None]


def audit_classes(splits: Sequence[Split], counts: ClassCounts) -> list[Finding]:
    """Return the findings about the classes of a target. They count for searches of a classifier.

    Whole numbers are classes for scikit-learn. A regressor may predict them too.
    """
    found = [_small_classes(splits, counts), _missing_classes(splits, counts)]
    return [finding for finding in found if finding is not None]


SMALL = Finding(
    1,
    "small-test-side",
    "A test side has few samples",
    INFO,
    "{smallest}; {cases}",
    "test on more samples (test_size, or fewer folds), or on more splits: the score of a small side is rough",
)


def _small_sides(splits: Sequence[Split]) -> Finding | None:
    sizes = [(len(split.test), i) for i, split in enumerate(splits)]
    return _of_smallest([(n, f"split {i} tests on {n:,} samples") for n, i in sizes if n < SMALL_SIDE])


def _small_classes(splits: Sequence[Split], counts: ClassCounts) -> Finding | None:
    """Return the finding about a class that is rare on a test side. A side that is small anyway has its own finding."""
    if _small_sides(splits):
        return None
    of_classes = [(n, name, i) for i, split in enumerate(splits) for name, n in counts.of(split.test).items() if n]
    return _of_smallest([(n, f"split {i} tests on {n:,} of class {name}") for n, name, i in of_classes if n < RARE])


def _of_smallest(small: Sequence[tuple[int, str]]) -> Finding | None:
    if not small:
        return None
    return SMALL._replace(evidence=SMALL.evidence.format(smallest=min(small)[1], cases=_cases(small)))


def _cases(found: Sequence[Any]) -> str:
    return counted(len(found), "such case")


def _missing_classes(splits: Sequence[Split], counts: ClassCounts) -> Finding | None:
    everywhere = {name for split in splits for side in split for name, n in counts.of(side).items() if n}
    missing = [
        f"split {i} has no sample of class {name} on its {side} side"
        for i, split in enumerate(splits)
        for side, positions in (("training", split.train), ("test", split.test))
        for name, n in counts.of(positions).items()
        if not n and name in everywhere
    ]
    if not missing:
        return None
    return Finding(
        2,
        "class-missing-on-a-side",
        "A class is missing on a side of a split",
        WARNING,
        f"{missing[0]}; {_cases(missing)}",
        "use a splitter that stratifies, such as sklearn.model_selection.StratifiedKFold",
    )


GROUPS = Finding(
    3,
    "groups-on-both-sides",
    "Groups are on both sides of a split",
    WARNING,
    "{n} of {all} test samples of split {split} are of a group that is on the training side too",
    "use a splitter that keeps groups together, such as sklearn.model_selection.GroupKFold: scores are too high otherwise",
)

MOMENTS = Finding(
    5,
    "moments-torn-apart",
    "Samples of one moment are on both sides of a split",
    WARNING,
    "{n} of {all} test samples of split {split} have the same time as a training sample",
    "name the moments as dataset.groups and use a splitter that keeps groups together, or give finer times",
)

DUPLICATES = Finding(
    4,
    "equal-rows-on-both-sides",
    "Equal samples are on both sides of a split",
    WARNING,
    "{n} of {all} test samples of split {split} have a sample with the same features on its training side",
    "drop repeated rows, or name what they belong to as dataset.groups: scores are too high if they are copies",
)


def _shared(splits: Sequence[Split], values: Any, kind: Finding) -> Finding | None:
    """Return the finding if test samples have a value that is on the training side too."""
    return None if values is None else _of_worst(splits, _on_both_sides(splits, values), kind)


def _duplicates(splits: Sequence[Split], hashes: Any) -> Finding | None:
    counts = _on_both_sides(splits, hashes)
    found = _of_worst(splits, counts, DUPLICATES)
    if found is None:
        return None
    share = max(count / len(split.test) for count, split in zip(counts, splits, strict=True))
    return found if share >= MANY_DUPLICATES else found._replace(severity=INFO)


def _on_both_sides(splits: Sequence[Split], values: Any) -> list[int]:
    """Return, for each split, how many test samples have a value that is on the training side too."""
    import numpy as np

    return [int(np.isin(values[split.test], values[split.train]).sum()) for split in splits]


def _of_worst(splits: Sequence[Split], counts: Sequence[int], kind: Finding) -> Finding | None:
    """Return the finding about the split with the most such test samples. Return None if no split has one."""
    if not any(counts):
        return None
    n, n_test, before = max((n, len(split.test), -i) for i, (n, split) in enumerate(zip(counts, splits, strict=True)))
    return kind._replace(evidence=kind.evidence.format(n=f"{n:,}", all=f"{n_test:,}", split=-before))


def _future(splits: Sequence[Split]) -> Finding | None:
    late = [i for i, split in enumerate(splits) if split.train.max() > split.test.min()]
    if not late:
        return None
    return Finding(
        6,
        "future-in-the-training-side",
        "A training side has samples from after its test side begins",
        WARNING,
        f"this happens in {len(late):,} of {len(splits):,} splits, first in split {late[0]}",
        "use sklearn.model_selection.TimeSeriesSplit if the model will predict what comes later",
    )


def accuracy_of_rare_classes(scorer: Any, classes: dict[str, int] | None) -> Finding | None:
    """Return a finding if the search of a classifier is ranked by accuracy and one class is most of the samples.

    Parameters
    ----------
    scorer : object
        The scorer that ranks, as in the config. None means the accuracy of a classifier.
    classes : dict of str to int, or None
        From class to number of samples.
    """
    if not classes or scorer not in (None, "accuracy"):
        return None
    name, most = max(classes.items(), key=lambda item: item[1])
    share = most / sum(classes.values())
    if share < DOMINANT:
        return None
    return Finding(
        7,
        "accuracy-of-rare-classes",
        "Candidates are ranked by accuracy, but most samples are of one class",
        WARNING,
        f"class {name} is {share:.1%} of the samples, so a guess has an accuracy of {share:.3f}",
        "rank by a scorer that counts each class, such as balanced_accuracy, f1_macro or roc_auc",
    )


def _row_hashes(data: Dataset, splits: Sequence[Split], sample_bytes: float) -> Any:
    """Return a hash of the features of each sample, of shape (n_samples,).

    The hash is 0 for samples that are in no split.
    """
    import numpy as np

    n_samples = data.about["n_samples"]
    used = np.zeros(n_samples, dtype=bool)
    for split in splits:
        used[split.train] = used[split.test] = True
    positions = np.flatnonzero(used)
    hashes = np.zeros(n_samples, dtype="uint64")
    width = max(8 * (data.about["n_features"] or 16), sample_bytes)
    size = max(1, int(BLOCK / width))
    for start in range(0, len(positions), size):
        block = positions[start : start + size]
        hashes[block] = _hash_rows(data.X[block])
    return hashes


def _hash_rows(X: Any) -> Any:
    """Return a 64-bit hash of each row of an array, a DataFrame, a sparse matrix or a list of texts."""
    import numpy as np

    if hasattr(X, "indptr"):
        X.sort_indices()
        ends = zip(X.indptr, X.indptr[1:], strict=False)
        rows: Iterable[Any] = (X.indices[a:b].tobytes() + X.data[a:b].tobytes() for a, b in ends)
        return np.fromiter((hash(row) & (2**64 - 1) for row in rows), dtype="uint64", count=X.shape[0])
    if isinstance(X, np.ndarray) and X.dtype.kind in "biuf" and X.ndim == 2:
        bits = np.ascontiguousarray(X, dtype="float64").view("uint64")
        # The hash is a sum of products with odd numbers, modulo 2**64. Two different rows have the same hash with a
        # probability of about 2**-63.
        factors = np.random.default_rng(0).integers(2**63, size=X.shape[1], dtype="uint64") * np.uint64(2) + np.uint64(
            1
        )
        mixed = (bits ^ (bits >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
        return ((mixed ^ (mixed >> np.uint64(29))) * factors).sum(axis=1, dtype="uint64")
    import pandas as pd

    frame = X if isinstance(X, pd.DataFrame) else pd.DataFrame(X if getattr(X, "ndim", 1) > 1 else {"text": X})
    frame = frame.set_axis(range(frame.shape[1]), axis=1)
    odd = [name for name, dtype in frame.dtypes.items() if dtype.kind == "O"]
    return pd.util.hash_pandas_object(frame.astype(dict.fromkeys(odd, str)), index=False).to_numpy()

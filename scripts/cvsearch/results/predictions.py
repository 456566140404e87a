"""Out-of-fold predictions are read back: those of all candidates for statistics, those of one as a table."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cvsearch.candidates.plan import Plan, planned_settings
from cvsearch.data.dataset import load_dataset
from cvsearch.data.splits import load_split, read_split_about
from cvsearch.evaluation.predictions import decode
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from cvsearch.layout import DatasetPaths, SearchPaths, split_paths
from cvsearch.results.statistics.predictions import Bits

# The fields that are read of each row.
NEEDED = ("status", "attempt", "finished", "train", "predictions")


class Predictions:
    """All kept predictions of a search, and the targets that had to be predicted.

    Parameters
    ----------
    search : SearchPaths
    plans : sequence of Plan
        The plan of each round.

    Attributes
    ----------
    classes : ndarray of shape (n_classes,) or None
        The classes; the code of a label is its position among them. None for a regressor.
    n_splits : int
    settings : list of Setting
        The setting of each candidate.
    """

    def __init__(
        self,
        search: SearchPaths,
        plans: Sequence[Plan],
        identities: Sequence[str] | None = None,
        settings: Sequence[Setting] | None = None,
    ) -> None:
        self._search, self._identities = search, list(identities or plans[-1].identities)
        self._results = search.folder.parent
        self._dataset = load_dataset(DatasetPaths.of(self._results).folder)
        self.classes: Any = self._dataset.classes if plans[-1].predicts_labels else None
        self.n_splits = len(self._identities)
        self.settings: list[Setting] = list(
            settings or (setting for _, setting in planned_settings(search, list(plans)))
        )

    def test(self, split: int) -> Any:
        """Return the positions of a split's test samples in the stored data, an ndarray of shape (n_test,)."""
        positions, about = split_paths(split, self._results)
        return load_split(positions, read_split_about(about)["sha256"])[1]

    def rows(self, split: int) -> Any:
        """Return the rows of a split's test samples in the user's data, an ndarray of shape (n_test,).

        With ``dataset.time``, the stored data have another order than the user's data.
        """
        test, rows = self.test(split), self._dataset.rows
        return test if rows is None else rows[test]

    def target(self, split: int) -> Any:
        """Return the targets of a split's test samples, an ndarray of shape (n_test,) or (n_test, n_outputs)."""
        import numpy as np

        return np.asarray(self._dataset.y[self.test(split)])

    @property
    def n_classes(self) -> int | None:
        """The number of classes, or None for a regressor."""
        return None if self.classes is None else len(self.classes)

    def codes(self, split: int) -> Any:
        """Return the targets of a split's test samples. Classes stand as the codes that labels are kept as."""
        import numpy as np

        target = self.target(split)
        return target if self.classes is None else np.searchsorted(self.classes, target)

    def of(self, candidate: int, split: int) -> dict[str, Any]:
        """Return the kept predictions of one evaluation as a mapping from method to ndarray. It may be empty.

        Raises
        ------
        InputError
            If the predictions are damaged.
        """
        journal, setting = self._journal(split), self.settings[candidate]
        return _decoded(journal, journal.history([setting], NEEDED).rows.get(setting.key))

    def each(self, split: int) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield each candidate that has kept predictions on a split, with these predictions by method.

        Raises
        ------
        InputError
            If predictions are damaged.
        """
        journal = self._journal(split)
        rows = journal.history(self.settings, NEEDED).rows
        for candidate, setting in enumerate(self.settings):
            if found := _decoded(journal, rows.get(setting.key)):
                yield candidate, found

    def _journal(self, split: int) -> Journal:
        return Journal(Path(self._search.journal, self._identities[split]))


def _decoded(journal: Journal, row: Any) -> dict[str, Any]:
    """Return the predictions that a row kept, by method.

    The mapping is empty if there is no row, or if the row kept nothing.
    """
    content = journal.read_predictions(row) if row is not None else None
    return decode(content) if content else {}


def responses_of(
    kept: Iterable[tuple[int, dict[str, Any]]], numbers: Sequence[int], n_classes: int | None
) -> dict[str, Any]:
    """Return the responses that all of some candidates have on one split, by method.

    A scorer such as ``roc_auc`` takes the decision values of one candidate, and the probabilities of a candidate that
    has no decision values. So with two classes, the probability of the second class takes the place of a decision value
    that is missing.

    Parameters
    ----------
    kept : iterable of (int, dict)
        Candidates with their predictions by method, as `Predictions.each` yields them.
    numbers : sequence of int
        The candidates.
    n_classes : int or None
        How many classes there are, if labels are kept as codes.

    Returns
    -------
    dict of str to ndarray or Bits
        The first axis is that of the candidates. Labels of two classes are `Bits`.
    """
    place = {number: i for i, number in enumerate(numbers)}
    gathered: dict[str, _Gathered] = {}
    for number, found in kept:
        if number in place:
            for method, values in found.items():
                if method not in gathered:
                    is_bit = method == "predict" and n_classes is not None and n_classes <= 2
                    gathered[method] = _Gathered(len(numbers), values, is_bit)
                gathered[method].put(place[number], values)
    if n_classes == 2 and {"decision_function", "predict_proba"} <= gathered.keys():
        decisions, probabilities = gathered["decision_function"], gathered["predict_proba"]
        instead = probabilities.there & ~decisions.there
        decisions.values[instead] = probabilities.values[instead, :, 1]
        decisions.there[instead] = True
    return {method: found.all() for method, found in gathered.items() if found.there.all()}


class _Gathered:
    """The predictions of candidates by one method, in one array. It may be large, so no second one is made.

    Parameters
    ----------
    n_candidates : int
    like : ndarray
        The predictions of any candidate.
    is_bit : bool
        Whether they are labels of two classes, which need one bit each.
    """

    def __init__(self, n_candidates: int, like: Any, is_bit: bool) -> None:
        import numpy as np

        self._shape, self._is_bit = like.shape, is_bit
        one = np.packbits(like) if is_bit else like
        self.values = np.empty((n_candidates, *one.shape), one.dtype)
        self.there = np.zeros(n_candidates, dtype=bool)

    def put(self, place: int, values: Any) -> None:
        """Put the predictions of one candidate into their place. Those of another shape are left out."""
        import numpy as np

        if values.shape == self._shape:
            self.values[place] = np.packbits(values) if self._is_bit else values
            self.there[place] = True

    def all(self) -> Any:
        """Return the predictions of all candidates."""
        return Bits(self.values, self._shape[0]) if self._is_bit else self.values


def prediction_columns(predictions: Predictions, candidate: int) -> dict[str, Any]:
    """Return the columns of ``predictions.csv``. There is a row for each split and test sample, in the order of both.

    A split has no rows if the candidate has no predictions on it.

    Parameters
    ----------
    predictions : Predictions
    candidate : int

    Returns
    -------
    dict of str to ndarray
    """
    import numpy as np

    parts: list[dict[str, Any]] = []
    for split in range(predictions.n_splits):
        if not (found := predictions.of(candidate, split)):
            continue
        rows = predictions.rows(split)
        order = np.argsort(rows, kind="stable")
        columns = {"split": np.full(len(rows), split), "sample": rows}
        columns |= _outputs("target", predictions.target(split))
        for method, values in found.items():
            if method == "predict":
                columns |= _outputs("prediction", _named(values, predictions.classes))
            elif values.ndim == 1:
                columns["decision"] = values
            else:
                name = "probability" if method == "predict_proba" else "decision"
                names = predictions.classes.tolist()
                columns |= {f"{name}_{each}": column for each, column in zip(names, values.T, strict=True)}
        parts.append({name: column[order] for name, column in columns.items()})
    if not parts:
        empty = np.empty(0, dtype=int)
        return dict.fromkeys(("split", "sample", "target", "prediction"), empty)
    names = list(dict.fromkeys(name for part in parts for name in part))
    return {name: np.concatenate([_column(part, name) for part in parts]) for name in names}


def _named(values: Any, classes: Any) -> Any:
    return values if classes is None else classes[values]


def _outputs(name: str, values: Any) -> dict[str, Any]:
    """Return one column, or a column for each of several targets, numbered from 0."""
    return {name: values} if values.ndim == 1 else {f"{name}_{i}": column for i, column in enumerate(values.T)}


def _column(part: dict[str, Any], name: str) -> Any:
    """Return a column of a split. It is NaN if only the fits of other splits have this column's method."""
    import numpy as np

    return part[name] if name in part else np.full(len(part["split"]), np.nan, dtype="float32")


def readable(columns: dict[str, Any]) -> dict[str, Any]:
    """Return columns in which float32 values are the shortest numbers that read back: 0.1, not 0.10000000149011612."""
    return {
        name: column.astype(str).astype(float) if column.dtype == "float32" else column
        for name, column in columns.items()
    }

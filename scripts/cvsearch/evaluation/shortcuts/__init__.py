"""Work that depends on the split alone is done once for all candidates that a worker evaluates on the split.

Each shortcut has its own file, which states its conditions: `distances`, `prefix`, `finite`, `labels`, `columns`. A
shortcut is off if its conditions do not hold. A shortcut does not change any score. All shortcuts are off if ``share_work`` is
false. They are also off for scorers of the user's own, because such a scorer might look at the samples.

Shared arrays are read-only. An estimator that may write into its input gets copies (`writes`). This is an estimator
that is not scikit-learn's, or one with a ``copy`` parameter that is false.
"""

import contextlib
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from cvsearch.data.dataset import Dataset
from cvsearch.evaluation.estimator import is_pipeline
from cvsearch.evaluation.fitting import columns_for, fit_estimator, fit_transform
from cvsearch.evaluation.limits import shared_memory_bytes
from cvsearch.evaluation.shortcuts.columns import by_column, reads_columns
from cvsearch.evaluation.shortcuts.distances import MEMORY_BYTES, Distances, stand_in_for, takes_gram_matrix
from cvsearch.evaluation.shortcuts.finite import assume_finite, contains_estimators
from cvsearch.evaluation.shortcuts.prefix import are_equal, key_of_steps, memory_of, steps_and_last, transformed
from cvsearch.evaluation.shortcuts.writes import copy_of, may_write, read_only
from cvsearch.evaluation.warned import counted_warnings
from cvsearch.files import canonical
from cvsearch.journal.identity import Params

# The samples to fit on, the samples of the training side to score on, and those of the test side.
Sides = tuple[Any, Any, Any]


class Fitted(NamedTuple):
    """A fitted estimator, or a stand-in that predicts the same.

    Attributes
    ----------
    estimator : estimator
    X_train, X_test : array-like
        The samples to score on, in the form that the estimator takes.
    fit_time : float
        Seconds that the fit takes by itself.
    shared_time : float
        The part of `fit_time` that another candidate has paid.
    score_time : float
        Seconds of scoring that are already spent: the first steps of a pipeline have transformed the test side.
    warnings : Counter
        Warnings of the first steps of a pipeline, even if another candidate fitted these steps.
    """

    estimator: Any
    X_train: Any
    X_test: Any
    fit_time: float
    shared_time: float = 0.0
    score_time: float = 0.0
    warnings: Counter[str] = Counter()


class Behind(NamedTuple):
    """The samples behind the first steps of a pipeline, with the times and the warnings of these steps."""

    sides: Sides
    fit_time: float
    score_time: float
    warnings: Counter[str]


class NotBehind(Exception):
    """The fitted first steps of a pipeline cannot transform one of the sides."""


class SharedWork:
    """The samples of one split, and what its candidates share.

    Parameters
    ----------
    dataset : Dataset
    train, test : ndarray of int
        Positions in the dataset.
    enabled : bool
        Whether candidates may share more than the samples.
    samples_only : bool
        Whether the scorers need only predictions. If not, they get the whole pipeline and the samples themselves.
    scores_train : bool
        Whether the training side is scored too.
    in_columns : bool
        Whether samples in an array lie column by column in memory. If not, they lie as they are stored.

    Attributes
    ----------
    X_train, y_train, X_test, y_test : array-like
        Read-only if they are arrays. y is None in a search without a target.
    weight_train, weight_test : ndarray or None
        Sample weights.
    share_distances : bool
        Whether squared distances may be shared.
    """

    def __init__(
        self,
        dataset: Dataset,
        train: Any,
        test: Any,
        enabled: bool = True,
        samples_only: bool = True,
        scores_train: bool = True,
        in_columns: bool = False,
    ) -> None:
        self._train, self._test = dataset.take(train, in_columns), dataset.take(test, in_columns)
        self.X_train, self.y_train = read_only(self._train.X), read_only(self._train.y)
        self.X_test, self.y_test = read_only(self._test.X), read_only(self._test.y)
        self.weight_train, self.weight_test = self._train.sample_weight, self._test.sample_weight
        self.enabled = self.share_distances = enabled and not self.is_weighted
        self._samples_only, self._scores_train = samples_only, scores_train
        self._about, self._train_positions = dataset.about, train
        self._behind: tuple[str | None, Behind | None] = (None, None)
        self._distances: tuple[str | None, Distances | None] = (None, None)

    @property
    def is_weighted(self) -> bool:
        """Whether the samples have weights."""
        return self.weight_train is not None

    def _sides_for(self, estimator: Any) -> Sides:
        """Return the samples in the form that an estimator takes.

        An estimator that takes a kernel or distances between samples gets the columns of the training samples, as in
        scikit-learn's searches.

        Raises
        ------
        ValueError
            If the estimator takes such a matrix, and the samples are not such a matrix.
        """
        from sklearn.utils import get_tags

        if not get_tags(estimator).input_tags.pairwise:
            return self.X_train, self.X_train, self.X_test
        if getattr(self.X_train, "shape", (0, 0))[1] != self._about["n_samples"]:
            raise ValueError("X should be a square kernel matrix")
        X_train = read_only(columns_for(estimator, self.X_train, self._train_positions))
        return X_train, X_train, read_only(columns_for(estimator, self.X_test, self._train_positions))

    def prefix(self, params: Params, estimator: Any) -> str:
        """Return a text that is equal for candidates of an estimator that share their pipeline's first steps."""
        if not (self.enabled and is_pipeline(estimator)):
            return ""
        last = estimator.steps[-1][0]
        return canonical({name: value for name, value in params.items() if name.split("__")[0] != last})

    def prepare(self, estimator: Any) -> None:
        """Make what depends on the split alone, before an evaluation begins.

        So the memory that this takes is not counted for a candidate.
        """
        if self.share_distances and takes_gram_matrix(estimator):
            self._distances_of((self.X_train, self.X_train, self.X_test), "X")

    def drop_caches(self) -> bool:
        """Drop all kept arrays if samples behind a pipeline's first steps are among them.

        Return whether this was done.
        """
        if self._behind[0] is None:
            return False
        self._behind = self._distances = (None, None)
        return True

    def fit(self, estimator: Any, seed: Callable[[], None], share: bool = True) -> Fitted:
        """Fit an estimator, or a stand-in that predicts the same, on the training samples.

        A pipeline is fitted in two parts: its first steps, then its last step. `seed` is called between the two parts.
        So the last step gets the same random numbers, whether the first steps were shared or not.

        Parameters
        ----------
        estimator : estimator
        seed : callable
            Seeds the generators of the whole process.
        share : bool
            Whether the estimator may share what is kept. It has an effect only if sharing is enabled.
        """
        share = share and self.enabled
        sides = self._sides_for(estimator)
        if self.is_weighted:  # A pipeline stays whole: scikit-learn routes the weights to its steps.
            return self._fit_weighted(estimator, sides)
        steps, last = steps_and_last(estimator)
        if steps is None:
            return self._fit(estimator, sides, "X", self._about["X_is_finite"], share)
        if may_write(steps) or not self._samples_only:
            return self._fit_pipeline(estimator, steps, last, sides, seed)
        in_columns = share and reads_columns(last)
        key = key_of_steps(steps) if share else None
        if key is not None and in_columns:
            key = f"{key} in columns"
        try:
            behind, is_new = self._through(steps, sides, key, in_columns)
        except NotBehind:
            seed()
            return self._fit_pipeline(estimator, steps, last, sides, seed)
        seed()
        fitted = self._fit(last, behind.sides, key or "", False, share)
        return fitted._replace(
            fit_time=behind.fit_time + fitted.fit_time,
            shared_time=0.0 if is_new else behind.fit_time,
            score_time=behind.score_time,
            warnings=behind.warnings,
        )

    def _fit(self, estimator: Any, sides: Sides, known: str, finite: bool, share: bool) -> Fitted:
        """Fit an estimator that is not a pipeline. The text `known` identifies the samples."""
        started = time.perf_counter()
        X_fit, X_train, X_test = sides
        if not share or may_write(estimator):
            X_own = copy_of(X_fit)
            fit_estimator(estimator, X_own, copy_of(self.y_train))
            X_train = X_own if X_train is X_fit else copy_of(X_train)
            return Fitted(estimator, X_train, copy_of(X_test), time.perf_counter() - started)
        if (distances := self._distances_for(estimator, sides, known)) is not None:
            estimator, (X_fit, X_train, X_test), finite = stand_in_for(estimator), distances, True
        with assume_finite() if finite and not contains_estimators(estimator) else contextlib.nullcontext():
            fit_estimator(estimator, X_fit, self.y_train)
        return Fitted(estimator, X_train, X_test, time.perf_counter() - started)

    def _fit_weighted(self, estimator: Any, sides: Sides) -> Fitted:
        started = time.perf_counter()
        X = copy_of(sides[0])
        fit_estimator(estimator, X, copy_of(self.y_train), copy_of(self.weight_train))
        return Fitted(estimator, X, copy_of(sides[2]), time.perf_counter() - started)

    def _fit_pipeline(self, pipeline: Any, steps: Any, last: Any, sides: Sides, seed: Callable[[], None]) -> Fitted:
        """Fit a pipeline that has to stay whole."""
        started = time.perf_counter()
        X, y = copy_of(sides[0]), copy_of(self.y_train)
        X_behind = fit_transform(steps, X, y)
        seed()
        fit_estimator(last, X_behind, y)
        return Fitted(pipeline, X, copy_of(sides[2]), time.perf_counter() - started)

    def _through(self, steps: Any, sides: Sides, key: str | None, in_columns: bool) -> tuple[Behind, bool]:
        """Return the samples behind a pipeline's first steps, and whether this call fitted these steps.

        If `in_columns` is true, samples in an array lie column by column in memory.

        If the training side is scored, it is transformed again after the fit. The result may differ from what
        ``fit_transform`` returned. As in scikit-learn's searches, the time for this counts neither as a part of the fit
        nor of scoring.

        Raises
        ------
        NotBehind
            If the fitted steps cannot transform one of the sides. This is an error of scoring this side, not of the
            fit.
        """
        if key is not None and self._behind[0] == key and self._behind[1] is not None:
            return self._behind[1], False
        self._behind = key, None
        started = time.perf_counter()
        (_, X_train, X_test), y_train = sides, self.y_train
        if key is None:  # A candidate that shares nothing gets its own samples, as in scikit-learn's searches.
            X_train, y_train, X_test = copy_of(X_train), copy_of(y_train), copy_of(X_test)
        with counted_warnings() as found:
            X_fit = fit_transform(steps, X_train, y_train)
            fit_time = time.perf_counter() - started
            try:
                started = time.perf_counter()
                X_test = transformed(steps, X_test)
                score_time = time.perf_counter() - started
                X_train = transformed(steps, X_train) if self._scores_train else X_fit
            except MemoryError:
                raise
            except Exception as error:
                raise NotBehind from error
        sides = X_fit, X_fit if X_train is X_fit or are_equal(X_fit, X_train) else X_train, X_test
        if in_columns:
            fit_side = by_column(X_fit)
            sides = fit_side, fit_side if sides[1] is X_fit else by_column(sides[1]), by_column(X_test)
        behind = Behind(sides, fit_time, score_time, found)
        if key is not None and sum(map(memory_of, sides)) <= min(MEMORY_BYTES, shared_memory_bytes()):
            kept = read_only(sides[0]), read_only(sides[1]), read_only(sides[2])
            self._behind = key, behind._replace(sides=kept)
        return behind, True

    def _distances_of(self, sides: Sides, known: str) -> Distances | None:
        """Return the distances behind the kernels of these samples, or None if they cannot be shared."""
        if self._distances[0] != known:
            self._distances = known, None  # None stays if there is too little memory for the distances.
            with contextlib.suppress(MemoryError):
                self._distances = known, Distances.of(*sides)
        return self._distances[1]

    def _distances_for(self, estimator: Any, sides: Sides, known: str) -> Sides | None:
        """Return the Gram matrices of the three sides, or None if the estimator does not take them."""
        if not (self.share_distances and known and takes_gram_matrix(estimator)):
            return None
        distances = self._distances_of(sides, known)
        return distances.grams_for(estimator) if distances is not None else None

"""Work that depends on the split alone, done once for all candidates that a worker evaluates on it.

Each shortcut has a file of its own with its conditions: `distances`, `prefix`, `finite`, `labels`. Each is off where its
conditions do not hold, and none changes a prediction. All are off where ``share_work`` is false, and for scorers that are not
scikit-learn's, which might look at X.

Shared arrays are read-only. Whoever may write into its input gets copies: estimators that are not scikit-learn's, and those
with a ``copy`` parameter that is false (`writes`).
"""

import contextlib
from typing import Any

from cvsearch.data.dataset import Dataset
from cvsearch.evaluation.shortcuts.distances import EPSILON, KERNEL_ERROR, MEMORY_BYTES, Distances, takes_gram_matrix
from cvsearch.evaluation.shortcuts.finite import assume_finite, contains_estimators
from cvsearch.evaluation.shortcuts.prefix import are_equal, bytes_of, prefix_of, transformed
from cvsearch.evaluation.shortcuts.writes import may_write, read_only
from cvsearch.files import canonical
from cvsearch.journal.identity import Params


class SharedWork:
    """The arrays of one split, and what its candidates share.

    Parameters
    ----------
    dataset : Dataset
    train, test : ndarray of int
        Indices into the dataset.
    enabled : bool
        Whether candidates may share anything but the arrays.

    Attributes
    ----------
    X_train, y_train, X_test, y_test : ndarray
        Read-only.
    """

    def __init__(self, dataset: Dataset, train: Any, test: Any, enabled: bool = True) -> None:
        self.X_train, self.y_train = map(read_only, dataset.take(train))
        self.X_test, self.y_test = map(read_only, dataset.take(test))
        self.enabled = enabled
        self._finite = dataset.about["X_is_finite"]
        self._prefix: tuple[str | None, tuple[Any, Any, Any] | None] = (None, None)
        self._distances: tuple[str | None, Distances | None] = (None, None)

    def prefix(self, params: Params, estimator: Any) -> str:
        """Return a text that is equal for candidates of an estimator that share their pipeline's first steps."""
        if not (self.enabled and hasattr(estimator, "steps")):
            return ""
        last = estimator.steps[-1][0]
        return canonical({name: value for name, value in params.items() if name.split("__")[0] != last})

    def prepare(self, estimator: Any) -> None:
        """Make what rests on the split alone, before an evaluation's own work: no candidate's memory is charged for it."""
        if self.enabled and takes_gram_matrix(estimator):
            self._distances_of((self.X_train, self.X_train, self.X_test), "X")

    def drop_caches(self) -> bool:
        """Drop what is kept if a pipeline prefix is among it; return whether one was."""
        if self._prefix[0] is None:
            return False
        self._prefix = self._distances = (None, None)
        return True

    def fit(self, estimator: Any, share: bool = True) -> tuple[Any, Any, Any]:
        """Fit an estimator, or a stand-in that predicts the same, on the training samples.

        Parameters
        ----------
        estimator : estimator
        share : bool
            Whether it may share what is kept, where that is enabled.

        Returns
        -------
        fitted : estimator
        X_train, X_test : array-like
            What to score it on: the samples as the fitted stand-in takes them.
        """
        samples, checked, known = (self.X_train, self.X_train, self.X_test), self._finite, "X"
        share = share and self.enabled
        if share and (prefix := prefix_of(estimator)) is not None and not may_write(estimator[:-1]):
            samples, checked, known = self._through(estimator[:-1], prefix), False, prefix
            estimator = estimator.steps[-1][1]
        X_fit, X_train, X_test = samples
        if not share or may_write(estimator):
            X_own = X_fit.copy()
            return (
                estimator.fit(X_own, self.y_train.copy()),
                X_own if X_train is X_fit else X_train.copy(),
                X_test.copy(),
            )
        if (stand_in := self._with_gram_matrix(estimator, samples, known)) is not None:
            estimator, (X_fit, X_train, X_test), checked = *stand_in, True
        with assume_finite() if checked and not contains_estimators(estimator) else contextlib.nullcontext():
            return estimator.fit(X_fit, self.y_train), X_train, X_test

    def _through(self, steps: Any, key: str) -> tuple[Any, Any, Any]:
        """Return the samples behind a pipeline's first steps: to fit on, and each side to score on.

        What a transformer returns from ``fit_transform`` need not be what it makes of the same samples afterwards.
        """
        if self._prefix[0] == key and self._prefix[1] is not None:
            return self._prefix[1]
        self._prefix = key, None
        X_fit = steps.fit_transform(self.X_train, self.y_train)
        X_train, X_test = (transformed(steps, X) for X in (self.X_train, self.X_test))
        samples = X_fit, X_fit if are_equal(X_fit, X_train) else X_train, X_test
        if sum(map(bytes_of, samples)) <= MEMORY_BYTES:
            self._prefix = key, (read_only(samples[0]), read_only(samples[1]), read_only(samples[2]))
        return samples

    def _distances_of(self, samples: tuple[Any, Any, Any], known: str) -> Distances | None:
        """Return the distances behind the kernels of these samples, or None where they cannot be shared."""
        if self._distances[0] != known:
            self._distances = known, None  # It stays so if there is no memory for more.
            with contextlib.suppress(MemoryError):
                self._distances = known, Distances.of(*samples)
        return self._distances[1]

    def _with_gram_matrix(
        self, estimator: Any, samples: tuple[Any, Any, Any], known: str
    ) -> tuple[Any, list[Any]] | None:
        """Return (estimator, Gram matrices of the three sides), or None where the shortcut does not apply."""
        if not takes_gram_matrix(estimator) or (distances := self._distances_of(samples, known)) is None:
            return None
        if (gamma := distances.gamma(estimator.gamma)) is None:
            return None
        from sklearn.base import is_regressor

        error = distances.kernel_error(gamma)
        if is_regressor(estimator):
            error = estimator.C * (error + EPSILON)
        if error > KERNEL_ERROR:
            return None
        return estimator.set_params(kernel="precomputed", gamma="scale"), distances.grams(gamma)

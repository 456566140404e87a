"""Squared distances are shared by the RBF kernels of all candidates of a split.

``SVC`` with ``kernel="rbf"`` gets its Gram matrix, exp(-gamma d^2), as ``kernel="precomputed"``. The squared distances
d^2 are computed once. The model is the same up to the last bits of the kernel. Its labels are the same, and its
decision values differ by rounding. So the stand-in gives labels only. If a scorer asks for decision values, the
shortcut ends, and the candidates of the split are computed plainly.

The shortcut is off in these cases:

* for subclasses, and for ``probability=True``;
* for samples that are sparse, not an array of numbers or not finite;
* if the matrices would take more than `MEMORY_BYTES`;
* if scikit-learn's own kernel is uncertain by more than `KERNEL_ERROR`. A fit computes the squared distance as
  x^2 + y^2 - 2xy. The result is noise for samples that are far from the origin and close to each other. In this case,
  another way of computing the distance does not give the same model.

``NuSVC``, ``SVR`` and ``NuSVR`` are computed plainly. 1 of 547 fits of NuSVC had other labels, and predictions of the
regressors differ by rounding.
"""

import functools
import math
from typing import Any

from cvsearch.evaluation.limits import shared_memory_bytes

# The most bytes that the shared arrays of one worker may take. The limit is lower if jobs side by side would not fit
# into memory. Beyond the limit, each candidate computes its own arrays.
MEMORY_BYTES = 1 << 30

# Distances are not shared if the estimated error of an entry of scikit-learn's own kernel is greater than this.
KERNEL_ERROR = 1e-10


class NeedsDecisions(BaseException):
    """A scorer asks a stand-in for more than labels. scikit-learn's ``except Exception`` does not catch this error."""


class Distances:
    """The squared distances behind the RBF kernels of one set of samples.

    Differences are squared, as in scikit-learn's predictions. So equal samples have distance 0.

    Parameters
    ----------
    sides : list of ndarray of float64
        The samples fitted on, then the sides to score on. The training side is left out if it is the same array as the
        samples fitted on.
    """

    def __init__(self, sides: list[Any]) -> None:
        import numpy as np
        from scipy.spatial.distance import cdist

        self._squared = [cdist(side, sides[0], "sqeuclidean") for side in sides]
        self._buffers = [np.empty_like(squared) for squared in self._squared]
        variance = sides[0].var()
        self._named_gammas = {
            "auto": 1.0 / sides[0].shape[1],
            "scale": 1.0 / (sides[0].shape[1] * variance) if variance != 0 else 1.0,
        }
        self._expansion_error = 4 * np.finfo(float).eps * np.square(sides[0]).sum(axis=1).max()
        self._least = np.min(self._squared[0], where=self._squared[0] > 0, initial=np.inf)

    @classmethod
    def of(cls, X_fit: Any, X_train: Any, X_test: Any) -> "Distances | None":
        """Return the distances from the samples fitted on to both sides, or None if they cannot be shared."""
        import numpy as np

        sides = [X_fit, X_test] if X_train is X_fit else [X_fit, X_train, X_test]
        if not all(isinstance(side, np.ndarray) and side.ndim == 2 and side.dtype.kind in "biuf" for side in sides):
            return None
        if 16 * len(X_fit) * sum(map(len, sides)) > min(MEMORY_BYTES, shared_memory_bytes()):
            return None
        distances = cls([np.ascontiguousarray(side, dtype="float64") for side in sides])
        return distances if all(np.isfinite(squared).all() for squared in distances._squared) else None

    def gamma(self, gamma: Any) -> float | None:
        """Return gamma as a number, or None for a value that scikit-learn refuses.

        The values of "scale" and "auto" are those of scikit-learn's user guide.
        """
        if isinstance(gamma, str):
            return self._named_gammas.get(gamma)
        number = isinstance(gamma, int | float) and not isinstance(gamma, bool)
        return gamma if number and 0 <= gamma < math.inf else None

    def kernel_error(self, gamma: float) -> float:
        """Estimate the greatest rounding error of an entry of the kernel that scikit-learn fits on.

        The error is gamma exp(-gamma d^2) times the rounding error of d^2. It is greatest for the two samples that are
        closest to each other.
        """
        return gamma * math.exp(-gamma * self._least) * self._expansion_error

    def grams(self, gamma: float) -> list[Any]:
        """Return the kernels of the samples fitted on with themselves and with each side.

        The next call overwrites these kernels.
        """
        grams = [_gram(squared, gamma, out) for squared, out in zip(self._squared, self._buffers, strict=True)]
        return grams if len(grams) == 3 else [grams[0], *grams]

    def grams_for(self, estimator: Any) -> tuple[Any, Any, Any] | None:
        """Return the kernels for an estimator's gamma, or None if they would not be certain enough."""
        gamma = self.gamma(estimator.gamma)
        if gamma is None or self.kernel_error(gamma) > KERNEL_ERROR:
            return None
        fit, train, test = self.grams(gamma)
        return fit, train, test


def takes_gram_matrix(estimator: Any) -> bool:
    """Tell whether an estimator may get an RBF kernel that was computed for it."""
    if not type(estimator).__module__.startswith("sklearn.svm."):
        return False
    from sklearn.svm import SVC

    return type(estimator) is SVC and estimator.kernel == "rbf" and estimator.probability in (False, "deprecated")


def stand_in_for(estimator: Any) -> Any:
    """Return an estimator that takes Gram matrices and predicts the labels that `estimator` would predict."""
    return _labels_only()(**{**estimator.get_params(), "kernel": "precomputed", "gamma": "scale"})


@functools.cache
def _labels_only() -> Any:
    from sklearn.svm import SVC

    class LabelsOnlySVC(SVC):  # type: ignore[misc]  # scikit-learn has no types
        """Predicts labels. Its decision values would differ by rounding from those of the plain estimator."""

        def decision_function(self, X: Any) -> Any:
            raise NeedsDecisions

    LabelsOnlySVC.__name__ = SVC.__name__  # Errors name the class, and the user has an SVC.
    return LabelsOnlySVC


def _gram(squared: Any, gamma: float, out: Any) -> Any:
    import numpy as np

    np.multiply(squared, -gamma, out=out)
    return np.exp(out, out=out)

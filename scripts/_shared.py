"""Work that depends on the split alone, done once for all candidates that a worker evaluates on it.

Four shortcuts, each off where its conditions do not hold, none of which changes a prediction:

squared distances
    ``SVC``, ``NuSVC``, ``SVR`` and ``NuSVR`` with ``kernel="rbf"`` get the Gram matrix, exp(-gamma d^2), from squared
    distances that are computed once, as ``kernel="precomputed"``. It is the same model up to the last bits of the kernel.
    Off for subclasses, for ``probability=True``, for samples that are sparse, no array of numbers or not finite, where the
    matrices would take more than `MEMORY_BYTES`, and where scikit-learn's own kernel is uncertain by more than
    `KERNEL_ERROR`, for the regressors times C, which their predictions are sums up to: a fit takes x^2 + y^2 - 2xy for the squared distance, which is noise for samples that are far from the
    origin and close to each other, and there no other way of computing it gives the same model.
pipeline prefix
    A ``Pipeline``'s steps before the last are fitted once for neighbouring candidates that agree on them. Off for
    subclasses, pipelines with ``memory``, steps whose parameters cannot be compared or that may write into their input, and
    results above `MEMORY_BYTES`.
data checked once
    The samples were found finite when the dataset was prepared, so a fit does not look again. Off behind a prefix and for
    estimators that contain estimators: what those hand on was not checked.
labels checked once
    Accuracy, by name or as the own score of a classifier, is the share of predictions that equal the target; most of its
    time goes into telling of which type both are, which is known of the target. Off unless the target is binary or
    multiclass, in whole numbers or text, the predictions are an array of the same kind, and the estimator's own score is
    ``ClassifierMixin.score``. Several scorers at once go the plain way.

All are off where ``share_work`` is false and for scorers that are not scikit-learn's, which might look at X.

Shared arrays are read-only. Whoever may write into its input gets copies: estimators that are not scikit-learn's, and
those with a ``copy`` parameter that is false.
"""

import contextlib
import math
import sys

from _rows import canonical

# What the shared arrays of one worker may take; beyond it every candidate computes its own.
MEMORY_BYTES = 1 << 30

# The error of an entry of scikit-learn's own kernel, estimated, beyond which its distances are not replaced.
KERNEL_ERROR = 1e-10

# The last bit of a number near 1.
EPSILON = sys.float_info.epsilon


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

    def __init__(self, dataset, train, test, enabled=True):
        self.X_train, self.X_test = _read_only(dataset.X[train]), _read_only(dataset.X[test])
        self.y_train, self.y_test = _read_only(dataset.y[train]), _read_only(dataset.y[test])
        self.enabled = enabled
        self._finite = dataset.about["X_is_finite"]
        self._prefix = (None, None)
        self._distances = (None, None)

    def prefix(self, params, estimator):
        """Return a text that is equal for candidates of an estimator that share their pipeline's first steps."""
        if not (self.enabled and hasattr(estimator, "steps")):
            return ""
        last = estimator.steps[-1][0]
        return canonical({name: value for name, value in params.items() if name.split("__")[0] != last})

    def prepare(self, estimator):
        """Make what rests on the split alone, before an evaluation's own work: no candidate's memory is charged for it."""
        if self.enabled and _takes_gram_matrix(estimator):
            self._distances_of((self.X_train, self.X_train, self.X_test), "X")

    def forget(self):
        """Drop the pipeline prefix that is kept; return whether there was one."""
        if self._prefix[0] is None:
            return False
        self._prefix = self._distances = (None, None)
        return True

    def fit(self, estimator, share=True):
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
        if share and (prefix := _prefix_of(estimator)) is not None and not _may_write(estimator[:-1]):
            samples, checked, known = self._through(estimator[:-1], prefix), False, prefix
            estimator = estimator.steps[-1][1]
        if not share or _may_write(estimator):
            X_fit, X_train, X_test = samples
            X_own = X_fit.copy()
            return (
                estimator.fit(X_own, self.y_train.copy()),
                X_own if X_train is X_fit else X_train.copy(),
                X_test.copy(),
            )
        if (stand_in := self._with_gram_matrix(estimator, samples, known)) is not None:
            estimator, samples, checked = *stand_in, True
        X_fit, X_train, X_test = samples
        with _finite_samples() if checked and not _contains_estimators(estimator) else contextlib.nullcontext():
            return estimator.fit(X_fit, self.y_train), X_train, X_test

    def _through(self, steps, key):
        """Return the samples behind a pipeline's first steps: to fit on, and each side to score on.

        What a transformer returns from ``fit_transform`` need not be what it makes of the same samples afterwards.
        """
        if self._prefix[0] != key or self._prefix[1] is None:
            self._prefix = key, None
            X_fit = steps.fit_transform(self.X_train, self.y_train)
            X_train, X_test = (_transformed(steps, X) for X in (self.X_train, self.X_test))
            samples = X_fit, X_fit if _equal(X_fit, X_train) else X_train, X_test
            if sum(map(_bytes_of, samples)) > MEMORY_BYTES:
                return samples
            self._prefix = key, tuple(map(_read_only, samples))
        return self._prefix[1]

    def _distances_of(self, samples, known):
        """Return the distances behind the kernels of these samples, or None where they cannot be shared."""
        if self._distances[0] != known:
            self._distances = known, None  # It stays so if there is no memory for more.
            with contextlib.suppress(MemoryError):
                self._distances = known, Distances.of(*samples)
        return self._distances[1]

    def _with_gram_matrix(self, estimator, samples, known):
        """Return (estimator, Gram matrices of the three sides), or None where the shortcut does not apply."""
        if not _takes_gram_matrix(estimator) or (distances := self._distances_of(samples, known)) is None:
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


class AccuracyOfLabels:
    """scikit-learn's ``accuracy``, and ``ClassifierMixin.score``, for a target whose type is known.

    Parameters
    ----------
    scorer : callable
        scikit-learn's own, for all that is not labels.
    target_type : str
        What ``sklearn.utils.multiclass.type_of_target`` says of the whole target.
    """

    def __init__(self, scorer, target_type):
        self.scorer, self.target_type = scorer, target_type

    def __call__(self, estimator, X, y):
        """Return the share of samples that are given their label."""
        from sklearn.base import ClassifierMixin

        accurate = getattr(type(estimator), "score", None) is ClassifierMixin.score
        if accurate and self.target_type in ("binary", "multiclass") and y.dtype.kind in "biuU":
            predicted = estimator.predict(X)
            if getattr(predicted, "shape", None) == y.shape and predicted.dtype.kind == y.dtype.kind:
                return float((predicted == y).mean())
        return self.scorer(estimator, X, y)


class Distances:
    """The squared distances behind the RBF kernels of one set of samples.

    Differences are squared, as scikit-learn does where it predicts: samples that are equal are at distance 0.

    Parameters
    ----------
    sides : list of ndarray of float64
        The samples fitted on, then those scored on that are others.
    """

    def __init__(self, sides):
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
    def of(cls, X_fit, X_train, X_test):
        """Return the distances of the samples fitted on to those of either side, or None where they cannot be shared."""
        import numpy as np

        sides = [X_fit, X_test] if X_train is X_fit else [X_fit, X_train, X_test]
        if not all(isinstance(side, np.ndarray) and side.ndim == 2 and side.dtype.kind in "biuf" for side in sides):
            return None
        if 16 * len(X_fit) * sum(map(len, sides)) > MEMORY_BYTES:
            return None
        distances = cls([np.ascontiguousarray(side, dtype="float64") for side in sides])
        return distances if all(np.isfinite(squared).all() for squared in distances._squared) else None

    def gamma(self, gamma):
        """Return gamma as a number, as scikit-learn's user guide defines "scale" and "auto"; None for what it refuses."""
        if isinstance(gamma, str):
            return self._named_gammas.get(gamma)
        number = isinstance(gamma, int | float) and not isinstance(gamma, bool)
        return gamma if number and 0 <= gamma < math.inf else None

    def kernel_error(self, gamma):
        """Estimate how far rounding moves an entry of the kernel that scikit-learn fits on, at most.

        It is gamma exp(-gamma d^2) times the rounding error of d^2, and largest for the two samples next to each other.
        """
        return gamma * math.exp(-gamma * self._least) * self._expansion_error

    def grams(self, gamma):
        """Return the kernel of the samples fitted on with themselves and with each side; good until the next call."""
        grams = [_gram(squared, gamma, out) for squared, out in zip(self._squared, self._buffers, strict=True)]
        return grams if len(grams) == 3 else [grams[0], *grams]


def _takes_gram_matrix(estimator):
    """Whether an estimator is one whose RBF kernel may be computed for it."""
    if not type(estimator).__module__.startswith("sklearn.svm."):
        return False
    from sklearn.svm import SVC, SVR, NuSVC, NuSVR

    plain = type(estimator) in (SVC, NuSVC, SVR, NuSVR) and estimator.kernel == "rbf"
    return plain and getattr(estimator, "probability", False) in (False, "deprecated")


def _gram(squared, gamma, out):
    import numpy as np

    np.multiply(squared, -gamma, out=out)
    return np.exp(out, out=out)


def _read_only(array):
    """Return an array, read-only where it is NumPy's: a fit that writes to its input then fails, and spoils no other."""
    if hasattr(array, "setflags"):
        array.setflags(write=False)
    return array


def _transformed(steps, X):
    """Transform step by step: a pipeline of its own that ends in a stateless step does not know that it is fitted."""
    for _, step in steps.steps:
        X = X if step in (None, "passthrough") else step.transform(X)
    return X


def _equal(one, other):
    import numpy as np

    return (
        isinstance(one, np.ndarray)
        and isinstance(other, np.ndarray)
        and one.dtype == other.dtype
        and np.array_equal(one, other)
    )


def _may_write(estimator):
    """Whether an estimator, or one inside it, may write into the samples it is given."""
    params = estimator.get_params()
    if any(name.split("__")[-1].startswith("copy") and value is False for name, value in params.items()):
        return True
    inside = [estimator, *(value for value in params.values() if hasattr(value, "fit") and not isinstance(value, type))]
    return not all(type(found).__module__.startswith("sklearn.") for found in inside)


def _prefix_of(estimator):
    """Return a text that tells a pipeline's first steps, with all their parameters, from others; None for no sharing."""
    if not hasattr(estimator, "steps"):
        return None
    from sklearn.pipeline import Pipeline

    if type(estimator) is not Pipeline or len(estimator.steps) < 2 or estimator.memory is not None:
        return None
    if estimator.transform_input is not None or not hasattr(estimator.steps[-1][1], "fit"):
        return None
    try:
        return canonical([[name, _comparable(step)] for name, step in estimator.steps[:-1]])
    except TypeError:
        return None


def _comparable(value):
    """Return a JSON value that is equal for equal parameters.

    Raises
    ------
    TypeError
        For a value that cannot be compared so: an array, a function, a random generator.
    """
    if hasattr(value, "get_params"):
        params = {name: _comparable(param) for name, param in value.get_params(deep=False).items()}
        return [f"{type(value).__module__}.{type(value).__qualname__}", params]
    if isinstance(value, list | tuple):
        return [type(value).__name__, *map(_comparable, value)]
    if isinstance(value, dict):
        return {canonical(_comparable(k)): _comparable(v) for k, v in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} cannot be compared")


def _contains_estimators(estimator):
    """Whether an estimator fits others, be they parameters or made by itself where a parameter is left at None."""
    from sklearn.base import MetaEstimatorMixin

    if isinstance(estimator, MetaEstimatorMixin) or hasattr(estimator, "regressor"):
        return True
    return any(hasattr(value, "fit") or isinstance(value, list) for value in estimator.get_params(deep=False).values())


def _finite_samples():
    from sklearn import config_context

    return config_context(assume_finite=True)


def _bytes_of(array):
    """Return the size of a dense or sparse array in bytes; of anything else, no size that would be kept."""
    if hasattr(array, "tocsr"):
        parts = [getattr(array, name, None) for name in ("data", "indices", "indptr", "row", "col")]
        return sum(getattr(part, "nbytes", 0) for part in parts)
    return getattr(array, "nbytes", math.inf)

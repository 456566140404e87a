"""Labels checked once: accuracy of a target whose type is known.

Accuracy, by name or as the own score of a classifier, is the share of predictions that equal the target. Most of its time
goes into finding out of which type both are, which is known of the target. Off unless the target is binary or multiclass,
in whole numbers or text, the predictions are an array of the same kind, and the estimator's own score is
``ClassifierMixin.score``. Several scorers at once go the plain way.
"""

from typing import Any


class AccuracyOfLabels:
    """scikit-learn's ``accuracy``, and ``ClassifierMixin.score``, for a target whose type is known.

    Parameters
    ----------
    scorer : callable
        scikit-learn's own, for all that is not labels.
    target_type : str
        What ``sklearn.utils.multiclass.type_of_target`` says of the whole target.
    """

    def __init__(self, scorer: Any, target_type: str) -> None:
        self.scorer, self.target_type = scorer, target_type

    def __call__(self, estimator: Any, X: Any, y: Any = None) -> Any:
        """Return the share of samples that are given their label."""
        from sklearn.base import ClassifierMixin

        if y is None:
            return self.scorer(estimator, X)
        accurate = getattr(type(estimator), "score", None) is ClassifierMixin.score
        if accurate and self.target_type in ("binary", "multiclass") and y.dtype.kind in "biuU":
            predicted = estimator.predict(X)
            if getattr(predicted, "shape", None) == y.shape and predicted.dtype.kind == y.dtype.kind:
                return float((predicted == y).mean())
        return self.scorer(estimator, X, y)

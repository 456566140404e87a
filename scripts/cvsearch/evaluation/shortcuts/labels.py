"""Labels are checked once: accuracy for a target whose type is known.

Accuracy, by name or as a classifier's own score, is the share of predictions that equal the target. scikit-learn spends
most of the time on finding the types of the target and of the predictions. The type of the target is already known.

The shortcut is on only if all of these conditions hold:

* the target is binary or multiclass, in whole numbers or text;
* the predictions are an array of the same kind;
* the estimator's own score is ``ClassifierMixin.score``.

Several scorers at once are computed plainly.
"""

from typing import Any


class AccuracyOfLabels:
    """scikit-learn's ``accuracy``, and ``ClassifierMixin.score``, for a target whose type is known.

    Parameters
    ----------
    scorer : callable
        scikit-learn's own scorer, used if the conditions do not hold.
    target_type : str
        The result of ``sklearn.utils.multiclass.type_of_target`` for the whole target.
    """

    def __init__(self, scorer: Any, target_type: str) -> None:
        self.scorer, self.target_type = scorer, target_type

    def __call__(self, estimator: Any, X: Any, y: Any = None) -> Any:
        """Return the share of samples whose predicted label is correct."""
        from sklearn.base import ClassifierMixin

        if y is None:
            return self.scorer(estimator, X)
        accurate = getattr(type(estimator), "score", None) is ClassifierMixin.score
        if accurate and self.target_type in ("binary", "multiclass") and y.dtype.kind in "biuU":
            predicted = estimator.predict(X)
            if getattr(predicted, "shape", None) == y.shape and predicted.dtype.kind == y.dtype.kind:
                return float((predicted == y).mean())
        return self.scorer(estimator, X, y)

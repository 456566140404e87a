"""How an estimator is fitted: on which samples, and with which weights."""

from typing import Any

from cvsearch.evaluation.weights import WEIGHT, request_weights


def fit_estimator(estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> None:
    """Fit an estimator in place. The value that ``fit`` returns is ignored, as in scikit-learn's searches.

    Parameters
    ----------
    estimator : estimator
    X : array-like of shape (n_samples, n_features)
    y : array-like or None
        None in a search without a target.
    sample_weight : ndarray of shape (n_samples,), optional
        If given, this function has to be called in the context of `weights.routed`. scikit-learn routes the weights to
        the estimators inside the estimator that take them.
    """
    targets = () if y is None else (y,)
    if sample_weight is None:
        estimator.fit(X, *targets)
    else:
        request_weights(estimator).fit(X, *targets, **{WEIGHT: sample_weight})


def fit_transform(steps: Any, X: Any, y: Any) -> Any:
    """Fit the first steps of a pipeline in place, and return the transformed samples."""
    return steps.fit_transform(X) if y is None else steps.fit_transform(X, y)


def columns_for(estimator: Any, X: Any, fitted_on: Any) -> Any:
    """Return samples with the columns that an estimator takes.

    An estimator that takes a kernel or distances between samples gets the columns of the samples that it is fitted on,
    as in scikit-learn's searches. Any other estimator gets all columns.

    Parameters
    ----------
    estimator : estimator
    X : array-like of shape (n_samples, n_features)
    fitted_on : ndarray of int
        Positions in the dataset of the samples that the estimator is fitted on.
    """
    import numpy as np
    from sklearn.utils import get_tags

    if not get_tags(estimator).input_tags.pairwise:
        return X
    # `take` keeps the order in memory, which an index of columns does not. In another order, sums would differ in their
    # last digits.
    return X.take(fitted_on, axis=1) if isinstance(X, np.ndarray) else X[:, fitted_on]

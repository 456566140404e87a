"""Data checked once: the samples were found finite when the dataset was prepared, so a fit does not look again.

Off behind a shared prefix and for estimators that contain estimators: what those hand on was not checked.
"""

from typing import Any


def contains_estimators(estimator: Any) -> bool:
    """Tell whether an estimator fits others, be they parameters or made by itself where a parameter is left at None."""
    from sklearn.base import MetaEstimatorMixin

    if isinstance(estimator, MetaEstimatorMixin) or hasattr(estimator, "regressor"):
        return True
    return any(hasattr(value, "fit") or isinstance(value, list) for value in estimator.get_params(deep=False).values())


def assume_finite() -> Any:
    """Return a context in which scikit-learn does not look whether samples are finite."""
    from sklearn import config_context

    return config_context(assume_finite=True)

"""Samples are checked once. They were found finite when the dataset was prepared, so a fit does not check them again.

The shortcut is off for the last step of a pipeline, because the output of the first steps was not checked. It is off
for estimators that contain estimators for the same reason: what they pass to the inner estimators was not checked.
"""

from typing import Any


def contains_estimators(estimator: Any) -> bool:
    """Tell whether an estimator fits other estimators: its parameters, or ones that it makes if a parameter is None."""
    from sklearn.base import MetaEstimatorMixin

    if isinstance(estimator, MetaEstimatorMixin) or hasattr(estimator, "regressor"):
        return True
    return any(hasattr(value, "fit") or isinstance(value, list) for value in estimator.get_params(deep=False).values())


def assume_finite() -> Any:
    """Return a context in which scikit-learn does not check whether samples are finite."""
    from sklearn import config_context

    return config_context(assume_finite=True)

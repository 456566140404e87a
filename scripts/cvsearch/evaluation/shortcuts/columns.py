"""Histogram gradient boosting gets its samples column by column in memory.

It sorts the values of each feature into bins, one feature after the other. On 200,000 samples with 50 features, a fit
takes a tenth to a fifth less time if the values of a feature lie beside each other.

The shortcut is on only for `HistGradientBoostingClassifier` and `HistGradientBoostingRegressor` themselves. They compare
and count the values of samples, so the layout in memory changes no result. Sums over samples, as in linear models, are
rounded differently in another layout. Trees and forests do not get faster.
"""

from typing import Any


def reads_columns(estimator: Any) -> bool:
    """Tell whether an estimator is faster on samples that lie column by column in memory, with the same results."""
    if not type(estimator).__module__.startswith("sklearn.ensemble."):  # The import below takes time in every job.
        return False
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    return type(estimator) in (HistGradientBoostingClassifier, HistGradientBoostingRegressor)


def by_column(X: Any) -> Any:
    """Return samples column by column in memory, if they are an array. Return anything else as it is."""
    import numpy as np

    return np.asfortranarray(X) if isinstance(X, np.ndarray) and X.ndim == 2 else X

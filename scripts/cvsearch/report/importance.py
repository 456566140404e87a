"""The importance of the parameters, computed once for all pictures that need it."""

from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.report.axes import ABSENT, Axis, parameter_axes, parameter_values
from cvsearch.report.scores import Scores
from cvsearch.results.importance import Importance, Values, importances, values_on


def importance_of(table: Any, space: Space) -> dict[str, Importance] | None:
    """Return the importance of every parameter that varies. Return None if there are too few candidates.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        param_distributions of the config.
    """
    axes = parameter_axes(table, space)
    columns = parameter_values(table, axes)
    values = {name: _values(axis, columns[name]) for name, axis in axes.items()}
    return importances(values, Scores(table).means)


def _values(axis: Axis, values: Any) -> Values:
    import numpy as np

    absent = np.array([value is ABSENT for value in values])
    return values_on(
        axis.numbers, np.where(absent, np.nan, axis.position), axis.scale, axis.whole and not axis.is_logarithmic
    )

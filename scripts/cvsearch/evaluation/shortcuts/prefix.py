"""The first steps of a pipeline are fitted once for neighbouring candidates that agree on these steps.

The shortcut is off for subclasses and for pipelines with ``memory``. It is also off if the parameters of a step cannot
be compared, if a step may write into its input, or if the result takes too much memory.
"""

import inspect
import math
from typing import Any

from cvsearch.files import canonical


def steps_and_last(estimator: Any) -> tuple[Any, Any]:
    """Return a pipeline's first steps, as a pipeline, and its last step.

    For an estimator that has to stay whole, return None and the estimator.
    """
    from sklearn.pipeline import Pipeline

    if type(estimator) is not Pipeline or len(estimator.steps) < 2 or estimator.memory is not None:
        return None, estimator
    if estimator.transform_input is not None or not hasattr(estimator.steps[-1][1], "fit"):
        return None, estimator
    return estimator[:-1], estimator.steps[-1][1]


def key_of_steps(steps: Any) -> str | None:
    """Return a text that identifies a pipeline's steps with all parameters, or None if they cannot be compared."""
    try:
        return canonical([[name, _comparable(step)] for name, step in steps.steps])
    except TypeError:
        return None


def _comparable(value: Any) -> Any:
    """Return a JSON value that is equal for equal parameters.

    Raises
    ------
    TypeError
        For a value that cannot be compared in this way, such as an array or a random generator.
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
    if inspect.isroutine(value) and "<" not in value.__qualname__:
        return [value.__module__, value.__qualname__]
    raise TypeError(f"{type(value).__name__} cannot be compared")


def transformed(steps: Any, X: Any) -> Any:
    """Transform samples with each step in turn.

    The steps are not called as one pipeline, because a pipeline that ends in a stateless step does not know that it is
    fitted.
    """
    for _, step in steps.steps:
        X = X if step in (None, "passthrough") else step.transform(X)
    return X


def are_equal(one: Any, other: Any) -> bool:
    """Tell whether two values are arrays that are equal and have the same dtype."""
    import numpy as np

    return (
        isinstance(one, np.ndarray)
        and isinstance(other, np.ndarray)
        and one.dtype == other.dtype
        and np.array_equal(one, other)
    )


def memory_of(array: Any) -> float:
    """Return the size of an array or a DataFrame in bytes.

    Return infinity for anything else, so that it is not kept.
    """
    if hasattr(array, "memory_usage"):
        return int(array.memory_usage(deep=True).sum())
    if hasattr(array, "tocsr"):
        parts = [getattr(array, name, None) for name in ("data", "indices", "indptr", "row", "col")]
        return sum(getattr(part, "nbytes", 0) for part in parts)
    return getattr(array, "nbytes", math.inf)

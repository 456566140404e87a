"""An estimator that may write into its samples gets copies, and no shared arrays."""

import inspect
from typing import Any


def may_write(estimator: Any) -> bool:
    """Tell whether an estimator may write into its samples.

    The estimators inside it count too, and so do functions of the user's own.
    """
    params = estimator.get_params()
    if any(inspect.isroutine(value) and not _is_library(value.__module__) for value in params.values()):
        return True
    if any(name.split("__")[-1].startswith("copy") and value is False for name, value in params.items()):
        return True
    inside = [estimator, *(value for value in params.values() if hasattr(value, "fit") and not isinstance(value, type))]
    return not all(type(found).__module__.startswith("sklearn.") for found in inside)


def _is_library(module: str | None) -> bool:
    return (module or "").split(".")[0] in ("sklearn", "numpy", "scipy", "builtins")


def read_only(array: Any) -> Any:
    """Return an array, and make it read-only if it is NumPy's.

    A fit that writes to its input then fails, and does not change the samples of other fits.
    """
    if hasattr(array, "setflags"):
        array.setflags(write=False)
    return array


def copy_of(data: Any) -> Any:
    """Return a copy that may be written to, or None for None.

    The copy of an array keeps its layout in memory, because sums over another layout are rounded differently.
    """
    if hasattr(data, "setflags"):
        return data.copy(order="K")
    return data.copy() if hasattr(data, "copy") else data

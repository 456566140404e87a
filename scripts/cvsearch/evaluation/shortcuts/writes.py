"""Who may write into the samples that it is given: it gets copies, and nothing that is shared."""

import inspect
from typing import Any


def may_write(estimator: Any) -> bool:
    """Tell whether an estimator, or one inside it, or a function of the user's, may write into the samples it is given."""
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
    """Return an array, read-only where it is NumPy's: a fit that writes to its input then fails, and spoils no other."""
    if hasattr(array, "setflags"):
        array.setflags(write=False)
    return array


def copy_of(data: Any) -> Any:
    """Return a copy that may be written to; None of None.

    An array keeps its layout in memory: sums over another layout are rounded differently.
    """
    if hasattr(data, "setflags"):
        return data.copy(order="K")
    return data.copy() if hasattr(data, "copy") else data

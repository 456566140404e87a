"""Who may write into the samples that it is given: it gets copies, and nothing that is shared."""

from typing import Any


def may_write(estimator: Any) -> bool:
    """Whether an estimator, or one inside it, may write into the samples it is given."""
    params = estimator.get_params()
    if any(name.split("__")[-1].startswith("copy") and value is False for name, value in params.items()):
        return True
    inside = [estimator, *(value for value in params.values() if hasattr(value, "fit") and not isinstance(value, type))]
    return not all(type(found).__module__.startswith("sklearn.") for found in inside)


def read_only(array: Any) -> Any:
    """Return an array, read-only where it is NumPy's: a fit that writes to its input then fails, and spoils no other."""
    if hasattr(array, "setflags"):
        array.setflags(write=False)
    return array

"""The data as a loader returns them."""

import gc
import inspect
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.errors import InputError, did_you_mean

# What a loader may return, for messages.
WANTED = "a loader returns X, (X, y), or an object with data and target"


def load_with(spec: str | dict[str, Any], trust: Trust, path: str = "dataset.loader") -> Any:
    """Call the loader that a piece of config names, and return what it returns.

    Parameters
    ----------
    spec : str or dict
        A dotted name, or ``{dotted.name: {arguments}}``.
    trust : Trust
    path : str
        Key path in the config, for messages.

    Raises
    ------
    InputError
        If the name is not a loader's, or if it does not take the arguments.
    """
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, {})
    arguments = arguments or {}
    if not isinstance(arguments, dict):
        raise InputError(f"{path}.{name}: {arguments!r} is not a mapping of arguments; write {{argument: value}}")
    loader = trust.resolve(name, path, "a loader")
    if name.startswith("sklearn."):
        import sklearn.datasets

        public = [
            f"sklearn.datasets.{n}" for n in sklearn.datasets.__all__ if n.startswith(("load_", "make_", "fetch_"))
        ]
        if name not in public:
            raise InputError(f"{path}: {name!r} is not a loader of scikit-learn{did_you_mean(name, public)}")
    elif not callable(loader):
        raise InputError(f"{path}: {name!r} cannot be called; give a function that returns X and y")
    try:
        inspect.signature(loader).bind(**arguments)
    except TypeError as error:
        raise InputError(f"{path}: {name} does not take {arguments!r} ({error})") from None
    except ValueError:  # Some callables that are written in C do not say what they take.
        pass
    gc.enable()  # Off in a job until now; a loader of one's own may make any amount of garbage.
    return loader(**arguments)


def unpack(loaded: Any, path: str = "dataset.loader") -> tuple[Any, Any, list[int] | None]:
    """Take samples and target out of what a loader returned.

    Parameters
    ----------
    loaded : X, tuple or list (X, y), sklearn.utils.Bunch, or an object with ``data`` and ``target``
    path : str
        Key path in the config, for messages.

    Returns
    -------
    X : as the loader gave it
    y : as the loader gave it, or None
    image_shape : list of int or None
        The shape of one sample, where samples are gray images.

    Raises
    ------
    InputError
        If there are no samples in it, or more than samples and target.
    """
    if loaded is None:
        raise InputError(f"{path}: returned nothing; {WANTED}")
    if isinstance(loaded, tuple):
        if len(loaded) != 2:
            raise InputError(
                f"{path}: returned {len(loaded)} values; {WANTED}. Columns of a DataFrame X may be groups and weights: "
                "name them in dataset.groups and dataset.sample_weight"
            )
        return loaded[0], loaded[1], None
    if isinstance(loaded, list) and len(loaded) == 2 and all(_holds_samples(value) for value in loaded):
        return loaded[0], loaded[1], None
    if isinstance(loaded, list) or any(hasattr(loaded, name) for name in ("iloc", "tocsr", "__array__")):
        return loaded, None, None
    if not hasattr(loaded, "data"):
        raise InputError(f"{path}: returned {type(loaded).__name__}; {WANTED}")
    shape = getattr(getattr(loaded, "images", None), "shape", ())
    return loaded.data, getattr(loaded, "target", None), list(shape[1:]) if len(shape) == 3 else None


def _holds_samples(value: Any) -> bool:
    """Whether this is X or y: an array, a table or a list; None stands for no target."""
    return value is None or isinstance(value, list) or hasattr(value, "shape")

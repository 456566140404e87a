"""Calls a loader, and reads the data that it returns."""

import gc
import inspect
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.data.columns import ROLES, TEST_FOLD, data_from
from cvsearch.data.samples import RawData, raw_data, samples_from
from cvsearch.errors import InputError, did_you_mean

# What a loader may return, for messages.
WANTED = "a loader returns X, (X, y), or an object with data and target"


def load_data(dataset: dict[str, Any], trust: Trust, test_fold: Any = None) -> RawData:
    """Load the data of a config. From a DataFrame, take the columns that the config names.

    Parameters
    ----------
    dataset : dict
        ``dataset`` of the config.
    trust : Trust
    test_fold : str, int or None
        The column with the number of the fold that each sample is tested in.

    Raises
    ------
    InputError
        If the loader cannot be called, or if its data cannot be used.
    """
    path = "dataset.loader"
    X, y, image_shape = unpack(load_with(dataset["loader"], trust, path), path)
    named = [role for role in ROLES if role in dataset] + ["test_fold"] * (test_fold is not None)
    if not named:
        return raw_data(X, y, path, image_shape)
    samples, container = samples_from(X, path)
    key = TEST_FOLD if named[0] == "test_fold" else f"dataset.{named[0]}"
    if container["kind"] != "frame":
        value = test_fold if named[0] == "test_fold" else dataset[named[0]]
        raise InputError(f"{key}: {value!r} is a column's name, and the loader's samples have none; return a DataFrame")
    if y is not None and "target" in dataset:
        raise InputError(
            f"dataset.target: {dataset['target']!r} is one target, and the loader returns another; leave one out"
        )
    raw = data_from(samples, dataset, test_fold, "the loader's DataFrame", path)
    if y is None:
        return raw
    target = raw_data(X, y, path)
    return raw._replace(y=target.y, target_names=target.target_names)


def call_of(spec: str | dict[str, Any], path: str) -> tuple[str, dict[str, Any]]:
    """Return the dotted name and the arguments in a piece of config: ``name`` or ``{name: {arguments}}``.

    Raises
    ------
    InputError
        If the arguments are not a mapping.
    """
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, {})
    if not isinstance(arguments or {}, dict):
        raise InputError(f"{path}.{name}: {arguments!r} is not a mapping of arguments; write {{argument: value}}")
    return name, dict(arguments or {})


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
        If the name is not the name of a loader, or if the loader does not take the arguments.
    """
    name, arguments = call_of(spec, path)
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
    except ValueError:  # Some callables that are written in C have no signature.
        pass
    gc.enable()  # A job begins with the collector off. A user's loader may make any amount of garbage.
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
        The shape of one sample, if samples are gray images.

    Raises
    ------
    InputError
        If the loader returned no samples, or more than samples and target.
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
    """Whether a value can be X or y: an array, a table, a list, or None for no target."""
    return value is None or isinstance(value, list) or hasattr(value, "shape")

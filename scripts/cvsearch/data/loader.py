"""The data as a loader returns them, checked and turned into what is stored."""

import gc
import hashlib
import inspect
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.errors import InputError, did_you_mean


def load_with(spec: str | dict[str, Any], trust: Trust, path: str = "dataset.loader") -> Any:
    """Call the loader that a piece of config names, and return what it returns."""
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, {})
    loader = trust.resolve(name, path, "a loader")
    if name.startswith("sklearn."):
        import sklearn.datasets

        public = [
            f"sklearn.datasets.{n}" for n in sklearn.datasets.__all__ if n.startswith(("load_", "make_", "fetch_"))
        ]
        if name not in public:
            raise InputError(f"{path}: {name!r} is no loader of scikit-learn{did_you_mean(name, public)}")
    elif not inspect.isfunction(loader):
        raise InputError(f"{path}: {name!r} is no function; give one that returns X and y")
    try:
        inspect.signature(loader).bind(**(arguments or {}))
    except TypeError as error:
        raise InputError(f"{path}: {name} does not take {arguments!r} ({error})") from None
    gc.enable()  # Off in a job until now; a loader of one's own may make any amount of garbage.
    return loader(**(arguments or {}))


def arrays_from(loaded: Any, path: str = "dataset.loader") -> tuple[Any, Any, list[int] | None]:
    """Take samples and target out of what a loader returned.

    Parameters
    ----------
    loaded : sklearn.utils.Bunch or tuple (X, y)
    path : str
        Key path in the config, for the message.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
    images : list of int or None
        The shape of one sample, where samples are gray images.

    Raises
    ------
    InputError
        If that is no table of numbers with a target to each row.
    """
    import numpy as np

    images = None
    if isinstance(loaded, tuple) and len(loaded) == 2:
        X, y = loaded
    elif hasattr(loaded, "data") and hasattr(loaded, "target"):
        X, y = loaded.data, loaded.target
        shape = getattr(getattr(loaded, "images", None), "shape", ())
        images = list(shape[1:]) if len(shape) == 3 else None
    else:
        raise InputError(
            f"{path}: returned {type(loaded).__name__}; a loader returns X and y, or an object with data and target"
        )
    if hasattr(X, "toarray"):
        raise InputError(f"{path}: X is a sparse matrix, which is not supported yet; use a loader of dense arrays")
    if hasattr(X, "dtypes"):
        for column, dtype in X.dtypes.items():
            if dtype.kind not in "biuf":
                raise InputError(f"{path}: column {column!r} holds no numbers ({dtype}); encode it or leave it out")
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim != 2 or X.dtype.kind not in "biuf":
        raise InputError(f"{path}: X is of shape {X.shape} and type {X.dtype}; give a two-dimensional array of numbers")
    if len(X) != len(y):
        raise InputError(f"{path}: X has {len(X)} samples and y {len(y)}; give one target per sample")
    if y.dtype == object:
        if any(value is None or value != value for value in y.ravel()):
            raise InputError(f"{path}: the target has missing values; leave those samples out")
        y = np.asarray(y.tolist())
        if y.dtype == object:
            raise InputError(f"{path}: the target mixes types that are no array; give numbers or texts")
    return np.ascontiguousarray(X), np.ascontiguousarray(y), images


def check_dataset(X: Any, y: Any, path: str = "dataset.loader") -> None:
    """Check that there is something to learn.

    Raises
    ------
    InputError
        If the data are empty, the target is missing somewhere or has one value only.
    """
    import numpy as np

    if len(X) < 2 or X.shape[1] == 0:
        raise InputError(f"{path}: X is of shape {X.shape}; two samples and a feature are the least")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        count = int((~np.isfinite(y)).sum())
        raise InputError(
            f"{path}: the target has {count} missing or infinite values of {y.size}; leave those samples out"
        )
    if y.ndim == 1 and len(np.unique(y)) < 2:
        raise InputError(
            f"{path}: the target has one value only, {y[0].item()!r} in all {len(y)} samples; there is nothing to learn"
        )


def describe(X: Any, y: Any, images: list[int] | None) -> dict[str, Any]:
    """Return what ``dataset.json`` says of the arrays."""
    import numpy as np
    from sklearn.utils.multiclass import type_of_target

    kind = type_of_target(y)
    about: dict[str, Any] = {
        "n_samples": X.shape[0],
        "n_features": X.shape[1],
        "X_dtype": X.dtype.str,
        "y_dtype": y.dtype.str,
    }
    about |= {"image_shape": images, "X_is_finite": bool(np.isfinite(X).all()), "target_type": kind, "classes": None}
    if kind in ("binary", "multiclass"):
        classes, counts = np.unique(y, return_counts=True)
        about["classes"] = {str(name): int(count) for name, count in zip(classes, counts, strict=True)}
    digest = hashlib.sha256()
    for array in (X, y):
        digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    return {**about, "sha256": digest.hexdigest()}

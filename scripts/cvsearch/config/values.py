"""What each kind of YAML value becomes.

A value has four forms:

* *YAML*: as the config file has it.
* *Stored*: plain JSON that keeps every type. It is used in the config that a run keeps, in batches and in the journal.
* *Built*: the Python object that an estimator gets.
* *Shown*: the JSON of a table.

============================================  =====================================================================
in YAML                                       built
============================================  =====================================================================
null, true, a number, ``.inf``, text          the same
a list                                        a list, or a tuple if scikit-learn takes a tuple but not a list
``{tuple: [0, 1]}``                           a tuple
a mapping                                     a dict with its keys as in YAML
the dotted name of a class                    an instance of it
``{dotted.name: {parameter: value}}``         an instance with these parameters
the dotted name of a function                 the function
============================================  =====================================================================
"""

import inspect
import json
import math
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.errors import InputError, did_you_mean

# A mapping whose keys are not all text is stored as {"dict": [[key, value], ...]}, because JSON has only text keys.
DICT, TUPLE = "dict", "tuple"

# How a config writes the numbers that strict JSON cannot write.
SPECIAL = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}


def store(value: Any, path: str) -> Any:
    """Return a YAML value in its stored form.

    Raises
    ------
    InputError
        For a value that a config cannot hold, such as a date.
    """
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: store(inner, f"{path}.{key}") for key, inner in value.items()}
        return {DICT: [[store(key, path), store(inner, f"{path}.{key}")] for key, inner in value.items()]}
    if isinstance(value, list):
        return [store(inner, f"{path}[{i}]") for i, inner in enumerate(value)]
    if isinstance(value, str):
        return SPECIAL.get(value.lower(), value)
    if value is None or isinstance(value, bool | int | float):
        return value
    raise InputError(f"{path}: {value!r} is a {type(value).__name__}; put it in quotes to make it a text")


def show(value: Any) -> Any:
    """Return a stored value as a table shows it, with the keys of a mapping as text."""
    if isinstance(value, list):
        return [show(inner) for inner in value]
    if isinstance(value, dict):
        if (pairs := _pairs(value)) is not None:
            return {key if isinstance(key, str) else json.dumps(key): show(inner) for key, inner in pairs}
        return {key: show(inner) for key, inner in value.items()}
    return value


def strict(value: Any) -> Any:
    """Return a stored value for a strict JSON file. Infinity and NaN are written as in a config."""
    if isinstance(value, list):
        return [strict(inner) for inner in value]
    if isinstance(value, dict):
        return {key: strict(inner) for key, inner in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    return value


def _pairs(value: dict[str, Any]) -> list[tuple[Any, Any]] | None:
    """Return the keys and values of a mapping that is stored as pairs, or None for any other mapping."""
    pairs = value.get(DICT) if len(value) == 1 else None
    if isinstance(pairs, list) and all(isinstance(pair, list) and len(pair) == 2 for pair in pairs):
        return [(key, inner) for key, inner in pairs]
    return None


def build(value: Any, trust: Trust, path: str) -> Any:
    """Return the Python object of a stored value.

    Parameters
    ----------
    value : JSON value
    trust : Trust
    path : str
        Key path in the config, for the message.

    Raises
    ------
    InputError
        If a dotted name cannot be resolved, or its object cannot be made.
    """
    if isinstance(value, list):
        return [build(inner, trust, f"{path}[{i}]") for i, inner in enumerate(value)]
    if isinstance(value, dict):
        if len(value) == 1 and trust.covers(name := next(iter(value))):
            return build_object(name, value[name], trust, path)
        if (pairs := _pairs(value)) is not None:
            return {key: build(inner, trust, f"{path}.{key}") for key, inner in pairs}
        if len(value) == 1 and isinstance(value.get(TUPLE), list):
            return tuple(build(value[TUPLE], trust, f"{path}.{TUPLE}"))
        return {key: build(inner, trust, f"{path}.{key}") for key, inner in value.items()}
    if isinstance(value, str):
        if trust.covers(value):
            return build_object(value, None, trust, path)
        if trust.may_be_ufunc(value):
            return trust.resolve_ufunc(value, path)
    return value


def build_object(name: str, arguments: Any, trust: Trust, path: str) -> Any:
    """Return an instance of the class with this name, or the function with this name.

    Parameters
    ----------
    name : str
        A dotted name.
    arguments : dict or None
        The init parameters of a class in their stored form; None if the config gives none.

    Raises
    ------
    InputError
        If the name is neither a class nor a function, or the class does not take the arguments.
    """
    found = trust.resolve(name, path, "a class or a function")
    if not inspect.isclass(found):
        if not callable(found):
            raise InputError(f"{path}: {name!r} is neither a class nor a function; give the dotted name of one")
        if arguments is not None:
            raise InputError(f"{path}.{name}: is a function, which takes no parameters here; write {name!r} alone")
        return found
    return instantiate(found, arguments, name, trust, path)


def instantiate(cls: type, arguments: Any, name: str, trust: Trust, path: str) -> Any:
    """Return an instance of a class, made with arguments of the config.

    Raises
    ------
    InputError
        If the arguments are not a mapping, or the class does not take one of them.
    """
    arguments = {} if arguments is None else arguments
    if not isinstance(arguments, dict):
        raise InputError(
            f"{path}.{name}: {arguments!r} is not a mapping of init parameters; write {{parameter: value}}"
        )
    known = inspect.signature(cls).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    for argument in arguments:
        if argument not in known and not takes_any:
            hint = did_you_mean(argument, known)
            raise InputError(f"{path}.{name}.{argument}: {cls.__name__} has no such parameter{hint}")
    built = {key: build(value, trust, f"{path}.{name}.{key}") for key, value in arguments.items()}
    try:
        return with_tuples(cls(**built), built)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: {name} cannot be made ({error})") from None


def with_tuples(estimator: Any, params: dict[str, Any]) -> Any:
    """Turn lists among an estimator's parameters into tuples, if scikit-learn takes a tuple but not a list.

    Parameters
    ----------
    estimator : object
        An estimator on which `params` are set. It is changed in place.
    params : dict
        From the name of a parameter to its built value.

    Returns
    -------
    estimator : object
        The same object.
    """
    for name, value in params.items():
        if isinstance(value, list) and hasattr(estimator, "get_params"):
            owner, last = owner_of(estimator, name)
            if owner is not None and _wants_tuple(owner, last):
                estimator.set_params(**{name: tuple(value)})
    return estimator


def owner_of(estimator: Any, name: str) -> tuple[Any, str]:
    """Return the estimator that a parameter belongs to, or None, and the parameter's own name.

    For example, ``scale__copy`` is the parameter ``copy`` of the step ``scale``.
    """
    prefix, _, last = name.rpartition("__")
    return (estimator.get_params().get(prefix) if prefix else estimator), last


def constraint_error(estimator: Any, name: str | None = None) -> str | None:
    """Return scikit-learn's error about the values of an estimator's parameters, or None if there is no error.

    An estimator of scikit-learn checks its parameters before it looks at the data. So it is fitted here without any
    samples. Its error names only the first wrong parameter.

    Parameters
    ----------
    estimator : estimator
    name : str, optional
        The parameter to check. Without it, all parameters are checked.
    """
    import warnings

    from sklearn.base import clone

    if not type(estimator).__module__.startswith("sklearn.") or not hasattr(estimator, "fit"):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            clone(estimator).fit([], [])
    except Exception as error:  # Nearly all estimators then raise an error about the data.
        says = str(error)
        if type(error).__name__ == "InvalidParameterError" and _is_about(says, name):
            return says
    return None


def _is_about(says: str, name: str | None) -> bool:
    """Tell whether scikit-learn's error is about a parameter. With None, it may be about any parameter."""
    return says.startswith(f"The {name!r} " if name else "The ")


_tuples: dict[tuple[type, str], bool] = {}


def _wants_tuple(estimator: Any, name: str) -> bool:
    """Tell whether an estimator of scikit-learn takes a tuple but not a list for a parameter that is a list now."""
    at = type(estimator), name
    if at not in _tuples:
        says = constraint_error(estimator)
        if says is not None and not _is_about(says, name):
            return False  # Another parameter is wrong, so scikit-learn has not looked at this one.
        _tuples[at] = says is not None and "'tuple'" in says and "'list'" not in says
    return _tuples[at]

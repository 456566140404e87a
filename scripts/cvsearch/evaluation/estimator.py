"""Estimators made from what the config says of them, with the parameters and the seeds of a candidate."""

import hashlib
import inspect
import json
import re
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.errors import InputError, did_you_mean
from cvsearch.journal.identity import Params


def build_estimator(spec: Any, trust: Trust, path: str = "estimator") -> Any:
    """Make the estimator that a piece of config describes.

    Parameters
    ----------
    spec : str, dict or list
        A dotted name, ``{dotted.name: {init parameters}}``, or a list of named steps, which makes a Pipeline.
    trust : Trust
    path : str
        Key path in the config, for the message.

    Returns
    -------
    estimator : sklearn.base.BaseEstimator

    Raises
    ------
    InputError
        If a name is not an estimator's, or an init parameter is not one of its own.
    """
    if isinstance(spec, list):
        from sklearn.pipeline import Pipeline

        steps = []
        for i, step in enumerate(spec):
            if not isinstance(step, dict) or len(step) != 1:
                raise InputError(f"{path}[{i}]: {step!r} is no named step; write {{name: dotted.name}}")
            (name, step_spec), where = next(iter(step.items())), f"{path}[{i}]"
            steps.append((name, step_spec if step_spec == "passthrough" else build_estimator(step_spec, trust, where)))
        for i, (name, step) in enumerate(steps[:-1]):
            if step != "passthrough" and not hasattr(step, "transform"):
                raise InputError(
                    f"{path}[{i}].{name}: {type(step).__name__} does not transform; only the last step may do without"
                )
        if len({name for name, _ in steps}) < len(steps):
            raise InputError(f"{path}: two steps have the same name; give each its own")
        return Pipeline(steps)

    if isinstance(spec, dict) and len(spec) != 1:
        raise InputError(
            f"{path}: {spec!r} is not one name with its init parameters; write {{dotted.name: {{parameter: value}}}}"
        )
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, {})
    cls = trust.resolve(name, path, "an estimator")
    if not (inspect.isclass(cls) and hasattr(cls, "fit") and hasattr(cls, "get_params")):
        raise InputError(f"{path}: {name!r} is no estimator; give a class with fit and get_params")
    arguments = arguments or {}
    if not isinstance(arguments, dict):
        raise InputError(f"{path}.{name}: {arguments!r} is no mapping of init parameters; write {{parameter: value}}")
    known = inspect.signature(cls).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    for argument in arguments:
        if argument not in known and not takes_any:
            raise InputError(
                f"{path}.{name}.{argument}: {cls.__name__} has no such parameter{did_you_mean(argument, known)}"
            )
    try:
        return cls(**{key: build_value(value, trust, f"{path}.{name}.{key}") for key, value in arguments.items()})
    except TypeError as error:
        raise InputError(f"{path}: {name} cannot be made ({error})") from None


def build_value(value: Any, trust: Trust, path: str) -> Any:
    """Return a parameter's value; a dotted name or ``{dotted.name: {…}}`` inside it becomes that estimator."""
    single = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
    if trust.covers(single):
        return build_estimator(value, trust, path)
    if isinstance(value, list):
        return [build_value(item, trust, path) for item in value]
    if isinstance(value, dict):  # Such as class_weight; JSON made its keys text.
        return {int(k) if re.fullmatch(r"-?\d+", k) else k: build_value(v, trust, path) for k, v in value.items()}
    return value


def set_parameters(estimator: Any, params: Params, trust: Trust) -> Any:
    """Set the parameters of a candidate on an estimator, in place, and return it."""
    return estimator.set_params(**{name: build_value(value, trust, name) for name, value in params.items()})


def make_seeded(template: Any, params: Params, trust: Trust, random_state: int, split: int) -> Any:
    """Return a clone of an estimator with a candidate's parameters, every open ``random_state`` seeded.

    Parameters
    ----------
    template : estimator
        As the config describes it.
    params : dict
        The candidate's.
    trust : Trust
    random_state : int
        The config's.
    split : int
    """
    from sklearn.base import clone

    estimator = set_parameters(clone(template), params, trust)
    seed_open_random_states(estimator, random_state, params, split)
    return estimator


def seed_open_random_states(estimator: Any, random_state: int, params: Params, split: int) -> None:
    """Seed, in place, every ``random_state`` that was left open.

    The seed is the first 32 bits of the sha256 of (`random_state`, params, `split`), so neither the order nor the
    numbering of candidates changes it. For a step of a Pipeline, params are those of this step and the steps before
    it: candidates that agree on them fit the same prefix.

    Parameters
    ----------
    estimator : estimator
    random_state : int
        The config's.
    params : dict
        The candidate's, as in the config.
    split : int
    """
    steps = [name for name, _ in getattr(estimator, "steps", [])]
    seeds: dict[str, int] = {}
    for name, value in estimator.get_params().items():
        if value is None and (name == "random_state" or name.endswith("__random_state")):
            step = name.split("__")[0]
            seen = steps[: steps.index(step) + 1] if step in steps else None
            own = params if seen is None else {k: v for k, v in params.items() if k.split("__")[0] in seen}
            text = json.dumps([random_state, own, split], sort_keys=True)
            seeds[name] = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    if seeds:
        estimator.set_params(**seeds)

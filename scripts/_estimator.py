"""Estimators and scorers made from what the config says of them."""

import hashlib
import inspect
import json
import re

from _errors import InputError, did_you_mean


def build_estimator(spec, trust, path="estimator"):
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


def build_value(value, trust, path):
    """Return a parameter's value; a dotted name or ``{dotted.name: {…}}`` inside it becomes that estimator."""
    single = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
    if trust.covers(single):
        return build_estimator(value, trust, path)
    if isinstance(value, list):
        return [build_value(item, trust, path) for item in value]
    if isinstance(value, dict):  # Such as class_weight; JSON made its keys text.
        return {int(k) if re.fullmatch(r"-?\d+", k) else k: build_value(v, trust, path) for k, v in value.items()}
    return value


def set_parameters(estimator, params, trust):
    """Set the parameters of a candidate on an estimator, in place, and return it."""
    return estimator.set_params(**{name: build_value(value, trust, name) for name, value in params.items()})


def check_parameters(estimator, space, trust, path):
    """Check that an estimator has every parameter of a space.

    Raises
    ------
    InputError
        For the first parameter that neither the estimator has nor an estimator among the space's own values.
    """
    for i, subspace in enumerate(space if isinstance(space, list) else [space]):
        known = set(estimator.get_params())
        for name, entry in subspace.items():
            for value in entry if isinstance(entry, list) else []:
                made = build_value(value, trust, f"{path}.{name}")
                if hasattr(made, "get_params"):
                    known |= {f"{name}__{inner}" for inner in made.get_params()}
        for name in subspace:
            if name not in known:
                where = f"{path}[{i}].{name}" if isinstance(space, list) else f"{path}.{name}"
                hint = did_you_mean(name, known) or "; see its get_params()"
                raise InputError(f"{where}: {type(estimator).__name__} has no parameter {name!r}{hint}")


def check_search(search, trust, where):
    """Check that what a search names can be made: its estimator with the parameters of its space, its scorers.

    Parameters
    ----------
    search : dict
        estimator, param_distributions, scoring of the config.
    trust : Trust
    where : str
        Key path of the search, with a dot at its end, for the message.

    Raises
    ------
    InputError
    """
    estimator = build_estimator(search["estimator"], trust, f"{where}estimator")
    check_parameters(estimator, search["param_distributions"], trust, f"{where}param_distributions")
    build_scorer(search["scoring"], estimator, trust, f"{where}scoring")


def build_scorer(scoring, estimator, trust, path="scoring"):
    """Make the scorer of a search.

    Parameters
    ----------
    scoring : None, str or list of str
        As in the config.
    estimator : estimator
        Whose own ``score`` stands in where `scoring` is None.
    trust : Trust

    Returns
    -------
    callable
        ``scorer(estimator, X, y)``: a float, or a dict from name to float if `scoring` is a list.

    Raises
    ------
    InputError
        For a name that is no scorer.
    """
    from sklearn.metrics import check_scoring

    if isinstance(scoring, list):
        return check_scoring(estimator, {name: _scorer(name, trust, path) for name in scoring})
    try:
        return check_scoring(estimator, scoring if scoring is None else _scorer(scoring, trust, path))
    except TypeError as error:
        raise InputError(
            f"{path}: {scoring!r} does not go with {type(estimator).__name__} ({error}); name a scorer"
        ) from None


def as_list(scoring):
    """Return the names of the scorers in a ``scoring``; none for the estimator's own score."""
    return scoring if isinstance(scoring, list) else [scoring] if scoring else []


def _scorer(name, trust, path):
    from sklearn.metrics import get_scorer, get_scorer_names

    if name in get_scorer_names():
        return get_scorer(name)
    if trust.covers(name) and not name.startswith("sklearn."):
        scorer = trust.resolve(name, path, "a scorer")
        if callable(scorer):
            return scorer
        raise InputError(f"{path}: {name!r} is no scorer; give a callable of (estimator, X, y)")
    hint = did_you_mean(name, get_scorer_names()) or "; see sklearn.metrics.get_scorer_names()"
    raise InputError(f"{path}: {name!r} is no scorer's name{hint}")


def seed_open_random_states(estimator, random_state, params, split):
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
    seeds = {}
    for name, value in estimator.get_params().items():
        if value is None and (name == "random_state" or name.endswith("__random_state")):
            step = name.split("__")[0]
            seen = steps[: steps.index(step) + 1] if step in steps else None
            own = params if seen is None else {k: v for k, v in params.items() if k.split("__")[0] in seen}
            text = json.dumps([random_state, own, split], sort_keys=True)
            seeds[name] = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    if seeds:
        estimator.set_params(**seeds)

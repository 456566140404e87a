"""Estimators are made from the config, with the parameters and the seeds of a candidate."""

import hashlib
import inspect
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.config.values import build, instantiate, with_tuples
from cvsearch.errors import InputError
from cvsearch.files import canonical
from cvsearch.journal.identity import Params

# This word takes the place of the split's number for an estimator that is fitted on all samples.
REFIT = "refit"


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
        If a name is not the name of an estimator, or if the estimator does not have an init parameter.
    """
    if isinstance(spec, list):
        return _build_pipeline(spec, trust, path)
    if isinstance(spec, dict) and len(spec) != 1:
        raise InputError(
            f"{path}: {spec!r} is not one name with its init parameters; write {{dotted.name: {{parameter: value}}}}"
        )
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, None)
    cls = trust.resolve(name, path, "an estimator")
    if not (inspect.isclass(cls) and hasattr(cls, "fit") and hasattr(cls, "get_params")):
        raise InputError(f"{path}: {name!r} is not an estimator; give a class with fit and get_params")
    return instantiate(cls, arguments, name, trust, path)


def guess() -> Any:
    """Return an estimator that guesses classes and has every method that a scorer may call."""
    from sklearn.dummy import DummyClassifier

    class Guess(DummyClassifier):  # type: ignore[misc]  # scikit-learn has no types
        def decision_function(self, X: Any) -> Any:
            shares = self.predict_proba(X)
            return shares[:, 1] if len(self.classes_) == 2 else shares

    return Guess()


def is_pipeline(estimator: Any) -> bool:
    """Tell whether an estimator is a pipeline, of scikit-learn or of another package.

    Other estimators may have an attribute ``steps`` too, which means something else.
    """
    from sklearn.pipeline import Pipeline

    return isinstance(estimator, Pipeline)


def _build_pipeline(spec: list[Any], trust: Trust, path: str) -> Any:
    from sklearn.pipeline import Pipeline

    steps: list[tuple[str, Any]] = []
    for i, step in enumerate(spec):
        if not isinstance(step, dict) or len(step) != 1:
            raise InputError(f"{path}[{i}]: {step!r} is not a named step; write {{name: dotted.name}}")
        (name, step_spec), where = next(iter(step.items())), f"{path}[{i}]"
        steps.append((name, step_spec if step_spec == "passthrough" else build_estimator(step_spec, trust, where)))
    for i, (name, step) in enumerate(steps[:-1]):
        if step != "passthrough" and not hasattr(step, "transform"):
            fix = "all steps but the last must transform"
            if hasattr(step, "fit_resample"):
                fix = "name the pipeline that resamples, and its steps: {imblearn.pipeline.Pipeline: {steps: [[name, ...], ...]}}"
            raise InputError(f"{path}[{i}].{name}: {type(step).__name__} does not transform; {fix}")
    for name, _ in steps:
        if not isinstance(name, str) or "__" in name or name in inspect.signature(Pipeline).parameters:
            raise InputError(f"{path}: {name!r} cannot be the name of a step; choose another name, without '__'")
    if len({name for name, _ in steps}) < len(steps):
        raise InputError(f"{path}: two steps have the same name; give each its own")
    return Pipeline(steps)


def set_parameters(estimator: Any, params: Params, trust: Trust) -> Any:
    """Set the parameters of a candidate on an estimator, in place, and return it."""
    built = {name: build(value, trust, name) for name, value in params.items()}
    return with_tuples(estimator.set_params(**built), built)


def make_seeded(template: Any, params: Params, trust: Trust, random_state: int, split: int | str) -> Any:
    """Return a clone of an estimator with a candidate's parameters. Every open ``random_state`` of the clone is seeded.

    Parameters
    ----------
    template : estimator
        The estimator that the config describes.
    params : dict
        Parameters of the candidate.
    trust : Trust
    random_state : int
        ``random_state`` of the config.
    split : int or str
        The split's number, or `REFIT`.
    """
    from sklearn.base import clone

    estimator = set_parameters(clone(template), params, trust)
    seed_open_random_states(estimator, random_state, split)
    return estimator


def seed_of(random_state: int, split: int | str, name: str) -> int:
    """Return the seed for a name on a split: the first 32 bits of a sha256 of all three arguments.

    The candidate is not part of the seed. So all candidates of a split have the same seed, as in scikit-learn with a
    fixed ``random_state``. A difference between two candidates is then not a difference between two seeds.
    """
    text = canonical([random_state, split, name])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")


def seed_open_random_states(estimator: Any, random_state: int, split: int | str) -> None:
    """Seed every ``random_state`` that was left open, in place. Each seed depends on the name of its parameter."""
    seeds = {
        name: seed_of(random_state, split, name)
        for name, value in estimator.get_params().items()
        if value is None and (name == "random_state" or name.endswith("__random_state"))
    }
    if seeds:
        estimator.set_params(**seeds)


def seed_global_generators(random_state: int, split: int | str) -> None:
    """Seed the global generators of Python and NumPy, because some estimators draw from them."""
    import random

    import numpy as np

    random.seed(seed_of(random_state, split, "random"))
    np.random.seed(seed_of(random_state, split, "numpy.random"))

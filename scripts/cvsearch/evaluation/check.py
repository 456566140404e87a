"""A search is checked against scikit-learn before the first evaluation."""

from collections.abc import Callable, Iterator
from typing import Any

from cvsearch.candidates.space import DISTRIBUTIONS, LISTS, Space, Subspace, extremes_of, subspaces, values_of
from cvsearch.config.names import Trust
from cvsearch.config.values import build, constraint_error, owner_of, with_tuples
from cvsearch.errors import InputError, did_you_mean
from cvsearch.evaluation.estimator import build_estimator, is_pipeline
from cvsearch.evaluation.scoring import build_scorers
from cvsearch.evaluation.weights import fit_takes_weights

# At most this many values of a list are tried: the first ones.
MANY_VALUES = 20

# The ends of a continuous distribution are never drawn. So the values that are tried lie inside the ends, by this share
# of the distribution's width.
EDGE = 1e-9

# A distribution of SciPy may have ends that are nearly never drawn. A value beyond those that are tried is drawn with this
# probability.
RARE = 1e-3


def check_search(search: dict[str, Any], trust: Trust, where: str, scoring_path: str, weighted: bool = False) -> None:
    """Check that the scorers of a search can be made, and that its estimator takes the parameters of its space.

    Parameters
    ----------
    search : dict
        estimator, param_distributions, scoring of the config.
    trust : Trust
    where : str
        Key path of the search, with a dot at its end, for the message.
    scoring_path : str
        Key path of the scorers. A search may have them from the top level of the config.
    weighted : bool
        Whether the samples have weights.

    Raises
    ------
    InputError
    """
    estimator = build_estimator(search["estimator"], trust, f"{where}estimator")
    check_init_values(estimator, f"{where}estimator")
    check_parameters(estimator, search["param_distributions"], trust, f"{where}param_distributions")
    build_scorers(search["scoring"], estimator, trust, scoring_path)
    if weighted and not fit_takes_weights(estimator):
        raise InputError(
            f"dataset.sample_weight: {type(estimator).__name__} of {where}estimator does not take sample weights; leave "
            "sample_weight out, or name an estimator that takes them"
        )


def allowed_values(estimator: Any, params: dict[str, Any], trust: Trust) -> Callable[[str, Any], bool]:
    """Return a function ``allowed(name, value)``, which tells whether scikit-learn takes a value of a parameter.

    Parameters
    ----------
    estimator : estimator
    params : dict
        Stored values of a candidate. They decide which estimators are inside `estimator`.
    trust : Trust
    """
    from sklearn.base import clone

    made = clone(estimator).set_params(**{name: build(value, trust, name) for name, value in params.items()})

    def allowed(name: str, value: Any) -> bool:
        owner, last = owner_of(made, name)
        if not hasattr(owner, "get_params") or last not in owner.get_params(deep=False):
            return True
        return constraint_error(with_tuples(clone(owner).set_params(**{last: value}), {last: value}), last) is None

    return allowed


def check_init_values(estimator: Any, path: str) -> None:
    """Check the values that the config gives to an estimator's own parameters.

    Raises
    ------
    InputError
        For the first value that scikit-learn refuses.
    """
    if says := _wrong_parts(estimator):
        raise InputError(f"{path}: {says}")
    params = estimator.get_params()
    owners = {"": estimator, **{name: value for name, value in params.items() if hasattr(value, "get_params")}}
    for name, owner in owners.items():
        if not isinstance(owner, type) and (says := constraint_error(owner)):
            raise InputError(f"{path}{'.' + name if name else ''}: {says}")


def check_parameters(estimator: Any, space: Space, trust: Trust, path: str) -> None:
    """Check that an estimator has every parameter of a space, and takes the values of each parameter.

    Raises
    ------
    InputError
        For the first unknown parameter, and for the first value that scikit-learn refuses. A parameter is known if the
        estimator has it. It is also known if an estimator that is a value in the space has it.
    """
    for i, subspace in enumerate(subspaces(space)):
        where = f"{path}[{i}]" if isinstance(space, list) else path
        known = set(estimator.get_params())
        owners: dict[str, list[Any]] = {}
        for name, entry in subspace.items():
            made = [build(value, trust, f"{where}.{name}") for value in entry] if isinstance(entry, list) else []
            owners[name] = [value for value in made if hasattr(value, "get_params") and not isinstance(value, type)]
            known |= {f"{name}__{inner}" for owner in owners[name] for inner in owner.get_params()}
        for name in subspace:
            if name not in known:
                hint = did_you_mean(name, known) or "; see its get_params()"
                raise InputError(f"{where}.{name}: {type(estimator).__name__} has no parameter {name!r}{hint}")
        _check_values(estimator, subspace, owners, trust, where)


def _check_values(estimator: Any, subspace: Subspace, owners: dict[str, list[Any]], trust: Trust, where: str) -> None:
    """Check each value of a sub-space with scikit-learn, on each estimator that may get the value."""
    from sklearn.base import clone

    for name, entry in subspace.items():
        last = name.rpartition("__")[2]
        may_get = _owners_of(name, estimator, owners)
        for at, value in _tried(entry):
            built = build(value, trust, f"{where}.{name}{at}")
            for owner in may_get:
                if says := _wrong_step(owner, last, built):
                    raise InputError(f"{where}.{name}{at}: {says}")
                if not hasattr(owner, "get_params") or last not in owner.get_params(deep=False):
                    continue
                probe = clone(owner).set_params(**{last: built})
                if says := constraint_error(with_tuples(probe, {last: built}), last):
                    raise InputError(f"{where}.{name}{at}: {says}")


def _owners_of(name: str, estimator: Any, owners: dict[str, list[Any]]) -> list[Any]:
    """Return the estimators that a parameter of a sub-space may belong to.

    The sub-space may replace the estimator that owns the parameter, or an estimator around the owner.
    """
    parts = name.split("__")
    for end in range(len(parts) - 1, 0, -1):
        if replaced := owners.get("__".join(parts[:end])):
            inner = "__".join(parts[end:])
            return [owner for owner, _ in (owner_of(each, inner) for each in replaced)]
    return [owner_of(estimator, name)[0]]


def _tried(entry: Any) -> Iterator[tuple[str, Any]]:
    """Yield the values of an entry that are tried, each with its place in the config.

    Only the least and the greatest number of a range or a distribution are tried, because scikit-learn's constraints
    are ranges.
    """
    if isinstance(entry, list):
        yield from ((f"[{i}]", value) for i, value in enumerate(entry[:MANY_VALUES]))
        return
    kind, arguments = next(iter(entry.items()))
    if kind in ("uniform", "loguniform"):
        low, high = arguments
        margin = (high - low) * EDGE
        yield from (("", value) for value in (low + margin, high - margin))
    elif kind in LISTS + DISTRIBUTIONS:
        values = values_of(entry, kind) or []
        yield from (("", value) for value in sorted((values[0], values[-1])))
    else:
        yield from (("", value) for value in extremes_of(entry, RARE))


# Parameters of scikit-learn's estimators that hold other estimators by name, and the form of each item.
PARTS = {
    "steps": "[name, estimator]",
    "estimators": "[name, estimator]",
    "transformer_list": "[name, transformer]",
    "transformers": "[name, transformer, columns]",
}


def _wrong_parts(estimator: Any) -> str | None:
    """Return what is wrong with the named estimators inside an estimator, at any depth, or None.

    scikit-learn looks at them only when it fits, or when it lists all parameters. It then raises errors of other kinds.
    """
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        return None
    own, inner = type(estimator).__module__.startswith("sklearn."), []
    for name, value in estimator.get_params(deep=False).items():
        inner.append(value)
        if not (own and name in PARTS) or value is None:
            continue
        form = PARTS[name]
        if not isinstance(value, list | tuple) or not value:
            return f"{name} of {type(estimator).__name__} is not a list with at least one item; give a list of {form}"
        for part in value:
            if not isinstance(part, list | tuple) or len(part) != form.count(",") + 1 or not isinstance(part[0], str):
                return f"{name} of {type(estimator).__name__} has {part!r}, which is not of the form {form}"
        inner += [part[1] for part in value]
    return next((says for says in map(_wrong_parts, inner) if says), None)


def _wrong_step(owner: Any, name: str, value: Any) -> str | None:
    """Return why a value cannot be the step `name` of a pipeline, or None if `name` is not a step or the value can be it."""
    steps = [step for step, _ in owner.steps] if is_pipeline(owner) else []
    if name not in steps or value is None or value == "passthrough":
        return None
    if not hasattr(value, "fit") or (name != steps[-1] and not _is_first_step(value, owner)):
        return f"{value!r} cannot be the step {name!r}; give an estimator that transforms, or passthrough"
    return None


def _is_first_step(value: Any, pipeline: Any) -> bool:
    """Tell whether an estimator can be a step before the last one. In imbalanced-learn's pipeline, it may also resample."""
    from sklearn.pipeline import Pipeline

    return hasattr(value, "transform") or (type(pipeline) is not Pipeline and hasattr(value, "fit_resample"))

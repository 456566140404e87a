"""A search checked against scikit-learn before the first evaluation."""

from typing import Any

from cvsearch.candidates.space import Space, subspaces
from cvsearch.config.names import Trust
from cvsearch.errors import InputError, did_you_mean
from cvsearch.evaluation.estimator import build_estimator, build_value
from cvsearch.evaluation.scoring import build_scorer


def check_parameters(estimator: Any, space: Space, trust: Trust, path: str) -> None:
    """Check that an estimator has every parameter of a space.

    Raises
    ------
    InputError
        For the first parameter that neither the estimator has nor an estimator among the space's own values.
    """
    for i, subspace in enumerate(subspaces(space)):
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


def check_search(search: dict[str, Any], trust: Trust, where: str) -> None:
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

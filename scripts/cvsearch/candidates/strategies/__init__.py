"""The strategies by their names in the config. A new strategy needs a file with a class, and a line here."""

from typing import Any

from cvsearch.candidates.strategies.grid import Grid
from cvsearch.candidates.strategies.random import Random
from cvsearch.candidates.strategy import Strategy
from cvsearch.errors import InputError, did_you_mean

STRATEGIES: dict[str, type[Strategy]] = {"random": Random, "grid": Grid}


def strategy_class(name: object, path: str) -> type[Strategy]:
    """Return the class of a strategy.

    Parameters
    ----------
    name : str
        As in the config.
    path : str
        Key path in the config, for the message.

    Raises
    ------
    InputError
        If there is no such strategy.
    """
    if not isinstance(name, str) or name not in STRATEGIES:
        known = " or ".join(STRATEGIES)
        raise InputError(f"{path}: {name!r} is not known; use {known}{did_you_mean(name, STRATEGIES)}")
    return STRATEGIES[name]


def strategy_of(search: dict[str, Any]) -> Strategy:
    """Return the strategy of a search, with its space.

    Parameters
    ----------
    search : dict
        strategy, param_distributions, n_candidates, random_state of the config.
    """
    cls = strategy_class(search["strategy"], "strategy")
    return cls(search["param_distributions"], search["n_candidates"], search["random_state"])

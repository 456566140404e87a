"""Scorers made from what the config says of them."""

from typing import Any

from cvsearch.config.names import Trust
from cvsearch.errors import InputError, did_you_mean


def build_scorer(scoring: Any, estimator: Any, trust: Trust, path: str = "scoring") -> Any:
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


def as_list(scoring: Any) -> list[str]:
    """Return the names of the scorers in a ``scoring``; none for the estimator's own score."""
    return scoring if isinstance(scoring, list) else [scoring] if scoring else []


def _scorer(name: str, trust: Trust, path: str) -> Any:
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

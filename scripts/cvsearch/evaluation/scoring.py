"""Scorers are made from the config. Each scorer gives a number, or the reason why there is no number."""

import inspect
import math
import numbers
import warnings
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from cvsearch.config.names import Trust
from cvsearch.config.values import build
from cvsearch.errors import InputError, did_you_mean
from cvsearch.evaluation.estimator import is_pipeline
from cvsearch.evaluation.weights import WEIGHT, score_takes_weights

# The function that makes a scorer of a metric.
MADE = "sklearn.metrics.make_scorer"

# The name of a single scorer, as in scikit-learn's columns.
SINGLE = "score"

# The names of the errors for too little memory. NumPy has one of its own.
MEMORY_ERRORS = ("MemoryError", "_ArrayMemoryError")

# A reason is cut to this many characters.
REASON_LENGTH = 300


class Scored(NamedTuple):
    """The scores of one side.

    Attributes
    ----------
    scores : dict of str to float
        The score by the scorer's name; NaN if the score could not be computed.
    reasons : dict of str to str
        The reason by the scorer's name, for each score that is NaN.
    """

    scores: dict[str, float]
    reasons: dict[str, str]


class Scorers:
    """The scorers of a search.

    Parameters
    ----------
    together : callable
        ``together(estimator, X, y)`` returns a number, or a mapping of names to numbers or to texts of errors.
    alone : dict of str to callable
        Each named scorer by itself. It is called to find out why there is no number. Empty if `together` is a single
        scorer.
    names : list of str or None
        None for a callable of the user's own, because it may return a mapping.
    weighted : set of str
        The names of the scorers that take sample weights. The name of a single scorer is `SINGLE`.
    """

    def __init__(
        self, together: Any, alone: Mapping[str, Any], names: list[str] | None, weighted: Iterable[str] = ()
    ) -> None:
        self.together, self.alone, self.names, self.weighted = together, alone, names, set(weighted)

    def __call__(self, estimator: Any, X: Any, y: Any, sample_weight: Any = None) -> Scored:
        """Score a fitted estimator on one side.

        Raises
        ------
        MemoryError
            This ends the whole evaluation. It is not stored as the reason of one score.
        """
        arguments = (estimator, X) if y is None else (estimator, X, y)
        weights = {} if sample_weight is None or not self.weighted else {WEIGHT: sample_weight}
        try:
            found = self.together(*arguments, **weights)
        except MemoryError:
            raise
        except (Exception, SystemExit) as error:
            names = self.names or [SINGLE]
            return Scored(dict.fromkeys(names, math.nan), dict.fromkeys(names, describe_error(error)))
        scored = Scored({}, {})
        for name, value in found.items() if isinstance(found, Mapping) else [(SINGLE, found)]:
            score, reason = _number(value)
            if math.isnan(score):
                scored.reasons[name] = reason or self._why_nan(name, arguments, weights)
            scored.scores[name] = score
        return scored

    def _why_nan(self, name: str, arguments: tuple[Any, ...], weights: dict[str, Any]) -> str:
        """Return why a scorer returned NaN: its last warning, or its error."""
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                self.alone.get(name, self.together)(*arguments, **(weights if name in self.weighted else {}))
            except Exception as error:
                return describe_error(error)
        own = [warning for warning in caught if not issubclass(warning.category, (DeprecationWarning, FutureWarning))]
        return f"{own[-1].category.__name__}: {first_line(own[-1].message)}" if own else "the scorer returned NaN"


def _number(value: Any) -> tuple[float, str | None]:
    """Return a scorer's value as a float, or NaN with the reason."""
    if isinstance(value, str) and (error := _error_line(value)):  # One of several scorers failed.
        kind, colon, text = error.partition(":")
        kind = kind.rpartition(".")[2]
        if kind in MEMORY_ERRORS:
            raise MemoryError(text.strip())
        return math.nan, f"{kind}{colon}{text}"[:REASON_LENGTH]
    if hasattr(value, "item") and getattr(value, "size", 1) == 1:
        value = value.item()
    if not isinstance(value, numbers.Real):
        return math.nan, f"the scorer returned {type(value).__name__}, not a number"
    return float(value), None


def _error_line(text: str) -> str:
    """Return the line of a formatted traceback that has the error and the first line of its message.

    Empty if the text is not a traceback.
    """
    _, traceback, frames = text.rpartition("Traceback (most recent call last):\n")
    lines = (line for line in frames.splitlines() if line.strip() and not line.startswith(" "))
    return next(lines, "") if traceback else ""


def first_line(error: object) -> str:
    """Return the first line of an error's or a warning's text."""
    try:
        text = str(error).encode("utf-8", "backslashreplace").decode()
    except Exception:
        text = "its message cannot be read"
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def describe_error(error: BaseException) -> str:
    """Return an exception as one line of at most `REASON_LENGTH` characters."""
    return f"{type(error).__name__}: {first_line(error)}"[:REASON_LENGTH].rstrip(": ")


def scorer_names(scoring: Any) -> list[str] | None:
    """Return the names of the scorers of a ``scoring`` of the config, or None if only their results tell the names."""
    if isinstance(scoring, list):
        return list(scoring)
    if isinstance(scoring, dict) and not _is_one_scorer(scoring):
        return list(scoring)
    if isinstance(scoring, str) and "." in scoring:
        return None
    return [SINGLE]


def ranking_scorer(scoring: Any) -> Any:
    """Return the scorer that ranks, as the config names it. It is the only scorer, or the first of several."""
    if isinstance(scoring, list):
        return scoring[0]
    if isinstance(scoring, dict) and not _is_one_scorer(scoring):
        return next(iter(scoring.values()))
    return scoring


def _is_one_scorer(scoring: dict[str, Any]) -> bool:
    """Tell whether a mapping is one scorer, ``{sklearn.metrics.make_scorer: {...}}``, and not scorers by name."""
    return list(scoring) == [MADE]


def own_metric(estimator: Any) -> str | None:
    """Return the name of the scorer that an estimator's own ``score`` is, ``accuracy`` or ``r2``.

    None if the estimator has a ``score`` of another kind.
    """
    from sklearn.base import ClassifierMixin, RegressorMixin

    while is_pipeline(estimator):  # A pipeline scores with its last step.
        estimator = estimator.steps[-1][1]
    score = getattr(type(estimator), "score", None)
    return {ClassifierMixin.score: "accuracy", RegressorMixin.score: "r2"}.get(score)


def may_look_at_samples(scoring: Any) -> bool:
    """Tell whether a ``scoring`` has a callable of the user's own, which might look at the samples themselves."""
    if isinstance(scoring, dict):
        return any(map(may_look_at_samples, scoring.values())) and not _is_one_scorer(scoring)
    return any(map(may_look_at_samples, scoring)) if isinstance(scoring, list) else "." in (scoring or "")


def build_scorers(scoring: Any, estimator: Any, trust: Trust, path: str = "scoring", weighted: bool = False) -> Scorers:
    """Make the scorers of a search.

    Parameters
    ----------
    scoring : None, str, list or dict
        As in the config.
    estimator : estimator
        Its own ``score`` is used if `scoring` is None.
    trust : Trust
    path : str
        Key path in the config, for the message.
    weighted : bool
        Whether the samples have weights. Scorers that take weights then get them. In this case, this function and the
        scorers have to be called in the context of `weights.routed`.

    Raises
    ------
    InputError
        For a name that is not the name of a scorer.
    """
    from sklearn.metrics import check_scoring

    names = scorer_names(scoring)
    if isinstance(scoring, list | dict) and names != [SINGLE]:
        specs = scoring if isinstance(scoring, dict) else {name: name for name in scoring}
        alone = {name: _scorer(spec, trust, f"{path}.{name}") for name, spec in specs.items()}
        asking = _ask_for_weights(alone, estimator) if weighted else ()
        return Scorers(check_scoring(estimator, alone, raise_exc=False), alone, names, asking)
    try:
        together = check_scoring(estimator, None if scoring is None else _scorer(scoring, trust, path))
    except TypeError as error:
        raise InputError(
            f"{path}: {scoring!r} does not go with {type(estimator).__name__} ({error}); name a scorer"
        ) from None
    return Scorers(together, {}, names, _ask_for_weights({SINGLE: together}, estimator) if weighted else ())


def _ask_for_weights(scorers: Mapping[str, Any], estimator: Any) -> set[str]:
    """Let the scorers that take sample weights request them. Return the names of these scorers."""
    weighted = {name for name, scorer in scorers.items() if score_takes_weights(scorer, estimator)}
    for name, scorer in scorers.items():
        if hasattr(scorer, "set_score_request"):
            scorer.set_score_request(**{WEIGHT: name in weighted})
    return weighted


def _scorer(spec: Any, trust: Trust, path: str) -> Any:
    from sklearn.metrics import get_scorer, get_scorer_names

    if isinstance(spec, dict):
        return _made_scorer(spec, trust, path)
    if spec in get_scorer_names():
        return get_scorer(spec)
    if trust.covers(spec) and not spec.startswith("sklearn."):
        scorer = trust.resolve(spec, path, "a scorer")
        if callable(scorer):
            return scorer
        raise InputError(f"{path}: {spec!r} is not a scorer; give a callable of (estimator, X, y)")
    hint = did_you_mean(spec, get_scorer_names()) or "; see sklearn.metrics.get_scorer_names()"
    raise InputError(f"{path}: {spec!r} is not the name of a scorer{hint}")


def _made_scorer(spec: dict[str, Any], trust: Trust, path: str) -> Any:
    """Return the scorer of ``{sklearn.metrics.make_scorer: {...}}``."""
    from sklearn.metrics import make_scorer

    name, arguments = next(iter(spec.items())) if len(spec) == 1 else ("", None)
    if name != MADE or not isinstance(arguments, dict) or "score_func" not in arguments:
        raise InputError(f"{path}: {spec!r} is not a scorer; write {{{MADE}: {{score_func: dotted.name}}}}")
    built = build(arguments, trust, f"{path}.{name}")
    if not callable(built["score_func"]):
        raise InputError(
            f"{path}.{name}.score_func: {arguments['score_func']!r} is not a function; give its dotted name"
        )
    known = (_keywords(make_scorer) - {None}) | _keywords(built["score_func"])
    for argument in built:
        if None not in known and argument not in known:
            hint = did_you_mean(argument, known) or f"; see {arguments['score_func']}"
            raise InputError(f"{path}.{name}.{argument}: is not an argument of {arguments['score_func']}{hint}")
    try:
        return make_scorer(**built)
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}.{name}: cannot be made ({error})") from None


def _keywords(function: Any) -> set[str | None]:
    """Return the arguments that a function takes by name. None is among them if the function takes any name."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # Some functions in C have no signature.
        return {None}
    return {None if parameter.kind is parameter.VAR_KEYWORD else parameter.name for parameter in parameters}

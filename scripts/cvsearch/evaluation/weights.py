"""Sample weights are passed to ``fit`` and to scorers through scikit-learn's metadata routing."""

import contextlib
import inspect
from typing import Any

from cvsearch.evaluation.estimator import guess, is_pipeline

WEIGHT = "sample_weight"


def routed(weighted: bool) -> Any:
    """Return a context in which scikit-learn routes sample weights, if there are any."""
    if not weighted:
        return contextlib.nullcontext()
    from sklearn import config_context

    return config_context(enable_metadata_routing=True)


def request_weights(estimator: Any) -> Any:
    """Let an estimator, and each estimator inside it, request weights if it takes them.

    The estimator is changed in place and returned. This function has to be called in the context of `routed`.
    """
    from sklearn.utils.validation import has_fit_parameter

    inside = [value for value in estimator.get_params().values() if hasattr(value, "get_params")]
    for found in [estimator, *inside]:
        if isinstance(found, type) or is_pipeline(found):
            continue
        if hasattr(found, "set_fit_request") and has_fit_parameter(found, WEIGHT):
            found.set_fit_request(**{WEIGHT: True})
        if hasattr(found, "set_score_request") and _has_parameter(found.score, WEIGHT):
            found.set_score_request(**{WEIGHT: True})
    return estimator


def withdraw_requests(fitted: Any) -> Any:
    """Remove the requests from a fitted estimator and from all estimators that it fitted.

    The estimator is changed in place and returned. A request refers to its own estimator, and skops cannot save an
    object that contains itself.

    Parameters
    ----------
    fitted : estimator
    """
    import numpy as np
    from sklearn.utils.metadata_routing import MetadataRequest

    seen: set[int] = set()
    left = [fitted]
    while left:
        value = left.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.dtype == object):
            left += list(value)
        elif hasattr(value, "get_params") and not isinstance(value, type):
            for name in [name for name, held in vars(value).items() if isinstance(held, MetadataRequest)]:
                delattr(value, name)
            left += vars(value).values()
    return fitted


def fit_takes_weights(estimator: Any) -> bool:
    """Tell whether an estimator's ``fit`` takes weights, for itself or for an estimator inside it."""
    from sklearn.utils.metadata_routing import get_routing_for_object
    from sklearn.utils.validation import has_fit_parameter

    if not hasattr(estimator, "get_metadata_routing"):
        return bool(has_fit_parameter(estimator, WEIGHT))
    with routed(True):
        request_weights(estimator)
        return bool(get_routing_for_object(estimator).consumes(method="fit", params=[WEIGHT]))


def score_takes_weights(scorer: Any, estimator: Any) -> bool:
    """Tell whether a scorer takes weights.

    Parameters
    ----------
    scorer : callable
        One of scikit-learn's, or the user's own.
    estimator : estimator
        The estimator that will be scored. Its own ``score`` may be the scorer.
    """
    if not hasattr(scorer, "set_score_request"):
        own = getattr(estimator, "score", None) if hasattr(scorer, "get_metadata_routing") else scorer
        return own is not None and _has_parameter(own, WEIGHT)
    # The metric is called with weights on two samples. It raises TypeError if it does not take weights.
    X, y = [[0.0], [1.0]], [0, 1]
    try:
        scorer(guess().fit(X, y), X, y, **{WEIGHT: [1.0, 1.0]})
    except TypeError as error:
        return WEIGHT not in str(error)
    except Exception:  # The metric takes weights, but refuses these samples.
        return True
    return True


def _has_parameter(function: Any, name: str) -> bool:
    return name in inspect.signature(function).parameters

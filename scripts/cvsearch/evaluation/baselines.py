"""The baselines that a search is compared with: a guess, and the estimator as written in the config."""

from typing import Any

from cvsearch.config.names import Trust
from cvsearch.evaluation.estimator import build_estimator
from cvsearch.evaluation.scoring import own_metric
from cvsearch.journal.identity import Setting

# The estimator of the config with its own init parameters. It does not have the parameters of a candidate.
DEFAULT = "default"

# scikit-learn's guess: the most frequent class, or the mean of the target. It does not look at the samples.
DUMMY = "dummy"

# A baseline does not set parameters of the space.
NO_PARAMETERS = Setting({})


def baseline_specs(spec: Any, trust: Trust, has_target: bool, scoring: Any = None) -> dict[str, Any]:
    """Return the baselines of a search, each as a piece of config that describes its estimator.

    Parameters
    ----------
    spec : str, dict or list
        ``estimator`` of the config.
    trust : Trust
    has_target : bool
    scoring : None, str, list or dict
        ``scoring`` of the config.

    Returns
    -------
    dict of str to spec
        `DUMMY`, if the estimator is a classifier or a regressor and there is a target to guess. Then `DEFAULT`. There is
        no `DUMMY` if the estimator is scored by a ``score`` of its own, because `DUMMY` has another one.
    """
    from sklearn.base import is_classifier, is_regressor

    estimator = build_estimator(spec, trust)
    specs = {DEFAULT: spec}
    if not has_target or (scoring is None and own_metric(estimator) is None):
        return specs
    if is_classifier(estimator):
        return {DUMMY: "sklearn.dummy.DummyClassifier", **specs}
    return {DUMMY: "sklearn.dummy.DummyRegressor", **specs} if is_regressor(estimator) else specs

"""The baselines that a search is compared with: a guess, and the estimator as written in the config."""

from typing import Any

from cvsearch.config.names import Trust
from cvsearch.evaluation.estimator import build_estimator
from cvsearch.journal.identity import Setting

# The estimator of the config with its own init parameters. It does not have the parameters of a candidate.
DEFAULT = "default"

# scikit-learn's guess: the most frequent class, or the mean of the target. It does not look at the samples.
DUMMY = "dummy"

# A baseline does not set parameters of the space.
NO_PARAMETERS = Setting({})


def baseline_specs(spec: Any, trust: Trust, has_target: bool) -> dict[str, Any]:
    """Return the baselines of a search, each as a piece of config that describes its estimator.

    Parameters
    ----------
    spec : str, dict or list
        ``estimator`` of the config.
    trust : Trust
    has_target : bool

    Returns
    -------
    dict of str to spec
        `DUMMY`, if the estimator is a classifier or a regressor and there is a target to guess. Then `DEFAULT`.
    """
    from sklearn.base import is_classifier, is_regressor

    estimator = build_estimator(spec, trust)
    specs = {DEFAULT: spec}
    if has_target and is_classifier(estimator):
        specs = {DUMMY: "sklearn.dummy.DummyClassifier", **specs}
    elif has_target and is_regressor(estimator):
        specs = {DUMMY: "sklearn.dummy.DummyRegressor", **specs}
    return specs

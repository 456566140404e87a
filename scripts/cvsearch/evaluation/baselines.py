"""What a search is compared with: a guess, and the estimator with its own parameters."""

from typing import Any

from cvsearch.config.names import Trust
from cvsearch.evaluation.estimator import build_estimator
from cvsearch.journal.identity import Setting

# The estimator as the config has it: its own init parameters, and none of a candidate.
DEFAULT = "default"

# scikit-learn's guess, which does not look at the samples: the most frequent class, or the mean of the target.
DUMMY = "dummy"

# A baseline has no parameters of a space.
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
        `DUMMY`, where the estimator is a classifier or a regressor and there is a target to guess; and `DEFAULT`.
    """
    from sklearn.base import is_classifier, is_regressor

    estimator = build_estimator(spec, trust)
    specs = {DEFAULT: spec}
    if has_target and is_classifier(estimator):
        specs = {DUMMY: "sklearn.dummy.DummyClassifier", **specs}
    elif has_target and is_regressor(estimator):
        specs = {DUMMY: "sklearn.dummy.DummyRegressor", **specs}
    return specs

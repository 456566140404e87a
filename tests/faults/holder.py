"""An estimator that takes any value, under `trusted_modules`."""

from sklearn.base import BaseEstimator


class Holder(BaseEstimator):
    """Holds a value."""

    def __init__(self, value=0, other=0):
        self.value, self.other = value, other

    def fit(self, X, y=None):
        return self

    def score(self, X, y=None):
        return 0.5

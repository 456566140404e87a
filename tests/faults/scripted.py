"""Scorers and estimators of one's own, under `trusted_modules`, that misbehave on one side or draw from global generators."""

import random

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.metrics import accuracy_score
from sklearn.tree import DecisionTreeClassifier


class Remembering(ClassifierMixin, BaseEstimator):
    """A tree that remembers how many samples it was fitted on, so that a scorer knows the side it scores."""

    def __init__(self, max_depth=1):
        self.max_depth = max_depth

    def fit(self, X, y):
        self.n_train_ = len(X)
        self.tree_ = DecisionTreeClassifier(max_depth=self.max_depth, random_state=0).fit(X, y)
        self.classes_ = self.tree_.classes_

    def predict(self, X):
        return self.tree_.predict(X)


def good(estimator, X, y):
    return accuracy_score(y, estimator.predict(X))


def scorer_that(fails, side):
    """Return a scorer that gives accuracy, but on one side fails in this way."""

    def scorer(estimator, X, y):
        here = "train" if len(X) == estimator.n_train_ else "test"
        if side not in (here, "both"):
            return good(estimator, X, y)
        if fails == "exception":
            raise ValueError("no score today")
        return {"nan": np.nan, "inf": np.inf, "-inf": -np.inf, "text": "high", "none": None}[fails]

    return scorer


WAYS = ("exception", "nan", "inf", "-inf")
SIDES = ("test", "train", "both")
for way in WAYS + ("text", "none"):
    for side in SIDES:
        globals()[f"{way.replace('-', 'minus_')}_on_{side}"] = scorer_that(way, side)


def several(estimator, X, y):
    """A scorer that returns a mapping; its names are not in the order of the alphabet."""
    return {"recall": good(estimator, X, y) / 2, "accuracy": good(estimator, X, y)}


class Noisy(ClassifierMixin, BaseEstimator):
    """Draws from the generators of the whole process, as many wrappers of other libraries do."""

    def __init__(self, depth=2, source="numpy"):
        self.depth, self.source = depth, source

    def fit(self, X, y):
        draw = np.random.normal if self.source == "numpy" else lambda size: [[random.random()] * size[1]] * size[0]
        self.tree_ = DecisionTreeClassifier(max_depth=self.depth, random_state=0).fit(
            X + np.asarray(draw(size=X.shape)), y
        )
        self.classes_ = self.tree_.classes_
        return self

    def predict(self, X):
        return self.tree_.predict(X)


class NoisyScaler(TransformerMixin, BaseEstimator):
    """A transformer that draws from NumPy's generator when it is fitted."""

    def fit(self, X, y=None):
        self.shift_ = np.random.normal(size=X.shape[1])
        return self

    def transform(self, X):
        return X + self.shift_

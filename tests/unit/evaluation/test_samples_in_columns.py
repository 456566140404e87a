"""Histogram gradient boosting gets its samples column by column in memory. No other estimator does, and no result changes."""

import functools

import numpy as np
import oracle
import pytest
from cvsearch.data.dataset import Dataset
from cvsearch.data.storage import rows_in_columns
from cvsearch.evaluation.evaluator import Evaluator
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

CLASSIFIER = {"sklearn.ensemble.HistGradientBoostingClassifier": {"max_iter": 5, "random_state": 0}}
REGRESSOR = {"sklearn.ensemble.HistGradientBoostingRegressor": {"max_iter": 5, "random_state": 0}}
IMPUTER, SCALER = "sklearn.impute.SimpleImputer", "sklearn.preprocessing.StandardScaler"


def evaluator(estimator, share_work=True, dtype=float):
    """Return an evaluator of one split of 300 samples, some with a missing value."""
    random = np.random.RandomState(0)
    X = random.uniform(high=9, size=(300, 5))
    y = (X[:, 0] + X[:, 1] * X[:, 2] > 25).astype(int)
    if dtype is float:
        X[random.uniform(size=X.shape) < 0.1] = np.nan
    dataset = oracle.dataset_of(X.astype(dtype), y)
    search = {"estimator": estimator, "param_distributions": {"any": [1]}, "scoring": "neg_mean_squared_error"}
    search = oracle.checked(search, share_work=share_work, return_train_score=True)
    order = random.permutation(300)
    return Evaluator(search, oracle.SKLEARN, dataset, order[:200], order[200:], 0)


@pytest.fixture
def layouts(monkeypatch):
    """Note whether the samples of each fit and each prediction of an estimator lie in columns."""
    seen = []

    def noting(method):
        @functools.wraps(method)  # Scorers read its name.
        def noted(self, X, *arguments, **options):
            seen.append(X.flags.f_contiguous)
            return method(self, X, *arguments, **options)

        return noted

    for cls in (HistGradientBoostingClassifier, HistGradientBoostingRegressor, LogisticRegression, LinearRegression):
        for name in ("fit", "predict"):
            monkeypatch.setattr(cls, name, noting(getattr(cls, name)))
    return seen


def scores(made, *candidates):
    rows = [made(params) for params in candidates]
    assert [(row["status"], row["reasons"]) for row in rows] == [("ok", {})] * len(rows)
    return [(row["test"], row["train"]) for row in rows]


@pytest.mark.parametrize("dtype", [float, "float32", int, bool])
@pytest.mark.parametrize("estimator", [CLASSIFIER, REGRESSOR], ids=["classifier", "regressor"])
def test_a_search_of_histogram_gradient_boosting(estimator, dtype, layouts):
    candidates = [{"learning_rate": 0.1}, {"learning_rate": 0.5, "max_leaf_nodes": 5}]
    found = scores(evaluator(estimator, dtype=dtype), *candidates)
    assert layouts == [True] * 6
    layouts.clear()
    assert scores(evaluator(estimator, share_work=False, dtype=dtype), *candidates) == found
    assert layouts == [False] * 6


@pytest.mark.parametrize("first", [IMPUTER, "passthrough"])
def test_the_last_step_of_a_pipeline_and_one_that_takes_its_place(first, layouts):
    """Samples behind the first steps are kept in the layout of the last step. Another last step gets its own layout."""
    steps = [{"impute": IMPUTER}, {"first": first}, {"last": REGRESSOR}]
    other = {"last": {"sklearn.linear_model.LinearRegression": {}}}
    candidates = [{"last__max_iter": 3}, {"last__max_iter": 4}, other, {"last__max_iter": 3}]
    found = scores(evaluator(steps), *candidates)
    assert layouts == [True] * 6 + [False] * 3 + [True] * 3
    assert scores(evaluator(steps, share_work=False), *candidates) == found


def test_other_estimators_get_samples_as_they_are_stored(layouts):
    scores(evaluator("sklearn.linear_model.LinearRegression", dtype=int), {})
    scores(evaluator([{"scale": SCALER}, {"last": "sklearn.linear_model.LogisticRegression"}], dtype=int), {})
    assert layouts == [False] * 6


@pytest.mark.parametrize("shape", [(10,), (10, 2, 3)], ids=str)
def test_an_array_without_columns_stays_as_it_is_stored(shape):
    """So each candidate fails with scikit-learn's reason, and not the whole job."""
    X = np.arange(np.prod(shape)).reshape(shape)
    taken = Dataset(X, None, {}).take(np.array([7, 2]), in_columns=True)
    np.testing.assert_array_equal(taken.X, X[[7, 2]])


@pytest.mark.parametrize("n", [0, 1, 7])
def test_rows_are_copied_block_by_block(n, monkeypatch):
    monkeypatch.setattr("cvsearch.data.storage.BLOCK_BYTES", 3 * 4 * 8)  # three rows
    array = np.arange(40.0).reshape(10, 4)
    positions = np.random.RandomState(0).permutation(10)[:n]
    rows = rows_in_columns(array, positions)
    np.testing.assert_array_equal(rows, array[positions])
    assert rows.flags.f_contiguous

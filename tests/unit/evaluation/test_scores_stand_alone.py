"""Each score stands for itself: a number or a reason, whatever became of the others."""

import math

import numpy as np
import oracle
import pytest
import scripted
from cvsearch.config.names import Trust
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

TRUST = Trust(["scripted"])
X, y = load_iris(return_X_y=True)
SPLITS = [train_test_split(np.arange(len(y)), test_size=0.2, random_state=i) for i in range(2)]
NAMES = [f"scripted.{way.replace('-', 'minus_')}_on_{side}" for way in scripted.WAYS for side in scripted.SIDES]


def search(scoring, **keys):
    made = {"estimator": "scripted.Remembering", "param_distributions": {"max_depth": [1, 2, 3]}, "strategy": "grid"}
    return oracle.checked(made | {"scoring": scoring}, trusted_modules=["scripted"], **keys)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("among", ["alone", "first of several", "by a name of its own"])
@pytest.mark.parametrize("name", NAMES)
def test_every_way_to_fail_on_every_side_is_scikit_learns(name, among):
    scoring = {
        "alone": name,
        "first of several": [name, "accuracy"],
        "by a name of its own": {"mine": name, "f1": "f1_macro"},
    }
    oracle.assert_equal_columns(search(scoring[among]), X, y, SPLITS, TRUST)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("return_train_score", [True, False])
def test_a_row_says_why_each_score_is_missing(return_train_score):
    names = ["scripted.exception_on_both", "scripted.nan_on_train", "accuracy"]
    evaluations = oracle.evaluate(
        search(names, return_train_score=return_train_score), oracle.dataset_of(X, y), SPLITS, TRUST
    )
    assert (evaluations.status == 0).all()
    said = "test_scripted.exception_on_both: ValueError: no score today"
    if return_train_score:
        said += (
            "; train_scripted.exception_on_both: ValueError: no score today"
            "; train_scripted.nan_on_train: the scorer returned NaN"
        )
    assert set(evaluations.errors.values()) == {said}
    assert len(evaluations.errors) == evaluations.status.size


@pytest.mark.parametrize(("name", "status"), [("exception_on_train", 0), ("inf_on_test", 0), ("nan_on_test", 1)])
def test_a_row_failed_where_no_test_score_is_a_number(name, status):
    evaluations = oracle.evaluate(search(f"scripted.{name}"), oracle.dataset_of(X, y), SPLITS, TRUST)
    assert (evaluations.status == status).all()


@pytest.mark.parametrize("way", ["text", "none"])
def test_what_is_not_a_number_is_a_reason(way):
    evaluations = oracle.evaluate(search(f"scripted.{way}_on_test"), oracle.dataset_of(X, y), SPLITS, TRUST)
    assert (evaluations.status == 1).all()
    kind = {"text": "str", "none": "NoneType"}[way]
    assert set(evaluations.errors.values()) <= {
        f"test_score: the scorer returned {kind}, not a number",
        "test_score: high",
    }
    assert np.isnan(evaluations.scores["test", "score"]).all()
    assert not np.isnan(evaluations.scores["train", "score"]).any()


@pytest.mark.filterwarnings("ignore")
def test_a_scorer_may_return_a_mapping():
    table = oracle.assert_equal_columns(search("scripted.several"), X, y, SPLITS, TRUST)
    assert [name for name in table if name.startswith("rank_")] == ["rank_test_recall", "rank_test_accuracy"]


@pytest.mark.filterwarnings("ignore")
def test_the_warning_says_what_is_undefined():
    """A split whose test side has one class only."""
    rare = np.zeros(len(y), dtype=int)
    rare[:3] = 1
    one_class = [(np.arange(30), np.arange(30, 60)), (np.arange(1, 60), np.array([0, 61, 62]))]
    made = {"estimator": "sklearn.tree.DecisionTreeClassifier", "param_distributions": {"max_depth": [1]}}
    roc = oracle.checked(made | {"scoring": ["roc_auc", "accuracy"]})
    evaluations = oracle.evaluate(roc, oracle.dataset_of(X, rare), one_class)
    assert (evaluations.status == 0).all()
    assert list(evaluations.errors) == [(0, 0)]
    assert evaluations.errors[0, 0].startswith(
        "test_roc_auc: UndefinedMetricWarning: Only one class is present in y_true"
    )
    assert math.isnan(evaluations.scores["test", "roc_auc"][0, 0]) and evaluations.scores["test", "accuracy"][0, 0] == 1


def test_warnings_are_counted_and_a_shared_prefix_counts_for_each_candidate():
    """A component analysis of one iteration does not converge; candidates share it."""
    pipe = [
        {"ica": {"sklearn.decomposition.FastICA": {"max_iter": 1, "tol": 1e-12}}},
        {"nb": "sklearn.naive_bayes.GaussianNB"},
    ]
    made = {"estimator": pipe, "param_distributions": {"nb__var_smoothing": [1e-9, 1e-3]}, "strategy": "grid"}
    shared = oracle.evaluate(oracle.checked(made), oracle.dataset_of(X, y), SPLITS)
    plain = oracle.evaluate(oracle.checked(made, share_work=False), oracle.dataset_of(X, y), SPLITS)
    assert (shared.warnings > 0).all()
    np.testing.assert_array_equal(shared.warnings, plain.warnings)
    assert all(text.startswith("ConvergenceWarning: FastICA did not converge") for text in shared.warning.values())
    assert shared.times["shared_time"][0].max() == 0 < shared.times["shared_time"][1].min()
    assert (shared.times["fit_time"] > shared.times["shared_time"]).all()

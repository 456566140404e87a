"""Generated searches: every column that is not a time equals that of `GridSearchCV`, failed and partly failed ones included."""

import numpy as np
import oracle
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import pairwise_distances
from sklearn.model_selection import train_test_split
from sklearn.neighbors import kneighbors_graph

RNG = np.random.RandomState(0)
IRIS, DIABETES = load_iris(return_X_y=True), load_diabetes(return_X_y=True)
BINARY = IRIS[0], (IRIS[1] == 1).astype(int)
SKEWED = DIABETES[0], DIABETES[1] - 150.0  # Some negative: the logarithmic error is undefined there.
RARE = IRIS[0][:60], np.array([1] * 3 + [0] * 57)  # Some splits have one class only.

CLASSIFIERS = [
    ({"sklearn.linear_model.LogisticRegression": {}}, {"C": [0.01, 1.0, 100.0], "max_iter": [5, 200]}),
    ({"sklearn.svm.SVC": {}}, {"C": [0.1, 10.0], "gamma": ["scale", 0.01], "kernel": ["rbf", "poly"]}),
    ({"sklearn.svm.NuSVC": {}}, {"nu": [0.1, 0.4, 0.9]}),  # The last one is infeasible for unequal classes.
    ({"sklearn.tree.DecisionTreeClassifier": {"random_state": 0}}, {"max_depth": [None, 1, 3, -1]}),
    ({"sklearn.ensemble.RandomForestClassifier": {"random_state": 0, "n_estimators": 5}}, {"max_features": [1, 2, 9]}),
    ({"sklearn.neighbors.KNeighborsClassifier": {}}, {"n_neighbors": [1, 5, 1000]}),
    (
        [{"scale": "sklearn.preprocessing.StandardScaler"}, {"svc": {"sklearn.svm.SVC": {}}}],
        {"scale": ["passthrough", "sklearn.preprocessing.MinMaxScaler"], "svc__C": [0.1, 10.0]},
    ),
    (
        [{"select": {"sklearn.feature_selection.SelectKBest": {}}}, {"nb": "sklearn.naive_bayes.GaussianNB"}],
        {"select__k": [1, 2, 99], "nb__var_smoothing": [1e-9, 0.1]},
    ),
]
REGRESSORS = [
    ({"sklearn.linear_model.Ridge": {}}, {"alpha": [0.01, 10.0, 10000.0]}),
    ({"sklearn.svm.SVR": {}}, {"C": [1.0, 100.0], "gamma": ["scale", 1.0]}),
    ({"sklearn.tree.DecisionTreeRegressor": {"random_state": 0}}, {"max_depth": [1, 4, -1]}),
    (
        [{"scale": {"sklearn.preprocessing.StandardScaler": {}}}, {"knn": "sklearn.neighbors.KNeighborsRegressor"}],
        {"knn__n_neighbors": [1, 5, 1000]},
    ),
    ({"sklearn.linear_model.PoissonRegressor": {}}, {"alpha": [0.1, 1.0]}),  # Refuses negative targets.
]
TASKS = {
    "iris": (IRIS, CLASSIFIERS, ["accuracy", "f1", "f1_macro", "roc_auc", "roc_auc_ovr", "neg_log_loss", "precision"]),
    "binary": (BINARY, CLASSIFIERS, ["accuracy", "f1", "roc_auc", "neg_brier_score", "neg_log_loss", "recall"]),
    "rare": (RARE, CLASSIFIERS, ["accuracy", "roc_auc", "average_precision", "balanced_accuracy"]),
    "diabetes": (
        DIABETES,
        REGRESSORS,
        ["r2", "neg_mean_squared_error", "neg_mean_squared_log_error", "d2_absolute_error_score"],
    ),
    "skewed": (SKEWED, REGRESSORS, ["r2", "neg_mean_squared_log_error", "neg_mean_gamma_deviance", "neg_max_error"]),
}


@st.composite
def searches(draw):
    data, estimators, scorers = TASKS[draw(st.sampled_from(sorted(TASKS)))]
    estimator, space = draw(st.sampled_from(estimators))
    names = draw(st.lists(st.sampled_from(scorers), unique=True, max_size=3))
    scoring = [None, *names, names][draw(st.integers(0, len(names) + bool(names)))]
    search = {"estimator": estimator, "param_distributions": space, "strategy": "grid", "scoring": scoring}
    keys = {key: draw(st.booleans()) for key in ("share_work", "return_train_score")}
    n_samples, first = len(data[1]), draw(st.integers(0, 100))
    splits = [train_test_split(np.arange(n_samples), test_size=0.2, random_state=first + i) for i in range(2)]
    return oracle.checked(search, **keys), data, splits


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=80, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
@given(searches())
def test_every_column_equals_grid_search(drawn):
    search, (X, y), splits = drawn
    oracle.assert_equal_columns(search, X, y, splits)


KERNEL = IRIS[0] @ IRIS[0].T
PRECOMPUTED = {
    "kernel": (KERNEL, {"sklearn.svm.SVC": {"kernel": "precomputed"}}, {"C": [0.1, 10.0]}),
    "distances": (
        pairwise_distances(IRIS[0]),
        {"sklearn.neighbors.KNeighborsClassifier": {"metric": "precomputed"}},
        {"n_neighbors": [1, 5]},
    ),
    "ridge": (
        KERNEL,
        {"sklearn.kernel_ridge.KernelRidge": {"kernel": "precomputed"}},
        {"alpha": [0.1, 10.0]},
    ),
    "sparse distances": (
        csr_matrix(kneighbors_graph(IRIS[0], 140, mode="distance", include_self=True)),
        {"sklearn.neighbors.KNeighborsClassifier": {"metric": "precomputed"}},
        {"n_neighbors": [1, 5]},
    ),
}


@pytest.mark.parametrize("name", PRECOMPUTED)
@pytest.mark.filterwarnings("ignore")
def test_kernels_and_distances_between_samples(name):
    X, estimator, space = PRECOMPUTED[name]
    search = {"estimator": estimator, "param_distributions": space, "strategy": "grid"}
    splits = [train_test_split(np.arange(150), test_size=0.2, random_state=i) for i in range(2)]
    oracle.assert_equal_columns(oracle.checked(search), X, IRIS[1], splits)


@pytest.mark.parametrize("X", [np.hstack([KERNEL, KERNEL]), KERNEL[:, :130]], ids=["too many columns", "too few"])
def test_a_kernel_that_is_not_square_is_refused_as_by_grid_search(X):
    search = {"estimator": {"sklearn.svm.SVC": {"kernel": "precomputed"}}, "param_distributions": {"C": [1.0]}}
    splits = [train_test_split(np.arange(150), test_size=0.2, random_state=0)]
    with pytest.raises(ValueError, match="X should be a square kernel matrix"):
        oracle.expected(oracle.checked(search), X, IRIS[1], splits)
    evaluations = oracle.evaluate(oracle.checked(search), oracle.dataset_of(X, IRIS[1]), splits)
    assert evaluations.errors == {(0, 0): "ValueError: X should be a square kernel matrix"}

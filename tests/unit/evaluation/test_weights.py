"""Sample weights go to `fit` and to the scorers that take them, as in scikit-learn with metadata routing."""

import numpy as np
import oracle
import pytest
from cvsearch.config.names import Trust
from cvsearch.errors import InputError
from cvsearch.evaluation.check import check_search
from cvsearch.evaluation.weights import routed, score_takes_weights
from sklearn.datasets import load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import get_scorer, make_scorer, r2_score
from sklearn.model_selection import train_test_split

RNG = np.random.RandomState(0)
LOGISTIC, RIDGE = "sklearn.linear_model.LogisticRegression", "sklearn.linear_model.Ridge"
SCALED = [{"scale": "sklearn.preprocessing.StandardScaler"}, {"last": LOGISTIC}]
PCA = [{"pca": "sklearn.decomposition.PCA"}, {"last": "sklearn.svm.SVC"}]
CASES = {
    "own score": (load_iris, LOGISTIC, {"C": [0.01, 1.0]}, None),
    "a scorer that takes weights": (load_iris, LOGISTIC, {"C": [0.01, 1.0]}, "accuracy"),
    "several": (load_iris, LOGISTIC, {"C": [0.01, 1.0]}, ["accuracy", "f1_macro", "neg_log_loss"]),
    "one among several takes none": (load_diabetes, RIDGE, {"alpha": [0.1, 10.0]}, ["r2", "neg_max_error"]),
    "a scorer that takes none": (load_diabetes, RIDGE, {"alpha": [0.1, 10.0]}, "neg_max_error"),
    "a pipeline": (load_iris, SCALED, {"last__C": [0.01, 1.0]}, "accuracy"),
    "a step that takes none": (load_iris, PCA, {"last__C": [0.1, 10.0]}, None),
    "trees": (
        load_iris,
        {"sklearn.ensemble.HistGradientBoostingClassifier": {"max_iter": 5, "random_state": 0}},
        {"max_depth": [1, 2]},
        ["roc_auc_ovr", "accuracy"],
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_every_column_equals_grid_search_with_weights(case):
    load, estimator, space, scoring = CASES[case]
    X, y = load(return_X_y=True)
    weights = RNG.uniform(0.1, 5, len(y))
    splits = [train_test_split(np.arange(len(y)), test_size=0.3, random_state=i) for i in range(2)]
    search = oracle.checked(
        {"estimator": estimator, "param_distributions": space, "strategy": "grid", "scoring": scoring}
    )
    weighted = oracle.assert_equal_columns(search, X, y, splits, sample_weight=weights)
    plain = oracle.assert_equal_columns(search, X, y, splits)
    name = "mean_test_score" if not isinstance(scoring, list) else f"mean_test_{scoring[0]}"
    assert (np.asarray(weighted[name]) != np.asarray(plain[name])).any(), "the weights arrived"


@pytest.mark.parametrize("response", ["predict", "predict_proba", "decision_function"])
def test_a_metric_of_ones_own_without_weights_is_called_without_them(response):
    with routed(True):
        scorer = make_scorer(lambda true, response: 0.0, response_method=response)
        assert not score_takes_weights(scorer, LogisticRegression())
        assert score_takes_weights(get_scorer("roc_auc" if response != "predict" else "accuracy"), LogisticRegression())


def test_the_fit_and_the_score_are_those_of_plain_calls_with_weights():
    X, y = load_diabetes(return_X_y=True)
    weights = RNG.uniform(0.1, 5, len(y))
    train, test = train_test_split(np.arange(len(y)), test_size=0.3, random_state=0)
    search = oracle.checked({"estimator": RIDGE, "param_distributions": {"alpha": [3.0]}, "scoring": "r2"})
    evaluations = oracle.evaluate(search, oracle.dataset_of(X, y, sample_weight=weights), [(train, test)])
    fitted = Ridge(alpha=3.0).fit(X[train], y[train], sample_weight=weights[train])
    expected = r2_score(y[test], fitted.predict(X[test]), sample_weight=weights[test])
    assert evaluations.scores["test", "score"][0, 0] == expected


@pytest.mark.parametrize(
    "estimator", ["sklearn.neighbors.KNeighborsClassifier", "sklearn.discriminant_analysis.LinearDiscriminantAnalysis"]
)
def test_an_estimator_that_takes_none_is_named_before_the_search(estimator):
    search = oracle.checked(
        {
            "estimator": estimator,
            "param_distributions": {"n_components": [1]} if "Disc" in estimator else {"n_neighbors": [1]},
        }
    )
    check_search(search, Trust([]), "searches[a].", "scoring")
    with pytest.raises(
        InputError, match=r"dataset\.sample_weight: \w+ of searches\[a\]\.estimator does not take sample weights"
    ):
        check_search(search, Trust([]), "searches[a].", "scoring", weighted=True)


@pytest.mark.parametrize("estimator", [LOGISTIC, SCALED, PCA])
def test_an_estimator_that_takes_some_is_not(estimator):
    search = oracle.checked(
        {
            "estimator": estimator,
            "param_distributions": {"C": [1.0]} if isinstance(estimator, str) else {"last__C": [1.0]},
        }
    )
    check_search(search, Trust([]), "searches[a].", "scoring", weighted=True)

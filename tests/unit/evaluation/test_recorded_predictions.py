"""Kept predictions are what a plain fit predicts, whatever is shared, and never take more than was planned."""

import numpy as np
import pytest
from cvsearch.candidates.strategies import strategy_of
from cvsearch.config.names import Trust
from cvsearch.evaluation.estimator import build_estimator, make_seeded, seed_global_generators
from cvsearch.evaluation.evaluator import Evaluator
from cvsearch.evaluation.predictions import (
    bytes_of,
    content_of,
    decode,
    encode,
    kept_bits,
    recorded,
)
from oracle import checked, dataset_of
from sklearn.base import is_classifier
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_multilabel_classification
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TRUST = Trust({"scripted": "1"})

LOGISTIC = {"sklearn.linear_model.LogisticRegression": {"max_iter": 50}}
SCALED = [{"scale": "sklearn.preprocessing.StandardScaler"}, {"clf": LOGISTIC}]
# Writes into its input, so the pipeline stays whole.
IN_PLACE = [{"scale": {"sklearn.preprocessing.StandardScaler": {"copy": False}}}, {"clf": LOGISTIC}]

IRIS = load_iris(return_X_y=True)
CANCER = load_breast_cancer(return_X_y=True)
TEXTS = CANCER[0], np.array(["no", "yes"])[CANCER[1]]
DIABETES = load_diabetes(return_X_y=True)
TWO_TARGETS = DIABETES[0], np.column_stack([DIABETES[1], -2.5 * DIABETES[1]])
LABELS = make_multilabel_classification(n_samples=90, n_classes=3, random_state=0)

C = {"C": [0.01, 1.0]}
YES = {"sklearn.metrics.make_scorer": {"score_func": "sklearn.metrics.f1_score", "pos_label": "yes"}}

# Data, estimator, space, scoring, what is kept.
CASES = {
    "svc": (IRIS, "sklearn.svm.SVC", C | {"gamma": [0.01, 1]}, "accuracy", ["predict"]),
    "svc score": (IRIS, "sklearn.svm.SVC", C, None, ["predict"]),
    "svc decision": (CANCER, "sklearn.svm.SVC", C, ["accuracy", "roc_auc"], ["predict", "decision_function"]),
    "binary": (
        CANCER,
        SCALED,
        {"clf__C": [0.01, 1]},
        ["accuracy", "roc_auc", "neg_log_loss"],
        ["predict", "predict_proba", "decision_function"],
    ),
    "texts": (TEXTS, SCALED, {"clf__C": [0.01, 1]}, {"f1": YES, "auc": "roc_auc"}, ["predict", "decision_function"]),
    "multiclass": (
        IRIS,
        "sklearn.ensemble.RandomForestClassifier",
        {"n_estimators": [3, 5]},
        ["roc_auc_ovr", "neg_log_loss"],
        ["predict_proba"],
    ),
    "pipeline score": (IRIS, SCALED, {"clf__C": [0.01, 1]}, None, ["predict"]),
    "whole pipeline score": (IRIS, IN_PLACE, {"clf__C": [0.01, 1]}, None, ["predict"]),
    "whole pipeline": (IRIS, IN_PLACE, {"clf__C": [0.01, 1]}, "neg_log_loss", ["predict_proba"]),
    "regressor": (DIABETES, "sklearn.linear_model.Ridge", {"alpha": [0.1, 10]}, "r2", ["predict"]),
    "regressor score": (DIABETES, "sklearn.linear_model.Ridge", {"alpha": [0.1, 10]}, None, ["predict"]),
    "several scorers": (
        DIABETES,
        "sklearn.svm.SVR",
        C,
        ["r2", "neg_mean_squared_error", "neg_mean_squared_log_error"],
        ["predict"],
    ),
    "two targets": (TWO_TARGETS, "sklearn.linear_model.Ridge", {"alpha": [0.1, 10]}, "r2", ["predict"]),
    "multilabel": (LABELS, "sklearn.neighbors.KNeighborsClassifier", {"n_neighbors": [1, 5]}, "accuracy", ["predict"]),
    "multilabel scores": (
        LABELS,
        "sklearn.neighbors.KNeighborsClassifier",
        {"n_neighbors": [1, 5]},
        ["f1_macro", "roc_auc"],
        ["predict"],
    ),
}


def split_of(y, seed=0):
    shuffled = np.random.RandomState(seed).permutation(len(y))
    return shuffled[len(y) // 4 :], shuffled[: len(y) // 4]


def kept(case, **keys):
    """Return the settings of a search and what is kept of each on one split, with its evaluator."""
    (X, y), estimator, space, scoring, _ = case
    search = checked(
        {"estimator": estimator, "param_distributions": space, "strategy": "grid"}, scoring=scoring, **keys
    )
    dataset = dataset_of(X, y)
    bits, labels = content_of(search, TRUST, dataset)
    assert labels == is_classifier(build_estimator(estimator, TRUST))
    evaluator = Evaluator(search, TRUST, dataset, *split_of(y), 0, bits)
    settings = strategy_of(search).propose(0, [])
    rows = [evaluator(setting.params) for setting in settings]
    assert [row["status"] for row in rows] == ["ok"] * len(rows), rows
    return settings, [row["predictions"] for row in rows], evaluator, bits


@pytest.mark.parametrize("share_work", [True, False], ids=["shared", "plain"])
@pytest.mark.parametrize("name", CASES)
def test_what_is_kept_is_what_a_plain_fit_predicts(name, share_work):
    case = CASES[name]
    X, y = case[0]
    train, test = split_of(y)
    settings, found, evaluator, bits = kept(case, share_work=share_work)
    for setting, content in zip(settings, found, strict=True):
        assert len(content) <= bytes_of(bits, len(test))
        seed_global_generators(0, 0)
        plain = make_seeded(evaluator.estimator, setting.params, TRUST, 0, 0).fit(X[train], y[train])
        decoded = decode(content)
        assert list(decoded) == case[-1]
        for method, values in decoded.items():
            expected = getattr(plain, method)(X[test])
            if method == "predict" and is_classifier(plain):
                values = np.unique(y)[values]
                assert values.dtype.kind == y.dtype.kind
            elif method != "predict":
                expected = np.asarray(expected, dtype="float32")
            np.testing.assert_array_equal(values, expected)


@pytest.mark.parametrize("name", CASES)
def test_shortcuts_change_nothing_of_what_is_kept(name):
    assert kept(CASES[name], share_work=True)[1] == kept(CASES[name], share_work=False)[1]


def test_labels_of_two_classes_take_a_bit_and_others_a_byte():
    assert [kept(CASES[name])[3] for name in ("svc", "texts", "multilabel", "regressor", "two targets")] == [
        8,
        1 + 64,
        3,
        64,
        128,
    ]
    row = kept(((CANCER), "sklearn.svm.SVC", C, "accuracy", []))[1][0]
    assert len(row.partition(b"\n")[2]) == -(-(len(CANCER[1]) // 4) // 8)


@pytest.mark.parametrize(
    ("estimator", "space", "scoring"),
    [
        ("sklearn.svm.SVC", C, "scripted.good"),
        ("sklearn.svm.SVC", C, {"own": "scripted.good", "accuracy": "accuracy"}),
        ("sklearn.cluster.KMeans", {"n_clusters": [2]}, "adjusted_rand_score"),
        ("sklearn.decomposition.PCA", {"n_components": [2]}, None),
    ],
)
def test_nothing_is_kept_for_own_scorers_and_for_what_predicts_no_target(estimator, space, scoring):
    settings, found, _, bits = kept((IRIS, estimator, space, scoring, []))
    assert bits == 0
    assert found == [None] * len(settings)


def test_an_estimator_is_after_recording_what_it_was_before():
    X, y = IRIS
    pipeline = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    before = [dict(vars(one)) for one in (pipeline, pipeline[-1])]
    with recorded(pipeline) as found:
        assert pipeline.score(X, y) > 0.9
    assert list(found) == ["predict"]
    assert [dict(vars(one)) for one in (pipeline, pipeline[-1])] == before
    with pytest.raises(RuntimeError), recorded(pipeline):
        raise RuntimeError
    assert [dict(vars(one)) for one in (pipeline, pipeline[-1])] == before


def test_what_methods_ask_of_each_other_is_not_recorded():
    X, y = IRIS
    for estimator in (LogisticRegression(max_iter=200), AdaBoostClassifier()):
        with recorded(estimator.fit(X, y)) as found:
            estimator.predict(X)
        assert list(found) == ["predict"]


def test_a_method_that_is_an_attribute_of_its_own_stays():
    X, y = IRIS
    estimator = LogisticRegression(max_iter=200).fit(X, y)
    estimator.predict = own = lambda X: np.zeros(len(X), dtype=int)
    with recorded(estimator) as found:
        estimator.score(X, y)
    assert not found["predict"].any()
    assert estimator.predict is own


def test_a_class_that_the_training_side_lacks_has_probability_0():
    classes = np.array(["a", "b", "c"])
    shares = np.array([[0.25, 0.75], [1.0, 0.0]])
    found = decode(encode({"predict_proba": shares}, (2,), classes, ["a", "c"]))
    np.testing.assert_array_equal(found["predict_proba"], [[0.25, 0, 0.75], [1, 0, 0]])
    assert encode({"decision_function": shares[:, 0]}, (2,), classes, ["a", "c"]) is None


@pytest.mark.parametrize("values", [[0, 7], [0], None, [None, 1], [[0], [1, 2]], "x"], ids=str)
def test_what_is_not_of_the_target_is_not_kept(values):
    assert encode({"predict": values}, (2,), np.array([0, 1])) is None


def test_many_classes_and_numbers_are_kept_exactly():
    for n_classes, bytes_each in ((256, 1), (257, 2), (70_000, 4)):
        labels = np.arange(n_classes)
        content = encode({"predict": labels}, labels.shape, labels)
        assert len(content.partition(b"\n")[2]) == bytes_each * n_classes
        np.testing.assert_array_equal(decode(content)["predict"], labels)
    numbers = np.array([1e300, np.nan, -np.inf, 1e8 + 0.1])
    np.testing.assert_array_equal(decode(encode({"predict": numbers}, (4,), None))["predict"], numbers)


def test_all_are_kept_or_none_and_the_message_says_what_it_takes():
    each = bytes_of(8, 360)
    assert kept_bits(8, 1000, [360, 360], 2 * each / 1000) == (8, None)
    bits, message = kept_bits(8, 100_000, [360, 360], 2 * each / 1000)
    assert bits == 0
    assert message.endswith("to keep them set predictions_mb: 98")
    assert kept_bits(8, 100_000, [360, 360], 98) == (8, None)
    assert kept_bits(8, 10, [360], 0) == kept_bits(0, 10, [360], 200) == (0, None)

"""Scorers made from what the config says of them."""

import math

import numpy as np
import pytest
from cvsearch.config.names import Trust
from cvsearch.errors import InputError
from cvsearch.evaluation.scoring import Scored, Scorers, build_scorers, own_metric, scorer_names
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegressionCV, PoissonRegressor, Ridge
from sklearn.metrics import check_scoring, get_scorer, make_scorer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

SKLEARN = Trust([])


MADE = {"sklearn.metrics.make_scorer": {"score_func": "sklearn.metrics.fbeta_score", "beta": 2}}


@pytest.mark.parametrize(
    ("scoring", "scores"),
    [
        (None, {"score": 1.0}),
        ("accuracy", {"score": 1.0}),
        (["accuracy", "f1"], {"accuracy": 1.0, "f1": 1.0}),
        ({"mine": "accuracy", "f2": MADE}, {"mine": 1.0, "f2": 1.0}),
        (MADE, {"score": 1.0}),
    ],
    ids=["own score", "name", "list", "mapping", "made"],
)
def test_scorers_by_name_by_list_by_mapping_and_made(scoring, scores):
    model = SVC().fit([[0], [1]], [0, 1])
    assert build_scorers(scoring, model, SKLEARN)(model, [[0], [1]], [0, 1]) == Scored(scores, {})


@pytest.mark.parametrize(
    ("scoring", "estimator", "said"),
    [
        (["f1", "acuracy"], SVC(), "scoring.acuracy: 'acuracy' is not the name of a scorer; did you mean 'accuracy'"),
        ("sklearn.metrics.accuracy_score", SVC(), "scoring: .* is not the name of a scorer"),
        (None, StandardScaler(), "does not go with StandardScaler"),
        ({"sklearn.metrics.make_scorer": {"beta": 2}}, SVC(), "is not a scorer; write"),
        ({"f2": {"sklearn.metrics.make_scorer": {"score_func": "f2"}}}, SVC(), "scoring.f2.*'f2' is not a function"),
    ],
    ids=["list", "function", "no score", "without function", "text for a function"],
)
def test_what_is_not_a_scorer_is_refused_with_its_key(scoring, estimator, said):
    with pytest.raises(InputError, match=said):
        build_scorers(scoring, estimator, SKLEARN)


def test_a_scorer_of_ones_own_comes_from_a_trusted_module():
    own = Trust(["faulty"])
    model, X, y = SVC().fit([[0], [1]], [0, 1]), [[0], [1]], [0, 1]
    assert build_scorers("faulty.half", model, own)(model, X, y) == Scored({"score": 0.5}, {})
    both = build_scorers(["accuracy", "faulty.half"], model, own)
    assert both(model, X, y) == Scored({"accuracy": 1.0, "faulty.half": 0.5}, {})
    with pytest.raises(InputError, match="is not the name of a scorer"):
        build_scorers("faulty.half", SVC(), SKLEARN)
    with pytest.raises(InputError, match="scoring: 'faulty.FAULTS' is not a scorer; give a callable"):
        build_scorers("faulty.FAULTS", SVC(), own)


def test_a_score_that_raises_is_missing_with_its_reason():
    """As does precision of one of three classes; accuracy beside it has a score."""
    X, y = [[0], [1], [2]], [0, 1, 2]
    model = SVC().fit(X, y)
    scores, reasons = build_scorers(["accuracy", "precision"], model, SKLEARN)(model, X, y)
    assert scores["accuracy"] == 1.0 and math.isnan(scores["precision"])
    assert list(reasons) == ["precision"]
    assert reasons["precision"].startswith("ValueError: Target is multiclass but average='binary'")


def test_an_argument_that_a_metric_does_not_have_is_refused():
    made = {"sklearn.metrics.make_scorer": {"score_func": "sklearn.metrics.fbeta_score", "beta": 2, "averge": "macro"}}
    with pytest.raises(InputError, match="averge: is not an argument of sklearn.metrics.fbeta_score; did you mean 'av"):
        build_scorers(made, SVC(), SKLEARN)


def test_the_name_of_a_scorer_may_have_a_dot():
    model, X, y = SVC().fit([[0], [1]], [0, 1]), [[0], [1]], [0, 1]
    assert build_scorers({"f0.5": MADE}, model, SKLEARN)(model, X, y) == Scored({"f0.5": 1.0}, {})


def test_an_estimators_own_score_is_accuracy_r2_or_another():
    assert own_metric(SVC()) == own_metric(Pipeline([("scale", StandardScaler()), ("svc", SVC())])) == "accuracy"
    assert own_metric(Ridge()) == "r2"
    assert (
        own_metric(PoissonRegressor()) is own_metric(LogisticRegressionCV(scoring="f1")) is own_metric(KMeans()) is None
    )
    assert own_metric(Pipeline([("scale", StandardScaler()), ("last", "passthrough")])) is None


def raising(error):
    def metric(true, predicted):
        raise error

    return make_scorer(metric)


def too_large(true, predicted):
    return np.empty(2**55).sum()


def test_the_error_of_one_of_several_scorers_keeps_its_first_line():
    model, X, y = SVC().fit([[0], [1]], [0, 1]), [[0], [1]], [0, 1]
    names = ["one", "two"]
    for error, reason in (
        (ValueError("NaN in X.\nSee https://example.org: it helps\n\nmore"), "ValueError: NaN in X."),
        (KeyError("a"), "KeyError: 'a'"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ):
        alone = {"one": get_scorer("accuracy"), "two": raising(error)}
        scorers = Scorers(check_scoring(model, alone, raise_exc=False), alone, names)
        assert scorers(model, X, y).reasons == {"two": reason}
    alone["two"] = make_scorer(too_large)
    with pytest.raises(MemoryError, match="Unable to allocate"):
        Scorers(check_scoring(model, alone, raise_exc=False), alone, names)(model, X, y)


@pytest.mark.parametrize("value", ["", "0.5", "ValueError: no traceback"])
def test_a_text_is_not_a_score(value):
    scorers = Scorers(lambda estimator, X, y: {"mine": value}, {}, None)
    assert scorers(None, [[0]], [0]).reasons == {"mine": "the scorer returned str, not a number"}


def test_the_scorers_names_whatever_their_form():
    assert scorer_names(None) == scorer_names("accuracy") == scorer_names(MADE) == ["score"]
    assert scorer_names(["f1", "accuracy"]) == ["f1", "accuracy"]
    assert scorer_names({"mine": "f1", "f2": MADE}) == ["mine", "f2"]
    assert scorer_names("faulty.half") is None, "it may return a mapping"

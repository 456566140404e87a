"""A search checked against scikit-learn before its first evaluation."""

import pytest
from cvsearch.config.names import Trust
from cvsearch.errors import InputError
from cvsearch.evaluation.baselines import baseline_specs
from cvsearch.evaluation.check import allowed_values, check_parameters, check_search
from cvsearch.evaluation.estimator import build_estimator

SKLEARN = Trust([])
PIPELINE = [{"scale": "sklearn.preprocessing.StandardScaler"}, {"svc": {"sklearn.svm.SVC": {"C": 3}}}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"estimator": "sklearn.svm.SVM"}, "searches[a].estimator: sklearn.svm has no 'SVM'"),
        (
            {"param_distributions": {"gama": [1]}},
            "searches[a].param_distributions.gama: SVC has no parameter 'gama'; did you mean 'gamma'?",
        ),
        (
            {"scoring": "acuracy"},
            "scoring: 'acuracy' is not the name of a scorer; did you mean 'accuracy'?",
        ),
        (
            {"estimator": {"sklearn.svm.SVC": {"C": -1}}},
            "searches[a].estimator: The 'C' parameter of SVC must be a float in the range (0.0, inf]. Got -1 instead.",
        ),
        (
            {"param_distributions": {"C": [1, -1]}},
            "searches[a].param_distributions.C[1]: The 'C' parameter of SVC must be a float in the range (0.0, inf]. Got -1 instead.",
        ),
    ],
    ids=["estimator", "space", "scoring", "init value", "value"],
)
def test_all_that_a_search_names_is_checked(change, said):
    search = {"estimator": "sklearn.svm.SVC", "param_distributions": {"C": [1]}, "scoring": "accuracy"}
    check_search(search, SKLEARN, "searches[a].", "scoring")
    with pytest.raises(InputError) as caught:
        check_search(search | change, SKLEARN, "searches[a].", "scoring")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("entry", [{"randint": [1, 2**62]}, {"range": [2**62, 0, -1]}])
def test_a_long_range_is_checked_at_its_ends(entry):
    """Its numbers are not counted one by one, which would take years."""
    tree = build_estimator("sklearn.tree.DecisionTreeClassifier", SKLEARN)
    check_parameters(tree, {"max_leaf_nodes": [2], "max_depth": entry}, SKLEARN, "space")
    with pytest.raises(InputError, match="max_depth: The 'max_depth' parameter"):
        kind, (start, stop, *step) = next(iter(entry.items()))
        check_parameters(
            tree,
            {"max_depth": {kind: [start - 1, stop, *step] if kind == "randint" else [start, -1, *step]}},
            SKLEARN,
            "space",
        )


@pytest.mark.parametrize(
    ("entry", "ok"),
    [
        ({"scipy.stats.uniform": {"loc": 0.5, "scale": 0.5}}, True),
        ({"scipy.stats.uniform": {"loc": 0.5, "scale": 0.6}}, False),
        ({"scipy.stats.norm": {"loc": 0.5, "scale": 0.1}}, True),
        ({"scipy.stats.poisson": {"mu": 100, "loc": 1}}, True),
        ({"scipy.stats.expon": {"loc": -1}}, False),
    ],
    ids=str,
)
def test_a_distribution_of_scipy_is_checked_near_its_ends(entry, ok):
    """Those that are finite. A value beyond scikit-learn's range that is nearly never drawn is no mistake."""
    vectorizer = build_estimator("sklearn.feature_extraction.text.TfidfVectorizer", SKLEARN)
    if ok:
        check_parameters(vectorizer, {"max_df": entry}, SKLEARN, "space")
        return
    with pytest.raises(InputError, match="space.max_df: The 'max_df' parameter"):
        check_parameters(vectorizer, {"max_df": entry}, SKLEARN, "space")


OTHERS = """
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline


class Resampling(Pipeline):
    pass


class Sampler(BaseEstimator):
    def fit(self, X, y):
        return self

    def fit_resample(self, X, y):
        return X, y


class Walker(ClassifierMixin, BaseEstimator):
    def __init__(self, steps=100):
        self.steps = steps

    def fit(self, X, y, sample_weight=None):
        self.classes_ = [0, 1]
        return self

    def predict(self, X):
        return [0] * len(X)
"""


@pytest.fixture
def others(tmp_path, monkeypatch):
    (tmp_path / "others.py").write_text(OTHERS)
    monkeypatch.syspath_prepend(str(tmp_path))
    return Trust(["others"])


def test_steps_that_are_not_those_of_a_pipeline_mean_nothing_here(others):
    search = {"estimator": "others.Walker", "param_distributions": {"steps": [10, 20]}, "scoring": None}
    check_search(search, others, "searches[a].", "scoring", weighted=True)
    assert baseline_specs("others.Walker", others, True) == {
        "dummy": "sklearn.dummy.DummyClassifier",
        "default": "others.Walker",
    }


def test_a_step_of_another_packages_pipeline_may_resample(others):
    steps = [["over", "passthrough"], ["model", "sklearn.svm.SVC"]]
    space = {"over": ["passthrough", "others.Sampler"]}
    for name, ok in (("others.Resampling", True), ("sklearn.pipeline.Pipeline", False)):
        pipeline = build_estimator({name: {"steps": steps}}, others)
        if ok:
            check_parameters(pipeline, space, others, "space")
            continue
        with pytest.raises(InputError, match=r"space\.over\[1\]: Sampler\(\) cannot be the step 'over'"):
            check_parameters(pipeline, space, others, "space")


def test_parameters_of_a_space_are_checked_against_the_estimator():
    pipeline = build_estimator(PIPELINE, SKLEARN)
    check_parameters(pipeline, {"svc__C": [1], "scale": ["passthrough"]}, SKLEARN, "space")
    check_parameters(
        pipeline, [{"svc": ["sklearn.linear_model.LogisticRegression"], "svc__l1_ratio": [0.5]}], SKLEARN, "space"
    )
    with pytest.raises(
        InputError, match=r"space\.svc__gama: Pipeline has no parameter 'svc__gama'; did you mean 'svc__gamma'\?"
    ):
        check_parameters(pipeline, {"svc__gama": [1]}, SKLEARN, "space")
    with pytest.raises(InputError, match=r"space\[1\]\.svc__l1_ratio"):
        check_parameters(pipeline, [{"svc__C": [1]}, {"svc__l1_ratio": [1]}], SKLEARN, "space")


def test_tells_which_values_an_estimator_takes():
    """In a candidate with these parameters, which may say what an estimator inside is."""
    pipeline = build_estimator(PIPELINE, SKLEARN)
    allowed = allowed_values(pipeline, {"svc": "sklearn.ensemble.RandomForestClassifier"}, SKLEARN)
    assert allowed("svc__max_features", 0.9)
    assert not allowed("svc__max_features", 1.1)
    assert not allowed("svc__n_estimators", 0)
    assert allowed("svc__C", -1), "the candidate has no such parameter"
    assert not allowed_values(pipeline, {"svc__C": 1.0}, SKLEARN)("svc__C", 0.0)


SVC = "sklearn.svm.SVC"
VOTING = "sklearn.ensemble.VotingClassifier"
FORM = "give a list of [name, estimator]"


@pytest.mark.parametrize(
    ("estimator", "said"),
    [
        ({VOTING: {"estimators": {"a": SVC}}}, f"estimators of VotingClassifier is not a list with at least one item; {FORM}"),
        ({VOTING: {"estimators": ["a", SVC]}}, "estimators of VotingClassifier has 'a', which is not of the form [name, "),
        ({"sklearn.ensemble.StackingClassifier": {"estimators": []}}, "estimators of StackingClassifier is not a list with"),
        ([{"v": {VOTING: {"estimators": {"a": SVC}}}}], "estimators of VotingClassifier is not a list with at least one"),
        (
            {"sklearn.compose.ColumnTransformer": {"transformers": [["a", "sklearn.preprocessing.StandardScaler"]]}},
            "transformers of ColumnTransformer has ['a', StandardScaler()], which is not of the form [name, transformer, ",
        ),
        ([{"a__b": SVC}], "'a__b' cannot be the name of a step; choose another name"),
        ([{"steps": SVC}], "'steps' cannot be the name of a step; choose another name"),
    ],
)  # fmt: skip
def test_named_parts_are_checked_before_anything_is_fitted(estimator, said):
    with pytest.raises(InputError) as caught:
        check_search(
            {"estimator": estimator, "param_distributions": {}, "scoring": None}, SKLEARN, "searches[a].", "scoring"
        )
    assert str(caught.value).startswith(f"searches[a].estimator: {said}")


def test_a_step_of_the_space_has_to_fit_into_its_place():
    pipeline = build_estimator(PIPELINE, SKLEARN)
    steps = ["passthrough", None, "sklearn.preprocessing.MinMaxScaler"]
    check_parameters(pipeline, {"scale": steps, "svc": ["sklearn.tree.DecisionTreeClassifier"]}, SKLEARN, "space")
    for wrong in ("passthru", SVC):
        with pytest.raises(
            InputError, match=r"space.scale\[0\]: .* cannot be the step 'scale'; give an estimator that"
        ):
            check_parameters(pipeline, {"scale": [wrong]}, SKLEARN, "space")


def test_a_parameter_is_checked_on_the_estimator_inside_the_one_that_replaces():
    bagging = "sklearn.ensemble.BaggingClassifier"
    boosting, descent = "sklearn.ensemble.GradientBoostingClassifier", "sklearn.linear_model.SGDClassifier"
    pipeline = build_estimator([{"clf": {bagging: {"estimator": boosting}}}], SKLEARN)
    name = "clf__estimator__learning_rate"
    space = [{name: [0.1]}, {"clf": [{bagging: {"estimator": descent}}], name: ["constant"]}]
    check_parameters(pipeline, space, SKLEARN, "space")
    with pytest.raises(InputError, match="The 'learning_rate' parameter of SGDClassifier must be a str among"):
        check_parameters(pipeline, [{**space[1], name: [0.1]}], SKLEARN, "space")

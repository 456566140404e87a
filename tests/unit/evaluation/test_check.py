"""A search checked against scikit-learn before its first evaluation."""

import pytest
from cvsearch.config.names import Trust
from cvsearch.errors import InputError
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

"""Estimators made from what the config says of them."""

import pytest
from cvsearch.config.names import Trust
from cvsearch.errors import InputError
from cvsearch.evaluation.estimator import build_estimator, make_seeded, seed_open_random_states, set_parameters
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

SKLEARN = Trust([])
OWN = Trust(["faulty"])
PIPELINE = [{"scale": "sklearn.preprocessing.StandardScaler"}, {"svc": {"sklearn.svm.SVC": {"C": 3}}}]


def test_a_name_a_mapping_and_a_list_of_steps():
    assert isinstance(build_estimator("sklearn.svm.SVC", SKLEARN), SVC)
    assert build_estimator({"sklearn.svm.SVC": {"C": 3}}, SKLEARN).C == 3
    pipeline = build_estimator(PIPELINE, SKLEARN)
    assert isinstance(pipeline, Pipeline) and pipeline["svc"].C == 3


def test_estimators_inside_estimators():
    spec = {
        "sklearn.ensemble.StackingClassifier": {
            "estimators": [["a", "sklearn.svm.SVC"], ["b", {"sklearn.svm.SVC": {"C": 2}}]]
        }
    }
    made = build_estimator(spec, SKLEARN)
    assert [type(estimator) for _, estimator in made.estimators] == [SVC, SVC]


def test_a_candidate_may_replace_a_step():
    pipeline = build_estimator(PIPELINE, SKLEARN)
    set_parameters(
        pipeline, {"scale": "passthrough", "svc": {"sklearn.linear_model.LogisticRegression": {}}, "svc__C": 7}, SKLEARN
    )
    assert pipeline["scale"] == "passthrough"
    assert isinstance(pipeline["svc"], LogisticRegression) and pipeline["svc"].C == 7


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("os.system", "not in scikit-learn nor in a trusted module"),
        ("SVC", "not in scikit-learn nor in a trusted module"),
        ("sklearn.svm.SVCC", "sklearn.svm has no 'SVCC'; did you mean 'SVC'?"),
        ("sklearn.swm.SVC", "sklearn has no 'swm'; did you mean 'svm'?"),
        ("sklearn.datasets.load_iris", "is no estimator; give a class with fit and get_params"),
        ("sklearn.svm", "is no estimator"),
        (
            {"sklearn.svm.SVC": {"gama": 1}},
            "estimator.sklearn.svm.SVC.gama: SVC has no such parameter; did you mean 'gamma'?",
        ),
        ({"sklearn.svm.SVC": 3}, "is no mapping of init parameters"),
        ([{"a": "sklearn.svm.SVC"}, {"b": "sklearn.svm.SVC"}], "estimator[0].a: SVC does not transform"),
        ([{"a": "sklearn.preprocessing.StandardScaler"}, {"a": "sklearn.svm.SVC"}], "two steps have the same name"),
        (["sklearn.svm.SVC"], "is no named step"),
        ([{"a": {"sklearn.svm.SVC": None, "kernel": "poly"}}], "is not one name with its init parameters"),
        ([{"a": {}}], "{} is not one name with its init parameters"),
    ],
    ids=str,
)
def test_what_is_no_estimator_is_refused_with_its_key(spec, said):
    with pytest.raises(InputError) as caught:
        build_estimator(spec, SKLEARN)
    assert str(caught.value).startswith("estimator")
    assert said in str(caught.value)


def test_an_estimator_may_take_any_init_parameter():
    """As XGBClassifier does."""
    assert build_estimator({"faulty.OpenClassifier": {"max_depth": 3}}, OWN).given == {"max_depth": 3}


def test_mappings_get_their_numbers_back():
    made = set_parameters(SVC(), {"class_weight": {"0": 1, "1": 5, "other": 2}}, SKLEARN)
    assert made.class_weight == {0: 1, 1: 5, "other": 2}


def test_open_seeds_follow_parameters_and_split_and_nothing_else():
    def seed(params, split, random_state=0):
        made = build_estimator("sklearn.ensemble.RandomForestClassifier", SKLEARN)
        seed_open_random_states(made, random_state, params, split)
        return made.random_state

    assert seed({"a": 1, "b": 2}, 0) == seed({"b": 2, "a": 1}, 0)
    assert len({seed({"a": 1}, 0), seed({"a": 2}, 0), seed({"a": 1}, 1), seed({"a": 1}, 0, 5)}) == 4
    fixed = build_estimator({"sklearn.ensemble.RandomForestClassifier": {"random_state": 3}}, SKLEARN)
    seed_open_random_states(fixed, 0, {}, 0)
    assert fixed.random_state == 3


def test_a_steps_seed_depends_on_the_prefix_that_it_ends():
    def seeds(params):
        steps = [{"pca": "sklearn.decomposition.PCA"}, {"clf": "sklearn.ensemble.RandomForestClassifier"}]
        made = build_estimator(steps, SKLEARN)
        seed_open_random_states(made, 0, params, 0)
        return made["pca"].random_state, made["clf"].random_state

    one, other = (
        seeds({"pca__n_components": 2, "clf__max_depth": 1}),
        seeds({"pca__n_components": 2, "clf__max_depth": 9}),
    )
    assert one[0] == other[0] and one[1] != other[1]
    assert seeds({"pca__n_components": 3, "clf__max_depth": 1})[0] != one[0]


def test_a_candidate_is_made_from_a_clone_and_seeded():
    template = build_estimator("sklearn.ensemble.RandomForestClassifier", SKLEARN)
    made = make_seeded(template, {"max_depth": 3}, SKLEARN, random_state=0, split=1)
    assert made.max_depth == 3
    assert template.max_depth is None and template.random_state is None
    expected = build_estimator("sklearn.ensemble.RandomForestClassifier", SKLEARN)
    seed_open_random_states(expected, 0, {"max_depth": 3}, 1)
    assert made.random_state == expected.random_state

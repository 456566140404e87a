"""Estimators made from what the config says of them."""

import hashlib

import pytest
from cvsearch.config.names import Trust
from cvsearch.errors import InputError
from cvsearch.evaluation.estimator import (
    REFIT,
    build_estimator,
    make_seeded,
    seed_of,
    seed_open_random_states,
    set_parameters,
)
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
        ("os.system", "neither in scikit-learn nor in a trusted module"),
        ("SVC", "neither in scikit-learn nor in a trusted module"),
        ("sklearn.svm.SVCC", "sklearn.svm has no 'SVCC'; did you mean 'SVC'?"),
        ("sklearn.swm.SVC", "sklearn has no 'swm'; did you mean 'svm'?"),
        ("sklearn.datasets.load_iris", "is not an estimator; give a class with fit and get_params"),
        ("sklearn.svm", "is not an estimator"),
        (
            {"sklearn.svm.SVC": {"gama": 1}},
            "estimator.sklearn.svm.SVC.gama: SVC has no such parameter; did you mean 'gamma'?",
        ),
        ({"sklearn.svm.SVC": 3}, "is not a mapping of init parameters"),
        ([{"a": "sklearn.svm.SVC"}, {"b": "sklearn.svm.SVC"}], "estimator[0].a: SVC does not transform"),
        ([{"a": "sklearn.preprocessing.StandardScaler"}, {"a": "sklearn.svm.SVC"}], "two steps have the same name"),
        (["sklearn.svm.SVC"], "is not a named step"),
        ([{"a": {"sklearn.svm.SVC": None, "kernel": "poly"}}], "is not one name with its init parameters"),
        ([{"a": {}}], "{} is not one name with its init parameters"),
    ],
    ids=str,
)
def test_what_is_not_an_estimator_is_refused_with_its_key(spec, said):
    with pytest.raises(InputError) as caught:
        build_estimator(spec, SKLEARN)
    assert str(caught.value).startswith("estimator")
    assert said in str(caught.value)


def test_a_step_that_resamples_is_refused_with_the_pipeline_that_takes_it(tmp_path, monkeypatch):
    (tmp_path / "resampling.py").write_text(
        "from sklearn.base import BaseEstimator\n"
        "class Sampler(BaseEstimator):\n"
        "    def fit(self, X, y): return self\n"
        "    def fit_resample(self, X, y): return X, y\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match=r"estimator\[0\]\.smote: Sampler does not transform; .*imblearn\.pipeline"):
        build_estimator([{"smote": "resampling.Sampler"}, {"model": "sklearn.svm.SVC"}], Trust(["resampling"]))


def test_an_estimator_may_take_any_init_parameter():
    """As XGBClassifier does."""
    assert build_estimator({"faulty.OpenClassifier": {"max_depth": 3}}, OWN).given == {"max_depth": 3}


def test_mappings_have_their_keys_as_the_config_writes_them():
    made = set_parameters(SVC(), {"class_weight": {"dict": [[0, 1], [1, 5], ["other", 2]]}}, SKLEARN)
    assert made.class_weight == {0: 1, 1: 5, "other": 2}
    made = set_parameters(SVC(), {"class_weight": {"0": 1, "1": 5}}, SKLEARN)
    assert made.class_weight == {"0": 1, "1": 5}, "digits in quotes stay text"


def test_open_seeds_follow_random_state_split_and_name_and_nothing_else():
    def seeds(split, random_state=0, forest=None):
        forest = {"sklearn.ensemble.RandomForestClassifier": forest}
        steps = [{"pca": "sklearn.decomposition.PCA"}, {"forest": forest}]
        made = build_estimator(steps, SKLEARN)
        seed_open_random_states(made, random_state, split)
        return made["pca"].random_state, made["forest"].random_state

    assert seeds(0) == seeds(0, forest={"max_depth": 9}), "the candidates of a split meet the same luck"
    assert len({*seeds(0), *seeds(1), *seeds(REFIT), *seeds(0, 5)}) == 8
    assert seeds(0, forest={"random_state": 3}) == (seeds(0)[0], 3), "that one is not open"


def test_a_seed_is_the_first_32_bits_of_a_sha256():
    """So anyone can compute it; it has to stay as it is, or results cannot be made again."""
    digest = hashlib.sha256(b'[0,1,"pca__random_state"]').hexdigest()
    assert seed_of(0, 1, "pca__random_state") == int(digest[:8], 16)


def test_a_candidate_is_made_from_a_clone_and_seeded():
    template = build_estimator("sklearn.ensemble.RandomForestClassifier", SKLEARN)
    made = make_seeded(template, {"max_depth": 3}, SKLEARN, random_state=0, split=1)
    assert made.max_depth == 3
    assert template.max_depth is None and template.random_state is None
    expected = build_estimator("sklearn.ensemble.RandomForestClassifier", SKLEARN)
    seed_open_random_states(expected, 0, 1)
    assert made.random_state == expected.random_state

"""What makes two evaluations equal."""

import math

import pytest
from cvsearch.files import sha256_of
from cvsearch.journal import identity as module
from cvsearch.journal.identity import Setting, identity_of

SEARCH = {"estimator": "sklearn.svm.SVC", "scoring": "accuracy", "random_state": 0, "limits": {}, "n_candidates": 3}


def identity(search=SEARCH, data="d", split=0, contents="s", modules=None):
    return identity_of(search, data, split, contents, modules or {})


def test_what_makes_an_evaluation_another_one_is_in_its_identity():
    others = [
        identity(SEARCH | {"estimator": "sklearn.svm.NuSVC"}),
        identity(SEARCH | {"scoring": ["accuracy"]}),
        identity(SEARCH | {"random_state": 1}),
        identity(data="other"),
        identity(split=1),
        identity(contents="other"),
        identity(modules={"own": "1"}),
    ]
    assert len({found.sha256 for found in (identity(), *others)}) == 1 + len(others)


def test_limits_and_numbers_are_no_identity():
    others = {"limits": {"seconds": 3}, "n_candidates": 99, "batch_size": 7, "share_work": False}
    assert identity(SEARCH | others | {"return_train_score": False}) == identity()


def test_parameters_of_scikit_learn_that_change_no_score_are_no_identity():
    forest, mine = "sklearn.ensemble.RandomForestClassifier", "mine.Forest"

    def of(estimator):
        return identity(SEARCH | {"estimator": estimator}).sha256

    assert of({forest: {"n_jobs": 2, "verbose": 1}}) == of({forest: {}})
    assert of([{"clf": {"sklearn.svm.SVC": {"cache_size": 9}}}]) == of([{"clf": {"sklearn.svm.SVC": {}}}])
    assert of({forest: {"max_depth": 2}}) != of({forest: {}})
    assert of({mine: {"n_jobs": 2}}) != of({mine: {}}), "what it does there is not known"


def test_an_identity_is_the_hash_of_what_it_says():
    sha256, of = identity(modules={"own": "1"})
    assert sha256 == sha256_of(of)
    assert {"estimator", "scoring", "random_state", "dataset_sha256", "split", "split_sha256", "modules"} < set(of)


def test_the_version_of_scikit_learn_and_of_the_format_are(monkeypatch):
    before = identity()
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)
    other_format = identity()
    monkeypatch.undo()
    monkeypatch.setattr(module.metadata, "version", lambda name: "0.0")
    assert len({before.sha256, other_format.sha256, identity().sha256}) == 3


def test_a_settings_key_follows_its_parameters_and_its_resource_and_not_their_order():
    one = Setting({"C": 1.0, "gamma": 2.0})
    assert Setting({"gamma": 2.0, "C": 1.0}).key == one.key
    others = [Setting({"C": 1.0}), Setting({"C": 1, "gamma": 2.0}), one._replace(resource=10)]
    assert len({one.key, *(other.key for other in others)}) == 1 + len(others)
    assert len(one.key) == 16


@pytest.mark.parametrize("value", [0.1, 1e-300, 5e-324, 1 / 3])
def test_a_settings_text_tells_floats_that_differ_in_the_last_bit(value):
    assert Setting({"C": value}).text != Setting({"C": math.nextafter(value, 1)}).text

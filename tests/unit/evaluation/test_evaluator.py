"""One evaluation: what it makes, what it is charged for, what becomes of what goes wrong."""

import numpy as np
import oracle
import pytest
from cvsearch.evaluation.evaluator import Evaluator
from cvsearch.evaluation.scoring import describe_error
from cvsearch.evaluation.shortcuts import SharedWork
from sklearn.model_selection import train_test_split

PIPELINE = [
    {"expand": {"sklearn.preprocessing.PolynomialFeatures": {"degree": 2}}},
    {"last": "sklearn.naive_bayes.GaussianNB"},
]


def evaluator(estimator, memory_mb=None, scoring="accuracy", share_work=True):
    """Return an evaluator of one split of 200 samples."""
    X, y = np.random.RandomState(0).uniform(size=(200, 4)), np.arange(200) % 2
    search = {"estimator": estimator, "param_distributions": {"any": [1]}, "scoring": scoring}
    search = oracle.checked(search, share_work=share_work, return_train_score=True)
    search["limits"] = {"seconds": None, "memory_mb": memory_mb}
    train, test = train_test_split(np.arange(200), test_size=0.2, random_state=0)
    return Evaluator(search, oracle.SKLEARN, oracle.dataset_of(X, y), train, test, 0)


def test_what_the_split_shares_is_made_before_the_limit_and_what_a_candidate_makes_under_it(monkeypatch):
    seen = []

    class Limit:
        def __init__(self, megabytes):
            pass

        def __enter__(self):
            seen.append(shared._distances[1] is not None)

        def __exit__(self, *exception):
            pass

    monkeypatch.setattr("cvsearch.evaluation.evaluator.memory_limit", Limit)
    svc = evaluator("sklearn.svm.SVC")
    shared = svc.shared
    assert svc({"C": 1.0})["status"] == "ok"
    behind = evaluator([{"scale": "sklearn.preprocessing.StandardScaler"}, {"svc": "sklearn.svm.SVC"}])
    shared = behind.shared
    assert behind({"svc__C": 1.0})["status"] == "ok"
    assert seen == [True, False]


def test_one_that_runs_out_of_memory_for_what_others_share_is_tried_by_itself(monkeypatch):
    made, fit = [], SharedWork.fit

    def short_of_memory(self, estimator, seed, share=True):
        made.append(share)
        fitted = fit(self, estimator, seed, share)
        if share:
            raise MemoryError
        return fitted

    plain = evaluator(PIPELINE, share_work=False)({"expand__degree": 3})
    monkeypatch.setattr(SharedWork, "fit", short_of_memory)
    row = evaluator(PIPELINE)({"expand__degree": 3})
    assert made == [True, False]
    assert (row["status"], row["test"], row["train"]) == ("ok", plain["test"], plain["train"])
    assert row["train"]["score"] is not None


def test_one_that_shares_nothing_is_not_tried_twice(monkeypatch):
    made = []

    def short_of_memory(self, estimator, seed, share=True):
        made.append(share)
        raise MemoryError

    monkeypatch.setattr(SharedWork, "fit", short_of_memory)
    row = evaluator("sklearn.naive_bayes.GaussianNB", memory_mb=100)({})
    assert made == [True]
    assert (row["status"], row["error"]) == ("out_of_memory", "needed more than 100 MB of memory (MemoryError)")


@pytest.mark.parametrize("scoring", ["roc_auc", ["accuracy", "roc_auc"]], ids=["alone", "among others"])
def test_a_scorer_that_asks_for_decisions_ends_the_shortcut(scoring):
    """The scores are those of plain fits, and the shortcut stays off for the next candidate."""
    shared, plain = (evaluator("sklearn.svm.SVC", scoring=scoring, share_work=share) for share in (True, False))
    assert shared.shared.share_distances
    for C in (0.1, 10.0):
        ours, theirs = shared({"C": C}), plain({"C": C})
        assert ours["status"] == "ok"
        assert all(ours[key] == theirs[key] for key in ("test", "train", "reasons"))
        assert not shared.shared.share_distances


class Mute(Exception):
    def __str__(self):
        raise IndexError("no text")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("\n two \n lines"), "ValueError: two"),
        (ValueError(), "ValueError"),
        (ValueError("x" * 400), "ValueError: " + "x" * 288),
        (ValueError("half a pair \ud800"), "ValueError: half a pair \\ud800"),
        (Mute(), "Mute: its message cannot be read"),
    ],
    ids=["lines", "empty", "long", "surrogate", "mute"],
)
def test_an_error_is_one_line_whatever_it_is(error, said):
    assert describe_error(error) == said
    assert describe_error(error).encode()

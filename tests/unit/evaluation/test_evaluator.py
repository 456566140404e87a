"""One evaluation: what it makes, what it is charged for, what becomes of what goes wrong."""

import numpy as np
import pytest
from cvsearch.config.names import Trust
from cvsearch.data.dataset import Dataset
from cvsearch.data.loader import describe
from cvsearch.data.splits import shuffle_split
from cvsearch.evaluation.evaluator import Evaluator, describe_error
from cvsearch.evaluation.shortcuts import SharedWork

PIPELINE = [
    {"expand": {"sklearn.preprocessing.PolynomialFeatures": {"degree": 2}}},
    {"last": "sklearn.naive_bayes.GaussianNB"},
]


def evaluator(estimator, n_samples=200, n_features=4, memory_mb=None, share_work=True):
    X = np.random.RandomState(0).uniform(size=(n_samples, n_features))
    y = np.arange(n_samples) % 2
    search = {"estimator": estimator, "scoring": "accuracy", "random_state": 0, "share_work": share_work}
    search["limits"] = {"seconds": None, "memory_mb": memory_mb}
    return Evaluator(search, Trust([]), Dataset(X, y, describe(X, y, None)), *shuffle_split(n_samples, 0.2, 0), 0)


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

    def short_of_memory(self, estimator, share=True):
        made.append(share)
        fitted = fit(self, estimator, share)
        if share:
            raise MemoryError
        return fitted

    plain = evaluator(PIPELINE, share_work=False)({"expand__degree": 3})
    monkeypatch.setattr(SharedWork, "fit", short_of_memory)
    row = evaluator(PIPELINE)({"expand__degree": 3})
    assert made == [True, False]
    assert (row["status"], row["test"], row["train"]) == ("ok", plain["test"], plain["train"])


def test_one_that_shares_nothing_is_not_tried_twice(monkeypatch):
    made = []

    def short_of_memory(self, estimator, share=True):
        made.append(share)
        raise MemoryError

    monkeypatch.setattr(SharedWork, "fit", short_of_memory)
    row = evaluator("sklearn.naive_bayes.GaussianNB", memory_mb=100)({})
    assert made == [True]
    assert (row["status"], row["error"]) == ("out_of_memory", "needed more than 100 MB of memory (MemoryError)")


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
        (Mute(), "Mute: it cannot say what"),
    ],
    ids=["lines", "empty", "long", "surrogate", "mute"],
)
def test_an_error_is_one_line_whatever_it_is(error, said):
    assert describe_error(error) == said
    assert describe_error(error).encode()

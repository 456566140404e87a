"""The columns of the tables, as scikit-learn's searches have them."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from cvsearch.results.storage import csv_bytes
from cvsearch.results.tables import cell, cv_results, evaluation_columns
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV


class Scripted(ClassifierMixin, BaseEstimator):
    """Scores what it is told, split by split."""

    def __init__(self, a=0, scores=None):
        self.a, self.scores = a, scores

    def fit(self, X, y):
        self.split_ = int(y[0])
        return self

    def score(self, X, y):
        return self.scores[self.a][self.split_]


@pytest.mark.parametrize(
    "scores",
    [
        [[0.1, 0.3], [0.3, 0.1], [0.2, 0.2000001], [0.7, 0.1]],
        [[0.5, 0.5], [math.nan, 0.9], [0.4, 0.5], [math.nan, math.nan]],
        [[math.nan, math.nan], [math.nan, math.nan]],
        [[1 / 3, 2 / 3, 0.1]],
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_statistics_ranks_and_ties_are_scikit_learns(evaluated, scores):
    n_splits = len(scores[0])
    X, y = np.arange(float(n_splits)).reshape(-1, 1), np.arange(n_splits)
    cv = [([j], [j]) for j in range(n_splits)]
    search = GridSearchCV(Scripted(scores=scores), {"a": list(range(len(scores)))}, cv=cv, refit=False)
    expected = search.fit(X, y).cv_results_
    got = cv_results(evaluated(scores), [])
    for name in (
        "mean_test_score",
        "std_test_score",
        "rank_test_score",
        *(f"split{j}_test_score" for j in range(n_splits)),
    ):
        np.testing.assert_array_equal(got[name], expected[name], err_msg=name)


def test_parameters_that_a_candidate_lacks_are_empty_and_others_keep_their_type(evaluated):
    params = [{"a": 1, "kernel": "rbf"}, {"b": [1, 2], "kernel": None}, {"a": 0.1, "b": True}]
    table = pd.read_csv(pd.io.common.BytesIO(csv_bytes(cv_results(evaluated([[0.1], [0.2], [0.3]], params), ["c"]))))
    assert table["param_a"].tolist()[0] == 1 and table["param_a"].isna().tolist() == [False, True, False]
    assert table["param_b"].tolist()[1:] == ["[1,2]", "True"]
    assert table["param_c"].isna().all(), "a parameter of the space that no candidate has keeps its column"
    assert [json.loads(text) for text in table["params"]] == params


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "None"), (math.inf, "inf"), (math.nan, "nan"), (True, True), (1, 1), ("1", "1"), ([1, None], "[1,null]")],
)
def test_a_cell_of_a_parameter_is_never_taken_for_an_empty_one(value, text):
    assert cell(value) == text and type(cell(value)) is type(text)


def test_infinite_scores_are_numbers(evaluated):
    columns = cv_results(evaluated([[-math.inf, 0.5], [0.1, 0.1], [math.nan, 1.0]]), [])
    assert columns["mean_test_score"].tolist()[0] == -math.inf
    assert columns["rank_test_score"].tolist() == [2, 1, 3]


def test_no_train_scores_no_columns(evaluated):
    made = evaluated([[0.5, 0.4]], sides=("test",))
    assert not [name for name in (*cv_results(made, []), *evaluation_columns(made)) if "train" in name]


def test_evaluations_have_the_columns_of_the_contract(evaluated):
    columns = evaluation_columns(evaluated([[0.5, math.nan]]))
    assert list(columns) == [
        "candidate",
        "split",
        "status",
        "test_score",
        "train_score",
        "fit_time",
        "shared_time",
        "score_time",
        "time",
        "error",
        "warnings",
        "warning",
    ]
    assert columns["status"].tolist() == ["ok", "failed"]
    assert columns["error"].tolist() == ["", "ValueError: no"]

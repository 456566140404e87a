import hashlib
import json
import math

import merge_results
import numpy as np
import pandas as pd
import pytest
from _errors import InputError
from _rows import write_rows
from merge_results import (
    Evaluations,
    best_of,
    csv_bytes,
    cv_results,
    evaluation_columns,
    rank_min,
    read_evaluations,
)
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import GridSearchCV


def evaluated(scores, params=None):
    """Evaluations with these test scores, (n_candidates, n_splits); NaN failed."""
    made = Evaluations(params or [{"a": i} for i in range(len(scores))], len(scores[0]), ["score"])
    for i, row in enumerate(scores):
        for j, score in enumerate(row):
            failed = math.isnan(score)
            made.add(
                {
                    "candidate": i,
                    "split": j,
                    "status": "failed" if failed else "ok",
                    "test": None if failed else {"score": score},
                    "train": None if failed else {"score": score / 3},
                    "fit_time": 0.1,
                    "score_time": 0.01,
                    "time": 0.12,
                    "error": "ValueError: no" if failed else None,
                }
            )
    return made


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
def test_statistics_ranks_and_ties_are_scikit_learns(scores):
    n_splits = len(scores[0])
    X, y = np.arange(float(n_splits)).reshape(-1, 1), np.arange(n_splits)
    cv = [([j], [j]) for j in range(n_splits)]
    search = GridSearchCV(Scripted(scores=scores), {"a": list(range(len(scores)))}, cv=cv, refit=False)
    expected = search.fit(X, y).cv_results_
    got = cv_results(evaluated(scores))
    for name in (
        "mean_test_score",
        "std_test_score",
        "rank_test_score",
        *(f"split{j}_test_score" for j in range(n_splits)),
    ):
        np.testing.assert_array_equal(got[name], expected[name], err_msg=name)


def test_ties_share_the_lowest_rank_and_nan_is_last():
    assert rank_min(np.array([0.2, 0.9, 0.9, math.nan, 0.1])).tolist() == [3, 1, 1, 5, 4]


def test_best_is_the_first_by_rank_of_equals_the_lowest_candidate():
    made = evaluated([[0.1, 0.2], [0.9, 0.8], [0.8, 0.9]])
    best = best_of(made, cv_results(made))
    assert best["candidate"] == 1
    assert best["params"] == {"a": 1}
    assert best["test_scores"] == [0.9, 0.8]


def test_parameters_that_a_candidate_lacks_are_empty_and_others_keep_their_type():
    params = [{"a": 1, "kernel": "rbf"}, {"b": [1, 2], "kernel": None}, {"a": 0.1, "b": True}]
    table = pd.read_csv(pd.io.common.BytesIO(csv_bytes(cv_results(evaluated([[0.1], [0.2], [0.3]], params)))))
    assert table["param_a"].tolist()[0] == 1 and table["param_a"].isna().tolist() == [False, True, False]
    assert table["param_b"].tolist()[1:] == ["[1,2]", "True"]
    assert [json.loads(text) for text in table["params"]] == params


def test_floats_survive_the_table_bit_for_bit():
    rng = np.random.RandomState(0)
    values = np.concatenate(
        [rng.uniform(size=500), 10.0 ** rng.uniform(-300, 300, size=500), [1 / 3, 5e-324, math.nan]]
    )
    table = pd.read_csv(pd.io.common.BytesIO(csv_bytes({"x": values})), skip_blank_lines=False)
    np.testing.assert_array_equal(table["x"].to_numpy(), values)


def test_evaluations_have_the_columns_of_the_contract():
    columns = evaluation_columns(evaluated([[0.5, math.nan]]))
    assert list(columns) == [
        "candidate",
        "split",
        "status",
        "test_score",
        "train_score",
        "fit_time",
        "score_time",
        "time",
        "error",
    ]
    assert columns["status"].tolist() == ["ok", "failed"]
    assert columns["error"].tolist() == ["", "ValueError: no"]


def test_the_digest_is_what_its_documentation_says():
    made = evaluated([[0.5, math.nan]], [{"b": 1, "a": 0.1}])
    lines = '[0,{"a":0.1,"b":1},0,"ok",{"score":0.5},{"score":0.16666666666666666}]\n[0,{"a":0.1,"b":1},1,"failed",null,null]\n'
    assert made.digest() == hashlib.sha256(lines.encode()).hexdigest()


def test_the_digest_knows_no_times_and_no_error_texts():
    one, other = evaluated([[0.5, math.nan]]), evaluated([[0.5, math.nan]])
    other.times["time"] += 1
    other.errors[0, 1] = "KeyError: other"
    assert one.digest() == other.digest()
    assert evaluated([[0.5, 0.4]]).digest() != one.digest()


def evaluation_rows(candidates):
    blank = {"split": 0, "status": "ok", "fit_time": 0.0, "score_time": 0.0, "time": 0.0, "error": None}
    return [{"candidate": i, "test": {"score": i}, "train": {"score": i}, **blank} for i in candidates]


def test_evaluations_of_another_batch_are_refused(tmp_path):
    batch, evaluations = tmp_path / "000000-000001.jsonl", tmp_path / "000000-000001" / "0.jsonl"
    write_rows(batch, [{"candidate": i, "params": {"a": i}} for i in range(2)])
    write_rows(evaluations, evaluation_rows(range(2)), candidates_sha256="of another batch", identity="i")
    with pytest.raises(InputError, match=r"other candidates than its batch holds now; rebuild it: rm .*0\.jsonl"):
        read_evaluations([batch], [evaluations], ["i"], ["score"])


def test_evaluations_of_another_search_or_too_few_are_refused(tmp_path):
    batch, evaluations = tmp_path / "000000-000001.jsonl", tmp_path / "000000-000001" / "0.jsonl"
    write_rows(batch, [{"candidate": i, "params": {"a": i}} for i in range(2)])
    sha256 = json.loads(batch.read_text().splitlines()[0])["sha256"]
    cost = {"evaluations": 1, "seconds": 0.0, "job_seconds": 1.0}
    write_rows(evaluations, evaluation_rows(range(1)), candidates_sha256=sha256, identity="i", cost=cost)
    with pytest.raises(InputError, match="was evaluated for another config, data or version; rebuild it: rm "):
        read_evaluations([batch], [evaluations], ["other"], ["score"])
    with pytest.raises(InputError, match="1 evaluations are missing"):
        read_evaluations([batch], [evaluations], ["i"], ["score"])
    assert merge_results.STATUSES[0] == "ok"

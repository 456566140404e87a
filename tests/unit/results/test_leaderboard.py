"""Several searches beside each other: which may be compared, and how."""

import csv
import hashlib
import io
import json
import math

import pandas as pd
import pytest
from cvsearch.errors import InputError
from cvsearch.files import write_atomically, write_json
from cvsearch.layout import SearchPaths
from cvsearch.report.leaderboard import draw_leaderboard
from cvsearch.results.leaderboard import check_comparable, leaderboard, own_scorer
from cvsearch.results.storage import csv_bytes
from cvsearch.results.tables import LEADERBOARD

F1 = {"sklearn.metrics.make_scorer": {"score_func": "sklearn.metrics.f1_score", "pos_label": "yes"}}


def finished(folder, name, means, baselines):
    """Write what the leaderboard reads of a search: its table, the table's hash, and its baselines."""
    paths = SearchPaths.of(name, folder)
    n = len(means)
    ranks = pd.Series(means).rank(ascending=False, method="min", na_option="bottom").astype(int).tolist()
    table = {"candidate": range(n), "mean_fit_time": [0.5] * n, "params": [json.dumps({"C": i}) for i in range(n)]}
    content = csv_bytes(table | {"mean_test_score": means, "std_test_score": [0.01] * n, "rank_test_score": ranks})
    write_atomically(paths.table, content)
    write_json(paths.provenance, {"files": {paths.table.name: hashlib.sha256(content).hexdigest()}})
    about = {of: {"mean_test_score": mean, "std_test_score": 0.0, "error": ""} for of, mean in baselines.items()}
    write_json(paths.baselines_about, {"n_test": 100, "baselines": about, "identities": []})
    return paths


@pytest.mark.parametrize(
    "scorings",
    [
        [None, None],
        ["f1", ["f1", "accuracy"], {"f1": "f1", "other": "accuracy"}],
        [{"f1": F1}, F1],
        ["my_scorers.cost", "accuracy", "my_scorers.other"],
    ],
    ids=str,
)
def test_searches_that_one_scorer_ranks_are_compared(scorings):
    check_comparable([{"name": str(i), "scoring": scoring} for i, scoring in enumerate(scorings)])


@pytest.mark.parametrize(
    ("scorings", "message"),
    [
        (
            ["accuracy", "f1"],
            r"searches\[1\].scoring: this search ranks by 'f1', but searches\[0\] ranks by 'accuracy'",
        ),
        (
            [None, None, ["r2"]],
            r"searches\[2\].scoring: this search ranks by 'r2', but searches\[0\] ranks by the estimator's own score",
        ),
        (
            ["my.own", "accuracy", "f1"],
            r"searches\[2\].scoring: this search ranks by 'f1', but searches\[1\] ranks by 'accuracy'",
        ),
        (
            ["f1", {"f1": F1}],
            r"searches\[1\].scoring: this search ranks by .*make_scorer.*, but searches\[0\] ranks by 'f1'",
        ),
    ],
    ids=str,
)
def test_searches_that_different_scorers_rank_are_refused(scorings, message):
    with pytest.raises(InputError, match=message + r".*; use the same first scorer in all searches") as caught:
        check_comparable([{"name": str(i), "scoring": scoring} for i, scoring in enumerate(scorings)])
    assert "\n" not in str(caught.value)


def test_own_scorers_are_known():
    assert own_scorer({"scoring": "my.own"}) and own_scorer({"scoring": {"cost": "my.own"}})
    assert not any(own_scorer({"scoring": scoring}) for scoring in (None, "f1", ["f1"], F1, {"f1": F1}))


def test_a_row_for_each_search_the_best_first(tmp_path):
    one = finished(tmp_path, "one", [0.5, 0.7, 0.7], {"dummy": 0.1, "default": 0.6})
    two = finished(tmp_path, "two", [0.9, math.nan], {"default": 0.8})
    three = finished(tmp_path, "three", [0.7], {})
    failed = finished(tmp_path, "failed", [math.nan], {})
    columns = leaderboard([one, two, three, failed])
    assert list(columns) == [column.name for column in LEADERBOARD]
    rows = list(csv.DictReader(io.StringIO(csv_bytes(columns).decode())))
    assert [(row["rank"], row["search"], row["candidate"], row["n_candidates"]) for row in rows] == [
        ("1", "two", "0", "2"),
        ("2", "one", "1", "3"),
        ("2", "three", "0", "1"),
    ]
    assert rows[1]["params"] == '{"C": 1}'
    assert (rows[0]["mean_test_default"], rows[0]["mean_test_dummy"]) == ("0.8", "")
    assert (rows[1]["mean_test_default"], rows[1]["mean_test_dummy"]) == ("0.6", "0.1")
    assert (rows[0]["mean_test_score"], rows[0]["std_test_score"], rows[0]["mean_fit_time"]) == ("0.9", "0.01", "0.5")


def test_a_figure_of_the_searches_and_of_none(tmp_path):
    one = finished(tmp_path, "one$1", [0.5, 0.7], {"dummy": 0.1, "default": 0.6})
    two = finished(tmp_path, "two", [0.9], {"default": 0.8})
    [ax] = draw_leaderboard(pd.DataFrame(leaderboard([one, two]))).axes
    assert [text.get_text() for text in ax.get_yticklabels()] == ["two", "one$1"]
    assert ax.containers[0].lines[0].get_xdata().tolist() == [0.9, 0.7]
    drawn = {scatter.get_label().split(":")[0]: scatter.get_offsets().tolist() for scatter in ax.collections[1:]}
    assert drawn["default"] == [[0.8, 0.0], [0.6, 1.0]]
    assert drawn["dummy"][1] == [0.1, 1.0]
    bottom, top = ax.get_ylim()
    assert bottom > top, "the best is on top"
    assert draw_leaderboard(pd.DataFrame(leaderboard([]))).axes

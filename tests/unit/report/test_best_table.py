"""The ten best candidates, as a page."""

import io
import math

import pandas as pd
from cvsearch.report import best_table as module
from cvsearch.report.best_table import MOST_BYTES, best_rows, cut_table, page
from made_tables import random_results, results_of


def test_the_ten_best_in_their_order_of_equals_the_lowest_candidate():
    made = random_results(40)
    made.loc[[5, 3], "rank_test_score"] = 0
    rows = best_rows(made)
    assert len(rows) == 10
    assert rows["candidate"].tolist()[:2] == [3, 5]
    assert rows["rank"].is_monotonic_increasing


def test_the_page_escapes_what_a_user_may_write():
    text = page(pd.DataFrame({"<b>": ["<script>"], "x": [None]}), "a & b")
    assert "<script>" not in text and "&lt;script&gt;" in text and "a &amp; b" in text


def test_whole_numbers_stay_whole_beside_gaps_and_a_gap_is_not_none():
    settings = [
        {"max_iter": 123456, "tol": None, "clf": {"sklearn.svm.SVC": {"C": 2.0}}},
        {"C": 100000.0, "tol": 1e-3},
        {"C": 0.123456, "early_stopping": True, "max_iter": 2000},
        {"C": "007", "tol": math.inf},
    ]
    rows = best_rows(results_of(settings, [0.4, 0.3, 0.2, 0.1]))
    assert rows["max_iter"].tolist() == ["123456", "", "2000", ""]
    assert rows["C"].tolist() == ["", "100000", "0.1235", '"007"']
    assert rows["tol"].tolist() == ["None", "0.001", "", "inf"]
    assert rows["clf"].tolist() == ["SVC(C=2)", "", "", ""]
    assert rows["early_stopping"].tolist() == ["", "", "True", ""]
    text = page(rows, "title")
    assert "<td>123456</td>" in text and "<td>100000</td>" in text and "e+05" not in text


def test_a_parameter_that_no_candidate_has_is_an_empty_column():
    table = results_of([{"C": 1}, {"C": 2}], [0.1, 0.2])
    table.insert(3, "param_degree", [None, None])
    rows = best_rows(table)
    assert list(rows)[:4] == ["rank", "candidate", "C", "degree"]
    assert rows["degree"].tolist() == ["", ""]


def test_scores_that_are_no_numbers():
    rows = best_rows(results_of([{"C": 1}, {"C": 2}, {"C": 3}], [math.nan, -math.inf, -8e21]))
    assert rows["candidate"].tolist() == [2, 1, 0]
    lines = page(rows, "title").splitlines()
    cells = [
        [cell.removesuffix("</td>").split(">")[-1] for cell in line.split("<td>")[1:]]
        for line in lines
        if "<td>" in line
    ]
    assert [row[3] for row in cells] == ["-8e+21", "-inf", ""]


def test_a_search_without_train_scores():
    table = results_of([{"C": 1}], [0.5]).drop(columns="mean_train_score")
    assert list(best_rows(table)) == ["rank", "candidate", "C", "mean test score", "std", "mean fit time (s)"]


def test_the_report_gets_the_best_rows_as_they_stand_in_the_table(tmp_path, monkeypatch):
    table = random_results(40)
    table["params"] = [f'{{"text": "a, {i}\\n"}}' for i in range(40)]
    path = tmp_path / "cv_results.csv"
    table.to_csv(path, index=False)
    monkeypatch.setattr(module, "MOST_ROWS", 25)
    found = pd.read_csv(io.BytesIO(cut_table(path, table)), dtype=str)
    wanted = pd.read_csv(path, dtype=str).iloc[table.sort_values("rank_test_score").index[:25]].reset_index(drop=True)
    pd.testing.assert_frame_equal(found, wanted)


def test_the_report_stays_small_however_wide_the_table_is(tmp_path):
    table = random_results(300)
    table["params"] = "x" * 20_000
    table.to_csv(tmp_path / "cv_results.csv", index=False)
    content = cut_table(tmp_path / "cv_results.csv", table)
    assert MOST_BYTES < len(content) < MOST_BYTES + 25_000

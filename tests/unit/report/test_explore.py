"""What the interactive page knows."""

import json
from pathlib import Path

import cvsearch
import numpy as np
import pandas as pd
from cvsearch.report import explore
from cvsearch.report.explore import as_script, explore_page, page_data
from made_tables import SPACE, random_results, results_of


def evaluations_of(results, n_splits=2):
    n = len(results)
    rows = {"candidate": np.repeat(range(n), n_splits), "split": np.tile(range(n_splits), n), "status": "ok"}
    return pd.DataFrame(rows | {"error": pd.Series([None] * (n * n_splits), dtype=object)})


def data_of(results, space=SPACE, evaluations=None):
    data = page_data(results, evaluations_of(results) if evaluations is None else evaluations, space, "svc")
    json.dumps(data, allow_nan=False)
    return data, {quantity["key"]: quantity for quantity in data["quantities"]}


def test_ten_thousand_candidates_on_ten_splits_fit_in_ten_megabytes():
    results = random_results(10_000)
    rng = np.random.default_rng(0)
    for j in range(10):
        results[f"split{j}_test_score"] = rng.uniform(size=10_000)
    page = explore_page(results, evaluations_of(results, 10), SPACE, "svc")
    assert len(page.encode()) < 10_000_000
    assert "10,000 candidates" in page


def test_every_kind_of_value():
    values = [None, float("inf"), float("nan"), 7, 0.1234567891, "7", "sqrt", [1, 2], True, 10**400]
    settings = [{"C": value} for value in values] + [{"other": 1}]
    data, columns = data_of(results_of(settings, np.linspace(0, 1, 11)), {"C": values, "other": [1]})
    shown = ["None", "inf", "nan", 7, 0.123457, '"7"', "sqrt", "[1, 2]", "True", str(10**400), None]
    assert columns["param_C"]["values"][:9] == shown[:9]
    assert columns["param_C"]["values"][10] is None
    assert len(set(columns["param_C"]["position"])) == 11
    assert columns["param_C"]["strip"] is not None
    assert columns["param_C"]["isParameter"]


def test_scores_of_every_kind_have_their_group():
    means = [0.1, 0.2, 0.3, np.nan, -np.inf, -8e21, 0.25]
    results = results_of([{"C": float(i)} for i in range(1, 8)], means, splits=[means, means])
    data, columns = data_of(results, {"C": {"uniform": [1, 7]}})
    assert columns["mean_test_score"]["values"] == [0.1, 0.2, 0.3, None, "-inf", -8e21, 0.25]
    groups = [data["groups"][number]["text"] for number in data["group"]]
    assert groups[:3] == ["", "", ""]
    assert groups[3:5] == ["failed", "mean -inf"]
    assert groups[5].startswith("mean below")
    assert data["groups"][data["group"][3]]["grey"]
    assert data["splits"][0] == [0.1, 0.2, 0.3, None, "-inf", -8e21, 0.25]
    assert data["best"] == 2


def test_why_a_score_is_missing():
    results = random_results(4)
    rows = evaluations_of(results)
    rows.loc[3, ["status", "error"]] = "failed", "ValueError: no\ntrace"
    rows.loc[7, ["status", "error"]] = "timeout", None
    data, columns = data_of(results, evaluations=rows)
    assert columns["status"]["values"] == ["ok", "failed (1)", "ok", "timeout (1)"]
    assert data["failures"] == {1: {1: 0}, 3: {1: 1}}
    assert data["reasons"] == ["failed: ValueError: no", "timeout"]


def test_what_all_candidates_share_is_said_once():
    results = results_of([{"C": 1.0 + i, "kernel": "rbf"} for i in range(3)], [0.1, 0.2, 0.3])
    data, columns = data_of(results, {"C": {"uniform": [1, 5]}, "kernel": ["rbf"]})
    assert data["fixed"] == "All candidates have kernel=rbf."
    assert "param_kernel" not in columns
    assert (data["x"], data["y"]) == ("param_C", "mean_test_score")


def test_too_many_candidates_are_cut_to_the_best_and_every_so_many(monkeypatch):
    monkeypatch.setattr(explore, "MOST_BYTES", 60_000)
    results = random_results(2000)
    data, columns = data_of(results)
    kept = data["candidates"]
    assert 300 < len(kept) < 1000
    assert kept == sorted(kept)
    assert data["n_candidates"] == 2000
    assert len(as_script(data)) <= 60_000
    best = results.sort_values("rank_test_score")["candidate"][: len(kept) // 2]
    assert set(best) <= set(kept)
    others = results["rank_test_score"][sorted(set(kept) - set(best))]
    assert others.max() > 1900


def test_no_text_ends_the_script():
    text = as_script({"a": "</script><!-- & \u2028"})
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"a": "</script><!-- & \u2028"}


def test_every_file_of_the_package_is_fetched_where_the_workflow_is_used_from_a_repository():
    package = Path(cvsearch.__file__).parent
    files = [path.relative_to(package).as_posix() for path in package.rglob("*") if path.is_file()]
    kept = sorted(name for name in files if name != "MANIFEST" and "__pycache__" not in name)
    assert (package / "MANIFEST").read_text().splitlines() == kept

"""The shipped search against scikit-learn itself."""

import importlib
import json

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata
from sklearn.datasets import load_digits
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.svm import SVC
from workflow_runs import ROOT, Workdir

FEW, N_CANDIDATES = 10, 30


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """The search as it is shipped, then grown to more candidates."""
    workdir = Workdir(tmp_path_factory.mktemp("shipped"))
    workdir.first_run = workdir.merge(config=None, search="svc", fresh=True)
    workdir.first_digest, workdir.first_table = workdir.digest("svc"), workdir.table(search="svc")
    workdir.first_best = json.loads((workdir.path / "results/svc/best.json").read_text())
    workdir.run = workdir.snakemake("--config", f"n_candidates={N_CANDIDATES}", config=None)
    return workdir


@pytest.fixture(scope="module")
def splits():
    indices = np.arange(len(load_digits().target))
    return [train_test_split(indices, test_size=0.2, random_state=i) for i in range(2)]


@pytest.fixture(scope="module")
def plain(shipped):
    """The plain sequential loop: (test score, train score) by (candidate, split)."""
    data = load_digits()
    scores = {}
    for split in range(2):
        X_train, X_test, y_train, y_test = train_test_split(data.data, data.target, test_size=0.2, random_state=split)
        for i, params in enumerate(shipped.candidates("svc")):
            fitted = SVC(**params).fit(X_train, y_train)
            sides = (X_test, y_test), (X_train, y_train)
            scores[i, split] = [accuracy_score(y, fitted.predict(X)) for X, y in sides]
    return scores


def test_every_score_equals_the_plain_sequential_loop(shipped, plain):
    table = shipped.table("evaluations", "svc")
    assert len(table) == 2 * N_CANDIDATES
    for row in table.itertuples():
        assert row.status == "ok"
        assert [row.test_score, row.train_score] == plain[row.candidate, row.split], row
        assert 0 < row.fit_time < row.time


def test_means_and_ranks_follow_from_these_scores(shipped, plain):
    table = shipped.table(search="svc")
    means = np.array([np.average([plain[i, split][0] for split in range(2)]) for i in range(N_CANDIDATES)])
    np.testing.assert_array_equal(table["mean_test_score"], means)
    np.testing.assert_array_equal(table["rank_test_score"], rankdata(-means, method="min"))
    best = json.loads((shipped.path / "results/svc/best.json").read_text())
    assert best["candidate"] == means.argmax()


def test_cv_results_equals_grid_search(shipped, splits):
    """The search as it is shipped: GridSearchCV fits its candidates, and every column but times is the same."""
    candidates = shipped.candidates("svc")[:FEW]
    grid = [{name: [value] for name, value in params.items()} for params in candidates]
    search = GridSearchCV(SVC(), grid, cv=splits, scoring="accuracy", return_train_score=True, refit=False)
    data = load_digits()
    expected = pd.DataFrame(search.fit(data.data, data.target).cv_results_)
    table = shipped.first_table
    assert len(table) == FEW
    assert set(table) == {"candidate", *expected}
    assert list(map(json.loads, table["params"])) == candidates
    times = {f"{stat}_{name}_time" for stat in ("mean", "std") for name in ("fit", "score")}
    compared = set(expected) - times - {"params"}
    assert {"param_C", "split1_train_score", "std_test_score", "mean_train_score", "rank_test_score"} <= compared
    for column in compared:
        np.testing.assert_array_equal(table[column], expected[column].astype(table[column].dtype), err_msg=column)
    best = shipped.first_best
    assert best["candidate"] == expected["rank_test_score"].argmin()
    assert best["mean_test_score"] == expected["mean_test_score"].max()
    assert best["params"] == candidates[best["candidate"]]


def test_growing_evaluates_what_remains(shipped):
    pilot = json.loads((shipped.path / "results/svc/pilot.json").read_text())["evaluations"]
    assert shipped.first_run.evaluated == 2 * FEW - min(pilot, FEW)
    assert shipped.run.evaluated == 2 * (N_CANDIDATES - FEW) - max(pilot - FEW, 0)
    assert not {"make_splits", "prepare_dataset", "time_pilot"} & set(shipped.run.jobs)


def test_the_benchmarks_count_its_jobs(shipped, monkeypatch):
    """The console does not show the steps that they count."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    workflow, workloads = importlib.import_module("_workflow"), importlib.import_module("workloads")
    found = workflow.census(workloads.WORKLOADS["svc-10"], shipped.path)
    assert found["jobs"] == sum(shipped.run.jobs.values())
    assert found["evaluate jobs"] == len(list(shipped.path.glob("results/svc/evaluations/0/*/*.jsonl"))) > 0


def test_sharing_work_changes_nothing(shipped, workdir):
    workdir.merge("--config", "share_work=false", "batch_size=5", config=None, search="svc")
    assert workdir.digest("svc") == shipped.first_digest


def test_splits_are_train_test_split(shipped, splits):
    for i, (train, test) in enumerate(splits):
        with np.load(shipped.path / f"results/splits/{i}.npz") as stored:
            np.testing.assert_array_equal(stored["train"], train)
            np.testing.assert_array_equal(stored["test"], test)


def test_all_that_is_promised_is_there(shipped):
    results = shipped.path / "results"
    about = json.loads((results / "dataset/dataset.json").read_text())
    assert (about["n_samples"], about["n_features"], about["image_shape"]) == (1797, 64, [8, 8])
    assert len(about["classes"]) == 10
    png = b"\x89PNG"
    assert (results / "dataset/example.png").read_bytes()[:4] == png
    assert (results / "svc/plots/parameter_map.png").read_bytes()[:4] == png
    svg = (results / "svc/plots/parameter_map.svg").read_text()
    assert "log10 C" in svg and "log10 gamma" in svg and "mean test score" in svg
    assert (results / "svc/plots/best_candidates.html").read_text().count("<tr>") == 11
    provenance = shipped.provenance("svc")
    assert provenance["dataset_sha256"] == about["sha256"]
    assert provenance["versions"]["scikit-learn"]
    assert provenance["config"]["searches"][0]["name"] == "svc"


def test_the_run_tells_plan_progress_and_outcome(shipped):
    said = shipped.run.output
    assert f"svc: {2 * N_CANDIDATES} evaluations ({N_CANDIDATES} candidates x 2 splits)" in said
    assert f"svc: {2 * N_CANDIDATES} of {2 * N_CANDIDATES} evaluations done" in said
    assert f"svc:\n  The best of {N_CANDIDATES} candidates on 2 splits is candidate" in said
    assert "results/svc/cv_results.csv" in shipped.run.last_lines


def test_a_second_run_does_nothing(shipped):
    run = shipped.snakemake("--config", f"n_candidates={N_CANDIDATES}", config=None)
    assert "Nothing to be done" in run.output
    assert not run.jobs

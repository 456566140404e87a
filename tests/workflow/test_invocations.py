"""Every way in which a user starts the workflow."""

import json

import numpy as np
import pandas as pd
import pytest
import yaml
from workflow_runs import ROOT, environment


def test_command_line_keys_are_laid_over_the_shipped_config(workdir):
    run = workdir.merge("--config", "n_candidates=3", "n_splits=1", "batch_size=3", config=None, search="svc")
    assert run.jobs["evaluate"] == 1
    assert len(workdir.table(search="svc")) == 3
    assert "split1_test_score" not in workdir.table(search="svc")


def test_a_working_directory_with_a_config_of_its_own(workdir, tiny, finished):
    workdir.write("config/config.yaml", tiny)
    workdir.merge(config=None)
    assert workdir.digest() == finished.digest()


def test_a_dry_run_runs_nothing(workdir, tiny):
    workdir.write("config.yaml", tiny)
    run = workdir.snakemake("--dry-run")
    assert "propose_candidates" in run.output
    assert not (workdir.path / "results").exists()


def test_a_finished_search_gives_a_report_without_the_network(finished):
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    finished.snakemake("--report", finished.path / "report.html", env=environment(**proxies))
    report = (finished.path / "report.html").read_text()
    for text in ("The best of 6 candidates", "Parameter map", "The ten best", "The first sample", "make_splits"):
        assert text in report, text


def test_tables_as_parquet(finished):
    """On request; a run asks for them from 100,000 rows on."""
    finished.snakemake("results/tree/cv_results.parquet", "results/tree/evaluations.parquet")
    for name in ("cv_results", "evaluations"):
        columns = pd.read_parquet(finished.path / f"results/tree/{name}.parquet")
        table = finished.table(name)
        assert list(columns) == list(table)
        for column in table:
            filled = table[column].notna()
            assert columns[column].notna().tolist() == filled.tolist(), column
            np.testing.assert_array_equal(columns[column][filled], table[column][filled], err_msg=column)


@pytest.mark.parametrize("path", sorted(ROOT.glob("config/examples/*.yaml")), ids=lambda path: path.stem)
def test_an_example_runs(workdir, path):
    """Cut to a few evaluations of each search; the grid keeps two of its lists' values."""
    config = yaml.safe_load(path.read_text())
    for search in config["searches"]:
        search["n_candidates"] = 4
        if search.get("strategy") == "grid":
            search["param_distributions"] = {
                name: entry[:1] if isinstance(entry, list) else entry
                for name, entry in search["param_distributions"].items()
            }
    n_splits = 2 if "splitter" in config else 1  # Folds are at least two.
    workdir.write("config.yaml", config | {"n_splits": n_splits, "batch_size": 4})
    for data in path.parent.glob("*.csv"):
        workdir.write(f"config/examples/{data.name}", data.read_text())
    names = [search["name"] for search in config["searches"]]
    workdir.snakemake(*(f"results/{name}/provenance.json" for name in names))
    for name in names:
        assert (workdir.table("evaluations", name)["status"] == "ok").all()
        assert len(workdir.table(search=name)) == 4


def test_pipelines_several_scorers_and_searches(finished, tiny):
    """All that a config may hold so far, in one."""
    tiny["searches"][0]["param_distributions"]["class_weight"] = ["balanced", {0: 1, 1: 5, 2: 1}]
    tiny["searches"] += [
        {
            "name": "pipe",
            "strategy": "grid",
            "scoring": ["accuracy", "f1_macro", "neg_log_loss"],
            "estimator": [
                {"scale": "sklearn.preprocessing.StandardScaler"},
                {"pca": {"sklearn.decomposition.PCA": {"svd_solver": "randomized"}}},
                {"clf": "sklearn.linear_model.LogisticRegression"},
            ],
            "param_distributions": [
                {"pca__n_components": [2, 3], "clf__C": {"logspace": [-2, 2, 3]}},
                {
                    "scale": ["passthrough", {"sklearn.preprocessing.QuantileTransformer": {"n_quantiles": 20}}],
                    "clf": ["sklearn.naive_bayes.GaussianNB"],
                },
            ],
        }
    ]
    finished.write("config.yaml", tiny)
    finished.snakemake("results/tree/best.json", "results/pipe/best.json", "results/pipe/plots/parameter_map.png")
    assert (finished.table("evaluations")["status"] == "ok").all()
    assert {"dict": [[0, 1], [1, 5], [2, 1]]} in [params["class_weight"] for params in finished.candidates()]
    table = finished.table(search="pipe")
    assert len(table) == 2 * 3 + 2
    assert {"mean_test_f1_macro", "rank_test_neg_log_loss", "split1_train_accuracy", "param_clf__C"} <= set(table)
    assert table["mean_test_f1_macro"].between(0.5, 1).all()
    best = json.loads((finished.path / "results/pipe/best.json").read_text())
    assert best["scorer"] == "accuracy"
    assert best["candidate"] == table.sort_values(["rank_test_accuracy", "candidate"])["candidate"].iloc[0]
    evaluations = finished.table("evaluations", "pipe")
    assert list(evaluations)[:9] == [
        *("candidate", "split", "status", "test_accuracy", "test_f1_macro", "test_neg_log_loss"),
        *("train_accuracy", "train_f1_macro", "train_neg_log_loss"),
    ]
    assert (evaluations["status"] == "ok").all()
    assert (finished.path / "results/pipe/plots/parameter_map.png").exists()

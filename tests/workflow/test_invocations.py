"""Every way in which a user starts the workflow."""

import json

import yaml
from workflow_runs import environment


def test_from_the_clone_itself(clone, tiny):
    """`snakemake -j 2`, with the config in the clone edited."""
    import subprocess
    import sys

    (clone / "config/config.yaml").write_text(yaml.safe_dump(tiny))
    command = [sys.executable, "-m", "snakemake", "-j", "2"]
    done = subprocess.run(command, cwd=clone, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "profiles/default" in done.stderr
    assert (clone / "results/tree/cv_results.csv").exists()


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
    for text in ("How to read it", "Parameter map", "The ten best", "The first sample", "make_splits"):
        assert text in report, text


def test_use_as_a_module(workdir, tiny):
    from workflow_runs import ROOT

    del tiny["searches"]
    partial = {"dataset": {"loader": "sklearn.datasets.load_wine"}, "n_candidates": 4, "batch_size": 2}
    workdir.write("config/config.yaml", {"samples": "of the outer workflow", "cvsearch": partial})
    snakefile = workdir.write(
        "Snakefile",
        f"""
configfile: "config/config.yaml"

module cvsearch:
    snakefile: "{ROOT}/Snakefile"
    config: config["cvsearch"]

use rule * from cvsearch as cvsearch_*

rule mine:
    default_target: True
    input: rules.cvsearch_all.input
    output: "done.txt"
    shell: "cp results/svc/best.json {{output}}"
""",
    )
    run = workdir.snakemake(config=None, snakefile=snakefile)
    assert run.jobs["cvsearch_evaluate"] == 4
    assert run.jobs["mine"] == 1
    assert json.loads((workdir.path / "done.txt").read_text())["params"]


def test_pipelines_several_scorers_and_searches(finished, tiny):
    """All that a config may hold so far, in one."""
    tiny["searches"][0]["param_distributions"]["class_weight"] = ["balanced", {0: 1, 1: 5, 2: 1}]
    tiny["searches"] += [
        {
            "name": "pipe",
            "strategy": "grid",
            "scoring": ["f1_macro", "accuracy", "neg_log_loss"],
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
    finished.snakemake()
    assert (finished.table("evaluations")["status"] == "ok").all()
    assert {"0": 1, "1": 5, "2": 1} in [params["class_weight"] for params in finished.candidates()]
    table = finished.table(search="pipe")
    assert len(table) == 2 * 3 + 2
    assert {"mean_test_f1_macro", "rank_test_neg_log_loss", "split1_train_accuracy", "param_clf__C"} <= set(table)
    assert table["mean_test_f1_macro"].between(0.5, 1).all()
    best = json.loads((finished.path / "results/pipe/best.json").read_text())
    assert best["scorer"] == "f1_macro"
    assert best["candidate"] == table.sort_values(["rank_test_f1_macro", "candidate"])["candidate"].iloc[0]
    evaluations = finished.table("evaluations", "pipe")
    assert list(evaluations)[:9] == [
        *("candidate", "split", "status", "test_f1_macro", "test_accuracy", "test_neg_log_loss"),
        *("train_f1_macro", "train_accuracy", "train_neg_log_loss"),
    ]
    assert (evaluations["status"] == "ok").all()
    assert (finished.path / "results/pipe/plots/parameter_map.png").exists()

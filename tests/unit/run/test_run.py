"""What the rules are told of a run's searches."""

from types import SimpleNamespace

import pytest
from cvsearch.run.config import read_config
from cvsearch.run.run import Run
from workflow_runs import ROOT, TINY

SHIPPED = (ROOT / "config" / "config.yaml", ROOT / "config" / "schema.yaml")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that makes a run of a config in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return lambda config: Run(read_config(config, None, *SHIPPED), SimpleNamespace())


TREE = SimpleNamespace(search="tree")


def test_what_defines_an_evaluation_and_under_what_it_runs_are_told_apart(run):
    made = run(TINY | {"random_state": 3, "retry_failed": 1, "limits": {"seconds": 5}})
    assert made.search_settings(TREE) == {
        "estimator": "sklearn.tree.DecisionTreeClassifier",
        "scoring": "accuracy",
        "random_state": 3,
    }
    limits = {"seconds": 5, "memory_mb": None}
    assert made.conditions(TREE, {}) == {
        "estimator": "sklearn.tree.DecisionTreeClassifier",
        "limits": limits,
        "retry_failed": 1,
        "share_work": True,
        "return_train_score": True,
    }
    terms = {"limits": limits, "retry_failed": 1, "return_train_score": True}
    assert made.terms(TREE) == terms | {"predictions": False, "predictions_mb": 200}
    assert made.pilot_settings(TREE) == made.search_settings(TREE) | {"param_distributions": made.space(TREE)}


def test_the_pilot_is_asked_for_where_batches_are_sized_by_it(run):
    assert run(TINY).pilot_file(TREE) == []
    assert str(run(TINY | {"batch_size": "auto"}).pilot_file(TREE)) == "results/tree/pilot.json"


def test_long_tables_are_written_as_parquet_too(run, monkeypatch):
    """Once the candidates are drawn, which a test of Snakemake does."""
    monkeypatch.setattr(Run, "_plan_of", lambda self, name, number: None)
    few, many = (run(TINY | {"n_candidates": n, "n_splits": 1000}).results(None) for n in (99, 100))
    assert set(many) - set(few) == {"results/tree/cv_results.parquet", "results/tree/evaluations.parquet"}
    assert {"results/dataset/example.png", "results/tree/best.json", "results/tree/cv_results.csv"} <= set(few)


def test_every_file_of_a_rule_that_runs_is_asked_for(run, monkeypatch):
    """Snakemake does not miss a deleted file that no one asks for."""
    monkeypatch.setattr(Run, "_plan_of", lambda self, name, number: None)
    asked = run(TINY | {"holdout": 0.2}).results(None)
    names = ("provenance.json", "baselines.json", "baselines.csv", "findings.json", "model_types.json", "holdout.json")
    assert {f"results/tree/{name}" for name in names} <= set(asked)


def test_the_report_opens_with_the_page_of_a_run_where_snakemake_can_read_it(run, tmp_path):
    run = run(TINY)
    assert run.report_text("other.rst", tmp_path) == "other.rst", "there is no page yet"
    page = tmp_path / "results" / "report.rst"
    page.parent.mkdir()
    page.touch()
    assert run.report_text("other.rst", tmp_path) == str(page)
    assert run.report_text("other.rst", "http://127.0.0.1:1/cvsearch") == "other.rst"

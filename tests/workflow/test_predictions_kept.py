"""Kept predictions in a run: the table, growth beyond what may be kept, and the way back."""

import json

import numpy as np
import pandas as pd
from sklearn.datasets import load_iris

# Six trees on two splits of 30 iris flowers take up to 6 x 2 x (128 + 30) bytes.
ROOM_FOR_SIX = 0.002

TABLES = "results/tree/best.json", "results/tree/predictions.csv"


def predictions_of(workdir):
    return pd.read_csv(workdir.path / "results/tree/predictions.csv")


def test_growth_beyond_what_may_be_kept_and_back(workdir, tiny):
    tiny["predictions_mb"] = ROOM_FOR_SIX
    workdir.write("config.yaml", tiny)
    workdir.snakemake(*TABLES)
    table = predictions_of(workdir)
    assert list(table) == ["split", "sample", "target", "prediction"]
    best = json.loads((workdir.path / "results/tree/best.json").read_text())
    for split, rows in table.groupby("split"):
        positions = np.load(workdir.path / f"results/splits/{split}.npz")["test"]
        assert rows["sample"].tolist() == sorted(positions)
        assert (rows["prediction"] == rows["target"]).mean() == best["test_scores"][split]
        assert rows["target"].tolist() == load_iris(return_X_y=True)[1][rows["sample"]].tolist()

    tiny["n_candidates"] = 12
    workdir.write("config.yaml", tiny)
    run = workdir.snakemake()
    assert run.evaluated == 12, "those that were there are not evaluated again"
    assert "to keep them set predictions_mb: 1" in run.output
    assert run.jobs["write_predictions"] == 0

    tiny["predictions_mb"] = 1
    workdir.write("config.yaml", tiny)
    digest = workdir.digest()
    run = workdir.snakemake(*TABLES)
    assert run.evaluated == 12, "the new ones again, for their predictions; the first six had them"
    assert workdir.digest() == digest
    assert len(predictions_of(workdir)) == 60

    assert "Nothing to be done" in workdir.snakemake(*TABLES).output
    tiny["predictions_mb"] = 0
    workdir.write("config.yaml", tiny)
    assert workdir.merge().evaluated == 0
    assert not (workdir.path / "results/tree/predictions.csv").exists(), "it was the table of an earlier search"


def test_the_pilot_keeps_what_the_search_keeps(workdir, tiny):
    workdir.write("config.yaml", tiny | {"batch_size": "auto"})
    run = workdir.snakemake("results/tree/predictions.csv")
    assert "6 in the journal" in run.output
    assert len(predictions_of(workdir)) == 60


def test_a_search_that_shrinks_until_its_predictions_fit(workdir, tiny):
    """The baselines have kept theirs, so there are gains. The whole numbers that a regressor predicts are not classes."""
    regression = {"dataset": {"loader": "sklearn.datasets.load_diabetes"}, "scoring": None, "n_candidates": 12}
    tiny["searches"][0]["estimator"] = "sklearn.tree.DecisionTreeRegressor"
    workdir.write("config.yaml", tiny | regression | {"predictions_mb": 0.012})
    verdict = workdir.path / "results/tree/verdict.json"
    workdir.snakemake("results/tree/verdict.json")
    assert json.loads(verdict.read_text())["corrected"]["reason"].startswith("no predictions are kept")
    run = workdir.snakemake("results/tree/verdict.json", "--config", "n_candidates=6")
    assert (run.jobs["evaluate_baselines"], run.evaluated) == (0, 12)
    assert json.loads(verdict.read_text())["gain_over_default"]["reason"] is None

    findings = json.loads((workdir.path / "results/tree/findings.json").read_text())
    assert "class-missing-on-a-side" not in [finding["id"] for finding in findings]
    of_splits = json.loads((workdir.path / "results/splits/splits.json").read_text())
    assert "class-missing-on-a-side" in [finding["id"] for finding in of_splits["class_findings"]]

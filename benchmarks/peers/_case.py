"""A search as its peers get it: this workflow's own samples, splits and candidates, as scikit-learn takes them."""

import argparse
import importlib
import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Case(NamedTuple):
    """What is to be evaluated.

    Attributes
    ----------
    X : ndarray or DataFrame
    y : ndarray or Series
    splits : list of (ndarray, ndarray)
        Train and test indices.
    candidates : list of dict
        Their parameters.
    estimator : estimator
    scoring : str
    """

    X: Any
    y: Any
    splits: list
    candidates: list
    estimator: Any
    scoring: str


def load_samples(folder, dataset):
    """Return the samples and the target as scikit-learn's users load them; those of a loader from the workflow's own file."""
    path = Path(folder, dataset.get("file", "results/dataset/data.npz"))
    if path.suffix == ".parquet":
        import pandas as pd

        table = pd.read_parquet(path)
        y = table.pop(dataset["target"])
        return table, y
    with np.load(path) as file:
        return file["X"], file["y"]


def load_case(folder):
    """Read a working directory of the workflow, in which candidates were drawn, and its config in ``bench.json``."""
    config = json.loads(Path(folder, "bench.json").read_text())
    search, results = config["searches"][0], Path(folder, "results")
    X, y = load_samples(folder, config["dataset"])
    splits = []
    for i in range(config["n_splits"]):
        with np.load(results / "splits" / f"{i}.npz") as file:
            splits.append((file["train"], file["test"]))
    rows = []
    for path in sorted((results / search["name"] / "candidates" / "0").glob("*.jsonl")):
        rows += map(json.loads, path.read_text().splitlines()[1:])
    candidates = [row["params"] for row in rows]
    spec = search["estimator"]
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, {})
    module, _, cls = name.rpartition(".")
    return Case(
        X,
        y,
        splits,
        candidates,
        getattr(importlib.import_module(module), cls)(**arguments),
        config.get("scoring", "accuracy"),
    )


def main(evaluate):
    """Run a peer from the command line.

    Parameters
    ----------
    evaluate : callable
        ``evaluate(case, cores)`` returns test and train scores, each a list over candidates of a list over splits, and the
        seconds of the evaluations alone, or None.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("case", help="a working directory in which candidates were drawn")
    parser.add_argument("output", help="a JSON file for the scores")
    parser.add_argument("--cores", type=int, required=True)
    parser.add_argument("--first", type=int, help="only so many candidates")
    options = parser.parse_args()
    case = load_case(options.case)
    case = case._replace(candidates=case.candidates[: options.first])
    test, train, seconds = evaluate(case, options.cores)
    Path(options.output).write_text(json.dumps({"test": test, "train": train, "seconds": seconds}))

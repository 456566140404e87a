"""Merge every evaluation of a search into its tables."""

from pathlib import Path

from cvsearch.candidates.plan import read_plans
from cvsearch.candidates.space import subspaces
from cvsearch.console import job
from cvsearch.data.dataset import read_about
from cvsearch.evaluation.scoring import scorer_names
from cvsearch.files import write_atomically, write_json
from cvsearch.layout import SearchPaths
from cvsearch.results.evaluations import SIDES, read_evaluations
from cvsearch.results.messages import cost_line, failure_line, missing_line, warning_line
from cvsearch.results.provenance import provenance
from cvsearch.results.storage import csv_bytes
from cvsearch.results.tables import cv_results, evaluation_columns


def main(name, receipts, dataset, config, outputs):
    """Write the tables of a search, and their provenance.

    Parameters
    ----------
    name : str
        Name of the search.
    receipts : list of path-like
        The receipt of every batch on every split.
    dataset : path-like
        The folder of the dataset.
    config : dict
        The merged config.
    outputs : list of path-like
        ``evaluations.csv``, ``cv_results.csv`` and ``provenance.json``.
    """
    search = next(search for search in config["searches"] if search["name"] == name)
    paths = SearchPaths.of(name, Path(dataset).parent)
    plans = read_plans(paths)
    sides = SIDES if search["return_train_score"] else SIDES[:1]
    evaluations = read_evaluations(paths, plans, receipts, scorer_names(search["scoring"]), sides)
    lines = {
        "failures": failure_line(evaluations, config["retry_failed"]),
        "missing": missing_line(evaluations),
        "warnings": warning_line(evaluations),
        "cost": cost_line(evaluations.costs),
    }
    messages = {about: line for about, line in lines.items() if line}
    # This writes to the log. A job on a cluster has no console. The controller shows the messages at the end.
    print(*messages.values(), sep="\n")
    parameters = {parameter for subspace in subspaces(search["param_distributions"]) for parameter in subspace}
    tables = {
        "cv_results.csv": csv_bytes(cv_results(evaluations, parameters)),
        "evaluations.csv": csv_bytes(evaluation_columns(evaluations)),
    }
    written = {Path(path).name: path for path in outputs}
    for table, content in tables.items():
        write_atomically(written[table], content)
    about = provenance(evaluations, config, read_about(dataset), tables)
    write_json(written["provenance.json"], about | {"messages": messages})


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.wildcards.search,
            snakemake.input.receipts,
            Path(snakemake.input.about).parent,
            snakemake.params.config,
            list(snakemake.output),
        )

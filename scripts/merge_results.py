"""Merge every evaluation of a search into its tables."""

from pathlib import Path

from cvsearch.candidates.batches import MAX_BATCH_SIZE
from cvsearch.candidates.plan import read_plans
from cvsearch.console import job, say
from cvsearch.data.dataset import read_about
from cvsearch.files import write_atomically, write_json
from cvsearch.layout import SearchPaths
from cvsearch.results.evaluations import read_evaluations
from cvsearch.results.messages import cost_line, failure_line
from cvsearch.results.provenance import best_of, provenance
from cvsearch.results.storage import csv_bytes
from cvsearch.results.tables import cv_results, evaluation_columns


def main(name, receipts, dataset, config, outputs):
    """Write a search's tables, its best candidate, and where they came from.

    Parameters
    ----------
    name : str
        Of the search.
    receipts : list of path-like
        Of every batch on every split.
    dataset : path-like
        Folder.
    config : dict
        The merged config.
    outputs : list of path-like
        ``evaluations.csv``, ``cv_results.csv``, ``best.json`` and ``provenance.json``.
    """
    search = next(search for search in config["searches"] if search["name"] == name)
    scorers = search["scoring"] if isinstance(search["scoring"], list) else ["score"]
    paths = SearchPaths.of(name)
    plans = read_plans(paths)
    evaluations = read_evaluations(paths, plans, receipts, scorers)
    most = min(len(evaluations.params), MAX_BATCH_SIZE)
    lines = (
        failure_line(name, evaluations, config["retry_failed"]),
        cost_line(evaluations.costs, plans[-1].batch_size, most),
    )
    messages = [line for line in lines if line]
    for message in messages:
        say(f"{name}: {message}")
    results = cv_results(evaluations)
    tables = {"cv_results.csv": csv_bytes(results), "evaluations.csv": csv_bytes(evaluation_columns(evaluations))}
    written = {Path(path).name: path for path in outputs}
    for table, content in tables.items():
        write_atomically(written[table], content)
    write_json(written["best.json"], best_of(evaluations, results))
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

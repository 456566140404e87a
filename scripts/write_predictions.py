"""Write the predictions of the best candidate of a search for the test samples of every split."""

from pathlib import Path

from cvsearch.candidates.plan import read_plans
from cvsearch.console import job, say
from cvsearch.files import read_json, write_atomically
from cvsearch.layout import SearchPaths
from cvsearch.results.predictions import Predictions, prediction_columns, readable
from cvsearch.results.storage import csv_bytes, parquet_of


def main(name, best, output):
    """Write the kept predictions of the best candidate. The suffix of `output` selects CSV or Parquet.

    Parameters
    ----------
    name : str
        Name of the search.
    best : path-like
        ``best.json``.
    output : path-like
    """
    paths = SearchPaths(Path(best).parent)
    predictions = Predictions(paths, read_plans(paths))
    candidate = read_json(best, "run the same command with --forcerun choose_best")["candidate"]
    columns = prediction_columns(predictions, candidate)
    if not len(columns["split"]):
        say(f"{name}: the predictions of the best candidate cannot be kept, so {output} has no rows")
    is_csv = Path(output).suffix == ".csv"
    write_atomically(output, csv_bytes(readable(columns)) if is_csv else parquet_of(columns))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(snakemake.wildcards.search, snakemake.input.best, snakemake.output[0])

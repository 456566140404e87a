"""Choose the best candidate of a search. If there is none, end with the reason."""

from pathlib import Path

from cvsearch.candidates.plan import read_plans
from cvsearch.console import job
from cvsearch.files import write_json
from cvsearch.layout import SearchPaths
from cvsearch.results.best import best_of


def main(paths, retry_failed):
    """Write the best candidate of a finished search.

    Parameters
    ----------
    paths : SearchPaths
    retry_failed : int
        retry_failed of the config.
    """
    write_json(paths.best, best_of(paths, read_plans(paths), retry_failed))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        paths = SearchPaths(Path(snakemake.output[0]).parent)
        main(paths, snakemake.params.conditions["retry_failed"])

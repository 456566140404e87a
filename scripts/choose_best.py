"""Choose the best candidate of a search; end with the reason where there is none."""

from cvsearch.candidates.plan import read_plans
from cvsearch.console import job
from cvsearch.files import write_json
from cvsearch.layout import SearchPaths
from cvsearch.results.best import best_of


def main(name, retry_failed, output):
    """Write the best candidate of a finished search.

    Parameters
    ----------
    name : str
        Of the search.
    retry_failed : int
        Of the config.
    output : path-like
    """
    paths = SearchPaths.of(name)
    write_json(output, best_of(paths, read_plans(paths), retry_failed))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(snakemake.wildcards.search, snakemake.params.conditions["retry_failed"], snakemake.output[0])

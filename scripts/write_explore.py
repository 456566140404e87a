"""Write the interactive page of a search."""

from cvsearch.console import job
from cvsearch.files import write_atomically
from cvsearch.report.explore import explore_page
from cvsearch.results.storage import read_table


def main(table, evaluations, space, title, output):
    """Write the page to `output`, from the tables ``cv_results.csv`` and ``evaluations.csv``."""
    page = explore_page(read_table(table), read_table(evaluations), space, title)
    write_atomically(output, page.encode())


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.input.table,
            snakemake.input.evaluations,
            snakemake.params.space,
            snakemake.wildcards.search,
            snakemake.output[0],
        )

"""Tabulate the ten best candidates for the report."""

from cvsearch.console import job
from cvsearch.files import write_atomically
from cvsearch.report.best_table import best_rows, page
from cvsearch.results.storage import read_table


def main(table, title, output):
    """Write the best candidates of the table `table` to `output`."""
    rows = best_rows(read_table(table))
    write_atomically(output, page(rows, f"{title}: the {len(rows)} best candidates").encode())


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(snakemake.input.table, snakemake.wildcards.search, snakemake.output[0])

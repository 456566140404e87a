"""Draw the parameter map."""

from cvsearch.console import job
from cvsearch.report.figure import save
from cvsearch.report.parameter_map import draw_map
from cvsearch.results.storage import read_table


def main(table, space, title, outputs):
    """Draw the map of the table `table` to each path of `outputs`."""
    figure = draw_map(read_table(table), space, title)
    for path in outputs:
        save(figure, path)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.input.table,
            snakemake.params.space,
            snakemake.wildcards.search,
            [snakemake.output.png, snakemake.output.svg],
        )

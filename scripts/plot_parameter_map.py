"""Draw the parameter map."""

from pathlib import Path

from cvsearch.console import job
from cvsearch.layout import SearchPaths
from cvsearch.report.figure import save
from cvsearch.report.parameter_map import draw_map
from cvsearch.results.baselines import read_baselines
from cvsearch.results.storage import read_table


def main(table, space, title, outputs):
    """Draw the map of the table `table`, with the baselines beside it, to each path of `outputs`."""
    baselines = read_baselines(SearchPaths(Path(table).parent))
    means = {name: baseline.mean for name, baseline in baselines.items() if baseline.mean == baseline.mean}
    figure = draw_map(read_table(table), space, title, means)
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

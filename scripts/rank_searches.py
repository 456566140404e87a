"""Rank the searches of a config by their best candidates."""

from cvsearch.console import job
from cvsearch.layout import SearchPaths
from cvsearch.report.leaderboard import write_leaderboard
from cvsearch.results.leaderboard import leaderboard


def main(searches):
    """Write the table and the figure of the searches of these names."""
    write_leaderboard(leaderboard([SearchPaths.of(name) for name in searches]))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(snakemake.params.searches)

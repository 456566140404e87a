"""Rank the searches of a config by their best candidates."""

from pathlib import Path

from cvsearch.console import job
from cvsearch.layout import SearchPaths
from cvsearch.report.leaderboard import write_leaderboard
from cvsearch.results.leaderboard import leaderboard


def main(folders, table, figure):
    """Write the table and the figure for the searches in these folders."""
    write_leaderboard(leaderboard([SearchPaths(folder) for folder in folders]), table, figure)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main([Path(table).parent for table in snakemake.input.tables], *snakemake.output)

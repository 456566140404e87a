"""Draw all pictures of a search, and tabulate its best candidates: in one job, for most of what a picture costs is the start."""

from pathlib import Path

from cvsearch.console import job
from cvsearch.files import write_atomically
from cvsearch.layout import SearchPaths
from cvsearch.report.best_table import best_rows, page
from cvsearch.report.curve import draw_curve
from cvsearch.report.failures import draw_failures
from cvsearch.report.figure import close, save
from cvsearch.report.fit_time import draw_fit_time
from cvsearch.report.importance_bars import draw_importance
from cvsearch.report.parameter_map import draw_map
from cvsearch.report.slices import draw_slices
from cvsearch.report.train_test import draw_train_test
from cvsearch.results.baselines import read_baselines
from cvsearch.results.storage import read_table


def main(table, evaluations, space, is_random, title, outputs):
    """Draw the pictures of one search, and write its ten best candidates.

    Parameters
    ----------
    table, evaluations : path-like
        ``cv_results.csv`` and ``evaluations.csv``.
    space : dict or list of dict
        Of the config.
    is_random : bool
        Whether candidates are independent random draws.
    title : str
    outputs : dict of str to path-like
        ``best``, ``map``, ``map_svg``, ``slices``, ``train_test``, ``fit_time``, ``curve``, ``importance`` and ``failures``.
    """
    baselines = read_baselines(SearchPaths(Path(table).parent))
    means = {name: baseline.mean for name, baseline in baselines.items() if baseline.mean == baseline.mean}
    results, rows = read_table(table), read_table(evaluations)
    best = best_rows(results)
    write_atomically(outputs["best"], page(best, f"{title}: the {len(best)} best candidates").encode())
    _draw(draw_map(results, space, title, means), outputs["map"], outputs["map_svg"])
    _draw(draw_slices(results, space, title), outputs["slices"])
    _draw(draw_train_test(results, title), outputs["train_test"])
    _draw(draw_fit_time(results, title), outputs["fit_time"])
    _draw(draw_curve(results, is_random, title), outputs["curve"])
    _draw(draw_importance(results, space, title), outputs["importance"])
    _draw(draw_failures(results, rows, space, title), outputs["failures"])


def _draw(figure, *paths):
    for path in paths:
        save(figure, path)
    close(figure)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.input.table,
            snakemake.input.evaluations,
            snakemake.params.space,
            snakemake.params.is_random,
            snakemake.wildcards.search,
            dict(snakemake.output.items()),
        )

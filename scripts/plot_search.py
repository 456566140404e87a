"""Draw all pictures of a search, and write the tables of its best candidates.

One job does all of this, because the start of a job costs more than most pictures.
"""

from pathlib import Path

from cvsearch.console import job
from cvsearch.data.splits import read_split_about
from cvsearch.files import write_atomically
from cvsearch.layout import SearchPaths
from cvsearch.report.best_table import best_rows, cut_table, page
from cvsearch.report.curve import draw_curve
from cvsearch.report.failures import draw_failures
from cvsearch.report.figure import close, save
from cvsearch.report.fit_time import draw_fit_time
from cvsearch.report.importance import importance_of
from cvsearch.report.importance_bars import draw_importance
from cvsearch.report.pair_maps import draw_pairs
from cvsearch.report.parameter_map import draw_map
from cvsearch.report.slices import draw_slices
from cvsearch.report.train_test import draw_train_test
from cvsearch.results.baselines import read_baselines
from cvsearch.results.statistics.comparison import FEWEST_SPLITS, like_the_best, mean_ratio
from cvsearch.results.storage import read_table, scorer_of


def outlined(table, splits):
    """Return which candidates the red line on the map surrounds: those that cannot be distinguished from the best one.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    splits : sequence of dict
        What ``{split}.json`` says about each split.

    Returns
    -------
    ndarray of bool of shape (n_candidates,), or None
        None if there are too few splits to tell, or if no candidate has a mean score.
    """
    import numpy as np

    scorer = scorer_of(table)
    scores = table[[f"split{split}_test_{scorer}" for split in range(len(splits))]].to_numpy(dtype=float)
    if len(splits) < FEWEST_SPLITS or not np.isfinite(scores.mean(axis=1)).any():
        return None
    best = int(np.flatnonzero(table[f"rank_test_{scorer}"] == 1)[0])
    return like_the_best(scores, best, mean_ratio(splits))


def main(table, evaluations, splits, space, draws_go_on, title, outputs):
    """Draw the pictures of one search, and write its ten best candidates.

    Parameters
    ----------
    table, evaluations : path-like
        ``cv_results.csv`` and ``evaluations.csv``.
    splits : sequence of path-like
        The file about each split.
    space : dict or list of dict
        param_distributions of the config.
    draws_go_on : bool
        Whether the candidates are independent random draws, and the space has more of them.
    title : str
    outputs : dict of str to path-like
        ``best``, ``candidates``, ``map``, ``map_svg``, ``pairs``, ``slices``, ``train_test``, ``fit_time``, ``curve``,
        ``importance`` and ``failures``.
    """
    baselines = read_baselines(SearchPaths(Path(table).parent))
    means = {name: baseline.mean for name, baseline in baselines.items() if baseline.mean == baseline.mean}
    results, rows = read_table(table), read_table(evaluations)
    best = best_rows(results)
    write_atomically(outputs["best"], page(best, f"{title}: the {len(best)} best candidates").encode())
    write_atomically(outputs["candidates"], cut_table(table, results))
    alike = outlined(results, list(map(read_split_about, splits)))
    _draw(draw_map(results, space, title, means, alike), outputs["map"], outputs["map_svg"])
    importance = importance_of(results, space)
    _draw(draw_pairs(results, space, title, importance, means, alike), outputs["pairs"])
    _draw(draw_slices(results, space, title, means), outputs["slices"])
    _draw(draw_train_test(results, title, means), outputs["train_test"])
    _draw(draw_fit_time(results, title, means), outputs["fit_time"])
    _draw(draw_curve(results, draws_go_on, title, means), outputs["curve"])
    _draw(draw_importance(importance, title), outputs["importance"])
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
            snakemake.input.splits,
            snakemake.params.space,
            snakemake.params.draws_go_on,
            snakemake.wildcards.search,
            dict(snakemake.output.items()),
        )

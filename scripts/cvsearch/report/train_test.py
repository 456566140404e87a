"""A figure of train scores against test scores. It shows which candidates fit little more than the training side."""

from collections.abc import Mapping
from typing import Any

from cvsearch.report.axes import parameter_axis
from cvsearch.report.canvas import (
    CHARACTER,
    INK,
    LONGEST_TITLE,
    add_bar,
    add_baselines,
    add_legend,
    draw_candidates,
    ring_best,
    worst_first,
    write_side,
)
from cvsearch.report.figure import pyplot, words_alone
from cvsearch.report.scores import Scores
from cvsearch.report.words import cut
from cvsearch.results.storage import scorer_of

# In inches: the figure, and the lengths of its axes.
WIDTH, HEIGHT, VERTICAL, HORIZONTAL = 7.2, 5.0, 3.7, 5.2


def draw_train_test(table: Any, title: str, baselines: Mapping[str, float] | None = None) -> Any:
    """Return a figure of the mean test score over the mean train score of every candidate.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    title : str
    baselines : mapping of str to float, optional
        Baseline to its mean test score.

    Returns
    -------
    matplotlib.figure.Figure
    """
    scorer = scorer_of(table)
    what = "train against test"
    if f"mean_train_{scorer}" not in table:
        return words_alone(
            f"{cut(title, LONGEST_TITLE)}: {what}", "There are no train scores: return_train_score is false."
        )
    name = "mean train score" if scorer == "score" else f"mean train {scorer}"
    table = worst_first(table)
    train = [None if mean != mean else mean for mean in table[f"mean_train_{scorer}"].tolist()]
    horizontal = parameter_axis(name, train, [], none="missing")
    return draw_against(table, horizontal, title, what, baselines, diagonal=True)


def draw_against(
    table: Any,
    horizontal: Any,
    title: str,
    what: str,
    baselines: Mapping[str, float] | None = None,
    diagonal: bool = False,
) -> Any:
    """Return a figure of the mean test score over another number of each candidate.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv`` in the order of `worst_first`.
    horizontal : Axis
    title, what : str
    baselines : mapping of str to float, optional
        Baseline to its mean test score.
    diagonal : bool
        Whether to draw the line on which both numbers are equal.
    """
    scores = Scores(table)
    vertical = scores.axis()
    figure, ax = pyplot().subplots(figsize=(WIDTH, HEIGHT), layout="constrained")
    points = draw_candidates(ax, horizontal, vertical, scores)
    if points is not None:
        add_baselines(baselines or {}, scores, [add_bar(figure, points, scores), ax], ax)
    if diagonal and horizontal.scale and vertical.scale:
        low = max(horizontal.scale[0], vertical.scale[0])
        high = min(horizontal.scale[1], vertical.scale[1])
        if low < high:
            ax.plot([low, high], [low, high], color=INK, linewidth=1, linestyle=(0, (4, 3)), label="both equal")
    ring_best(ax, horizontal, vertical, table, scores)
    ax.set_title(f"{cut(title, LONGEST_TITLE)}: {what}, {len(table):,} candidates", parse_math=False)
    write_side(ax, "y", vertical, VERTICAL)
    at_left = CHARACTER * max(len(text) for _, text in vertical.ticks + vertical.names)
    turned = write_side(ax, "x", horizontal, HORIZONTAL - at_left)
    figure.set_size_inches(WIDTH, HEIGHT + turned + add_legend(figure))
    return figure

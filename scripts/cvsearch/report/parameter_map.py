"""The parameter map. It shows which regions of the space score well."""

from collections.abc import Mapping
from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.report.axes import axes_of, parameter_axis
from cvsearch.report.canvas import (
    CHARACTER,
    LONGEST_TITLE,
    add_bar,
    add_baselines,
    add_legend,
    draw_candidates,
    outline_region,
    ring_best,
    worst_first,
    write_side,
)
from cvsearch.report.figure import pyplot
from cvsearch.report.scores import Scores
from cvsearch.report.words import cut

# In inches: the figure, the least length of the vertical axis, and the length of the horizontal axis with the texts at
# its left.
WIDTH, HEIGHT, VERTICAL, HORIZONTAL = 7.2, 5.4, 3.7, 5.2


def draw_map(
    table: Any, space: Space, title: str, baselines: Mapping[str, float] | None = None, alike: Any = None
) -> Any:
    """Return a figure of the parameter map.

    The first parameter is on the vertical axis and the second on the horizontal one. With one parameter, the mean test
    score is on the vertical axis. Candidates are drawn from worst to best. So if several share a place, the best is
    seen. All candidates are in the figure. Candidates outside the colours are triangles that point up or down.
    Candidates without a mean score are crosses. Baselines are lines on the colour bar, and on an axis of scores. The
    legend has their scores, and says which of them lie outside the colours.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        param_distributions of the config.
    title : str
    baselines : mapping of str to float, optional
        The mean test score of each baseline, by its name.
    alike : ndarray of bool of shape (n_candidates,), optional
        Which candidates cannot be distinguished from the best one, in the order of the table. If both sides are parameters, the
        region of these candidates is outlined.

    Returns
    -------
    matplotlib.figure.Figure
    """
    table = worst_first(table, alike)
    scores = Scores(table)
    axes = axes_of(table, space)
    vertical = axes[0] if len(axes) == 2 else scores.axis()
    horizontal = axes[-1] if axes else parameter_axis("candidate", table["candidate"].tolist(), [])

    figure, ax = pyplot().subplots(figsize=(WIDTH, HEIGHT), layout="constrained")
    points = draw_candidates(ax, horizontal, vertical, scores)
    if points is not None:
        bar = add_bar(figure, points, scores)
        add_baselines(baselines or {}, scores, [bar, ax] if len(axes) < 2 else [bar], ax)
    if len(axes) == 2:
        outline_region(ax, horizontal, vertical, table)
    ring_best(ax, horizontal, vertical, table, scores)
    ax.set_title(f"{cut(title, LONGEST_TITLE)}: {len(table):,} candidates", parse_math=False)
    at_left = CHARACTER * max(len(text) for _, text in vertical.ticks + vertical.names)
    write_side(ax, "y", vertical, VERTICAL)
    turned = write_side(ax, "x", horizontal, HORIZONTAL - at_left)
    figure.set_size_inches(WIDTH, HEIGHT + turned + add_legend(figure))
    return figure

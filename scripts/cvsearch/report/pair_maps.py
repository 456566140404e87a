"""A figure with a map for each pair of the parameters that matter most."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.report.axes import parameter_axes
from cvsearch.report.canvas import (
    add_bar,
    add_baselines,
    add_legend,
    draw_candidates,
    outline_region,
    ring_best,
    worst_first,
    write_side,
)
from cvsearch.report.figure import pyplot, words_alone
from cvsearch.report.scores import Scores
from cvsearch.report.words import cut
from cvsearch.results.importance import Importance

# At most this many parameters are paired.
MOST = 4

# In inches: a panel, and the sides of what is drawn in it. In square points: a candidate among few and among many, the
# ring.
PANEL, HIGH, ACROSS, UPWARDS, LARGEST, SMALLEST, RING = 3.7, 3.2, 2.5, 2.3, 25.0, 2.0, 80.0

LONGEST_TITLE = 50


def draw_pairs(
    table: Any,
    space: Space,
    title: str,
    importance: Mapping[str, Importance] | None,
    baselines: Mapping[str, float] | None = None,
    alike: Any = None,
) -> Any:
    """Return a figure with a map for each pair of the parameters that matter most, each map as in `draw_map`.

    The parameters are those with the largest importance. If the importance cannot be told, they are the parameters that
    show most of the space.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        param_distributions of the config.
    title : str
    importance : mapping of str to Importance, or None
        As `importance_of` returns it.
    baselines : mapping of str to float, optional
        The mean test score of each baseline, by its name.
    alike : ndarray of bool of shape (n_candidates,), optional
        Which candidates cannot be distinguished from the best one, in the order of the table.

    Returns
    -------
    matplotlib.figure.Figure
    """
    table = worst_first(table, alike)
    found = parameter_axes(table, space)
    names = [name for name in importance or found if name in found][:MOST]
    title = f"{cut(title, LONGEST_TITLE)}: pairs of parameters"
    if len(names) < 3:
        return words_alone(title, "No more than two parameters vary. The parameter map shows them.")
    if len(names) < len(found):
        title += f", the first {len(names)} of {len(found)} parameters"
    scores = Scores(table)
    pairs = list(itertools.combinations(names, 2))
    n_rows = math.ceil(len(pairs) / 3)
    figure, panels = pyplot().subplots(
        n_rows, 3, squeeze=False, figsize=(3 * PANEL, HIGH * n_rows), layout="constrained"
    )
    figure.get_layout_engine().set(wspace=0.06, hspace=0.06)
    turned = [0.0] * n_rows
    points = None
    size = min(LARGEST, max(SMALLEST, 200 / math.sqrt(len(table))))
    for i, (ax, (first, second)) in enumerate(zip(panels.flat, pairs, strict=True)):
        horizontal, vertical = found[second], found[first]
        points = draw_candidates(ax, horizontal, vertical, scores, size=size) or points
        outline_region(ax, horizontal, vertical, table)
        ring_best(ax, horizontal, vertical, table, scores, RING)
        write_side(ax, "y", vertical, UPWARDS)
        turned[i // 3] = max(turned[i // 3], write_side(ax, "x", horizontal, ACROSS))
    if points is not None:
        add_baselines(baselines or {}, scores, [add_bar(figure, points, scores, list(panels.flat))], panels[0, 0])
    figure.suptitle(title, parse_math=False, fontsize=11)
    figure.set_size_inches(3 * PANEL, HIGH * n_rows + 0.3 + sum(turned) + add_legend(figure))
    return figure

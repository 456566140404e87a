"""A figure of the score along each parameter, with running median and quantiles."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from cvsearch.candidates.space import Space
from cvsearch.report.axes import Axis, parameter_axes
from cvsearch.report.canvas import INK, add_baselines, add_legend, draw_candidates, worst_first, write_side
from cvsearch.report.figure import MARK, pyplot
from cvsearch.report.scores import Scores
from cvsearch.report.words import cut

# At most this many parameters are drawn. The parameters that show most of the space come first.
MOST = 12

# Quantiles around the median.
OUTER = (0.1, 0.9)

# The fewest candidates in a window, and the most windows.
LEAST_IN_WINDOW, MOST_WINDOWS = 10, 25

# In inches: a panel, and the sides of what is drawn in it.
PANEL, HIGH, ACROSS, UPWARDS = 3.6, 2.7, 2.6, 1.9

LONGEST_TITLE = 60


class Window(NamedTuple):
    """Candidates beside each other on an axis: their position, and the quantiles of their scores."""

    position: float
    low: float
    median: float
    high: float


def windows_of(numbers: Any, scores: Any) -> list[Window]:
    """Return windows along a scale, with equally many candidates each. If there are few numbers, each has a window.

    Parameters
    ----------
    numbers, scores : ndarray of shape (n_candidates,)
        A candidate with a NaN in one of the two is left out.
    """
    import numpy as np

    kept = ~np.isnan(numbers) & ~np.isnan(scores)
    numbers, scores = numbers[kept], scores[kept]
    order = np.argsort(numbers, kind="stable")
    distinct, starts = np.unique(numbers[order], return_index=True)
    if len(distinct) <= MOST_WINDOWS and len(distinct) * LEAST_IN_WINDOW <= len(numbers):
        groups = np.split(order, starts[1:])
    else:
        groups = np.array_split(order, max(1, min(MOST_WINDOWS, len(numbers) // LEAST_IN_WINDOW)))
    return [_window(np.median(numbers[rows]), scores[rows]) for rows in groups if len(rows)]


def _window(position: Any, scores: Any) -> Window:
    import numpy as np

    low, median, high = np.quantile(scores, [OUTER[0], 0.5, OUTER[1]])
    return Window(float(position), float(low), float(median), float(high))


def draw_slices(table: Any, space: Space, title: str, baselines: Mapping[str, float] | None = None) -> Any:
    """Return a figure with a panel for each parameter that varies.

    A panel shows the mean test score of all candidates over the values of the parameter.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        param_distributions of the config.
    title : str
    baselines : mapping of str to float, optional
        Baseline to its mean test score.

    Returns
    -------
    matplotlib.figure.Figure
    """
    table = worst_first(table)
    scores = Scores(table)
    vertical = scores.axis()
    found = parameter_axes(table, space)
    shown = list(found)[:MOST]
    n_columns = min(3, max(1, len(shown)))
    n_rows = math.ceil(len(shown) / n_columns) or 1
    width = max(2, n_columns) * PANEL
    figure, panels = pyplot().subplots(
        n_rows, n_columns, squeeze=False, figsize=(width, HIGH * n_rows), layout="constrained"
    )
    turned = [0.0] * n_rows
    across = ACROSS if n_columns > 1 else 2 * ACROSS
    for i, ax in enumerate(panels.flat):
        if i >= len(shown):
            ax.set_axis_off()
            continue
        horizontal = found[shown[i]]
        draw_candidates(ax, horizontal, vertical, scores, size=_size(len(table)))
        _draw_windows(ax, horizontal, vertical.numbers)
        write_side(ax, "y", vertical, UPWARDS)
        if i % n_columns:
            ax.set_ylabel("")
        turned[i // n_columns] = max(turned[i // n_columns], write_side(ax, "x", horizontal, across))
    left_out = "" if len(found) == len(shown) else f", the first {len(shown)} of {len(found)} parameters"
    add_baselines(baselines or {}, scores, list(panels.flat)[: len(shown)], panels[0, 0], "the scale")
    if not shown:
        panels[0, 0].text(0, 0.5, "No parameter varies.", fontsize=10)
    figure.suptitle(f"{cut(title, LONGEST_TITLE)}: score along each parameter{left_out}", parse_math=False, fontsize=11)
    figure.set_size_inches(width, HIGH * n_rows + 0.3 + sum(turned) + add_legend(figure))
    return figure


def _size(n_candidates: int) -> float:
    return min(20.0, max(2.0, 150 / math.sqrt(n_candidates)))


def _draw_windows(ax: Any, horizontal: Axis, scores: Any) -> None:
    """Draw median and quantiles. They are a line in a band along the scale, and a bar at each place beside it."""
    import numpy as np

    windows = windows_of(horizontal.numbers, scores)
    text = "median and middle 80 % of neighbours"
    if len(windows) > 1:
        positions, low, median, high = map(list, zip(*windows, strict=True))
        ax.fill_between(positions, low, high, color=INK, alpha=0.2, linewidth=0)
        ax.plot(positions, median, color=MARK, linewidth=1.5, label=text)
    beside = np.isnan(horizontal.numbers) & ~np.isnan(scores)
    for position in np.unique(horizontal.position[beside]).tolist():
        window = _window(position, scores[beside & (horizontal.position == position)])
        ax.vlines(position, window.low, window.high, color=MARK, alpha=0.6, linewidth=2.5)
        ax.plot([position], [window.median], marker="_", markersize=12, markeredgewidth=2, color=MARK, linestyle="none")

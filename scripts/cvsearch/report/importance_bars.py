"""Which parameters matter, as bars with intervals."""

from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.report.axes import ABSENT, LONGEST_LABEL, Axis, parameter_axes, parameter_values
from cvsearch.report.canvas import INK, LONGEST_TITLE
from cvsearch.report.figure import pyplot, words_alone
from cvsearch.report.scores import Scores
from cvsearch.report.words import cut
from cvsearch.results.importance import LEAST_TOP, TOP, Importance, Values, importances, values_on

# The most bars, and the height of a bar in inches.
MOST, BAR = 20, 0.34

WIDTH = 7.2


def importance_of(table: Any, space: Space) -> dict[str, Importance] | None:
    """Return the importance of every parameter that varies. Return None if there are too few candidates.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        param_distributions of the config.
    """
    axes = parameter_axes(table, space)
    columns = parameter_values(table, axes)
    values = {name: _values(axis, columns[name]) for name, axis in axes.items()}
    return importances(values, Scores(table).means)


def _values(axis: Axis, values: Any) -> Values:
    import numpy as np

    absent = np.array([value is ABSENT for value in values])
    return values_on(
        axis.numbers, np.where(absent, np.nan, axis.position), axis.scale, axis.whole and not axis.is_logarithmic
    )


def draw_importance(table: Any, space: Space, title: str) -> Any:
    """Return a figure of the importance of each parameter.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        param_distributions of the config.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = importance_of(table, space)
    bars = dict(list((found or {}).items())[:MOST])
    title = f"{cut(title, LONGEST_TITLE)}: which parameters matter"
    if not bars:
        least = round((LEAST_TOP - 1) / TOP) + 1
        return words_alone(title, f"Nothing to show: this needs {least} candidates with mean scores that differ.")
    figure, ax = pyplot().subplots(figsize=(WIDTH, 1.1 + BAR * max(2, len(bars))), layout="constrained")
    ax.set_title(title, parse_math=False)
    rows = range(len(bars))
    shares = [value.share for value in bars.values()]
    ends = [[v.share - v.low for v in bars.values()], [v.high - v.share for v in bars.values()]]
    # The interval of a bootstrap need not hold the share itself.
    ends = [[max(0.0, length) for length in side] for side in ends]
    ax.barh(rows, shares, height=0.6, color="#4477aa", alpha=0.75)
    ax.errorbar(shares, rows, xerr=ends, fmt="none", ecolor=INK, elinewidth=1.3, capsize=3)
    ax.set_yticks(rows, labels=[cut(name, LONGEST_LABEL) for name in bars])
    for label in ax.get_yticklabels():
        label.set_parse_math(False)
    ax.set(xlim=(0, max(1e-3, min(1.0, 1.05 * max(v.high for v in bars.values())))), ylim=(len(bars) - 0.5, -0.5))
    ax.grid(axis="x", color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    left_out = "" if len(bars) == len(found or {}) else f"; the first {MOST} of {len(found or {})}"
    ax.set_xlabel(f"share of the importance for being among the best {TOP:.0%}{left_out}")
    return figure

"""Which parameters matter, as bars with intervals."""

from collections.abc import Mapping
from typing import Any

from cvsearch.report.axes import LONGEST_LABEL
from cvsearch.report.canvas import INK, LONGEST_TITLE
from cvsearch.report.figure import pyplot, words_alone
from cvsearch.report.words import cut
from cvsearch.results.importance import LEAST_TOP, TOP, Importance

# The most bars, and the height of a bar in inches.
MOST, BAR = 20, 0.34

WIDTH = 7.2


def draw_importance(importance: Mapping[str, Importance] | None, title: str) -> Any:
    """Return a figure of the importance of each parameter.

    Parameters
    ----------
    importance : mapping of str to Importance, or None
        As `importance_of` returns it.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    found = importance or {}
    bars = dict(list(found.items())[:MOST])
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
    left_out = "" if len(bars) == len(found) else f"; the first {MOST} of {len(found)}"
    ax.set_xlabel(f"share of the importance for being among the best {TOP:.0%}{left_out}")
    return figure

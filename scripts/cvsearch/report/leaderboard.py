"""A figure that shows several searches beside each other."""

from typing import Any

from cvsearch.files import AnyPath, write_atomically
from cvsearch.report.figure import MARK, pyplot, save
from cvsearch.report.words import cut
from cvsearch.results.storage import csv_bytes
from cvsearch.results.tables import Columns

# In inches: the width of the figure, the height of what is around its rows, and the height of a row. A search has one
# row.
WIDTH, MARGIN, ROW = 7.2, 1.5, 0.45

# Length in characters.
LONGEST_NAME = 30

# How the mean of each baseline is drawn, in the row of its search.
MARKS: dict[str, dict[str, Any]] = {
    "default": {
        "marker": "D",
        "facecolors": "none",
        "edgecolors": "black",
        "label": "default: the estimator as written in the config",
    },
    "dummy": {"marker": "x", "color": "0.4", "label": "dummy: a guess"},
}


def draw_leaderboard(table: Any) -> Any:
    """Return a figure of the best candidate and the baselines of each search. The best search is on top.

    Parameters
    ----------
    table : DataFrame
        ``leaderboard.csv``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    plt = pyplot()
    figure, ax = plt.subplots(figsize=(WIDTH, MARGIN + ROW * max(len(table), 1)), layout="constrained")
    ax.grid(axis="x", color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    places = range(len(table))
    means, stds = table["mean_test_score"], table["std_test_score"]
    label = "best candidate, one standard deviation between splits to either side"
    ax.errorbar(means, places, xerr=stds.fillna(0), fmt="o", color=MARK, capsize=3, label=label)
    for name, look in MARKS.items():
        of_baseline = table[f"mean_test_{name}"]
        if of_baseline.notna().any():
            ax.scatter(of_baseline, places, s=40, zorder=3, **look)
    ax.set_yticks(places, labels=[cut(name, LONGEST_NAME) for name in table["search"]])
    for written in ax.get_yticklabels():
        written.set_parse_math(False)
    ax.set_ylim(max(len(table), 1) - 0.5, -0.5)
    ax.set_xlabel("mean test score")
    ax.set_title(f"{len(table):,} searches on the same splits")
    figure.legend(loc="outside lower center", ncols=1, frameon=False)
    return figure


def write_leaderboard(columns: Columns, table: AnyPath, figure: AnyPath) -> None:
    """Write ``leaderboard.csv`` and its figure."""
    import pandas as pd

    write_atomically(table, csv_bytes(columns))
    save(draw_leaderboard(pd.DataFrame(columns)), figure)

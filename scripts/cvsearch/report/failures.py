"""A figure of the evaluations that failed: for which reason, and where in the space."""

from collections import Counter
from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.report.axes import axes_of, parameter_axis
from cvsearch.report.canvas import LONGEST_TITLE, MANY, SMALLEST, add_legend, write_side
from cvsearch.report.figure import pyplot
from cvsearch.report.words import cut

# The commonest reasons have a colour each. The others share one colour. The colours are Paul Tol's "bright". The signs
# help readers without colour vision to tell the reasons apart.
COLOURS = ["#ee6677", "#4477aa", "#ccbb44", "#228833", "#aa3377"]
SIGNS = ["x", "s", "^", "D", "v"]
OTHER, OTHER_SIGN = "0.45", "+"

WIDTH, HEIGHT, VERTICAL, HORIZONTAL = 7.2, 4.6, 3.4, 6.0

LONGEST_REASON = 80


def reasons_of(evaluations: Any) -> Any:
    """Return the reason for each evaluation that failed or lacks a score.

    A reason is the status of the evaluation and the first line of its error.

    Parameters
    ----------
    evaluations : DataFrame
        ``evaluations.csv``.

    Returns
    -------
    DataFrame
        Columns ``candidate``, ``split`` and ``reason``.
    """
    bad = evaluations[(evaluations["status"] != "ok") | evaluations["error"].notna()]
    texts = bad["error"].fillna("").astype(str).str.split("\n").str[0].tolist()
    rows = bad[["candidate", "split"]].copy()
    rows["reason"] = [_reason(status, text) for status, text in zip(bad["status"], texts, strict=True)]
    return rows


def _reason(status: str, text: str) -> str:
    word = "undefined score" if status == "ok" else status.replace("_", " ")
    return f"{word}: {text}" if text else word


def draw_failures(table: Any, evaluations: Any, space: Space, title: str) -> Any:
    """Return a figure of the evaluations that failed, on the axes of the parameter map.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    evaluations : DataFrame
        ``evaluations.csv``.
    space : dict or list of dict
        param_distributions of the config.
    title : str

    Returns
    -------
    matplotlib.figure.Figure
    """
    failed = reasons_of(evaluations)
    table = table.sort_values("candidate").reset_index(drop=True)
    axes = axes_of(table, space)
    horizontal = axes[-1] if axes else parameter_axis("candidate", table["candidate"].tolist(), [])
    splits = parameter_axis("split", sorted(set(evaluations["split"].tolist())), [])
    vertical = axes[0] if len(axes) == 2 else splits
    figure, ax = pyplot().subplots(figsize=(WIDTH, HEIGHT), layout="constrained")
    ax.grid(color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    many = len(table) > MANY

    if len(axes) == 2:
        ax.scatter(
            horizontal.position,
            vertical.position,
            s=max(5, 20 - len(table) / 50),
            color="0.7",
            linewidths=0,
            rasterized=many,
        )
    counts = Counter(failed["reason"])
    named = [reason for reason, _ in counts.most_common(len(COLOURS))]
    groups = [(reason, failed["reason"] == reason) for reason in named]
    if len(counts) > len(named):
        groups.append((f"{len(counts) - len(named):,} other reasons", ~failed["reason"].isin(named)))
    looks = [*zip(COLOURS, SIGNS, strict=True), (OTHER, OTHER_SIGN)]
    for (text, members), (colour, sign) in zip(groups, looks, strict=False):
        rows = failed["candidate"][members].to_numpy()
        y = vertical.position[rows] if len(axes) == 2 else failed["split"][members].to_numpy()
        lines = {} if sign in "x+" else {"facecolors": "none", "edgecolors": colour}
        ax.scatter(
            horizontal.position[rows],
            y,
            s=max(SMALLEST * 2, 40 - len(table) / 50),
            marker=sign,
            color=None if lines else colour,
            linewidths=1,
            rasterized=many,
            label=f"{cut(text, LONGEST_REASON)} ({members.sum():,})",
            **lines,
        )
    count = f"{len(failed):,} of {len(evaluations):,} evaluations failed or lack a score"
    ax.set_title(f"{cut(title, LONGEST_TITLE)}: {count}", parse_math=False)
    write_side(ax, "y", vertical, VERTICAL)
    turned = write_side(ax, "x", horizontal, HORIZONTAL)
    figure.set_size_inches(WIDTH, HEIGHT + turned + add_legend(figure))
    return figure

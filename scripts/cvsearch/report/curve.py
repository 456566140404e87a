"""The search curve: the best score for each number of candidates. It tells whether more candidates would help."""

from collections.abc import Mapping
from typing import Any

from cvsearch.report.axes import number_ticks
from cvsearch.report.canvas import LONGEST_TITLE, add_baselines, add_legend
from cvsearch.report.figure import MARK, pyplot
from cvsearch.report.scores import Scores
from cvsearch.report.words import cut
from cvsearch.results.statistics.search_curve import LEVEL, best_so_far, search_curve

WIDTH, HEIGHT = 7.2, 4.2

# The curve is computed at this many numbers of candidates at most.
POINTS = 200

# With this many candidates or more, the axis of their numbers is logarithmic.
LOGARITHMIC = 50


def draw_curve(table: Any, draws_go_on: bool, title: str, baselines: Mapping[str, float] | None = None) -> Any:
    """Return a figure of the search curve.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    draws_go_on : bool
        Whether the candidates are independent random draws, and the space has more of them. The median best of m
        candidates has a meaning only then.
    title : str
    baselines : mapping of str to float, optional
        Baseline to its mean test score.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import numpy as np

    table = table.sort_values("candidate")
    scores = Scores(table)
    n_candidates = len(table)
    figure, ax = pyplot().subplots(figsize=(WIDTH, HEIGHT), layout="constrained")
    ax.grid(color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    if draws_go_on:
        m = np.unique(np.geomspace(1, n_candidates, min(n_candidates, POINTS)).round().astype(int))
        curve = search_curve(scores.means, m)
        two_sided = ~np.isnan(curve.high)
        # If there is no lower end, the best of m candidates may have no score at all.
        lowest = np.where(np.isnan(curve.low), -np.inf, curve.low)
        low = _within(lowest, scores)
        label = f"{LEVEL:.0%} interval at each number"
        ax.fill_between(
            m[two_sided],
            low[two_sided],
            _within(curve.high[two_sided], scores),
            color="#4477aa",
            alpha=0.25,
            linewidth=0,
            label=label,
        )
        beyond = m >= m[two_sided].max(initial=0)
        if (lowest[beyond] > -np.inf).any():
            ax.plot(m[beyond], low[beyond], color="#4477aa", linewidth=1, linestyle=":", label="interval's lower end")
        ax.plot(m, _within(curve.median, scores), color="#4477aa", linewidth=1.8, label="median of the best score")
    best = best_so_far(scores.means)
    numbers = np.arange(1, n_candidates + 1)
    ax.step(numbers, _within(best, scores), where="post", color=MARK, linewidth=1.5, label="best score so far")
    if n_candidates == 1:
        ax.plot(numbers, _within(best, scores), marker="o", color=MARK)
    if n_candidates >= LOGARITHMIC:
        ax.set_xscale("log")
        ticks = [10**k for k in range(len(str(n_candidates)))]
    else:
        ticks = [round(tick) for tick, _ in number_ticks(1, n_candidates, whole=True)]
    ax.set_xticks(ticks, labels=[f"{tick:,}" for tick in ticks])
    ax.minorticks_off()
    ax.set_xlabel("number of candidates")
    ax.set_ylabel(scores.label, parse_math=False)
    if len(scores.inside):
        margin = 0.04 * (scores.high - scores.low) or 0.5
        ax.set_ylim(scores.low - margin, scores.high + margin)
        positions, texts = zip(*number_ticks(scores.low, scores.high), strict=True)
        ax.set_yticks(positions, labels=texts)
    add_baselines(baselines or {}, scores, [ax], ax, "the scale")
    ax.set_title(f"{cut(title, LONGEST_TITLE)}: was the search enough?", parse_math=False)
    figure.set_size_inches(WIDTH, HEIGHT + add_legend(figure))
    return figure


def _within(values: Any, scores: Scores) -> Any:
    """Return scores cut at the ends of the colours, as on the map. NaN stays NaN."""
    import numpy as np

    return np.clip(values, scores.low, scores.high) if len(scores.inside) else np.full(len(values), np.nan)

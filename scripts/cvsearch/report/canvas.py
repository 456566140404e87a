"""Parts that several figures of candidates share: points, sides with their texts, and a legend below."""

import math
from collections.abc import Mapping
from typing import Any

from cvsearch.report.axes import Axis, number_ticks
from cvsearch.report.figure import COLORMAP, MARK, pyplot
from cvsearch.report.scores import Group, Scores
from cvsearch.report.words import score_text
from cvsearch.results.storage import scorer_of

# An SVG with more points than this holds them as one picture. Otherwise no viewer would open the file.
MANY = 2000

# In inches: the height of a line of the legend, the width of a character, the least distance between two labels.
LINE, CHARACTER, PITCH = 0.2, 0.075, 0.16

# Sizes in square points: a candidate among few, a candidate among many, the least for a candidate outside the colours,
# the ring, a sign in the legend.
LARGEST, SMALLEST, OUTSIDE, RING, SIGN = 60.0, 5.0, 20.0, 170.0, 30.0

# Baselines are lines on every scale of scores. They are black with a white rim, so no colour of the map hides them.
LINES = {"default": "-", "dummy": ":"}

# Lengths in characters.
LONGEST_TITLE, LONGEST_IN_TWO_COLUMNS = 50, 42

# For the outline of a region: the fewest candidates, the fewest values on each side, the cells on each side of the
# grid, the least width of the blur as a share of a side, and the weight of the share among all candidates at each
# place, as a number of candidates.
FEWEST_FOR_REGION, FEWEST_VALUES, GRID, NARROWEST, PRIOR = 20, 10, 150, 0.015, 2

# The colour of lines that are drawn over candidates.
INK = "#222222"


# A column that `worst_first` adds to the table.
ALIKE = "cannot be distinguished from the best"


def worst_first(table: Any, alike: Any = None) -> Any:
    """Return ``cv_results.csv`` in the order of drawing: the worst first, so the best of those at one place is seen.

    Parameters
    ----------
    table : DataFrame
    alike : ndarray of bool of shape (n_candidates,), optional
        Which candidates cannot be distinguished from the best one. It becomes a column, for `outline_region`.
    """
    if alike is not None:
        table = table.assign(**{ALIKE: alike})
    by = [f"mean_test_{scorer_of(table)}", "candidate"]
    return table.sort_values(by, ascending=[True, False], na_position="first").reset_index(drop=True)


def draw_candidates(ax: Any, horizontal: Axis, vertical: Axis, scores: Scores, size: float | None = None) -> Any:
    """Draw all candidates, coloured by their mean test score. Those without a colour have the shape of their group.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    horizontal, vertical : Axis
    scores : Scores
        Scores of the table, in the order of `worst_first`.
    size : float, optional
        Size of a point, in square points.

    Returns
    -------
    matplotlib.collections.PathCollection or None
        The coloured points. None if there are no such points.
    """
    n_candidates = len(scores.means)
    ax.grid(color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    size = size or min(LARGEST, max(SMALLEST, 375 / math.sqrt(n_candidates)))

    def scatter(members: Any, **look: Any) -> Any:
        look = {"s": size, "linewidths": 0, "rasterized": n_candidates > MANY} | look
        return ax.scatter(horizontal.position[members], vertical.position[members], **look)

    def scatter_groups(groups: list[Group], least: float) -> None:
        for group in groups:
            label = f"{group.text} ({len(group.members):,})"
            scatter(group.members, s=max(size, least), label=label, **group.look)

    points = None
    scatter_groups(scores.worse, OUTSIDE)
    if len(scores.inside):
        norm = pyplot().Normalize(scores.low, scores.high)
        points = scatter(scores.inside, c=scores.means[scores.inside], cmap=COLORMAP, norm=norm)
    scatter_groups(scores.better, OUTSIDE)
    scatter_groups(scores.without, SMALLEST)
    for axis in (vertical, horizontal):
        for text, count in axis.counts:
            ax.plot([], [], linestyle="none", label=f"{text} ({count:,})")
    return points


def ring_best(ax: Any, horizontal: Axis, vertical: Axis, table: Any, scores: Scores, size: float = RING) -> None:
    """Draw a ring around the best candidate. If several are equal, it is the one with the lowest number.

    `table` is in the order of `worst_first`.
    """
    ranked = (table[f"rank_test_{scorer_of(table)}"] == 1).to_numpy() & (scores.means == scores.means)
    first = table["candidate"][ranked].min()
    if first == first:  # NaN if no candidate has a mean
        [best] = table.index[table["candidate"] == first]
        label = f"best: candidate {first}, {score_text(scores.means[best].item())}"
        place = horizontal.position[[best]], vertical.position[[best]]
        ax.scatter(*place, s=size, facecolors="none", edgecolors=MARK, linewidths=2, label=label)


def outline_region(ax: Any, horizontal: Axis, vertical: Axis, table: Any) -> None:
    """Outline the region where most candidates cannot be distinguished from the best.

    Only the part of the map where both sides are scales is used. Two counts stand on a grid: all candidates, and the
    candidates that cannot be distinguished from the best. Both are blurred with one normal kernel. The kernel is
    narrower for more candidates. The second count divided by the first is the share. The line is where the share is a
    half. Places without candidates nearby are outside.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    horizontal, vertical : Axis
    table : DataFrame
        In the order of `worst_first`. If it has no column `ALIKE`, nothing is outlined. In that column, the best one
        counts too.
    """
    import numpy as np
    from matplotlib.patheffects import withStroke
    from scipy.ndimage import gaussian_filter

    if ALIKE not in table:
        return
    on_scales = ~np.isnan(horizontal.numbers) & ~np.isnan(vertical.numbers)
    few_values = any(len(np.unique(axis.numbers[on_scales])) < FEWEST_VALUES for axis in (horizontal, vertical))
    if on_scales.sum() < FEWEST_FOR_REGION or few_values:
        return
    sides = [np.linspace(*axis.ends, GRID + 1) for axis in (horizontal, vertical)]
    alike = table[ALIKE].to_numpy()
    members = on_scales & alike
    counts = [
        np.histogram2d(horizontal.numbers[rows], vertical.numbers[rows], bins=sides)[0] for rows in (on_scales, members)
    ]
    width = GRID * max(NARROWEST, 0.3 * on_scales.sum() ** -0.25)
    # Scaled so that a value is the number of candidates around a place.
    around = 4 * math.pi * width**2
    everyone, these = (gaussian_filter(count, width, mode="constant") * around for count in counts)
    # A few candidates like the best are not a region. So each share is drawn towards the share of all candidates.
    share = (these + PRIOR * members.sum() / on_scales.sum()) / (everyone + PRIOR)
    share[everyone < 1] = 0
    if not share.min() < 0.5 <= share.max():
        return
    middles = [(side[1:] + side[:-1]) / 2 for side in sides]
    lines = ax.contour(*middles, share.T, levels=[0.5], colors=[MARK], linewidths=1.5, zorder=2.5)
    lines.set_path_effects([withStroke(linewidth=3.5, foreground="white")])
    ax.plot([], [], color=MARK, linewidth=1.5, label=f"not distinguishable from best: {alike.sum() - 1:,}")


def add_bar(figure: Any, points: Any, scores: Scores, beside: Any = None) -> Any:
    """Add the colour bar beside some axes, and return the axes of the bar.

    An end of the bar is pointed if candidates lie outside the colours on that side.
    """
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    bar = figure.colorbar(points, ax=beside or points.axes, extend=extend[bool(scores.worse), bool(scores.better)])
    bar.set_label(scores.label, parse_math=False)
    positions, texts = zip(*number_ticks(scores.low, scores.high), strict=True)
    bar.set_ticks(positions, labels=texts)
    return bar.ax


def add_baselines(
    baselines: Mapping[str, float], scores: Scores, scales: list[Any], ax: Any, ends: str = "the colours"
) -> None:
    """Draw each baseline on the axes in `scales`, which show scores, and name the baseline in the legend of `ax`.

    Parameters
    ----------
    baselines : mapping of str to float
        Baseline to its mean test score.
    scores : Scores
    scales : list of matplotlib.axes.Axes
    ax : matplotlib.axes.Axes
    ends : str
        Words of the legend for the range of `scores`. A baseline may lie below or above it.
    """
    from matplotlib.patheffects import withStroke

    rim = [withStroke(linewidth=3, foreground="white")]
    for name, mean in baselines.items() if len(scores.inside) else ():
        look = {"color": "black", "linewidth": 1.4, "linestyle": LINES[name]}
        outside = ""
        if scores.low <= mean <= scores.high:
            for scale in scales:
                scale.axhline(mean, zorder=3, path_effects=rim, **look)
        else:
            outside = f", {'below' if mean < scores.low else 'above'} {ends}"
        ax.plot([], [], label=f"{name}: {score_text(mean)}{outside}", **look)


def write_side(ax: Any, side: str, axis: Axis, length: float) -> float:
    """Give the side "x" or "y" of a figure its ends and texts. The side is `length` inches long.

    Return the height in inches that turned texts need.
    """
    label, names = axis.label, axis.names
    scale = length / (axis.ends[1] - axis.ends[0])
    # If names are closer together than the height of a line, they would overlap. Then only one in `every` names is
    # written.
    apart = (names[1][0] - names[0][0]) * scale if len(names) > 1 else PITCH
    if (every := math.ceil(PITCH / apart - 1e-9)) > 1:
        names = names[::every]
        label = f"{label} ({len(axis.names):,} names, one in {every} written)"
    positions, texts = zip(*sorted([*axis.ticks, *names]), strict=True)
    ax.set(**{f"{side}lim": axis.ends, f"{side}ticks": positions})
    ax.set(**{f"{side}ticklabels": texts})
    for written in getattr(ax, f"get_{side}ticklabels")():
        written.set_parse_math(False)
    getattr(ax, f"set_{side}label")(label, parse_math=False)
    line, band = (ax.axvline, ax.axvspan) if side == "x" else (ax.axhline, ax.axhspan)
    for position in axis.breaks:
        line(position, color="0.7", linewidth=0.8, linestyle=(0, (4, 3)), zorder=0.6)
    if axis.strip:
        band(*axis.strip, color="0.94", linewidth=0, zorder=0.4)
    if side == "y" or _fit(positions, texts, scale):
        return 0.0
    ax.tick_params("x", rotation=70)
    for written in ax.get_xticklabels():
        written.set(horizontalalignment="right", rotation_mode="anchor")
    return CHARACTER * max(map(len, texts))


def _fit(positions: Any, texts: Any, scale: float) -> bool:
    """Return whether texts at these positions, times `scale` inches, stand beside each other and do not touch."""
    ends = [(x * scale, len(text) * CHARACTER / 2) for x, text in zip(positions, texts, strict=True)]
    return all(x + half + CHARACTER < y - other for (x, half), (y, other) in zip(ends, ends[1:], strict=False))


def add_legend(figure: Any) -> float:
    """Add a legend of all panels below the figure.

    Return the height in inches of the lines after the first one.
    """
    found: dict[str, Any] = {}
    for ax in figure.axes:
        for handle, text in zip(*ax.get_legend_handles_labels(), strict=True):
            found.setdefault(text, handle)
    if not found:
        return 0.0
    n_columns = 2 if max(map(len, found)) <= LONGEST_IN_TWO_COLUMNS else 1
    legend = figure.legend(found.values(), found, loc="outside lower center", ncols=n_columns, frameon=False)
    for text in legend.get_texts():
        text.set_parse_math(False)
    for handle in legend.legend_handles:
        if hasattr(handle, "set_sizes"):  # Points. They are small if there are many.
            handle.set_sizes([max(SIGN, *handle.get_sizes())])
    return LINE * (math.ceil(len(found) / n_columns) - 1)

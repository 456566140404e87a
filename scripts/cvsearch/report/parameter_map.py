"""The parameter map: which regions of the space score well."""

import math
from collections.abc import Mapping
from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.report.axes import Axis, axes_of, number_ticks, parameter_axis
from cvsearch.report.figure import COLORMAP, MARK, pyplot
from cvsearch.report.scores import Group, Scores
from cvsearch.report.words import cut, score_text
from cvsearch.results.storage import scorer_of

# Above this many points an SVG carries them as one picture, or no viewer opens it.
MANY = 2000

# In inches: the figure, a line of its legend, the width of a character, the least from one label to the next, the vertical axis
# at least, and the horizontal one with what is written at its left.
WIDTH, HEIGHT, LINE, CHARACTER, PITCH, VERTICAL, HORIZONTAL = 7.2, 5.4, 0.2, 0.075, 0.16, 3.7, 5.2

# In square points: a candidate among few and among many, one outside the colours at least, the ring, a sign in the legend.
LARGEST, SMALLEST, OUTSIDE, RING, SIGN = 60.0, 5.0, 20.0, 170.0, 30.0

# Baselines are lines on every scale of scores, in black with a white rim: no colour of the map hides them.
LINES = {"default": "-", "dummy": ":"}

# In characters.
LONGEST_TITLE, LONGEST_IN_TWO_COLUMNS = 50, 42


def draw_map(table: Any, space: Space, title: str, baselines: Mapping[str, float] | None = None) -> Any:
    """Return a figure of the parameter map.

    The first parameter upwards, the second to the right; with one parameter its mean test score upwards. Candidates are drawn
    from worst to best, so where several share a place the best is seen. All candidates are in the figure: those outside the
    colours are triangles that point there, those without a mean score are crosses. Baselines are lines on the colour bar, and on
    an axis of scores; the legend has their scores, and says which lie outside.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        Of the config.
    title : str
    baselines : mapping of str to float, optional
        Baseline to its mean test score.

    Returns
    -------
    matplotlib.figure.Figure
    """
    plt = pyplot()
    scorer = scorer_of(table)
    table = table.sort_values([f"mean_test_{scorer}", "candidate"], ascending=[True, False], na_position="first")
    table = table.reset_index(drop=True)
    scores = Scores(table)
    axes = axes_of(table, space)
    vertical = axes[0] if len(axes) == 2 else scores.axis()
    horizontal = axes[-1] if axes else parameter_axis("candidate", table["candidate"].tolist(), [])

    figure, ax = plt.subplots(figsize=(WIDTH, HEIGHT), layout="constrained")
    ax.grid(color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    size = min(LARGEST, max(SMALLEST, 375 / math.sqrt(len(table))))

    def scatter(members: Any, **look: Any) -> Any:
        look = {"s": size, "linewidths": 0, "rasterized": len(table) > MANY} | look
        return ax.scatter(horizontal.position[members], vertical.position[members], **look)

    def scatter_groups(groups: list[Group], least: float) -> None:
        for group in groups:
            label = f"{group.text} ({len(group.members):,})"
            scatter(group.members, s=max(size, least), label=label, **group.look)

    scatter_groups(scores.worse, OUTSIDE)
    if len(scores.inside):
        colours = {"c": scores.means[scores.inside], "cmap": COLORMAP, "norm": plt.Normalize(scores.low, scores.high)}
        bar = _add_bar(figure, scatter(scores.inside, **colours), scores)
        _add_baselines(baselines or {}, scores, [bar, ax] if len(axes) < 2 else [bar], ax)
    scatter_groups(scores.better, OUTSIDE)
    scatter_groups(scores.without, SMALLEST)
    for axis in (vertical, horizontal):
        for text, count in axis.counts:
            ax.plot([], [], linestyle="none", label=f"{text} ({count:,})")
    first = table["candidate"][(table[f"rank_test_{scorer}"] == 1) & table[f"mean_test_{scorer}"].notna()].min()
    if first == first:  # NaN where nobody has a mean
        [best] = table.index[table["candidate"] == first]
        label = f"best: candidate {first}, {score_text(scores.means[best].item())}"
        scatter([best], s=RING, facecolors="none", edgecolors=MARK, linewidths=2, rasterized=False, label=label)

    ax.set_title(f"{cut(title, LONGEST_TITLE)}: {len(table):,} candidates", parse_math=False)
    at_left = CHARACTER * max(len(text) for _, text in vertical.ticks + vertical.names)
    _write(ax, "y", vertical, VERTICAL)
    turned = _write(ax, "x", horizontal, HORIZONTAL - at_left)
    figure.set_size_inches(WIDTH, HEIGHT + turned + _add_legend(figure, ax))
    return figure


def _add_bar(figure: Any, points: Any, scores: Scores) -> Any:
    """Add the colour bar, pointed where candidates lie outside the colours; return its axes."""
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}
    bar = figure.colorbar(points, ax=points.axes, extend=extend[bool(scores.worse), bool(scores.better)])
    bar.set_label(scores.label, parse_math=False)
    positions, texts = zip(*number_ticks(scores.low, scores.high), strict=True)
    bar.set_ticks(positions, labels=texts)
    return bar.ax


def _add_baselines(baselines: Mapping[str, float], scores: Scores, scales: list[Any], ax: Any) -> None:
    """Draw each baseline on scales of scores, and name it in the legend of `ax`."""
    from matplotlib.patheffects import withStroke

    rim = [withStroke(linewidth=3, foreground="white")]
    for name, mean in baselines.items():
        look = {"color": "black", "linewidth": 1.4, "linestyle": LINES[name]}
        outside = (
            "" if scores.low <= mean <= scores.high else f", {'below' if mean < scores.low else 'above'} the colours"
        )
        if not outside:
            for scale in scales:
                scale.axhline(mean, zorder=3, path_effects=rim, **look)
        ax.plot([], [], label=f"{name}: {score_text(mean)}{outside}", **look)


def _write(ax: Any, side: str, axis: Axis, length: float) -> float:
    """Give the side "x" or "y" of a figure its ends and texts, on `length` inches; return the height that turned texts need."""
    label, names = axis.label, axis.names
    scale = length / (axis.ends[1] - axis.ends[0])
    # Names closer together than a line is high would overlap: then one in so many is written.
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
    """Whether texts stand beside each other without touching, at these positions times `scale` inches."""
    ends = [(x * scale, len(text) * CHARACTER / 2) for x, text in zip(positions, texts, strict=True)]
    return all(x + half + CHARACTER < y - other for (x, half), (y, other) in zip(ends, ends[1:], strict=False))


def _add_legend(figure: Any, ax: Any) -> float:
    """Add the legend; return the height in inches that its lines after the first need."""
    texts = ax.get_legend_handles_labels()[1]
    if not texts:
        return 0.0
    n_columns = 2 if max(map(len, texts)) <= LONGEST_IN_TWO_COLUMNS else 1
    legend = figure.legend(loc="outside lower center", ncols=n_columns, frameon=False)
    for text in legend.get_texts():
        text.set_parse_math(False)
    for handle in legend.legend_handles:
        if hasattr(handle, "set_sizes"):  # Points, which among many are small.
            handle.set_sizes([max(SIGN, *handle.get_sizes())])
    return LINE * (math.ceil(len(texts) / n_columns) - 1)

"""The parameter map: which regions of the space score well."""

import math
from typing import Any

from cvsearch.candidates.space import Space, bounds, is_logarithmic, subspaces
from cvsearch.report.figure import COLORMAP, MARK, pyplot
from cvsearch.results.storage import scorer_of

# Above this many points an SVG carries them as one picture, or no viewer opens it.
MANY = 2000


class Axis:
    """One parameter as an axis: its label, its ends, its ticks, and where candidates stand on it.

    Parameters
    ----------
    name : str
    values : Series of shape (n_candidates,)
        Missing where a candidate does not have the parameter.
    entries : list
        Its entries in the sub-spaces of the config; the first says whether the axis is logarithmic.

    Attributes
    ----------
    position : ndarray of shape (n_candidates,)
        NaN where a candidate does not have the parameter.
    label : str
    limits : tuple of float or None
        The ends of the space, so that what was not searched shows and the picture stays as the search grows.
    ticks : list of str or None
        Names of positions 0, 1, … where values are no numbers.
    n_values : int
    """

    def __init__(self, name: str, values: Any, entries: list[Any]) -> None:
        import numpy as np
        import pandas as pd

        self.label = name
        self.ticks: list[str] | None = None
        self.limits: tuple[float, float] | None = None
        given = values.notna()
        self.n_values = values.nunique()
        numeric = pd.to_numeric(values, errors="coerce")
        if values.dtype != bool and numeric[given].notna().all() and given.any():
            logarithmic = is_logarithmic(entries[0]) and (numeric[given] > 0).all()
            scale = np.log10 if logarithmic else np.asarray
            self.position = scale(numeric.to_numpy(dtype=float))
            self.label = f"log10 {name}" if logarithmic else name
            ends = bounds(entries)
            if ends and (ends[0] > 0 or not logarithmic):
                self.limits = tuple(scale(ends).tolist())
        else:
            names = sorted(values[given].astype(str).unique())
            self.ticks = [text if len(text) <= 24 else text[:23] + "…" for text in names]
            places = {text: float(i) for i, text in enumerate(names)}
            self.position = values.astype(str).map(places).to_numpy(dtype=float)


def axes_of(table: Any, space: Space) -> list[Axis]:
    """Return the axes of a map: the two parameters that take the most values, numbers before names.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    space : dict or list of dict
        Of the config; its order breaks ties.

    Returns
    -------
    list of Axis
        Two of them, or one where the space has no more.
    """
    entries: dict[str, list[Any]] = {}
    for subspace in subspaces(space):
        for name, entry in subspace.items():
            entries.setdefault(name, []).append(entry)
    axes = [Axis(name, table[f"param_{name}"], found) for name, found in entries.items()]
    chosen = sorted(axes, key=lambda axis: (axis.ticks is not None, -axis.n_values))[:2]
    return sorted(chosen, key=axes.index)


def colour_range(table: Any) -> tuple[float, float]:
    """Return the scores at the ends of the colour scale.

    From the worst to the best mean, but never narrower than one standard deviation between splits to either side: what is
    smaller than that is noise, and should not look like a region.
    """
    scorer = scorer_of(table)
    low, high = table[f"mean_test_{scorer}"].min(), table[f"mean_test_{scorer}"].max()
    missing = max(0.0, 2 * table[f"std_test_{scorer}"].median() - (high - low))
    return low - missing / 2, high + missing / 2


def draw_map(table: Any, space: Space, title: str) -> Any:
    """Return a figure of the parameter map.

    The first parameter upwards, the second to the right; with one parameter its mean test score upwards. Candidates are drawn
    from worst to best, so where several share a place the best is seen.
    """
    plt = pyplot()
    scorer = scorer_of(table)
    table = table.sort_values([f"mean_test_{scorer}", "candidate"], ascending=[True, False], na_position="first")
    axes = axes_of(table, space)
    scores = table[f"mean_test_{scorer}"].to_numpy()
    vertical, horizontal = (axes[0].position, axes[1].position) if len(axes) == 2 else (scores, axes[0].position)
    failed = table[f"mean_test_{scorer}"].isna().to_numpy()
    size = min(60.0, max(5.0, 1500 / math.sqrt(len(table)) / 4))

    figure, ax = plt.subplots(figsize=(7.2, 5.4), layout="constrained")
    ax.grid(color="0.92", linewidth=0.6)
    ax.set_axisbelow(True)
    points = ax.scatter(
        horizontal[~failed],
        vertical[~failed],
        c=scores[~failed],
        s=size,
        cmap=COLORMAP,
        norm=plt.Normalize(*colour_range(table)),
        linewidths=0,
        rasterized=len(table) > MANY,
    )
    if failed.any():
        height = vertical[failed] if len(axes) == 2 else [ax.get_ylim()[0]] * int(failed.sum())
        ax.scatter(
            horizontal[failed], height, marker="x", c="0.6", s=size, linewidths=0.8, label=f"failed ({failed.sum():,})"
        )
    best = table.index[table[f"rank_test_{scorer}"] == 1].min()
    at = table.index.get_loc(best)
    mark = f"best: candidate {table['candidate'][best]}, {scores[at]:.4f}"
    ax.scatter(
        horizontal[at], vertical[at], marker="o", s=170, facecolors="none", edgecolors=MARK, linewidths=2, label=mark
    )
    name = "mean test score" if scorer == "score" else f"mean test {scorer}"
    figure.colorbar(points, ax=ax, label=name)
    _mark(ax, "x", axes[-1])
    if len(axes) == 2:
        _mark(ax, "y", axes[0])
    else:
        ax.set_ylabel(name)
    ax.set_title(f"{title}: {len(table):,} candidates")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _mark(ax: Any, side: str, axis: Axis) -> None:
    """Name one side of a figure, "x" or "y", and let it span the space."""
    ax.set(**{f"{side}label": axis.label})
    if axis.ticks is not None and len(axis.ticks) <= 30:
        ax.set(**{f"{side}ticks": range(len(axis.ticks)), f"{side}ticklabels": axis.ticks})
    if axis.limits is not None:
        low, high = axis.limits
        margin = 0.03 * (high - low) or 0.5
        ax.set(**{f"{side}lim": (low - margin, high + margin)})

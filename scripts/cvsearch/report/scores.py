"""Mean test scores for a figure: the range of the colours, and the candidates that are outside it or have no mean."""

import math
import statistics
from typing import Any, NamedTuple

from cvsearch.report.axes import HUGE, MARGIN, Axis, Place, length_of
from cvsearch.report.figure import COLORMAP
from cvsearch.report.words import number_text
from cvsearch.results.storage import scorer_of

# A mean is far below or far above the others if its distance from them is this many times a distance between them. The
# colours leave out a mean that is far below only if it would make their scale more than LONGER times as long. See
# `colour_range`.
FAR_BELOW, FAR_ABOVE, LONGER = 20, 100, 5


class Group(NamedTuple):
    """Candidates that are drawn alike and share a line of the legend.

    Attributes
    ----------
    text : str
        Text for these candidates in the legend.
    members : sequence of int
        Rows of these candidates in the table.
    look : dict
        Keyword arguments of ``Axes.scatter``.
    place : str
        Text for these candidates on an axis of scores. Empty if they stand at the edge of the scale.
    """

    text: str
    members: Any
    look: dict[str, Any]
    place: str = ""


class Scores:
    """The mean test scores of the scorer that ranks the candidates.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``, in any order.

    Attributes
    ----------
    label : str
    means : ndarray of shape (n_candidates,)
    low, high : float
        Ends of the colours. NaN if no mean is finite.
    inside : ndarray of int
        Rows with a mean that has a colour of its own.
    worse, better, without : list of Group
        Rows with a mean below the colours, above them, and rows without a mean.
    """

    def __init__(self, table: Any) -> None:
        import numpy as np
        from matplotlib import colormaps

        scorer = scorer_of(table)
        self.label = "mean test score" if scorer == "score" else f"mean test {scorer}"
        means = table[f"mean_test_{scorer}"].to_numpy(dtype=float)
        # Differences of such means cannot be computed. They are shown as what they are next to.
        self.means = np.where(np.abs(means) > HUGE, np.copysign(np.inf, means), means)
        self.low, self.high = colour_range(table)
        self.inside = np.flatnonzero((self.means >= self.low) & (self.means <= self.high))
        finite, missing = np.isfinite(self.means), np.isnan(self.means)
        on_splits = [name for name in table if name.startswith("split") and name.endswith(f"_test_{scorer}")]
        partly = missing & table[on_splits].notna().any(axis=1).to_numpy()

        worst, best = (colormaps[COLORMAP](end) for end in (0.0, 1.0))
        down, up = {"marker": "v", "color": worst}, {"marker": "^", "color": best}
        # On a map, only this rim tells an infinite mean from a mean that is far.
        rim = {"edgecolors": "black", "linewidths": 0.8}
        cross = {"color": "0.6", "linewidths": 0.8}
        self.worse = _with_members(
            Group("mean -inf", self.means == -np.inf, down | rim, "-inf"),
            Group(f"mean below {number_text(self.low)}", finite & (self.means < self.low), down),
        )
        self.better = _with_members(
            Group(f"mean above {number_text(self.high)}", finite & (self.means > self.high), up),
            Group("mean inf", self.means == np.inf, up | rim, "inf"),
        )
        self.without = _with_members(
            Group("no mean, scored on some splits", partly, cross | {"marker": "+"}, "no mean"),
            Group("failed", missing & ~partly, cross | {"marker": "x"}, "failed"),
        )

    def axis(self) -> Axis:
        """Return the scores as an axis.

        The axis spans the colours. Scores outside the colours stand at the edge of the scale. Infinite and missing
        scores have a place beside the scale.
        """
        import numpy as np

        scale, numbers = None, np.full(len(self.means), np.nan)
        if len(self.inside):
            edge = MARGIN * length_of(self.low, self.high)
            scale = self.low - edge * bool(self.worse), self.high + edge * bool(self.better)
            numbers = np.where(np.isfinite(self.means), np.clip(self.means, *scale), np.nan)
        below = [Place(group.place, group.members) for group in (*self.worse, *self.without) if group.place]
        above = [Place(group.place, group.members) for group in self.better if group.place]
        return Axis(self.label, numbers, scale, below, above)


def _with_members(*groups: Group) -> list[Group]:
    """Return the groups that have members. The members are given as masks and become row numbers."""
    import numpy as np

    return [Group(text, np.flatnonzero(mask), look, place) for text, mask, look, place in groups if mask.any()]


def colour_range(table: Any) -> tuple[float, float]:
    """Return the scores at the ends of the colour scale. They are NaN if no candidate has a finite mean.

    The scale goes from the worst to the best mean. It is at least two standard deviations between splits wide. A
    smaller difference is noise, and should not look like a region.

    Means far from the others are left out. Otherwise one model that diverged would give all others one colour.
    Distances are taken from the upper quartile, because the map shows which regions score well, and because half of the
    candidates may have diverged.

    * Above, a mean is far at 100 times the distance between the quartiles. The map has to show a few good candidates
      among many bad ones, so these must not be cut off.
    * Below, a mean is far at 20 times the distance between the upper quartile and the best. It is left out if the scale
      would be more than 5 times longer with it. So accuracies from 0.3 to 1 are all shown, even if the best are close
      to each other.
    * No distance counts as smaller than the standard deviation between splits.
    * Quartiles are those of the distinct means, because many candidates may share the score of a constant prediction.
    """
    import numpy as np

    scorer = scorer_of(table)
    means, stds = (table[f"{statistic}_test_{scorer}"].to_numpy(dtype=float) for statistic in ("mean", "std"))
    kept = np.abs(means) <= HUGE
    if not kept.any():
        return math.nan, math.nan
    means, stds = means[kept], stds[kept]
    if len(np.unique(means)) > 2:
        upper, noise = _upper_quartile(means, stds)
        lower = np.quantile(np.unique(means), 0.25, method="nearest").item()
        near = means <= upper + FAR_ABOVE * max(upper - lower, noise)
        means, stds = means[near], stds[near]
    upper, noise = _upper_quartile(means, stds)
    near = means >= upper - FAR_BELOW * max(means.max().item() - upper, noise)
    low, high = _wide_enough(means[near], stds[near])
    whole = _wide_enough(means, stds)
    return (low, high) if whole[1] - whole[0] > LONGER * (high - low) else whole


def _wide_enough(means: Any, stds: Any) -> tuple[float, float]:
    """Return the least and the greatest mean, moved apart to at least two standard deviations between splits."""
    low, high = means.min().item(), means.max().item()
    missing = max(0.0, 2 * statistics.median(_finite(stds)) - (high - low))
    return low - missing / 2, high + missing / 2


def _upper_quartile(means: Any, stds: Any) -> tuple[float, float]:
    """Return the upper quartile, and the standard deviation between splits of the candidates that reach it.

    Each of the two is the value of one candidate. A number between two candidates would move if one of the two is far.
    """
    import numpy as np

    upper = np.quantile(np.unique(means), 0.75, method="lower").item()
    return upper, statistics.median_low(_finite(stds[means >= upper]))


def _finite(stds: Any) -> list[float]:
    """Return the finite standard deviations. If there are none, return a single 0."""
    return [std for std in stds.tolist() if math.isfinite(std)] or [0.0]

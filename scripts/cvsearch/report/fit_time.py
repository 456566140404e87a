"""A figure of fit time against score. It shows how much time a better score costs."""

from collections.abc import Mapping
from typing import Any

from cvsearch.report.axes import Axis, parameter_axis
from cvsearch.report.canvas import worst_first
from cvsearch.report.train_test import draw_against

# If the times differ by less than this factor, their scale is not logarithmic.
WIDE = 20


def time_axis(seconds: Any, label: str) -> Axis:
    """Return times as an axis. It is logarithmic if the times differ much.

    Parameters
    ----------
    seconds : ndarray of shape (n_candidates,)
    label : str
    """
    values = [None if value != value else value for value in seconds.tolist()]
    positive = [value for value in values if value]
    wide = positive and max(positive) > WIDE * min(positive)
    return parameter_axis(
        label, values, [{"loguniform": [min(positive), max(positive)]}] if wide else [], none="missing"
    )


def draw_fit_time(table: Any, title: str, baselines: Mapping[str, float] | None = None) -> Any:
    """Return a figure of the mean test score over the mean fit time of every candidate.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``.
    title : str
    baselines : mapping of str to float, optional
        Baseline to its mean test score.

    Returns
    -------
    matplotlib.figure.Figure
    """
    table = worst_first(table)
    axis = time_axis(table["mean_fit_time"].to_numpy(dtype=float), "mean fit time (s)")
    return draw_against(table, axis, title, "fit time against score", baselines)

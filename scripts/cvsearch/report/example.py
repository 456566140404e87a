"""A picture of the first sample, for a look at the data before a search."""

import textwrap
from typing import Any

from cvsearch.data.dataset import Dataset
from cvsearch.evaluation.model import searched
from cvsearch.report.figure import pyplot

# This many bars can be told apart. If there are more, they are drawn as one outline. An outline takes a thousandth of
# the time.
MAX_BARS = 100

# At most this many lines of a table and this many characters of a text are shown.
MAX_LINES = 20
MAX_CHARACTERS = 900

COLOR = "#4477aa"


def draw_example(dataset: Dataset, held_out: Any = None) -> Any:
    """Return a figure of the first sample that the search may see.

    If samples are images, it is the image. If features are numbers, they are bars. For a table, it has names and
    values. For texts, it is the text.

    Parameters
    ----------
    dataset : Dataset
    held_out : ndarray of int or None
        Positions of the samples that are held out. None if no samples are held out.
    """
    import numpy as np

    seen = searched(dataset, held_out)
    sample = dataset.take(seen[:1])
    kind = dataset.about["kind"]
    if dataset.about["image_shape"]:
        figure = _image(sample.X.reshape(dataset.about["image_shape"]))
    elif kind == "sparse" or (kind == "dense" and sample.X.dtype.kind in "biuf"):
        values = sample.X.toarray()[0] if kind == "sparse" else sample.X[0]
        figure = _bars(values, "feature" if kind == "dense" else f"feature ({np.count_nonzero(values):,} are not 0)")
    elif kind in ("dense", "array"):
        figure = _lines(
            [(str(i), _shown(value)) for i, value in enumerate(sample.X[0][: MAX_LINES + 1])], sample.X.shape[1]
        )
    elif kind == "frame":
        names = sample.X.columns[: MAX_LINES + 1].tolist()
        figure = _lines([(str(name), _shown(sample.X[name].iloc[0])) for name in names], sample.X.shape[1])
    else:
        figure = _text(str(next(iter(sample.X))))
    title = f"first of {len(seen):,} samples" + (" that are not held out" if held_out is not None else "")
    if sample.y is not None:
        title += f", target {_cut(_shown(sample.y[0].tolist()), 40)}"
    figure.axes[0].set_title(title, parse_math=False)
    return figure


def _image(pixels: Any) -> Any:
    figure, axes = pyplot().subplots(figsize=(3.2, 3.5), layout="constrained")
    axes.imshow(pixels, cmap="gray", interpolation="nearest")
    axes.set_axis_off()
    return figure


def _bars(values: Any, label: str) -> Any:
    import numpy as np

    figure, axes = pyplot().subplots(figsize=(6, 3), layout="constrained")
    heights = np.where(np.isfinite(values), values, np.nan)
    if len(heights) <= MAX_BARS:
        axes.bar(range(len(heights)), heights, color=COLOR)
    else:
        axes.fill_between(range(len(heights)), heights, step="mid", color=COLOR, linewidth=0.5)
    axes.set(xlabel=label, ylabel="value")
    axes.xaxis.get_major_locator().set_params(integer=True)
    if all(float(height).is_integer() for height in heights[np.isfinite(heights)]):
        axes.yaxis.get_major_locator().set_params(integer=True)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_formatter().set_useOffset(False)
    return figure


def _lines(pairs: list[tuple[str, str]], count: int) -> Any:
    """Draw names and their values, one pair below the other."""
    shown = pairs if count <= MAX_LINES else pairs[: MAX_LINES - 1]
    more = [] if count <= MAX_LINES else [(f"… and {count - len(shown):,} more", "")]
    lines = [*shown, *more]
    figure, axes = pyplot().subplots(figsize=(6, 0.6 + 0.22 * len(lines)), layout="constrained")
    axes.set_axis_off()
    axes.set_ylim(len(lines), 0)
    for i, (name, value) in enumerate(lines):
        axes.text(0.0, i + 0.5, _cut(name, 38), color="#555555", va="center", parse_math=False)
        axes.text(0.48, i + 0.5, _cut(value, 44), va="center", parse_math=False)
    return figure


def _text(text: str) -> Any:
    lines = textwrap.wrap(_cut(" ".join(text.split()), MAX_CHARACTERS), 72) or ["(empty)"]
    figure, axes = pyplot().subplots(figsize=(6, 0.6 + 0.22 * len(lines)), layout="constrained")
    axes.set_axis_off()
    axes.text(0, 1, "\n".join(lines), va="top", transform=axes.transAxes, parse_math=False)
    return figure


def _shown(value: Any) -> str:
    """Return a value as a person writes it. Whole numbers have no decimal point."""
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    value = value.item() if hasattr(value, "item") and not isinstance(value, str) else value
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:.6g}"
    return str(value)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"

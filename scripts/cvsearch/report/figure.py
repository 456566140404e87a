"""One look for all figures."""

from typing import Any

from cvsearch.files import AnyPath, write_atomically

STYLE: Any = {
    "figure.dpi": 150,
    "savefig.dpi": 150,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "svg.hashsalt": "cvsearch",
    "svg.fonttype": "none",
}
COLORMAP = "viridis"  # Can be read without colour vision, and in gray.
MARK = "#d62728"


def pyplot() -> Any:
    """Return matplotlib.pyplot, set up to draw to files in the style of all figures."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    plt.rcParams.update(STYLE)
    return plt


def save(figure: Any, path: AnyPath) -> None:
    """Write a figure in the format that the ending of `path` names. Equal figures give equal bytes."""
    import io

    kind = str(path).rsplit(".", 1)[-1]
    content = io.BytesIO()
    figure.savefig(content, format=kind, metadata={"Date": None} if kind == "svg" else None)
    write_atomically(path, content.getvalue())


def close(figure: Any) -> None:
    """Close a figure. Otherwise matplotlib keeps it in memory."""
    pyplot().close(figure)


def words_alone(title: str, sentence: str) -> Any:
    """Return a figure that says why there is nothing to draw."""
    figure, ax = pyplot().subplots(figsize=(7.2, 1.6), layout="constrained")
    ax.set_title(title, parse_math=False)
    ax.set_axis_off()
    ax.text(0, 0.5, sentence)
    return figure

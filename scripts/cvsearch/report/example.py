"""The first sample, as anyone would want to see it before a search."""

from typing import Any

from cvsearch.report.figure import pyplot


def draw_example(X: Any, y: Any, image_shape: list[int] | None) -> Any:
    """Return a figure of the first sample: an image where samples are images, its features as bars otherwise.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
    image_shape : list of int or None
    """
    plt = pyplot()
    if image_shape:
        figure, axes = plt.subplots(figsize=(3.2, 3.5), layout="constrained")
        axes.imshow(X[0].reshape(image_shape), cmap="gray", interpolation="nearest")
        axes.set_axis_off()
    else:
        figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
        axes.bar(range(X.shape[1]), X[0], color="#4477aa")
        axes.set(xlabel="feature", ylabel="value")
        axes.xaxis.get_major_locator().set_params(integer=True)
    shown = y[0].tolist()
    shown = f"{shown:.4g}" if isinstance(shown, float) else str(shown)
    axes.set_title(f"first of {len(X):,} samples, target {shown[:40]}")
    return figure

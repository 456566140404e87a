"""Out-of-fold predictions are recorded while the scorers run on the test side, and stored in few bytes.

Predictions are not computed again for this. While a scorer runs, attributes of the fitted estimator hide its methods of
the same name. They call the methods and note what these return.

A search keeps the predictions of all its evaluations or of none. The plan alone decides this, because the most bytes
that predictions can take follow from the plan (`bytes_of`). So the order in which evaluations end does not matter.
"""

import contextlib
import functools
import json
import math
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cvsearch.config.names import Trust
from cvsearch.data.dataset import Dataset
from cvsearch.evaluation.estimator import build_estimator, guess, is_pipeline
from cvsearch.evaluation.scoring import build_scorers, may_look_at_samples, own_metric

# The methods that a scorer of scikit-learn may call, in the order in which their results are stored.
METHODS = ("predict", "predict_proba", "decision_function")

# The stored predictions of one evaluation begin with a line that describes them. The line is not longer than this.
HEAD_BYTES = 128

# What is stored: labels of two classes as one bit each, labels of more classes as codes, predicted numbers exactly, and
# probabilities and decision values in half of their bytes.
BITS, CODES, NUMBERS, SCORES = "bits", ("|u1", "<u2", "<u4"), "<f8", "<f4"


class Content(NamedTuple):
    """What can be kept of the predictions of one test sample.

    Attributes
    ----------
    bits : int
        The most bits that these predictions take; 0 if there is nothing to keep.
    labels : bool
        Whether the estimator predicts labels, which are kept as codes. If not, it predicts numbers.
    """

    bits: int
    labels: bool


@contextlib.contextmanager
def recorded(estimator: Any) -> Iterator[dict[str, Any]]:
    """Record what the methods of a fitted estimator return while the block runs.

    A call from one of these methods to another is not recorded. For example, the ``predict`` of a classifier may call
    its own ``decision_function``. A pipeline scores with the ``score`` of its last step, so its last step is recorded
    too.

    Parameters
    ----------
    estimator : estimator or None
        The estimator keeps its class and everything else that scikit-learn asks for. Nothing is recorded for None.

    Yields
    ------
    dict of str to object
        What the first call of a method returned, for each of `METHODS` that was called.
    """
    found: dict[str, Any] = {}
    depth = 0

    def recording(name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(method)
        def record(*args: Any, **kwargs: Any) -> Any:
            nonlocal depth
            depth += 1
            try:
                returned = method(*args, **kwargs)
            finally:
                depth -= 1
            if not depth:
                found.setdefault(name, returned)
            return returned

        return record

    shadowed: list[tuple[dict[str, Any], dict[str, Any]]] = []
    for owner in _with_last_steps(estimator):
        attributes = getattr(owner, "__dict__", None)
        if isinstance(attributes, dict):
            shadowed.append((attributes, {name: attributes[name] for name in METHODS if name in attributes}))
            methods = {name: getattr(owner, name, None) for name in METHODS}
            attributes |= {name: recording(name, method) for name, method in methods.items() if callable(method)}
    try:
        yield found
    finally:
        for attributes, before in shadowed:
            for name in METHODS:
                attributes.pop(name, None)
            attributes |= before


def _with_last_steps(estimator: Any) -> Iterator[Any]:
    while True:
        yield estimator
        if not is_pipeline(estimator):
            return
        estimator = estimator.steps[-1][1]


def encode(found: Mapping[str, Any], shape: tuple[int, ...], classes: Any, own_classes: Any = None) -> bytes | None:
    """Return the predictions of one evaluation as bytes: a line of JSON that describes them, then the arrays.

    Parameters
    ----------
    found : dict of str to array-like
        What each method returned, by the method's name.
    shape : tuple of int
        Shape of the target of the test side.
    classes : ndarray of shape (n_classes,) or None
        The distinct values of the whole target. The code of a label is its position among them. None if predictions are
        numbers.
    own_classes : array-like, optional
        ``classes_`` of the estimator. These are only the classes of its training side. A class that is not among them
        has probability 0.

    Returns
    -------
    bytes or None
        None if nothing is left. Predictions are not kept if their shape or their classes are not the target's.
    """
    import numpy as np

    heads, parts = [], []
    for method in METHODS:
        if method not in found:
            continue
        try:
            with np.errstate(all="ignore"):
                values = np.asarray(found[method])
                if is_label := method == "predict" and classes is not None:
                    packed = _labels(values.reshape(shape), classes)
                elif method == "predict":
                    packed = values.reshape(shape).astype(NUMBERS)
                else:
                    packed = _scores(values, method, shape, classes, own_classes)
        except (TypeError, ValueError):  # The values do not have the shape or the type of the target.
            continue
        if packed is not None:
            is_bits = is_label and len(classes) <= 2
            heads.append([method, BITS if is_bits else packed.dtype.str, packed.shape])
            parts.append((np.packbits(packed) if is_bits else packed).tobytes())
    return b"\n".join([json.dumps(heads, separators=(",", ":")).encode(), b"".join(parts)]) if heads else None


def _labels(values: Any, classes: Any) -> Any:
    """Return labels as codes, or None if a label is not among the classes."""
    import numpy as np

    codes = np.searchsorted(classes, values).clip(max=len(classes) - 1)
    if not (classes[codes] == values).all():
        return None
    return codes.astype(next(code for code in CODES if len(classes) <= 2 ** (8 * int(code[2:]))))


def _scores(values: Any, method: str, shape: tuple[int, ...], classes: Any, own_classes: Any) -> Any:
    """Return probabilities or decision values with a column for each class, or None if they have other columns."""
    import numpy as np

    if len(shape) > 1 or classes is None or values.ndim not in (1, 2) or len(values) != shape[0]:
        return None
    own = classes if own_classes is None else np.asarray(own_classes)
    if np.array_equal(own, classes):
        return values.astype(SCORES) if values.ndim == 1 or values.shape[1] == len(classes) else None
    if method != "predict_proba" or values.shape != (shape[0], len(own)):
        return None
    places = _labels(own, classes)
    if places is None:
        return None
    full = np.zeros((shape[0], len(classes)), dtype=SCORES)
    full[:, places] = values
    return full


def decode(content: bytes) -> dict[str, Any]:
    """Return the predictions of one evaluation from their bytes.

    Returns
    -------
    dict of str to ndarray
        Label codes or numbers, by the method's name. The shape is (n_test,) or (n_test, n_outputs) for
        ``predict``, and (n_test, n_classes) for the other methods. Decision values of two classes have the shape
        (n_test,).
    """
    import numpy as np

    head, _, body = content.partition(b"\n")
    found, at = {}, 0
    for method, kind, shape in json.loads(head):
        size = math.prod(shape)
        if kind == BITS:
            length = -(-size // 8)
            values = np.unpackbits(np.frombuffer(body, "u1", length, at), count=size)
        else:
            values = np.frombuffer(body, kind, size, at)
            length = values.nbytes
        found[method], at = values.reshape(shape), at + length
    return found


def content_of(search: dict[str, Any], trust: Trust, dataset: Dataset) -> Content:
    """Return what can be kept of the predictions of a search.

    The scorers are run once on an estimator that guesses made-up targets. This shows which methods they call.

    There is nothing to keep for scorers of the user's own, because they get the plain estimator. There is also nothing
    to keep without a target, for an estimator that is neither a classifier nor a regressor, and for one that is scored
    by a ``score`` of its own, which need not predict.

    Parameters
    ----------
    search : dict
        estimator, scoring of the config.
    trust : Trust
    dataset : Dataset
    """
    import numpy as np
    from sklearn.base import is_classifier, is_regressor

    estimator = build_estimator(search["estimator"], trust)
    labels, classes = is_classifier(estimator), dataset.classes
    scored_alone = search["scoring"] is None and own_metric(estimator) is None
    if dataset.y is None or may_look_at_samples(search["scoring"]) or scored_alone:
        return Content(0, labels)
    y, n_columns = dataset.y[:0], 0
    if labels and classes is not None:
        n_columns = len(classes)
        label = 1 if len(classes) <= 2 else next(bits for bits in (8, 16, 32) if len(classes) <= 2**bits)
        made_up = classes.repeat(2)
    elif is_regressor(estimator) and y.dtype.kind in "biuf":
        label, made_up = 64, np.array([1, 2], dtype=y.dtype)
    else:
        return Content(0, labels)
    if y.ndim > 1:
        made_up = np.stack([made_up] * y.shape[1], axis=1)
    wanted = _wanted(search["scoring"], trust, made_up, labels)
    if y.ndim > 1:
        return Content(label * y.shape[1] * ("predict" in wanted), labels)
    return Content(label * ("predict" in wanted) + 32 * n_columns * len(wanted - {"predict"}), labels)


def _wanted(scoring: Any, trust: Trust, y: Any, is_classifier: bool) -> set[str]:
    """Return which of `METHODS` the scorers call if an estimator has all of them."""
    import numpy as np
    from sklearn.dummy import DummyRegressor

    X = np.zeros((len(y), 1))
    fitted = (guess() if is_classifier else DummyRegressor()).fit(X, y)
    with warnings.catch_warnings(), np.errstate(all="ignore"), recorded(fitted) as found:
        warnings.simplefilter("ignore")
        build_scorers(scoring, fitted, trust)(fitted, X, y)
    return set(found)


def bytes_of(bits: int, n_test: int) -> int:
    """Return the most bytes that the predictions of one evaluation take, with `bits` bits for each test sample."""
    return HEAD_BYTES + math.ceil(n_test * bits / 8)


def kept_bits(bits: int, n_candidates: int, n_tests: Sequence[int], predictions_mb: float) -> tuple[int, str | None]:
    """Decide whether a search keeps all of its predictions or none.

    Parameters
    ----------
    bits : int
        Bits for each test sample, from `content_of`.
    n_candidates : int
        Number of candidates of the whole search.
    n_tests : sequence of int
        Number of test samples of each split.
    predictions_mb : float
        The limit of the config, in megabytes (10^6 bytes).

    Returns
    -------
    bits : int
        0 if no predictions are kept.
    message : str or None
        How many megabytes are needed, if the predictions do not fit.
    """
    if not bits or not predictions_mb:
        return 0, None
    needed = n_candidates * sum(bytes_of(bits, n_test) for n_test in n_tests) / 1e6
    if needed <= predictions_mb:
        return bits, None
    return 0, (
        f"out-of-fold predictions take up to {math.ceil(needed):,} MB and predictions_mb is {predictions_mb:g}, so none are "
        f"kept; to keep them set predictions_mb: {math.ceil(needed)}"
    )

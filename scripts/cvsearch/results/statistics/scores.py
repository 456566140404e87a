"""Scores of many candidates on many bootstrap samples at once.

A score that is a function of sums over the samples is computed from matrix products. AUC is computed from ranks. Any
other score is computed by its own scorer, on an estimator that returns the kept predictions.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

from cvsearch.evaluation.scoring import describe_error
from cvsearch.results.statistics.predictions import SplitPredictions

# How many numbers one block of work has. A number takes 8 bytes.
BLOCK = 4_000_000


class Score(ABC):
    """The scores of many candidates, each for many weightings of the samples.

    Attributes
    ----------
    draws : int
        How many bootstrap samples are computed. A slow score has fewer.
    error : str
        The first error of a scorer; empty if there was none.
    """

    draws = 1000
    error = ""

    @abstractmethod
    def of(self, split: SplitPredictions, counts: Any) -> Any:
        """Return the scores on one split.

        Parameters
        ----------
        split : SplitPredictions
        counts : ndarray of int of shape (n_draws, n_test)
            How often each sample counts.

        Returns
        -------
        ndarray of shape (n_draws, n_candidates)
            NaN if a score is not defined.
        """


class MeanScore(Score):
    """A score that is a function of a weighted mean over the samples.

    Parameters
    ----------
    method : str
        The response that the score reads.
    term : callable
        ``term(split, response)`` returns what the mean is taken of, of shape (n_candidates, n_test).
    finish : callable
        ``finish(means)`` returns the scores for these means.
    """

    def __init__(self, method: str, term: Callable[[SplitPredictions, Any], Any], finish: Callable[[Any], Any]) -> None:
        self.method, self.term, self.finish = method, term, finish

    def of(self, split: SplitPredictions, counts: Any) -> Any:
        """Return the scores on one split, of shape (n_draws, n_candidates)."""
        import numpy as np

        means = np.empty((len(counts), split.n_candidates))
        total = split.total(counts)[:, None]
        for candidates in blocks(split.n_candidates, _numbers_of(split, self.method)):
            response = np.asarray(split.responses[self.method][candidates])
            term = np.asarray(self.term(split, response), dtype=float).T
            for rows in blocks(len(counts), counts.shape[1]):
                with np.errstate(divide="ignore", invalid="ignore"):
                    means[rows, candidates] = split.weighted(counts[rows]) @ term / total[rows]
        return self.finish(means)


class AUC(Score):
    """Area under the ROC curve, from weighted ranks.

    AUC is the share of pairs of a positive and a negative sample in which the positive sample has the higher score.
    Ties count half (Mann and Whitney 1947). The samples of the second class are the positive ones.
    """

    draws = 500

    def of(self, split: SplitPredictions, counts: Any) -> Any:
        """Return the scores on one split, of shape (n_draws, n_candidates)."""
        import numpy as np

        scores = np.empty((len(counts), split.n_candidates))
        # The scorer makes the same choice for each estimator. The baseline `dummy` does not have decision values, even
        # if the candidates have them.
        method = "decision_function" if "decision_function" in split.responses else "predict_proba"
        is_positive = np.asarray(split.target) == 1
        by_sample = np.ascontiguousarray(np.asarray(counts).T)
        positive, negative = by_sample[is_positive], by_sample[~is_positive]
        weight, weight_negative = (split.weights()[side, None] for side in (is_positive, ~is_positive))
        parts = list(blocks(len(counts), len(by_sample)))
        pairs = (positive.T @ weight)[:, 0] * (negative.T @ weight_negative)[:, 0]
        for i in range(split.n_candidates):
            response = np.asarray(split.responses[method][i])
            response = response[:, -1] if response.ndim == 2 else response
            order = np.argsort(response[~is_positive], kind="stable")
            ranked = response[~is_positive][order]
            # How many negative samples each positive sample is above, without and with those that are level with it.
            below, level = (np.searchsorted(ranked, response[is_positive], side) for side in ("left", "right"))
            for draws in parts:
                drawn = negative[order, draws] * weight_negative[order]
                passed = np.vstack([np.zeros(drawn.shape[1]), np.cumsum(drawn, axis=0)])
                won = (passed[below] + passed[level]) / 2
                with np.errstate(invalid="ignore"):
                    scores[draws, i] = (positive[:, draws] * weight * won).sum(axis=0) / pairs[draws]
        return scores


# A share of each class, and how the shares are averaged. An empty text is the share of the second class alone.
SHARES = ("f1", "precision", "recall", "jaccard")
AVERAGES = ("", "micro", "macro", "weighted")


class ClassAverage(Score):
    """The average of a share of each class, as in scikit-learn.

    The classes are added up one after the other, so many classes need no more memory than two.

    Parameters
    ----------
    share : str
        One of `SHARES`.
    average : str
        One of `AVERAGES`, or ``balanced``: the mean over the classes of the target.
    n_classes : int
    """

    method = "predict"

    def __init__(self, share: str, average: str, n_classes: int) -> None:
        self.share, self.average, self.n_classes = share, average, n_classes

    @classmethod
    def named(cls, name: str, n_classes: int) -> "ClassAverage | None":
        """Return the average with the name of a scorer, or None if there is none."""
        if name == "balanced_accuracy":
            return cls("recall", "balanced", n_classes)
        share, _, average = name.partition("_")
        return cls(share, average, n_classes) if share in SHARES and average in AVERAGES else None

    def of(self, split: SplitPredictions, counts: Any) -> Any:
        """Return the scores on one split, of shape (n_draws, n_candidates)."""
        import numpy as np

        scores = np.empty((len(counts), split.n_candidates))
        for candidates in blocks(split.n_candidates, counts.shape[1]):
            response = np.asarray(split.responses["predict"][candidates])
            for draws in blocks(len(counts), counts.shape[1]):
                weights = split.weighted(counts[draws])
                averaged = self._averaged(split.target, response, weights)
                scores[draws, candidates] = np.where(weights.sum(axis=1)[:, None] > 0, averaged, np.nan)
        return scores

    def _averaged(self, target: Any, response: Any, weights: Any) -> Any:
        import numpy as np

        if self.average == "micro":
            total = weights.sum(axis=1)[:, None]
            return self._share(weights @ (response == target).astype(float).T, total, total)
        codes = [1] if self.average == "" else range(self.n_classes)
        above = below = np.zeros((len(weights), len(response)))
        for code in codes:
            is_taken, is_true = response == code, target == code
            found = weights @ (is_taken & is_true).astype(float).T
            taken, true = weights @ is_taken.astype(float).T, (weights @ is_true.astype(float))[:, None]
            weight = self._weight(taken, true)
            above = above + weight * self._share(found, taken, true)
            below = below + weight
        with np.errstate(invalid="ignore"):
            return above / below

    def _weight(self, taken: Any, true: Any) -> Any:
        """Return the weight of a class in the average."""
        if self.average == "weighted":
            return true
        if self.average == "balanced":
            return true > 0
        # A class that is neither predicted nor in the target is left out of a mean over classes.
        return (taken > 0) | (true > 0) | (self.average == "")

    def _share(self, found: Any, taken: Any, true: Any) -> Any:
        """Return the share of a class from the weights of its samples.

        Parameters
        ----------
        found : ndarray
            Of the samples that were rightly predicted to be in the class.
        taken : ndarray
            Of all samples that were predicted to be in it.
        true : ndarray
            Of the samples that are in it.
        """
        import numpy as np

        below = {"precision": taken, "recall": true, "jaccard": taken + true - found, "f1": taken + true}[self.share]
        above = 2 * found if self.share == "f1" else found
        return np.where(below > 0, above / np.where(below > 0, below, 1), 0.0)


class AnyScore(Score):
    """Any score, computed by its own scorer. This is slow, so there are fewer bootstrap samples.

    Parameters
    ----------
    scorer : callable
        Called as ``scorer(estimator, X, y)``.
    classes : sequence, optional
        Classes of a classifier, in the order of the columns of its responses; None for a regressor.
    takes_weights : bool
        Whether the scorer takes ``sample_weight``.
    """

    draws = 200

    def __init__(self, scorer: Any, classes: Any = None, takes_weights: bool = False) -> None:
        self.scorer, self.classes, self.takes_weights = scorer, classes, takes_weights

    @staticmethod
    def seconds(split: SplitPredictions) -> float:
        """Return about how long one draw takes on a split: 0.5 ms for each scorer call with up to 1,000 numbers.

        This is a function of the shapes alone. So the number of draws does not depend on the machine.
        """
        largest = max(_numbers_of(split, method) for method in split.responses)
        return split.n_candidates * 0.0005 * max(1.0, largest / 1000)

    def of(self, split: SplitPredictions, counts: Any) -> Any:
        """Return the scores on one split, of shape (n_draws, n_candidates); NaN if the scorer raises an error.

        The first error is kept in `error`.
        """
        import warnings

        import numpy as np

        scores = np.full((len(counts), split.n_candidates), np.nan)
        target = split.target if self.classes is None else np.asarray(self.classes)[split.target]
        rows = [np.repeat(np.arange(counts.shape[1]), count) for count in counts]
        for i in range(split.n_candidates):
            estimator = stand_in({method: found[i] for method, found in split.responses.items()}, self.classes)
            for j, drawn in enumerate(rows):
                weights = {"sample_weight": split.weights()[drawn]} if self.takes_weights else {}
                try:
                    with warnings.catch_warnings():
                        warnings.simplefilter("ignore")
                        scores[j, i] = self.scorer(estimator, drawn[:, np.newaxis], target[drawn], **weights)
                except MemoryError:
                    raise
                except Exception as error:  # For example, no sample of a class was drawn. A metric may raise any error.
                    self.error = self.error or describe_error(error)
        return scores


def stand_in(responses: dict[str, Any], classes: Any = None) -> Any:
    """Return a fitted estimator whose samples are row numbers and whose responses are kept predictions.

    Parameters
    ----------
    responses : dict of str to array of shape (n_test,) or (n_test, n_columns)
        A predicted class is its code.
    classes : sequence, optional
        Classes of a classifier; None for a regressor.
    """
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

    def response(method: str) -> Any:
        def respond(self: Any, X: Any) -> Any:
            drawn = np.asarray(responses[method])[X[:, 0]]
            if method == "predict" and classes is not None:
                return np.asarray(classes)[drawn]
            # Some metrics clip at the precision of the numbers. The search's scorer got numbers of eight bytes.
            return drawn.astype(float) if drawn.dtype.kind == "f" else drawn

        respond.__name__ = method  # Scorers read this name.
        return respond

    mixin = RegressorMixin if classes is None else ClassifierMixin
    methods = {method: response(method) for method in responses}
    estimator = type("KeptPredictions", (mixin, BaseEstimator), methods)()
    if classes is not None:
        estimator.classes_ = np.asarray(classes)
    return estimator


def score_of(scoring: Any, scorer: Any, split: SplitPredictions, classes: Any = None, weighted: bool = False) -> Score:
    """Return the object that computes a scorer's score on many bootstrap samples.

    Parameters
    ----------
    scoring : str or None
        The scorer's name in scikit-learn, or ``None`` for the estimator's own score, accuracy or r2. Anything else is
        computed by the scorer itself.
    scorer : callable
    split : SplitPredictions
        Any split. It tells which responses were kept.
    classes : sequence, optional
        Classes of a classifier; None for a regressor.
    weighted : bool
        Whether the scorer takes ``sample_weight``.
    """
    name = ("r2" if classes is None else "accuracy") if scoring is None else scoring
    if isinstance(name, str) and split.target.ndim == 1:
        has_ranks = "decision_function" in split.responses or "predict_proba" in split.responses
        if name == "roc_auc" and classes is not None and len(classes) == 2 and has_ranks:
            return AUC()
        made = _score_of_sums(name, classes)
        if made is not None and made.method in split.responses:
            return made
    return AnyScore(scorer, classes, weighted)


def blocks(n: int, width: int) -> Iterator[slice]:
    """Yield slices of `n` rows, each with `width` numbers. A slice has at most `BLOCK` numbers, or one row."""
    size = max(1, BLOCK // max(1, width))
    for start in range(0, n, size):
        yield slice(start, min(n, start + size))


def _numbers_of(split: SplitPredictions, method: str) -> int:
    shape = split.responses[method].shape
    return int(shape[1] * (shape[2] if len(shape) > 2 else 1))


def _score_of_sums(name: str, classes: Any) -> MeanScore | ClassAverage | None:
    """Return the score with this name, or None if it is not a function of sums."""
    means = REGRESSION_MEANS if classes is None else CLASSIFICATION_MEANS
    if name in means:
        return MeanScore(*means[name])
    if classes is None:
        return None
    if name in SHARES and (len(classes) != 2 or classes[1] != 1):
        return None  # scikit-learn scores the class 1, so this has to be the second of two classes.
    return ClassAverage.named(name, len(classes))


def _is_right(split: SplitPredictions, response: Any) -> Any:
    return response == split.target


def _squared_error(split: SplitPredictions, response: Any) -> Any:
    return (response - split.target) ** 2


def _absolute_error(split: SplitPredictions, response: Any) -> Any:
    return abs(response - split.target)


def _relative_error(split: SplitPredictions, response: Any) -> Any:
    import numpy as np

    return abs(response - split.target) / np.maximum(abs(split.target), np.finfo(np.float64).eps)


def _unexplained(split: SplitPredictions, response: Any) -> Any:
    """Return each sample's part of 1 - r2: its squared error divided by the variance of the target.

    The variance is that of the whole test side. With the variance of the drawn samples, r2 of a dozen samples would be
    far too low, because the inverse of a variance is biased. The inverse variance of a whole test side is biased too,
    but less. Beale's ratio estimator removes this bias.

    The variance is computed with n - 1. The variance with n, around a test side's own mean, is too small. With it, r2
    would be too low for fresh data.
    """
    import numpy as np

    error = (response - split.target) ** 2
    target, weight = np.asarray(split.target, dtype=float), split.weights()
    n = len(target)
    if n < 2:
        return np.full(error.shape, np.nan)
    deviation = (target - np.average(target, weights=weight)) ** 2 * n / (n - 1)
    mean_error, variance = np.average(error, axis=1, weights=weight), np.average(deviation, weights=weight)
    if variance <= 0:
        return np.full(error.shape, np.nan)
    # The covariances of the two means, divided by the size of the means, give the relative bias of their ratio.
    share = n / (n - 1) * (weight / weight.sum()) ** 2 * (deviation / variance - 1)
    of_variance = share @ (deviation / variance - 1)
    of_both = np.divide(error @ share, mean_error, out=np.zeros_like(mean_error), where=mean_error > 0) - share.sum()
    factor = (1 + of_both) / (1 + of_variance)
    return error * (factor / variance)[:, None]


def _log_likelihood(split: SplitPredictions, response: Any) -> Any:
    """Return the logarithm of the probability of the right class, as in scikit-learn's log loss."""
    import numpy as np

    # Probabilities are kept with four bytes. The scorer got eight, and clips at the precision of these.
    eps = np.finfo(float).eps
    right = response[:, np.arange(len(split.target)), split.target].astype(float)
    return np.log(np.clip(right, eps, 1 - eps))


# The arguments of `MeanScore`, by the names of scikit-learn's scorers.
CLASSIFICATION_MEANS: dict[str, tuple[str, Any, Any]] = {
    "accuracy": ("predict", _is_right, lambda means: means),
    "neg_log_loss": ("predict_proba", _log_likelihood, lambda means: means),
}
REGRESSION_MEANS: dict[str, tuple[str, Any, Any]] = {
    "r2": ("predict", _unexplained, lambda means: 1 - means),
    "neg_mean_squared_error": ("predict", _squared_error, lambda means: -means),
    "neg_root_mean_squared_error": ("predict", _squared_error, lambda means: -(means**0.5)),
    "neg_mean_absolute_error": ("predict", _absolute_error, lambda means: -means),
    "neg_mean_absolute_percentage_error": ("predict", _relative_error, lambda means: -means),
}

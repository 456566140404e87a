"""One evaluation: a candidate made, fitted and scored on a split; whatever goes wrong becomes part of its row."""

import math
import time
from typing import Any, NamedTuple

from cvsearch.config.names import Trust
from cvsearch.data.dataset import Dataset
from cvsearch.evaluation.estimator import build_estimator, make_seeded
from cvsearch.evaluation.limits import memory_limit
from cvsearch.evaluation.scoring import as_list, build_scorer
from cvsearch.evaluation.shortcuts import SharedWork
from cvsearch.evaluation.shortcuts.labels import AccuracyOfLabels
from cvsearch.journal.identity import Params

Outcome = dict[str, Any]


class Scores(NamedTuple):
    """One evaluation's outcome: scorer to score, and seconds."""

    test: dict[str, float]
    train: dict[str, float]
    fit_time: float
    score_time: float


def fit_and_score(estimator: Any, scorer: Any, split: SharedWork, share: bool = True) -> Scores:
    """Fit an estimator on a split's training samples and score it on both sides.

    Parameters
    ----------
    estimator : estimator
    scorer : callable
        ``scorer(estimator, X, y)``, a float or a dict of floats.
    split : SharedWork
        The split's arrays, and what its candidates share.
    share : bool
        Whether this one may share.

    Returns
    -------
    Scores
        ``score_time`` is that of the test side alone, as in scikit-learn's ``cross_validate``.

    Raises
    ------
    ValueError
        If a score is no number.
    """
    started = time.perf_counter()
    fitted, X_train, X_test = split.fit(estimator, share)
    fit_time = time.perf_counter() - started
    started = time.perf_counter()
    test = _as_dict(scorer(fitted, X_test, split.y_test))
    score_time = time.perf_counter() - started
    train = _as_dict(scorer(fitted, X_train, split.y_train))
    for side, scores in (("test", test), ("train", train)):
        for name, score in scores.items():
            if math.isnan(score):
                raise ValueError(f"{side}_{name} is NaN")
    return Scores(test, train, fit_time, score_time)


def _as_dict(scores: Any) -> dict[str, float]:
    """Return scores by name; one scorer's is called ``score``."""
    return {name: float(s) for name, s in scores.items()} if isinstance(scores, dict) else {"score": float(scores)}


class Evaluator:
    """What the worker process holds: one split, one estimator to clone, one scorer.

    Parameters
    ----------
    search : dict
        estimator, scoring, random_state, limits, share_work of the config.
    trust : Trust
    dataset : Dataset
    train, test : ndarray
        Indices of the split.
    split : int
    """

    def __init__(
        self, search: dict[str, Any], trust: Trust, dataset: Dataset, train: Any, test: Any, split: int
    ) -> None:
        self.search, self.trust, self.split = search, trust, split
        self.estimator = build_estimator(search["estimator"], trust)
        self.scorer = build_scorer(search["scoring"], self.estimator, trust)
        known_scorers = not any("." in name for name in as_list(search["scoring"]))
        self.shared = SharedWork(dataset, train, test, enabled=search["share_work"] and known_scorers)
        if self.shared.enabled and search["scoring"] in ("accuracy", None):
            self.scorer = AccuracyOfLabels(self.scorer, dataset.about["target_type"])

    def prefix(self, params: Params) -> str:
        """Return a text that is equal for candidates that share their pipeline's first steps."""
        return self.shared.prefix(params, self.estimator)

    def __call__(self, params: Params) -> Outcome:
        """Evaluate one candidate; whatever it raises becomes part of the row that is returned.

        One that runs out of memory while it makes or uses what others share gets another try by itself, so that none fails
        for what it would not have had to keep.
        """
        started = time.perf_counter()
        row: Outcome = {
            "status": "failed",
            "error": None,
            "test": None,
            "train": None,
            "fit_time": None,
            "score_time": None,
        }
        try:
            try:
                scores = self._scores(params)
            except MemoryError:
                if not self.shared.drop_caches():
                    raise
                scores = self._scores(params, share=False)
            row |= scores._asdict() | {"status": "ok"}
        except MemoryError as error:
            limit = self.search["limits"]["memory_mb"]
            beyond = f"needed more than {limit:g} MB of memory" if limit else "needed more memory than there was"
            row |= {"status": "out_of_memory", "error": f"{beyond} ({describe_error(error)})"}
        except BaseException as error:  # sys.exit in a fit ends that evaluation, not the worker.
            row["error"] = describe_error(error)
        return {**row, "time": time.perf_counter() - started}

    def _scores(self, params: Params, share: bool = True) -> Scores:
        estimator = make_seeded(self.estimator, params, self.trust, self.search["random_state"], self.split)
        self.shared.prepare(estimator)
        with memory_limit(self.search["limits"]["memory_mb"]):
            return fit_and_score(estimator, self.scorer, self.shared, share)


def describe_error(error: BaseException) -> str:
    """Return an exception as one line of at most 300 characters."""
    try:
        text = str(error).encode("utf-8", "backslashreplace").decode()
    except Exception:
        text = "it cannot say what"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:300].rstrip(": ")

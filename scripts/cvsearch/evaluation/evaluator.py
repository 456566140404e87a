"""One evaluation: a candidate is made, fitted and scored on a split. An error becomes part of its row."""

import math
import time
from collections import Counter
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.data.dataset import Dataset
from cvsearch.evaluation.estimator import build_estimator, make_seeded, seed_global_generators
from cvsearch.evaluation.limits import memory_limit
from cvsearch.evaluation.predictions import bytes_of, encode, recorded
from cvsearch.evaluation.scoring import Scored, build_scorers, describe_error, may_look_at_samples
from cvsearch.evaluation.shortcuts import SharedWork
from cvsearch.evaluation.shortcuts.columns import reads_columns
from cvsearch.evaluation.shortcuts.distances import NeedsDecisions
from cvsearch.evaluation.shortcuts.labels import AccuracyOfLabels
from cvsearch.evaluation.warned import counted_warnings, most_frequent
from cvsearch.evaluation.weights import routed
from cvsearch.journal.identity import Params

Outcome = dict[str, Any]


class Evaluator:
    """Evaluates candidates on one split. It holds the split, an estimator to clone, and the scorers.

    Parameters
    ----------
    search : dict
        estimator, scoring, random_state, limits, share_work, return_train_score of the config.
    trust : Trust
    dataset : Dataset
    train, test : ndarray
        Positions of the split.
    split : int
    prediction_bits : int
        The most bits that the predictions of one test sample take; 0 if no predictions are kept.
    """

    def __init__(
        self,
        search: dict[str, Any],
        trust: Trust,
        dataset: Dataset,
        train: Any,
        test: Any,
        split: int,
        prediction_bits: int = 0,
    ) -> None:
        from sklearn.base import is_classifier

        self.search, self.trust, self.split = search, trust, split
        self.estimator = build_estimator(search["estimator"], trust)
        samples_only = not may_look_at_samples(search["scoring"])
        shares = search["share_work"] and samples_only
        self.shared = SharedWork(
            dataset,
            train,
            test,
            enabled=shares,
            samples_only=samples_only,
            scores_train=search["return_train_score"],
            in_columns=shares and reads_columns(self.estimator),
        )
        with routed(self.shared.is_weighted):
            self.scorers = build_scorers(search["scoring"], self.estimator, trust, weighted=self.shared.is_weighted)
        if self.shared.enabled and search["scoring"] in ("accuracy", None):
            self.scorers.together = AccuracyOfLabels(self.scorers.together, dataset.about["target_type"])
        self.prediction_bytes = bytes_of(prediction_bits, len(test)) if prediction_bits else 0
        self._classes = dataset.classes if prediction_bits and is_classifier(self.estimator) else None

    def prefix(self, params: Params) -> str:
        """Return a text that is equal for candidates that share their pipeline's first steps."""
        return self.shared.prefix(params, self.estimator)

    def __call__(self, params: Params) -> Outcome:
        """Evaluate one candidate. An exception becomes part of the returned row.

        Returns
        -------
        dict
            * ``status`` and ``error``.
            * ``test`` and ``train``: the score by the scorer's name, null if a score is not a number.
            * ``reasons``: why a score is not a number.
            * ``fit_time`` and ``score_time``: seconds that the candidate takes by itself.
            * ``shared_time``: the part of these seconds that another candidate has paid.
            * ``time``: wall seconds.
            * ``warnings``: the number of warnings. ``warning``: the most frequent one.
            * ``predictions``: bytes of what the scorers got on the test side, [] if it cannot be kept, None if the
              search does not keep predictions.
        """
        started = time.perf_counter()
        outcome: Outcome = dict.fromkeys(("error", "test", "train", "fit_time", "score_time", "scorers", "predictions"))
        outcome |= {"status": "failed", "reasons": {}, "shared_time": 0.0}
        warned: Counter[str] = Counter()
        try:
            with routed(self.shared.is_weighted):
                self._evaluate(params, outcome, warned)
        except MemoryError as error:
            limit = self.search["limits"]["memory_mb"]
            beyond = f"needed more than {limit:g} MB of memory" if limit else "needed more memory than there was"
            outcome |= {"status": "out_of_memory", "error": f"{beyond} ({describe_error(error)})"}
        except BaseException as error:  # sys.exit in a fit ends that evaluation, not the worker.
            outcome["error"] = describe_error(error)
        outcome |= {"warnings": warned.total(), "warning": most_frequent(warned)}
        return {**outcome, "time": time.perf_counter() - started}

    def _evaluate(self, params: Params, outcome: Outcome, warned: Counter[str]) -> None:
        """Evaluate a candidate. Evaluate it again if it may not share what it tried to share.

        A candidate that runs out of memory while it makes or uses shared arrays gets another try without them. So a
        candidate does not fail because of arrays that it does not need.
        """
        try:
            self._fit_and_score(params, outcome, warned)
        except NeedsDecisions:
            self.shared.share_distances = False
            self._fit_and_score(params, outcome, warned)
        except MemoryError:
            if not self.shared.drop_caches():
                raise
            self._fit_and_score(params, outcome, warned, share=False)

    def _fit_and_score(self, params: Params, outcome: Outcome, warned: Counter[str], share: bool = True) -> None:
        def seed() -> None:
            seed_global_generators(self.search["random_state"], self.split)

        seed()
        estimator = make_seeded(self.estimator, params, self.trust, self.search["random_state"], self.split)
        self.shared.prepare(estimator)
        with memory_limit(self.search["limits"]["memory_mb"]), counted_warnings() as found:
            started = time.perf_counter()
            try:
                fitted = self.shared.fit(estimator, seed, share)
            except BaseException:
                outcome |= {"fit_time": time.perf_counter() - started, "score_time": 0.0}
                raise
            finally:
                warned.clear()
                warned.update(found)
            started = time.perf_counter()
            with recorded(fitted.estimator if self.prediction_bytes else None) as predicted:
                test = self.scorers(fitted.estimator, fitted.X_test, self.shared.y_test, self.shared.weight_test)
            score_time = time.perf_counter() - started + fitted.score_time
            train = None
            if self.search["return_train_score"]:
                train = self.scorers(fitted.estimator, fitted.X_train, self.shared.y_train, self.shared.weight_train)
            warned.clear()
            warned.update(found + fitted.warnings)
        reasons = _named_reasons("test", test) | (_named_reasons("train", train) if train else {})
        scored = any(not math.isnan(score) for score in test.scores.values())
        outcome |= {"status": "ok" if scored else "failed", "reasons": reasons}
        outcome |= {"test": _with_nulls(test), "train": _with_nulls(train) if train else None}
        outcome |= {"fit_time": fitted.fit_time, "score_time": score_time, "shared_time": fitted.shared_time}
        if self.scorers.names is None:
            outcome["scorers"] = list(test.scores)
        if self.prediction_bytes and scored:
            own_classes = getattr(fitted.estimator, "classes_", None)
            encoded = encode(predicted, self.shared.y_test.shape, self._classes, own_classes)
            outcome["predictions"] = encoded if encoded and len(encoded) <= self.prediction_bytes else []


def _named_reasons(side: str, scored: Scored) -> dict[str, str]:
    return {f"{side}_{name}": reason for name, reason in scored.reasons.items()}


def _with_nulls(scored: Scored) -> dict[str, float | None]:
    return {name: None if math.isnan(score) else score for name, score in scored.scores.items()}

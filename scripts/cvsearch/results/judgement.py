"""The parts of a verdict are read from the files of a finished search."""

import contextlib
import functools
from collections.abc import Callable, Sequence
from typing import Any

from cvsearch.candidates.plan import Plan, planned_settings
from cvsearch.candidates.strategies import strategy_of
from cvsearch.config.names import Trust
from cvsearch.config.values import store
from cvsearch.data.dataset import Dataset
from cvsearch.data.splits import load_split
from cvsearch.errors import InputError
from cvsearch.evaluation.baselines import NO_PARAMETERS, baseline_specs
from cvsearch.evaluation.check import allowed_values
from cvsearch.evaluation.estimator import build_estimator, set_parameters
from cvsearch.evaluation.pilot import read_pilot
from cvsearch.evaluation.predictions import content_of
from cvsearch.evaluation.scoring import build_scorers, may_look_at_samples, own_metric, ranking_scorer
from cvsearch.evaluation.weights import routed
from cvsearch.files import canonical, read_json
from cvsearch.journal.identity import identity_of
from cvsearch.layout import SearchPaths, split_paths
from cvsearch.results.findings import Outcome
from cvsearch.results.messages import most_often
from cvsearch.results.predictions import Predictions, responses_of
from cvsearch.results.statistics.bootstrap import Corrected, Interval, corrected
from cvsearch.results.statistics.comparison import mean_ratio
from cvsearch.results.statistics.predictions import SplitPredictions
from cvsearch.results.statistics.scores import score_of
from cvsearch.results.storage import REBUILD, read_table
from cvsearch.results.tables import BASELINE_NAMES
from cvsearch.results.verdict import Search


class Judged:
    """The files of a finished search.

    Parameters
    ----------
    paths : SearchPaths
    plans : sequence of Plan
    search : dict
        The search of the config.
    module_versions : dict of str to str
        Versions of the trusted modules that the search uses.
    dataset : Dataset
    splits : sequence of dict
        The stored description of each split.
    """

    def __init__(
        self,
        paths: SearchPaths,
        plans: Sequence[Plan],
        search: dict[str, Any],
        module_versions: dict[str, str],
        dataset: Dataset,
        splits: Sequence[dict[str, Any]],
    ) -> None:
        self.paths, self.plans, self.search = paths, plans, search
        self.module_versions, self.trust = module_versions, Trust(module_versions)
        self.dataset, self.splits = dataset, splits
        self.best = store(read_json(paths.best, REBUILD), str(paths.best))
        self.table, self.evaluations = read_table(paths.table), read_table(paths.evaluations)
        self.scorer: str = self.best["scorer"]

    @property
    def classifies(self) -> bool:
        """Whether the search's estimator is a classifier."""
        from sklearn.base import is_classifier

        return bool(is_classifier(build_estimator(self.search["estimator"], self.trust)))

    @property
    def scores(self) -> Any:
        """The test scores of the scorer that ranks, an ndarray of shape (n_candidates, n_splits)."""
        columns = [f"split{split}_test_{self.scorer}" for split in range(len(self.splits))]
        return self.table[columns].to_numpy(dtype=float)

    @functools.cached_property
    def own_metrics(self) -> set[str | None]:
        """The scorers that the estimators of the candidates have as their own ``score``; see `own_metric`."""
        found, seen = set(), set()
        for _, setting in planned_settings(self.paths, list(self.plans)):
            # Only such a value can be another estimator.
            replaced = {name: value for name, value in setting.params.items() if isinstance(value, str | dict)}
            if (text := canonical(replaced)) in seen:
                continue
            seen.add(text)
            estimator = build_estimator(self.search["estimator"], self.trust)
            with contextlib.suppress(Exception):  # A candidate that cannot be made has no score.
                found.add(own_metric(set_parameters(estimator, replaced, self.trust)))
        return found

    @functools.cached_property
    def in_time(self) -> bool:
        """Whether the splits follow time: each training side lies before its test side.

        The one split of a search without ``dataset.time`` may do this for another reason.
        """
        if not self.dataset.about["in_time_order"] and len(self.splits) == 1:
            return False
        results = self.paths.folder.parent
        positions = (load_split(split_paths(i, results)[0], about["sha256"]) for i, about in enumerate(self.splits))
        return all(train.max() < test.min() for train, test in positions)

    def as_search(self) -> Search:
        """Return the search in the form that the verdict reads."""
        about = read_json(self.paths.baselines_about, REBUILD)["baselines"]
        means = {name: store(found["mean_test_score"], name) for name, found in about.items()}
        if self.search["scoring"] is None and len(self.own_metrics) > 1:
            means = {}  # The scores of the candidates are of several kinds, and those of the baselines too.
        return Search(
            scorer=self.scorer,
            scores=self.scores,
            params=[setting.params for _, setting in planned_settings(self.paths, list(self.plans))],
            best=self.best["candidate"],
            ratio=mean_ratio(self.splits),
            space=self.search["param_distributions"],
            simplest_by=self.search["simplest_by"],
            random=strategy_of(self.search).draws_go_on(),
            baselines={name: None if mean is None or mean != mean else mean for name, mean in means.items()},
            splits_in_time=self.in_time,
        )

    def corrected(self) -> Corrected:
        """Return the corrected score and the gains, or the reason why they cannot be computed."""
        if reason := self._why_not():
            return Corrected(Interval.none(reason), {name: Interval.none(reason) for name in BASELINE_NAMES})
        predictions = Predictions(self.paths, self.plans)
        specs = baseline_specs(self.search["estimator"], self.trust, True, self.search["scoring"])
        of_baselines = {
            name: Predictions(self.paths, self.plans, self._identities(spec), [NO_PARAMETERS])
            for name, spec in specs.items()
        }
        scoring, estimator = (
            ranking_scorer(self.search["scoring"]),
            build_estimator(self.search["estimator"], self.trust),
        )
        has_weights = self.dataset.about["sample_weight"]
        with routed(has_weights):
            scorers = build_scorers(scoring, estimator, self.trust, weighted=has_weights)
            weights = self.dataset.sample_weight if scorers.weighted else None
            try:
                candidates = self._splits_of(predictions, self._scored(), weights)
            except InputError as error:
                reason = str(error)
                return Corrected(Interval.none(reason), {name: Interval.none(reason) for name in specs})
            baselines: dict[str, Sequence[SplitPredictions] | None] = {}
            for name, found in of_baselines.items():
                try:
                    baselines[name] = self._splits_of(found, [0], weights)
                except InputError:  # A baseline that has no score on a split has no predictions on this split.
                    baselines[name] = None
            score = score_of(scoring, scorers.together, candidates[0], predictions.classes, weights is not None)
            groups = None if self.dataset.groups is None else self.dataset.groups[:]
            return corrected(candidates, baselines, score, groups, self.search["random_state"])

    def _why_not(self) -> str | None:
        """Return why the corrected score cannot be computed, or None if it can."""
        about = self.dataset.about
        if about["target_type"] is None:
            return "the search has no target"
        if "multi" in about["target_type"] and about["target_type"] != "multiclass":
            return f"scores of a target of type {about['target_type']} are not resampled"
        if self.search["scoring"] is None and self.own_metrics not in ({"accuracy"}, {"r2"}):
            return "scoring is null, and a candidate's own score is neither accuracy nor r2; name a scorer"
        if self.in_time:
            return "the splits follow time, so samples cannot be drawn at random"
        if not self.plans[-1].prediction_bits:
            return f"no predictions are kept: {self._why_none_kept()}"
        return None

    def _why_none_kept(self) -> str:
        """Return why the plan keeps no predictions."""
        if not self.search["predictions_mb"]:
            return "predictions_mb is 0"
        if may_look_at_samples(self.search["scoring"]):
            return "a scorer is your own, and may look at the samples themselves"
        if content_of(self.search, self.trust, self.dataset).bits:
            return f"predictions_mb: {self.search['predictions_mb']:g} is too small"
        return "the scorers do not use labels, numbers or probabilities that the estimator predicts"

    def allowed(self) -> Callable[[str, Any], bool]:
        """Return a function that tells whether scikit-learn takes a value for a parameter of the best candidate."""
        estimator = build_estimator(self.search["estimator"], self.trust)
        params = store(self.best["params"], str(self.paths.best))
        return allowed_values(estimator, params, self.trust)

    def _scored(self) -> list[int]:
        """Return the candidates that have a score on every split."""
        import numpy as np

        return np.flatnonzero(~np.isnan(self.scores.mean(axis=1))).tolist()

    def _identities(self, spec: Any) -> list[str]:
        """Return the identities of a baseline's evaluations."""
        search, data = {**self.search, "estimator": spec}, self.dataset.about["sha256"]
        return [
            identity_of(search, data, i, split["sha256"], self.module_versions).sha256
            for i, split in enumerate(self.splits)
        ]

    def _splits_of(self, predictions: Predictions, numbers: Sequence[int], weights: Any) -> list[SplitPredictions]:
        """Return the kept predictions of some candidates on every split, with these weights of the samples.

        Raises
        ------
        InputError
            If a candidate does not have predictions on some split.
        """
        made = []
        for split in range(len(self.splits)):
            responses = responses_of(predictions.each(split), numbers, predictions.n_classes)
            if not responses:
                raise InputError("some candidates that have a score have no kept predictions")
            test = predictions.test(split)
            weight = None if weights is None else weights[test]
            made.append(SplitPredictions(test, predictions.codes(split), responses, weight))
        return made

    def outcome(self, verdict: dict[str, Any]) -> Outcome:
        """Return the values that the findings read."""
        rows, name = self.evaluations, f"mean_train_{self.scorer}"
        mean = float(self.table[name].iloc[self.best["candidate"]]) if name in self.table else None
        failed = rows[rows["status"] != "ok"]
        warned = rows[rows["warnings"] > 0]
        return Outcome(
            verdict=verdict,
            mean_train_score=None if mean is None or mean != mean else mean,
            n_evaluations=len(rows),
            n_failed=len(failed),
            n_warned=len(warned),
            failure=most_often(failed["error"].dropna()) if len(failed) else "",
            warning=most_often(warned["warning"].dropna()) if len(warned) else "",
        )

    def core_hours(self) -> dict[str, float | None]:
        """Return the core hours of all evaluations: as the pilot forecast them, and as they were."""
        forecast = None
        if self.paths.pilot.exists():
            seconds = read_pilot(self.paths.pilot).seconds
            forecast = None if seconds is None else seconds * len(self.evaluations) / 3600
        return {"forecast": forecast, "actual": float(self.evaluations["time"].sum()) / 3600}

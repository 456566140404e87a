"""The score of the best candidate, corrected for the choice of the best (BBC-CV), and its gains over baselines.

Tsamardinos, Greasidou, Borboudakis: Bootstrapping the out-of-sample predictions for efficient and accurate
cross-validation. Machine Learning 107, 1895-1922 (2018).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cvsearch.results.statistics.comparison import ROUNDING
from cvsearch.results.statistics.predictions import Draws, SplitPredictions
from cvsearch.results.statistics.scores import AnyScore, Score, blocks

LEVEL = 0.95

METHOD = "BBC-CV"

# With fewer bootstrap samples, the ends of an interval are mostly chance.
FEWEST_DRAWS = 100

# The longest time that calls of a scorer may take, by estimate.
MOST_SECONDS = 200


class Interval(NamedTuple):
    """An estimate with its interval, or the reason why there is none."""

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    reason: str | None

    @classmethod
    def none(cls, reason: str) -> "Interval":
        """Return an interval that could not be computed."""
        return cls(None, None, None, LEVEL, METHOD, reason)


class Corrected(NamedTuple):
    """The result of the bootstrap for a search.

    Attributes
    ----------
    score : Interval
        The score of the best candidate.
    gains : dict of str to Interval
        The score of the best candidate minus the score of a baseline, by the baseline's name.
    """

    score: Interval
    gains: dict[str, Interval]


def corrected(
    candidates: Sequence[SplitPredictions],
    baselines: Mapping[str, Sequence[SplitPredictions] | None],
    score: Score,
    groups: Any = None,
    random_state: int = 0,
) -> Corrected:
    """Return the corrected score of the best candidate and its gains.

    Samples are drawn with replacement from all samples of the test sides. The best candidate is chosen by its score on
    the drawn samples. It is then scored on the samples that were left out. The estimate is the mean over many draws. So
    a sample that helped to choose a candidate is not used to score it.

    The search's own score is a mean over splits. A drawn sample counts on each split that tests it. A split's score is
    computed from the drawn samples of the split. The mean over the splits is weighted by the share of each test side
    that was drawn. So for a score that is a mean over samples, the bootstrap resamples exactly the search's score.

    Parameters
    ----------
    candidates : sequence of SplitPredictions
        One item for each split, with all candidates that have a score on every split.
    baselines : mapping of str to sequence of SplitPredictions
        One item for each split, with one candidate, which is never chosen. None if a baseline has no score on some
        split.
    score : Score
        Higher is better.
    groups : ndarray of shape (n_samples,), optional
        Groups are drawn whole.
    random_state : int

    Returns
    -------
    Corrected
    """
    import numpy as np

    n_draws = score.draws
    if isinstance(score, AnyScore):
        seconds = sum(map(score.seconds, candidates))
        n_draws = min(n_draws, int(MOST_SECONDS / seconds))
        if n_draws < FEWEST_DRAWS:
            return _none(
                baselines,
                f"this score cannot be computed from sums over the samples; {FEWEST_DRAWS} draws would take about "
                f"{FEWEST_DRAWS * seconds:,.0f} s, and the limit is {MOST_SECONDS} s",
            )
    draws = Draws(candidates, n_draws, groups, random_state)
    if draws.n_units < 2:
        return _none(
            baselines, f"there is only one {'sample' if groups is None else 'group'} to draw, so none is left out"
        )
    # In blocks of draws, because a score for each draw and candidate of a large search does not fit into memory.
    of_blocks = [
        _choose(candidates, score, [counts[rows] for counts in draws.counts])
        for rows in blocks(n_draws, candidates[0].n_candidates)
    ]
    chosen = np.concatenate(of_blocks)
    usable = chosen >= 0
    scores = np.full((len(candidates), n_draws), np.nan)
    present = {name: predicted for name, predicted in baselines.items() if predicted is not None}
    others = {name: scores.copy() for name in present}
    shares = scores.copy()
    for j, (split, counts) in enumerate(zip(candidates, draws.counts, strict=True)):
        left_out = (counts == 0).view("uint8")
        shares[j] = split.share(left_out)
        for candidate in np.unique(chosen[usable]):
            rows = np.flatnonzero(chosen == candidate)
            scores[j, rows] = score.of(split.of(slice(candidate, candidate + 1)), left_out[rows])[:, 0]
        for name, predicted in present.items():
            others[name][j] = score.of(predicted[j], left_out)[:, 0]
    method = f"{METHOD}, {n_draws:,} draws of {draws.n_units:,} {'samples' if groups is None else 'groups'}"
    gains = {
        name: _interval(_over_splits(scores - others[name], shares), method, score.error)
        if name in others
        else Interval.none(f"the baseline {name} has no kept predictions on some split")
        for name in baselines
    }
    return Corrected(_interval(_over_splits(scores, shares), method, score.error), gains)


def _none(baselines: Mapping[str, Any], reason: str) -> Corrected:
    return Corrected(Interval.none(reason), {name: Interval.none(reason) for name in baselines})


def _choose(splits: Sequence[SplitPredictions], score: Score, drawn_counts: Sequence[Any]) -> Any:
    """Return the best candidate on each draw: the first of equals, and -1 if no candidate has a score.

    `drawn_counts` has an array of shape (n_draws, n_test) for each split.
    """
    import numpy as np

    total = np.zeros((len(drawn_counts[0]), splits[0].n_candidates))
    weight = np.zeros(len(total))
    for split, counts in zip(splits, drawn_counts, strict=True):
        scores = score.of(split, counts)
        share = split.share(counts)
        share[np.isnan(scores).all(axis=1)] = 0  # The score is not defined for these samples, for any candidate.
        drawn = share > 0
        total[drawn] += share[drawn, None] * scores[drawn]
        weight += share
    total[np.isnan(total)] = -np.inf
    best = total.max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):  # Rounding must not choose among equals.
        first = ((total == best) | (total >= best - ROUNDING * abs(best))).argmax(axis=1)
    return np.where((weight > 0) & (best[:, 0] > -np.inf), first, -1)


def _over_splits(scores: Any, shares: Any) -> Any:
    """Return the mean over the splits that have a score, weighted by their shares; NaN if no split has a score."""
    import numpy as np

    there = ~np.isnan(scores) & (shares > 0)
    weights = np.where(there, shares, 0)
    with np.errstate(invalid="ignore"):
        return (weights * np.where(there, scores, 0)).sum(axis=0) / weights.sum(axis=0)


def _interval(values: Any, method: str, error: str = "") -> Interval:
    """Return the mean and the percentiles of the values of the draws. `error` is the first error of the scorer.

    If nearly all draws give the same value, the mean may lie outside the percentiles. The interval then goes up to the
    mean.
    """
    import numpy as np

    if infinite := int(np.isinf(values).sum()):
        return Interval.none(f"the score is infinite on {infinite:,} of {len(values):,} draws")
    finite = values[np.isfinite(values)]
    if 2 * len(finite) < len(values):
        because = f" ({error})" if error else ""
        return Interval.none(
            f"the score is a number on {len(finite):,} of {len(values):,} draws, fewer than half{because}"
        )
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    estimate = float(finite.mean())
    return Interval(estimate, min(float(low), estimate), max(float(high), estimate), LEVEL, method, None)

"""``verdict.json``: what a search found, and how far it can be trusted."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cvsearch.candidates.space import Space
from cvsearch.config.values import strict
from cvsearch.results.statistics.bootstrap import Corrected, Interval
from cvsearch.results.statistics.comparison import (
    ROUNDING,
    like_the_best,
    simplest,
    standard_error,
    within_one_standard_error,
)
from cvsearch.results.statistics.regions import at_edge, good_candidates, next_region
from cvsearch.results.statistics.search_curve import search_curve
from cvsearch.results.tables import BASELINE_NAMES


class Search(NamedTuple):
    """A finished search in the form that the verdict reads.

    Attributes
    ----------
    scorer : str
        The scorer that ranks.
    scores : ndarray of shape (n_candidates, n_splits)
        Test scores of this scorer; NaN if there is no score.
    params : sequence of dict
        Parameters of each candidate, as stored values.
    best : int
        The best candidate, as in ``best.json``.
    ratio : float
        n_test / n_train, see `comparison.mean_ratio`.
    space : dict or list of dict
        ``param_distributions``.
    simplest_by : sequence of str
        As in the config; empty if the config does not have it.
    random : bool
        Whether candidates were drawn at random, independently of each other.
    baselines : dict of str to float or None
        Mean test score of ``default`` and of ``dummy``.
    splits_in_time : bool
        Whether the splits follow time. If so, the t test is approximate.
    """

    scorer: str
    scores: Any
    params: Sequence[dict[str, Any]]
    best: int
    ratio: float
    space: Space
    simplest_by: Sequence[str] = ()
    random: bool = True
    baselines: dict[str, float | None] = {}
    splits_in_time: bool = False


def verdict_of(
    search: Search,
    corrected: Corrected,
    core_hours: dict[str, float | None],
    allowed: Callable[[str, Any], bool] | None = None,
) -> dict[str, Any]:
    """Return ``verdict.json``.

    Parameters
    ----------
    search : Search
    corrected : Corrected
        Result of the bootstrap, or intervals without numbers that give the reason why there are none.
    core_hours : dict
        ``forecast`` and ``actual``, in hours; None if a number is not known.
    allowed : callable, optional
        ``allowed(name, value)`` tells whether the estimator takes a value beyond the ends of the space.
    """
    import numpy as np

    scores, best, params = search.scores, search.best, search.params
    means = scores.mean(axis=1)
    alike = like_the_best(scores, best, search.ratio)
    gains = {name: corrected.gains.get(name, Interval.none(f"there is no baseline {name}")) for name in BASELINE_NAMES}
    above_guess = _is_above(float(means[best]), search.baselines.get("dummy"), gains["dummy"])
    edges: dict[str, str] = {}
    region = None
    if above_guess not in ("no", "unclear"):
        good = good_candidates(means, alike, search.baselines.get("dummy"))
        # On few splits the standard error may be 0. The good candidates also show where other candidates are as good.
        as_good = within_one_standard_error(scores, best, search.ratio) | good
        edges = at_edge(search.space, params, best, as_good, allowed or _any)
        region = next_region(search.space, params, best, good, edges, allowed or _any)
    with np.errstate(invalid="ignore"):  # Infinite scores have no standard deviation.
        std = float(scores[best].std())
    found = {
        "best": {
            "candidate": best,
            "params": params[best],
            "scorer": search.scorer,
            "mean_test_score": float(means[best]),
            "std_test_score": std,
        },
        "corrected": corrected.score._asdict(),
        "gain_over_default": gains["default"]._asdict(),
        "gain_over_dummy": gains["dummy"]._asdict(),
        "baselines": {name: search.baselines.get(name) for name in BASELINE_NAMES},
        "better_than_dummy": above_guess,
        "better_than_default": _is_above(float(means[best]), search.baselines.get("default"), gains["default"]),
        "n_candidates": len(scores),
        "n_scored": int((~np.isnan(means)).sum()),
        "n_splits": scores.shape[1],
        "n_indistinguishable": int(alike.sum()) - 1,
        "comparison_is_approximate": search.splits_in_time,
        "one_standard_error": simplest(scores, best, search.ratio, params, search.simplest_by),
        "standard_error": standard_error(scores[best], search.ratio),
        "at_edge": list(edges),
        "next_region": region,
        "search_curve": _half(means) if search.random else None,
        "core_hours": core_hours,
    }
    return {name: strict(value) for name, value in found.items()}


def _any(name: str, value: Any) -> bool:
    return True


def _is_above(mean: float, baseline: float | None, gain: Interval) -> str:
    """Return whether the best candidate is better than a baseline.

    The answer is ``yes``, ``no``, ``unclear``, ``unknown`` or ``higher``. ``higher`` means that the mean score is
    higher, but the gain does not have an interval.
    """
    if baseline is not None and mean <= baseline + ROUNDING * abs(baseline):
        return "no"
    if gain.low is not None:
        return "yes" if gain.low > 0 else "unclear"
    return "unknown" if baseline is None else "higher"


def _half(means: Any) -> dict[str, Any] | None:
    """Return the median score of the best candidate in a search of half the size, or None for one candidate."""
    half = len(means) // 2
    if not half:
        return None
    curve = search_curve(means, [half])
    values = {name: float(getattr(curve, name)[0]) for name in ("median", "low", "high")}
    return {"n_candidates": half} | {name: None if value != value else value for name, value in values.items()}

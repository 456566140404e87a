"""Where the best candidate lies in the space, and which region to search next."""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from cvsearch.candidates.space import Entry, Space, bounds, is_logarithmic, subspaces

# A candidate is at an end of an axis if it is within this share of the axis from the end.
EDGE = 0.05

# If the best candidate lies at an end, the next region goes beyond this end by this share of the old axis.
BEYOND = 0.25

# A place just beyond an end, as a share of the axis.
JUST_BEYOND = 1e-6

# How often the way beyond an end is halved, to find the last value that the estimator takes.
HALVINGS = 20

# In a small search, at most this many candidates show where a good region is.
FEWEST_GOOD = 5

# Divisors of a larger step are not looked for.
LARGEST_STEP = 10**12


class Scale(NamedTuple):
    """The scale of one numeric parameter of a sub-space.

    Attributes
    ----------
    low, high : float
        The ends of the parameter, on the scale.
    log : bool
        Whether the scale is logarithmic, to base 10.
    """

    low: float
    high: float
    log: bool

    def position(self, value: float) -> float:
        """Return the position of a value: 0 at the low end, 1 at the high end."""
        return (self.scaled(value) - self.low) / (self.high - self.low)

    def scaled(self, value: float) -> float:
        """Return a value on the scale."""
        return math.log10(value) if self.log else float(value)

    def value(self, scaled: float) -> float:
        """Return the number at a place of the scale."""
        return 10.0**scaled if self.log else scaled


def scale_of(entry: Entry) -> Scale | None:
    """Return the scale of an entry of a space.

    Return None if the entry does not have two ends: for names, for one value, and for a distribution of SciPy.
    """
    ends = bounds([entry])
    if ends is None or ends[0] >= ends[1]:
        return None
    log = is_logarithmic(entry) and ends[0] > 0
    low, high = (math.log10(end) if log else float(end) for end in ends)
    return Scale(low, high, log)


def home_of(space: Space, setting: dict[str, Any]) -> int | None:
    """Return the number of the first sub-space that holds a setting, or None."""
    for number, subspace in enumerate(subspaces(space)):
        if subspace.keys() == setting.keys() and all(_holds(subspace[name], setting[name]) for name in subspace):
            return number
    return None


def _holds(entry: Entry, value: Any) -> bool:
    if isinstance(entry, list):
        return any(type(known) is type(value) and (known == value or _are_nan(known, value)) for known in entry)
    axis = scale_of(entry)
    if axis is None:
        return True
    return _is_number(value) and (value > 0 or not axis.log) and -1e-9 <= axis.position(value) <= 1 + 1e-9


def _are_nan(one: Any, other: Any) -> bool:
    return bool(one != one and other != other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def at_edge(
    space: Space, params: Sequence[dict[str, Any]], best: int, as_good: Any, allowed: Callable[[str, Any], bool]
) -> dict[str, str]:
    """Return the numeric parameters whose best value lies at an end of its axis.

    The best value of a parameter that does not matter can be anywhere, and is often at an end. So a parameter counts
    only if no candidate in the other half of its axis is as good. It also counts only if it can have a value beyond
    the end.

    Parameters
    ----------
    space : dict or list of dict
    params : sequence of dict
        Parameters of each candidate.
    best : int
    as_good : ndarray of bool of shape (n_candidates,)
        Whether a candidate is within one standard error of the best, or is one of the `good_candidates`.
    allowed : callable
        ``allowed(name, value)`` tells whether the estimator takes a value beyond the ends of the space.

    Returns
    -------
    dict of str to str
        ``low`` or ``high`` by the parameter's name.
    """
    home = home_of(space, params[best])
    if home is None:
        return {}
    found = {}
    for name, entry in subspaces(space)[home].items():
        axis = scale_of(entry)
        if axis is None:
            continue
        value = params[best][name]
        place = axis.position(value)
        values = [v for v in entry if _is_number(v)] if isinstance(entry, list) else []
        side = "low" if place <= EDGE or value == min(values, default=None) else None
        side = "high" if place >= 1 - EDGE or value == max(values, default=None) else side
        if side is None or not _may(_just_beyond(entry, axis, side), axis, functools.partial(allowed, name)):
            continue
        others = [params[i].get(name) for i in as_good.nonzero()[0] if params[i].keys() == params[best].keys()]
        places = [axis.position(v) for v in others if _is_number(v) and (v > 0 or not axis.log)]
        if not any(p > 0.5 if side == "low" else p < 0.5 for p in places):
            found[name] = side
    return found


def _just_beyond(entry: Entry, axis: Scale, side: str) -> float:
    """Return a value just beyond an end of an entry: the next whole number, or a number that is very near."""
    sign, end = (-1, axis.low) if side == "low" else (1, axis.high)
    if _is_whole(entry):
        return round(axis.value(end)) + sign
    return axis.value(end + sign * JUST_BEYOND * (axis.high - axis.low))


def _is_whole(entry: Entry) -> bool:
    """Tell whether an entry has only whole numbers."""
    if isinstance(entry, dict):
        return next(iter(entry)) in ("range", "randint")
    return all(isinstance(value, int) for value in entry)


def good_candidates(means: Any, like_the_best: Any, guess: float | None) -> Any:
    """Return which candidates show where the good region is, as an ndarray of bool of shape (n_candidates,).

    A good candidate meets three conditions. It cannot be distinguished from the best. It is among the best tenth, or
    among the best five in a small search. It has at least nine tenths of the best candidate's gain over a guess, if the
    guess has a score. The first condition is not enough, because with few splits nearly no candidate can be
    distinguished from the best.

    Parameters
    ----------
    means : ndarray of shape (n_candidates,)
        Mean scores; NaN if there is none.
    like_the_best : ndarray of bool of shape (n_candidates,)
        Whether a candidate cannot be distinguished from the best. The best is included.
    guess : float or None
        Mean score of ``dummy``.
    """
    import numpy as np

    there = ~np.isnan(means)
    most = min(int(there.sum()), max(FEWEST_GOOD, math.ceil(there.sum() / 10)))
    best = means[there].max()
    least = np.sort(means[there])[-most]
    if guess is not None and math.isfinite(best - guess):
        least = max(least, best - (best - guess) / 10)
    return like_the_best & there & (np.where(there, means, -np.inf) >= least)


def next_region(
    space: Space,
    params: Sequence[dict[str, Any]],
    best: int,
    good: Any,
    edges: dict[str, str],
    allowed: Callable[[str, Any], bool],
) -> Space:
    """Return the region to search next, in the forms of the config.

    Each axis is cut to the part where the good candidates lie, with a margin. If the best candidate lies at an end of
    the axis, the region goes beyond this end. A list of names keeps the names that a good candidate has. Other entries
    without an axis stay as they are.

    Parameters
    ----------
    space : dict or list of dict
    params : sequence of dict
        Parameters of each candidate.
    best : int
    good : ndarray of bool of shape (n_candidates,)
        The good candidates. The best is one of them.
    edges : dict of str to str
        Result of `at_edge`.
    allowed : callable
        ``allowed(name, value)`` tells whether the estimator takes a value beyond the ends of the space.

    Returns
    -------
    dict or list of dict
        ``param_distributions``, without the sub-spaces that do not have a good candidate.
    """
    members: dict[int, list[dict[str, Any]]] = {}
    for i in good.nonzero()[0]:
        home = home_of(space, params[i])
        if home is not None:
            members.setdefault(home, []).append(params[i])
    best_home = home_of(space, params[best])
    kept = []
    for home in sorted(members):
        subspace, region = subspaces(space)[home], {}
        for name, entry in subspace.items():
            side = edges.get(name) if home == best_home else None
            values = [setting[name] for setting in members[home]]
            region[name] = _next_entry(entry, values, side, functools.partial(allowed, name))
        kept.append(region)
    if not kept:
        return space
    return kept if isinstance(space, list) else kept[0]


def _next_entry(entry: Entry, values: list[Any], side: str | None, allowed: Callable[[Any], bool]) -> Entry:
    """Return the entry for the region of these values. The region goes beyond the end `side`, if there is one."""
    axis = scale_of(entry)
    if axis is None:
        return [value for value in entry if _holds(values, value)] if isinstance(entry, list) else entry
    low, high = _window(axis, values, side)
    if isinstance(entry, list):
        return _next_values(entry, axis, low, high, side, allowed)
    kind, arguments = next(iter(entry.items()))
    if _is_whole(entry):
        return {kind: _next_whole(arguments, axis, low, high, side, allowed)}

    def written(end: float, outward: Callable[[float], int]) -> float:
        """Return an end as the config has it: for ``logspace`` the exponent, else the value."""
        if axis.log and kind != "logspace":
            return float(f"{axis.value(end):.3g}")
        return _rounded(end, axis, outward)

    def may(outward: Callable[[float], int], end: float) -> bool:
        value = written(end, outward)
        return _may(axis.value(value) if kind == "logspace" else value, axis, allowed)

    low, high = _within_reach(axis, low, high, may)
    ends = [written(low, math.floor), written(high, math.ceil)]
    if axis.log and kind != "logspace":  # Rounding must not cut off a value that was kept.
        ends = [min(ends[0], *values), max(ends[1], *values)]
    if kind not in ("logspace", "linspace"):
        return {kind: ends}
    backwards = arguments[0] > arguments[1]
    return {kind: [*(reversed(ends) if backwards else ends), arguments[2]]}


def _within_reach(
    axis: Scale, low: float, high: float, may: Callable[[Callable[[float], int], float], bool]
) -> tuple[float, float]:
    """Return the ends of a region. An end that is beyond the axis moves back as far as the estimator needs it.

    Parameters
    ----------
    axis : Scale
    low, high : float
        Places on the scale.
    may : callable
        ``may(outward, end)`` tells whether the estimator takes an end, which `outward` rounds.
    """
    if low < axis.low:
        low = _furthest(axis.low, low, functools.partial(may, math.floor))
    if high > axis.high:
        high = _furthest(axis.high, high, functools.partial(may, math.ceil))
    return low, high


def _furthest(end: float, beyond: float, may: Callable[[float], bool]) -> float:
    """Return the last place that the estimator takes, on the way from an end of the axis to a place beyond it."""
    if may(beyond):
        return beyond
    taken, refused = end, beyond
    for _ in range(HALVINGS):
        middle = (taken + refused) / 2
        taken, refused = (middle, refused) if may(middle) else (taken, middle)
    return taken


def _window(axis: Scale, values: list[Any], side: str | None) -> tuple[float, float]:
    """Return the ends of the next region on the scale."""
    length = axis.high - axis.low
    places = [axis.scaled(value) for value in values]
    margin = max((max(places) - min(places)) / 10, length / 20, length / (4 * len(places)))
    low, high = max(axis.low, min(places) - margin), min(axis.high, max(places) + margin)
    if side == "low":
        low = axis.low - BEYOND * length
    if side == "high":
        high = axis.high + BEYOND * length
    return low, high


def _may(value: float, axis: Scale, allowed: Callable[[Any], bool]) -> bool:
    """Tell whether a region may have a value beyond its axis. A parameter that was never negative stays so."""
    if axis.log or axis.low > 0:
        return value > 0 and allowed(value)
    return (axis.low < 0 or value >= 0) and allowed(value)


def _rounded(end: float, axis: Scale, outward: Callable[[float], int]) -> float:
    """Return an end rounded outward to a hundredth of the axis. An end within the space stays within it."""
    digits = 2 - math.floor(math.log10(axis.high - axis.low))
    rounded = round(outward(round(end * 10.0**digits, 6)) / 10.0**digits, max(digits, 0))
    if axis.low <= end <= axis.high:
        rounded = min(max(rounded, axis.low), axis.high)
    return int(rounded) if rounded == int(rounded) else rounded


def _next_values(
    entry: list[Any], axis: Scale, low: float, high: float, side: str | None, allowed: Callable[[Any], bool]
) -> list[Any]:
    """Return the numbers of a list inside the region.

    Two more numbers are added beyond the end `side`, if there is one. They continue the list's own steps.
    """
    kept = [value for value in entry if low - 1e-9 <= axis.scaled(value) <= high + 1e-9]
    ordered = sorted(set(entry))
    if side is None:
        return kept
    outer, inner = (ordered[0], ordered[1]) if side == "low" else (ordered[-1], ordered[-2])
    step = axis.scaled(outer) - axis.scaled(inner)
    whole = _is_whole(entry)

    def written(place: float) -> float:
        value = axis.value(place)
        return round(value) if whole else float(f"{value:.3g}")

    def may(place: float) -> bool:
        return _may(written(place), axis, allowed)

    end = axis.scaled(outer)
    places = [end + i * step for i in (1, 2)]
    if not may(places[0]):  # A whole step is too much for the estimator. A part of it may be possible.
        places = [_furthest(end, places[0], may)]
    more: list[Any] = []
    for value in (written(place) for place in places if may(place)):
        if value not in [*entry, *more]:
            more.append(value)
    ascending = entry[0] <= entry[-1]
    return kept + more if (side == "high") == ascending else more[::-1] + kept


def _next_whole(
    arguments: list[int], axis: Scale, low: float, high: float, side: str | None, allowed: Callable[[Any], bool]
) -> list[int]:
    """Return the arguments of ``range`` or ``randint`` for a region.

    The steps stay the same. If a whole step beyond the end `side` is too much for the estimator, the steps become a part
    of the old ones. So the region still has the old numbers.
    """
    numbers = range(*arguments)
    least, greatest, step = min(numbers[0], numbers[-1]), max(numbers[0], numbers[-1]), abs(numbers.step)

    def whole(end: float, outward: Callable[[float], int]) -> int:
        return least + step * outward((end - least) / step)

    def may(outward: Callable[[float], int], end: float) -> bool:
        return _may(whole(end, outward), axis, allowed)

    def may_round(place: float) -> bool:
        return _may(round(place), axis, allowed)

    low, high = _within_reach(axis, low, high, may)
    first, last = whole(low, math.floor), whole(high, math.ceil)
    if side == "low" and first == least and (reach := least - round(_furthest(least, least - step, may_round))):
        step = _divisor(step, reach)
        first = least - reach // step * step
    if (
        side == "high"
        and last == greatest
        and (reach := round(_furthest(greatest, greatest + step, may_round)) - greatest)
    ):
        step = _divisor(step, reach)
        last = greatest + reach // step * step
    if numbers.step < 0:
        return [last, first - 1, -step]
    return [first, last + 1, step] if len(arguments) > 2 else [first, last + 1]


def _divisor(step: int, most: int) -> int:
    """Return the largest divisor of a step that is at most `most`. For a step that takes long to divide, return 1."""
    if step > LARGEST_STEP:
        return 1
    small = [d for d in range(1, math.isqrt(step) + 1) if step % d == 0]
    return max(d for d in (*small, *(step // d for d in small)) if d <= most)

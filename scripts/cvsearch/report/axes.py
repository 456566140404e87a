"""The axes of a map: numbers on a scale, and beside them a place for every value that is no number on it."""

import contextlib
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from cvsearch.candidates.space import Space, bounds, is_logarithmic, subspaces
from cvsearch.report.words import cut, number_text, texts_apart

# What a candidate has for a parameter that it does not have.
ABSENT: Any = object()

# Beyond this a difference of two numbers may overflow, and matplotlib draws nothing.
HUGE = 1e300

# Numbers further from their middle half than this many times its length are drawn beside the scale, where the space has no ends.
FAR = 20

# Shares of the scale: between two places beside it, for all names together at most, and between an end and the edge.
STEP, NAMES, MARGIN = 0.11, 1.5, 0.03

LONGEST_TICK, LONGEST_LABEL = 24, 44


class Place(NamedTuple):
    """A place beside the scale of an axis, for all candidates with one value.

    Attributes
    ----------
    text : str
    members : sequence of int
        Their places among the candidates.
    is_name : bool
        Names stand closer together than other places, and some may go without a label.
    counted : str
        What the legend calls them; empty where it does not count them.
    """

    text: str
    members: Any
    is_name: bool = False
    counted: str = ""


class Axis:
    """Where candidates stand on one side of a figure, how far it reaches, and what is written beside it.

    Parameters
    ----------
    label : str
    numbers : ndarray of shape (n_candidates,)
        Of the candidates on the scale; NaN for the others, which have a place beside it.
    scale : tuple of float or None
        Its two ends; None where there are no numbers.
    below, above : sequence of Place
        Beside the low and the high end, the nearest first.
    apart : Place, optional
        Below all others, in a strip of its own.
    whole : bool
        Whether ticks are whole numbers alone.

    Attributes
    ----------
    position : ndarray of shape (n_candidates,)
    numbers : ndarray of shape (n_candidates,)
        Positions of the candidates on the scale; NaN for the others.
    scale : tuple of float or None
    ends : tuple of float
        Of the axis, everything in it.
    ticks, names : list of (float, str)
        Positions and their labels; some of the names may go without one.
    breaks : list of float
        Where the scale ends and the places begin.
    strip : tuple of float or None
        Ends of what stands apart.
    counts : list of (str, int)
        What the legend counts.
    whole : bool
    is_logarithmic : bool
        Whether positions on the scale are log10 of the numbers.
    limits : tuple of float or None
        Ends of the space, so that what was not searched shows and the picture stays as the search grows.
    """

    def __init__(
        self,
        label: str,
        numbers: Any,
        scale: tuple[float, float] | None,
        below: Sequence[Place] = (),
        above: Sequence[Place] = (),
        apart: Place | None = None,
        whole: bool = False,
    ) -> None:
        self.label = label
        self.numbers, self.scale, self.whole = numbers, scale, whole
        self.position = numbers.copy()
        self.limits: tuple[float, float] | None = None
        self.is_logarithmic = False
        self.ticks: list[tuple[float, str]] = []
        self.names: list[tuple[float, str]] = []
        self.breaks: list[float] = []
        self.strip: tuple[float, float] | None = None
        self.counts: list[tuple[str, int]] = []
        n_names = sum(place.is_name for place in above)
        if scale is None:
            # Names alone stand at whole numbers.
            low, high, step, name_step = 0.0, -1.0, max(1.0, 0.06 * n_names), 1.0
            margin = step / 2
        else:
            low, high = scale
            width = length_of(low, high)
            step, name_step = STEP * width, min(STEP, NAMES / max(n_names, 1)) * width
            margin = MARGIN * width if not (below or above or apart) else step / 2
            self.breaks = [end for end, places in ((low - step / 2, below), (high + step / 2, above)) if places]
        start, end = low, high
        for place in below:
            start -= step
            self._put(place, start)
        for place in above:
            end += name_step if place.is_name and self.names else step
            self._put(place, end)
        if apart is not None:
            start -= 1.5 * step
            self._put(apart, start)
            self.strip = start - margin, start + step / 2
        self.ends = start - margin, end + margin
        if scale is not None:
            share = (high - low) / (self.ends[1] - self.ends[0])
            longest = max(len(number_text(low)), len(number_text(high)))
            self.ticks += number_ticks(low, high, whole, max(2, int(share * min(8, 50 / (longest + 2)))))

    def _put(self, place: Place, position: float) -> None:
        self.position[place.members] = position
        (self.names if place.is_name else self.ticks).append((position, cut(place.text, LONGEST_TICK)))
        if place.counted:
            self.counts.append((place.counted, len(place.members)))


def length_of(low: float, high: float) -> float:
    """Return the length of a scale, above 0 also where its ends are equal."""
    return high - low if _differ(low, high) else abs(high) / 10 or 1.0


def _differ(low: float, high: float) -> bool:
    """Whether two numbers differ by so much that there is room to draw between them."""
    return high - low > 1e-12 * max(abs(low), abs(high))


def number_ticks(low: float, high: float, whole: bool = False, most: int = 8) -> list[tuple[float, str]]:
    """Return at most about `most` round numbers from `low` to `high`, with texts that tell them apart.

    Parameters
    ----------
    low, high : float
    whole : bool
        Whole numbers alone.
    most : int
    """
    from matplotlib.ticker import MaxNLocator

    if not _differ(low, high):
        return [(low, number_text(low))]
    found: Any = MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    step = found[1] - found[0]
    # 0.3, not 0.30000000000000004; 0, not 5e-17.
    ticks = [round(tick / step) * step for tick in found if low - step / 1000 <= tick <= high + step / 1000]
    for digits in range(4, 17):
        texts = [number_text(tick, digits) for tick in ticks]
        if all(abs(float(text) - tick) <= step / 100 for text, tick in zip(texts, ticks, strict=True)):
            break
    return list(zip(ticks, texts, strict=True))


def axes_of(table: Any, space: Space) -> list[Axis]:
    """Return the axes of a map: the two parameters that show most of the space.

    Returns
    -------
    list of Axis
        In the order of the space: two, or fewer where no more parameters vary. See `parameter_axes`.
    """
    found = parameter_axes(table, space)
    chosen = set(list(found)[:2])
    return [found[name] for name in _entries(space) if name in chosen]


def parameter_axes(table: Any, space: Space) -> dict[str, Axis]:
    """Return an axis for every parameter that varies, by name, those first that show most of the space.

    Parameters that take several values come first; then those that at least half of the candidates have; then numbers before
    names; then those that take more values. The order of the space breaks ties. One that the space fixes shows nothing.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``. Values are taken from its ``params``, which keep their types.
    space : dict or list of dict
        Of the config.
    """
    entries = _entries(space)
    columns = parameter_values(table, entries)
    columns = {name: values for name, values in columns.items() if not _is_fixed(values, entries[name])}
    order = sorted(columns, key=lambda name: _rank(columns[name]))
    return {name: parameter_axis(name, columns[name], entries[name]) for name in order}


def parameter_values(table: Any, names: Iterable[str]) -> dict[str, list[Any]]:
    """Return, for each name of a parameter, what each candidate has; `ABSENT` where it does not have the parameter."""
    settings = list(map(json.loads, table["params"]))
    return {name: [setting.get(name, ABSENT) for setting in settings] for name in names}


def _entries(space: Space) -> dict[str, list[Any]]:
    """Return, for each parameter, its entries in the sub-spaces."""
    entries: dict[str, list[Any]] = {}
    for subspace in subspaces(space):
        for name, entry in subspace.items():
            entries.setdefault(name, []).append(entry)
    return entries


def _is_fixed(values: list[Any], entries: list[Any]) -> bool:
    """Whether all candidates have the one value that the space gives the parameter, or none has any."""
    if len(set(map(repr, values))) > 1:
        return False
    return values[0] is ABSENT or all(isinstance(entry, list) and len(entry) == 1 for entry in entries)


def _rank(values: list[Any]) -> tuple[bool, bool, bool, int]:
    """Return what sorts parameters, the best axis first."""
    present = [value for value in values if value is not ABSENT]
    n_values = len(set(map(repr, present)))
    return n_values < 2, 2 * len(present) < len(values), not any(map(_is_number, present)), -n_values


def parameter_axis(name: str, values: Sequence[Any], entries: Sequence[Any], none: str = "None") -> Axis:
    """Return a parameter as an axis.

    Numbers stand on a scale, which spans the space where that has ends. Where it has none, numbers that lie far from the
    others share a place beside the scale, or they would flatten it. On a logarithmic scale 0 has a place too. Infinities, NaN,
    None and names have a place each; candidates that do not have the parameter stand apart from all.

    Parameters
    ----------
    name : str
    values : sequence of length n_candidates
        `ABSENT` where a candidate does not have the parameter.
    entries : sequence
        Its entries in the sub-spaces of the config.
    none : str
        What the place of the value None is called.
    """
    import numpy as np

    kinds = np.array([_kind(value) for value in values])
    numbers = np.array(
        [value if kind == "number" else np.nan for value, kind in zip(values, kinds, strict=True)], float
    )
    short = cut(name, LONGEST_LABEL)
    below: list[Place] = []
    above: list[Place] = []

    logarithmic = _is_logarithmic(entries, numbers)
    if logarithmic:
        if (numbers == 0).any():
            # Not "0", which on this scale is the logarithm of 1.
            below.append(Place("zero", np.flatnonzero(numbers == 0)))
        numbers = np.log10(np.where(numbers == 0, np.nan, numbers))
    limits = _limits(entries, logarithmic)
    scale = None
    if not np.isnan(numbers).all():
        scale = _scale(numbers[~np.isnan(numbers)], limits)
        for places, word, end, outside in (
            (below, "below", scale[0], numbers < scale[0]),
            (above, "above", scale[1], numbers > scale[1]),
        ):
            if outside.any():
                text = f"{word} {number_text(10**end if logarithmic else end)}"
                places.append(Place(text, np.flatnonzero(outside), counted=f"{short} {text}"))
                numbers = np.where(outside, np.nan, numbers)

    for places, kind in ((below, "-inf"), (above, "inf"), (above, "nan"), (above, "None")):
        if (kinds == kind).any():
            text = none if kind == "None" else kind
            places.append(Place(text, np.flatnonzero(kinds == kind), counted=f"{short} {text}"))
    above += _names(values, np.flatnonzero(kinds == "name"))
    absent = None
    if (kinds == "absent").any():
        absent = Place("absent", np.flatnonzero(kinds == "absent"), counted=f"{short} absent")

    if logarithmic:
        whole = scale is not None and scale[1] - scale[0] >= 2
    else:
        whole = all(isinstance(value, int) for value, kind in zip(values, kinds, strict=True) if kind == "number")
    axis = Axis(f"log10 {short}" if logarithmic else short, numbers, scale, below, above, absent, whole)
    axis.limits = limits if scale else None
    axis.is_logarithmic = logarithmic
    return axis


def _kind(value: Any) -> str:
    if value is ABSENT:
        return "absent"
    if _is_number(value):
        return "number"
    text = str(value)
    if value is None or (isinstance(value, float) and text in ("nan", "inf", "-inf")):
        return text
    return "name"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= HUGE


def _is_logarithmic(entries: Sequence[Any], numbers: Any) -> bool:
    """Whether an entry asks for a logarithmic scale, and no other for what has none; zeros in a list get a place beside it."""
    found = False
    for entry in entries:
        if isinstance(entry, list):
            listed = [value for value in entry if _is_number(value)]
            if any(value < 0 for value in listed):
                return False
            entry = [value for value in listed if value > 0]
        elif (ends := bounds([entry])) and ends[0] <= 0:
            return False
        found = found or is_logarithmic(entry)
    return found and not bool((numbers < 0).any())


def _limits(entries: Sequence[Any], logarithmic: bool) -> tuple[float, float] | None:
    """Return the ends of the space on the scale; None where it has none."""
    kept = []
    for entry in entries:
        if isinstance(entry, list):
            entry = [value for value in entry if _is_number(value) and (value > 0 or not logarithmic)]
        if entry != []:
            kept.append(entry)
    ends = bounds(kept) if kept else None
    if ends is None or not logarithmic:
        return ends
    return math.log10(ends[0]), math.log10(ends[1])


def _scale(numbers: Any, limits: tuple[float, float] | None) -> tuple[float, float]:
    """Return the ends of the scale for these numbers, none of them NaN."""
    import numpy as np

    if limits is not None:
        return min(limits[0], numbers.min().item()), max(limits[1], numbers.max().item())
    quarter, three = np.quantile(np.unique(numbers), [0.25, 0.75]).tolist()
    near = numbers[np.abs(numbers - (quarter + three) / 2) <= (FAR + 0.5) * (three - quarter)]
    return near.min().item(), near.max().item()


def _names(values: Sequence[Any], named: Any) -> list[Place]:
    """Return a place for every value that is a name; `named` holds who has one. Lists stand in their order, others by text."""
    members: dict[str, list[int]] = {}
    for i in named.tolist():
        members.setdefault(repr(values[i]), []).append(i)
    found = list(members.values())
    distinct = [values[rows[0]] for rows in found]
    texts = texts_apart(distinct)
    order = sorted(range(len(texts)), key=texts.__getitem__)
    if all(isinstance(value, list) for value in distinct):
        with contextlib.suppress(TypeError):  # Numbers and texts have no order.
            order = sorted(order, key=distinct.__getitem__)
    return [Place(texts[i], found[i], is_name=True) for i in order]

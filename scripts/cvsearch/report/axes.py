"""The axes of a map. Numbers stand on a scale. Every other value has a place beside the scale."""

import contextlib
import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from cvsearch.candidates.space import Space, bounds, is_logarithmic, subspaces
from cvsearch.report.words import cut, number_text, texts_apart

# Stands in place of the value if a candidate does not have a parameter.
ABSENT: Any = object()

# Larger numbers than this do not stand on a scale. A difference of two of them may overflow, and then matplotlib draws
# nothing.
HUGE = 1e300

# If the space has no ends, far numbers are drawn beside the scale. A number is far if its distance from the middle half
# of the numbers is more than this many times the length of the middle half.
FAR = 20

# Distances as shares of the scale. STEP is between two places beside the scale. NAMES is the most that all names take
# together. MARGIN is between an end of the scale and the edge of the axis.
STEP, NAMES, MARGIN = 0.11, 1.5, 0.03

LONGEST_TICK, LONGEST_LABEL = 24, 44


class Place(NamedTuple):
    """A place beside the scale of an axis, for all candidates with one value.

    Attributes
    ----------
    text : str
    members : sequence of int
        Row numbers of these candidates.
    is_name : bool
        Whether the value is a name. Names stand closer together than other places, and some may have no label.
    counted : str
        Text for the candidates in the legend. Empty if the legend does not count them.
    """

    text: str
    members: Any
    is_name: bool = False
    counted: str = ""


class Axis:
    """One side of a figure: where candidates stand on it, where it ends, and which texts are beside it.

    Parameters
    ----------
    label : str
    numbers : ndarray of shape (n_candidates,)
        Numbers of the candidates on the scale. NaN for candidates that have a place beside the scale.
    scale : tuple of float or None
        The two ends of the scale. None if there are no numbers.
    below, above : sequence of Place
        Places beside the low end and beside the high end. The nearest place comes first.
    apart : Place, optional
        A place below all others, in a strip of its own.
    whole : bool
        Whether all ticks are whole numbers.

    Attributes
    ----------
    position : ndarray of shape (n_candidates,)
        Position of every candidate.
    numbers : ndarray of shape (n_candidates,)
        Positions of the candidates on the scale. NaN for the others.
    scale : tuple of float or None
    ends : tuple of float
        Ends of the whole axis, with all its places.
    ticks, names : list of (float, str)
        Positions and their labels. Some names may have no label.
    breaks : list of float
        Positions between the scale and its places.
    strip : tuple of float or None
        Ends of the strip of the place `apart`.
    counts : list of (str, int)
        Texts of the legend, and how many candidates each one counts.
    whole : bool
    is_logarithmic : bool
        Whether positions on the scale are log10 of the numbers.
    limits : tuple of float or None
        Ends of the space. With them the picture also shows what was not searched, and it stays the same as the search
        grows.
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
            # If there are only names, they stand at whole numbers.
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
    """Return the length of a scale. It is above 0, even if the ends are equal."""
    return high - low if _differ(low, high) else abs(high) / 10 or 1.0


def _differ(low: float, high: float) -> bool:
    """Return whether two numbers differ enough that there is room to draw between them."""
    return high - low > 1e-12 * max(abs(low), abs(high))


def number_ticks(low: float, high: float, whole: bool = False, most: int = 8) -> list[tuple[float, str]]:
    """Return at most about `most` round numbers from `low` to `high`, each with a text. No two texts are equal.

    Parameters
    ----------
    low, high : float
    whole : bool
        Whether all of them must be whole numbers.
    most : int
    """
    from matplotlib.ticker import MaxNLocator

    if not _differ(low, high):
        return [(low, number_text(low))]
    found: Any = MaxNLocator(most, integer=whole, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    step = found[1] - found[0]
    # Rounding gives 0.3 and not 0.30000000000000004, and 0 and not 5e-17.
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
        Two axes, in the order of the space. Fewer if fewer parameters vary. See `parameter_axes`.
    """
    found = parameter_axes(table, space)
    chosen = set(list(found)[:2])
    return [found[name] for name in _entries(space) if name in chosen]


def parameter_axes(table: Any, space: Space) -> dict[str, Axis]:
    """Return an axis for every parameter that varies, by name. The axes that show most of the space come first.

    Parameters with several values come before those with one value. Among these, parameters that occur in at least half
    of the candidates come first. Then numbers come before names. Then parameters with more values come first. The order
    of the space breaks ties. A parameter that the space fixes has no axis.

    Parameters
    ----------
    table : DataFrame
        ``cv_results.csv``. Values are taken from its ``params``, which keep their types.
    space : dict or list of dict
        param_distributions of the config.
    """
    entries = _entries(space)
    columns = parameter_values(table, entries)
    columns = {name: values for name, values in columns.items() if not _is_fixed(values, entries[name])}
    order = sorted(columns, key=lambda name: _rank(columns[name]))
    return {name: parameter_axis(name, columns[name], entries[name]) for name in order}


def parameter_values(table: Any, names: Iterable[str]) -> dict[str, list[Any]]:
    """Return the values of all candidates for each parameter. `ABSENT` stands for a candidate without the parameter."""
    settings = list(map(json.loads, table["params"]))
    return {name: [setting.get(name, ABSENT) for setting in settings] for name in names}


def _entries(space: Space) -> dict[str, list[Any]]:
    """Return the entries of each parameter in the sub-spaces."""
    entries: dict[str, list[Any]] = {}
    for subspace in subspaces(space):
        for name, entry in subspace.items():
            entries.setdefault(name, []).append(entry)
    return entries


def _is_fixed(values: list[Any], entries: list[Any]) -> bool:
    """Return whether a parameter does not vary: all candidates have its only value, or none has the parameter."""
    if len(set(map(repr, values))) > 1:
        return False
    return values[0] is ABSENT or all(isinstance(entry, list) and len(entry) == 1 for entry in entries)


def _rank(values: list[Any]) -> tuple[bool, bool, bool, int]:
    """Return the key that sorts parameters. The parameter with the best axis comes first."""
    present = [value for value in values if value is not ABSENT]
    n_values = len(set(map(repr, present)))
    return n_values < 2, 2 * len(present) < len(values), not any(map(_is_number, present)), -n_values


def parameter_axis(name: str, values: Sequence[Any], entries: Sequence[Any], none: str = "None") -> Axis:
    """Return a parameter as an axis.

    Numbers stand on a scale. If the space has ends, the scale spans the space. If it has no ends, numbers that lie far
    from the others share a place beside the scale. On the scale, they would press the others together. On a logarithmic
    scale, 0 has a place too. Infinities, NaN, None and names have a place each. Candidates without the parameter stand
    apart from all others.

    Parameters
    ----------
    name : str
    values : sequence of length n_candidates
        `ABSENT` for a candidate that does not have the parameter.
    entries : sequence
        Entries of the parameter in the sub-spaces of the config.
    none : str
        Name of the place of the value None.
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
            # The text is not "0", because 0 on this scale is the logarithm of 1.
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
    """Return whether the scale is logarithmic.

    At least one entry must ask for this. No list may have a negative number. No range may begin at 0 or below. A 0 in a
    list is allowed. It gets a place beside the scale.
    """
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
    """Return the ends of the space on the scale. Return None if the space has no ends."""
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
    """Return the ends of the scale for these numbers. None of the numbers may be NaN."""
    import numpy as np

    if limits is not None:
        return min(limits[0], numbers.min().item()), max(limits[1], numbers.max().item())
    quarter, three = np.quantile(np.unique(numbers), [0.25, 0.75]).tolist()
    near = numbers[np.abs(numbers - (quarter + three) / 2) <= (FAR + 0.5) * (three - quarter)]
    return near.min().item(), near.max().item()


def _names(values: Sequence[Any], named: Any) -> list[Place]:
    """Return a place for every value that is a name.

    `named` holds the rows of the candidates that have such a value. If all values are lists, they are sorted as lists.
    Other values are sorted by their texts.
    """
    members: dict[str, list[int]] = {}
    for i in named.tolist():
        members.setdefault(repr(values[i]), []).append(i)
    found = list(members.values())
    distinct = [values[rows[0]] for rows in found]
    texts = texts_apart(distinct)
    order = sorted(range(len(texts)), key=texts.__getitem__)
    if all(isinstance(value, list) for value in distinct):
        with contextlib.suppress(TypeError):  # Lists of numbers and texts may have no order.
            order = sorted(order, key=distinct.__getitem__)
    return [Place(texts[i], found[i], is_name=True) for i in order]

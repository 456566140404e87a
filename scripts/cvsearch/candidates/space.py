"""A parameter space: which values each parameter may take, and candidates drawn from it.

A space is a mapping from parameter to entry, or a list of such mappings (sub-spaces). An entry is finite (a list,
``linspace``, ``logspace``, ``range``) or a distribution of scipy.stats. NumPy and SciPy are imported where candidates are
drawn; checking and counting, which the Snakefile does, needs neither.
"""

import itertools
import math
from collections.abc import Callable, Iterable
from typing import Any

from cvsearch.errors import InputError, did_you_mean
from cvsearch.journal.identity import Params

Entry = Any
Subspace = dict[str, Entry]
Space = Subspace | list[Subspace]

FINITE = ("linspace", "logspace", "range")
CONTINUOUS = ("uniform", "loguniform", "randint")


def subspaces(space: Space) -> list[Subspace]:
    """Return the space as a list of mappings."""
    return space if isinstance(space, list) else [space]


def check_space(space: Space, path: str, needs_values: bool = False) -> None:
    """Check the structure of a space.

    Parameters
    ----------
    space : dict or list of dict
    path : str
        Key path of the space in the config, for the message.
    needs_values : bool
        Whether the strategy needs every entry to list its values.

    Raises
    ------
    InputError
        For an entry that is empty, of unknown form or impossible bounds, or infinite in a grid.
    """
    for i, subspace in enumerate(subspaces(space)):
        for name, entry in subspace.items():
            where = f"{path}[{i}].{name}" if isinstance(space, list) else f"{path}.{name}"
            _check_entry(entry, where)
            if needs_values and not is_finite(entry):
                raise InputError(
                    f"{where}: {entry!r} has no end, a grid needs values; use a list, linspace, logspace or range"
                )


def _check_entry(entry: Entry, path: str) -> None:
    if isinstance(entry, list):
        if not entry:
            raise InputError(f"{path}: [] is empty; give at least one value")
        return
    if not isinstance(entry, dict) or len(entry) != 1:
        raise InputError(
            f"{path}: {entry!r} is no list of values and no distribution; write [{entry!r}] for one fixed value"
        )
    (kind, arguments), path = next(iter(entry.items())), f"{path}.{next(iter(entry))}"
    if str(kind).startswith("scipy.stats."):
        if not isinstance(arguments, dict):
            raise InputError(f"{path}: {arguments!r} is no mapping of arguments; write {{{kind}: {{name: value}}}}")
        return
    if kind not in FINITE + CONTINUOUS:
        known = ", ".join(FINITE + CONTINUOUS)
        raise InputError(
            f"{path}: is not known; use a list, {known} or scipy.stats.NAME{did_you_mean(kind, FINITE + CONTINUOUS)}"
        )
    numbers = isinstance(arguments, list) and all(_is_number(a) for a in arguments)
    counts = {"range": (1, 2, 3), "linspace": (3,), "logspace": (3,)}.get(kind, (2,))
    if not numbers or len(arguments) not in counts:
        forms = {
            "linspace": "[start, stop, num]",
            "logspace": "[start exponent, stop exponent, num]",
            "range": "[start, stop, step] in whole numbers",
        }
        raise InputError(f"{path}: {arguments!r} is not of the form {forms.get(kind, '[low, high]')}")
    whole = kind in ("range", "randint")
    if whole and not all(isinstance(a, int) for a in arguments):
        raise InputError(f"{path}: {arguments!r} has a fraction; {kind} takes whole numbers")
    if kind == "range":
        if len(arguments) == 3 and arguments[2] == 0:
            raise InputError(f"{path}: {arguments!r} has step 0; give another step")
        if len(range(*arguments)) == 0:
            raise InputError(f"{path}: {arguments!r} is empty; the start must come before the stop")
    elif kind in FINITE:
        if not isinstance(arguments[2], int) or arguments[2] < 1:
            raise InputError(f"{path}: num {arguments[2]!r} is no whole number of at least 1")
        if arguments[0] == arguments[1] and arguments[2] > 1:
            raise InputError(f"{path}: {arguments!r} repeats one value; let start and stop differ")
        if kind == "logspace" and max(map(abs, arguments[:2])) > 300:
            raise InputError(
                f"{path}: {arguments!r} are exponents of 10 and leave the range of numbers; keep within -300 to 300"
            )
    else:
        low, high = arguments
        if low >= high:
            raise InputError(f"{path}: low {low!r} is not below high {high!r}; swap or widen them")
        if kind == "loguniform" and low <= 0:
            raise InputError(f"{path}: low {low!r} has no logarithm; give a value above 0")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_finite(entry: Entry) -> bool:
    """Whether an entry lists its values."""
    return isinstance(entry, list) or next(iter(entry)) in FINITE


def space_size(space: Space) -> int | None:
    """Return the number of settings in a finite space, or None for an infinite one."""
    total = 0
    for subspace in subspaces(space):
        if not all(map(is_finite, subspace.values())):
            return None
        total += math.prod(_length(entry) for entry in subspace.values())
    return total


def _length(entry: Entry) -> int:
    if isinstance(entry, list):
        return len(set(map(repr, entry)))
    kind, arguments = next(iter(entry.items()))
    return len(range(*arguments)) if kind == "range" else arguments[2]


def is_logarithmic(entry: Entry) -> bool:
    """Whether an axis that shows this entry should be logarithmic."""
    if isinstance(entry, dict):
        kind = next(iter(entry))
        return kind in ("logspace", "loguniform") or kind in ("scipy.stats.loguniform", "scipy.stats.reciprocal")
    numbers = [v for v in entry if _is_number(v) and v > 0]
    return len(numbers) == len(entry) > 2 and max(numbers) >= 100 * min(numbers)


def bounds(entries: Iterable[Entry]) -> tuple[float, float] | None:
    """Return the least and the greatest number that one of several entries may give; None where one has no such two."""
    ends: list[float] = []
    for entry in entries:
        kind, arguments = next(iter(entry.items())) if isinstance(entry, dict) else ("list", entry)
        if kind == "logspace":
            ends += [10.0 ** arguments[0], 10.0 ** arguments[1]]
        elif kind == "range":
            ends += [range(*arguments)[0], range(*arguments)[-1]]
        elif kind in FINITE + CONTINUOUS:
            ends += arguments[:2]
        elif kind == "list" and all(map(_is_number, arguments)):
            ends += arguments
        else:
            return None
    return min(ends), max(ends)


def values_of(entry: Entry) -> list[Any]:
    """Return a finite entry's values in plain Python types."""
    if isinstance(entry, list):
        return list({repr(value): value for value in entry}.values())
    kind, arguments = next(iter(entry.items()))
    if kind == "range":
        return list(range(*arguments))
    import numpy as np

    return getattr(np, kind)(*arguments).tolist()


def refuse_overlap(spaces: list[dict[str, list[Any]]]) -> None:
    """Refuse sub-spaces that share settings.

    Raises
    ------
    InputError
    """
    for (i, one), (j, other) in itertools.combinations(enumerate(spaces), 2):
        if one.keys() == other.keys() and all(set(map(repr, one[k])) & set(map(repr, other[k])) for k in one):
            raise InputError(
                f"param_distributions[{j}]: shares settings with param_distributions[{i}]; keep sub-spaces apart"
            )


def setting_of(number: int, spaces: list[dict[str, list[Any]]], sizes: list[int]) -> Params:
    """Return the setting of this number, counting through the sub-spaces, the last parameter fastest."""
    for values, size in zip(spaces, sizes, strict=True):
        if number < size:
            break
        number -= size
    setting: Params = {}
    for name in reversed(values):
        number, place = divmod(number, len(values[name]))
        setting[name] = values[name][place]
    return dict(reversed(setting.items()))


def quantile_of(entry: Entry, name: str) -> Callable[[Any], list[Any]]:
    """Return the quantile function of an entry: uniform numbers in [0, 1) to a list of plain values."""
    if is_finite(entry):
        values = values_of(entry)

        def choose(uniform: Any) -> list[Any]:
            return [values[i] for i in (uniform * len(values)).astype(int).tolist()]

        return choose
    import scipy.stats

    kind, arguments = next(iter(entry.items()))
    try:
        if kind == "uniform":
            low, high = arguments
            distribution = scipy.stats.uniform(low, high - low)
        elif kind in CONTINUOUS:
            distribution = getattr(scipy.stats, kind)(*arguments)
        else:
            distribution = _scipy_distribution(kind)(**arguments)
        ppf, whole = distribution.ppf, isinstance(distribution.dist, scipy.stats.rv_discrete)
        median = float(ppf(0.5))
    except (TypeError, ValueError) as error:
        raise InputError(f"param_distributions.{name}: {entry!r} is refused by SciPy ({error})") from None
    if not math.isfinite(median):
        raise InputError(
            f"param_distributions.{name}: {entry!r} has arguments outside the distribution's range; see scipy.stats"
        )

    def draw(uniform: Any) -> list[Any]:
        return ppf(uniform).astype("int64" if whole else "float64").tolist()

    return draw


def _scipy_distribution(kind: str) -> Any:
    import scipy.stats

    name = kind.removeprefix("scipy.stats.")
    distribution = getattr(scipy.stats, name, None)
    if not isinstance(distribution, scipy.stats.rv_continuous | scipy.stats.rv_discrete):
        known = [n for n in dir(scipy.stats) if hasattr(getattr(scipy.stats, n), "ppf")]
        raise InputError(f"param_distributions: {kind!r} is no distribution of SciPy{did_you_mean(name, known)}")
    return distribution

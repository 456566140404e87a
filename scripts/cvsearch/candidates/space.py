"""A parameter space: which values each parameter may take.

A space is a mapping from parameter to entry, or a list of such mappings (sub-spaces). An entry lists its values (a
list, ``linspace``, ``logspace``, ``range``) or is a distribution. ``randint`` is finite. A distribution of scipy.stats
is finite too if it gives finitely many whole numbers.

NumPy and SciPy are imported only in the functions that need them. So a job can read the Snakefile without them.
"""

import math
from collections.abc import Callable, Iterable
from typing import Any

from cvsearch.candidates.products import Product, Union, Values, count, distinct
from cvsearch.errors import InputError, did_you_mean

Entry = Any
Subspace = dict[str, Entry]
Space = Subspace | list[Subspace]

LISTS = ("linspace", "logspace", "range")
DISTRIBUTIONS = ("uniform", "loguniform", "randint")

# If a distribution gives at most this many whole numbers, the numbers with probability 0 are left out. If it gives
# more, all numbers between its ends are taken.
MAX_LISTED = 1_000_000


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
        If an entry is empty, has an unknown form or impossible bounds, or is a distribution in a grid.
    """
    for i, subspace in enumerate(subspaces(space)):
        for name, entry in subspace.items():
            where = f"{path}[{i}].{name}" if isinstance(space, list) else f"{path}.{name}"
            _check_entry(entry, where)
            if needs_values and not lists_values(entry):
                raise InputError(
                    f"{where}: {entry!r} is a distribution, but a grid needs values; use a list, linspace, logspace or range"
                )


def _check_entry(entry: Entry, path: str) -> None:
    if isinstance(entry, list):
        if not entry:
            raise InputError(f"{path}: [] is empty; give at least one value")
        return
    if not isinstance(entry, dict) or len(entry) != 1:
        raise InputError(
            f"{path}: {entry!r} is neither a list of values nor a distribution; write [{entry!r}] for one fixed value"
        )
    (kind, arguments), path = next(iter(entry.items())), f"{path}.{next(iter(entry))}"
    if str(kind).startswith("scipy.stats."):
        if not isinstance(arguments, dict):
            raise InputError(f"{path}: {arguments!r} is not a mapping of arguments; write {{{kind}: {{name: value}}}}")
        return
    if kind not in LISTS + DISTRIBUTIONS:
        known = ", ".join(LISTS + DISTRIBUTIONS)
        raise InputError(
            f"{path}: is not known; use a list, {known} or scipy.stats.NAME{did_you_mean(kind, LISTS + DISTRIBUTIONS)}"
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
        if not range(*arguments):
            raise InputError(f"{path}: {arguments!r} is empty; the start must come before the stop")
    elif kind in LISTS:
        if not isinstance(arguments[2], int) or arguments[2] < 1:
            raise InputError(f"{path}: num {arguments[2]!r} is not a whole number of at least 1")
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


def lists_values(entry: Entry) -> bool:
    """Whether an entry lists its values. Then all values are equally likely."""
    return isinstance(entry, list) or next(iter(entry)) in LISTS


def is_even(space: Space) -> bool:
    """Whether a space has finitely many settings that are all equally likely."""
    entries = [entry for subspace in subspaces(space) for entry in subspace.values()]
    return all(lists_values(entry) or "randint" in entry for entry in entries)


def never_repeats(space: Space) -> bool:
    """Whether each sub-space has a continuous entry. Then a draw practically never repeats."""
    return all(any(_is_continuous(entry, name) for name, entry in subspace.items()) for subspace in subspaces(space))


def _is_continuous(entry: Entry, name: str) -> bool:
    if lists_values(entry) or "randint" in entry:
        return False
    return hasattr(_distribution(entry, name), "pdf")


def settings_of(space: Space) -> Union | None:
    """Return the settings of a finite space, with the parameters sorted by name, or None for an infinite space."""
    products = []
    for subspace in subspaces(space):
        values = {name: values_of(subspace[name], name) for name in sorted(subspace)}
        products.append({name: found for name, found in values.items() if found is not None})
        if len(products[-1]) < len(values):
            return None
    return Union(list(map(Product, products)))


def space_size(space: Space) -> int | None:
    """Return the number of different settings in a finite space, or None for an infinite space."""
    settings = settings_of(space)
    return None if settings is None else settings.size


def is_logarithmic(entry: Entry) -> bool:
    """Whether an axis that shows this entry should be logarithmic."""
    if isinstance(entry, dict):
        kind = next(iter(entry))
        return kind in ("logspace", "loguniform") or kind in ("scipy.stats.loguniform", "scipy.stats.reciprocal")
    numbers = [v for v in entry if _is_number(v) and v > 0]
    return len(numbers) == len(entry) > 2 and max(numbers) >= 100 * min(numbers)


def bounds(entries: Iterable[Entry]) -> tuple[float, float] | None:
    """Return the smallest and the largest number of several entries, or None if an entry has no such bounds."""
    ends: list[float] = []
    for entry in entries:
        kind, arguments = next(iter(entry.items())) if isinstance(entry, dict) else ("list", entry)
        if kind == "logspace":
            ends += [10.0 ** arguments[0], 10.0 ** arguments[1]]
        elif kind in ("range", "randint"):
            ends += [range(*arguments)[0], range(*arguments)[-1]]
        elif kind in LISTS + DISTRIBUTIONS:
            ends += arguments[:2]
        elif kind == "list" and all(map(_is_number, arguments)):
            ends += arguments
        else:
            return None
    return min(ends), max(ends)


def values_of(entry: Entry, name: str) -> Values | None:
    """Return the values of a finite entry in plain Python types, or None for an infinite entry.

    Parameters
    ----------
    entry : list or dict
    name : str
        Key path of the entry, for the message.
    """
    if isinstance(entry, list):
        return distinct(entry)
    kind, arguments = next(iter(entry.items()))
    if kind in ("range", "randint"):
        return range(*arguments)
    if kind in LISTS:
        import numpy as np

        return distinct(getattr(np, kind)(*arguments).tolist())
    return None if kind in DISTRIBUTIONS else _whole_numbers(entry, name)


def _whole_numbers(entry: Entry, name: str) -> Values | None:
    """Return the whole numbers that a distribution of SciPy gives with a positive probability.

    None if the distribution is continuous or has no end.
    """
    distribution = _distribution(entry, name)
    low, high = distribution.support()
    if not hasattr(distribution, "pmf") or not math.isfinite(high - low):
        return None
    numbers = range(int(low), int(high) + 1)
    if int(high) - int(low) >= MAX_LISTED:
        return numbers
    import numpy as np

    return [number for number, p in zip(numbers, distribution.pmf(np.array(numbers)).tolist(), strict=True) if p > 0]


def quantile_of(entry: Entry, name: str) -> Callable[[Any], list[Any]]:
    """Return the quantile function of an entry. It takes uniform numbers in [0, 1) and returns a list of plain values.

    Parameters
    ----------
    entry : list or dict
    name : str
        Key path of the entry, for the message.
    """
    if lists_values(entry) or "randint" in entry:
        values = values_of(entry, name) or []
        n_values = count(values)

        def choose(uniform: Any) -> list[Any]:
            return [values[int(place)] for place in (uniform * n_values).tolist()]

        return choose
    distribution = _distribution(entry, name)

    def draw(uniform: Any) -> list[Any]:
        return distribution.ppf(uniform).astype("int64" if hasattr(distribution, "pmf") else "float64").tolist()

    return draw


def check_distributions(space: Space, path: str) -> None:
    """Check the distributions of SciPy and their arguments. SciPy is imported only if the space names a distribution.

    Parameters
    ----------
    space : dict or list of dict
        A space that `check_space` has checked.
    path : str
        Key path of the space in the config, for the message.

    Raises
    ------
    InputError
        If SciPy does not have a distribution, or if the distribution refuses its arguments.
    """
    for i, subspace in enumerate(subspaces(space)):
        for name, entry in subspace.items():
            if isinstance(entry, dict) and next(iter(entry)).startswith("scipy.stats."):
                _distribution(entry, f"{path}[{i}].{name}" if isinstance(space, list) else f"{path}.{name}")


def extremes_of(entry: Entry, share: float) -> list[float]:
    """Return a low and a high value of a distribution of SciPy. An end that is infinite has none.

    Parameters
    ----------
    entry : dict
    share : float
        The probability of a value beyond each of them.
    """
    distribution = _distribution(entry, "")
    low, high = distribution.support()
    values = [distribution.ppf(q) for end, q in ((low, share), (high, 1 - share)) if math.isfinite(end)]
    return [int(value) if hasattr(distribution, "pmf") else float(value) for value in values]


def _distribution(entry: Entry, path: str) -> Any:
    """Return the distribution of an entry, with its arguments."""
    import scipy.stats

    kind, arguments = next(iter(entry.items()))
    if kind == "uniform":
        low, high = arguments
        return scipy.stats.uniform(low, high - low)
    if kind == "loguniform":
        return scipy.stats.loguniform(*arguments)
    name = kind.removeprefix("scipy.stats.")
    family = getattr(scipy.stats, name, None)
    if not isinstance(family, scipy.stats.rv_continuous | scipy.stats.rv_discrete):
        known = [n for n in dir(scipy.stats) if hasattr(getattr(scipy.stats, n), "ppf")]
        raise InputError(f"{path}: {kind!r} is not a distribution of SciPy{did_you_mean(name, known)}")
    shapes = family.shapes.split(", ") if family.shapes else []
    known = [*shapes, "loc"] + ["scale"] * isinstance(family, scipy.stats.rv_continuous)
    for argument in arguments:
        if argument not in known:
            hint = did_you_mean(argument, known) or f"; it takes {', '.join(known)}"
            raise InputError(f"{path}.{kind}.{argument}: is not an argument of this distribution{hint}")
    try:
        distribution = family(**arguments)
        median = float(distribution.ppf(0.5))
    except (TypeError, ValueError) as error:
        reason = (str(error).splitlines() or [""])[0].removeprefix("_parse_args() ")
        raise InputError(f"{path}: {entry!r} is refused by SciPy ({reason}); it takes {', '.join(known)}") from None
    if not math.isfinite(median):
        raise InputError(f"{path}: {entry!r} has arguments outside the distribution's range; see scipy.stats.{name}")
    if hasattr(distribution, "pmf") and not median.is_integer():
        raise InputError(f"{path}: {entry!r} gives numbers that are not whole; let loc be a whole number")
    return distribution

"""A parameter space: which values each parameter may take, and candidates drawn from it.

A space is a mapping from parameter to entry, or a list of such mappings (sub-spaces). An entry is finite (a list,
``linspace``, ``logspace``, ``range``) or a distribution of scipy.stats. NumPy and SciPy are imported where candidates are
drawn; checking and counting, which the Snakefile does, needs neither.
"""

import itertools
import math

from _errors import InputError, did_you_mean

# Rows drawn at once. A candidate's place in its block depends on its number alone, so vectorised arithmetic gives it the
# same bits however many are asked for.
BLOCK = 1024

FINITE = ("linspace", "logspace", "range")
CONTINUOUS = ("uniform", "loguniform", "randint")


def subspaces(space):
    """Return the space as a list of mappings."""
    return space if isinstance(space, list) else [space]


def check_space(space, path, strategy="random"):
    """Check the structure of a space.

    Parameters
    ----------
    space : dict or list of dict
    path : str
        Key path of the space in the config, for the message.
    strategy : {"random", "grid"}

    Raises
    ------
    InputError
        For an entry that is empty, of unknown form or impossible bounds, or infinite in a grid.
    """
    for i, subspace in enumerate(subspaces(space)):
        for name, entry in subspace.items():
            where = f"{path}[{i}].{name}" if isinstance(space, list) else f"{path}.{name}"
            _check_entry(entry, where)
            if strategy == "grid" and not is_finite(entry):
                raise InputError(
                    f"{where}: {entry!r} has no end, a grid needs values; use a list, linspace, logspace or range"
                )


def _check_entry(entry, path):
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


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def is_finite(entry):
    """Whether an entry lists its values."""
    return isinstance(entry, list) or next(iter(entry)) in FINITE


def space_size(space):
    """Return the number of settings in a finite space, or None for an infinite one."""
    total = 0
    for subspace in subspaces(space):
        if not all(map(is_finite, subspace.values())):
            return None
        total += math.prod(_length(entry) for entry in subspace.values())
    return total


def _length(entry):
    if isinstance(entry, list):
        return len(set(map(repr, entry)))
    kind, arguments = next(iter(entry.items()))
    return len(range(*arguments)) if kind == "range" else arguments[2]


def is_logarithmic(entry):
    """Whether an axis that shows this entry should be logarithmic."""
    if isinstance(entry, dict):
        kind = next(iter(entry))
        return kind in ("logspace", "loguniform") or kind in ("scipy.stats.loguniform", "scipy.stats.reciprocal")
    numbers = [v for v in entry if _is_number(v) and v > 0]
    return len(numbers) == len(entry) > 2 and max(numbers) >= 100 * min(numbers)


def bounds(entries):
    """Return the least and the greatest number that one of several entries may give; None where one has no such two."""
    ends = []
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


def count_candidates(space, strategy, n_candidates):
    """Return how many candidates a search has: what it asks for, or all that a finite space holds."""
    size = space_size(space)
    if strategy == "grid":
        return size
    return n_candidates if size is None else min(n_candidates, size)


def propose(space, strategy, n_candidates, random_state):
    """Draw the candidates of a search; the first n are the same however many are drawn.

    Parameters
    ----------
    space : dict or list of dict
    strategy : {"random", "grid"}
        A grid is in the order of scikit-learn's ParameterGrid: parameters by name, the last one fastest.
    n_candidates : int
        Ignored by a grid.
    random_state : int

    Returns
    -------
    list of dict
        Parameter settings in plain Python values. A finite space is drawn from without repeats, every setting equally likely.

    Raises
    ------
    InputError
        If a distribution refuses its arguments.
    """
    if strategy == "grid":
        return list(_grid(space))
    n_candidates = count_candidates(space, strategy, n_candidates)
    draw = _shuffled if space_size(space) is not None else _sampled
    return list(itertools.islice(draw(space, random_state), n_candidates))


def _grid(space):
    _refuse_overlap([{name: _values(subspace[name]) for name in subspace} for subspace in subspaces(space)])
    for subspace in subspaces(space):
        names = sorted(subspace)
        for values in itertools.product(*(_values(subspace[name]) for name in names)):
            yield dict(zip(names, values, strict=True))


def _values(entry):
    """Return a finite entry's values in plain Python types."""
    if isinstance(entry, list):
        return list({repr(value): value for value in entry}.values())
    kind, arguments = next(iter(entry.items()))
    if kind == "range":
        return list(range(*arguments))
    import numpy as np

    return getattr(np, kind)(*arguments).tolist()


def _shuffled(space, random_state):
    """Yield the settings of a finite space in random order: a Fisher-Yates shuffle that keeps only what it has touched."""
    from numpy.random import RandomState

    spaces = [{name: _values(subspace[name]) for name in sorted(subspace)} for subspace in subspaces(space)]
    _refuse_overlap(spaces)
    sizes = [math.prod(map(len, values.values())) for values in spaces]
    random, moved, size = RandomState(random_state), {}, sum(sizes)
    for i in range(size):
        j = i + _random_below(size - i, random)
        number, moved[j] = moved.get(j, j), moved.get(i, i)
        yield _setting(number, spaces, sizes)


def _random_below(bound, random):
    """Return a whole number in [0, bound), each equally likely: a space may hold more settings than 64 bits count."""
    bits = (bound - 1).bit_length()
    while True:
        number = int.from_bytes(random.bytes((bits + 7) // 8), "big") >> (-bits % 8)
        if number < bound:
            return number


def _refuse_overlap(spaces):
    for (i, one), (j, other) in itertools.combinations(enumerate(spaces), 2):
        if one.keys() == other.keys() and all(set(map(repr, one[k])) & set(map(repr, other[k])) for k in one):
            raise InputError(
                f"param_distributions[{j}]: shares settings with param_distributions[{i}]; keep sub-spaces apart"
            )


def _setting(number, spaces, sizes):
    """Return the setting of this number, counting through the sub-spaces, the last parameter fastest."""
    for values, size in zip(spaces, sizes, strict=True):
        if number < size:
            break
        number -= size
    setting = {}
    for name in reversed(values):
        number, place = divmod(number, len(values[name]))
        setting[name] = values[name][place]
    return dict(reversed(setting.items()))


def _sampled(space, random_state):
    """Yield independent settings of an infinite space: inverse transform sampling, one uniform number per parameter."""
    import numpy as np

    random = np.random.RandomState(random_state)
    spaces = [{name: _quantile(subspace[name], name) for name in sorted(subspace)} for subspace in subspaces(space)]
    width = 1 + max(map(len, spaces))
    while True:
        uniform = random.uniform(size=(BLOCK, width))
        columns = [
            {name: quantile(uniform[:, i + 1]) for i, (name, quantile) in enumerate(quantiles.items())}
            for quantiles in spaces
        ]
        for row, choice in enumerate((uniform[:, 0] * len(spaces)).astype(int).tolist()):
            yield {name: column[row] for name, column in columns[choice].items()}


def _quantile(entry, name):
    """Return the quantile function of an entry: uniform numbers in [0, 1) to a list of plain values."""
    if is_finite(entry):
        values = _values(entry)
        return lambda uniform: [values[i] for i in (uniform * len(values)).astype(int).tolist()]
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
    return lambda uniform: ppf(uniform).astype("int64" if whole else "float64").tolist()


def _scipy_distribution(kind):
    import scipy.stats

    name = kind.removeprefix("scipy.stats.")
    distribution = getattr(scipy.stats, name, None)
    if not isinstance(distribution, scipy.stats.rv_continuous | scipy.stats.rv_discrete):
        known = [n for n in dir(scipy.stats) if hasattr(getattr(scipy.stats, n), "ppf")]
        raise InputError(f"param_distributions: {kind!r} is no distribution of SciPy{did_you_mean(name, known)}")
    return distribution

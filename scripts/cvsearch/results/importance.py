"""Which parameters matter for a score among the best: PED-ANOVA, with bootstrap intervals.

Watanabe, Bansal, Hutter: PED-ANOVA: Efficiently Quantifying Hyperparameter Importance in Arbitrary Subspaces (IJCAI
2023), https://arxiv.org/abs/2304.10255. A parameter matters if its values have another distribution among the best
candidates than among all candidates. The densities are those of Optuna 5: a kernel on a grid, with a width by Scott's
rule, and a flat prior that weighs as much as one candidate.
"""

from typing import Any, NamedTuple

# The share of the candidates that counts as the best, and the least number of candidates in this share.
TOP, LEAST_TOP = 0.1, 5

N_CELLS = 50

N_BOOTSTRAPS, LEVEL = 200, 0.95


class Importance(NamedTuple):
    """The importance of one parameter, as a share of the importance of all parameters.

    Attributes
    ----------
    share : float
    low, high : float
        Ends of the bootstrap interval, between 0 and 1.
    """

    share: float
    low: float
    high: float


class Values(NamedTuple):
    """The values of one parameter, one for each candidate.

    Attributes
    ----------
    cells : ndarray of int
        The cell of each candidate. The cells from 0 to ``n_numbers - 1`` are a scale, in its order. Each cell from
        ``n_numbers`` on is one value that is not on the scale. -1 if a candidate does not have the parameter.
    n_numbers, n_cells : int
    """

    cells: Any
    n_numbers: int
    n_cells: int


def values_on(numbers: Any, places: Any, scale: tuple[float, float] | None, whole: bool) -> Values:
    """Return values as cells. Numbers are on a grid over their scale. Each other value has its own cell.

    Parameters
    ----------
    numbers : ndarray of shape (n_candidates,)
        Numbers on the scale, after the logarithm if the scale is logarithmic; NaN for a value that is not on the scale.
    places : ndarray of shape (n_candidates,)
        A number for each value that is not on the scale; different values have different numbers. NaN if a candidate
        does not have the parameter.
    scale : tuple of float or None
        The ends of the scale.
    whole : bool
        Whether the scale has only whole numbers.
    """
    import numpy as np

    cells = np.full(len(numbers), -1)
    n_numbers = 0
    on_scale = ~np.isnan(numbers)
    if scale is not None and on_scale.any():
        low, high = scale
        n_numbers = min(N_CELLS, round(high - low) + 1) if whole else N_CELLS
        n_numbers = n_numbers if high > low else 1
        width = (high - low) / max(n_numbers - 1, 1) or 1.0
        found = np.ceil((numbers[on_scale] - low) / width - 0.5).astype(int)
        cells[on_scale] = np.clip(found, 0, n_numbers - 1)
    beside = ~on_scale & ~np.isnan(places)
    distinct, codes = np.unique(places[beside], return_inverse=True)
    cells[beside] = n_numbers + codes
    return Values(cells, n_numbers, n_numbers + len(distinct))


def importances(parameters: dict[str, Values], means: Any, seed: int = 0) -> dict[str, Importance] | None:
    """Return the importance of each parameter, the most important first.

    Parameters
    ----------
    parameters : dict of str to Values
    means : ndarray of shape (n_candidates,)
        Mean test scores. Candidates without a finite score are left out.
    seed : int
        Seed of the bootstrap, which draws candidates.

    Returns
    -------
    dict of str to Importance, or None
        None if fewer than `LEAST_TOP` candidates would be among the best, or if the best do not differ from all others.
    """
    import numpy as np

    kept = np.isfinite(means)
    means = means[kept]
    found = {name: Values(values.cells[kept], *values[1:]) for name, values in parameters.items()}
    if not found or np.ceil(TOP * len(means)) < LEAST_TOP:
        return None
    rng = np.random.default_rng(seed)
    n = len(means)
    whole = np.arange(n)
    draws = [whole, *(rng.integers(n, size=n) for _ in range(N_BOOTSTRAPS))]
    divergences = np.array([_divergences(found, means, rows) for rows in draws])
    totals = divergences.sum(axis=1, keepdims=True)
    if totals[0] == 0:
        return None
    shares = np.divide(divergences, totals, out=np.zeros_like(divergences), where=totals > 0)
    low, high = np.quantile(shares[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    order = np.argsort(-shares[0], kind="stable")
    names = list(found)
    return {names[i]: Importance(shares[0, i].item(), low[i].item(), high[i].item()) for i in order}


def _divergences(parameters: dict[str, Values], means: Any, rows: Any) -> list[float]:
    """Return the divergence of each parameter among the candidates `rows`."""
    import numpy as np

    n_top = int(np.ceil(TOP * len(rows)))
    drawn = means[rows]
    top = drawn >= np.partition(drawn, len(rows) - n_top)[len(rows) - n_top]
    return [
        0.0 if top.all() else divergence(Values(values.cells[rows], *values[1:]), top) for values in parameters.values()
    ]


def divergence(values: Values, top: Any) -> float:
    """Return how far the values of a parameter among the best candidates diverge from its values among all candidates.

    This is the Pearson divergence, times the squared share of the best. If only some candidates have the parameter, the
    divergence is computed among these, and is weighted with how often they are among the best. The reason is that
    another parameter decides whether a candidate has this one (Optuna's conditional PED-ANOVA, arXiv 2601.20800).

    Parameters
    ----------
    values : Values
    top : ndarray of bool
        Whether each candidate is among the best.
    """
    import numpy as np

    has = values.cells >= 0
    among = np.bincount(values.cells[has & top], minlength=values.n_cells)
    overall = np.bincount(values.cells[has], minlength=values.n_cells)
    if values.n_cells < 2 or among.sum() == 0 or overall.sum() < 2:
        return 0.0
    density_top, density_all = _density(among, values.n_numbers), _density(overall, values.n_numbers)
    weight = (among.sum() / top.sum()) ** 2 / (overall.sum() / len(top))
    share = top.sum() / len(top)
    return float(share**2 * weight * (density_all @ (density_top / density_all - 1) ** 2))


def _density(counts: Any, n_numbers: int) -> Any:
    """Return the estimated probability of each cell."""
    import numpy as np

    numbers, names = counts[:n_numbers], counts[n_numbers:]
    if len(names) == 0:
        return _numeric(numbers) + 1e-12
    if n_numbers == 0:
        return _categorical(names) + 1e-12
    # The whole scale counts as one value among the others.
    kinds = _categorical(np.r_[numbers.sum(), names])
    return np.r_[kinds[0] * _numeric(numbers), kinds[1:]] + 1e-12


def _categorical(counts: Any) -> Any:
    """Return the probability of each value, from a kernel at each value that a candidate has, and the prior."""
    import numpy as np

    seen = np.flatnonzero(counts)
    n_values, n_kernels = len(counts), len(seen) + 1
    kernel = np.full((n_kernels, n_values), 1 / n_kernels)
    kernel[np.arange(len(seen)), seen] += 1
    kernel /= kernel.sum(axis=1, keepdims=True)
    weights = np.r_[counts[seen], 1.0]
    return weights / weights.sum() @ kernel


def _numeric(counts: Any) -> Any:
    """Return the probability of each cell of a scale.

    It comes from a normal kernel at each cell that has a candidate, and the prior. The kernels are cut at the ends.
    """
    import numpy as np
    from scipy.special import ndtr

    n_cells = len(counts)
    seen = np.flatnonzero(counts)
    if len(seen) == 0:
        return np.full(n_cells, 1 / n_cells)
    weights = counts[seen]
    total, cumulated = weights.sum(), np.cumsum(weights)
    mean = seen @ weights / total
    std = np.sqrt((seen - mean) ** 2 @ weights / max(1, total - 1))
    first, third = np.searchsorted(cumulated, total // 4), np.searchsorted(cumulated, total * 3 // 4, side="right")
    middle = seen[min(len(seen) - 1, third)] - seen[first]
    # The width follows Scott's rule. The least width is the one at which a cell holds nine tenths of a kernel.
    width = max(1.059 * min(middle / 1.34, std) * total**-0.2, 0.5 / 1.64)
    centres = np.r_[seen, (n_cells - 1) / 2][:, np.newaxis]
    widths = np.r_[np.full(len(seen), width), n_cells][:, np.newaxis]
    edges = ndtr((np.arange(n_cells + 1) - 0.5 - centres) / widths)
    kernels = np.diff(edges, axis=1) / (edges[:, -1:] - edges[:, :1])
    return np.r_[weights, 1.0] / (total + 1) @ kernels

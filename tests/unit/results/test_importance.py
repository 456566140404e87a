"""PED-ANOVA against a plain loop, and against Optuna where that is installed."""

import math
import statistics
import warnings

import numpy as np
import pytest
from cvsearch.results.importance import N_CELLS, divergence, importances, values_on


def normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2))


def plain_density(cells, n_cells):
    """The kernel density on a grid, candidate by candidate."""
    ordered = sorted(cells)
    n = len(ordered)
    std = statistics.stdev(ordered) if n > 1 else 0.0
    # Optuna's quartiles, on the distinct cells.
    first = ordered[max(n // 4 - 1, 0)]
    third = ordered[min(n - 1, n * 3 // 4)]
    width = max(1.059 * min((third - first) / 1.34, std) * n**-0.2, 0.5 / 1.64)
    density = []
    for cell in range(n_cells):
        total = 0.0
        for centre, sigma in [*((c, width) for c in ordered), ((n_cells - 1) / 2, n_cells)]:
            inside = normal_cdf((n_cells - 0.5 - centre) / sigma) - normal_cdf((-0.5 - centre) / sigma)
            here = normal_cdf((cell + 0.5 - centre) / sigma) - normal_cdf((cell - 0.5 - centre) / sigma)
            total += here / inside
        density.append(total / (n + 1))
    return density


def on_numbers(numbers, scale, whole=False):
    return values_on(numbers, numbers, scale, whole)


@pytest.mark.parametrize("seed", range(3))
def test_a_number_is_as_important_as_a_plain_loop_finds(seed):
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=100)
    score = -((x - 0.3) ** 2) + rng.normal(scale=0.05, size=100)
    top = score >= np.sort(score)[-10]
    values = on_numbers(x, (0.0, 1.0))
    among, overall = (plain_density(values.cells[rows].tolist(), N_CELLS) for rows in (top, np.full(100, True)))
    expected = 0.1**2 * sum(p * (q / p - 1) ** 2 for p, q in zip(overall, among, strict=True))
    assert divergence(values, top) == pytest.approx(expected, rel=1e-6)


def test_it_equals_optuna():
    import optuna  # Takes a second, which no other test here needs.

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    rng = np.random.default_rng(0)
    n = 200
    C, gamma, depth = 10 ** rng.uniform(-3, 3, n), rng.uniform(-1, 1, n), rng.integers(1, 11, n)
    kernel = rng.choice(["a", "b", "c"], n)
    means = -((np.log10(C) - 1) ** 2) - 0.3 * gamma**2 + (kernel == "b") + rng.normal(scale=0.3, size=n)
    distributions = {
        "C": optuna.distributions.FloatDistribution(1e-3, 1e3, log=True),
        "gamma": optuna.distributions.FloatDistribution(-1, 1),
        "depth": optuna.distributions.IntDistribution(1, 10),
        "kernel": optuna.distributions.CategoricalDistribution(["a", "b", "c"]),
    }
    study = optuna.create_study(direction="maximize")
    for i in range(n):
        params = {"C": C[i], "gamma": gamma[i], "depth": int(depth[i]), "kernel": str(kernel[i])}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=distributions, value=means[i]))
    evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=0.1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = optuna.importance.get_param_importances(study, evaluator=evaluator)
    codes = np.array([["a", "b", "c"].index(name) for name in kernel], float)
    nowhere = np.full(n, np.nan)
    parameters = {
        "C": on_numbers(np.log10(C), (-3.0, 3.0)),
        "gamma": on_numbers(gamma, (-1.0, 1.0)),
        "depth": on_numbers(depth.astype(float), (1.0, 10.0), whole=True),
        "kernel": values_on(nowhere, codes, None, False),
    }
    found = importances(parameters, means)
    assert {name: value.share for name, value in found.items()} == pytest.approx(expected, rel=1e-6)
    assert list(found) == list(expected)


def test_what_decides_the_score_stands_first_and_its_interval_holds_it():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(size=(2, 500))
    found = importances({"y": on_numbers(y, (0.0, 1.0)), "x": on_numbers(x, (0.0, 1.0))}, x)
    assert list(found) == ["x", "y"]
    for value in found.values():
        assert 0 <= value.low <= value.share <= value.high <= 1
    assert found["x"].low > found["y"].high


def test_none_and_names_beside_numbers_are_values_too():
    rng = np.random.default_rng(4)
    numbers = rng.uniform(size=400)
    none = rng.uniform(size=400) < 0.5
    places = np.where(none, 2.0, numbers)
    values = values_on(np.where(none, np.nan, numbers), places, (0.0, 1.0), False)
    assert divergence(values, none & (numbers < 0.2)) > 4 * divergence(values, rng.uniform(size=400) < 0.1)


def test_a_parameter_that_few_have_counts_among_these_alone():
    rng = np.random.default_rng(5)
    numbers = np.where(np.arange(400) < 200, rng.uniform(size=400), np.nan)
    values = values_on(numbers, numbers, (0.0, 1.0), False)
    assert (values.cells[200:] == -1).all()
    # Who has the parameter is better, but its value decides nothing.
    score = (np.arange(400) < 200) + rng.uniform(size=400)
    assert divergence(values, score >= np.sort(score)[-40]) < 0.002


def test_too_few_candidates_have_no_importance():
    x = np.linspace(0, 1, 40)
    assert importances({"x": on_numbers(x, (0.0, 1.0))}, x) is None
    assert importances({"x": on_numbers(x, (0.0, 1.0))}, np.zeros(40)) is None
    assert importances({}, x) is None
    equal = np.linspace(0, 1, 100)
    assert importances({"x": on_numbers(equal, (0.0, 1.0))}, np.zeros(100)) is None

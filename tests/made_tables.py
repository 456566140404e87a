"""Result tables for tests of what is drawn from them."""

import json

import numpy as np
import pandas as pd


def results_of(settings, means, std=0.01, splits=None):
    """Return ``cv_results.csv`` as it is read, of candidates with these parameters and mean scores, and two splits."""
    means = np.array(means, dtype=float)
    columns = {"candidate": range(len(settings)), "mean_fit_time": 0.1}
    for name in sorted({name for setting in settings for name in setting}):
        columns[f"param_{name}"] = [setting.get(name) for setting in settings]
    columns["params"] = [json.dumps(setting, sort_keys=True) for setting in settings]
    for j in range(2):
        columns[f"split{j}_test_score"] = means if splits is None else splits[j]
    ranks = pd.Series(-means).rank(method="min", na_option="bottom").astype(int)
    columns |= {"mean_test_score": means, "std_test_score": std, "rank_test_score": ranks}
    return pd.DataFrame(columns | {"mean_train_score": means})


def random_results(n_candidates):
    """Return a table of `n_candidates` drawn from `SPACE`."""
    rng = np.random.RandomState(0)
    settings = [{"C": 10.0**C, "gamma": 10.0**gamma} for C, gamma in rng.uniform(-10, 10, (n_candidates, 2)).tolist()]
    return results_of(settings, rng.uniform(size=n_candidates))


SPACE = {"C": {"logspace": [-10, 10, 1001]}, "gamma": {"loguniform": [1e-10, 1e10]}}

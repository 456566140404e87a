import numpy as np
import pandas as pd
import pytest


def table_of(n, failed=0, **columns):
    rng = np.random.RandomState(0)
    scores = np.concatenate([np.full(failed, np.nan), rng.uniform(size=n - failed)])
    made = {
        "candidate": range(n),
        "param_C": 10 ** rng.uniform(-10, 10, n),
        "param_gamma": 10 ** rng.uniform(-10, 10, n),
    }
    made |= {"param_tol": rng.choice([1e-4, 1e-3], n), "mean_test_score": scores, "std_test_score": 0.1}
    made |= {
        "mean_train_score": scores,
        "mean_fit_time": 0.1,
        "rank_test_score": pd.Series(-scores).rank(method="min").fillna(n),
    }
    return pd.DataFrame(made | columns)


@pytest.fixture
def table():
    """A function that returns a table of `n` candidates with random scores, `failed` of them without one."""
    return table_of

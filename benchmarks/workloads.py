"""The workloads of ``make bench``: what is searched, how large, against whom."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).resolve().parents[1]
PEERS = ("loop", "grid_search", "dask_futures")
SLOW = ("loop", "dask_futures")


class Workload(NamedTuple):
    """One search, as this workflow and its peers run it.

    Attributes
    ----------
    title : str
    config : dict
        A config of the workflow, with one search, `n_candidates` aside. It leaves no ``random_state`` open: peers
        would draw other ones.
    n_candidates : int
    peers : tuple of str
        Scripts in ``peers/``.
    first : int or None
        Only so many candidates are given to the peers, where all would take hours.
    once : tuple of str
        Peers that run in the first repeat only, where each takes many minutes.
    grow_by : float or None
        The share of candidates that a second run adds in the same directory.
    write_data : callable or None
        Writes the file that ``dataset.file`` names into a working directory.
    """

    title: str
    config: dict
    n_candidates: int
    peers: tuple = PEERS
    first: int | None = None
    once: tuple = ()
    grow_by: float | None = None
    write_data: Callable | None = None

    @property
    def name(self):
        """The name of its search."""
        return self.config["searches"][0]["name"]


def _shipped():
    return yaml.safe_load((ROOT / "config" / "config.yaml").read_text())


def _search(loader, name, estimator, space):
    search = {"name": name, "estimator": estimator, "param_distributions": space}
    return {"dataset": {"loader": f"sklearn.datasets.{loader}"}, "n_splits": 2, "searches": [search]}


# scikit-learn's default forest. The seed is the only parameter, so all candidates cost the same and no shortcut applies.
FOREST = _search(
    "load_digits",
    "forest",
    "sklearn.ensemble.RandomForestClassifier",
    {"random_state": {"range": [0, 1_000_000]}},
)
# As cheap as an evaluation gets: what is left is overhead.
NAIVE_BAYES = _search(
    "load_iris", "gaussian_nb", "sklearn.naive_bayes.GaussianNB", {"var_smoothing": {"loguniform": [1e-12, 1.0]}}
)


def _large():
    """Return the samples and the target of a table of 200,000 rows and 50 columns."""
    import numpy as np

    rng = np.random.RandomState(0)
    X = rng.normal(size=(200_000, 50))
    return X, (X[:, :5].sum(axis=1) + rng.normal(scale=2, size=len(X)) > 0).astype(int)


def write_array(folder):
    """Write the large table as an array."""
    import numpy as np

    X, y = _large()
    np.savez(Path(folder, "large.npz"), X=X, y=y)


def write_frame(folder):
    """Write the large table with a name for each column."""
    import pandas as pd

    X, y = _large()
    pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])]).assign(y=y).to_parquet(Path(folder, "large.parquet"))


def _boosting(file):
    """Return a search of gradient boosting on a large file: samples, and not the number of evaluations, take the time."""
    fixed = {"max_iter": 50, "early_stopping": False, "random_state": 0}
    search = {
        "name": "boosting",
        "estimator": {"sklearn.ensemble.HistGradientBoostingClassifier": fixed},
        "param_distributions": {
            "learning_rate": {"loguniform": [0.01, 1.0]},
            "max_leaf_nodes": {"range": [8, 64]},
            "l2_regularization": {"loguniform": [1e-6, 10.0]},
        },
    }
    return {"dataset": {"file": file, "target": "y"}, "n_splits": 3, "scoring": "accuracy", "searches": [search]}


WORKLOADS = {
    "svc-10": Workload("the shipped search, 10 candidates", _shipped(), 10),
    "svc-100": Workload("the shipped search, 100 candidates", _shipped(), 100, once=SLOW),
    "svc-1000": Workload(
        "the shipped search, 1,000 candidates, then 1,100",
        _shipped(),
        1000,
        once=SLOW,
        grow_by=0.1,
    ),
    "forest": Workload("random forest on digits, 400 candidates of equal cost", FOREST, 400, once=SLOW),
    "naive-bayes": Workload("GaussianNB on iris, 50,000 candidates", NAIVE_BAYES, 50_000, peers=("loop",), first=1000),
    "large-array": Workload(
        "gradient boosting on 200,000 x 50 samples, an array",
        _boosting("large.npz"),
        20,
        peers=("grid_search",),
        write_data=write_array,
    ),
    "large-frame": Workload(
        "gradient boosting on 200,000 x 50 samples, a DataFrame",
        _boosting("large.parquet"),
        20,
        peers=("grid_search",),
        write_data=write_frame,
    ),
}

"""Dask futures on a local cluster: one future per evaluation, the arrays scattered once."""

from _case import main
from distributed import Client, LocalCluster
from sklearn.base import clone
from sklearn.metrics import get_scorer


def fit_and_score(estimator, scoring, params, X, y, split):
    """Evaluate one candidate on one split."""
    (train, test), scorer = split, get_scorer(scoring)
    estimator = clone(estimator).set_params(**params).fit(X[train], y[train])
    return float(scorer(estimator, X[test], y[test])), float(scorer(estimator, X[train], y[train]))


def evaluate(case, cores):
    """Submit every evaluation at once, and gather."""
    with (
        LocalCluster(n_workers=cores, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        X, y, *splits = client.scatter([case.X, case.y, *case.splits], broadcast=True)
        futures = [
            client.submit(fit_and_score, case.estimator, case.scoring, params, X, y, split, pure=False)
            for params in case.candidates
            for split in splits
        ]
        scores = client.gather(futures)
    rows = [scores[i : i + len(splits)] for i in range(0, len(scores), len(splits))]
    test, train = ([[pair[side] for pair in row] for row in rows] for side in (0, 1))
    return test, train, None


if __name__ == "__main__":
    main(evaluate)

"""The plain sequential loop: clone, fit, score."""

import time

from _case import main
from sklearn.base import clone
from sklearn.metrics import get_scorer


def evaluate(case, cores):
    """Evaluate every candidate on every split, one after the other, whatever the number of cores."""
    scorer = get_scorer(case.scoring)
    sides = [[(case.X[side], case.y[side]) for side in split] for split in case.splits]
    test, train = [], []
    started = time.perf_counter()
    for params in case.candidates:
        test.append([])
        train.append([])
        for (X_train, y_train), (X_test, y_test) in sides:
            estimator = clone(case.estimator).set_params(**params).fit(X_train, y_train)
            test[-1].append(scorer(estimator, X_test, y_test))
            train[-1].append(scorer(estimator, X_train, y_train))
    return test, train, time.perf_counter() - started


if __name__ == "__main__":
    main(evaluate)

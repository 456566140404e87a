"""scikit-learn's own search, given exactly these candidates and splits; all its searches run on this engine."""

import numpy as np
from _case import main
from sklearn.model_selection import GridSearchCV


def evaluate(case, cores):
    """Search without the final refit, which this workflow does not do either unless it is asked to."""
    grid = [{name: [value] for name, value in params.items()} for params in case.candidates]
    search = GridSearchCV(
        case.estimator, grid, scoring=case.scoring, cv=case.splits, n_jobs=cores, return_train_score=True, refit=False
    ).fit(case.X, case.y)
    columns = {
        side: [search.cv_results_[f"split{i}_{side}_score"] for i in range(len(case.splits))]
        for side in ("test", "train")
    }
    test, train = (np.transpose(columns[side]).tolist() for side in ("test", "train"))
    return test, train, None


if __name__ == "__main__":
    main(evaluate)

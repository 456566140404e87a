"""Every column of every table that a user reads: name, type, unit and meaning; and how each is filled."""

from typing import Any

from cvsearch.files import canonical
from cvsearch.results.evaluations import STATUSES, Evaluations
from cvsearch.results.ranks import rank_min

Columns = dict[str, Any]


def cv_results(evaluations: Evaluations) -> Columns:
    """Return the columns of ``cv_results_`` as scikit-learn's searches have them, led by ``candidate``.

    Returns
    -------
    dict of str to sequence
        Each of length n_candidates. Parameters that are no scalars are JSON, and so is ``params``.
    """
    import numpy as np

    def mean_and_std(name: str, scores: Any) -> Columns:
        means = np.average(scores, axis=1)
        return {f"mean_{name}": means, f"std_{name}": np.sqrt(np.average((scores - means[:, np.newaxis]) ** 2, axis=1))}

    params = evaluations.params
    columns: Columns = {"candidate": range(len(params))}
    for name in ("fit_time", "score_time"):
        columns |= mean_and_std(name, evaluations.times[name])
    for name in sorted({name for setting in params for name in setting}):
        columns[f"param_{name}"] = [_cell(setting.get(name)) for setting in params]
    columns["params"] = [canonical(setting) for setting in params]
    for name in evaluations.scorers:
        for side, scores in (("test", evaluations.test), ("train", evaluations.train)):
            columns |= {f"split{j}_{side}_{name}": column for j, column in enumerate(scores[name].T)}
            columns |= mean_and_std(f"{side}_{name}", scores[name])
            if side == "test":
                columns[f"rank_test_{name}"] = rank_min(columns[f"mean_test_{name}"])
    return columns


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, str | bool | int | float) else canonical(value)


def evaluation_columns(evaluations: Evaluations) -> Columns:
    """Return the columns of ``evaluations.csv``, each of length n_candidates * n_splits, as arrays and lists."""
    import numpy as np

    n_candidates, n_splits = evaluations.status.shape
    columns = {
        "candidate": np.repeat(np.arange(n_candidates), n_splits),
        "split": np.tile(np.arange(n_splits), n_candidates),
        "status": np.array(STATUSES)[evaluations.status.ravel()],
    }
    columns |= {f"test_{name}": evaluations.test[name].ravel() for name in evaluations.scorers}
    columns |= {f"train_{name}": evaluations.train[name].ravel() for name in evaluations.scorers}
    columns |= {name: column.ravel() for name, column in evaluations.times.items()}
    errors = np.full(n_candidates * n_splits, "", dtype=object)
    for (i, j), text in evaluations.errors.items():
        errors[i * n_splits + j] = text
    return columns | {"error": errors}

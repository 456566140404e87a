"""The columns of the tables that a user reads: their names, types, units and meanings, and how they are filled.

docs/results.md shows these declarations; ``python docs/make_tables.py`` writes them there.
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from cvsearch.config.values import show
from cvsearch.evaluation.baselines import DEFAULT, DUMMY
from cvsearch.files import canonical
from cvsearch.results.evaluations import STATUSES, TIMES, Evaluations
from cvsearch.results.ranks import rank_min

Columns = dict[str, Any]


class Column(NamedTuple):
    """One column. A name with a word in angle brackets stands for one column for each parameter, scorer, split, output or class."""

    name: str
    type: str
    unit: str
    meaning: str


CV_RESULTS = [
    Column("candidate", "int", "", "number of the candidate, in the order of sampling"),
    Column("mean_fit_time", "float", "s", "mean of `fit_time` over the splits"),
    Column("std_fit_time", "float", "s", "standard deviation over the splits"),
    Column("mean_score_time", "float", "s", "mean of `score_time` over the splits"),
    Column("std_score_time", "float", "s", "standard deviation over the splits"),
    Column("param_<parameter>", "any", "", "value of the parameter; empty if the candidate does not have it"),
    Column("params", "JSON", "", "all parameters of the candidate"),
    Column("split<i>_test_<scorer>", "float", "score", "score on the test side of split i; empty if there is none"),
    Column("mean_test_<scorer>", "float", "score", "mean over the splits; empty if a split has no score"),
    Column("std_test_<scorer>", "float", "score", "standard deviation over the splits"),
    Column(
        "rank_test_<scorer>",
        "int",
        "",
        "rank by the mean, 1 is the best; equal means share the smallest number, and an empty mean comes last",
    ),
    Column("split<i>_train_<scorer>", "float", "score", "score on the training side of split i"),
    Column("mean_train_<scorer>", "float", "score", "mean over the splits"),
    Column("std_train_<scorer>", "float", "score", "standard deviation over the splits"),
]

EVALUATIONS = [
    Column("candidate", "int", "", "number of the candidate"),
    Column("split", "int", "", "number of the split"),
    Column("status", "text", "", "`ok`, `failed`, `timeout`, `killed` or `out_of_memory`"),
    Column("test_<scorer>", "float", "score", "score on the test side; empty if there is none"),
    Column("train_<scorer>", "float", "score", "score on the training side; empty if there is none"),
    Column("fit_time", "float", "s", "time of the fit, as if the candidate had been fitted alone"),
    Column(
        "shared_time",
        "float",
        "s",
        "the part of `fit_time` that another candidate had already spent on first steps that both share",
    ),
    Column("score_time", "float", "s", "time of scoring the test side, as if the candidate had been scored alone"),
    Column("time", "float", "s", "time of the whole evaluation by the clock"),
    Column("error", "text", "", "why a score is missing"),
    Column("warnings", "int", "", "number of warnings; deprecations do not count"),
    Column("warning", "text", "", "first line of the most frequent warning"),
]

BASELINES = [
    Column("baseline", "text", "", "`dummy` or `default`"),
    *EVALUATIONS[1:],
]

BASELINE_NAMES = (DEFAULT, DUMMY)

LEADERBOARD = [
    Column("rank", "int", "", "rank by the mean, 1 is the best; equal means share the smallest number"),
    Column("search", "text", "", "name of the search"),
    Column("candidate", "int", "", "number of the best candidate"),
    Column("params", "JSON", "", "parameters of the best candidate"),
    Column(
        "mean_test_score",
        "float",
        "score",
        "mean score of the best candidate over the splits, by the scorer that ranks",
    ),
    Column("std_test_score", "float", "score", "standard deviation of this score over the splits"),
    Column("mean_fit_time", "float", "s", "mean `fit_time` of the best candidate over the splits"),
    Column("n_candidates", "int", "", "number of candidates of the search"),
    Column(
        "mean_test_default",
        "float",
        "score",
        "mean score of the baseline `default`; empty if there is none",
    ),
    Column("mean_test_dummy", "float", "score", "mean score of the baseline `dummy`; empty if there is none"),
]

# Of the best candidate: one row for each split and each of its test samples.
PREDICTIONS = [
    Column("split", "int", "", "number of the split"),
    Column("sample", "int", "", "row of the sample in the data, from 0"),
    Column("target", "any", "target", "true value of the target"),
    Column("target_<output>", "any", "target", "the same, if there are several targets"),
    Column("prediction", "any", "target", "predicted value"),
    Column("prediction_<output>", "any", "target", "the same, if there are several targets"),
    Column(
        "probability_<class>",
        "float",
        "",
        "predicted probability of the class, in single precision, if a scorer uses probabilities",
    ),
    Column(
        "decision",
        "float",
        "",
        "decision value for the second of two classes, in single precision, if a scorer uses it",
    ),
    Column(
        "decision_<class>",
        "float",
        "",
        "decision value of the class, in single precision, if there are more than two classes",
    ),
]

COMPARISON = [
    Column("candidate", "int", "", "number of the candidate"),
    Column(
        "mean_difference",
        "float",
        "score",
        "mean over the splits of the candidate's test score minus that of the best candidate",
    ),
    Column(
        "t",
        "float",
        "",
        "corrected t of the difference; empty for the best candidate, and if all splits have the same difference",
    ),
    Column("p", "float", "", "two-sided p value of `t`"),
    Column("p_holm", "float", "", "`p`, corrected by Holm's method for the number of candidates"),
    Column(
        "distinguishable",
        "text",
        "",
        "`yes` if `p_holm` is below 0.05, otherwise `no`; empty if the candidate has no mean score",
    ),
]

# File name to its columns.
TABLES = {
    "cv_results.csv": CV_RESULTS,
    "evaluations.csv": EVALUATIONS,
    "baselines.csv": BASELINES,
    "leaderboard.csv": LEADERBOARD,
    "predictions.csv": PREDICTIONS,
    "comparison.csv": COMPARISON,
}


def cv_results(evaluations: Evaluations, parameters: Iterable[str]) -> Columns:
    """Return the columns of ``cv_results_`` as scikit-learn's searches have them, with ``candidate`` first.

    Parameters
    ----------
    evaluations : Evaluations
    parameters : iterable of str
        All parameters of the space. One that no candidate has keeps its empty column.

    Returns
    -------
    dict of str to sequence
        Each of length n_candidates.
    """
    import numpy as np

    def mean_and_std(name: str, values: Any) -> Columns:
        with np.errstate(invalid="ignore"):  # Infinite scores have no standard deviation.
            means = np.average(values, axis=1)
            stds = np.sqrt(np.average((values - means[:, np.newaxis]) ** 2, axis=1))
        return {f"mean_{name}": means, f"std_{name}": stds}

    params = evaluations.params
    columns: Columns = {"candidate": range(len(params))}
    for name in ("fit_time", "score_time"):
        columns |= mean_and_std(name, evaluations.times[name])
    for name in sorted({*parameters, *(name for setting in params for name in setting)}):
        columns[f"param_{name}"] = [cell(setting[name]) if name in setting else "" for setting in params]
    columns["params"] = [canonical(show(setting)) for setting in params]
    for name in evaluations.scorers:
        for side in evaluations.sides:
            scores = evaluations.scores[side, name]
            columns |= {f"split{j}_{side}_{name}": column for j, column in enumerate(scores.T)}
            columns |= mean_and_std(f"{side}_{name}", scores)
            if side == "test":
                columns[f"rank_test_{name}"] = rank_min(columns[f"mean_test_{name}"])
    return columns


def cell(value: Any) -> Any:
    """Return a parameter's value as a cell of a table."""
    if value is None:
        return "None"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, str | bool | int | float) else canonical(show(value))


def evaluation_columns(evaluations: Evaluations) -> Columns:
    """Return the columns of ``evaluations.csv``, each of length n_candidates * n_splits, as arrays and lists."""
    import numpy as np

    n_candidates, n_splits = evaluations.status.shape
    columns: Columns = {
        "candidate": np.repeat(np.arange(n_candidates), n_splits),
        "split": np.tile(np.arange(n_splits), n_candidates),
        "status": np.array(STATUSES)[evaluations.status.ravel()],
    }
    for side in evaluations.sides:
        columns |= {f"{side}_{name}": evaluations.scores[side, name].ravel() for name in evaluations.scorers}
    columns |= {name: evaluations.times[name].ravel() for name in TIMES}
    texts = {name: np.full(n_candidates * n_splits, "", dtype=object) for name in ("error", "warning")}
    for name, found in (("error", evaluations.errors), ("warning", evaluations.warning)):
        for (i, j), text in found.items():
            texts[name][i * n_splits + j] = text
    return columns | {"error": texts["error"], "warnings": evaluations.warnings.ravel(), "warning": texts["warning"]}

"""The baselines of a search as a table, and their mean scores."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cvsearch.config.values import store, strict
from cvsearch.evaluation.baselines import NO_PARAMETERS
from cvsearch.files import read_json, write_atomically, write_json
from cvsearch.journal.policy import Row
from cvsearch.layout import SearchPaths
from cvsearch.results.evaluations import SIDES, Evaluations
from cvsearch.results.storage import csv_bytes
from cvsearch.results.tables import Columns, cv_results, evaluation_columns

REBUILD = "run the same command with --forcerun evaluate_baselines"


class Baseline(NamedTuple):
    """The score of a baseline.

    Attributes
    ----------
    mean, std : float
        Mean and standard deviation of the ranking scorer's test scores over the splits; NaN if a split has no score.
    error : str
        Why there is no mean; empty if there is one.
    """

    mean: float
    std: float
    error: str


def collect(rows: Mapping[str, Sequence[Row]], scorers: list[str] | None, sides: Sequence[str] = SIDES) -> Evaluations:
    """Put the rows of baselines into columns. Each column has one row for each baseline.

    Parameters
    ----------
    rows : mapping of str to sequence of dict
        The journaled row on each split, by the baseline's name.
    scorers : list of str or None
        None if only the rows tell the names.
    sides : sequence of str
    """
    every = [row for of_baseline in rows.values() for row in of_baseline]
    names = scorers or list(dict.fromkeys(name for row in every for name in row.get("scorers") or ())) or ["score"]
    n_splits = max(map(len, rows.values()))
    evaluations = Evaluations([NO_PARAMETERS] * len(rows), n_splits, names, sides)
    for i, of_baseline in enumerate(rows.values()):
        for split, row in enumerate(of_baseline):
            evaluations.add(i, split, row)
    return evaluations


def baseline_columns(names: Sequence[str], evaluations: Evaluations) -> Columns:
    """Return the columns of ``baselines.csv``.

    The first is the baseline. The others are the columns of ``evaluations.csv`` from the split on.
    """
    columns = evaluation_columns(evaluations)
    numbers = columns.pop("candidate").tolist()
    return {"baseline": [names[i] for i in numbers], **columns}


def write_baselines(
    paths: SearchPaths,
    names: Sequence[str],
    evaluations: Evaluations,
    identities: Sequence[str],
) -> None:
    """Write the table of baselines, and then their mean scores, which are computed like those of candidates.

    Parameters
    ----------
    paths : SearchPaths
    names : sequence of str
        Names of the baselines.
    evaluations : Evaluations
    identities : sequence of str
        Identities of the search's evaluations on each split. The baselines may be compared only with these evaluations.
    """
    table = csv_bytes(baseline_columns(names, evaluations))
    scorer = evaluations.scorers[0]
    scores = cv_results(evaluations, [])
    means, stds = (scores[f"{statistic}_test_{scorer}"].tolist() for statistic in ("mean", "std"))
    about = {}
    for i, name in enumerate(names):
        errors = [evaluations.errors[at] for at in sorted(evaluations.errors) if at[0] == i]
        error = errors[0] if errors and math.isnan(means[i]) else ""
        about[name] = {"mean_test_score": means[i], "std_test_score": stds[i], "error": error}
        about[name]["test_scores"] = evaluations.scores["test", scorer][i].tolist()
    write_atomically(paths.baselines, table)
    write_json(
        paths.baselines_about,
        {
            "scorer": scorer,
            "baselines": strict(about),
            "identities": list(identities),
            "files": {paths.baselines.name: hashlib.sha256(table).hexdigest()},
        },
    )


def read_baselines(paths: SearchPaths, identities: Sequence[str] | None = None) -> dict[str, Baseline]:
    """Return the baselines of a search.

    Parameters
    ----------
    paths : SearchPaths
    identities : sequence of str, optional
        Identities of the evaluations that the baselines are to be compared with. Baselines with other identities are
        left out.

    Returns
    -------
    dict of str to Baseline
        Empty if there are none.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    if not paths.baselines_about.exists():
        return {}
    about = read_json(paths.baselines_about, REBUILD)
    if identities is not None and about["identities"] != list(identities):
        return {}
    found = store(about["baselines"], str(paths.baselines_about))
    return {name: Baseline(of["mean_test_score"], of["std_test_score"], of["error"]) for name, of in found.items()}

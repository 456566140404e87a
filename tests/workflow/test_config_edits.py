"""One row per config key: edit it, and exactly these rules run again, with so many evaluations."""

import shutil
from copy import deepcopy

import numpy as np
import pandas as pd
import pytest
import yaml
from cvsearch.config.schema import INHERITED, validate
from schema_keys import SCHEMA, leaves
from sklearn.datasets import load_iris
from workflow_runs import TINY, Workdir

COMMENT = "a comment and the order of keys"

# Snakemake settles that the best candidate is chosen again before a new plan tells that nothing is merged.
PLAN = {"propose_candidates": 1, "choose_best": 1}
TABLES = {"merge_results": 1, "choose_best": 1}
ALL = {**PLAN, "evaluate": 2, **TABLES}
DATA = {"prepare_dataset": 1, "make_splits": 1}

OTHER_SPACE = {"max_depth": {"range": [1, 40]}, "min_samples_leaf": {"range": [1, 30]}}

# The same data from a module of one's own: they are loaded again, and all that rests on them stands.
OWN = """
from sklearn.datasets import load_iris

def load():
    return load_iris(return_X_y=True)
"""
OWN_LOADER = {"dataset": {"loader": "own.load"}, "trusted_modules": ["own"]}

# Where samples are of one site, no site is on both sides.
BY_SITE = {"splitter": "sklearn.model_selection.GroupKFold"}
IN_FOLDS = "sklearn.model_selection.StratifiedKFold"

# key: (change of the config, jobs by rule, evaluations). The search has 6 candidates in one batch, on 2 splits. No
# evaluation of it fails, so a change of the conditions leaves nothing to evaluate. Those that open rows merge again.
EDITS = {
    "n_candidates": ({"n_candidates": 9}, ALL, 6),
    "n_splits": ({"n_splits": 3}, {"make_splits": 1, **ALL, "evaluate": 1}, 6),
    "batch_size": ({"batch_size": 4}, ALL | {"evaluate": 4}, 0),
    "batch_seconds": ({"batch_seconds": 5}, PLAN, 0),
    "limits": ({"limits": {"seconds": 60}}, PLAN | TABLES, 0),
    # The rows that there are lose their predictions' use, and keep their scores.
    "predictions_mb": ({"predictions_mb": 0}, PLAN | TABLES, 0),
    "retry_failed": ({"retry_failed": 1}, PLAN | TABLES, 0),
    "share_work": ({"share_work": False}, PLAN, 0),
    "scoring": ({"scoring": "f1_macro"}, ALL, 12),
    "random_state": ({"random_state": 1}, ALL, 12),
    "test_size": ({"test_size": 0.3}, {"make_splits": 1, **ALL}, 12),
    "splitter": ({"splitter": IN_FOLDS}, {"make_splits": 1, **ALL}, 12),
    "holdout": ({"holdout": 0.2}, {"make_splits": 1, **ALL}, 12),
    # The rows have train scores, and the tables leave them out.
    "return_train_score": ({"return_train_score": False}, PLAN | TABLES, 0),
    "dataset.loader": ({"dataset": {"loader": "sklearn.datasets.load_wine"}}, DATA | ALL, 12),
    "trusted_modules": (OWN_LOADER, DATA | PLAN, 0),
    # The same content in another file.
    "dataset.file": ({"dataset.file": "again.csv"}, DATA | PLAN, 0),
    "dataset.read": ({"dataset.read": {"dtype": {"width": "float32"}}}, DATA | ALL, 12),
    "dataset.target": ({"dataset.target": "large"}, DATA | ALL, 12),
    "dataset.groups": ({"dataset.groups": "site"} | BY_SITE, DATA | ALL, 12),
    "dataset.sample_weight": ({"dataset.sample_weight": "site"}, DATA | ALL, 12),
    "dataset.time": ({"dataset.time": "day"}, DATA | ALL, 12),
    "dataset.drop": ({"dataset.drop": ["day"]}, DATA | ALL, 12),
    "searches.name": ({"name": "other"}, ALL, 12),
    "searches.estimator": ({"estimator": "sklearn.tree.ExtraTreeClassifier"}, ALL, 12),
    "searches.param_distributions": ({"param_distributions": OTHER_SPACE}, ALL, 12),
    # The verdict alone reads it.
    "searches.simplest_by": ({"simplest_by": ["max_depth"]}, {}, 0),
    # All 39 x 19 settings in one batch; the six that are done are among them.
    "searches.strategy": ({"strategy": "grid", "batch_size": 1000}, ALL, 2 * (39 * 19 - 6)),
    COMMENT: (None, {}, 0),
}

# A search takes them from the top level, whose rows speak for them.
INHERITED_KEYS = {f"searches.{key}" for key in INHERITED}

TABLE = {"file": "mine.csv", "target": "kind"}


def of_table(key):
    """Whether the edit is one of a search on a table."""
    return key.startswith("dataset.") and key != "dataset.loader"


def write_table(workdir):
    X, y = load_iris(return_X_y=True)
    table = pd.DataFrame({"length": X[:, 0], "width": X[:, 1], "site": np.arange(150) % 5, "day": np.arange(150)[::-1]})
    for name in ("mine.csv", "again.csv"):
        workdir.write(name, table.assign(kind=y, large=(X[:, 0] > 5.8).astype(int)).to_csv(index=False))


@pytest.fixture(scope="module")
def _finished_table(tmp_path_factory):
    workdir = Workdir(tmp_path_factory.mktemp("table"))
    write_table(workdir)
    workdir.write("config.yaml", TINY | {"dataset": TABLE})
    workdir.merge()
    return workdir.path


@pytest.fixture
def started(request, tiny, tmp_path):
    """A config, and a working directory in which its search has run to its end: of a loader, or of a table for its keys."""
    if not of_table(request.param):
        return request.param, tiny, request.getfixturevalue("finished")
    shutil.copytree(request.getfixturevalue("_finished_table"), tmp_path / "table")
    return request.param, tiny | {"dataset": dict(TABLE)}, Workdir(tmp_path / "table")


def edited(config, change):
    change, search = dict(change), config["searches"][0]
    for key in [key for key in change if key.startswith("dataset.")]:
        config["dataset"][key.removeprefix("dataset.")] = change.pop(key)
    for key in ("name", "estimator", "param_distributions", "strategy", "simplest_by"):
        if key in change:
            search[key] = change.pop(key)
    return config | change


def test_every_key_has_its_row():
    keys = {path if path.startswith(("searches.", "dataset.")) else path.split(".")[0] for path, _ in leaves()}
    keys = {"searches.limits" if key.startswith("searches.limits.") else key for key in keys}
    assert keys - INHERITED_KEYS == set(EDITS) - {COMMENT}


@pytest.mark.parametrize("key", [key for key in EDITS if key != COMMENT])
def test_every_row_changes_the_config(tiny, key):
    config = tiny | {"dataset": dict(TABLE)} if of_table(key) else tiny
    before = validate(deepcopy(config), SCHEMA)
    assert validate(edited(config, EDITS[key][0]), SCHEMA) != before


@pytest.mark.parametrize("started", EDITS, indirect=True)
def test_an_edit_reruns_what_it_must_and_no_more(started):
    key, config, workdir = started
    change, jobs, evaluations = EDITS[key]
    if change is None:
        reordered = dict(reversed(config.items()))
        workdir.write("config.yaml", "# a comment\n" + yaml.safe_dump(reordered, sort_keys=False))
    else:
        workdir.write("config.yaml", edited(config, change))
    workdir.write("own.py", OWN)
    run = workdir.merge(search=(change or {}).get("name", "tree"))
    assert dict(run.jobs) == jobs
    assert run.evaluated == evaluations

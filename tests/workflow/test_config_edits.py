"""One row per config key: edit it, and exactly these rules run again, with so many evaluations."""

import functools
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
ALL = {**PLAN, "evaluate": 1, **TABLES}
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
BY_SITE = {"splitter": "sklearn.model_selection.GroupShuffleSplit"}
STRATIFIED = "sklearn.model_selection.StratifiedShuffleSplit"

# On one split, which costs one job less than two.
CONFIG = TINY | {"n_splits": 1}

# key: (change of the config, jobs by rule, evaluations). The search has 6 candidates in one batch, on 1 split. No
# evaluation of it fails, so a change of the conditions leaves nothing to evaluate. Those that open rows merge again.
EDITS = {
    "n_candidates": ({"n_candidates": 9}, ALL, 3),
    "n_splits": ({"n_splits": 2}, {"make_splits": 1, **ALL}, 6),
    "batch_size": ({"batch_size": 4}, ALL | {"evaluate": 2}, 0),
    "batch_seconds": ({"batch_seconds": 5}, PLAN, 0),
    "limits": ({"limits": {"seconds": 60}}, PLAN | TABLES, 0),
    # The rows that there are lose their predictions' use, and keep their scores.
    "predictions_mb": ({"predictions_mb": 0}, PLAN | TABLES, 0),
    "retry_failed": ({"retry_failed": 1}, PLAN | TABLES, 0),
    "share_work": ({"share_work": False}, PLAN, 0),
    "scoring": ({"scoring": "f1_macro"}, ALL, 6),
    "random_state": ({"random_state": 1}, ALL, 6),
    "test_size": ({"test_size": 0.3}, {"make_splits": 1, **ALL}, 6),
    "splitter": ({"splitter": STRATIFIED}, {"make_splits": 1, **ALL}, 6),
    "holdout": ({"holdout": 0.2}, {"make_splits": 1, **ALL}, 6),
    # The rows have train scores, and the tables leave them out.
    "return_train_score": ({"return_train_score": False}, PLAN | TABLES, 0),
    "dataset.loader": ({"dataset": {"loader": "sklearn.datasets.load_wine"}}, DATA | ALL, 6),
    "trusted_modules": (OWN_LOADER, DATA | PLAN, 0),
    # The same content in another file.
    "dataset.file": ({"dataset.file": "again.csv"}, DATA | PLAN, 0),
    "dataset.read": ({"dataset.read": {"dtype": {"width": "float32"}}}, DATA | ALL, 6),
    "dataset.target": ({"dataset.target": "large"}, DATA | ALL, 6),
    "dataset.groups": ({"dataset.groups": "site"} | BY_SITE, DATA | ALL, 6),
    "dataset.sample_weight": ({"dataset.sample_weight": "site"}, DATA | ALL, 6),
    "dataset.time": ({"dataset.time": "day"}, DATA | ALL, 6),
    "dataset.drop": ({"dataset.drop": ["day"]}, DATA | ALL, 6),
    "searches.name": ({"name": "other"}, ALL, 6),
    "searches.estimator": ({"estimator": "sklearn.tree.ExtraTreeClassifier"}, ALL, 6),
    "searches.param_distributions": ({"param_distributions": OTHER_SPACE}, ALL, 6),
    # The verdict alone reads it.
    "searches.simplest_by": ({"simplest_by": ["max_depth"]}, {}, 0),
    # All 39 x 19 settings in one batch; the six that are done are among them.
    "searches.strategy": ({"strategy": "grid", "batch_size": 1000}, ALL, 39 * 19 - 6),
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


def config_for(key):
    """Return the config to edit: with a table for the keys of a table, else with a loader."""
    return deepcopy(CONFIG | {"dataset": TABLE} if of_table(key) else CONFIG)


@pytest.fixture(scope="module")
def folder_for(tmp_path_factory):
    """Return a function that returns the folder in which the search for a key has run to its end."""

    @functools.cache
    def run(with_table):
        workdir = Workdir(tmp_path_factory.mktemp("finished"))
        write_table(workdir)
        workdir.write("config.yaml", CONFIG | {"dataset": TABLE} if with_table else CONFIG)
        workdir.merge()
        return workdir.path

    return lambda key: run(of_table(key))


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
def test_every_row_changes_the_config(key):
    before = validate(config_for(key), SCHEMA)
    assert validate(edited(config_for(key), EDITS[key][0]), SCHEMA) != before


@pytest.mark.parametrize("key", EDITS)
def test_an_edit_reruns_what_it_must_and_no_more(folder_for, tmp_path, key):
    workdir = Workdir(shutil.copytree(folder_for(key), tmp_path / "search"))
    config, (change, jobs, evaluations) = config_for(key), EDITS[key]
    if change is None:
        reordered = dict(reversed(config.items()))
        workdir.write("config.yaml", "# a comment\n" + yaml.safe_dump(reordered, sort_keys=False))
    else:
        workdir.write("config.yaml", edited(config, change))
    workdir.write("own.py", OWN)
    run = workdir.merge(search=(change or {}).get("name", "tree"))
    assert dict(run.jobs) == jobs
    assert run.evaluated == evaluations

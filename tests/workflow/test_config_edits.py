"""One row per config key: edit it, and exactly these rules run again, with so many evaluations."""

from copy import deepcopy

import pytest
import yaml
from cvsearch.config.schema import INHERITED, validate
from schema_keys import SCHEMA, leaves

COMMENT = "a comment and the order of keys"

PLAN = {"propose_candidates": 1}
ALL = {"propose_candidates": 1, "evaluate": 2, "merge_results": 1}

OTHER_SPACE = {"max_depth": {"range": [1, 40]}, "min_samples_leaf": {"range": [1, 30]}}

# The same data from a module of one's own: they are loaded again, and all that rests on them stands.
OWN = """
from sklearn.datasets import load_iris

def load():
    return load_iris(return_X_y=True)
"""
OWN_LOADER = {"dataset": {"loader": "own.load"}, "trusted_modules": ["own"]}

# key: (change of the config, jobs by rule, evaluations). The search has 6 candidates in one batch, on 2 splits. No
# evaluation of it fails, so a change of the conditions leaves nothing to evaluate, and nothing to merge.
EDITS = {
    "n_candidates": ({"n_candidates": 9}, ALL, 6),
    "n_splits": ({"n_splits": 3}, {"make_splits": 1, **ALL, "evaluate": 1}, 6),
    "batch_size": ({"batch_size": 4}, ALL | {"evaluate": 4}, 0),
    "batch_seconds": ({"batch_seconds": 5}, PLAN, 0),
    "limits": ({"limits": {"seconds": 60}}, PLAN, 0),
    "retry_failed": ({"retry_failed": 1}, PLAN, 0),
    "share_work": ({"share_work": False}, PLAN, 0),
    "scoring": ({"scoring": "f1_macro"}, ALL, 12),
    "random_state": ({"random_state": 1}, ALL, 12),
    "test_size": ({"test_size": 0.3}, {"make_splits": 1, **ALL}, 12),
    "dataset.loader": (
        {"dataset": {"loader": "sklearn.datasets.load_wine"}},
        {"prepare_dataset": 1, "make_splits": 1, **ALL},
        12,
    ),
    "trusted_modules": (OWN_LOADER, {"prepare_dataset": 1, "make_splits": 1, **PLAN}, 0),
    "searches.name": ({"name": "other"}, ALL, 12),
    "searches.estimator": ({"estimator": "sklearn.tree.ExtraTreeClassifier"}, ALL, 12),
    "searches.param_distributions": ({"param_distributions": OTHER_SPACE}, ALL, 12),
    # All 39 x 19 settings in one batch; the six that are done are among them.
    "searches.strategy": ({"strategy": "grid", "batch_size": 1000}, ALL, 2 * (39 * 19 - 6)),
    COMMENT: (None, {}, 0),
}

# A search takes them from the top level, whose rows speak for them.
INHERITED_KEYS = {f"searches.{key}" for key in INHERITED}

# Keys that no edit can change, each with its reason.
FIXED = {"splitter": "shuffle is its only value"}


def edited(config, change):
    change, search = dict(change), config["searches"][0]
    for key in ("name", "estimator", "param_distributions", "strategy"):
        if key in change:
            search[key] = change.pop(key)
    return config | change


def test_every_key_has_its_row():
    keys = {path if path.startswith(("searches.", "dataset.")) else path.split(".")[0] for path, _ in leaves()}
    keys = {"searches.limits" if key.startswith("searches.limits.") else key for key in keys}
    assert keys - INHERITED_KEYS == set(EDITS) - {COMMENT} | set(FIXED)


@pytest.mark.parametrize("key", [key for key in EDITS if key != COMMENT])
def test_every_row_changes_the_config(tiny, key):
    before = validate(deepcopy(tiny), SCHEMA)
    assert validate(edited(tiny, EDITS[key][0]), SCHEMA) != before


def test_a_key_without_a_row_has_one_value():
    for key in FIXED:
        assert len(SCHEMA["properties"][key]["enum"]) == 1, key


@pytest.mark.parametrize("key", EDITS)
def test_an_edit_reruns_what_it_must_and_no_more(tiny, finished, key):
    change, jobs, evaluations = EDITS[key]
    if change is None:
        reordered = dict(reversed(tiny.items()))
        finished.write("config.yaml", "# a comment\n" + yaml.safe_dump(reordered, sort_keys=False))
    else:
        finished.write("config.yaml", edited(tiny, change))
    finished.write("own.py", OWN)
    run = finished.merge(search=(change or {}).get("name", "tree"))
    assert dict(run.jobs) == jobs
    assert run.evaluated == evaluations

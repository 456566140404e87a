"""One row per config key: edit it, and exactly these rules run again, with so many evaluations."""

import pytest
import yaml

ALL = {"propose_candidates": 1, "evaluate": 2, "merge_results": 1}

# key: (new config, jobs by rule, evaluations). The search has 6 candidates in one batch, on 2 splits.
EDITS = {
    "n_candidates": ({"n_candidates": 9}, {"propose_candidates": 1, "evaluate": 2, "merge_results": 1}, 6),
    "n_splits": ({"n_splits": 3}, {"make_splits": 1, "propose_candidates": 1, "evaluate": 1, "merge_results": 1}, 6),
    "batch_size": ({"batch_size": 4}, ALL | {"evaluate": 4}, 0),
    "batch_seconds": ({"batch_seconds": 5}, {"propose_candidates": 1}, 0),
    "limits": ({"limits": {"seconds": 60}}, ALL, 0),
    "retry_failed": ({"retry_failed": 1}, ALL, 0),
    "share_work": ({"share_work": False}, ALL, 0),
    "scoring": ({"scoring": "f1_macro"}, ALL, 12),
    "random_state": ({"random_state": 1}, ALL, 12),
    "test_size": ({"test_size": 0.3}, {"make_splits": 2, **ALL}, 12),
    "dataset.loader": (
        {"dataset": {"loader": "sklearn.datasets.load_wine"}},
        {"prepare_dataset": 1, "make_splits": 2, **ALL},
        12,
    ),
    "splitter": ({"splitter": "shuffle"}, {}, 0),
    "holdout": ({"holdout": 0}, {}, 0),
    "trusted_modules": ({"trusted_modules": ["faulty"]}, {}, 0),
    "searches.estimator": ({"estimator": "sklearn.tree.ExtraTreeClassifier"}, ALL, 12),
    "searches.param_distributions": (
        {"space": {"max_depth": {"range": [1, 40]}, "min_samples_leaf": {"range": [1, 30]}}},
        ALL,
        12,
    ),
    "searches.strategy": ({"strategy": "random"}, {}, 0),
    "a comment and the order of keys": (None, {}, 0),
}


def edited(config, change):
    change, search = dict(change), config["searches"][0]
    for key, inner in (("estimator", "estimator"), ("space", "param_distributions"), ("strategy", "strategy")):
        if key in change:
            search[inner] = change.pop(key)
    return config | change


def test_every_key_has_its_row():
    from test_config import SCHEMA, leaves

    keys = {path if path.startswith(("searches.", "dataset.")) else path.split(".")[0] for path, _ in leaves(SCHEMA)}
    planned = {"dataset.file", "dataset.target", "dataset.groups", "dataset.drop"}
    inherited = {f"searches.{key}" for key in ("n_candidates", "scoring", "limits", "batch_size", "share_work")}
    keys = {key for key in keys if not key.startswith("searches.limits")}
    assert keys - planned - inherited - {"searches.name"} <= set(EDITS)


@pytest.mark.parametrize("key", EDITS)
def test_an_edit_reruns_what_it_must_and_no_more(tiny, finished, key):
    change, jobs, evaluations = EDITS[key]
    if change is None:
        reordered = dict(reversed(tiny.items()))
        finished.write("config.yaml", "# a comment\n" + yaml.safe_dump(reordered, sort_keys=False))
    else:
        finished.write("config.yaml", edited(tiny, change))
    run = finished.merge()
    assert dict(run.jobs) == jobs
    assert run.evaluated == evaluations

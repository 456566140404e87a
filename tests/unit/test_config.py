import datetime
import math
from pathlib import Path

import jsonschema
import pytest
import yaml
from _config import INHERITED, assemble, read_yaml, validate
from _errors import InputError
from workflow_runs import ROOT

SCHEMA = read_yaml(ROOT / "config" / "schema.yaml")
CONFIGS = [ROOT / "config" / "config.yaml", *sorted((ROOT / "config" / "examples").glob("*.yaml"))]


def leaves(schema, path=""):
    for key, value in schema.get("properties", {}).items():
        if "properties" in value:
            yield from leaves(value, f"{path}{key}.")
        elif value.get("items", {}).get("properties"):
            yield from leaves(value["items"], f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_we_ship_is_valid(path):
    shipped = read_yaml(ROOT / "config" / "config.yaml")
    assert validate(assemble(read_yaml(path), shipped), SCHEMA)["searches"]


def test_every_leaf_is_described_and_every_leaf_that_may_be_left_out_has_a_default():
    required = {"searches.name", "searches.estimator", "searches.param_distributions", "dataset.loader"}
    planned = {"dataset.file", "dataset.target", "dataset.groups", "dataset.drop"}
    for path, leaf in leaves(SCHEMA):
        assert leaf.get("description"), path
        assert "default" in leaf or path in required | planned, path


def test_every_key_is_documented():
    text = (ROOT / "config" / "README.md").read_text()
    for path, leaf in leaves(SCHEMA):
        assert f"`{path}`" in text or f"`{path.removeprefix('searches.')}`" in text, path
        default = leaf.get("default")
        if default is not None and path.count(".") == 0:
            row = next(line for line in text.splitlines() if line.startswith(f"| `{path}`"))
            assert f"`{yaml.safe_dump(default).splitlines()[0]}`" in row, path


def test_the_shipped_config_states_the_defaults():
    shipped = read_yaml(ROOT / "config" / "config.yaml")
    for key, value in shipped.items():
        schema = SCHEMA["properties"][key]
        if "default" in schema and key != "scoring":
            assert value == schema["default"], key


def minimal(**extra):
    search = {"name": "a", "estimator": "sklearn.svm.SVC", "param_distributions": {"C": [1]}}
    config = {"dataset": {"loader": "sklearn.datasets.load_iris"}, "searches": [search | extra.pop("search", {})]}
    return config | extra


def test_a_search_inherits_what_it_does_not_say():
    config = minimal(
        n_candidates=7, limits={"seconds": 3}, search={"limits": {"memory_mb": 100}, "scoring": "f1_macro"}
    )
    search = validate(config, SCHEMA)["searches"][0]
    assert set(INHERITED) <= set(search)
    assert search["n_candidates"] == 7
    assert search["limits"] == {"seconds": 3, "memory_mb": 100}
    assert search["scoring"] == "f1_macro"
    assert search["strategy"] == "random"


def test_a_config_that_was_checked_and_noted_can_be_run_again():
    once = validate(minimal(n_candidates=7, limits={"seconds": 3}, random_state=3, retry_failed=1), SCHEMA)
    assert validate(once, SCHEMA) == once


def test_text_that_reads_as_a_number_is_one_as_yaml_takes_1e3_for_text():
    config = minimal(n_candidates="1e3", search={"param_distributions": {"C": ["1e-3", "2", "two"]}})
    config = validate(config, SCHEMA)
    assert config["searches"][0]["n_candidates"] == 1000
    assert type(config["searches"][0]["n_candidates"]) is int
    assert config["searches"][0]["param_distributions"]["C"] == [0.001, 2, "two"]


def test_a_config_with_searches_stands_alone_and_any_other_is_laid_over():
    shipped = {"n_splits": 2, "scoring": "accuracy", "searches": ["shipped"]}
    assert assemble({"n_splits": 9}, shipped) == {**shipped, "n_splits": 9}
    assert assemble({"searches": ["mine"]}, shipped) == {"searches": ["mine"]}
    assert assemble({"n_splits": 9}, {"n_candidates": 1}, shipped) == {**shipped, "n_splits": 9, "n_candidates": 1}


BAD = [
    ({"n_split": 3}, "n_split:", "did you mean 'n_splits'?"),
    ({"n_splits": 0}, "n_splits: 0 is not a whole number of at least 1", ""),
    ({"n_splits": 2.5}, "n_splits: 2.5 is not a whole number", ""),
    ({"n_splits": "two"}, "n_splits: 'two' is not a whole number", ""),
    ({"n_candidates": -1}, "n_candidates: -1 is not a whole number of at least 1", ""),
    ({"test_size": 1}, "test_size: 1 is not a number above 0 and below 1", ""),
    ({"test_size": 0}, "test_size: 0 is not a number above 0 and below 1", ""),
    ({"batch_size": "big"}, "batch_size: 'big' is not auto or a whole number of at least 1 and of at most 5000", ""),
    ({"batch_size": 5001}, "batch_size: 5001 is not", "of at most 5000"),
    ({"test_size": math.nan}, "test_size: nan is no finite number", ""),
    ({"limits": {"seconds": math.inf}}, "limits.seconds: inf is no finite number", "null where that is allowed"),
    (
        {"search": {"param_distributions": {"C": [datetime.date(2020, 1, 2)]}}},
        "searches[0].param_distributions.C[0]: datetime.date(2020, 1, 2) is a date",
        "put it in quotes",
    ),
    ({"limits": {"second": 3}}, "limits.second:", "did you mean 'seconds'?"),
    ({"limits": {"seconds": 0}}, "limits.seconds: 0 is not null or a number above 0", ""),
    ({"share_work": "maybe"}, "share_work: 'maybe' is not true or false", ""),
    ({"dataset": {}}, "dataset.loader: is missing", "sklearn.datasets.load_digits"),
    ({"dataset": {"file": "a.csv"}}, "dataset.file: 'a.csv' is not supported yet", "dataset.loader"),
    ({"splitter": {"sklearn.model_selection.KFold": {}}}, "splitter:", "not supported yet; use shuffle"),
    ({"holdout": 0.2}, "holdout: 0.2 is not supported yet", ""),
    (
        {"trusted_modules": ["a.b"]},
        "trusted_modules[0]: 'a.b' is not the top-level name of a module, such as xgboost",
        "",
    ),
    ({"__use_yte__": True}, "__use_yte__ is refused", "write the values out"),
    ({"searches": []}, "searches: [] is empty", ""),
    ({"search": {"name": "dataset"}}, "searches[0].name: 'dataset' is taken by results/dataset", ""),
    ({"search": {"name": "svc\n"}}, "searches[0].name: 'svc\\n' ends in white space", ""),
    ({"search": {"name": "a/b"}}, "searches[0].name: 'a/b' is not a name for the folder results/NAME, of letters", ""),
    ({"search": {"strategy": "gird"}}, "searches[0].strategy: 'gird' is not known", "did you mean 'grid'?"),
    ({"search": {"strategy": {"tpe": {}}}}, "searches[0].strategy:", "not supported yet; use random or grid"),
    ({"search": {"estimater": "x"}}, "searches[0].estimater:", "did you mean 'estimator'?"),
    ({"search": {"param_distributions": {}}}, "searches[0].param_distributions: {} is empty", ""),
    (
        {"search": {"param_distributions": {"C": {"uniform": [3, 1]}}}},
        "searches[0].param_distributions.C.uniform:",
        "swap",
    ),
    ({"search": {"scoring": ["accuracy", "accuracy"]}}, "searches[0].scoring:", "names something twice"),
]


@pytest.mark.parametrize(("change", "start", "fix"), BAD, ids=[case[1][:40] for case in BAD])
def test_a_mistake_is_one_line_with_key_value_and_fix(change, start, fix):
    with pytest.raises(InputError) as caught:
        validate(minimal(**change), SCHEMA)
    message = str(caught.value)
    assert start in message
    assert fix in message
    assert "\n" not in message


def test_two_searches_of_one_name_are_both_named():
    config = minimal()
    config["searches"] *= 2
    with pytest.raises(InputError, match=r"searches\[1\]\.name: 'a' is the name of searches\[0\] too"):
        validate(config, SCHEMA)


@pytest.mark.parametrize(
    ("text", "problem"), [("a: [", "line 1"), ("- a", "holds no keys"), ("__use_yte__: true", "refused")]
)
def test_a_file_that_is_no_config_is_named(tmp_path, text, problem):
    path = Path(tmp_path, "mine.yaml")
    path.write_text(text)
    with pytest.raises(InputError, match=problem) as caught:
        read_yaml(path)
    assert "mine.yaml" in str(caught.value)

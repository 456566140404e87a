"""The config against its schema: defaults, and a line for each mistake."""

import datetime
import math

import jsonschema
import pytest
from cvsearch.config.layers import assemble, read_yaml
from cvsearch.config.schema import INHERITED, inherited_path, validate
from cvsearch.errors import InputError
from schema_keys import SCHEMA, leaves
from workflow_runs import ROOT

CONFIGS = [ROOT / "config" / "config.yaml", *sorted((ROOT / "config" / "examples").glob("*.yaml"))]


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_config_we_ship_is_valid(path):
    shipped = read_yaml(ROOT / "config" / "config.yaml")
    assert validate(assemble(read_yaml(path), shipped), SCHEMA)["searches"]


def test_every_leaf_is_described_and_every_leaf_that_may_be_left_out_has_a_default():
    """What the config says of its data has no defaults: one of loader and file is required, columns stay features."""
    required = {"searches.name", "searches.estimator", "searches.param_distributions"}
    for path, leaf in leaves():
        assert leaf.get("description"), path
        assert ("default" in leaf) != (path in required or path.startswith("dataset.")), path


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


def test_whole_numbers_are_int_however_yaml_wrote_them(tmp_path):
    (tmp_path / "mine.yaml").write_text("n_candidates: 1e3\ndataset: {loader: a.b}\n")
    assert read_yaml(tmp_path / "mine.yaml")["n_candidates"] == 1000.0
    config = validate(minimal(n_candidates=1000.0), SCHEMA)
    assert config["searches"][0]["n_candidates"] == 1000
    assert type(config["searches"][0]["n_candidates"]) is int


def test_digits_in_quotes_stay_text():
    config = validate(minimal(search={"param_distributions": {"C": ["1e-3", "2", "two"]}}), SCHEMA)
    assert config["searches"][0]["param_distributions"]["C"] == ["1e-3", "2", "two"]
    with pytest.raises(InputError, match="n_candidates: '1e3' is wrong; give a whole number"):
        validate(minimal(n_candidates="1e3"), SCHEMA)


BAD = [
    ({"n_split": 3}, "n_split:", "did you mean 'n_splits'?"),
    ({"n_splits": 0}, "n_splits: 0 is wrong; give a whole number of at least 1", ""),
    ({"n_splits": 2.5}, "n_splits: 2.5 is wrong; give a whole number", ""),
    ({"n_splits": "two"}, "n_splits: 'two' is wrong; give a whole number", ""),
    ({"n_candidates": -1}, "n_candidates: -1 is wrong; give a whole number of at least 1", ""),
    ({"test_size": 1}, "test_size: 1 is wrong; give a number above 0 and below 1", ""),
    ({"test_size": 0}, "test_size: 0 is wrong; give a number above 0 and below 1", ""),
    (
        {"batch_size": "big"},
        "batch_size: 'big' is wrong; give auto or a whole number of at least 1 and of at most 5000",
        "",
    ),
    ({"batch_size": 5001}, "batch_size: 5001 is wrong; give", "of at most 5000"),
    ({"test_size": math.nan}, "test_size: nan is not a finite number", ""),
    ({"limits": {"seconds": math.inf}}, "limits.seconds: inf is not a finite number", "null where that is allowed"),
    (
        {"search": {"param_distributions": {"C": [datetime.date(2020, 1, 2)]}}},
        "searches[a].param_distributions.C[0]: datetime.date(2020, 1, 2) is a date",
        "put it in quotes",
    ),
    ({"limits": {"second": 3}}, "limits.second:", "did you mean 'seconds'?"),
    ({"limits": {"seconds": 0}}, "limits.seconds: 0 is wrong; give null or a number above 0", ""),
    ({"share_work": "maybe"}, "share_work: 'maybe' is wrong; give true or false", ""),
    ({"dataset": None}, "dataset: None is wrong; give", ""),
    (
        {"trusted_modules": ["a.b"]},
        "trusted_modules[0]: 'a.b' is not the top-level name of a module, such as xgboost",
        "",
    ),
    ({"__use_yte__": True}, "__use_yte__ is refused", "write the values out"),
    ({"searches": []}, "searches: [] is empty", ""),
    ({"dataset": {"fil": "a.csv"}}, "dataset.fil: is not a known key", "did you mean 'file'?"),
    ({"dataset": {"file": "a.xlsx"}}, "dataset.file: 'a.xlsx' is not a path that ends in .csv, .csv.gz, .parquet", ""),
    ({"splitter": 5}, "splitter: 5 is wrong; give", ""),
    ({"holdout": 1}, "holdout: 1 is wrong; give", ""),
    (
        {"search": {"strategy": {"tpe": {}}}},
        "searches[a].strategy: {'tpe': {}} is wrong; give a text",
        "`random` samples",
    ),
    ({"search": {"name": "dataset"}}, "searches[0].name: 'dataset' is taken by results/dataset", ""),
    ({"search": {"name": "report.rst"}}, "searches[0].name: 'report.rst' is taken by results/report.rst", ""),
    ({"search": {"name": "svc\n"}}, "searches[0].name: 'svc\\n' ends in white space", ""),
    ({"search": {"name": "a/b"}}, "searches[0].name: 'a/b' is not a name for the folder results/NAME, of letters", ""),
    ({"search": {"name": 5}}, "searches[0].name: 5 is wrong", ""),
    ({"search": {"estimater": "x"}}, "searches[a].estimater:", "did you mean 'estimator'?"),
    ({"search": {"param_distributions": {}}}, "searches[a].param_distributions: {} is empty", ""),
    ({"search": {"scoring": ["accuracy", "accuracy"]}}, "searches[a].scoring:", "names something twice"),
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


def test_a_search_is_named_by_its_number_if_its_name_does_not_tell_which_one():
    config = minimal()
    config["searches"] += [{"name": "a", "estimater": "x"}]
    with pytest.raises(InputError, match=r"searches\[1\]\.estimater: is not a known key"):
        validate(config, SCHEMA)
    config["searches"][1] = {"estimator": "sklearn.svm.SVC", "param_distributions": {"C": [1]}}
    with pytest.raises(InputError, match=r"searches\[1\]\.name: is missing"):
        validate(config, SCHEMA)


def test_an_inherited_key_has_the_path_where_it_is_set():
    config = minimal(scoring="f1")
    config["searches"] += [config["searches"][0] | {"name": "b", "scoring": "roc_auc"}]
    checked = validate(config, SCHEMA)
    assert inherited_path(checked, "a", "scoring") == "scoring"
    assert inherited_path(checked, "b", "scoring") == "searches[b].scoring"

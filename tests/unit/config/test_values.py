"""Every kind of YAML value in every place where it may stand, on its way to `set_params`, CSV and Parquet."""

import io
import json
import math

import numpy as np
import oracle
import pandas as pd
import pytest
import scipy.special
import yaml
from cvsearch.candidates.strategies import strategy_of
from cvsearch.config import values
from cvsearch.config.layers import command_line, read_yaml
from cvsearch.config.names import Trust
from cvsearch.config.values import build, store, strict
from cvsearch.errors import InputError
from cvsearch.evaluation.estimator import build_estimator, make_seeded
from cvsearch.files import canonical
from cvsearch.results.evaluations import Evaluations
from cvsearch.results.storage import csv_bytes, parquet_bytes
from cvsearch.results.tables import cv_results
from sklearn.feature_selection import f_classif
from sklearn.gaussian_process.kernels import RBF
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

TRUST = Trust(["holder"])


class Same:
    """Equal to every object of one class."""

    def __init__(self, cls):
        self.cls = cls

    def __eq__(self, other):
        return type(other) is self.cls

    def __repr__(self):
        return f"a {self.cls.__name__}"


# As written in YAML: (in set_params, in the param_ column of CSV, in Parquet where it is alone in its column).
VALUES = {
    "null": (None, "None", "None"),
    "true": (True, "True", True),
    "3": (3, "3", 3),
    "100000.0": (100000.0, "100000.0", 100000.0),
    "0.1": (0.1, "0.1", 0.1),
    "1e-3": (0.001, "0.001", 0.001),
    "1e3": (1000.0, "1000.0", 1000.0),
    ".inf": (math.inf, "inf", math.inf),
    "-.inf": (-math.inf, "-inf", -math.inf),
    ".nan": (math.nan, "nan", math.nan),
    '".inf"': (math.inf, "inf", math.inf),
    "text": ("text", "text", "text"),
    '"007"': ("007", "007", "007"),
    '"1e-3"': ("1e-3", "1e-3", "1e-3"),
    '"3"': ("3", "3", "3"),
    '"true"': ("true", "true", "true"),
    "[0, 1]": ([0, 1], "[0,1]", "[0,1]"),
    "[[a, 1], [b, null]]": ([["a", 1], ["b", None]], '[["a",1],["b",null]]', '[["a",1],["b",null]]'),
    "{tuple: [0, 1]}": ((0, 1), '{"tuple":[0,1]}', '{"tuple":[0,1]}'),
    "{a: 1, b: x}": ({"a": 1, "b": "x"}, '{"a":1,"b":"x"}', '{"a":1,"b":"x"}'),
    "{0: 5, 1: 1}": ({0: 5, 1: 1}, '{"0":5,"1":1}', '{"0":5,"1":1}'),
    "{0.0: 5, 1.0: 1}": ({0.0: 5, 1.0: 1}, '{"0.0":5,"1.0":1}', '{"0.0":5,"1.0":1}'),
    '{"0": 5, "1": 1}': ({"0": 5, "1": 1}, '{"0":5,"1":1}', '{"0":5,"1":1}'),
    "{true: 5, false: 1}": ({True: 5, False: 1}, '{"false":1,"true":5}', '{"false":1,"true":5}'),
    "sklearn.preprocessing.StandardScaler": (Same(StandardScaler), *["sklearn.preprocessing.StandardScaler"] * 2),
    "{sklearn.tree.DecisionTreeClassifier: {max_depth: 2}}": (
        Same(DecisionTreeClassifier),
        *['{"sklearn.tree.DecisionTreeClassifier":{"max_depth":2}}'] * 2,
    ),
    "{sklearn.gaussian_process.kernels.RBF: {length_scale: 2.0}}": (
        RBF(2.0),
        *['{"sklearn.gaussian_process.kernels.RBF":{"length_scale":2.0}}'] * 2,
    ),
    "sklearn.feature_selection.f_classif": (f_classif, *["sklearn.feature_selection.f_classif"] * 2),
    "numpy.log1p": (np.log1p, *["numpy.log1p"] * 2),
    "scipy.special.expit": (scipy.special.expit, *["scipy.special.expit"] * 2),
}

# Where a value may stand, with the parameter `value` of the estimator that gets it.
PLACES = {
    "a list of values": "{estimator: holder.Holder, param_distributions: {value: [%s]}}",
    "an init parameter": "{estimator: {holder.Holder: {value: %s}}, param_distributions: {other: [1]}}",
    "a step's parameter": "{estimator: [{scale: sklearn.preprocessing.StandardScaler}, {last: holder.Holder}], param_distributions: {last__value: [%s]}}",
    "inside a list": "{estimator: holder.Holder, param_distributions: {value: [[%s]]}}",
    "inside a mapping": "{estimator: holder.Holder, param_distributions: {value: [{inner: %s}]}}",
    "an argument of an estimator among the values": "{estimator: holder.Holder, param_distributions: {value: [{holder.Holder: {value: %s}}]}}",
}


def search_of(text, tmp_path):
    """Return a search of a config file, as a run has it after JSON took it to a job."""
    path = tmp_path / "config.yaml"
    path.write_text(f"trusted_modules: [holder]\nstrategy: grid\nsearch: {text}\n")
    config = command_line({}, [path])
    search = oracle.checked(config["search"] | {"strategy": "grid"}, trusted_modules=["holder"])
    return json.loads(canonical(search))


def equal(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    return one == other and (isinstance(one, Same) or type(one) is type(other))


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("written", VALUES)
def test_what_arrives_in_set_params(written, place, tmp_path):
    search = search_of(PLACES[place] % written, tmp_path)
    (setting,) = strategy_of(search).propose(0, [])
    setting = json.loads(canonical(setting.params))
    made = make_seeded(build_estimator(search["estimator"], TRUST), setting, TRUST, 0, 0)
    last = made.steps[-1][1] if hasattr(made, "steps") else made
    arrived = last.value
    if place == "inside a list":
        (arrived,) = arrived
    elif place == "inside a mapping":
        arrived = arrived["inner"]
    elif place.startswith("an argument"):
        arrived = arrived.value
    assert equal(VALUES[written][0], arrived), arrived


def table_of(search):
    settings = strategy_of(search).propose(0, [])
    evaluations = Evaluations(settings, 1, ["score"])
    blank = dict.fromkeys(("test", "train", "error", "warning", "scorers"))
    for i in range(len(settings)):
        times = dict.fromkeys(("fit_time", "shared_time", "score_time", "time"), 0.1)
        evaluations.add(i, 0, {**blank, **times, "status": "ok", "reasons": {}, "warnings": 0, "test": {"score": 0.5}})
    return csv_bytes(cv_results(evaluations, ["value"]))


@pytest.mark.parametrize("written", VALUES)
def test_what_a_table_shows(written, tmp_path):
    content = table_of(search_of(PLACES["a list of values"] % written, tmp_path))
    _, in_csv, in_parquet = VALUES[written]
    read = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    assert read["param_value"][0] == in_csv
    stored = pd.read_parquet(io.BytesIO(parquet_bytes(content)))["param_value"][0]
    assert equal(in_parquet, stored.item() if hasattr(stored, "item") else stored)


@pytest.mark.parametrize("written", VALUES)
def test_a_candidate_pasted_from_a_strict_file_is_the_same_candidate(written, tmp_path):
    search = search_of(PLACES["a list of values"] % written, tmp_path)
    (setting,) = strategy_of(search).propose(0, [])
    pasted = json.dumps(strict(setting.params["value"]), allow_nan=False)
    (again,) = strategy_of(search_of(PLACES["a list of values"] % pasted, tmp_path)).propose(0, [])
    assert canonical(again.params) == canonical(setting.params)


def test_whole_numbers_stay_whole_in_a_column_with_gaps(tmp_path):
    text = "{estimator: holder.Holder, param_distributions: [{value: [123456, 100000]}, {other: [1]}]}"
    content = table_of(search_of(text, tmp_path))
    assert [line.split(",")[6] for line in content.decode().splitlines()] == ["param_value", "123456", "100000", ""]
    stored = pd.read_parquet(io.BytesIO(parquet_bytes(content)), dtype_backend="numpy_nullable")["param_value"]
    assert str(stored.dtype) == "Int64" and stored.isna().tolist() == [False, False, True]


def test_a_parameter_that_no_candidate_has_keeps_its_empty_column(tmp_path):
    content = table_of(search_of("{estimator: holder.Holder, param_distributions: {other: [1]}}", tmp_path))
    assert pd.read_csv(io.BytesIO(content))["param_value"].isna().all()


@pytest.mark.parametrize(
    ("estimator", "params", "expected"),
    [
        ("sklearn.preprocessing.MinMaxScaler", {"feature_range": [0, 1]}, (0, 1)),
        ("sklearn.preprocessing.RobustScaler", {"quantile_range": [10.0, 90.0]}, (10.0, 90.0)),
        ("sklearn.feature_extraction.text.CountVectorizer", {"ngram_range": [1, 2]}, (1, 2)),
        ("sklearn.neural_network.MLPClassifier", {"hidden_layer_sizes": [5, 5]}, [5, 5]),
        ("sklearn.preprocessing.OrdinalEncoder", {"categories": [["a", "b"]]}, [["a", "b"]]),
    ],
    ids=str,
)
@pytest.mark.parametrize("place", ["init", "candidate", "step"])
def test_a_list_becomes_a_tuple_where_scikit_learn_takes_no_list(estimator, params, expected, place):
    ((name, value),) = params.items()
    spec = {estimator: params} if place == "init" else estimator
    if place == "step":
        made = build_estimator([{"a": "sklearn.preprocessing.StandardScaler"}, {"b": estimator}], TRUST)
        made = make_seeded(made, {f"b__{name}": value}, TRUST, 0, 0).steps[-1][1]
    else:
        made = make_seeded(build_estimator(spec, TRUST), {} if place == "init" else params, TRUST, 0, 0)
    assert equal(expected, getattr(made, name))


def test_a_tuple_is_found_though_another_parameter_was_wrong_before(monkeypatch):
    """scikit-learn names only the first wrong parameter. So nothing is known of the tuple then."""
    monkeypatch.setattr(values, "_tuples", {})
    vectorizer = build_estimator("sklearn.feature_extraction.text.TfidfVectorizer", TRUST)
    for min_df, expected in ((-0.5, [1, 2]), (1, (1, 2))):
        made = make_seeded(vectorizer, {"ngram_range": [1, 2], "min_df": min_df}, TRUST, 0, 0)
        assert equal(expected, made.ngram_range)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("sklearn.svm", "'sklearn.svm' is neither a class nor a function"),
        ("numpy.random.seed", None),
        ("numpy.array", "'numpy.array' is not a universal function"),
        ({"sklearn.feature_selection.f_classif": {}}, "is a function, which takes no parameters here"),
        (
            {"sklearn.gaussian_process.kernels.RBF": {"lenth": 1}},
            "RBF has no such parameter",
        ),
        ({"sklearn.svm.SVC": 3}, "3 is not a mapping of init parameters"),
    ],
    ids=str,
)
def test_what_cannot_be_built_is_one_line(value, said):
    if said is None:  # Not a name that a config may resolve: it stays text.
        assert build(value, TRUST, "p") == value
        return
    with pytest.raises(InputError) as caught:
        build(value, TRUST, "searches[a].estimator")
    assert str(caught.value).startswith("searches[a].estimator") and said in str(caught.value)


def test_dates_are_refused_with_their_key():
    with pytest.raises(InputError, match=r"param_distributions\.C\[0\]: datetime\.date.* put it in quotes"):
        store(yaml.safe_load("{C: [2020-01-02]}"), "param_distributions")


def test_the_command_line_is_text_and_is_read_as_yaml(tmp_path):
    path = tmp_path / "c.yaml"
    path.write_text('a: {b: "7", c: 1}\n')
    given = {"n_splits": 3, "a": {"c": "1e-3", "d": "true"}, "e": "null"}
    assert command_line(given, [path]) == {"n_splits": 3, "a": {"b": "7", "c": 0.001, "d": True}, "e": None}
    assert read_yaml(path)["a"]["b"] == "7"

"""Kept predictions read back: all of a search, and those of one candidate as the table that users read."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from cvsearch.candidates.plan import Plan, write_plan
from cvsearch.candidates.strategies import strategy_of
from cvsearch.config.names import Trust
from cvsearch.data.splits import write_split
from cvsearch.errors import InputError
from cvsearch.evaluation.evaluator import Evaluator
from cvsearch.evaluation.predictions import content_of
from cvsearch.files import write_rows
from cvsearch.journal.identity import identity_of
from cvsearch.journal.journal import Journal
from cvsearch.layout import DatasetPaths, SearchPaths, split_paths
from cvsearch.results.predictions import Predictions, prediction_columns, readable
from cvsearch.results.storage import csv_bytes, parquet_of
from cvsearch.results.tables import TABLES
from oracle import checked, dataset_of, store_dataset
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier

TRUST = Trust([])
N_SPLITS = 2
LOGISTIC = {"sklearn.linear_model.LogisticRegression": {"max_iter": 20}}


def splits_of(y):
    shuffled = [np.random.RandomState(i).permutation(len(y)) for i in range(N_SPLITS)]
    return [(positions[20 + i :], positions[: 20 + i]) for i, positions in enumerate(shuffled)]


def searched(folder, X, y, estimator, space, scoring, skip=(), **columns):
    """Evaluate a grid in this process, as the jobs would, and return its `Predictions` and its journals."""
    search = checked(
        {"estimator": estimator, "param_distributions": space, "strategy": "grid"}, scoring=scoring, n_candidates=99
    )
    results = folder / "results"
    data = dataset_of(X, y, **columns)
    about = store_dataset(DatasetPaths(results / "dataset").folder, X, y, **columns)
    paths = SearchPaths.of("s", results)
    settings = strategy_of(search).propose(0, [])
    bits, labels = content_of(search, TRUST, data)
    identities, journals = [], []
    for split, (train, test) in enumerate(splits_of(y)):
        write_split(split_paths(split, results), train, test, about["sha256"])
        identity = identity_of(search, about["sha256"], split, str(split), {})
        identities.append(identity.sha256)
        evaluator = Evaluator(search, TRUST, data, train, test, split, bits)
        journals.append(Journal.at(paths.journal, identity))
        with journals[-1] as journal:
            for i, setting in enumerate(settings):
                if (i, split) not in skip:
                    about_row = {**setting._asdict(), "attempt": 0, "finished": 1.0, "limits": search["limits"]}
                    journal.finish(setting.key, {**evaluator(setting.params), **about_row})
    plan = Plan(0, 0, len(settings), N_SPLITS, 99, "score", identities, {"search": search}, [], bits, labels)
    write_plan(paths.round(0), plan)
    rows = [{"candidate": i, **setting._asdict()} for i, setting in enumerate(settings)]
    write_rows(paths.round(0).batch(plan.batches[0]), rows)
    return Predictions(paths, [plan]), journals


TREES = ("sklearn.tree.DecisionTreeClassifier", {"max_depth": [1, 2, 3, 4, 5]}, "accuracy")


def trees(X, y, splits, depth, split):
    train, test = splits[split]
    # The seed of an open random_state is the evaluator's; a tree of all features needs it for ties alone.
    return DecisionTreeClassifier(max_depth=depth, random_state=0).fit(X[train], y[train]).predict(X[test])


def test_each_candidate_with_predictions_comes_once(tmp_path):
    X, y = load_iris(return_X_y=True)
    estimator = {"sklearn.tree.DecisionTreeClassifier": {"random_state": 0}}
    predictions, _ = searched(tmp_path, X, y, estimator, *TREES[1:], skip=[(3, 1)])
    np.testing.assert_array_equal(predictions.target(0), y[predictions.test(0)])
    splits = splits_of(y)
    for split, numbers in enumerate(([0, 1, 2, 3, 4], [0, 1, 2, 4])):
        kept = dict(predictions.each(split))
        assert list(kept) == numbers
        np.testing.assert_array_equal(predictions.test(split), splits[split][1])
        for i, found in kept.items():
            assert list(found) == ["predict"]
            np.testing.assert_array_equal(predictions.classes[found["predict"]], trees(X, y, splits, i + 1, split))


def test_the_table_of_two_classes_with_texts(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    y = np.array(["no", "yes"])[y]
    scoring = ["accuracy", "roc_auc", "neg_log_loss"]
    predictions, _ = searched(tmp_path, X, y, LOGISTIC, {"C": [0.001, 0.1]}, scoring)
    columns = prediction_columns(predictions, 1)
    table = pd.read_csv(io.BytesIO(csv_bytes(readable(columns))))
    names = ["split", "sample", "target", "prediction", "probability_no", "probability_yes", "decision"]
    assert list(table) == names
    for split, (train, test) in enumerate(splits_of(y)):
        rows, test = table[table["split"] == split], np.sort(test)
        fitted = LogisticRegression(C=0.1, max_iter=20).fit(X[train], y[train])
        assert rows["sample"].tolist() == test.tolist()
        assert rows["target"].tolist() == y[test].tolist()
        assert rows["prediction"].tolist() == fitted.predict(X[test]).tolist()
        shares = rows[["probability_no", "probability_yes"]].to_numpy().astype("float32")
        np.testing.assert_array_equal(shares, fitted.predict_proba(X[test]).astype("float32"))
        decisions = rows["decision"].to_numpy().astype("float32")
        np.testing.assert_array_equal(decisions, fitted.decision_function(X[test]).astype("float32"))
    parquet = pd.read_parquet(io.BytesIO(parquet_of(columns)))
    assert parquet["decision"].dtype == "float32"
    pd.testing.assert_frame_equal(parquet.astype(table.dtypes.to_dict()), table, check_exact=False, rtol=1e-6)


def test_samples_in_the_order_of_time_keep_the_number_of_their_row(tmp_path):
    X, y = load_iris(return_X_y=True)
    time = np.random.RandomState(0).permutation(len(y))
    predictions, _ = searched(tmp_path, X, y, *TREES, time=time)
    columns = prediction_columns(predictions, 4)
    np.testing.assert_array_equal(columns["target"], y[columns["sample"]])
    assert len(set(y[predictions.test(0)] == predictions.target(0))) == 2, "the stored order is another one"
    for split in range(N_SPLITS):
        samples = columns["sample"][columns["split"] == split]
        assert samples.tolist() == sorted(samples)


def test_the_table_of_several_classes(tmp_path):
    X, y = load_iris(return_X_y=True)
    decisions = {
        "sklearn.metrics.make_scorer": {
            "score_func": "sklearn.metrics.hinge_loss",
            "response_method": "decision_function",
        }
    }
    scoring = {"auc": "roc_auc_ovr_weighted", "hinge": decisions}
    predictions, _ = searched(tmp_path, X, y, LOGISTIC, {"C": [1.0]}, scoring)
    columns = prediction_columns(predictions, 0)
    names = [f"{name}_{label}" for name in ("probability", "decision") for label in range(3)]
    assert list(columns) == ["split", "sample", "target", *names]
    train, test = splits_of(y)[1]
    fitted = LogisticRegression(max_iter=20).fit(X[train], y[train])
    decision = np.column_stack([columns[f"decision_{label}"][columns["split"] == 1] for label in range(3)])
    np.testing.assert_array_equal(decision, fitted.decision_function(X[np.sort(test)]).astype("float32"))


def test_nothing_is_kept_where_no_score_could_be_computed(tmp_path):
    X, y = load_iris(return_X_y=True)
    predictions, _ = searched(tmp_path, X, y, "sklearn.svm.SVC", {"C": [1.0]}, "roc_auc_ovr_weighted")
    columns = prediction_columns(predictions, 0)
    assert list(columns) == ["split", "sample", "target", "prediction"]
    assert columns["split"].size == 0


def test_the_table_of_several_targets(tmp_path):
    X, y = load_diabetes(return_X_y=True)
    y = np.column_stack([y, -y])
    predictions, _ = searched(tmp_path, X, y, "sklearn.linear_model.Ridge", {"alpha": [1.0, 2.0]}, None)
    columns = prediction_columns(predictions, 0)
    assert list(columns) == ["split", "sample", "target_0", "target_1", "prediction_0", "prediction_1"]
    train, test = splits_of(y)[1]
    rows, test = columns["split"] == 1, np.sort(test)
    np.testing.assert_array_equal(columns["target_1"][rows], y[test, 1])
    expected = Ridge(alpha=1.0).fit(X[train], y[train]).predict(X[test])
    np.testing.assert_array_equal(columns["prediction_1"][rows], expected[:, 1])


def test_numbers_in_single_precision_are_printed_short():
    numbers = np.array([0.1, np.nan, 1e-30, np.inf], dtype="float32")
    printed = csv_bytes(readable({"sample": np.arange(4), "prediction": numbers})).decode()
    assert printed.split("\n") == ["sample,prediction", "0,0.1", "1,", "2,1e-30", "3,inf", ""]


def test_a_split_without_predictions_has_no_rows_and_damage_is_an_error(tmp_path):
    X, y = load_iris(return_X_y=True)
    predictions, journals = searched(tmp_path, X, y, *TREES, skip=[(0, 1), (1, 0), (1, 1)])
    assert set(prediction_columns(predictions, 0)["split"]) == {0}
    assert prediction_columns(predictions, 1)["sample"].size == 0
    assert predictions.of(1, 0) == {}
    (path,) = journals[0].folder.glob("*.predictions")
    path.write_bytes(path.read_bytes()[::-1])
    for read in (lambda: prediction_columns(predictions, 0), lambda: list(predictions.each(0))):
        with pytest.raises(InputError, match=path.name):
            read()


def test_every_column_is_declared(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    scoring = ["accuracy", "roc_auc", "neg_log_loss"]
    predictions, _ = searched(tmp_path / "a", X, y, LOGISTIC, {"C": [0.1]}, scoring)
    found = [*prediction_columns(predictions, 0)]
    X, y = load_diabetes(return_X_y=True)
    two = np.column_stack([y, y])
    predictions, _ = searched(tmp_path / "b", X, two, "sklearn.linear_model.Ridge", {"alpha": [1.0]}, None)
    found += [*prediction_columns(predictions, 0)]
    declared = [re.sub("<[a-z]+>", ".+", column.name) for column in TABLES["predictions.csv"]]
    for name in found:
        assert any(re.fullmatch(pattern, name) for pattern in declared), name

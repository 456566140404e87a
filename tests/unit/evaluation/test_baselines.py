"""What a search is compared with: equal to scikit-learn's own, and harmless whatever becomes of it."""

import faulty
import numpy as np
import pandas as pd
import pytest
from cvsearch.config.names import Trust
from cvsearch.data.splits import write_split
from cvsearch.evaluation.baselines import baseline_specs
from cvsearch.layout import DatasetPaths, SearchPaths, split_paths
from cvsearch.results.baselines import read_baselines
from evaluate_baselines import main
from oracle import SKLEARN, checked, dataset_of, evaluate, store_dataset
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import ShuffleSplit, cross_validate
from sklearn.tree import DecisionTreeClassifier


class Folder:
    """A dataset, its splits and the baselines of one search in a folder."""

    def __init__(self, path, X, y, n_splits=3):
        self.results, self.paths = path / "results", SearchPaths(path / "results/s")
        self.data = DatasetPaths(self.results / "dataset")
        about = store_dataset(self.data.folder, X, y)
        self.splits = list(ShuffleSplit(n_splits, test_size=0.25, random_state=0).split(X))
        for i, (train, test) in enumerate(self.splits):
            write_split(split_paths(i, self.results), train, test, about["sha256"])

    def evaluate(self, search, n_splits=None, module_versions=None, predictions_mb=0):
        """Run the job; return its table."""
        said = []
        files = [split_paths(i, self.results) for i in range(n_splits or len(self.splits))]
        positions, abouts = zip(*files, strict=True)
        versions = module_versions or {}
        main(self.paths, positions, abouts, self.data.folder, search, versions, predictions_mb, say=said.append)
        assert said == []
        return pd.read_csv(self.paths.baselines, keep_default_na=False, na_values=[""])


def rows_of(table, baseline):
    return table[table["baseline"] == baseline].sort_values("split")


@pytest.mark.parametrize(
    ("load", "spec", "bare", "dummy", "scoring"),
    [
        (
            load_breast_cancer,
            {"sklearn.tree.DecisionTreeClassifier": {"random_state": 3, "max_depth": 2}},
            DecisionTreeClassifier(random_state=3, max_depth=2),
            DummyClassifier(),
            ["roc_auc", "accuracy", "neg_log_loss"],
        ),
        (load_diabetes, "sklearn.linear_model.Ridge", Ridge(), DummyRegressor(), ["r2", "neg_mean_absolute_error"]),
    ],
    ids=["classifier", "regressor"],
)
def test_baselines_equal_scikit_learns_own(tmp_path, load, spec, bare, dummy, scoring):
    X, y = load(return_X_y=True)
    folder = Folder(tmp_path, X, y)
    table = folder.evaluate(checked({"estimator": spec, "param_distributions": {"alpha": [1]}}, scoring=scoring))
    assert list(table)[:4] == ["baseline", "split", "status", f"test_{scoring[0]}"] and "candidate" not in table
    for name, estimator in (("dummy", dummy), ("default", bare)):
        theirs = cross_validate(estimator, X, y, cv=folder.splits, scoring=scoring, return_train_score=True)
        rows = rows_of(table, name)
        assert rows["status"].tolist() == ["ok"] * 3
        for scorer in scoring:
            for side in ("test", "train"):
                np.testing.assert_array_equal(rows[f"{side}_{scorer}"], theirs[f"{side}_{scorer}"])
        assert read_baselines(folder.paths)[name].mean == np.average(theirs[f"test_{scoring[0]}"])


def test_only_what_guesses_a_target_has_a_dummy():
    assert list(baseline_specs("sklearn.svm.SVC", SKLEARN, True)) == ["dummy", "default"]
    assert list(baseline_specs("sklearn.svm.SVC", SKLEARN, False)) == ["default"]
    assert list(baseline_specs("sklearn.cluster.KMeans", SKLEARN, True)) == ["default"]
    poisson = "sklearn.linear_model.PoissonRegressor"
    assert list(baseline_specs(poisson, SKLEARN, True, None)) == ["default"], "a guess has no such score"
    assert list(baseline_specs(poisson, SKLEARN, True, "r2")) == ["dummy", "default"]
    pipeline = [{"scale": "sklearn.preprocessing.StandardScaler"}, {"svr": "sklearn.svm.SVR"}]
    assert baseline_specs(pipeline, SKLEARN, True) == {"dummy": "sklearn.dummy.DummyRegressor", "default": pipeline}
    own = "faulty.FaultyClassifier"
    assert list(baseline_specs(own, Trust(["faulty"]), True, "accuracy")) == ["dummy", "default"]
    assert list(baseline_specs(own, Trust(["faulty"]), True, None)) == ["default"], "it has a score of its own"


def faulty_search(scoring="accuracy", **parameters):
    limits = {"seconds": 1, "memory_mb": 500}
    estimator = {"faulty.FaultyClassifier": {"random_state": 1, **parameters}}
    return checked({"estimator": estimator, "param_distributions": {"value": [1]}}, limits=limits, scoring=scoring)


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        ("raise", "failed", "ValueError: no fit today"),
        ("nan", "failed", "test_score: the scorer returned NaN"),
        ("sys_exit", "failed", "SystemExit: 3"),
        ("segfault", "killed", "process died of SIGSEGV, 2 times"),
        ("sigkill", "killed", "process died of SIGKILL, 2 times"),
        ("memory", "out_of_memory", "needed more than 500 MB of memory"),
        ("hang", "timeout", "took longer than 1 s"),
    ],
)
def test_a_baseline_that_fails_is_a_row_and_ends_nothing(tmp_path, fault, status, reason):
    folder = Folder(tmp_path, *faulty.make_data(), n_splits=2)
    own_score = fault == "nan"  # This fault is in the classifier's own score, which a guess does not have.
    search = faulty_search(None if own_score else "accuracy", fault=fault)
    table = folder.evaluate(search, module_versions={"faulty": "1"})
    rows = rows_of(table, "default")
    assert rows["status"].tolist() == [status] * 2
    assert rows["error"].str.startswith(reason).all()
    assert rows["test_score"].isna().all()
    found = read_baselines(folder.paths)
    assert np.isnan(found["default"].mean) and found["default"].error.startswith(reason)
    if not own_score:
        assert (rows_of(table, "dummy")["status"] == "ok").all()
        assert found["dummy"].mean > 0


def test_more_splits_evaluate_the_new_ones_alone(tmp_path, monkeypatch):
    trace = tmp_path / "trace"
    monkeypatch.setenv("FAULTY_TRACE", str(trace))
    folder = Folder(tmp_path, *faulty.make_data())
    first = folder.evaluate(faulty_search(), n_splits=2, module_versions={"faulty": "1"})
    assert len(trace.read_text().splitlines()) == 2
    second = folder.evaluate(faulty_search(), module_versions={"faulty": "1"})
    assert len(trace.read_text().splitlines()) == 3
    for name in ("dummy", "default"):
        pd.testing.assert_frame_equal(
            rows_of(second, name).iloc[:2].reset_index(drop=True), rows_of(first, name).reset_index(drop=True)
        )


def test_a_baseline_is_seeded_as_the_candidates_of_its_split_are(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    folder = Folder(tmp_path, X, y)
    search = {"estimator": "sklearn.tree.ExtraTreeClassifier", "param_distributions": {"max_depth": [None]}}
    table = rows_of(folder.evaluate(checked(search)), "default")
    candidate = evaluate(checked({**search, "strategy": "grid"}), dataset_of(X, y), folder.splits)
    np.testing.assert_array_equal(table["test_score"], candidate.scores["test", "score"][0])

"""The refitted best candidate: equal to scikit-learn's own, whole or not there, and plain about what it needs."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from cvsearch.candidates.strategies import strategy_of
from cvsearch.config.values import strict
from cvsearch.data.dataset import load_dataset
from cvsearch.data.splits import write_positions
from cvsearch.errors import InputError
from cvsearch.evaluation.estimator import build_estimator
from cvsearch.evaluation.model import read_model, score_on_holdout
from cvsearch.evaluation.weights import request_weights, routed
from cvsearch.files import write_json
from cvsearch.layout import DatasetPaths, SearchPaths
from cvsearch.report.status import status_of
from oracle import SKLEARN, checked, store_dataset
from refit_model import main
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from workflow_runs import ROOT

skops_io = pytest.importorskip("skops.io")


def prepare(folder, X, y, params, **columns):
    """Write a dataset and a best candidate; return the paths of the search and the folder of the dataset."""
    data = DatasetPaths(folder / "results/dataset")
    store_dataset(data.folder, X, y, **columns)
    paths = SearchPaths(folder / "results/s")
    write_json(paths.best, {"candidate": 0, "params": strict(params)})
    return paths, data.folder


PIPELINE = [
    {"scale": {"sklearn.preprocessing.FunctionTransformer": {"func": "numpy.log1p"}}},
    {"pca": {"sklearn.decomposition.PCA": {"svd_solver": "randomized", "random_state": 1}}},
    {"svc": "sklearn.svm.SVC"},
]


@pytest.mark.parametrize(
    ("load", "estimator", "space"),
    [
        (load_breast_cancer, "sklearn.svm.SVC", {"C": [0.1, 10], "gamma": ["scale", 1e-4]}),
        (load_breast_cancer, PIPELINE, {"svc__C": [0.1, 10], "pca__n_components": [2, 5]}),
        (
            load_breast_cancer,
            {"sklearn.ensemble.RandomForestClassifier": {"random_state": 3, "n_estimators": 10}},
            {"max_depth": [1, None]},
        ),
        (load_breast_cancer, "sklearn.neighbors.KNeighborsClassifier", {"n_neighbors": [1, 9]}),
        (
            load_diabetes,
            {"sklearn.ensemble.HistGradientBoostingRegressor": {"random_state": 0, "max_iter": 10}},
            {"learning_rate": [0.1, 0.3]},
        ),
    ],
    ids=["svc", "pipeline", "forest", "neighbours", "boosting"],
)
def test_a_model_predicts_what_grid_search_predicts(tmp_path, load, estimator, space):
    X, y = load(return_X_y=True)
    search = checked({"estimator": estimator, "param_distributions": space, "strategy": "grid"})
    cv = ShuffleSplit(2, random_state=0)
    theirs = GridSearchCV(build_estimator(search["estimator"], SKLEARN), space, cv=cv, refit=True).fit(X, y)
    assert theirs.best_params_ in [setting.params for setting in strategy_of(search).propose(0, [])]
    paths, dataset = prepare(tmp_path, X, y, theirs.best_params_)
    said = []
    main(paths, dataset, None, search, {}, said.append)
    assert said == []
    types = json.loads(paths.model_types.read_text())
    model = skops_io.load(paths.model, trusted=types)
    np.testing.assert_array_equal(model.predict(X), theirs.predict(X))
    np.testing.assert_array_equal(read_model(paths).predict(X), theirs.predict(X))


WEIGHTED = {
    "an estimator": "sklearn.linear_model.LogisticRegression",
    "a pipeline": [
        {"scale": "sklearn.preprocessing.StandardScaler"},
        {"last": "sklearn.linear_model.LogisticRegression"},
    ],
    "estimators inside": {
        "sklearn.ensemble.BaggingClassifier": {
            "estimator": {"sklearn.tree.DecisionTreeClassifier": {"max_depth": 3}},
            "n_estimators": 3,
            "random_state": 0,
        }
    },
}


@pytest.mark.parametrize("name", WEIGHTED)
def test_a_model_that_was_fitted_with_weights_is_saved_and_scored(tmp_path, name):
    X, y = load_breast_cancer(return_X_y=True)
    X, held = X[:, :4], np.arange(0, 569, 5)
    weights = np.random.RandomState(0).uniform(0.1, 5, len(y))
    paths, dataset = prepare(tmp_path, X, y, {}, sample_weight=weights)
    search = checked({"estimator": WEIGHTED[name], "param_distributions": {"unused": [0]}, "scoring": None})
    write_positions(tmp_path / "holdout.npz", holdout=held)
    main(paths, dataset, tmp_path / "holdout.npz", search, {})

    seen = np.setdiff1d(np.arange(len(y)), held)
    with routed(True):
        estimator = request_weights(build_estimator(WEIGHTED[name], SKLEARN))
        estimator.fit(X[seen], y[seen], sample_weight=weights[seen])
    fitted = read_model(paths)
    np.testing.assert_array_equal(fitted.predict(X), estimator.predict(X))
    expected = accuracy_score(y[held], estimator.predict(X[held]), sample_weight=weights[held])
    found = score_on_holdout(search, SKLEARN, fitted, load_dataset(dataset).take(held), seen)
    assert found == {"score": expected}


def test_a_kernel_between_samples_has_the_columns_of_the_samples_that_were_fitted(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    kernel, held = X @ X.T, np.arange(0, 569, 5)
    paths, dataset = prepare(tmp_path, kernel, y, {"alpha": 0.1})
    spec = {"sklearn.kernel_ridge.KernelRidge": {"kernel": "precomputed"}}
    search = checked({"estimator": spec, "param_distributions": {"alpha": [0.1]}, "scoring": "r2"})
    write_positions(tmp_path / "holdout.npz", holdout=held)
    main(paths, dataset, tmp_path / "holdout.npz", search, {})
    seen = np.setdiff1d(np.arange(len(y)), held)
    expected = KernelRidge(alpha=0.1, kernel="precomputed").fit(kernel[np.ix_(seen, seen)], y[seen])
    found = score_on_holdout(search, SKLEARN, read_model(paths), load_dataset(dataset).take(held), seen)
    assert found == {"score": expected.score(kernel[np.ix_(held, seen)], y[held])}


def test_an_open_random_state_is_that_of_the_refit(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    search = checked({"estimator": "sklearn.tree.ExtraTreeClassifier", "param_distributions": {"max_depth": [3]}})
    paths, dataset = prepare(tmp_path, X, y, {"max_depth": 3})
    main(paths, dataset, None, search, {})
    first = read_model(paths)
    main(paths, dataset, None, search, {})
    assert read_model(paths).get_params() == first.get_params() and first.random_state is not None
    np.testing.assert_array_equal(read_model(paths).predict(X), first.predict(X))


def test_a_model_of_your_own_code_says_what_it_needs(tmp_path):
    X, y = load_breast_cancer(return_X_y=True)
    search = checked({"estimator": "faulty.FaultyClassifier", "param_distributions": {"value": [1]}})
    paths, dataset = prepare(tmp_path, X, y, {"value": 1})
    said = []
    main(paths, dataset, None, search, {"faulty": "1"}, said.append)
    assert said == [
        f"{paths.model}: holds only the names of code in faulty; load the model where this code can be imported"
    ]
    assert json.loads(paths.model_types.read_text()) == ["faulty.FaultyClassifier"]
    assert len(read_model(paths).predict(X)) == len(X)


UNSAVABLE = """
from sklearn.base import BaseEstimator, ClassifierMixin

class Remembering(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        self.answer_ = lambda X: [0] * len(X)
        return self

    def predict(self, X):
        return self.answer_(X)
"""


def test_what_cannot_be_saved_is_told_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "unsavable.py").write_text(UNSAVABLE)
    monkeypatch.syspath_prepend(tmp_path)
    search = checked({"estimator": "unsavable.Remembering", "param_distributions": {"value": [1]}})
    paths, dataset = prepare(tmp_path, *load_breast_cancer(return_X_y=True), {})
    with pytest.raises(InputError, match="skops cannot save a part of Remembering") as caught:
        main(paths, dataset, None, search, {"unsavable": "1"})
    assert "\n" not in str(caught.value)
    assert not paths.model.exists() and not paths.model_types.exists()


@pytest.mark.parametrize("length", [0, 100, -100])
def test_a_model_that_was_cut_short_is_named_with_what_rebuilds_it(tmp_path, length):
    X, y = load_breast_cancer(return_X_y=True)
    search = checked({"estimator": "sklearn.svm.SVC", "param_distributions": {"C": [1]}})
    paths, dataset = prepare(tmp_path, X, y, {"C": 1})
    main(paths, dataset, None, search, {})
    paths.model.write_bytes(paths.model.read_bytes()[:length])
    fix = f"{paths.model}: was truncated or edited; rebuild it: rm {paths.model}, then run the same command with "
    with pytest.raises(InputError, match=fix):
        read_model(paths)
    paths.model.unlink()
    with pytest.raises(InputError, match="is missing; rebuild it"):
        read_model(paths)


def test_the_status_names_a_damaged_model(tmp_path):
    paths = SearchPaths(tmp_path / "s")
    paths.folder.mkdir()
    assert status_of(paths) == "s: no candidates are drawn yet"
    paths.model.write_bytes(b"PK cut")
    assert "model.skops: was truncated or edited" in status_of(paths)


def test_a_kill_while_refitting_leaves_no_file(tmp_path):
    paths, dataset = prepare(tmp_path, *load_breast_cancer(return_X_y=True), {"fault": "sigkill"})
    search = checked({"estimator": "faulty.FaultyClassifier", "param_distributions": {"value": [1]}})
    code = (
        "import json, sys; from pathlib import Path; from cvsearch.layout import SearchPaths; import refit_model\n"
        f"refit_model.main(SearchPaths({str(paths.folder)!r}), Path({str(dataset)!r}), None, json.loads(sys.argv[1]), "
        "{'faulty': '1'}, print)"
    )
    path = os.pathsep.join(map(str, [ROOT / "scripts", ROOT / "tests/faults", *filter(None, sys.path)]))
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(search)], env={**os.environ, "PYTHONPATH": path}, capture_output=True
    )
    assert done.returncode == -9, done.stderr
    assert sorted(path.name for path in paths.folder.iterdir()) == ["best.json"]

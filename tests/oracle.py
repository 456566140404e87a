"""The same search twice in this process: by cvsearch's own pieces, and by scikit-learn's ``GridSearchCV``."""

import tempfile
import warnings

import numpy as np
from cvsearch.candidates.strategies import strategy_of
from cvsearch.config.layers import read_yaml
from cvsearch.config.names import Trust
from cvsearch.config.schema import validate
from cvsearch.data.dataset import load_dataset
from cvsearch.data.preparation import store_data
from cvsearch.data.samples import check_data, raw_data
from cvsearch.evaluation.estimator import build_estimator, set_parameters
from cvsearch.evaluation.evaluator import Evaluator
from cvsearch.evaluation.scoring import build_scorers, scorer_names
from cvsearch.evaluation.weights import request_weights, routed
from cvsearch.files import write_json
from cvsearch.layout import DatasetPaths
from cvsearch.results.evaluations import Evaluations
from cvsearch.results.tables import cv_results
from sklearn.model_selection import GridSearchCV
from workflow_runs import ROOT

SKLEARN = Trust([])
SCHEMA = read_yaml(ROOT / "config" / "schema.yaml")


def checked(search, **keys):
    """Return a search of the config with every default, as `Run` hands it to the jobs."""
    config = {"dataset": {"loader": "sklearn.datasets.load_iris"}, **keys, "searches": [{"name": "s", **search}]}
    config = validate(config, SCHEMA)
    return config["searches"][0] | {key: config[key] for key in ("random_state", "retry_failed")}


def store_dataset(folder, X, y, **columns):
    """Write a dataset to a folder, as `prepare_dataset` does, and return what is known of it."""
    raw = raw_data(X, y, "dataset.loader")._replace(**columns)
    check_data(raw, "dataset.loader")
    paths = DatasetPaths(folder)
    paths.folder.mkdir(parents=True, exist_ok=True)
    about = store_data(raw, paths.data, "dataset.loader")
    write_json(paths.about, about)
    return about


def dataset_of(X, y, **columns):
    """Return a dataset that was stored and read again; `columns` are groups or sample_weight."""
    folder = tempfile.TemporaryDirectory()
    store_dataset(folder.name, X, y, **columns)
    dataset = load_dataset(folder.name)
    dataset.folder = folder  # It is read as it is needed, and goes with the dataset.
    return dataset


def evaluate(search, dataset, splits, trust=SKLEARN, order=None):
    """Evaluate every candidate of a search on every split, and return the `Evaluations`."""
    settings = [*strategy_of(search).propose(0, [])]
    rows = {}
    for split, (train, test) in enumerate(splits):
        evaluator = Evaluator(search, trust, dataset, np.asarray(train), np.asarray(test), split)
        numbers = range(len(settings)) if order is None else order
        for i in sorted(numbers, key=lambda i: evaluator.prefix(settings[i].params)):
            rows[i, split] = evaluator(settings[i].params)
    names = scorer_names(search["scoring"])
    if names is None:
        names = list(dict.fromkeys(name for row in rows.values() for name in row["scorers"] or ())) or ["score"]
    sides = ("test", "train") if search["return_train_score"] else ("test",)
    evaluations = Evaluations(settings, len(splits), names, sides)
    for at, row in rows.items():
        evaluations.add(*at, row)
    return evaluations


def expected(search, X, y, cv, trust=SKLEARN, sample_weight=None, groups=None):
    """Return ``cv_results_`` of `GridSearchCV` on the same candidates, with these splits or this splitter.

    None where all its fits fail.
    """
    settings = strategy_of(search).propose(0, [])
    estimator = build_estimator(search["estimator"], trust)
    built = [
        set_parameters(build_estimator(search["estimator"], trust), s.params, trust).get_params() for s in settings
    ]
    grid = [{name: [params[name]] for name in s.params} for s, params in zip(settings, built, strict=True)]
    weighted = sample_weight is not None
    with routed(weighted):
        scorers = build_scorers(search["scoring"], estimator, trust, weighted=weighted)
        estimator = request_weights(estimator) if weighted else estimator
    scoring = scorers.alone or scorers.together
    oracle = GridSearchCV(
        estimator, grid, cv=cv, scoring=scoring, refit=False, return_train_score=search["return_train_score"]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with routed(weighted):
                given = {"sample_weight": sample_weight, "groups": groups}
                return oracle.fit(X, y, **{name: v for name, v in given.items() if v is not None}).cv_results_
        except ValueError as error:
            if "fits failed" not in str(error):
                raise
            return None


def assert_equal_columns(search, X, y, splits, trust=SKLEARN, sample_weight=None, cv=None, groups=None):
    """Compare every column that is not a time with `GridSearchCV` on the same splits, or with its own `cv`; return the table."""
    theirs = expected(search, X, y, splits if cv is None else cv, trust, sample_weight, groups)
    evaluations = evaluate(search, dataset_of(X, y, sample_weight=sample_weight), splits, trust)
    ours = cv_results(evaluations, [])
    if theirs is None:
        assert (evaluations.status > 0).all()
        return ours
    compared = [name for name in theirs if not name.endswith("_time") and not name.startswith("param")]
    assert set(compared) == {
        name for name in ours if not name.endswith("_time") and not name.startswith(("param", "cand"))
    }
    for name in compared:
        np.testing.assert_array_equal(np.asarray(ours[name], dtype=float), theirs[name].astype(float), err_msg=name)
    return ours

"""Every classifier, regressor and transformer of scikit-learn, with its defaults: equal to `GridSearchCV`, or a written reason."""

import importlib
import importlib.util
import inspect
import warnings

import numpy as np
import oracle
import pytest
import scipy.sparse
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.utils import get_tags
from sklearn.utils.discovery import all_estimators

RNG = np.random.RandomState(0)
X, y = load_iris(return_X_y=True)
X, y = X[::2], y[::2]
N = len(X)
TEXTS = [
    " ".join(RNG.choice(["red", "green", "blue", "round", "flat"], 6)) + f" {name}"
    for name in np.array(["iris", "rose", "oak"])[y]
]
SPLITS = [train_test_split(np.arange(N), test_size=0.3, random_state=1, stratify=y)]
TARGETS = {
    "classifier": y,
    "regressor": X[:, 0] * 2 + X[:, 1],
    "several classes": np.column_stack([y == 1, y == 2]).astype(int),
    "several numbers": np.column_stack([X[:, 0], X[:, 1] * 3]),
}

# What has to be given to those that cannot be made without.
TREE, RIDGE, LOGISTIC = (
    {f"sklearn.{name}": {"random_state": 0}}
    for name in ("tree.DecisionTreeClassifier", "linear_model.Ridge", "linear_model.LogisticRegression")
)
TREES = {"estimators": [["a", TREE], ["b", LOGISTIC]]}
RIDGES = {"estimators": [["a", RIDGE], ["b", "sklearn.neighbors.KNeighborsRegressor"]]}
GIVEN = {
    "ClassifierChain": {"estimator": LOGISTIC},
    "RegressorChain": {"estimator": RIDGE},
    "FixedThresholdClassifier": {"estimator": LOGISTIC},
    "TunedThresholdClassifierCV": {"estimator": LOGISTIC},
    "MultiOutputClassifier": {"estimator": TREE},
    "MultiOutputRegressor": {"estimator": RIDGE},
    "OneVsOneClassifier": {"estimator": LOGISTIC},
    "OneVsRestClassifier": {"estimator": LOGISTIC},
    "OutputCodeClassifier": {"estimator": LOGISTIC},
    "SelfTrainingClassifier": {"estimator": TREE},
    "StackingClassifier": TREES,
    "VotingClassifier": TREES,
    "StackingRegressor": RIDGES,
    "VotingRegressor": RIDGES,
    "RFE": {"estimator": TREE},
    "RFECV": {"estimator": TREE},
    "SelectFromModel": {"estimator": TREE},
    "SequentialFeatureSelector": {"estimator": TREE},
    "ColumnTransformer": {"transformers": [["scale", "sklearn.preprocessing.StandardScaler", [0, 1]]]},
    "FeatureUnion": {"transformer_list": [["scale", "sklearn.preprocessing.StandardScaler"]]},
}

# Default parameters that do not fit these samples.
SMALL = {
    "GaussianRandomProjection": {"n_components": 2},
    "SparseRandomProjection": {"n_components": 2},
    "OrdinalEncoder": {"handle_unknown": "use_encoded_value", "unknown_value": -1},
    "OneHotEncoder": {"handle_unknown": "ignore"},
    "MissingIndicator": {"features": "all"},
}

REFUSED = {
    "GridSearchCV": "a search inside a search: give its estimator and its space to cvsearch",
    "RandomizedSearchCV": "a search inside a search: give its estimator and its space to cvsearch",
    "HalvingGridSearchCV": "a search inside a search: give its estimator and its space to cvsearch",
    "HalvingRandomSearchCV": "a search inside a search: give its estimator and its space to cvsearch",
    "Pipeline": "a list of steps in the config makes one",
    "SparseCoder": "its dictionary is an array, which no YAML value becomes",
    "TSNE": "it cannot transform other samples than those it was fitted on",
    "MDS": "it cannot transform other samples than those it was fitted on",
    "ClassicalMDS": "it cannot transform other samples than those it was fitted on",
    "SpectralEmbedding": "it cannot transform other samples than those it was fitted on",
    "PLSSVD": "it needs several targets before a classifier of one",
    "PatchExtractor": "it takes images, one array of three dimensions or more",
    "LabelBinarizer": "it transforms targets, not samples",
    "LabelEncoder": "it transforms targets, not samples",
    "MultiLabelBinarizer": "it transforms targets, not samples",
    "DictVectorizer": "it takes a mapping for each sample; pandas.DataFrame makes a table of them",
    "FeatureHasher": "it takes a mapping for each sample; pandas.DataFrame makes a table of them",
}


def names(kind):
    return sorted(name for name, cls in all_estimators(kind) if name not in REFUSED)


def spec_of(name, **more):
    """Return the config of an estimator with its defaults, seeded."""
    cls = dict(all_estimators())[name]
    module = next(m for m in public_modules(cls) if is_module(m) and hasattr(importlib.import_module(m), name))
    arguments = GIVEN.get(name, {}) | SMALL.get(name, {}) | more
    if "random_state" in inspect.signature(cls).parameters:
        arguments = {"random_state": 0, **arguments}
    return {f"{module}.{name}": arguments}


def is_module(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def public_modules(cls):
    parts = [part for part in cls.__module__.split(".") if not part.startswith("_")]
    return [".".join(parts[:end]) for end in range(len(parts), 1, -1)] + ["sklearn"]


def test_every_reason_is_of_an_estimator_that_exists():
    assert set(REFUSED) <= set(dict(all_estimators())) | {"HalvingGridSearchCV", "HalvingRandomSearchCV"}


def one_value(estimator_spec, prefix=""):
    """Return a space of one candidate: a parameter with the value that it has anyway."""
    from cvsearch.config.names import Trust
    from cvsearch.evaluation.estimator import build_estimator

    made = build_estimator(estimator_spec, Trust([]))
    for name, value in made.get_params(deep=False).items():
        if isinstance(value, bool | int | float | str) or (value is None and name != "random_state"):
            return {f"{prefix}{name}": [value]}
    return None


def compare(estimator, space, X, y):
    search = oracle.checked({"estimator": estimator, "param_distributions": space, "strategy": "grid"})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return oracle.assert_equal_columns(search, X, y, SPLITS)


def target_for(name, kind):
    tags = get_tags(dict(all_estimators())[name]()) if name not in GIVEN else None
    several = name in ("CCA", "PLSCanonical") or name.startswith(
        ("MultiOutput", "MultiTask", "RegressorChain", "ClassifierChain")
    )
    if tags is not None and not tags.target_tags.single_output:
        several = True
    return TARGETS[f"several {'classes' if kind == 'classifier' else 'numbers'}" if several else kind]


@pytest.mark.parametrize("name", names("classifier"))
def test_a_classifier(name):
    spec = spec_of(name)
    target = target_for(name, "classifier")
    if name in ("FixedThresholdClassifier", "TunedThresholdClassifierCV"):
        target = (y == 1).astype(int)
    table = compare(spec, one_value(spec), X, target)
    assert np.isfinite(table["mean_test_score"]).all(), "it was fitted"


@pytest.mark.parametrize("name", names("regressor"))
def test_a_regressor(name):
    spec = spec_of(name)
    samples = X[:, :1] if name == "IsotonicRegression" else X
    table = compare(spec, one_value(spec), samples, target_for(name, "regressor"))
    assert np.isfinite(table["mean_test_score"]).all(), "it was fitted"


# A transformer that predicts too is compared as what it predicts.
@pytest.mark.parametrize("name", sorted({*names("transformer")} - {*names("classifier"), *names("regressor")}))
def test_a_transformer_before_a_classifier(name):
    spec = spec_of(name)
    samples = X
    if name in ("CountVectorizer", "HashingVectorizer", "TfidfVectorizer"):
        samples = TEXTS
    elif name == "KernelCenterer":
        samples = X @ X.T
    last = {"sklearn.neighbors.KNeighborsClassifier": {}}
    table = compare([{"first": spec}, {"last": last}], {"last__n_neighbors": [3, 5]}, samples, y)
    assert np.isfinite(table["mean_test_score"]).all(), "it was fitted"


@pytest.mark.parametrize("name", names("classifier") + names("regressor"))
def test_sparse_samples(name):
    """Those that refuse them refuse them in both; a row says so."""
    spec = spec_of(name)
    kind = "classifier" if name in names("classifier") else "regressor"
    compare(spec, one_value(spec), scipy.sparse.csr_matrix(X), target_for(name, kind))


@pytest.mark.parametrize("name", names("classifier") + names("regressor"))
def test_samples_with_gaps(name):
    spec = spec_of(name)
    kind = "classifier" if name in names("classifier") else "regressor"
    gaps = X.copy()
    gaps[RNG.uniform(size=gaps.shape) < 0.05] = np.nan
    compare(spec, one_value(spec), gaps, target_for(name, kind))


# For an estimator without a score of its own a search names a scorer.
@pytest.mark.parametrize("name", [name for name in names("cluster") if hasattr(dict(all_estimators())[name], "score")])
def test_no_target(name):
    """Where an estimator cannot score without a target, both say so."""
    spec = spec_of(name)
    compare(spec, one_value(spec), X, None)

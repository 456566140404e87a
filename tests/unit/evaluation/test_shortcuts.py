"""Shared work against plain fits: the same predictions, and only where the conditions hold."""

import re
import warnings

import numpy as np
import pytest
from cvsearch.data.dataset import Dataset
from cvsearch.evaluation import shortcuts
from cvsearch.evaluation.shortcuts import SharedWork, distances
from cvsearch.evaluation.shortcuts.distances import Distances, NeedsDecisions
from cvsearch.evaluation.shortcuts.finite import contains_estimators
from cvsearch.evaluation.shortcuts.labels import AccuracyOfLabels
from cvsearch.evaluation.shortcuts.writes import may_write, read_only
from scipy.sparse import csr_array
from sklearn import datasets
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.decomposition import PCA
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, BaggingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import check_scoring
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, NuSVC, NuSVR
from sklearn.utils.multiclass import type_of_target
from threadpoolctl import threadpool_limits

N_SAMPLES = 400
CLASSIFICATION = {
    "digits": datasets.load_digits,
    "iris": datasets.load_iris,
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
}
SCORERS = {
    "classifier": ["accuracy", "f1_macro", "balanced_accuracy"],
    "regressor": ["r2", "neg_mean_absolute_error", "neg_max_error"],
}
PIPELINES = {"alone": [], "scaled": [StandardScaler()], "pca": [StandardScaler(), PCA(n_components=0.9)]}


@pytest.fixture(autouse=True)
def _one_thread():
    """Compute as a job does; on a busy machine, threads would wait for each other."""
    with threadpool_limits(1):
        yield


def dataset_of(X, y):
    """Return a dataset as `load_dataset` does, in random order, at most `N_SAMPLES` of it."""
    order = np.random.RandomState(0).permutation(len(X))[:N_SAMPLES]
    return Dataset(X[order], y[order], {"X_is_finite": bool(np.isfinite(X).all())})


def split_of(dataset, enabled=True):
    n_train = len(dataset.X) * 4 // 5
    return SharedWork(dataset, np.arange(n_train), np.arange(n_train, len(dataset.X)), enabled)


def fit(split, estimator, share=True):
    """Fit on a split; none of these estimators draws from a generator of the whole process."""
    return split.fit(estimator, seed=lambda: None, share=share)


@pytest.fixture
def digits():
    return dataset_of(*datasets.load_digits(return_X_y=True))


@pytest.fixture
def iris():
    return dataset_of(*datasets.load_iris(return_X_y=True))


def pipeline(steps, last):
    return Pipeline([*((f"step{i}", clone(step)) for i, step in enumerate(steps)), ("last", last)]) if steps else last


def settings(cls, n, random):
    """Return settings of an SVM all over the shipped ranges, and with gamma by name."""
    for i in range(n):
        gamma = [*("scale", "auto"), *10 ** random.uniform(-10, 10, size=n)][i]
        setting = {"gamma": gamma, "tol": 10.0 ** random.randint(-4, 0)}
        setting |= {"C": 10 ** random.uniform(-10, 10 if cls in (SVR, NuSVR) else 3)} if cls is not NuSVC else {}
        yield setting | ({"nu": random.uniform(0.1, 0.4)} if cls in (NuSVC, NuSVR) else {})


def hold_together(dataset, estimators, scorers):
    """Compare shared with plain on every estimator: equal predictions, equal scores; return how many used a Gram matrix.

    What used none gives its decision values bit for bit as well.
    """
    shared, plain, with_gram = split_of(dataset), split_of(dataset, enabled=False), 0
    for estimator in estimators:
        try:
            theirs = clone(estimator).fit(plain.X_train, plain.y_train)
        except ValueError as error:  # A solver gives up: it does so either way, for the same reason.
            with pytest.raises(ValueError, match=re.escape(str(error))):
                fit(shared, clone(estimator))
            continue
        fitted = fit(shared, clone(estimator))
        ours, is_stand_in = fitted.estimator, getattr(fitted.estimator, "kernel", None) == "precomputed"
        with_gram += is_stand_in
        scorer = check_scoring(estimator, scorers)
        sides = (fitted.X_train, plain.X_train, plain.y_train), (fitted.X_test, plain.X_test, plain.y_test)
        for X_ours, X_theirs, y in sides:
            np.testing.assert_array_equal(ours.predict(X_ours), theirs.predict(X_theirs))
            if hasattr(theirs, "decision_function") and not is_stand_in:
                np.testing.assert_array_equal(ours.decision_function(X_ours), theirs.decision_function(X_theirs))
            assert scorer(ours, X_ours, y) == scorer(theirs, X_theirs, y)
    return with_gram


def estimators_of(cls, steps):
    random = np.random.RandomState(1)
    return [pipeline(steps, cls(max_iter=10_000).set_params(**setting)) for setting in settings(cls, 8, random)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("steps", PIPELINES.values(), ids=PIPELINES)
@pytest.mark.parametrize("name", CLASSIFICATION)
def test_labels_from_shared_distances_are_those_of_plain_fits(name, steps):
    dataset = dataset_of(*CLASSIFICATION[name](return_X_y=True))
    assert hold_together(dataset, estimators_of(SVC, steps), SCORERS["classifier"]) >= 4


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("steps", PIPELINES.values(), ids=PIPELINES)
@pytest.mark.parametrize("name", CLASSIFICATION)
def test_nu_svc_is_computed_plainly(name, steps):
    dataset = dataset_of(*CLASSIFICATION[name](return_X_y=True))
    assert hold_together(dataset, estimators_of(NuSVC, steps), SCORERS["classifier"]) == 0


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("steps", PIPELINES.values(), ids=PIPELINES)
@pytest.mark.parametrize("cls", [SVR, NuSVR])
def test_regressors_are_computed_plainly(cls, steps):
    dataset = dataset_of(*datasets.load_diabetes(return_X_y=True))
    assert hold_together(dataset, estimators_of(cls, steps), SCORERS["regressor"]) == 0


@pytest.mark.parametrize("offset", [100.0, 1000.0])
def test_equal_samples_far_from_the_origin_are_at_distance_zero(offset):
    X, y = datasets.load_iris(return_X_y=True)
    dataset = dataset_of(np.vstack([X, X[:60]]) + offset, np.concatenate([y, (y[:60] + 1) % 3]))
    estimators = [SVC(C=10.0**c, gamma=10.0**g) for c in (-1, 2, 5) for g in (-8, 6, 8, 9.5)]
    assert hold_together(dataset, estimators, SCORERS["classifier"]) > 0


def kernel_used(dataset, estimator, **split_options):
    return fit(split_of(dataset, **split_options), estimator).estimator.kernel


class OwnSVC(SVC):
    """A subclass, which may do anything."""


@pytest.mark.parametrize("gamma", [0.01, 1, "scale", "auto", 0])
def test_gram_matrix_is_used(digits, gamma):
    assert kernel_used(digits, SVC(gamma=gamma)) == "precomputed"


@pytest.mark.parametrize(
    "estimator",
    [SVC(kernel="poly"), OwnSVC(), SVC(probability=True), NuSVC(), SVR(), NuSVR()],
    ids=["kernel", "subclass", "probability", "NuSVC", "SVR", "NuSVR"],
)
@pytest.mark.filterwarnings("ignore:.*probability")
def test_gram_matrix_is_for_plain_rbf_only(iris, estimator):
    assert kernel_used(iris, estimator) == estimator.kernel != "precomputed"


def test_gram_matrix_is_off_where_sharing_is(digits):
    assert kernel_used(digits, SVC(), enabled=False) == "rbf"
    split = split_of(digits)
    assert fit(split, SVC(), share=False).estimator.kernel == "rbf"
    assert fit(split, SVC()).estimator.kernel == "precomputed"
    split.share_distances = False
    assert fit(split, SVC()).estimator.kernel == "rbf"


@pytest.mark.parametrize(
    "ask", [lambda e, X: e.decision_function(X), lambda e, X: e.set_params(break_ties=True).predict(X)]
)
def test_a_stand_in_gives_labels_only(digits, ask):
    fitted = fit(split_of(digits), SVC())
    assert set(fitted.estimator.predict(fitted.X_test)) <= set(digits.y)
    with pytest.raises(NeedsDecisions):
        ask(fitted.estimator, fitted.X_test)


def test_gram_matrix_is_bounded_in_memory(digits, monkeypatch):
    monkeypatch.setattr(distances, "MEMORY_BYTES", 16 * 320 * 400 - 1)
    assert kernel_used(digits, SVC()) == "rbf"
    monkeypatch.setattr(distances, "MEMORY_BYTES", 16 * 320 * 400)
    assert kernel_used(digits, SVC()) == "precomputed"


def test_gram_matrix_is_off_where_there_is_no_memory_for_it(digits, monkeypatch):
    def fail(*sides):
        raise MemoryError

    monkeypatch.setattr(Distances, "of", fail)
    assert kernel_used(digits, SVC()) == "rbf"


def test_gram_matrix_is_off_where_the_kernel_is_noise(iris):
    iris.X = iris.X + 1e6
    assert kernel_used(iris, SVC(gamma=1.0)) == "rbf"
    assert kernel_used(iris, SVC(gamma=1e-9)) == "precomputed"
    assert kernel_used(iris, SVC(gamma=1e9)) == "precomputed"  # All entries off the diagonal are 0, whatever the noise.


@pytest.mark.filterwarnings("ignore:overflow")
def test_gram_matrix_is_off_for_distances_that_overflow(iris):
    X = iris.X * 1e200
    assert Distances.of(X, X, X) is None


class ToSparse(TransformerMixin, BaseEstimator):
    """Hands on sparse samples."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return csr_array(X)


class ToList(ToSparse):
    """Hands on something that has no size in bytes."""

    def transform(self, X):
        return X.tolist()


@pytest.mark.parametrize("step", [ToSparse(), ToList()])
def test_gram_matrix_is_for_dense_arrays(iris, step, monkeypatch):
    monkeypatch.setattr(shortcuts, "may_write", lambda estimator: False)
    estimator = Pipeline([("step", step), ("last", SVC())])
    fitted = fit(split_of(iris), estimator)
    assert fitted.estimator.kernel == "rbf"
    predicted = fitted.estimator.predict(fitted.X_test)
    np.testing.assert_array_equal(predicted, SVC().fit(iris.X[:120], iris.y[:120]).predict(iris.X[120:]))


@pytest.mark.parametrize("gamma", [-1.0, True, "scaled", float("nan"), float("inf")])
def test_what_scikit_learn_refuses_it_refuses_itself(iris, gamma):
    try:
        plain = SVC(gamma=gamma).fit(iris.X, iris.y).kernel
    except ValueError as error:
        with pytest.raises(ValueError, match=re.escape(str(error))):
            fit(split_of(iris), SVC(gamma=gamma))
    else:
        assert kernel_used(iris, SVC(gamma=gamma)) == plain


def test_gamma_by_name_is_scikit_learns_whatever_the_order_in_memory(digits):
    for X in (digits.X, np.asfortranarray(digits.X), digits.X.astype("float32"), digits.X.astype("int64")):
        for name in ("scale", "auto"):
            fitted = SVC(gamma=name).fit(X, digits.y)
            assert Distances.of(X, X, X).gamma(name) == fitted._gamma


class CountingScaler(StandardScaler):
    """Counts its fits, over all clones."""

    fits = 0

    def fit(self, X, y=None, sample_weight=None):
        type(self).fits += 1
        return super().fit(X, y, sample_weight)


@pytest.fixture
def counted(monkeypatch):
    """Make CountingScaler pass for one of scikit-learn's own, and count from 0."""
    monkeypatch.setattr(CountingScaler, "__module__", "sklearn.preprocessing")
    CountingScaler.fits = 0
    return CountingScaler


def fits_of(counted, split, estimators):
    before = counted.fits
    for estimator in estimators:
        fit(split, estimator)
    return counted.fits - before


def test_prefix_is_fitted_once_for_neighbours_that_agree(iris, counted):
    estimators = [Pipeline([("scaler", counted()), ("last", LogisticRegression(C=C))]) for C in (0.1, 1.0, 10.0)]
    assert fits_of(counted, split_of(iris), estimators) == 1
    assert fits_of(counted, split_of(iris, enabled=False), estimators) == 3


@pytest.mark.parametrize("scores_train", [True, False])
def test_only_the_fit_of_the_first_steps_counts_as_fit(iris, scores_train, monkeypatch):
    """As in scikit-learn, samples are transformed for scoring. The training side is transformed only if it is scored."""
    now, transformed = [0.0], []
    monkeypatch.setattr(shortcuts.time, "perf_counter", lambda: now[0])

    def fit_transform(steps, X, y):
        now[0] += 1
        return steps.fit_transform(X, y)

    def transform(steps, X):
        now[0] += 10
        transformed.append(len(X))
        return steps.transform(X)

    monkeypatch.setattr(shortcuts, "fit_transform", fit_transform)
    monkeypatch.setattr(shortcuts, "transformed", transform)
    train, test = np.arange(100), np.arange(100, 150)
    work = SharedWork(iris, train, test, scores_train=scores_train)
    fitted = work.fit(Pipeline([("scale", StandardScaler()), ("last", LogisticRegression())]), seed=lambda: None)
    assert (fitted.fit_time, fitted.score_time) == (1, 10)
    assert transformed == ([50, 100] if scores_train else [50])


def test_prefix_with_other_parameters_is_fitted_again(iris, counted):
    with_mean = [
        Pipeline([("scaler", counted(with_mean=flag)), ("last", GaussianNB())]) for flag in (True, False, False, True)
    ]
    assert fits_of(counted, split_of(iris), with_mean) == 3


def test_candidates_sorted_by_prefix_fit_each_once(iris, counted):
    estimator, split = Pipeline([("scaler", counted()), ("last", LogisticRegression())]), split_of(iris)
    settings = [{"last__C": 1.0 + i, "scaler__with_mean": i % 2 == 0} for i in range(6)]
    ordered = sorted(settings, key=lambda params: split.prefix(params, estimator))
    assert fits_of(counted, split, [clone(estimator).set_params(**params) for params in ordered]) == 2
    assert {split_of(iris, enabled=False).prefix(params, estimator) for params in settings} == {""}
    assert {split.prefix(params, LogisticRegression()) for params in settings} == {""}


class OwnPipeline(Pipeline):
    """A subclass, which may do anything."""


def test_prefix_is_shared_under_conditions(iris, counted):
    def fits(make):
        return fits_of(counted, split_of(iris), [make(), make()])

    last = ("last", GaussianNB())
    assert fits(lambda: Pipeline([("scaler", counted()), last])) == 1
    assert fits(lambda: OwnPipeline([("scaler", counted()), last])) == 2
    assert fits(lambda: Pipeline([("scaler", counted(copy=False)), last])) == 2
    assert fits(lambda: Pipeline([("a", counted()), ("pca", PCA(random_state=np.random.RandomState(0))), last])) == 2


def test_a_pipeline_with_a_cache_of_its_own_stays_whole(iris, tmp_path):
    cached = Pipeline([("scaler", StandardScaler()), ("last", GaussianNB())], memory=str(tmp_path))
    assert isinstance(fit(split_of(iris), cached).estimator, Pipeline)


def test_prefix_is_not_kept_above_the_bound(iris, counted, monkeypatch):
    monkeypatch.setattr(shortcuts, "MEMORY_BYTES", 100)
    assert (
        fits_of(counted, split_of(iris), [Pipeline([("scaler", counted()), ("last", GaussianNB())]) for _ in range(2)])
        == 2
    )


class Shifting(TransformerMixin, BaseEstimator):
    """What it makes of the samples it was fitted on differs from what it makes of them later."""

    def fit(self, X, y=None):
        return self

    def fit_transform(self, X, y=None):
        return X + 1.0

    def transform(self, X):
        return X


@pytest.mark.parametrize(
    "last", [SVC(), GaussianNB(), LogisticRegression(max_iter=1000)], ids=lambda e: type(e).__name__
)
def test_fit_transform_may_differ_from_transform(iris, last, monkeypatch):
    monkeypatch.setattr(Shifting, "__module__", "sklearn.preprocessing")
    assert hold_together(iris, [Pipeline([("shift", Shifting()), ("last", last)])] * 2, SCORERS["classifier"]) in (0, 2)


class FiniteCheck(ClassifierMixin, BaseEstimator):
    """Notes whether scikit-learn was told that the samples are finite."""

    def fit(self, X, y):
        from sklearn import get_config

        self.classes_, self.assumed_ = np.unique(y), get_config()["assume_finite"]
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


@pytest.fixture
def assumed(monkeypatch):
    """Return a function that tells whether a fit was told that its samples are finite."""
    monkeypatch.setattr(FiniteCheck, "__module__", "sklearn.dummy")

    def of(dataset, wrap=lambda estimator: estimator, **options):
        fitted = fit(split_of(dataset, **options), wrap(FiniteCheck())).estimator
        return getattr(fitted, "estimators_", [fitted])[0].assumed_

    return of


def test_samples_are_checked_once(iris, assumed):
    from sklearn import get_config

    assert assumed(iris)
    assert not get_config()["assume_finite"]


def test_samples_are_checked_again_where_they_may_not_be_finite(iris, assumed):
    assert not assumed(iris, enabled=False)
    assert not assumed(iris, lambda inner: Pipeline([("scaler", StandardScaler()), ("last", inner)]))
    assert not assumed(iris, lambda inner: BaggingClassifier(inner, n_estimators=1))
    iris.about["X_is_finite"] = False
    assert not assumed(iris)


class Wrapping(BaseEstimator):
    """Fits another estimator, and has no more than a parameter that says so."""

    def __init__(self, inner=None):
        self.inner = inner


@pytest.mark.parametrize(
    "estimator",
    [
        AdaBoostClassifier(),
        BaggingClassifier(GaussianNB()),
        TransformedTargetRegressor(),
        FeatureUnion([("scaler", StandardScaler())]),
        ColumnTransformer([("scaler", StandardScaler(), [0])]),
        Wrapping(GaussianNB()),
        Wrapping([GaussianNB()]),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_estimators_that_fit_others_contain_some(estimator):
    """By their class, by what they make where a parameter is None, by a parameter or by a list of them."""
    assert contains_estimators(estimator)


@pytest.mark.parametrize("estimator", [GaussianNB(), SVC(), LogisticRegression(), Wrapping((1, 2))], ids=str)
def test_estimators_that_fit_no_others_contain_none(estimator):
    assert not contains_estimators(estimator)


def test_not_a_number_is_found_as_before(iris):
    iris.X[3, 1], iris.about["X_is_finite"] = np.nan, False
    for estimator in (SVC(), GaussianNB(), Pipeline([("scaler", StandardScaler()), ("last", SVC())])):
        with pytest.raises(ValueError, match="NaN"):
            fit(split_of(iris), estimator)


class Centering(ClassifierMixin, BaseEstimator):
    """Writes into the samples it is given, and is not scikit-learn's."""

    def fit(self, X, y):
        X -= X.mean(axis=0)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        X *= 0
        return np.repeat(self.classes_[:1], len(X))


@pytest.mark.parametrize(
    "estimator",
    [
        Centering(),
        StandardScaler(copy=False),
        LinearRegression(copy_X=False),
        BaggingClassifier(Centering()),
        Pipeline([("scaler", StandardScaler()), ("last", Centering())]),
        Pipeline([("scaler", StandardScaler(copy=False)), ("last", GaussianNB())]),
        Pipeline([("scaler", StandardScaler()), ("bag", BaggingClassifier(Centering()))]),
        FeatureUnion([("scaler", StandardScaler()), ("pca", PCA(copy=False))]),
    ],
    ids=["foreign", "copy", "copy_X", "inside", "last step", "copy of a step", "inside a step", "copy inside"],
)
def test_who_may_write_is_known_however_deep_it_stands(estimator):
    assert may_write(estimator)


@pytest.mark.parametrize(
    "estimator",
    [SVC(), StandardScaler(), BaggingClassifier(SVC()), Pipeline([("scaler", StandardScaler()), ("last", SVC())])],
    ids=["plain", "copies", "inside", "steps"],
)
def test_scikit_learns_own_write_nowhere(estimator):
    assert not may_write(estimator)


def test_what_is_shared_cannot_be_written_to():
    array = read_only(np.zeros(3))
    with pytest.raises(ValueError, match="read-only"):
        array += 1
    assert read_only([1]) == [1]


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize(
    "estimator",
    [
        Centering(),
        Pipeline([("scaler", StandardScaler(copy=False)), ("last", GaussianNB())]),
        LinearRegression(copy_X=False),
        BaggingClassifier(Centering(), n_estimators=2, bootstrap=False, max_samples=1.0),
    ],
    ids=["foreign", "step", "copy_X", "inside"],
)
def test_samples_stay_as_they_are(iris, estimator, enabled):
    split = split_of(iris, enabled)
    for _ in range(2):
        fitted = fit(split, clone(estimator))
        fitted.estimator.predict(fitted.X_test)
        fitted.estimator.predict(fitted.X_train)
        np.testing.assert_array_equal(split.X_train, iris.X[:120])
        np.testing.assert_array_equal(split.X_test, iris.X[120:])


def test_linear_kernels_elsewhere_in_sklearn_svm_are_left_alone(iris):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitted = fit(split_of(iris), LinearSVC())
    assert fitted.X_train.shape == (120, 4)
    assert fitted.estimator.coef_.shape == (3, 4)


class Raw(ClassifierMixin, BaseEstimator):
    """A classifier that predicts what it is told to."""

    def __init__(self, predictions=None):
        self.predictions = predictions

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.predictions


def outcome(scorer, *arguments):
    try:
        return scorer(*arguments)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize(
    ("y", "predictions"),
    [
        (np.array([0, 1, 2, 1]), np.array([0, 1, 1, 1])),
        (np.array([0, 1, 1, 1]), np.array([2, 1, 0, 1])),
        (np.array(["a", "b", "b"]), np.array(["a", "bb", "b"])),
        (np.array([True, False, True]), np.array([True, True, True])),
        (np.array([0, 1, 1]), np.array([0.0, 1.0, 0.0])),
        (np.array([0, 1, 1]), np.array([0.5, 1.0, np.nan])),
        (np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0])),
        (np.array([0, 1, 1]), np.array([[0], [1], [0]])),
        (np.array([0, 1, 1]), [0, 1, 0]),
        (np.array([0, 1, 1]), np.array([0, 1])),
        (np.array([[0, 1], [1, 1]]), np.array([[0, 1], [1, 0]])),
        (np.array([0.5, 1.5]), np.array([0.5, 1.0])),
    ],
    ids=str,
)
@pytest.mark.parametrize("scoring", ["accuracy", None])
def test_accuracy_is_scikit_learns(y, predictions, scoring):
    """Where it is computed here, where it is handed on, and where scikit-learn refuses."""
    estimator = Raw(predictions).fit(None, y)
    plain = check_scoring(estimator, scoring)
    ours = AccuracyOfLabels(plain, type_of_target(y))
    assert outcome(ours, estimator, np.zeros((len(y), 1)), y) == outcome(plain, estimator, np.zeros((len(y), 1)), y)


class OwnScore(GaussianNB):
    def score(self, X, y, sample_weight=None):
        return 0.5


def test_whoever_scores_in_another_way_is_left_to_it(iris):
    for estimator in (LinearRegression(), OwnScore(), BaggingRegressor()):
        estimator.fit(iris.X, iris.y)
        ours = AccuracyOfLabels(check_scoring(estimator), "multiclass")
        np.testing.assert_equal(ours(estimator, iris.X, iris.y), estimator.score(iris.X, iris.y))


def test_a_classifiers_labels_are_compared_without_asking_the_scorer(iris):
    ours = AccuracyOfLabels(None, "multiclass")
    assert ours(GaussianNB().fit(iris.X, iris.y), iris.X, iris.y) > 0.9

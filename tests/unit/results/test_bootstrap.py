"""BBC-CV against a plain loop, and every score against scikit-learn's own."""

import tracemalloc

import numpy as np
import pytest
from cvsearch.config.names import Trust
from cvsearch.evaluation.scoring import build_scorers
from cvsearch.evaluation.weights import routed
from cvsearch.results.statistics import bootstrap, scores
from cvsearch.results.statistics.predictions import Bits, Draws, SplitPredictions
from cvsearch.results.statistics.scores import AnyScore, score_of
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, get_scorer, make_scorer, mean_squared_error, r2_score, roc_auc_score
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit
from sklearn.tree import DecisionTreeClassifier

METHODS = ("predict", "predict_proba", "decision_function")


def kept(estimators, X, y, splits, sample_weight=None):
    """Return what each estimator predicts for the test side of each split."""
    found = []
    for train, test in splits:
        fitted = [estimator.fit(X[train], y[train]) for estimator in estimators()]
        responses = {m: np.array([getattr(f, m)(X[test]) for f in fitted]) for m in METHODS if hasattr(fitted[0], m)}
        # A run keeps numbers with four bytes.
        responses = {m: r.astype("float32") if r.dtype.kind == "f" else r for m, r in responses.items()}
        weights = None if sample_weight is None else sample_weight[test]
        found.append(SplitPredictions(test, y[test], responses, weights))
    return found


def classifiers(n=4):
    return [LogisticRegression(C=10.0**i) for i in range(-2, n - 2)]


def regressors(n=4):
    return [Ridge(alpha=10.0**i) for i in range(-2, n - 2)]


def data(kind, n_classes=2):
    if kind == "r":
        return make_regression(70, 8, noise=60, random_state=0)
    return make_classification(70, 8, n_informative=4, n_classes=n_classes, flip_y=0.3, random_state=0)


def plain(splits, baseline, score, draws):
    """Return the left-out scores of the winner and its gains, draw by draw, split by split, candidate by candidate."""
    values, gains = [], []
    for b in range(len(draws.counts[0])):
        totals = []
        for c in range(splits[0].n_candidates):
            numerator, shares = 0.0, 0.0
            for j, split in enumerate(splits):
                value, share = score(split, c, draws.counts[j][b])
                if not np.isnan(value):
                    numerator, shares = numerator + share * value, shares + share
            totals.append(numerator / shares)
        winner = max(range(len(totals)), key=lambda c: (round(totals[c], 12), -c))
        means = []
        for predicted, candidate in ((splits, winner), (baseline, 0)):
            numerator, shares = 0.0, 0.0
            for j, split in enumerate(predicted):
                value, share = score(split, candidate, (draws.counts[j][b] == 0).astype(int))
                if not np.isnan(value):
                    numerator, shares = numerator + share * value, shares + share
            means.append(numerator / shares)
        values.append(means[0])
        gains.append(means[0] - means[1])
    return values, gains


def by_repetition(metric, method):
    """Return the plain score of a candidate on drawn samples: they are written out as often as they were drawn."""

    def score(split, candidate, counts):
        rows = np.repeat(np.arange(len(counts)), counts)
        share = sum(split.weights()[i] for i in rows) / sum(split.weights())
        try:
            response = split.responses[method][candidate][rows]
            return metric(split.target[rows], response, sample_weight=split.weights()[rows]), share
        except ValueError:
            return np.nan, share

    return score


def auc(target, response, sample_weight):
    if len(set(target)) < 2:
        return np.nan
    return roc_auc_score(target, response, sample_weight=sample_weight)


def r2_of_whole_side(split, candidate, counts):
    """1 - squared error of what was drawn / variance of the whole test side, by Beale's ratio estimator of the whole side."""
    rows = np.repeat(np.arange(len(counts)), counts)
    weights, target = split.weights(), split.target
    n, total = len(counts), sum(weights)
    share = sum(weights[i] for i in rows) / total
    if not len(rows):
        return np.nan, share
    errors = [float(target[i] - split.responses["predict"][candidate][i]) ** 2 for i in range(n)]
    mean = sum(w * t for w, t in zip(weights, target, strict=True)) / total
    deviations = [(t - mean) ** 2 * n / (n - 1) for t in target]
    error, variance = (sum(w * v for w, v in zip(weights, of, strict=True)) / total for of in (errors, deviations))
    of_both = of_variance = 0.0
    for w, e, d in zip(weights, errors, deviations, strict=True):
        of_both += n / (n - 1) * (w / total) ** 2 * (e - error) * (d - variance)
        of_variance += n / (n - 1) * (w / total) ** 2 * (d - variance) ** 2
    ratio = (error + of_both / variance) / (variance + of_variance / variance)
    drawn = sum(weights[i] * errors[i] for i in rows) / sum(weights[i] for i in rows)
    return 1 - ratio * drawn / error, share


CASES = {
    "accuracy, 5 folds": ("c", KFold(5), "accuracy", by_repetition(accuracy_score, "predict"), False, False),
    "accuracy, shuffle": (
        "c",
        ShuffleSplit(3, random_state=0),
        "accuracy",
        by_repetition(accuracy_score, "predict"),
        False,
        False,
    ),
    "accuracy, groups": ("c", GroupKFold(4), "accuracy", by_repetition(accuracy_score, "predict"), True, False),
    "accuracy, weights": ("c", KFold(3), "accuracy", by_repetition(accuracy_score, "predict"), False, True),
    "AUC": ("c", ShuffleSplit(3, random_state=0), "roc_auc", by_repetition(auc, "decision_function"), False, False),
    "AUC, weights": ("c", KFold(3), "roc_auc", by_repetition(auc, "decision_function"), False, True),
    "r2": ("r", ShuffleSplit(4, random_state=0), "r2", r2_of_whole_side, False, False),
    "r2, weights, groups": ("r", KFold(3), "r2", r2_of_whole_side, True, True),
    "squared error": (
        "r",
        KFold(3),
        "neg_mean_squared_error",
        by_repetition(lambda t, p, sample_weight: -mean_squared_error(t, p, sample_weight=sample_weight), "predict"),
        False,
        False,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_equals_a_plain_loop(case, monkeypatch):
    kind, splitter, name, plain_score, grouped, weighted = CASES[case]
    X, y = data(kind)
    random = np.random.default_rng(0)
    groups = random.integers(12, size=len(y)) if grouped else None
    sample_weight = random.uniform(0.5, 2, len(y)) if weighted else None
    splits = list(splitter.split(X, y, groups))
    candidates = kept(classifiers if kind == "c" else regressors, X, y, splits, sample_weight)
    baseline = kept(lambda: (classifiers if kind == "c" else regressors)(1), X, y, splits, sample_weight)
    score = score_of(name, get_scorer(name), candidates[0], [0, 1] if kind == "c" else None)
    assert not isinstance(score, AnyScore)
    score.draws = 25
    monkeypatch.setattr(scores, "BLOCK", 50)  # So that there are several blocks of draws and of candidates.
    found = bootstrap.corrected(candidates, {"default": baseline, "dummy": None}, score, groups, random_state=3)
    values, gains = plain(candidates, baseline, plain_score, Draws(candidates, 25, groups, 3))
    for interval, expected in ((found.score, values), (found.gains["default"], gains)):
        assert interval.estimate == pytest.approx(np.mean(expected))
        assert (interval.low, interval.high) == pytest.approx(np.quantile(expected, [0.025, 0.975]))
        assert (interval.level, interval.reason) == (0.95, None)
    assert found.gains["dummy"].estimate is None
    assert "dummy" in found.gains["dummy"].reason


CLASSIFIERS = ["accuracy", "balanced_accuracy", "neg_log_loss"]
CLASSIFIERS += [
    f"{kind}_{average}"
    for kind in ("f1", "precision", "recall", "jaccard")
    for average in ("micro", "macro", "weighted")
]
BINARY = ["roc_auc", "f1", "precision", "recall", "jaccard"]
REGRESSORS = [
    "neg_mean_squared_error",
    "neg_root_mean_squared_error",
    "neg_mean_absolute_error",
    "neg_mean_absolute_percentage_error",
]


@pytest.mark.parametrize(
    ("name", "n_classes"),
    [(n, 3) for n in CLASSIFIERS] + [(n, 2) for n in CLASSIFIERS + BINARY] + [(n, 0) for n in REGRESSORS],
)
@pytest.mark.filterwarnings("ignore")
def test_scores_are_scikit_learns(name, n_classes):
    X, y = data("c", n_classes) if n_classes else data("r")
    classes = np.arange(n_classes) if n_classes else None
    splits = list(KFold(3).split(X))
    (split, *_) = kept(classifiers if n_classes else regressors, X, y, splits)
    scorer = get_scorer(name)
    counts = Draws([split], 8, random_state=1).counts[0]
    fast = score_of(name, scorer, split, classes)
    assert not isinstance(fast, AnyScore)
    expected = AnyScore(scorer, classes).of(split, counts)
    np.testing.assert_allclose(fast.of(split, counts), expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("scoring", ["neg_log_loss", "made"])
def test_a_wrong_probability_of_0_costs_what_it_costs_in_the_search(scoring):
    """Trees are sure of themselves. Log loss clips their probabilities, and numbers of four bytes at another place."""
    X, y = data("c")
    ((train, test), *_) = KFold(3).split(X)
    tree = DecisionTreeClassifier(random_state=0).fit(X[train], y[train])
    (split,) = kept(lambda: [DecisionTreeClassifier(random_state=0)], X, y, [(train, test)])
    score = get_scorer("neg_log_loss")(tree, X[test], y[test])
    assert score < -5
    found = score_of(scoring, get_scorer("neg_log_loss"), split, [0, 1])
    assert isinstance(found, AnyScore) == (scoring == "made")
    assert found.of(split, np.ones((1, len(test)), dtype=int)).item() == pytest.approx(score)


def test_a_metric_that_raises_any_error_on_a_draw_has_no_score_on_this_draw():
    X, y = data("c")
    ((train, test), *_) = KFold(3).split(X)
    (split,) = kept(lambda: [LogisticRegression()], X, y, [(train, test)])
    scorer = make_scorer(lambda true, predicted: 1 / int(true.sum()))
    only_zeros = (y[test] == 0).astype(int)
    found = AnyScore(scorer, [0, 1]).of(split, np.stack([only_zeros, np.ones_like(only_zeros)]))
    assert np.isnan(found[0, 0]) and found[1, 0] == 1 / y[test].sum()


def test_any_scorer_that_asks_for_weights_gets_them():
    X, y = data("c")
    weights = np.random.default_rng(0).uniform(0.2, 3, len(y))
    (split, *_) = kept(classifiers, X, y, list(KFold(3).split(X)), weights)
    counts = Draws([split], 8, random_state=1).counts[0]
    with routed(True):
        scorers = build_scorers("accuracy", LogisticRegression(), Trust([]), weighted=True)
        found = AnyScore(scorers.together, [0, 1], bool(scorers.weighted)).of(split, counts)
    expected = [[by_repetition(accuracy_score, "predict")(split, c, row)[0] for c in range(4)] for row in counts]
    np.testing.assert_allclose(found, expected)
    assert not np.allclose(found, AnyScore(get_scorer("accuracy"), [0, 1]).of(split, counts))


def test_r2_of_a_whole_side_is_scikit_learns_but_for_its_bias():
    X, y = make_regression(4000, 8, noise=60, random_state=0)
    (split,) = kept(regressors, X, y, [(np.arange(100), np.arange(100, 4000))])
    found = score_of(None, None, split).of(split, np.ones((1, 3900), dtype=int))[0]
    for score, response in zip(found, split.responses["predict"], strict=True):
        assert score == pytest.approx(r2_score(split.target, response), abs=1e-3)
    perfect = split._replace(responses={"predict": split.target[None]})
    constant = split._replace(target=np.ones(3900))
    counts = np.ones((1, 3900), dtype=int)
    assert score_of("r2", None, perfect).of(perfect, counts) == 1
    assert np.isnan(score_of("r2", None, constant).of(constant, counts)).all()


def test_an_interval_holds_its_estimate():
    """A gain that is 0 on nearly all draws: both percentiles are 0."""
    values = np.zeros(1000)
    for rare in (-1.0, 1.0):
        values[:10] = rare
        found = bootstrap._interval(values, "")
        assert found.low <= found.estimate <= found.high
        assert found.low <= 0 <= found.high


def test_ties_of_auc_count_half():
    target = np.array([0, 1, 0, 1, 1, 0])
    response = np.array([[0.1, 0.1, 0.5, 0.5, 0.9, 0.9], [1, 1, 1, 1, 1, 1]])
    split = SplitPredictions(np.arange(6), target, {"decision_function": response})
    found = score_of("roc_auc", None, split, [0, 1]).of(split, np.ones((1, 6), dtype=int))
    assert found[0].tolist() == pytest.approx([roc_auc_score(target, response[0]), 0.5])


def test_auc_reads_the_probability_of_the_second_class():
    X, y = data("c")
    (split,) = kept(classifiers, X, y, [(np.arange(40), np.arange(40, 70))])
    counts = np.ones((1, 30), dtype=int)
    alone = split._replace(responses={"predict_proba": split.responses["predict_proba"]})
    by_decision, by_probability = (score_of("roc_auc", None, s, [0, 1]).of(s, counts) for s in (split, alone))
    np.testing.assert_allclose(by_decision, by_probability)


def test_auc_of_a_baseline_that_has_probabilities_where_the_candidates_have_decision_values():
    target = np.array([0, 1, 0, 1])
    candidates = SplitPredictions(np.arange(4), target, {"decision_function": np.array([[-1.0, 2.0, 0.5, 0.1]])})
    guess = SplitPredictions(np.arange(4), target, {"predict_proba": np.full((1, 4, 2), 0.5)})
    score = score_of("roc_auc", None, candidates, [0, 1])
    assert score.of(candidates, np.ones((1, 4), dtype=int))[0].tolist() == [0.75]
    assert score.of(guess, np.ones((1, 4), dtype=int))[0].tolist() == [0.5]


def test_many_classes_need_no_more_memory_than_a_few():
    """Each block has its own arrays, and only a few of them at a time."""
    random = np.random.default_rng(0)
    peaks = []
    for n_classes in (3, 60):
        target, labels = random.integers(n_classes, size=500), random.integers(n_classes, size=(400, 500))
        split = SplitPredictions(np.arange(500), target, {"predict": labels.astype("uint8")})
        score = score_of("f1_macro", None, split, np.arange(n_classes))
        tracemalloc.start()
        score.of(split, np.ones((200, 500), dtype="uint8"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.1 * peaks[0]


def test_names_of_classes_may_be_text():
    X, y = data("c", 3)
    candidates = kept(lambda: classifiers(2), X, y, list(KFold(2).split(X)))
    for name in ("accuracy", "f1_macro", "neg_log_loss", "matthews_corrcoef"):
        score = score_of(name, get_scorer(name), candidates[0], ["a", "b", "c"])
        found = bootstrap.corrected(candidates, {}, score)
        assert found.score.low <= found.score.estimate <= found.score.high
        assert ("200 draws" in found.score.method) == (name == "matthews_corrcoef")
        numbered = bootstrap.corrected(candidates, {}, score_of(name, get_scorer(name), candidates[0], [0, 1, 2]))
        assert found == numbered


@pytest.mark.parametrize("name", ["accuracy", "f1", "matthews_corrcoef"])
def test_bits_give_the_scores_of_the_codes_that_they_stand_for(name):
    X, y = data("c")
    candidates = kept(classifiers, X, y, list(KFold(2).split(X)))
    score = score_of(name, get_scorer(name), candidates[0], [0, 1])
    packed = [
        split._replace(responses={"predict": Bits(np.packbits(split.responses["predict"], axis=1), len(split.target))})
        for split in candidates
    ]
    assert bootstrap.corrected(packed, {}, score) == bootstrap.corrected(candidates, {}, score)


def test_a_test_side_of_one_sample_and_groups_that_are_a_whole_side():
    X, y = data("c")
    alone = [(np.delete(np.arange(70), i), np.array([i])) for i in range(20)]
    candidates = kept(lambda: classifiers(2), X, y, alone)
    score = score_of("accuracy", None, candidates[0], [0, 1])
    found = bootstrap.corrected(candidates, {}, score)
    assert found.score.low < found.score.estimate < found.score.high
    groups = np.repeat(np.arange(7), 10)
    sides = kept(classifiers, X, y, list(GroupKFold(7).split(X, y, groups)))
    grouped = bootstrap.corrected(sides, {}, score_of("accuracy", None, sides[0], [0, 1]), groups)
    assert grouped.score.method == "BBC-CV, 1,000 draws of 7 groups"
    assert grouped.score.low < grouped.score.estimate < grouped.score.high


def test_says_why_there_is_no_score():
    X, y = data("c")
    candidates = kept(classifiers, X, y, list(KFold(2).split(X)))
    score = score_of("accuracy", None, candidates[0], [0, 1])
    one_group = bootstrap.corrected(candidates, {"dummy": candidates}, score, np.zeros(70))
    assert (
        one_group.score.reason
        == one_group.gains["dummy"].reason
        == "there is only one group to draw, so none is left out"
    )
    slow = AnyScore(get_scorer("accuracy"), [0, 1])
    many = [s._replace(responses={"predict": np.zeros((3000, 35), dtype="int8")}) for s in candidates]
    reason = "this score cannot be computed from sums over the samples; 100 draws would take about 300 s"
    assert bootstrap.corrected(many, {}, slow).score.reason.startswith(reason)
    wide = [s._replace(responses={"predict_proba": np.zeros((20, 35, 3000), dtype="int8")}) for s in candidates]
    assert bootstrap.corrected(wide, {}, slow).score.reason is not None, "a call takes longer for more numbers"
    undefined = [s._replace(target=np.zeros(35)) for s in candidates]
    nothing = bootstrap.corrected(undefined, {}, score_of("roc_auc", None, candidates[0], [0, 1])).score
    assert nothing.estimate is None
    assert nothing.reason == "the score is a number on 0 of 500 draws, fewer than half"
    strict = AnyScore(make_scorer(lambda true, predicted: 1 / 0), [0, 1])
    failing = bootstrap.corrected(candidates, {}, strict).score
    assert failing.reason.endswith("draws, fewer than half (ZeroDivisionError: division by zero)")


def test_an_infinite_score_on_a_draw_is_not_left_out():
    interval = bootstrap._interval(np.r_[np.zeros(400), -np.inf, np.nan], "method")
    assert interval.estimate is None
    assert interval.reason == "the score is infinite on 1 of 402 draws"


def test_equals_itself():
    X, y = data("c")
    candidates = kept(classifiers, X, y, list(KFold(2).split(X)))
    score = score_of(None, None, candidates[0], [0, 1])
    first, again = (bootstrap.corrected(candidates, {}, score) for _ in range(2))
    assert first == again


def test_a_candidate_without_a_score_is_never_chosen():
    y = np.tile([0, 1], 10)
    right, wrong = np.where(y == 1, 5.0, -5.0), np.where(y == 1, -5.0, 5.0)
    target = y.astype(float)
    split = SplitPredictions(np.arange(20), target, {"predict": np.array([np.full(20, np.nan), wrong, right, right])})
    score = score_of("neg_mean_squared_error", None, split)
    draws = Draws([split], 30)
    assert set(bootstrap._choose([split], score, draws.counts)) == {2}

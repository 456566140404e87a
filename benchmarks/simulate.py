"""The statistics of a search against the truth, on simulated data: the tables of docs/statistics.md.

``python benchmarks/simulate.py --write docs/statistics.md`` fills them in again.

Each set has 150 samples of 20 features. 59 candidates are ridge regressions, each with its own penalty on its own half of the features,
fitted to a number or to the signs of two classes. The truth is the winner's score on 20,000 fresh samples, the mean over its fits
on the training sides: so it was trained on as many samples as in a split.
"""

import argparse
import itertools
import re
import sys
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from cvsearch.results.statistics.bootstrap import corrected  # noqa: E402
from cvsearch.results.statistics.comparison import corrected_t  # noqa: E402
from cvsearch.results.statistics.predictions import SplitPredictions  # noqa: E402
from cvsearch.results.statistics.scores import score_of  # noqa: E402

N_SAMPLES, N_FEATURES, N_CANDIDATES, N_FRESH = 150, 20, 60, 20_000
SPLITS = {"2 shuffle splits": ("shuffle", 2), "5 folds": ("folds", 5), "10 shuffle splits": ("shuffle", 10)}
SCORES = ("accuracy", "roc_auc", "r2")

HEAD = (
    "| score | signal | splits | sets | error, uncorrected | error, corrected | its standard deviation | covered | width "
    "| gain over `default` above 0 | over `dummy` |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
)


def splits_of(kind, n_splits, random):
    """Return train and test positions of each split."""
    if kind == "folds":
        tests = np.array_split(random.permutation(N_SAMPLES), n_splits)
    else:
        tests = [random.permutation(N_SAMPLES)[: N_SAMPLES // 5] for _ in range(n_splits)]
    return [(np.setdiff1d(np.arange(N_SAMPLES), test), test) for test in tests]


def draw(n, slopes, noise, score, random):
    """Return samples and their target."""
    X = random.standard_normal((n, N_FEATURES))
    latent = X @ slopes + noise * random.standard_normal(n)
    return X, latent if score == "r2" else np.sign(latent)


def coefficients(X, y, masks, penalties):
    """Return intercept and slopes of each candidate, of shape (n_candidates, n_features + 1)."""
    mean = X.mean(axis=0)
    centred = X - mean
    gram, product = centred.T @ centred, centred.T @ (y - y.mean())
    left = gram * (masks[:, :, None] & masks[:, None, :])
    left[:, range(N_FEATURES), range(N_FEATURES)] += np.where(masks, penalties[:, None], 1.0)
    slopes = np.linalg.solve(left, (masks * product)[:, :, None])[:, :, 0]
    return np.column_stack([y.mean() - slopes @ mean, slopes])


def predict(fitted, X):
    """Return decisions of shape (n_candidates, n)."""
    return fitted[:, :1] + fitted[:, 1:] @ X.T


def plain_score(score, y, decisions):
    """Return the score of each row of decisions, by the formula of the textbook."""
    if score == "accuracy":
        return (np.where(decisions > 0, 1, -1) == y).mean(axis=1)
    if score == "r2":
        return 1 - ((y - decisions) ** 2).mean(axis=1) / y.var()
    ranks = rankdata(decisions, axis=1)[:, y == 1].sum(axis=1)
    n, m = (y == 1).sum(), (y == -1).sum()
    return (ranks - n * (n + 1) / 2) / (n * m) if n and m else np.full(len(decisions), np.nan)


def one_set(splitter, score, signal, random):
    """Return what one simulated search reports and what is true of its winner."""
    slopes = np.zeros(N_FEATURES)
    if signal:
        slopes[:6] = random.standard_normal(6)
        slopes *= np.sqrt(1.0) / np.linalg.norm(slopes)
    X, y = draw(N_SAMPLES, slopes, 1.0, score, random)
    fresh = draw(N_FRESH, slopes, 1.0, score, random)
    masks = random.random((N_CANDIDATES, N_FEATURES)).argsort(axis=1) < N_FEATURES // 2
    penalties = 10 ** random.uniform(-2, 3, N_CANDIDATES)
    masks[-1], penalties[-1] = True, 1.0  # The default: ridge with its own penalty, on all features.
    fits, predictions, default, dummy, means = [], [], [], [], []
    for train, test in splits_of(*SPLITS[splitter], random):
        fitted = coefficients(X[train], y[train], masks, penalties)
        decisions = predict(fitted, X[test])
        fits.append(fitted)
        constant = np.full((1, len(test)), y[train].mean())
        for kept, rows in ((predictions, decisions[:-1]), (default, decisions[-1:]), (dummy, constant)):
            responses = {"predict": rows if score == "r2" else rows > 0, "decision_function": rows}
            kept.append(SplitPredictions(test, y[test] if score == "r2" else y[test] > 0, responses))
        means.append(plain_score(score, y[test], decisions[:-1]))
    winner = int(np.nanmean(means, axis=0).argmax())
    classes = None if score == "r2" else [-1.0, 1.0]
    how = score_of(score, None, predictions[0], classes)
    found = corrected(predictions, {"default": default, "dummy": dummy}, how, random_state=int(random.integers(2**31)))
    chosen = predict(np.stack([fitted[winner] for fitted in fits]), fresh[0])
    truth = plain_score(score, fresh[1], chosen).mean()
    return {
        "uncorrected": np.nanmean(means, axis=0).max() - truth,
        "error": found.score.estimate - truth,
        "covered": found.score.low <= truth <= found.score.high,
        "width": found.score.high - found.score.low,
        "gain_default": found.gains["default"].low > 0,
        "gain_dummy": found.gains["dummy"].low > 0,
    }


def winners(n_sets, scores, seed):
    """Return the rows of the table of the corrected score, by score, and print them as they come."""
    rows = {score: [] for score in scores}
    for number, (score, signal, splitter) in enumerate(itertools.product(SCORES, (False, True), SPLITS)):
        if score not in scores:
            continue
        random = np.random.default_rng([number, seed])
        sets = [one_set(splitter, score, signal, random) for _ in range(n_sets)]
        of = {name: np.array([found[name] for found in sets]) for name in sets[0]}
        row = (
            f"| {score} | {'yes' if signal else 'no'} | {splitter} | {n_sets} | {of['uncorrected'].mean():+.3f} "
            f"| {of['error'].mean():+.3f} | {of['error'].std():.3f} | {of['covered'].mean():.1%} | {of['width'].mean():.2f} "
            f"| {of['gain_default'].mean():.1%} | {of['gain_dummy'].mean():.1%} |"
        )
        rows[score].append(row)
        print(row, flush=True)
    return rows


def false_alarms(n_sets):
    """Return the rows of the table of the t test: two candidates named beforehand that are equally good."""
    rows = ["| splits | plain t | corrected t |", "| --- | --- | --- |"]
    for kind, n_splits in (("folds", 5), ("folds", 10), ("shuffle", 5), ("shuffle", 10)):
        random = np.random.default_rng([n_splits, len(kind)])
        differences = np.empty((n_sets, n_splits))
        for i in range(n_sets):
            slopes = np.tile(random.standard_normal(N_FEATURES // 2), 2)  # Each half of the features is worth the same.
            X, y = draw(N_SAMPLES, slopes / np.linalg.norm(slopes), 1.0, "accuracy", random)
            masks = np.repeat(np.eye(2, dtype=bool), N_FEATURES // 2, axis=1)
            for j, (train, test) in enumerate(splits_of(kind, n_splits, random)):
                fitted = coefficients(X[train], y[train], masks, np.ones(2))
                scores = plain_score("accuracy", y[test], predict(fitted, X[test]))
                differences[i, j] = scores[0] - scores[1]
        ratio = 1 / (n_splits - 1) if kind == "folds" else 0.25
        alarms = [(corrected_t(differences, of).p < 0.05).mean() for of in (0.0, ratio)]
        name = f"{n_splits} {'folds' if kind == 'folds' else 'shuffle splits'}"
        rows.append(f"| {name} | {alarms[0]:.1%} | {alarms[1]:.1%} |")
        print(rows[-1], flush=True)
    return rows


def main(n_sets, n_pairs, scores, page, seed):
    """Simulate, print, and fill the tables in where a page is given; the rows of other scores stay as they are."""
    tables = {"t-test": [f"{n_pairs:,} sets for each row.", "", *false_alarms(n_pairs)]} if n_pairs else {}
    made = winners(n_sets, scores, seed)
    if page is None:
        return
    text = page.read_text()
    kept = {score: re.findall(rf"^\| {score} \| (?:yes|no) \|.*$", text, re.MULTILINE) for score in SCORES}
    tables["corrected"] = [*HEAD, *(line for score in SCORES for line in made.get(score, kept[score]))]
    for name, rows in tables.items():
        marks = f"<!-- {name} -->", f"<!-- end of {name} -->"
        pattern = re.compile(f"{marks[0]}.*?{marks[1]}", re.DOTALL)
        block = "\n".join([marks[0], *rows, marks[1]])
        text = pattern.sub(lambda match, block=block: block, text)
    page.write_text(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=1000, help="of each row of the corrected score")
    parser.add_argument(
        "--pairs", type=int, default=2000, help="of each row of the t test; 0 leaves its table as it is"
    )
    parser.add_argument("--scores", nargs="*", choices=SCORES, default=SCORES, help="whose rows are made; others stay")
    parser.add_argument("--seed", type=int, default=7, help="of the sets of the corrected score")
    parser.add_argument("--write", type=Path, help="the page whose tables are filled in")
    arguments = parser.parse_args()
    main(arguments.sets, arguments.pairs, arguments.scores, arguments.write, arguments.seed)

"""Findings about fits and results. Each finding is a small function, and has a section in docs/findings.md."""

from collections.abc import Callable
from typing import Any, NamedTuple

from cvsearch.data.audit import INFO, WARNING, Finding
from cvsearch.results.statistics.comparison import FEWEST_SPLITS

# Failures, or warnings, are a finding if more than this share of all evaluations has them.
MANY_FAILURES, MANY_WARNINGS = 0.05, 0.2

# A gap between training and test score is large if it is at least this share of another gap: the one between the
# training score and the score of a guess.
LARGE_GAP = 0.25


class Outcome(NamedTuple):
    """The values that the findings read.

    Attributes
    ----------
    verdict : dict
        Content of ``verdict.json``.
    mean_train_score : float or None
        The mean training score of the best candidate; None if training sides were not scored.
    n_evaluations, n_failed, n_warned : int
    failure, warning : str
        The most frequent errors and the most frequent warnings; empty if there are none.
    """

    verdict: dict[str, Any]
    mean_train_score: float | None
    n_evaluations: int
    n_failed: int
    n_warned: int
    failure: str = ""
    warning: str = ""


def findings_of(outcome: Outcome) -> list[Finding]:
    """Return the findings about fits and results, in the order of `KINDS`."""
    found = (kind(outcome) for kind in KINDS)
    return [finding for finding in found if finding is not None]


def _best_at_edge(outcome: Outcome) -> Finding | None:
    verdict = outcome.verdict
    if not (names := verdict["at_edge"]):
        return None
    values = ", ".join(f"{name} = {verdict['best']['params'][name]}" for name in names)
    return Finding(
        11,
        "best-at-the-edge",
        "The best candidate lies at the edge of the space",
        WARNING,
        f"{values}; no candidate in the other half of its range is as good",
        "search next_region of verdict.json: it continues beyond this end",
    )


def _no_better_than_a_guess(outcome: Outcome) -> Finding | None:
    if default_is_better(outcome.verdict):
        advice = "search near the parameters of the estimator in the config"
    else:
        advice = "raise n_candidates or widen the space; if that does not help, the features may not be able to predict the target"
    return _no_better(
        outcome,
        "dummy",
        Finding(
            12,
            "no-better-than-a-guess",
            "The best candidate is not shown to be better than a guess",
            WARNING,
            "",
            advice,
        ),
    )


def _no_better_than_default(outcome: Outcome) -> Finding | None:
    return _no_better(
        outcome,
        "default",
        Finding(
            13,
            "no-better-than-the-defaults",
            "The best candidate is not shown to be better than the estimator as written in the config",
            WARNING,
            "",
            "use the estimator as it is, or search near its parameters (change param_distributions)",
        ),
    )


def default_is_better(verdict: dict[str, Any]) -> bool:
    """Return whether no candidate beats the estimator as written in the config."""
    return bool(verdict["better_than_default"] == "no")


def _no_better(outcome: Outcome, baseline: str, finding: Finding) -> Finding | None:
    verdict = outcome.verdict
    state, gain = verdict[f"better_than_{baseline}"], verdict[f"gain_over_{baseline}"]
    best = verdict["best"]["mean_test_score"]
    if state == "no":
        of = verdict["baselines"][baseline]
        evidence = f"mean test {verdict['best']['scorer']} {number(best)}, {baseline} {number(of)}"
        return finding._replace(evidence=evidence)
    if state == "unclear":
        evidence = f"gain over {baseline} {number(gain['estimate'])}, 95 % interval {number(gain['low'])} to {number(gain['high'])}"
        return finding._replace(severity=INFO, evidence=evidence)
    return None


def _train_far_above_test(outcome: Outcome) -> Finding | None:
    train, test = outcome.mean_train_score, outcome.verdict["best"]["mean_test_score"]
    guess = outcome.verdict["baselines"]["dummy"]
    if train is None or guess is None or isinstance(test, str) or isinstance(guess, str):
        return None
    if train <= guess or train - test < LARGE_GAP * (train - guess):
        return None
    return Finding(
        14,
        "train-far-above-test",
        "The best candidate scores far higher on its training samples than on its test samples",
        WARNING,
        f"training score {number(train)}, test score {number(test)}, dummy {number(guess)}",
        "search near the parameters of the estimator in the config"
        if default_is_better(outcome.verdict)
        else "widen the space towards simpler models (more regularisation, smaller trees), or get more samples",
    )


def _many_failures(outcome: Outcome) -> Finding | None:
    return _many(
        outcome.n_failed,
        outcome.n_evaluations,
        MANY_FAILURES,
        Finding(
            15,
            "many-failures",
            "Many evaluations failed",
            WARNING,
            f"failed; most often: {outcome.failure}",
            "see the column error of evaluations.csv; leave out values that cannot be fitted, or raise limits",
        ),
    )


def _many_warnings(outcome: Outcome) -> Finding | None:
    return _many(
        outcome.n_warned,
        outcome.n_evaluations,
        MANY_WARNINGS,
        Finding(
            16,
            "many-warnings",
            "Many evaluations warned",
            WARNING,
            f"warned; most often: {outcome.warning}",
            "see the column warning of evaluations.csv; if fits did not converge, raise max_iter or scale the features",
        ),
    )


def _many(count: int, total: int, share: float, finding: Finding) -> Finding | None:
    if not total or count <= share * total:
        return None
    return finding._replace(evidence=f"{count:,} of {total:,} evaluations {finding.evidence}")


def _few_splits(outcome: Outcome) -> Finding | None:
    verdict = outcome.verdict
    if verdict["n_splits"] >= FEWEST_SPLITS or verdict["n_scored"] < 2:
        return None
    return Finding(
        17,
        "too-few-splits-to-compare",
        "There are too few splits to compare candidates",
        INFO,
        f"n_splits is {verdict['n_splits']}; with fewer than {FEWEST_SPLITS} splits the test of comparison.csv can tell almost nothing",
        f"raise n_splits to {FEWEST_SPLITS} or more",
    )


def number(value: Any) -> str:
    """Return a number of a strict JSON file with four digits."""
    return value if isinstance(value, str) else f"{value:.4g}"


KINDS: list[Callable[[Outcome], Finding | None]] = [
    _best_at_edge,
    _no_better_than_a_guess,
    _no_better_than_default,
    _train_far_above_test,
    _many_failures,
    _many_warnings,
    _few_splits,
]

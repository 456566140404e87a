"""The verdict, its sentences and the findings, for searches that say much and searches that say nothing."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from cvsearch.report.verdict_text import IN_SENTENCES, sentences
from cvsearch.report.words import score_text
from cvsearch.results.findings import KINDS, Outcome, findings_of
from cvsearch.results.statistics.bootstrap import Corrected, Interval
from cvsearch.results.verdict import Search, verdict_of

ROOT = Path(__file__).resolve().parents[3]
SPACE = {"C": {"logspace": [-10, 10, 1001]}, "gamma": {"logspace": [-10, 10, 1001]}}
NOTHING = Interval.none("no predictions were kept")


def interval(estimate, width=0.02):
    return Interval(estimate, estimate - width, estimate + width, 0.95, "BBC-CV", None)


def made(n_candidates, n_splits, hits=0.1, gain=0.8, best=None, **changes):
    """Return the verdict of a made search like the shipped one: few candidates score well, near C = 10^3 and gamma = 10^-3."""
    random = np.random.default_rng(0)
    logs = random.uniform(-10, 10, (n_candidates, 2))
    good = (abs(logs[:, 0] - 3) < 20 * hits) & (abs(logs[:, 1] + 3) < 20 * hits)
    scores = 0.09 + 0.88 * good[:, None] + random.normal(0, 0.005, (n_candidates, n_splits))
    params = [{"C": 10.0**c, "gamma": 10.0**g} for c, g in logs]
    best = int(scores.mean(axis=1).argmax()) if best is None else best
    corrected = Corrected(NOTHING, {"default": NOTHING, "dummy": NOTHING})
    if gain is not None:
        gains = {"default": interval(0.05), "dummy": interval(gain)}
        corrected = Corrected(interval(float(scores[best].mean())), gains)
    search = Search("score", scores, params, best, 0.25, SPACE, baselines={"default": 0.96, "dummy": 0.1})
    search = search._replace(**changes)
    return verdict_of(search, corrected, {"forecast": 0.02, "actual": 0.025})


def test_has_the_keys_of_its_contract_and_is_strict_json():
    found = made(1000, 10)
    assert {
        "best",
        "corrected",
        "gain_over_default",
        "gain_over_dummy",
        "n_indistinguishable",
        "one_standard_error",
    } < set(found)
    assert {"at_edge", "next_region", "core_hours"} < set(found)
    assert set(found["corrected"]) == {"estimate", "low", "high", "level", "method", "reason"}
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    json.dumps(made(2, 1, best=0, scores=np.array([[-np.inf], [np.nan]])), allow_nan=False)


def test_a_better_default_is_the_only_place_that_is_named():
    """The features can predict the target, and the region around the best candidate is not the one to search."""
    scores = np.full((10, 2), 0.083) + np.arange(10)[:, None] * 1e-4
    for found in (made(10, 2, best=9, scores=scores), made(1000, 10)):
        found |= {"better_than_default": "no"}
        findings = [finding._asdict() for finding in findings_of(outcome(found))]
        text = " ".join(sentences(found, findings))
        assert "use the estimator as it is, or search near its parameters" in text
        assert "the features" not in text and "next region" not in text and "where to search next" not in text


def test_ten_candidates_of_which_none_beats_a_guess():
    scores = np.full((10, 2), 0.083) + np.arange(10)[:, None] * 1e-4
    found = made(10, 2, best=9, scores=scores) | {"better_than_default": "unknown"}
    text = " ".join(sentences(found))
    assert "No candidate beats a guess (dummy), which scores 0.1000. The good region has not been found." in text
    assert "Too little is known to say where to search next." in text
    assert "2 splits can tell almost nothing" in text
    assert "To say whether more candidates would help, a search needs at least 5 splits and 20 candidates." in text
    assert found["next_region"] is None
    assert found["at_edge"] == []
    assert "better than" not in text


def test_a_thousand_candidates_say_where_it_is():
    found = made(1000, 2)
    text = " ".join(sentences(found))
    assert "The next region to search is around the best candidate: see next_region in verdict.json." in text
    assert (
        "The best candidate is better than a guess (dummy): the gain is 0.8000 (95 % interval 0.7800 to 0.8200)."
        in text
    )
    (c, gamma) = (found["next_region"][name]["logspace"] for name in ("C", "gamma"))
    assert c[0] < 3 < c[1]
    assert gamma[0] < -3 < gamma[1]
    assert c[1] - c[0] < 8
    assert "2 splits can tell almost nothing. Raise n_splits to 5 or more to compare candidates." in text
    assert "help little" not in text and "may help" not in text
    assert "more candidates from this space would help little" in " ".join(sentences(made(1000, 10)))


def test_many_splits_tell_apart():
    text = " ".join(sentences(made(10_000, 10, hits=0.05)))
    assert re.search(
        r"\d+ of 9,999 other candidates cannot be distinguished from the best one\. With more splits, this number may fall\.",
        text,
    )
    assert "almost nothing" not in text


def test_one_candidate_on_one_split_says_nothing():
    found = made(1, 1, gain=None, baselines={})
    lines = sentences(found)
    assert "There is no corrected score: no predictions were kept." in lines
    assert "The best candidate could not be compared with a guess (dummy)." in lines
    assert found["search_curve"] is None
    assert found["standard_error"] is None
    assert not any("cannot be distinguished" in line for line in lines)


def test_why_the_corrected_score_is_the_one_to_report():
    """The mean is not too high if the corrected score is above it, and a single candidate was not chosen."""
    found = made(100, 5)
    mean = found["best"]["mean_test_score"]
    for n_scored, estimate, end in (
        (100, mean - 0.01, "report this one: the best of many was chosen, so the mean is too high."),
        (100, mean - 1e-9, "report this one: it allows for the choice of the best of many."),
        (100, mean + 0.01, "report this one: it allows for the choice of the best of many."),
        (1, mean - 0.01, "interval 0.0000 to 1.0000)."),
    ):
        corrected = {**found["corrected"], "estimate": estimate, "low": 0.0, "high": 1.0}
        line = sentences(found | {"n_scored": n_scored, "corrected": corrected})[1]
        assert line.startswith("Its corrected score is") and line.endswith(end)
    line = sentences(made(100, 5, gain=None))[1]
    assert line.endswith("The best of many was chosen, so the mean of the best candidate is probably too high.")


def test_half_as_many_candidates_that_do_as_well():
    found = made(100, 5) | {"better_than_default": "no"}
    found["search_curve"] = found["search_curve"] | {"median": found["best"]["mean_test_score"]}
    assert any(line.endswith(", the same as now.") for line in sentences(found))


def test_a_difference_that_is_rounding_is_no_difference():
    best = made(100, 5)["best"]["mean_test_score"]
    for baseline, expected in ((np.nextafter(best, 0), "no"), (best - 1e-6, "yes")):
        found = made(100, 5, baselines={"default": float(baseline), "dummy": 0.1})
        assert found["better_than_default"] == expected


def test_a_gain_that_is_not_certain():
    found = made(100, 5, gain=0.01)
    text = " ".join(sentences(found))
    assert (
        "It is not certain that the best candidate is better than a guess (dummy): the gain is 0.0100 (95 % interval -0.0100 to 0.0300)."
        in text
    )
    assert found["next_region"] is None


def test_every_number_of_the_sentences_stands_in_the_verdict():
    for found in (made(10, 2), made(1000, 10, simplest_by=["C"]), made(50, 5, gain=0.01), made(30, 3, gain=None)):
        known = {"95", "5", "20", "1", *re.findall(r"\d[\d.e-]*", json.dumps(found))}
        numbers = []
        stack = [found]
        while stack:
            value = stack.pop()
            stack += list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers.append(value)
        known |= {text for n in numbers for text in (score_text(n), f"{n:.4g}", f"{n:.3g}", f"{n:,.0f}", str(round(n)))}
        known |= {score_text(n).lstrip("-") for n in numbers} | {f"{found['n_scored'] - 1:,}"}
        for line in sentences(found):
            for number in re.findall(r"(?<![\w.])\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?", line):
                assert number in known, line


@pytest.mark.parametrize("state", ["no", "unclear"])
@pytest.mark.parametrize(
    ("baseline", "id"), [("dummy", "no-better-than-a-guess"), ("default", "no-better-than-the-defaults")]
)
def test_the_sentence_that_states_a_finding_says_what_to_do(baseline, id, state):
    found = made(100, 5) | {f"better_than_{baseline}": state, f"gain_over_{baseline}": interval(0.01)._asdict()}
    findings = [finding._asdict() for finding in findings_of(outcome(found))]
    (finding,) = [finding for finding in findings if finding["id"] == id]
    (line,) = [line for line in sentences(found, findings) if finding["advice"] in line]
    assert line in [f"{plain} What to do: {finding['advice']}." for plain in sentences(found)]


def test_every_finding_that_a_sentence_states_is_one_that_can_be_found():
    nothing = made(10, 2, best=9, scores=np.full((10, 2), 0.08), baselines={"default": 0.9, "dummy": 0.1})
    assert {
        finding.id for finding in findings_of(outcome(nothing | {"at_edge": ["C"]}, mean_train_score=0.1))
    } == IN_SENTENCES


def outcome(found, **changes):
    return Outcome(found, 0.99, 100, 0, 0)._replace(**changes)


def test_a_good_search_has_no_findings():
    assert findings_of(outcome(made(1000, 10))) == []


@pytest.mark.parametrize(
    ("id", "case"),
    [
        ("no-better-than-a-guess", outcome(made(10, 5, best=9, scores=np.full((10, 5), 0.08)))),
        ("no-better-than-a-guess", outcome(made(100, 5, gain=0.01))),
        ("no-better-than-the-defaults", outcome(made(1000, 5, baselines={"default": 0.99, "dummy": 0.1}))),
        ("train-far-above-test", outcome(made(1000, 5), mean_train_score=1.5)),
        ("many-failures", outcome(made(1000, 5), n_failed=6, failure="ValueError: no")),
        ("many-warnings", outcome(made(1000, 5), n_warned=21, warning="ConvergenceWarning: no")),
        ("too-few-splits-to-compare", outcome(made(1000, 4))),
    ],
)
def test_each_finding_has_its_case(id, case):
    (finding,) = [found for found in findings_of(case) if found.id == id]
    assert finding.severity in ("info", "warning", "error")
    assert finding.evidence
    assert finding.advice
    assert re.search(r"\d", finding.evidence)


def test_best_at_the_edge():
    params = [{"C": 10.0**i, "gamma": 1.0} for i in range(-5, 11)]
    scores = np.linspace(0.2, 0.9, 16)[:, None] + np.array([0, 0.01, 0, 0.01, 0])
    found = made(16, 5, scores=scores, params=params, best=15, space={"C": {"logspace": [-5, 10, 16]}, "gamma": [1.0]})
    assert found["at_edge"] == ["C"]
    assert found["next_region"]["C"]["logspace"][1] > 10
    assert found["next_region"]["gamma"] == [1.0]
    (finding,) = [finding for finding in findings_of(outcome(found)) if finding.number == 11]
    assert (finding.id, finding.severity) == ("best-at-the-edge", "warning")
    assert "C lies at the edge of the space" in " ".join(sentences(found))


def test_a_parameter_that_does_not_matter_is_at_no_edge():
    """The best has the last value of tol and no spread over its 2 splits, so that nobody is within one standard error."""
    params = [{"C": 10.0 ** (i // 10), "tol": 10.0 ** (i % 10)} for i in range(100)]
    scores = np.array([[0.95 - abs(i // 10 - 5) * 0.1 - 1e-4 * (9 - i % 10)] * 2 for i in range(100)])
    space = {"C": {"logspace": [0, 9, 10]}, "tol": {"logspace": [0, 9, 10]}}
    found = made(100, 2, scores=scores, params=params, best=59, space=space)
    assert found["standard_error"] == 0
    assert found["at_edge"] == []


def test_findings_stay_silent_without_what_they_need():
    found = made(3, 5, gain=None, baselines={}, best=0, scores=np.full((3, 5), 0.2))
    assert findings_of(Outcome(found, None, 0, 0, 0)) == []


def test_each_kind_has_a_number_of_its_own_and_a_section():
    page = (ROOT / "docs" / "findings.md").read_text()
    cases = [outcome(made(10, 4, best=9, scores=np.full((10, 4), 0.08)), mean_train_score=1.5, n_failed=9, n_warned=90)]
    found = {finding.number: finding for case in cases for finding in findings_of(case)}
    assert len(found) == len(KINDS) - 1  # At the edge has a test of its own.
    for finding in found.values():
        assert f"## {finding.id}\n" in page
    assert "## best-at-the-edge\n" in page

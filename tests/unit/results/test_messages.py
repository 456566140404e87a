"""What merging says of a search: what failed and why, what warned, and what it cost."""

import math

import pytest
from cvsearch.results.evaluations import STATUSES
from cvsearch.results.messages import cost_line, failure_line, missing_line, warning_line

AGAIN = "run the same command with --config retry_failed=3 (keep the other keys of --config, if there are any)"


def test_failures_are_told_with_their_reasons(evaluated):
    assert failure_line(evaluated([[0.5]]), 0) is None
    line = failure_line(evaluated([[0.5, math.nan], [0.5, 0.5]]), 2)
    assert line == "1 of 4 evaluations failed (1 x ValueError: no)", "another try would give the same"


@pytest.mark.parametrize(
    ("status", "error", "advice"),
    [
        ("timeout", "took longer", "; raise limits.seconds to give those that took too long more time"),
        (
            "out_of_memory",
            "needed more",
            "; raise limits.memory_mb, or give the job more memory, for those that needed more",
        ),
        ("killed", "died", f"; to try those that were killed again: {AGAIN}"),
        ("failed", "OSError: no space", f"; to try those again once the cause is gone: {AGAIN}"),
        ("failed", "ModuleNotFoundError: x", f"; to try those again once the cause is gone: {AGAIN}"),
        ("failed", "ValueError: no", ""),
    ],
)
def test_what_can_be_done_about_a_failure_is_told(evaluated, status, error, advice):
    made = evaluated([[0.5, math.nan]])
    made.status[0, 1], made.errors[0, 1] = STATUSES.index(status), error
    assert failure_line(made, 2) == f"1 of 2 evaluations failed (1 x {error}){advice}"


def test_the_three_most_frequent_reasons_are_told(evaluated):
    made = evaluated([[math.nan] * 7])
    made.errors |= {(0, i): f"E: {text}" for i, text in enumerate("abbccdd")}
    assert failure_line(made, 0) == "7 of 7 evaluations failed (2 x E: b; 2 x E: c; 2 x E: d)"


def test_scores_that_are_missing_are_told_apart_from_failures(evaluated):
    made = evaluated([[0.5, 0.5], [0.5, math.nan]])
    assert missing_line(made) is None
    made.reasons = {(0, 0): {"test_r2": "no", "train_r2": "no"}, (0, 1): {"test_r2": "no"}, (1, 1): {"test_r2": "no"}}
    assert missing_line(made) == "2 of 4 evaluations lack a score (2 x r2: no)"


def test_warnings_are_told(evaluated):
    made = evaluated([[0.5, 0.5]])
    assert warning_line(made) is None
    made.warning[0, 1] = "ConvergenceWarning: no"
    assert warning_line(made) == "1 of 2 fits did not converge (1 x ConvergenceWarning: no)"
    made.warning[0, 0] = "UserWarning: hm"
    assert warning_line(made) == ("2 of 2 evaluations warned (1 x ConvergenceWarning: no; 1 x UserWarning: hm)")


def cost(evaluations, seconds, job_seconds, memory_mb=100.0):
    times = {"seconds": seconds, "job_seconds": job_seconds, "ended": 100.0}
    return {"evaluations": evaluations, "memory_mb": memory_mb, **times}


def test_the_share_of_overhead_is_told():
    line = cost_line([cost(10, 1.0, 3.0)] * 39 + [cost(10, 1.0, 3.0, 1234.4), cost(0, 0.0, 9.0, 9000.0)])
    used = "40 jobs used 120.0 s of core time: 33% for evaluations, the rest is overhead"
    assert line == f"{used}; the largest process needed 1,234 MB of memory"
    assert cost_line([cost(380, 38.0, 40.0)]).startswith("1 job used 40.0 s")
    assert cost_line([cost(0, 0.0, 1.0)]) is None

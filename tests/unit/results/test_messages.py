"""What merging says of a search: what failed and why, and what it cost."""

import math

import pytest
from cvsearch.errors import InputError
from cvsearch.results.messages import cost_line, failure_line, side_by_side


def test_failures_are_told_with_their_reasons(evaluated):
    assert failure_line("s", evaluated([[0.5]]), 0) is None
    line = failure_line("s", evaluated([[0.5, math.nan], [0.5, 0.5]]), 2)
    assert (
        line == "1 of 4 evaluations failed (1 x ValueError: no); to try only those again: run the same command with "
        "--config retry_failed=3 (beside the keys already there, if any)"
    )
    with pytest.raises(InputError, match=r"s: all 1 evaluations failed, most often \(1 times\) with ValueError: no"):
        failure_line("s", evaluated([[math.nan]]), 0)
    with pytest.raises(
        InputError, match=r"s: 2 of 4 evaluations failed, on each candidate one at least, most often \(2 times\)"
    ):
        failure_line("s", evaluated([[0.5, math.nan], [0.5, math.nan]]), 0)


def cost(evaluations, seconds, job_seconds, ended=100.0):
    return {"evaluations": evaluations, "seconds": seconds, "job_seconds": job_seconds, "ended": ended}


def test_the_share_of_overhead_and_the_batch_size_that_would_mend_it():
    one_by_one = [cost(10, 1.0, 3.0, 3.0 * i) for i in range(1, 41)]
    line = cost_line(one_by_one, 10, 5000)
    assert line == (
        "33% of 120.0 s of core time was evaluation, the rest was overhead of 40 jobs; batch_size 380 would have been better"
    )
    no_better = "no batch_size would have been much better"
    assert cost_line([cost(380, 38.0, 40.0)], 380, 5000).endswith(no_better)
    assert cost_line(one_by_one, 10, 10).endswith(no_better)
    assert cost_line([cost(0, 0.0, 1.0)], 10, 10) is None


def test_no_batch_size_is_better_that_leaves_a_core_without_a_job():
    pairs = [cost(10, 1.0, 3.0, 3.0 * (i // 2) + 0.1 * (i % 2)) for i in range(40)]
    assert side_by_side(pairs) == 3  # Where one pair follows another they overlap by a little.
    pairs = [cost(10, 1.0, 3.0, 4.0 * (i // 2)) for i in range(40)]
    assert side_by_side(pairs) == 2
    assert "batch_size 200 would" in cost_line(pairs, 10, 5000)
    all_at_once = [cost(10, 1.0, 3.0)] * 40
    assert cost_line(all_at_once, 10, 5000).endswith("no batch_size would have been much better")

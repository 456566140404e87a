"""What merging says of the cost of a search."""

from cvsearch.results.messages import cost_line


def test_the_share_of_overhead_is_told_and_no_advice():
    costs = [{"evaluations": 10, "seconds": 1.0, "job_seconds": 3.0}] * 2
    assert cost_line(costs) == "33% of 6.0 s of core time was evaluation, the rest was overhead of 2 jobs"
    assert cost_line([{"evaluations": 0, "seconds": 0.0, "job_seconds": 1.0}]) is None

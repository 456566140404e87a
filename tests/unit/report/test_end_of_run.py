"""What merging says of the cost of a search."""

from cvsearch.results.messages import cost_line


def test_the_share_of_overhead_is_told_and_no_advice():
    costs = [{"evaluations": 10, "seconds": 1.0, "job_seconds": 3.0, "memory_mb": 1234.5}] * 2
    line = "2 jobs used 6.0 s of core time: 33% for evaluations, the rest is overhead; the largest process needed 1,234 MB of memory"
    assert cost_line(costs) == line
    assert cost_line([{"evaluations": 0, "seconds": 0.0, "job_seconds": 1.0, "memory_mb": 1.0}]) is None

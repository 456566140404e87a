"""What is said of a search at the end of a run, whatever is left of its files."""

from cvsearch.files import write_json
from cvsearch.layout import SearchPaths
from cvsearch.report.summary import summary
from cvsearch.results.messages import cost_line


def test_a_result_is_told_without_its_plan(tmp_path):
    search = SearchPaths.of("svc", tmp_path)
    best = {"candidate": 3, "scorer": "score", "mean_test_score": 0.5, "std_test_score": 0.1, "params": {"C": 1}}
    write_json(search.best, best)
    write_json(search.provenance, {"messages": ["nothing more"]})
    first, params, places, message = summary(search).splitlines()
    assert first == "svc: best is candidate 3 with a mean test score of 0.5000 (std 0.1000)"
    assert (params, message) == ("  C=1", "  nothing more")


def test_the_share_of_overhead_is_told_and_no_advice():
    costs = [{"evaluations": 10, "seconds": 1.0, "job_seconds": 3.0}] * 2
    assert cost_line(costs) == "33% of 6.0 s of core time was evaluation, the rest was overhead of 2 jobs"
    assert cost_line([{"evaluations": 0, "seconds": 0.0, "job_seconds": 1.0}]) is None

"""The lines of progress that a job says."""

import pytest
from cvsearch.candidates.plan import Plan, write_plan
from cvsearch.layout import SearchPaths
from cvsearch.report import reporter as module
from cvsearch.report.reporter import Reporter


@pytest.fixture
def search(tmp_path):
    """Two batches of three and one of one, on two splits; the first one is done on both."""
    search = SearchPaths.of("svc", tmp_path)
    write_plan(search.round(0), Plan(0, 0, 7, 2, 3, "score", None, ["one", "other"], {}, []))
    for split in range(2):
        path = search.round(0).receipt("000000-000002", split)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return search


@pytest.fixture
def said():
    return []


def test_a_line_counts_this_job_and_the_receipts_of_others(search, said):
    report = Reporter(search, 0, "000003-000005", 1, n_tasks=2, say=said.append)
    report(1)
    assert said == [], "the last line is too short a while ago"
    assert report.line() == "svc: 8 of 14 evaluations done; batch 000003-000005, split 1: 1 of 2"
    report(0)
    assert said == ["svc: 9 of 14 evaluations done; batch 000003-000005, split 1: 2 of 2"]


def test_the_own_receipt_of_an_earlier_run_is_not_counted_twice(search, said):
    report = Reporter(search, 0, "000000-000002", 1, n_tasks=1, say=said.append)
    report(0)
    assert said == ["svc: 6 of 14 evaluations done; batch 000000-000002, split 1: 1 of 1"]


def test_a_line_is_said_every_few_seconds(search, said, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    report = Reporter(search, 0, "000003-000005", 0, n_tasks=3, say=said.append)
    for now[0], remaining in ((105.0, 3), (110.0, 2), (115.0, 2), (119.0, 1), (120.0, 1)):
        report(remaining)
    assert [line.rsplit(" ", 3)[1] for line in said] == ["1", "2"]


def test_where_there_are_many_jobs_the_others_are_not_counted(search, said, monkeypatch):
    monkeypatch.setattr(module, "MANY_JOBS", 5)
    report = Reporter(search, 0, "000003-000005", 1, n_tasks=2, say=said.append)
    assert report.line() == "svc: batch 000003-000005, split 1: 0 of 2"

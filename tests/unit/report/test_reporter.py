"""The lines of progress that a job writes."""

import pytest
from cvsearch.report import reporter as module
from cvsearch.report.reporter import Reporter

NAME = "svc: batch 000003-000005, split 1"


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_a_short_job_tells_its_log_and_not_the_console(clock):
    said, noted = [], []
    report = Reporter(NAME, 3, said.append, noted.append)
    for clock[0], remaining in ((110.0, 2), (120.0, 1), (159.0, 0)):
        report(remaining)
    assert said == []
    assert noted == [f"{NAME}: 3 of 3"]


def test_a_long_job_tells_the_console_once_a_minute(clock):
    said, noted = [], []
    report = Reporter(NAME, 2_000, said.append, noted.append)
    for clock[0], remaining in ((159.0, 1_900), (160.0, 1_500), (219.0, 1_000), (221.0, 900), (230.0, 0)):
        report(remaining)
    assert said == [f"{NAME}: 500 of 2,000", f"{NAME}: 1,100 of 2,000"]
    assert noted == [f"{NAME}: 2,000 of 2,000"]

"""What an evaluation may use: on Slurm what its job was granted, where the config says nothing."""

import math
import time

import pytest
from cvsearch.evaluation.limits import CONTROLLER_VARIABLE, START_SECONDS, memory_limit, slurm_limits
from cvsearch.evaluation.worker import run_in_worker

OPEN = {"seconds": None, "memory_mb": None}
GRANTED = {"runtime": 30, "mem_mb": 4000}


@pytest.fixture
def in_job(monkeypatch):
    """Be in a job that was submitted from outside of Slurm."""
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    monkeypatch.setenv(CONTROLLER_VARIABLE, "")


def test_outside_slurm_nothing_is_limited(monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert slurm_limits(OPEN, GRANTED) == (OPEN, math.inf)


def test_half_of_what_the_job_was_granted(in_job):
    limits, deadline = slurm_limits(OPEN, GRANTED)
    assert limits == {"seconds": 900, "memory_mb": 2000}
    assert 0 < deadline - time.monotonic() < 1800


def test_limits_of_the_config_win(in_job):
    assert slurm_limits({"seconds": 5, "memory_mb": 100}, GRANTED) == ({"seconds": 5, "memory_mb": 100}, math.inf)


def test_a_limit_that_the_job_would_not_live_to_enforce_is_lowered(in_job):
    assert slurm_limits({"seconds": 7200, "memory_mb": None}, GRANTED)[0]["seconds"] == 1740


def test_a_local_run_inside_an_allocation_is_granted_nothing(in_job, monkeypatch):
    monkeypatch.setenv(CONTROLLER_VARIABLE, "17")
    assert slurm_limits(OPEN, GRANTED) == (OPEN, math.inf)


def test_a_job_of_no_known_resources_limits_nothing(in_job):
    assert slurm_limits(OPEN, {}) == (OPEN, math.inf)


def test_a_job_of_no_known_length_limits_no_seconds(in_job):
    assert slurm_limits(OPEN, {"mem_mb": 4000}) == ({"seconds": None, "memory_mb": 2000}, math.inf)


def test_the_deadline_leaves_the_time_in_which_the_job_starts(in_job):
    _, deadline = slurm_limits(OPEN, GRANTED)
    assert deadline - time.monotonic() <= 1800 - START_SECONDS


def test_memory_beyond_the_limit_is_refused_and_the_limit_is_lifted_afterwards(tmp_path):
    """In a process of its own: this one may hold free memory that it would take again."""

    def allocate(megabytes, limit):
        with memory_limit(limit):
            try:
                return len(bytearray(megabytes * 1_000_000))
            except MemoryError:
                return "refused"

    def work(begin):
        for megabytes, limit in ((50, 100), (150, 100), (50, 100), (300, None)):
            with (tmp_path / "told").open("a") as file:
                print(allocate(megabytes, limit), file=file)

    run_in_worker(work)
    assert (tmp_path / "told").read_text().split() == ["50000000", "refused", "50000000", "300000000"]

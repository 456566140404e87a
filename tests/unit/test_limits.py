"""What a Slurm job was granted limits its evaluations, where the config does not."""

import math
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from _journal import Journal, key_of
from _limits import granted, is_final

from evaluate import Batch

OPEN = {"seconds": None, "memory_mb": None}
GRANTED = {"runtime": 30, "mem_mb": 4000}


@pytest.fixture
def in_job(monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "17")


def test_outside_slurm_nothing_is_limited(monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert granted(OPEN, GRANTED) == (OPEN, math.inf)


def test_half_of_what_the_job_was_granted(in_job):
    limits, deadline = granted(OPEN, GRANTED)
    assert limits == {"seconds": 900, "memory_mb": 2000}
    assert 0 < deadline - time.monotonic() < 1800


def test_limits_of_the_config_win(in_job):
    assert granted({"seconds": 5, "memory_mb": 100}, GRANTED) == ({"seconds": 5, "memory_mb": 100}, math.inf)


def test_a_limit_that_the_job_would_not_live_to_enforce_is_lowered(in_job):
    assert granted({"seconds": 7200, "memory_mb": None}, GRANTED)[0]["seconds"] == 1740


def test_a_local_run_inside_an_allocation_is_granted_nothing(in_job):
    assert granted(OPEN, {}) == (OPEN, math.inf)


def test_a_death_under_a_limit_of_memory_may_have_been_that_of_the_limit():
    """libsvm, for one, does not look whether it got its memory: SVC dies of SIGSEGV."""
    row = {"status": "killed", "attempt": 0, "limits": {"seconds": None, "memory_mb": 10}}
    assert is_final(row, OPEN | {"memory_mb": 10}, 0)
    assert not is_final(row, OPEN | {"memory_mb": 1000}, 0)
    assert not is_final(row, OPEN, 0)
    assert is_final(row | {"limits": OPEN}, OPEN | {"memory_mb": 1000}, 0)


SEARCH = {"limits": {"seconds": 900, "memory_mb": None}, "retry_failed": 0}


class Immediate:
    """In place of the evaluator: answers at once."""

    shared = SimpleNamespace(prefix=lambda params, estimator: "")
    estimator = None

    def __call__(self, params):
        blank = dict.fromkeys(("error", "train", "fit_time", "score_time", "time"))
        return blank | {"status": "ok", "test": {"score": 0.5}}


@pytest.fixture
def batch(tmp_path):
    """Three candidates, of which the first has a timeout under a lower limit."""
    candidates = [{"candidate": i, "params": {"C": i}} for i in range(3)]
    row = {
        "params": {"C": 0},
        "status": "timeout",
        "limits": {"seconds": 450, "memory_mb": None},
        "attempt": 0,
        "finished": 1.0,
    }
    with Journal(tmp_path) as journal:
        journal.finish(key_of({"C": 0}), row)
    return Batch(candidates, Journal(tmp_path), SEARCH)


def evaluate_all(batch, deadline):
    """Evaluate what is missing and return it in the order in which it was evaluated."""
    started = time.time()
    batch.evaluate(Immediate(), lambda remaining: None, deadline)
    rows = sorted(batch.rows.values(), key=lambda row: row["finished"])
    return [row["params"]["C"] for row in rows if row["finished"] >= started]


def test_a_row_of_a_lower_limit_is_evaluated_again_after_those_without_a_row(batch):
    assert evaluate_all(batch, time.monotonic() + 1000) == [1, 2, 0]


def test_it_stands_where_the_job_has_not_the_time(batch):
    assert evaluate_all(batch, time.monotonic() + 800) == [1, 2]
    assert batch.rows[key_of({"C": 0})]["status"] == "timeout"


def test_the_rows_carry_the_limit(batch):
    evaluate_all(batch, math.inf)
    assert batch.rows[key_of({"C": 1})]["limits"] == SEARCH["limits"]


def test_without_any_limit_it_is_evaluated_again(batch):
    batch.search = {**SEARCH, "limits": OPEN}
    assert evaluate_all(batch, math.inf) == [1, 2, 0]


def test_another_failure_is_tried_again_however_late_it_is(batch):
    batch.search = {**SEARCH, "retry_failed": 1}
    batch.rows[key_of({"C": 0})]["status"] = "failed"
    assert evaluate_all(batch, time.monotonic()) == [1, 2, 0]

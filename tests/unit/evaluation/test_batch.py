"""One batch on one split: what is evaluated, in which order, and what becomes of what goes wrong."""

import math
import os
import signal
import time

import pytest
from cvsearch.evaluation import batch as module
from cvsearch.evaluation.batch import Batch
from cvsearch.evaluation.supervisor import outcome_without_scores, row_of
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from cvsearch.journal.policy import Task

OPEN = {"seconds": None, "memory_mb": None}
SEARCH = {"limits": {"seconds": 900, "memory_mb": None}, "retry_failed": 0, "return_train_score": False}
SETTINGS = [Setting({"C": i}) for i in range(3)]
KEYS = [setting.key for setting in SETTINGS]


def outcome():
    return outcome_without_scores("ok", None, 0.25) | {"test": {"score": 0.5}}


def first_row(outcome, limits):
    """Return the row of the first candidate."""
    return row_of(Task(KEYS[0], *SETTINGS[0], attempt=0), outcome, limits)


class Immediate:
    """In place of the evaluator: answers at once."""

    def prefix(self, params):
        return ""

    def __call__(self, params):
        return outcome()


class Deadly(Immediate):
    """Dies of the first candidate, and of no other."""

    def __call__(self, params):
        if params == SETTINGS[0].params:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome()


class Slow(Immediate):
    """Takes too long for the first candidate."""

    def __call__(self, params):
        if params == SETTINGS[0].params:
            time.sleep(600)
        return outcome()


def batch_of(folder, search=SEARCH):
    return Batch(SETTINGS, Journal(folder), search)


@pytest.fixture
def batch(tmp_path):
    """Three candidates, of which the first has a timeout under a lower limit."""
    timeout = outcome_without_scores("timeout", "took longer than 450 s", 450)
    row = first_row(timeout, {"seconds": 450, "memory_mb": None})
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[0], {**row, "finished": 1.0})
    return batch_of(tmp_path)


def evaluate_all(batch, deadline=math.inf, evaluator=None):
    """Evaluate what remains and return it in the order in which it was evaluated."""
    started = time.time()
    batch.evaluate(evaluator or Immediate(), lambda remaining: None, deadline)
    rows = sorted(batch.history.rows.values(), key=lambda row: row["finished"])
    return [row["params"]["C"] for row in rows if row["finished"] >= started]


def test_a_row_of_a_lower_limit_is_evaluated_again_after_those_without_a_row(batch):
    assert evaluate_all(batch, time.monotonic() + 1000) == [1, 2, 0]


def test_it_stands_where_the_job_has_not_the_time(batch):
    assert evaluate_all(batch, time.monotonic() + 800) == [1, 2]
    assert batch.history.rows[KEYS[0]]["status"] == "timeout"


def test_the_rows_carry_the_limit(batch):
    evaluate_all(batch)
    assert batch.history.rows[KEYS[1]]["limits"] == SEARCH["limits"]


def test_without_any_limit_it_is_evaluated_again(batch):
    batch.terms = batch.terms._replace(limits=OPEN)
    assert evaluate_all(batch) == [1, 2, 0]


def test_another_failure_is_tried_again_however_late_it_is(batch):
    batch.terms = batch.terms._replace(retry_failed=1)
    batch.history.rows[KEYS[0]]["status"] = "failed"
    assert evaluate_all(batch, time.monotonic()) == [1, 2, 0]


def test_a_row_without_train_scores_is_evaluated_again_where_they_are_asked_for(tmp_path):
    evaluate_all(batch_of(tmp_path))
    assert len(batch_of(tmp_path, SEARCH | {"return_train_score": True}).remaining()) == 3
    assert batch_of(tmp_path).remaining() == []


def test_what_is_evaluated_is_in_the_journal_and_nothing_remains(tmp_path):
    batch = batch_of(tmp_path)
    told = []
    batch.evaluate(Immediate(), told.append)
    assert batch.remaining() == []
    assert (told[0], told[-1]) == (3, 0)
    assert Journal(tmp_path).history(SETTINGS) == batch.history
    assert evaluate_all(batch_of(tmp_path)) == []


def test_a_candidate_of_which_two_workers_die_becomes_a_row_and_the_others_are_evaluated(tmp_path):
    batch = batch_of(tmp_path, SEARCH | {"limits": {"seconds": 900, "memory_mb": 100}})
    assert evaluate_all(batch, evaluator=Deadly()) == [0, 1, 2]
    row = Journal(tmp_path).history(SETTINGS).rows[KEYS[0]]
    assert row["status"] == "killed"
    assert row["error"] == "process died of SIGKILL, 2 times under a limit of 100 MB"
    assert row["time"] > 0 and row["test"] is None
    assert Journal(tmp_path).history(SETTINGS).deaths == {KEYS[0]: 0}, "its job lives, so no job died of it"


def test_a_candidate_that_takes_too_long_becomes_a_row_after_one_try(tmp_path):
    batch = batch_of(tmp_path, SEARCH | {"limits": {"seconds": 1, "memory_mb": None}})
    assert evaluate_all(batch, evaluator=Slow()) == [0, 1, 2]
    row = batch.history.rows[KEYS[0]]
    assert (row["status"], row["error"]) == ("timeout", "took longer than 1 s")


def test_a_candidate_of_which_two_jobs_died_becomes_a_row_without_a_try(tmp_path):
    for _ in range(2):
        with Journal(tmp_path) as journal:
            journal.start(KEYS[0])
    batch = batch_of(tmp_path)
    assert evaluate_all(batch, evaluator=Deadly()) == [0, 1, 2]
    row = batch.history.rows[KEYS[0]]
    assert (row["status"], row["error"]) == ("killed", "the whole job died 2 times during this evaluation")


def test_what_another_living_job_is_at_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "WAIT_SECONDS", 0.01)
    batch, told = batch_of(tmp_path), []
    with Journal(tmp_path) as other:
        other.start(KEYS[0])

        def tell(message):
            told.append((message, len(batch.remaining())))
            other.finish(KEYS[0], first_row(outcome(), OPEN))

        batch.wait_for_others(tell)
        assert told == [("another job is at work on it; waiting for its end", 3)]
        assert [task.key for task in batch.remaining()] == KEYS[1:]
        other.start(Setting({"C": "of another batch"}).key)
        batch.wait_for_others(lambda message: pytest.fail("nothing of this batch is in flight"))


def test_the_seconds_of_what_was_evaluated_are_known(tmp_path):
    batch = batch_of(tmp_path)
    tasks = batch.remaining()
    assert batch.seconds_of(tasks) == 0
    evaluate_all(batch)
    assert batch.seconds_of(tasks) == 0.75

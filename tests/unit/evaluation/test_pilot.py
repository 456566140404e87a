"""A few evaluations timed before the search: enough to know, and none that is known to be bad."""

import os
import signal
import time

import pytest
from cvsearch.evaluation import pilot as module
from cvsearch.evaluation.pilot import Times, time_evaluations
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal

SEARCH = {"limits": {"seconds": None, "memory_mb": None}, "retry_failed": 0, "return_train_score": False}
SETTINGS = [Setting({"C": i}) for i in range(4)]
KEYS = [setting.key for setting in SETTINGS]


def outcome(seconds):
    blank = dict.fromkeys(("error", "train", "fit_time", "score_time"))
    return blank | {"status": "ok", "test": {"score": 0.5}, "time": seconds}


def timed(folder, evaluate=lambda params: outcome(0.25), search=SEARCH):
    """Return the times of the pilot, and the candidates that are in the journal afterwards."""
    with Journal(folder) as journal:
        times = time_evaluations(evaluate, SETTINGS, search, journal, prefix=lambda params: "")
    return times, sorted(row["params"]["C"] for row in Journal(folder).history(SETTINGS).rows.values())


def test_every_candidate_is_timed_and_journaled_where_that_takes_no_long(tmp_path):
    assert timed(tmp_path) == (Times([0.25] * 4, []), [0, 1, 2, 3])


def test_what_the_journal_has_counts_and_is_not_evaluated_again(tmp_path):
    timed(tmp_path, lambda params: outcome(0.5))
    found = timed(tmp_path, lambda params: pytest.fail("evaluated again"))
    assert found == (Times([0.5] * 4, []), [0, 1, 2, 3])


def test_no_evaluation_is_begun_once_enough_is_known(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "ENOUGH_SECONDS", 0.1)

    def slow(params):
        time.sleep(0.15)
        return outcome(0.15)

    assert timed(tmp_path, slow) == (Times([0.15], []), [0])


@pytest.mark.parametrize(("cap", "limit"), [(1, None), (1, 60), (60, 1)], ids=["cap", "cap and limit", "limit"])
def test_one_that_takes_too_long_is_stopped_and_takes_at_least_that_long(tmp_path, monkeypatch, cap, limit):
    monkeypatch.setattr(module, "CAP_SECONDS", cap)

    def slow(params):
        time.sleep(10 if params["C"] == 1 else 0)
        return outcome(0.25)

    times, journaled = timed(tmp_path, slow, SEARCH | {"limits": {"seconds": limit, "memory_mb": None}})
    assert journaled == [0, 2, 3], "the search itself says what becomes of it"
    if cap < (limit or 60):
        assert times.seconds == [0.25] * 3
        (stopped,) = times.capped
    else:  # That is what the search will let it take.
        assert times.seconds[:1] + times.seconds[2:] == [0.25] * 3 and times.capped == []
        stopped = times.seconds[1]
    assert 0.2 <= stopped < 5


def test_one_that_its_worker_dies_of_is_tried_once(tmp_path):
    tried = tmp_path / "tried"

    def deadly(params):
        if params["C"] == 1:
            with tried.open("a") as file:
                file.write("x")
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome(0.25)

    times, journaled = timed(tmp_path / "journal", deadly)
    assert journaled == [0, 2, 3]
    assert len(times.seconds) == 4 and times.capped == []
    assert tried.read_text() == "x"


@pytest.mark.parametrize("how", ["died", "stopped"])
def test_one_that_a_job_died_of_or_was_stopped_at_is_not_tried(tmp_path, how):
    with Journal(tmp_path) as journal:
        journal.start(KEYS[1])
        if how == "stopped":
            journal.withdraw(KEYS[1])
    assert timed(tmp_path) == (Times([0.25] * 3, []), [0, 2, 3])


def test_one_that_failed_is_not_tried_again_whatever_the_config_says(tmp_path):
    row = {**SETTINGS[1]._asdict(), **outcome(None), "status": "failed", "attempt": 0, "limits": SEARCH["limits"]}
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[1], row | {"finished": 1.0})
    times, _ = timed(tmp_path, search=SEARCH | {"retry_failed": 3})
    assert times == Times([0.25] * 3, [])


def test_the_mean_leaves_out_the_first_time_where_there_are_others():
    assert Times([9.0, 1.0, 3.0], []).mean() == 2.0
    assert Times([9.0, 1.0], [3.0]).mean() == 2.0
    assert Times([9.0], []).mean() == Times([], [9.0]).mean() == 9.0
    assert Times([], []).mean() == module.CAP_SECONDS

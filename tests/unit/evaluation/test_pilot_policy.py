"""What the pilot times, what it makes of an evaluation that it stops, and how batches are sized by it."""

import time

import pytest
from cvsearch.evaluation import pilot
from cvsearch.evaluation.pilot import Pilot, Times, read_pilot, time_evaluations, write_pilot
from cvsearch.evaluation.predictions import Content
from cvsearch.evaluation.supervisor import outcome_without_scores
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from propose_candidates import batch_size_of

OPEN = {"seconds": None, "memory_mb": None}
AUTO = {"batch_size": "auto"}


class Sleeper:
    """In place of the evaluator: takes as long as its candidate says, and notes which candidates it was given."""

    def __init__(self, trace):
        self.trace = trace

    def __call__(self, params):
        with self.trace.open("a") as file:
            file.write(f"{params['i']}\n")
        time.sleep(params["seconds"])
        outcome = outcome_without_scores("ok", None, params["seconds"])
        return outcome | {"test": {"score": 0.5}, "train": {"score": 0.5}}

    @staticmethod
    def prefix(params):
        return str(params.get("step", ""))

    def begun(self):
        return list(map(int, self.trace.read_text().split())) if self.trace.exists() else []


@pytest.fixture
def run(tmp_path):
    """Return a function that times candidates and returns the times and which candidates were begun, in their order."""

    def timed(candidates, limits=OPEN):
        sleeper = Sleeper(tmp_path / "trace")
        settings = [Setting({"i": i, **candidate}) for i, candidate in enumerate(candidates)]
        search = {"limits": limits, "return_train_score": True}
        with Journal(tmp_path / "journal") as journal:
            times = time_evaluations(sleeper, settings, search, journal, sleeper.prefix)
        return times, sleeper.begun()

    return timed


def test_candidates_are_timed_in_the_order_in_which_they_will_run(run):
    times, begun = run([{"seconds": 0, "step": "b"}, {"seconds": 0, "step": "a"}, {"seconds": 0, "step": "b"}])
    assert begun == [1, 0, 2]
    assert len(times.seconds) == 3 and times.capped == []


def test_what_is_timed_once_is_not_timed_again(run):
    run([{"seconds": 0.01}] * 3)
    times, begun = run([{"seconds": 0.01}] * 5)
    assert begun == [0, 1, 2, 3, 4]
    assert len(times.seconds) == 5


def test_it_ends_when_enough_is_known(run, monkeypatch):
    monkeypatch.setattr(pilot, "ENOUGH_SECONDS", 0.2)
    times, begun = run([{"seconds": 0.15}] * 10)
    assert begun == [0, 1] and times.mean() == 0.15


def test_an_evaluation_that_is_stopped_is_a_lower_bound(run, monkeypatch):
    monkeypatch.setattr(pilot, "CAP_SECONDS", 0.5)
    monkeypatch.setattr(pilot, "ENOUGH_SECONDS", 0.4)
    times, begun = run([{"seconds": 0}, {"seconds": 60}, {"seconds": 0}])
    assert begun == [0, 1], "the second one was at work when it was stopped"
    assert len(times.seconds) == len(times.capped) == 1 and times.capped[0] >= 0.5
    made = Pilot.of(times, Content(0, False))
    assert made.capped == made.evaluations == 1
    assert made.seconds_per_evaluation >= 0.5 and made.seconds is None


def test_an_evaluation_that_hits_the_limit_of_the_config_is_measured(run, monkeypatch):
    monkeypatch.setattr(pilot, "ENOUGH_SECONDS", 0.1)
    times, begun = run([{"seconds": 60}], OPEN | {"seconds": 0.3})
    assert begun == [0] and times.capped == [] and 0.3 <= times.seconds[0] < 60


def stored(path, times):
    """Return the pilot that is read back from its file."""
    made = Pilot.of(times, Content(9, True))
    write_pilot(path, made)
    assert read_pilot(path) == made
    return made


def test_one_candidate_makes_a_batch_where_nobody_knows_how_long_it_takes(tmp_path):
    timed = stored(tmp_path / "pilot.json", Times([0.1], [30.0]))
    size, (message,) = batch_size_of(AUTO, [Setting({"a": 1})], timed, 600)
    assert size == 1
    assert message == (
        "the pilot stopped an evaluation after 30 s, so the time of an evaluation is not known; each job evaluates one candidate, "
        "unless batch_size says otherwise"
    )
    assert batch_size_of({"batch_size": 7}, [], None, 600) == (7, [])


def test_a_batch_fills_its_seconds_however_many_candidates_there_are(tmp_path):
    timed = stored(tmp_path / "pilot.json", Times([9.0, 0.5, 0.5], []))
    sizes = {batch_size_of(AUTO, [Setting({"a": i}) for i in range(n)], timed, 20)[0] for n in (1, 10, 1000)}
    assert sizes == {40}

"""Each way in which one candidate can fail, at each place of a batch: a row, and nothing else is hurt."""

import json
from collections import Counter

import jobs
import pytest

FAULTS = {
    "raise": ("failed", "ValueError: no fit today"),
    "score_raises": ("failed", "RuntimeError: no prediction today"),
    "nan": ("failed", "the scorer returned NaN"),
    "sys_exit": ("failed", "SystemExit: 3"),
    "os_exit": ("killed", "process ended itself with exit status 3, 2 times"),
    "os_exit_0": ("killed", "process ended itself with exit status 0, 2 times"),
    "segfault": ("killed", "process died of SIGSEGV, 2 times"),
    "sigkill": ("killed", "process died of SIGKILL, 2 times"),
    "memory": ("out_of_memory", "needed more than 500 MB of memory"),
    "hang": ("timeout", "took longer than 1 s"),
}
# Those that are fitted, and have no score.
UNSCORED = ("score_raises", "nan")
LIMITS = {"seconds": 1, "memory_mb": 500}
N = 5
PLACES = (0, 2, N - 1)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What a batch of N sound candidates gives."""
    folder = tmp_path_factory.mktemp("undisturbed")
    jobs.prepare(folder, [{"value": i} for i in range(N)])
    job = jobs.Job(folder)
    job.run()
    return jobs.scores(job.rows())


@pytest.mark.parametrize("fault", FAULTS)
def test_bad_candidates_hurt_only_themselves(tmp_path, undisturbed, fault):
    """At the first place of a batch, in its middle, and at its last."""
    candidates = [{"value": i} for i in range(N)]
    for place in PLACES:
        candidates[place]["fault"] = fault
    jobs.prepare(tmp_path, candidates)
    job = jobs.Job(tmp_path, LIMITS)
    job.run()

    status, reason = FAULTS[fault]
    deaths = 2 if status == "killed" else 1
    assert Counter(tuple(words[2:]) for words in job.events("fault")) == {(str(p), fault): deaths for p in PLACES}
    assert len(job.events("fit")) == N + (deaths - 1) * len(PLACES)
    rows = job.rows()
    for place in PLACES:
        unscored = fault in UNSCORED
        assert (rows[place]["status"], rows[place]["test"]) == (status, {"score": None} if unscored else None)
        told = rows[place]["reasons"]["test_score"] if unscored else rows[place]["error"]
        assert told.startswith(reason)
        assert 0 < rows[place]["time"] < 60
    sound = [i for i in range(N) if i not in PLACES]
    assert [jobs.scores(rows)[i] for i in sound] == [undisturbed[i] for i in sound]
    assert jobs.survivors(job.events("fit")) == []


def test_a_worker_killed_once_costs_a_repetition_and_no_row(tmp_path, undisturbed):
    candidates = [{"value": i} for i in range(N)]
    candidates[2] |= {"fault": "sigkill", "fault_once": str(tmp_path / "happened")}
    jobs.prepare(tmp_path, candidates)
    job = jobs.Job(tmp_path)
    job.run()
    assert len(job.events("fault")) == 1
    assert len(job.events("fit")) == N + 1
    assert jobs.scores(job.rows()) == undisturbed


def test_a_candidate_that_takes_its_whole_job_down_twice_becomes_a_row(tmp_path, undisturbed):
    candidates = [{"value": i} for i in range(N)]
    candidates[1]["fault"] = "kill_job"
    jobs.prepare(tmp_path, candidates)
    job = jobs.Job(tmp_path)
    for _ in range(2):
        assert job.run(check=False)[0] == -9
        assert not job.receipt.exists()
    job.run()
    assert len(job.events("fault")) == 2
    row = job.rows()[1]
    assert (row["status"], row["error"]) == ("killed", "the whole job died 2 times during this evaluation")
    assert len(job.events("fit")) == N + 1, "after its first death the suspect came last, all else was done once"
    sound = [row for row in jobs.scores(job.rows()) if row[0] != 1]
    assert sound == [row for row in undisturbed if row[0] != 1]
    assert jobs.survivors(job.events("fit")) == []


def test_a_raised_limit_evaluates_again_only_what_had_hit_it(tmp_path):
    candidates = [{"value": 0}, {"value": 1, "seconds": 1.5}, {"value": 2, "fault": "raise"}]
    jobs.prepare(tmp_path, candidates)
    jobs.Job(tmp_path, {"seconds": 1}).run()
    job = jobs.Job(tmp_path, {"seconds": 1})
    assert [row["status"] for row in job.rows()] == ["ok", "timeout", "failed"]
    fits = len(job.events("fit"))
    jobs.Job(tmp_path, {"seconds": 0.5}).run()
    assert len(job.events("fit")) == fits, "a lower limit evaluates nothing"
    jobs.Job(tmp_path, {"seconds": 30}).run()
    assert [words[2] for words in job.events("fit")[fits:]] == ["1"]
    assert [row["status"] for row in job.rows()] == ["ok", "ok", "failed"]


def test_retry_failed_tries_only_failures_again_and_keeps_the_success(tmp_path):
    candidates = [
        {"value": 0},
        {"value": 1, "fault": "raise", "fault_once": str(tmp_path / "once")},
        {"value": 2, "fault": "raise"},
    ]
    jobs.prepare(tmp_path, candidates)
    job = jobs.Job(tmp_path)
    job.run()
    assert [row["status"] for row in job.rows()] == ["ok", "failed", "failed"]
    jobs.Job(tmp_path, retry_failed=1).run()
    assert [row["status"] for row in job.rows()] == ["ok", "ok", "failed"]
    assert [words[2] for words in job.events("fit")] == ["0", "1", "2", "1", "2"]
    jobs.Job(tmp_path).run()
    assert [row["status"] for row in job.rows()] == ["ok", "ok", "failed"]
    assert len(job.events("fit")) == 5


def test_a_job_with_nothing_left_imports_no_scikit_learn(tmp_path):
    jobs.prepare(tmp_path, [{"value": i} for i in range(3)])
    job = jobs.Job(tmp_path)
    job.run()
    job.receipt.unlink()
    poisoned = tmp_path / "poison"
    (poisoned / "sklearn").mkdir(parents=True)
    (poisoned / "sklearn/__init__.py").write_text("raise SystemError('scikit-learn was imported')")
    job.run(path=[poisoned])
    assert len(job.rows()) == 3
    receipt = json.loads(job.receipt.read_text().splitlines()[1])
    assert receipt["cost"]["evaluations"] == 0


def test_the_receipt_tells_what_the_job_computed(tmp_path):
    jobs.prepare(tmp_path, [{"value": 0}, {"value": 1, "fault": "raise"}])
    job = jobs.Job(tmp_path)
    job.run()
    head, receipt = map(json.loads, job.receipt.read_text().splitlines())
    assert head["rows"] == 1
    assert set(receipt) == {"batch_sha256", "identity", "cost"}
    assert receipt["batch_sha256"] == json.loads(job.batch.read_text().splitlines()[0])["sha256"]
    assert receipt["cost"]["evaluations"] == 2
    assert receipt["cost"]["seconds"] == pytest.approx(sum(row["time"] for row in job.rows()))
    assert receipt["cost"]["job_seconds"] > receipt["cost"]["seconds"]
    assert receipt["cost"]["memory_mb"] > 10, "Python alone needs more"

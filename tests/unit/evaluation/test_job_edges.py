"""What a job knows of the other jobs, of its signals and of what it was granted."""

import math
import multiprocessing
import os
import signal
import subprocess
import sys
import time

import pytest
from cvsearch.evaluation import batch as batch_module
from cvsearch.evaluation import limits
from cvsearch.evaluation.batch import Batch
from cvsearch.evaluation.supervisor import outcome_without_scores
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal

SETTINGS = [Setting({"i": i}) for i in range(3)]
SEARCH = {"limits": {"seconds": None, "memory_mb": None}, "retry_failed": 0, "return_train_score": True}


class Slow:
    """In place of the evaluator: as that one does, it makes a failed row of whatever a fit raises."""

    def __init__(self, folder, seconds=0.0):
        self.folder, self.seconds = folder, seconds

    def __call__(self, params):
        (self.folder / f"begun-{params['i']}").write_text(str(os.getpid()))
        try:
            time.sleep(self.seconds)
        except BaseException as error:
            return outcome_without_scores("failed", repr(error))
        return outcome_without_scores("ok", None, self.seconds) | {"test": {"score": 0.5}, "train": {"score": 0.5}}

    @staticmethod
    def prefix(params):
        return ""


def wait_until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def hold(folder, n_finished=0, pause=0.0):
    """Be a job that finishes some of its evaluations, begins one more, and hangs in it."""
    with Journal(folder) as journal:
        for setting in SETTINGS[:n_finished]:
            journal.start(setting.key)
            time.sleep(pause)
            row = outcome_without_scores("ok", None, pause) | {"test": {}, "train": {}, "attempt": 0, "finished": 1.0}
            journal.finish(setting.key, {**row, **setting._asdict(), "limits": SEARCH["limits"]})
        journal.start(SETTINGS[n_finished].key)
        time.sleep(600)


@pytest.fixture
def holder(tmp_path):
    """Return a function that starts such a job and waits until its lock is held."""
    jobs = []

    def start(*arguments):
        jobs.append(multiprocessing.get_context("fork").Process(target=hold, args=(tmp_path, *arguments)))
        jobs[-1].start()
        wait_until(lambda: Journal(tmp_path).at_work())

    yield start
    for job in jobs:
        job.kill()
        job.join()


def test_a_job_that_hangs_is_waited_for_no_longer_than_so(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(batch_module, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(batch_module, "WAIT_SECONDS", 0.1)
    holder()
    batch, messages, started = Batch(SETTINGS, Journal(tmp_path), SEARCH), [], time.monotonic()
    batch.wait_for_others(messages.append)
    assert 1 <= time.monotonic() - started < 30
    assert list(Journal(tmp_path).at_work()) == [SETTINGS[0].key], "the other one holds its lock to the end"
    assert messages == [
        "another job is at work on it; waiting for its end",
        "the other job has finished nothing in 1 s; evaluating here too",
    ]
    batch.evaluate(Slow(tmp_path), lambda remaining: None)
    assert batch.remaining() == []


def test_a_job_that_gets_on_is_waited_for(tmp_path, holder, monkeypatch):
    monkeypatch.setattr(batch_module, "PATIENCE_SECONDS", 1.5)
    monkeypatch.setattr(batch_module, "WAIT_SECONDS", 0.1)
    holder(2, 1.0)
    batch, started = Batch(SETTINGS, Journal(tmp_path), SEARCH), time.monotonic()
    batch.wait_for_others(lambda message: None)
    assert [task.key for task in batch.remaining()] == [SETTINGS[2].key]
    assert time.monotonic() - started > 3


JOB = """
import sys
from pathlib import Path
from test_job_edges import SEARCH, SETTINGS, Slow
from cvsearch.evaluation.batch import Batch
from cvsearch.journal.journal import Journal
folder = Path(sys.argv[1])
Batch(SETTINGS, Journal(folder), SEARCH).evaluate(Slow(folder, float(sys.argv[2])), lambda remaining: None)
"""


def start_job(folder, seconds):
    path = os.pathsep.join([os.path.dirname(__file__), *sys.path])
    command = [sys.executable, "-c", JOB, str(folder), str(seconds)]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, start_new_session=True)


def worker_of(folder):
    wait_until(lambda: (folder / "begun-0").exists() and (folder / "begun-0").read_text())
    return int((folder / "begun-0").read_text())


def journaled(folder):
    history = Journal(folder).history(SETTINGS)
    return [row["status"] for row in history.rows.values()], history.deaths


def test_a_worker_whose_terminal_hangs_up_goes_on(tmp_path):
    job = start_job(tmp_path, 1.0)
    os.kill(worker_of(tmp_path), signal.SIGHUP)
    assert (tmp_path / "begun-1").exists() is False, "it was in its first fit"
    assert job.wait(60) == 0
    assert journaled(tmp_path) == (["ok"] * 3, {})


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_processes_of_a_job_is_nobodys_failure(tmp_path, number):
    job = start_job(tmp_path, 600)
    worker = worker_of(tmp_path)
    for group in (worker, job.pid):  # The worker first: the supervisor may see it die before it gets its own signal.
        os.killpg(group, number)
    assert job.wait(60) not in (0, None)
    wait_until(lambda: not Journal(tmp_path).at_work())
    assert journaled(tmp_path) == ([], {SETTINGS[0].key: 0}), "given up in good order"


def test_every_kind_of_parallel_work_uses_the_threads_of_the_job(tmp_path):
    code = """
from cvsearch.console import job
with job("log", 1):
    import joblib
    counts = [joblib.cpu_count(), joblib.cpu_count(only_physical_cores=True)]
    for backend in ("loky", "threading", "multiprocessing"):
        with joblib.parallel_config(backend):
            counts += [joblib.effective_n_jobs(-1)]
    print(set(counts))
"""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=True)
    assert (tmp_path / "log").read_text() == "{1}\n"


OPEN = {"seconds": None, "memory_mb": None}
RESOURCES = {"runtime": 30, "mem_mb": 4000}


@pytest.mark.parametrize(
    ("own", "controllers", "submitted"),
    [("17", "17", False), (None, "", False), ("18", "17", True), ("18", "", True), ("18", None, True)],
    ids=["local in an allocation", "local", "submitted from an allocation", "submitted", "submitted without environment"],
)  # fmt: skip
def test_only_a_submitted_job_takes_limits_from_slurm(monkeypatch, own, controllers, submitted):
    for name, value in (("SLURM_JOB_ID", own), (limits.CONTROLLER_VARIABLE, controllers)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    found, deadline = limits.slurm_limits(OPEN, RESOURCES)
    assert found == ({"seconds": 900, "memory_mb": 2000} if submitted else OPEN)
    assert (deadline < math.inf) == submitted


def test_shared_arrays_of_jobs_side_by_side_fit_into_memory(monkeypatch):
    def budget():
        limits.shared_memory_bytes.cache_clear()
        return limits.shared_memory_bytes()

    try:
        monkeypatch.delenv("SLURM_JOB_ID", raising=False)
        monkeypatch.setattr(limits, "cgroup_memory_bytes", lambda: 8e9)
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(16))
        assert 0 < budget() <= 8e9 / 2 / 16
        monkeypatch.setenv("SLURM_JOB_ID", "18")
        monkeypatch.setenv("SLURM_MEM_PER_NODE", "4000")
        assert budget() == 1e9
    finally:
        limits.shared_memory_bytes.cache_clear()


def test_distances_beyond_the_budget_are_not_shared(monkeypatch):
    from cvsearch.evaluation.shortcuts import distances
    from sklearn.datasets import load_iris

    X = load_iris().data
    assert distances.Distances.of(X[:100], X[:100], X[100:]) is not None
    monkeypatch.setattr(distances, "shared_memory_bytes", lambda: 16 * 100 * 150 - 1)
    assert distances.Distances.of(X[:100], X[:100], X[100:]) is None

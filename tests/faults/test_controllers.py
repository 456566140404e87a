"""Deaths of Snakemake itself, and changes between two runs: nothing missing, nothing twice, the same digest."""

import os
import random
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from cvsearch.data.dataset import read_about
from cvsearch.data.splits import load_split, read_split_about, write_split
from cvsearch.layout import split_paths
from jobs import is_running
from tabular import KINDS
from workflow_runs import ROOT, Workdir, environment

N = 8
CONFIG = {
    "dataset": {"loader": "sklearn.datasets.load_iris"},
    "n_candidates": N,
    "batch_size": N,
    "trusted_modules": ["faulty"],
    "searches": [
        {
            "name": "tree",
            "estimator": {"faulty.FaultyClassifier": {"seconds": 0.25}},
            "param_distributions": {"value": {"range": [0, 1000]}},
        }
    ],
}
MOMENTS = int(os.environ.get("CVSEARCH_MOMENTS", "1"))


def fits(workdir):
    trace = workdir.path / "trace"
    return [line.split() for line in trace.read_text().splitlines()] if trace.exists() else []


def env(workdir):
    modules = os.pathsep.join(map(str, (Path(__file__).parent, ROOT / "tests")))
    return environment(PYTHONPATH=modules, FAULTY_TRACE=str(workdir.path / "trace"))


def merge(workdir, *arguments, **kwargs):
    return workdir.merge(*arguments, env=env(workdir), **kwargs)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The search with its data, splits and candidates drawn, to copy."""
    workdir = Workdir(tmp_path_factory.mktemp("prepared"))
    workdir.write("config.yaml", CONFIG)
    workdir.snakemake("results/tree/candidates/0", env=env(workdir))
    return workdir.path


@pytest.fixture
def workdir(prepared, tmp_path):
    """A copy of it."""
    shutil.copytree(prepared, tmp_path / "search")
    return Workdir(tmp_path / "search")


@pytest.fixture(scope="module")
def undisturbed(prepared, tmp_path_factory):
    """The digest of the search when nothing happens."""
    workdir = Workdir(shutil.copytree(prepared, tmp_path_factory.mktemp("undisturbed") / "search"))
    merge(workdir)
    assert len(fits(workdir)) == 2 * N
    return workdir.digest()


def started(workdir, n_fits):
    """Start a run in a process group of its own and wait until so many fits have begun."""
    log = (workdir.path / "first.log").open("w")
    command = workdir.command("results/tree/best.json")
    process = subprocess.Popen(command, env=env(workdir), stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + 120
    while len(fits(workdir)) < n_fits:
        assert process.poll() is None, (workdir.path / "first.log").read_text()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return process


def gone(pids):
    deadline = time.monotonic() + 30
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline, f"still running: {[pid for pid in pids if is_running(pid)]}"
        time.sleep(0.05)


def finish(workdir):
    """Unlock and run to the end, as the README says to do after a kill."""
    locked = merge(workdir, check=False)
    assert locked.returncode != 0 and "--unlock" in locked.output
    workdir.snakemake("--unlock")
    return merge(workdir)


@pytest.mark.parametrize("n_fits", sorted(random.Random("group").sample(range(1, 2 * N - 2), MOMENTS)))
def test_the_whole_process_group_killed(workdir, undisturbed, n_fits):
    process = started(workdir, n_fits)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -9
    gone({int(words[0]) for words in fits(workdir)})
    begun = len(fits(workdir))
    finish(workdir)
    assert len(fits(workdir)) <= 2 * N + 2, "at most the two evaluations in flight were repeated"
    assert begun < 2 * N
    assert workdir.digest() == undisturbed


@pytest.mark.parametrize("n_fits", sorted(random.Random("controller").sample(range(1, 2 * N - 4), MOMENTS)))
def test_the_controller_killed_alone_while_its_jobs_live_on(workdir, undisturbed, n_fits):
    process = started(workdir, n_fits)
    process.kill()
    assert process.wait() == -9
    survivors = {int(words[0]) for words in fits(workdir) if is_running(int(words[0]))}
    assert survivors, "its jobs live on"
    finish(workdir)
    assert len(fits(workdir)) == 2 * N, "the new one's jobs waited for the old one's"
    assert len(workdir.table("evaluations")) == 2 * N
    assert workdir.digest() == undisturbed
    gone({int(words[0]) for words in fits(workdir)})


def test_two_controllers_at_once(workdir, undisturbed):
    process = started(workdir, 3)
    process.send_signal(signal.SIGSTOP)  # So that it has not ended when the second one begins.
    second = merge(workdir, check=False)
    process.send_signal(signal.SIGCONT)
    assert second.returncode != 0
    assert "--unlock" in second.output and "cannot be locked" in second.output
    assert process.wait(120) == 0
    assert len(fits(workdir)) == 2 * N
    assert workdir.digest() == undisturbed


def test_snakemake_stopped_in_good_order(workdir, undisturbed):
    process = started(workdir, 5)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    gone({int(words[0]) for words in fits(workdir)})
    merge(workdir)
    assert len(fits(workdir)) <= 2 * N + 2
    assert workdir.digest() == undisturbed


@pytest.mark.parametrize("kind", KINDS)
def test_tables_sparse_data_and_groups_survive_a_kill_and_grow(tmp_path, kind):
    keys, prepare = KINDS[kind]
    estimator = [{"prepare": prepare}, {"tree": {"faulty.SlowTree": {"seconds": 0.25}}}]
    space = {"tree__min_samples_leaf": {"range": [1, 30]}}
    search = {"name": "tree", "estimator": estimator, "param_distributions": space}
    killed, quiet = Workdir(tmp_path / "killed"), Workdir(tmp_path / "quiet")
    config = CONFIG | keys | {"trusted_modules": ["faulty", "tabular"], "searches": [search]}
    killed.write("config.yaml", config)
    killed.snakemake("results/tree/candidates/0", env=env(killed))
    shutil.copytree(killed.path, quiet.path)
    merge(quiet)

    process = started(killed, N)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -9
    gone({int(words[0]) for words in fits(killed)})
    assert N <= len(fits(killed)) < 2 * N
    finish(killed)
    assert len(fits(killed)) <= 2 * N + 2, "at most the two evaluations in flight were repeated"
    assert killed.digest() == quiet.digest()
    assert killed.table()["mean_test_score"].nunique() > 1, "the scores depend on the samples"

    grown = merge(killed, "--config", f"n_candidates={N + 4}", "n_splits=3")
    assert grown.evaluated == (N + 4) * 3 - 2 * N
    assert grown.jobs["prepare_dataset"] == 0
    assert len(killed.table("evaluations")) == (N + 4) * 3


OWN = """
import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from own_parts import SHIFT

class Own(ClassifierMixin, BaseEstimator):
    def __init__(self, value=0):
        self.value = value

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return self.classes_[(np.arange(len(X)) + self.value + SHIFT) % len(self.classes_)]

def data():
    return np.arange(60.0).reshape(-1, 2), np.arange(30) % 3
"""


def test_what_changes_between_two_runs_is_evaluated_again_and_nothing_else(tmp_path):
    workdir = Workdir(tmp_path)
    own = {"dataset": {"loader": "own_data.data"}, "trusted_modules": ["own", "own_parts", "own_data", "own_other"]}
    search = {"name": "tree", "estimator": "own.Own", "param_distributions": {"value": {"range": [0, 9]}}}
    workdir.write("config.yaml", CONFIG | own | {"n_candidates": 6, "batch_size": 6, "searches": [search]})
    workdir.write("own.py", OWN)
    workdir.write("own_parts.py", "SHIFT = 0\n")
    workdir.write("own_data.py", "from own import data\n")
    workdir.write("own_other.py", "")
    assert workdir.merge().evaluated == 12
    digest = workdir.digest()

    workdir.write("own_other.py", "# nothing in the search rests on this\n")
    assert not workdir.merge().jobs["evaluate"]

    workdir.write("own_parts.py", "SHIFT = 1\n")
    assert workdir.merge().evaluated == 12, "a module that the estimator's module imports"
    assert workdir.digest() != digest

    workdir.write("own_parts.py", "SHIFT = 0\n")
    back = workdir.merge()
    assert (back.jobs["evaluate"], back.evaluated) == (2, 0), "the journal remembers"
    assert workdir.digest() == digest

    memory = workdir.path / ".snakemake"
    memory.rename(memory.with_name("elsewhere"))
    workdir.write("own_parts.py", "SHIFT = 2\n")
    refused = workdir.merge(check=False)
    assert "--forcerun prepare_dataset" in refused.last_lines, "without Snakemake's memory, too"
    workdir.write("own_parts.py", "SHIFT = 0\n")
    shutil.rmtree(memory)
    memory.with_name("elsewhere").rename(memory)

    positions, about = split_paths(1, workdir.path / "results")
    train, test = load_split(positions, read_split_about(about)["sha256"])
    write_split((positions, about), train[:-1], test, read_about(workdir.path / "results/dataset")["sha256"])
    assert workdir.merge().evaluated == 6, "the other split stands"

    workdir.write(
        "own_data.py", "from own import data as before\n\ndef data():\n    X, y = before()\n    return X + 1, y\n"
    )
    assert workdir.merge().evaluated == 12

import fcntl
import os
import pickle
import shutil
import signal

import pytest
import workflow_runs
import yaml
from workflow_runs import ROOT, TINY


def pytest_configure():
    # More processes run tests than there are cores: threads that wait for each other there take ten times as long as one thread.
    for library in ("OMP", "OPENBLAS"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    # A fresh clone has no compiled modules. Each of a thousand jobs would compile the package again.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # A test run in the background inherits that Ctrl-C is ignored, one behind nohup that a hang-up is, and so would all
    # that it starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture
def tiny():
    """A config to change and run."""
    return yaml.safe_load(yaml.safe_dump(TINY))


@pytest.fixture
def workdir(tmp_path):
    """A working directory with a config of its own, run by `workdir.snakemake(...)`."""
    return workflow_runs.Workdir(tmp_path)


@pytest.fixture(scope="session")
def _finished(tmp_path_factory):
    """The tiny search, run once for all processes that run tests."""
    of_all = (
        tmp_path_factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else tmp_path_factory.getbasetemp()
    )
    workdir, said = workflow_runs.Workdir(of_all / "finished"), of_all / "finished.pickle"
    with open(of_all / "finished.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            workdir.write("config.yaml", TINY)
            said.write_bytes(pickle.dumps(workdir.snakemake()))
    workdir.run = pickle.loads(said.read_bytes())
    return workdir


@pytest.fixture
def finished(_finished, tmp_path):
    """A working directory in which the tiny search has run to its end, with what that run said in `.run`."""
    shutil.copytree(_finished.path, tmp_path / "finished")
    workdir = workflow_runs.Workdir(tmp_path / "finished")
    workdir.run = _finished.run
    return workdir


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """The workflow as a user clones it: what git tracks, without results."""
    target = tmp_path_factory.mktemp("clone") / "cvsearch"
    for path in workflow_runs.tracked_files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, target / path)
    return target

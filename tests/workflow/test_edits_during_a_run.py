"""Who edits a config file while a run goes on changes the next run, and not this one."""

import os
import subprocess
import time
from pathlib import Path

import faulty
from workflow_runs import environment

# Each job is a process that reads the Snakefile again, as on a cluster.
PROCESSES = ["--executor", "processes", "--jobs", "2", "--seconds-between-status-checks", "1"]


def test_a_config_edited_during_a_run_changes_the_next_one(workdir, tiny):
    sleeper = {"faulty.FaultyClassifier": {"seconds": 0.5}}
    search = {"name": "tree", "estimator": sleeper, "param_distributions": {"value": {"range": [0, 99]}}}
    config = tiny | {"trusted_modules": ["faulty"], "n_candidates": 3, "batch_size": 3, "searches": [search]}
    workdir.write("config/config.yaml", config)
    modules = os.pathsep.join([str(Path(__file__).parent / "executors"), str(Path(faulty.__file__).parent)])
    trace = workdir.path / "trace"
    env = environment(PYTHONPATH=modules, FAULTY_TRACE=str(trace))
    target = "results/tree/provenance.json"

    command = workdir.command(target, *PROCESSES, config=None)
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        deadline = time.monotonic() + 120
        while not trace.exists():
            assert process.poll() is None, process.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        workdir.write("config/config.yaml", config | {"random_state": 5, "n_candidates": 2, "scoring": "f1_macro"})
        said = process.communicate()[0]
    assert process.returncode == 0, said
    assert workdir.provenance()["config"]["random_state"] == 0
    assert len(workdir.table()) == 3
    assert len(list((workdir.path / "results/tree/journal").iterdir())) == 2, "one identity for each split"

    edited = workdir.snakemake(target, "--dry-run", config=None, env=env)
    assert "propose_candidates" in edited.output
    workdir.write("config/config.yaml", config)
    assert "Nothing to be done" in workdir.snakemake(target, "--dry-run", config=None, env=env).output

"""Searches on a real Slurm, undisturbed and with faults.

Each test of a fault asserts that it happened, and that the results are those of a local run. One file, because all share one
Slurm, and workers of the test run take whole files.
"""

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import time

import pytest
import yaml
from slurm_searches import SMALL, Search, sleepers
from tabular import KINDS
from virtual_slurm import output_of, processes_of
from workflow_runs import ROOT

pytestmark = pytest.mark.cluster


def nodes_of(jobs):
    listed = ",".join(jobs)
    return set(output_of("squeue", "--noheader", "--states=all", "--jobs", listed, "--format=%N").split())


@pytest.fixture(scope="module")
def past_its_time(slurm, tmp_path_factory):
    """A search whose job runs out of time. Slurm looks every half minute, so that takes minutes in which other tests run."""
    run = Search(tmp_path_factory.mktemp("past-its-time"), sleepers(seconds=16, n_splits=1, limits={"seconds": 100}))
    run.draw_candidates()
    run.submit("--set-resources", "evaluate:runtime=1*attempt", "evaluate:mem_mb=1500")
    yield run
    run.stop()


@pytest.mark.usefixtures("past_its_time")
def test_the_shipped_search(search, tmp_path):
    config = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    run = search(config)
    run.submit(targets=["results/svc/verdict.json"])
    local = Search(tmp_path / "local", config)
    local.run_locally(local.merged)
    run.finish(400)
    assert len(run.jobs("evaluate")) == 2, "one submission per batch and split"
    assert len(run.jobs()) == len(set(run.jobs()))
    assert nodes_of(run.jobs("evaluate")) <= {"node1", "node2"}, "one may be done before the other is submitted"
    assert set(re.findall(r"/rule_(\w+)", run.log)) >= {"prepare_dataset", "time_pilot"}, (
        "heavy rules are no local rules"
    )
    plan = json.loads((run.results / "candidates" / "0" / "plan.json").read_text())
    local_plan = json.loads((local.results / "candidates" / "0" / "plan.json").read_text())
    assert plan["batch_size"] > 5 * local_plan["batch_size"] or plan["batch_size"] == 5000
    assert run.digest() == local.digest()
    assert run.log.count("svc: 20 evaluations (10 candidates x 2 splits)") == 1, (
        "jobs have no console, the controller has"
    )
    assert "s of core time: " in run.log


# Splits of six batches each; 1 has more batches than the nodes have room for.
N_SPLITS = int(os.environ.get("CVSEARCH_SPLITS", "1"))


def test_many_batches_at_once(search, local_digest, record_property):
    n_batches = 6 * N_SPLITS
    run = search(sleepers(batch_size=1, n_splits=N_SPLITS))
    run.draw_candidates()
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run.submit("--set-resources", "evaluate:mem_mb=1500", targets=[run.merged])
    run.finish(400)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {
        "seconds from start to merge": round(time.monotonic() - started, 1),
        "controller's CPU seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
    }
    print(f"{n_batches} batches at once: {figures}")
    record_property(f"{n_batches} batches at once", figures)
    assert len(run.jobs("evaluate")) == n_batches
    assert nodes_of(run.jobs("evaluate")) == {"node1", "node2"}
    assert run.digest() == local_digest(sleepers(n_splits=N_SPLITS))


def test_a_table_with_groups_has_the_digest_of_a_local_run(search, local_digest):
    keys, prepare = KINDS["mixed columns and groups"]
    tree = {"sklearn.tree.DecisionTreeClassifier": {"random_state": 0}}
    estimator = [{"prepare": prepare}, {"tree": tree}]
    space = {"tree__max_depth": [1, 2, 3], "tree__min_samples_leaf": [1, 5]}
    searches = [{"name": "tree", "strategy": "grid", "estimator": estimator, "param_distributions": space}]
    config = {**keys, "n_splits": 2, "batch_size": 6, "trusted_modules": ["tabular"], "searches": searches}
    run = search(config)
    run.draw_candidates()
    run.submit(*SMALL)
    run.finish()
    assert len(run.jobs("evaluate")) == 2
    assert statuses_of(run) == ["ok"] * 12
    assert run.digest() == local_digest(config)


def test_a_job_past_its_time_is_retried_with_more(past_its_time, local_digest):
    run = past_its_time
    run.finish()
    first, second = run.jobs("evaluate")
    assert state_of(first) == "TIMEOUT"
    limits = [
        output_of("squeue", "--noheader", "--states=all", "--jobs", job, "--format=%l").strip()
        for job in (first, second)
    ]
    assert limits == ["1:00", "2:00"]
    kinds = [kind for kind, _, _ in run.journal_lines()]
    assert kinds.count("r") == 6
    assert run.digest() == local_digest(sleepers(n_splits=1))


def state_of(job):
    return output_of("squeue", "--noheader", "--states=all", "--jobs", job, "--format=%T").strip()


def node_of(job):
    return output_of("squeue", "--noheader", "--states=all", "--jobs", job, "--format=%N").strip()


def wait_until_running(search, count):
    """Wait until so many jobs of `evaluate` run, and return their ids."""
    end = time.monotonic() + 60
    while sum(state_of(job) == "RUNNING" for job in search.jobs("evaluate")) < count:
        assert search.controller.poll() is None, search.log
        assert time.monotonic() < end, search.log
        time.sleep(0.2)
    return search.jobs("evaluate")


def assert_resumed(search, before):
    """The rows that were there before the fault were not computed again; every evaluation is in the table once."""
    assert all(search.finished()[at] == 1 for at in before)
    assert len(search.finished()) == 12
    assert sorted(search.table()) == sorted(
        (str(candidate), str(split), "ok") for candidate in range(6) for split in range(2)
    )


def test_a_cancelled_job_is_retried_and_resumes(search, local_digest):
    run = search(sleepers(seconds=1.5))
    run.draw_candidates()
    run.submit(*SMALL)
    before = run.wait_for_rows(3)
    jobs = wait_until_running(run, 2)
    output_of("scancel", jobs[0])
    expected = local_digest(sleepers())
    run.finish()
    assert state_of(jobs[0]) == "CANCELLED"
    assert len(run.jobs("evaluate")) == 3
    assert_resumed(run, before)
    assert run.digest() == expected


def test_a_lost_node_leaves_its_work_to_the_other(search, slurm, local_digest):
    run = search(sleepers(seconds=1.5))
    run.draw_candidates()
    run.submit(*SMALL)
    before = run.wait_for_rows(3)
    jobs = wait_until_running(run, 2)
    lost, kept = map(node_of, jobs)
    assert lost != kept
    try:
        assert slurm.lose_node(lost, jobs[:1]), "no process was killed"
        slurm.wait_for(lambda: slurm.states()[lost].startswith("down"), f"{lost} down")
        run.finish()
        assert state_of(jobs[0]) == "NODE_FAIL"
        (again,) = run.jobs("evaluate")[2:]
        assert node_of(again) == kept
    finally:
        slurm.start_node(lost)
        slurm.wait_for(lambda: slurm.states()[lost] == "idle", f"{lost} idle again")
    assert_resumed(run, before)
    assert run.digest() == local_digest(sleepers())


def statuses_of(search):
    return [status for _, _, status in search.table()]


def test_an_evaluation_over_its_memory_is_a_row(search, local_digest):
    keys = {"megabytes": (0, 5000), "n_splits": 1, "batch_size": 12, "limits": {"memory_mb": 300}}
    run = search(sleepers(**keys))
    run.draw_candidates()
    run.submit("--set-resources", "evaluate:mem_mb=2000", "--retries", "0")
    expected = local_digest(sleepers(**keys))
    run.finish()
    (job,) = run.jobs("evaluate")
    assert state_of(job) == "COMPLETED"
    assert statuses_of(run).count("ok") == statuses_of(run).count("out_of_memory") == 6
    assert "needed more than 300 MB of memory" in (run.results / "evaluations.csv").read_text()
    assert run.digest() == expected


def test_an_evaluation_over_half_of_its_jobs_memory_is_a_row_until_more_is_granted(search, local_digest):
    keys = {"megabytes": (0, 1500), "n_splits": 1, "batch_size": 12}
    run = search(sleepers(seconds=0.5, **keys))
    run.draw_candidates()
    run.submit("--set-resources", "evaluate:mem_mb=2000", "--retries", "0")
    expected = local_digest(sleepers(**keys))
    run.finish()
    assert statuses_of(run).count("ok") == statuses_of(run).count("out_of_memory") == 6
    assert "needed more than 1000 MB of memory" in (run.results / "evaluations.csv").read_text()
    assert len(run.finished()) == run.finished().total() == 12

    run.submit("--set-resources", "evaluate:mem_mb=5000", "--retries", "0", "--forcerun", "evaluate")
    run.finish()
    assert [state_of(job) for job in run.jobs("evaluate")] == ["COMPLETED"] * 2
    assert statuses_of(run).count("ok") == 12
    assert run.finished().total() == 12 + 6, "those that had hit the limit were evaluated again, and no other"
    assert run.digest() == expected


def test_a_killed_controller_and_its_successor_write_everything_once(search, local_digest):
    side_by_side = "evaluate:mem_mb=1500"  # Old and new jobs fit the nodes together.
    run = search(sleepers(seconds=4))
    run.draw_candidates()
    controller = run.submit("--set-resources", side_by_side)
    before = run.wait_for_rows(2)
    old = wait_until_running(run, 2)
    controller.kill()
    assert controller.wait() == -signal.SIGKILL
    locked = subprocess.run(
        run.command("--cores", "1"), cwd=run.folder, env=run.environment, capture_output=True, text=True, check=False
    )
    assert locked.returncode != 0
    assert "LockException" in locked.stderr
    run.run_locally("--unlock")
    run.submit("--set-resources", side_by_side)
    new = [job for job in wait_until_running(run, 3) if job not in old]
    assert new
    assert any(processes_of(job) for job in old), "the old jobs had ended before the new ones began"
    run.finish()
    assert_resumed(run, before)
    assert run.digest() == local_digest(sleepers())


def test_a_job_stopped_by_slurm_leaves_no_process_of_the_evaluation(search):
    run = search(sleepers(seconds=600, n_splits=1))
    run.draw_candidates()
    run.submit(*SMALL)
    (job,) = wait_until_running(run, 1)
    end = time.monotonic() + 60
    while not any(kind == "s" for kind, _, _ in run.journal_lines()):
        assert time.monotonic() < end, run.log
        time.sleep(0.2)
    # Those of the script: the shell, the supervisor and its worker. Snakemake's own process around them can hang as it ends,
    # and this Slurm, which follows processes by their parents, then loses sight of that process.
    running = processes_of(job, "evaluate.py")
    assert len(running) >= 2
    run.controller.send_signal(signal.SIGINT)
    assert run.controller.wait(60) != 0
    end = time.monotonic() + 30
    while any(os.path.exists(f"/proc/{pid}") for pid in running):
        assert time.monotonic() < end, "processes of a cancelled evaluation live on"
        time.sleep(0.2)
    for pid in processes_of(job):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert state_of(job) == "CANCELLED"
    assert [kind for kind, _, _ in run.journal_lines()] in (["v", "s", "w"], ["v", "s"])
    assert re.search(r"[Cc]ancel|Terminating", run.log)

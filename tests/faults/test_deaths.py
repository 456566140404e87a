"""Deaths of the worker and of the job at any moment, and what a disk can do: nothing finished is lost."""

import contextlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

import jobs
import pytest
from cvsearch.candidates.plan import Plan, write_plan
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal

N = 12
CANDIDATES = [{"value": i, "seconds": 0.03} for i in range(N)]
MOMENTS = int(os.environ.get("CVSEARCH_MOMENTS", "1"))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """What the batch gives when nothing happens."""
    folder = tmp_path_factory.mktemp("undisturbed")
    jobs.prepare(folder, CANDIDATES)
    job = jobs.Job(folder)
    job.run()
    assert len(job.events("fit")) == N
    return jobs.scores(job.rows())


@pytest.fixture
def job(tmp_path):
    """The batch, before its first job."""
    jobs.prepare(tmp_path, CANDIDATES)
    return jobs.Job(tmp_path)


def wait_for_fits(job, n, process):
    """Wait until `n` fits have begun and return the worker's process id."""
    deadline = time.monotonic() + 60
    while len(fits := job.events("fit")) < n:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.002)
    return int(fits[-1][0])


def moments(name):
    """Return seeded moments, (fits begun, delay in seconds), and print them."""
    rng = random.Random(name)
    chosen = [(rng.randint(1, N - 1), rng.uniform(0, 0.03)) for _ in range(MOMENTS)]
    print(f"moments of {name}: {chosen}")
    return chosen


def started(job, moment):
    """Start a job and return it at this moment, with its worker's process id."""
    n, delay = moment
    process = job.start()
    worker = wait_for_fits(job, n, process)
    time.sleep(delay)
    return process, worker


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
@pytest.mark.parametrize("moment", moments("worker"), ids=str)
def test_a_worker_killed_from_outside(job, undisturbed, moment, number):
    process, worker = started(job, moment)
    os.kill(worker, number)
    assert process.wait(60) == 0
    fits = job.events("fit")
    assert len({words[0] for words in fits}) == 2, "a second worker took over: the first one was killed"
    assert N <= len(fits) <= N + 1
    assert jobs.scores(job.rows()) == undisturbed
    assert jobs.survivors(fits) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
@pytest.mark.parametrize("moment", moments("job"), ids=str)
def test_a_job_killed_at_any_moment(job, undisturbed, moment, number):
    process, worker = started(job, moment)
    process.send_signal(number)
    assert process.wait(60) == (-9 if number == signal.SIGKILL else 143)
    deadline = time.monotonic() + 10
    while jobs.is_running(worker):
        assert time.monotonic() < deadline, "the worker outlived its job"
        time.sleep(0.01)
    finished = job.journaled()
    assert moment[0] - 1 <= finished < N
    assert not job.receipt.exists()

    job.run()
    assert len(job.events("fit")) <= N + 1, "only the evaluation in flight was repeated"
    assert job.journaled() == N
    assert jobs.scores(job.rows()) == undisturbed


def test_a_candidate_in_flight_at_orderly_stops_is_no_suspect(job, undisturbed):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM):
        process = job.start()
        wait_for_fits(job, len(job.events("fit")) + 1, process)
        process.send_signal(number)
        assert process.wait(60) == 128 + number
    job.run()
    assert jobs.scores(job.rows()) == undisturbed


def test_a_candidate_in_flight_at_an_orderly_stop_comes_last(tmp_path):
    """So one that outlives every job's wall time keeps none of the others from being evaluated."""
    jobs.prepare(tmp_path, [{"value": 0, "seconds": 600}, *CANDIDATES[1:]])
    job = jobs.Job(tmp_path)
    for n_fits in (1, N + 1):
        process = job.start()
        wait_for_fits(job, n_fits, process)
        process.terminate()
        assert process.wait(60) == 143
    assert [words[2] for words in job.events("fit")] == ["0", *map(str, range(1, N)), "0"]
    assert job.journaled() == N - 1


def test_a_process_that_a_fit_forked_goes_with_its_killed_job(tmp_path):
    jobs.prepare(tmp_path, [{"value": 0, "fault": "fork"}])
    job = jobs.Job(tmp_path)
    process = job.start()
    deadline = time.monotonic() + 60
    while not (children := job.events("child")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    folder = next(job.journal.iterdir())
    assert Journal(folder).at_work()
    process.kill()
    process.wait()
    while jobs.survivors(children + job.events("fit")):
        assert time.monotonic() < deadline, "it outlived its job"
        time.sleep(0.01)
    assert Journal(folder).at_work() == {}


def test_a_job_that_was_suspended_blames_no_evaluation(tmp_path):
    """As Slurm does to make room for another's job: time that the job was stopped is none of the evaluation's."""
    jobs.prepare(tmp_path, [{"value": i, "seconds": 1.0} for i in range(2)])
    job = jobs.Job(tmp_path, {"seconds": 3})
    process = job.start()
    worker = wait_for_fits(job, 1, process)
    for number in (signal.SIGSTOP, signal.SIGCONT):
        for pid in (process.pid, worker):
            os.kill(pid, number)
        if number == signal.SIGSTOP:
            time.sleep(5)
            assert [words[2] for words in job.events("fit")] == ["0"], "it was stopped"
    assert process.wait(60) == 0
    assert [row["status"] for row in job.rows()] == ["ok", "ok"]
    assert job.rows()[0]["time"] > 4
    assert len(job.events("fit")) == 2


def test_killed_between_write_and_rename(job, undisturbed):
    stop = job.folder / "sitecustomize.py"
    stop.write_text(
        "import os, signal\n"
        "replace = os.replace\n"
        "def killed(source, target):\n"
        f"    if os.path.basename(target) != {job.receipt.name!r}:\n"
        "        return replace(source, target)\n"
        f"    open({str(job.folder / 'reached')!r}, 'w').close()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "os.replace = killed\n"
    )
    process = job.start(path=[job.folder])
    process.communicate()
    assert process.returncode == -9
    assert (job.folder / "reached").exists()
    assert not job.receipt.exists()
    job.run()
    assert len(job.events("fit")) == N, "all were in the journal"
    assert jobs.scores(job.rows()) == undisturbed


def test_a_journal_cut_at_any_byte_of_its_last_two_lines(job, undisturbed):
    job.run()
    path = next(job.journal.rglob("*.journal"))
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    assert lines[-1].startswith(b"r ")
    tail = len(lines[-1]) + len(lines[-2])
    settings = list(map(Setting, CANDIDATES))
    cuts = 0
    for cut in range(len(content) - tail, len(content)):
        path.write_bytes(content[:cut])
        rows, _ = Journal(path.parent).history(settings)
        assert set(rows) == {setting.key for setting in settings[:-1]}
        cuts += 1
    assert cuts == tail
    job.receipt.unlink()
    job.run()
    assert len(job.events("fit")) == N + 1
    assert jobs.scores(job.rows()) == undisturbed


def test_damaged_lines_of_a_journal_are_skipped_and_evaluated_again(job, undisturbed):
    job.run()
    path = next(job.journal.rglob("*.journal"))
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = [line for line in lines if line.startswith(b"r ")][3]
    path.write_bytes(
        b"".join(lines).replace(damaged, damaged.replace(b'"status":"ok"', b'"status":"OK"')) + b"\x00\xff garbage\n"
    )
    job.receipt.unlink()
    job.run()
    assert len(job.events("fit")) == N + 1
    assert jobs.scores(job.rows()) == undisturbed


def test_what_another_living_job_evaluates_is_waited_for(tmp_path, undisturbed):
    jobs.prepare(tmp_path, [candidate | {"seconds": 0.3} for candidate in CANDIDATES])
    job = jobs.Job(tmp_path)
    first, _ = started(job, (1, 0))
    second = job.start()
    assert first.wait(60) == second.wait(60) == 0
    assert "another job is at work on it" in second.communicate()[1]
    assert len(job.events("fit")) == N
    assert jobs.scores(job.rows()) == undisturbed


def test_two_writers_at_once_are_harmless(job, undisturbed):
    """Where the file system has no locks, so that neither sees the other."""
    (job.folder / "fcntl.py").write_text(
        "LOCK_EX = LOCK_SH = LOCK_NB = 0\ndef flock(file, how):\n    raise OSError(38, 'Function not implemented')\n"
    )
    first, _ = started(job, (1, 0))
    second = job.start()
    assert (first.wait(60), second.wait(60)) == (0, 0)
    assert len({words[0] for words in job.events("fit")}) == 2
    assert jobs.scores(job.rows()) == undisturbed
    job.receipt.unlink()
    before = len(job.events("fit"))
    job.run()
    assert len(job.events("fit")) == before
    assert jobs.scores(job.rows()) == undisturbed


def file_size_limit(size):
    """Return a preexec function: no file may grow beyond `size` bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@contextlib.contextmanager
def small_disk(path, kilobytes):
    """A file system of this size, mounted at `path`."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "cvsearch-test", path],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"this user may not mount a file system: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", path], check=True)


def test_a_disk_that_fills_during_a_row(job, undisturbed):
    """In the journal, on a real file system that is full; after space is freed nothing finished is evaluated again."""
    job.journal.mkdir(parents=True)
    with small_disk(job.journal, 24):
        ballast = job.journal / "ballast"
        status, console = job.run(check=False)
        assert status == 0, console
        job.receipt.unlink()
        kept = {path: path.read_bytes() for path in job.journal.rglob("*.journal")}
        for path, content in kept.items():
            path.write_bytes(b"".join(content.splitlines(keepends=True)[:11]))
        with contextlib.suppress(OSError), ballast.open("wb") as file:
            while True:
                file.write(b"\0" * 512)
                file.flush()
        assert shutil.disk_usage(job.journal).free == 0
        before = len(job.events("fit"))
        status, console = job.run(check=False)
        assert status == 1
        assert "No space left on device; free some space and run again" in console
        assert not job.receipt.exists()
        assert len(job.events("fit")) <= before + 1
        ballast.unlink()
        job.run()
        assert jobs.scores(job.rows()) == undisturbed


def test_a_file_size_limit_during_a_row(job, undisturbed):
    """The log cannot be written either; the console tells all the same."""
    status, console = job.run(check=False, preexec_fn=file_size_limit(1500))
    assert status != 0
    assert "File too large; raise the limit on file sizes" in console
    finished = job.journaled()
    assert 0 < finished < N
    job.run()
    assert len(job.events("fit")) <= N + 1
    assert jobs.scores(job.rows()) == undisturbed


def test_a_disk_that_fills_during_the_rename(job, undisturbed):
    """The rows are journaled, and only the output cannot be written."""
    job.receipt.parent.mkdir(parents=True)
    with small_disk(job.receipt.parent, 4):
        (job.receipt.parent / "ballast").write_bytes(b"\0" * 4096)
        status, console = job.run(check=False)
        assert status == 1
        assert "No space left on device" in console
        assert not job.receipt.exists()
        (job.receipt.parent / "ballast").unlink()
    job.run()
    assert len(job.events("fit")) == N
    assert jobs.scores(job.rows()) == undisturbed


def test_a_read_only_results_folder(job):
    """For root, whom permissions do not stop, a read-only mount."""
    results = job.folder / "results"
    if os.geteuid() == 0:
        mount = ["mount", "--bind", results, results]
        if (done := subprocess.run(mount, capture_output=True, text=True, check=False)).returncode != 0:
            pytest.skip(f"this user may not mount a file system: {done.stderr.strip()}")
        lock, unlock = ["mount", "-o", "remount,bind,ro", results], ["umount", results]
        said = "Read-only file system; mount it writable, or run with --directory elsewhere"
    else:
        lock, unlock = ["chmod", "-R", "a-w", results], ["chmod", "-R", "u+w", results]
        said = "Permission denied; make it writable, or run with --directory elsewhere"
    try:
        subprocess.run(lock, check=True)
        status, console = job.run(check=False)
    finally:
        subprocess.run(unlock, check=True)
    assert status == 1
    assert said in console
    assert "Traceback" not in console
    assert job.events("fit") == []


MERGE = """
import sys
sys.path.append({scripts!r})
from cvsearch.console import job
import merge_results
search = {{"name": "s", "scoring": None, "return_train_score": True, "param_distributions": {{"value": [0], "seconds": [0]}}}}
config = {{"searches": [search], "n_splits": 1, "retry_failed": 0}}
names = ("cv_results.csv", "evaluations.csv", "provenance.json")
with job({log!r}):
    merge_results.main("s", [{receipt!r}], "results/dataset", config, ["merged/" + name for name in names])
"""


def test_a_disk_that_fills_during_the_merge(job):
    job.run()
    write_plan(job.paths, Plan(0, 0, N, 1, N, "score", [job.identity], {}, []))
    merged = job.folder / "merged"
    merged.mkdir()
    receipt = job.receipt.relative_to(job.folder)
    script = MERGE.format(scripts=str(jobs.ROOT / "scripts"), log=str(job.log), receipt=str(receipt))

    def merge():
        command = [sys.executable, "-c", script]
        return subprocess.run(command, cwd=job.folder, capture_output=True, text=True, check=False)

    with small_disk(merged, 8):
        (merged / "ballast").write_bytes(b"\0" * 4096)
        done = merge()
        assert done.returncode == 1
        assert "No space left on device; free some space and run again" in done.stderr
        whole = {path.name for path in merged.iterdir()}
        assert whole < {"ballast", "cv_results.csv", "evaluations.csv", "provenance.json"}
        (merged / "ballast").unlink()
        for path in merged.iterdir():
            path.unlink()
    done = merge()
    assert done.returncode == 0, done.stderr
    assert len((merged / "evaluations.csv").read_text().splitlines()) == N + 1

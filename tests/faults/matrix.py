"""The matrix of faults: each injected for real, into this workflow's job and into scikit-learn's search, side by side.

``python tests/faults/matrix.py --moments 10 --write docs/reliability.md``
"""

import argparse
import contextlib
import os
import platform
import random
import signal
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "scripts")]

import jobs  # noqa: E402
from workflow_runs import environment  # noqa: E402

N = 12
PATIENCE = 20  # seconds that the peer is given, for a search that takes one
LIMITS = {"seconds": 2, "memory_mb": 500}

CANDIDATE_FAULTS = {
    "raise": "an exception in `fit`",
    "score_raises": "an exception while scoring",
    "nan": "a score that is NaN",
    "sys_exit": "`sys.exit` in `fit`",
    "os_exit": "`os._exit(3)` in `fit`",
    "os_exit_0": "`os._exit(0)` in `fit`",
    "segfault": "a segmentation fault in `fit`",
    "sigkill": "SIGKILL of the worker, by every `fit` of one candidate",
    "memory": "2 GB of memory in `fit`, limit 500 MB",
    "hang": "a hang that ignores SIGTERM, limit 2 s",
}

PEER = """
import sys
import warnings
warnings.filterwarnings("ignore")
from faulty import FaultyClassifier, make_data
from sklearn.model_selection import RandomizedSearchCV, train_test_split
import numpy as np
X, y = make_data()
cv = [train_test_split(np.arange(len(y)), test_size=0.2, random_state=0)]
space = [{{name: [value] for name, value in params.items()}} for params in {candidates!r}]
search = RandomizedSearchCV(FaultyClassifier(), space, n_iter={n}, cv=cv, n_jobs=2, refit=False, return_train_score=True)
try:
    search.fit(X, y)
except BaseException as error:
    print(type(error).__name__)
    sys.exit(1)
print(int(np.isfinite(search.cv_results_["mean_test_score"]).sum()))
"""


class Peer:
    """scikit-learn's RandomizedSearchCV of the same candidates on the same split, in a process of its own."""

    def __init__(self, folder, candidates):
        self.trace = Path(folder, "peer-trace")
        env = environment(PYTHONPATH=str(HERE), FAULTY_TRACE=str(self.trace))
        code = PEER.format(candidates=candidates, n=len(candidates))
        self.printed = Path(folder, "peer-printed")
        command = [sys.executable, "-c", code]
        with self.printed.open("w") as file:
            streams = {"stdout": file, "stderr": subprocess.DEVNULL}
            self.process = subprocess.Popen(command, env=env, cwd=folder, start_new_session=True, **streams)

    def fits(self):
        lines = self.trace.read_text().splitlines() if self.trace.exists() else []
        return [words for words in map(str.split, lines) if words[1] == "fit"]

    def outcome(self):
        """Wait for it and say how it ended."""
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return f"no end in {PATIENCE} s"
        finally:
            with contextlib.suppress(ProcessLookupError):  # Its own workers may outlive it.
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        printed = self.printed.read_text().strip()
        if self.process.returncode == 0:
            return f"{printed} of {N} scores"
        return f"ended by {printed or signal.Signals(-self.process.returncode).name}, no results"


def candidates_with(fault, place):
    """Return N candidates of which one has a fault."""
    candidates = [{"value": i, "seconds": 0.03} for i in range(N)]
    if fault:
        candidates[place]["fault"] = fault
    return candidates


def wait_for(fits, n, process):
    """Wait until so many fits have begun, and return the process id of the last one's worker."""
    deadline = time.monotonic() + PATIENCE
    while len(begun := fits()) < n and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.002)
    return int(begun[-1][0])


def summary(job, undisturbed):
    """Return (sound candidates whose result is as undisturbed, rows of failure, fits beyond one per candidate)."""
    rows = job.rows()
    sound = sum(one == other for one, other in zip(jobs.scores(rows), undisturbed, strict=True))
    failed = [row["status"] for row in rows if row["status"] != "ok"]
    return sound, failed, len(job.events("fit")) - N


def bad_candidate(fault, undisturbed, place):
    """One candidate with a fault, in our job and in the peer."""
    with tempfile.TemporaryDirectory() as folder:
        candidates = candidates_with(fault, place)
        jobs.prepare(folder, candidates)
        job = jobs.Job(folder, LIMITS)
        job.run()
        assert job.events("fault"), f"{fault} did not happen"
        sound, failed, again = summary(job, undisturbed)
        ours = f"{sound} of {N - 1} others, one row `{failed[0]}`"
        return ours, again, Peer(folder, candidates).outcome()


def killed(target, number, n_fits, delay, undisturbed):
    """The worker or the job killed at one moment, in our job and in the peer."""
    with tempfile.TemporaryDirectory() as folder:
        jobs.prepare(folder, candidates_with(None, 0))
        job = jobs.Job(folder)
        process = job.start()
        worker = wait_for(lambda: job.events("fit"), n_fits, process)
        time.sleep(delay)
        os.kill(worker if target == "worker" else process.pid, number)
        status = process.wait()
        process.stderr.close()
        if target == "job":
            assert status != 0, "the job was not killed"
            job.run()
        assert target == "job" or len({words[0] for words in job.events("fit")}) == 2, "the worker was not killed"
        sound, failed, again = summary(job, undisturbed)
        peer = Peer(folder, candidates_with(None, 0))
        worker = wait_for(peer.fits, n_fits, peer.process)
        time.sleep(delay)
        os.kill(worker if target == "worker" else peer.process.pid, number)
        return (sound, len(failed), again), peer.outcome()


def count(outcomes):
    """Return outcomes, each once, with how often they came."""
    kinds = {}
    for text in outcomes:
        kinds[text] = kinds.get(text, 0) + 1
    return "; ".join(f"{text} ({n} x)" if len(outcomes) > 1 else text for text, n in kinds.items())


def table(moments):
    """Inject every fault and return the lines of the table."""
    with tempfile.TemporaryDirectory() as folder:
        jobs.prepare(folder, candidates_with(None, 0))
        job = jobs.Job(folder)
        job.run()
        undisturbed = jobs.scores(job.rows())
    lines = [
        "| fault | times | cvsearch | evaluations run again | RandomizedSearchCV |",
        "| --- | --- | --- | --- | --- |",
    ]
    for fault, text in CANDIDATE_FAULTS.items():
        print(text, file=sys.stderr, flush=True)
        places = [0, N // 2, N - 1]
        results = [bad_candidate(fault, undisturbed, place) for place in places]
        ours, again, peer = zip(*results, strict=True)
        lines.append(f"| {text} | {len(places)} | {count(ours)} | {max(again)} at most | {count(peer)} |")
    for target, number in (("worker", signal.SIGKILL), ("job", signal.SIGKILL), ("job", signal.SIGTERM)):
        text = f"{number.name} of the {target} at a random moment"
        print(text, file=sys.stderr, flush=True)
        rng = random.Random(text)
        results = [
            killed(target, number, rng.randint(1, N - 2), rng.uniform(0, 0.03), undisturbed) for _ in range(moments)
        ]
        ours, peer = zip(*results, strict=True)
        lost = N * moments - sum(sound for sound, _, _ in ours)
        told = f"{lost} of {N * moments} results lost, {sum(failed for _, failed, _ in ours)} rows of failure"
        lines.append(f"| {text} | {moments} | {told} | {max(again for _, _, again in ours)} at most | {count(peer)} |")
    return lines


def main():
    """Read the command line, inject the faults and write the document."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=10, help="random moments of each kill")
    parser.add_argument("--write", type=Path, help="document whose part between the marks is replaced")
    options = parser.parse_args()
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("scikit-learn", "snakemake", "joblib"))
    about = f"Python {platform.python_version()}, {versions}, {os.cpu_count()} cores; {N} candidates on one split."
    text = "\n".join([about, "", *table(options.moments)])
    print(text)
    if options.write:
        begin, end = "<!-- matrix begins -->", "<!-- matrix ends -->"
        before, rest = options.write.read_text().split(begin)
        options.write.write_text(f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}")


if __name__ == "__main__":
    main()

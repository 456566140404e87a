"""Run one `evaluate` job as Snakemake would, but without Snakemake: cheap enough to kill a hundred times."""

import json
import os
import subprocess
import sys
from pathlib import Path

from workflow_runs import ROOT, environment

SCRIPT = """
import json, sys
sys.path.append({scripts!r})
from _job import job
import evaluate
with job({log!r}):
    evaluate.main(**json.loads({arguments!r}))
"""


def prepare(folder, candidates, n_samples=30):
    """Write a dataset, a split and a batch of `candidates` (a list of parameters) into `folder`."""
    import faulty
    import make_splits
    import numpy as np
    import prepare_dataset
    from _rows import write_json, write_rows

    folder = Path(folder)
    X, y = faulty.make_data(n_samples)
    dataset = folder / "results/dataset"
    dataset.mkdir(parents=True)
    np.save(dataset / "X.npy", X)
    np.save(dataset / "y.npy", y)
    write_json(dataset / "dataset.json", prepare_dataset.describe(X, y, None))
    make_splits.main(dataset, 0.2, 0, folder / "results/splits/0.npz")
    rows = [{"candidate": i, "params": params} for i, params in enumerate(candidates)]
    write_rows(folder / f"results/s/candidates/0/000000-{len(rows) - 1:06d}.jsonl", rows)


class Job:
    """One batch in a folder that `prepare` has filled."""

    def __init__(self, folder, limits=None, retry_failed=0):
        self.folder = Path(folder)
        self.batch = next((self.folder / "results/s/candidates/0").glob("*.jsonl"))
        self.output = self.folder / "results/s/evaluations/0" / self.batch.stem / "0.jsonl"
        self.journal = self.folder / "results/s/journal"
        self.trace = self.folder / "trace"
        self.log = self.folder / "log"
        self.limits = {"seconds": None, "memory_mb": None} | (limits or {})
        self.retry_failed = retry_failed

    def arguments(self):
        search = {
            "estimator": {"faulty.FaultyClassifier": {"random_state": 1}},
            "scoring": None,
            "random_state": 0,
            "share_work": True,
        }
        search |= {"limits": self.limits, "retry_failed": self.retry_failed}
        return {
            "candidates": str(self.batch),
            "split_file": str(self.folder / "results/splits/0.npz"),
            "dataset": str(self.folder / "results/dataset"),
            "output": str(self.output),
            "journal": str(self.journal),
            "search": search,
            "split": 0,
            "module_versions": {"faulty": "1"},
        }

    def start(self, prefix=(), **kwargs):
        """Start the job as a process of its own session, so that its group can be killed."""
        script = SCRIPT.format(scripts=str(ROOT / "scripts"), log=str(self.log), arguments=json.dumps(self.arguments()))
        env = environment(PYTHONPATH=str(Path(__file__).parent), FAULTY_TRACE=str(self.trace))
        command = [*prefix, sys.executable, "-c", script]
        return subprocess.Popen(
            command, env=env, cwd=self.folder, stderr=subprocess.PIPE, text=True, start_new_session=True, **kwargs
        )

    def run(self, check=True, **kwargs):
        """Run the job to its end and return (exit status, what the console said)."""
        process = self.start(**kwargs)
        console = process.communicate(timeout=120)[1]
        if check and process.returncode != 0:
            raise AssertionError(f"exit status {process.returncode}: {console}\n{self.log.read_text()}")
        return process.returncode, console

    def rows(self):
        """Return the rows of the evaluation file."""
        from _rows import read_rows

        return list(read_rows(self.output, "")[1])

    def events(self, kind):
        """Return the events of one kind from the trace, as lists of words: the process id first."""
        lines = self.trace.read_text().splitlines() if self.trace.exists() else []
        return [words for words in map(str.split, lines) if words[1] == kind]

    def journaled(self):
        """Return the number of results in the journal, repetitions included."""
        return sum(
            path.read_bytes().count(b"\nr ") + path.read_bytes().startswith(b"r ")
            for path in self.journal.rglob("*.journal")
        )


def is_running(pid):
    """Whether a process lives; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def scores(rows):
    """Return what must not depend on deaths: status and scores by candidate."""
    return [(row["candidate"], row["status"], row["test"], row["train"]) for row in rows]


def survivors(events):
    """Return the process ids in the events that still run."""
    return sorted({int(words[0]) for words in events if is_running(int(words[0]))} - {os.getpid()})

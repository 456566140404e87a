"""Run one `evaluate` job as Snakemake would, but without Snakemake: cheap enough to kill a hundred times."""

import json
import os
import subprocess
import sys
from pathlib import Path

from workflow_runs import ROOT, environment

# `main` gets its paths relative to the folder, as Snakemake has them.
SCRIPT = """
import json, sys
sys.path.append({scripts!r})
from cvsearch.console import job
from cvsearch.layout import SearchPaths
import evaluate
with job({log!r}):
    evaluate.main(SearchPaths.of("s").round(0), **json.loads({arguments!r}))
"""


def prepare(folder, candidates, n_samples=30):
    """Write a dataset, a split and a batch of `candidates` (a list of parameters) into `folder`."""
    import faulty
    import make_splits
    from cvsearch.candidates.batches import batch_name
    from cvsearch.data.preparation import store_data
    from cvsearch.data.samples import raw_data
    from cvsearch.files import write_json, write_rows
    from cvsearch.journal.identity import Setting
    from cvsearch.layout import DatasetPaths, SearchPaths, split_paths, splits_summary

    results, loader = Path(folder, "results"), "dataset.loader"
    dataset = DatasetPaths(results / "dataset")
    dataset.folder.mkdir(parents=True)
    write_json(dataset.about, store_data(raw_data(*faulty.make_data(n_samples), loader), dataset.data, loader))
    settings = {"splitter": "shuffle", "holdout": 0, "test_size": 0.2}
    make_splits.main(dataset.folder, settings, {}, [split_paths(0, results)], (), splits_summary(results))
    rows = [{"candidate": i, **Setting(params)._asdict()} for i, params in enumerate(candidates)]
    write_rows(SearchPaths.of("s", results).round(0).batch(batch_name(0, len(rows) - 1)), rows)


class Job:
    """One batch in a folder that `prepare` has filled."""

    def __init__(self, folder, limits=None, retry_failed=0):
        from cvsearch.layout import SearchPaths

        self.folder = Path(folder)
        self.paths = SearchPaths.of("s", self.folder / "results").round(0)
        self.batch = next(self.paths.candidates.glob("*.jsonl"))
        self.receipt = self.paths.receipt(self.batch.stem, 0)
        self.journal = self.paths.search.journal
        self.trace = self.folder / "trace"
        self.log = self.folder / "log"
        self.limits = {"seconds": None, "memory_mb": None} | (limits or {})
        self.retry_failed = retry_failed

    def arguments(self):
        """Return what `main` of evaluate takes besides its paths."""
        search = {
            "estimator": {"faulty.FaultyClassifier": {"random_state": 1}},
            "scoring": None,
            "random_state": 0,
            "share_work": True,
            "return_train_score": True,
        }
        return {
            "batch": self.batch.stem,
            "split": 0,
            "positions": "results/splits/0.npz",
            "split_about": "results/splits/0.json",
            "dataset": "results/dataset",
            "search": search | {"limits": self.limits, "retry_failed": self.retry_failed},
            "module_versions": {"faulty": "1"},
        }

    def script(self):
        """Return the Python code of the job."""
        scripts, arguments = str(ROOT / "scripts"), json.dumps(self.arguments())
        return SCRIPT.format(scripts=scripts, log=str(self.log), arguments=arguments)

    def start(self, prefix=(), path=(), **kwargs):
        """Start the job as a process of its own session, so that its group can be killed.

        Folders in `path` come first on its module search path.
        """
        path = os.pathsep.join(map(str, [*path, Path(__file__).parent]))
        env = environment(PYTHONPATH=path, FAULTY_TRACE=str(self.trace))
        command = [*prefix, sys.executable, "-c", self.script()]
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

    @property
    def identity(self):
        """The identity of the batch's evaluations, as the receipt has it."""
        return json.loads(self.receipt.read_text().splitlines()[1])["identity"]

    def rows(self):
        """Return the rows that stand in the journal, in the order of the candidates, each with its candidate."""
        from cvsearch.candidates.plan import read_batch
        from cvsearch.journal.journal import Journal

        candidates = read_batch(self.paths, self.batch.stem)[1]
        rows = Journal(self.journal / self.identity).history([setting for _, setting in candidates]).rows
        return [{"candidate": i, **rows[setting.key]} for i, setting in candidates if setting.key in rows]

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

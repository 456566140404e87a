"""Run the workflow as a user does, and read what Snakemake says of it."""

import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]

# A search that takes milliseconds an evaluation, so that a test waits for Snakemake and for nothing else.
TINY = {
    "dataset": {"loader": "sklearn.datasets.load_iris"},
    "n_splits": 2,
    "n_candidates": 6,
    "scoring": "accuracy",
    "batch_size": 6,
    "searches": [
        {
            "name": "tree",
            "estimator": "sklearn.tree.DecisionTreeClassifier",
            "param_distributions": {"max_depth": {"range": [1, 40]}, "min_samples_leaf": {"range": [1, 20]}},
        }
    ],
}


def tracked_files():
    """Return the paths that git tracks or would track, relative to the root."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [path for path in listed if (ROOT / path).is_file()]


def environment(**extra):
    """Return the environment of a run: this Python first, no network, no colours."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "NO_COLOR": "1", **extra}


@functools.cache
def _forking():
    """Start the process that forks the runs of this test process. It ends when its input closes."""
    command = [sys.executable, str(ROOT / "tests" / "forked_snakemake.py")]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())


def run_snakemake(arguments, env, folder=None, fresh=False):
    """Run Snakemake to its end in `folder`, and return its exit status and what it said.

    A fork of a process that has imported Snakemake runs it, and its scripts run in forks too. With `fresh`, all processes
    are new. This is for tests of what is read during an import, and of what differs between processes.
    """
    if fresh:
        command = [sys.executable, "-m", "snakemake", *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=folder)
        return done.returncode, done.stdout
    with tempfile.NamedTemporaryFile("r") as output:
        request = {
            "arguments": arguments,
            "environment": env,
            "folder": str(folder or os.getcwd()),
            "output": output.name,
        }
        forking = _forking()
        print(json.dumps(request), file=forking.stdin, flush=True)
        return int(forking.stdout.readline()), output.read()


class Run:
    """A finished run of Snakemake.

    Attributes
    ----------
    output : str
        What the console showed.
    evaluated : int
        Number of evaluations that were computed, from the last lines of the jobs' logs.
    """

    def __init__(self, returncode, output, folder, started):
        self.returncode, self.output, self._folder = returncode, output, folder
        logs = [log for log in folder.rglob("logs/evaluate/**/*.log") if log.stat().st_mtime >= started]
        done = [re.findall(r"^\S+: batch \S+, split \d+: ([\d,]+) of ", log.read_text(), re.MULTILINE) for log in logs]
        self.evaluated = sum(int(counts[-1].replace(",", "")) for counts in done if counts)

    @property
    def log(self):
        """All that Snakemake said: its log file, where the run has one."""
        named = re.findall(r"^Complete log\(s\): (.+)$", self.output, re.MULTILINE)
        return "".join(Path(self._folder, path).read_text() for path in named) or self.output

    @property
    def jobs(self):
        """Rule to the number of its jobs that finished."""
        return Counter(re.findall(r"^Finished jobid: \d+ \(Rule: (\w+)\)", self.log, re.MULTILINE))

    @property
    def last_lines(self):
        """The last ten lines, where a user looks for what went wrong."""
        return "\n".join(self.output.rstrip().splitlines()[-10:])


class Workdir:
    """A working directory that the workflow runs in."""

    def __init__(self, path):
        self.path = Path(path)

    def write(self, name, content):
        """Write a file into it; a dict as YAML."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content) if isinstance(content, dict) else content)
        return path

    def arguments(self, *arguments, config="config.yaml", snakefile=ROOT / "Snakefile", cores=2):
        """Return the arguments of Snakemake, with those that every run needs."""
        given = ["--snakefile", str(snakefile), "--directory", str(self.path)]
        if config is not None:
            given += ["--configfile", str(self.path / config)]
        return [*given, "--cores", str(cores), *map(str, arguments)]

    def command(self, *arguments, **kwargs):
        """Return a command that starts a new process."""
        return [sys.executable, "-m", "snakemake", *self.arguments(*arguments, **kwargs)]

    def snakemake(self, *arguments, check=True, env=None, fresh=False, **kwargs):
        """Run to the end; `config=None` runs without a config of its own."""
        given, started = self.arguments(*arguments, **kwargs), time.time()
        returncode, output = run_snakemake(given, env or environment(), fresh=fresh)
        if check and returncode != 0:
            raise AssertionError(f"snakemake {' '.join(given)}\n{output}")
        return Run(returncode, output, self.path, started)

    def merge(self, *arguments, search="tree", **kwargs):
        """Run up to the tables and the best candidate, without plots."""
        return self.snakemake(f"results/{search}/best.json", *arguments, **kwargs)

    def provenance(self, search="tree"):
        return json.loads((self.path / f"results/{search}/provenance.json").read_text())

    def digest(self, search="tree"):
        return self.provenance(search)["digest"]

    def table(self, name="cv_results", search="tree"):
        import pandas as pd

        return pd.read_csv(self.path / f"results/{search}/{name}.csv")

    def candidates(self, search="tree"):
        """Return the parameters of every candidate, in their order."""
        rows = {}
        for path in (self.path / f"results/{search}/candidates/0").glob("*.jsonl"):
            for line in path.read_text().splitlines()[1:]:
                row = json.loads(line)
                rows[row["candidate"]] = row["params"]
        return [rows[i] for i in range(len(rows))]

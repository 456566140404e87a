"""What a test does on a real Slurm: prepare a search, submit it, break something, compare."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import virtual_slurm
from workflow_runs import ROOT, run_snakemake

HERE = Path(__file__).parent
PROFILE = ROOT / "profiles" / "slurm"

# Without accounting squeue tells what became of a job, and here after seconds rather than the plugin's 40: most jobs have ended
# by then, and each question in vain makes the plugin wait ten seconds more before the next one.
WITHOUT_ACCOUNTING = ["--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "6"]

# What a virtual node can grant: one job of `evaluate` each, also when it is retried.
SMALL = ["--default-resources", "mem_mb=1500", "runtime=5", "--set-resources", "evaluate:mem_mb=3500"]


class Search:
    """One search in a folder of its own, and the controllers that run it.

    Parameters
    ----------
    folder : Path
    config : dict
    """

    def __init__(self, folder, config):
        self.folder, self.config, self.name = folder, config, config["searches"][0]["name"]
        self.results = folder / "results" / self.name
        self.merged = f"results/{self.name}/provenance.json"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config))
        self.environment = {**os.environ, "PYTHONPATH": f"{HERE / 'modules'}{os.pathsep}{ROOT / 'tests'}"}
        self.controller = None

    def arguments(self, *arguments):
        """Return the arguments of Snakemake, with those that every run needs."""
        return ["--configfile", "config.json", "--snakefile", str(ROOT / "Snakefile"), *map(str, arguments)]

    def command(self, *arguments):
        """Return a command that starts Snakemake in a new process."""
        return [sys.executable, "-m", "snakemake", *self.arguments(*arguments)]

    def run_locally(self, *targets):
        """Run without Slurm."""
        status, said = run_snakemake(self.arguments("--cores", "2", *targets), self.environment, self.folder)
        assert status == 0, said

    def draw_candidates(self):
        """Do locally what comes before the evaluations, to save Slurm jobs that no test looks at."""
        self.run_locally(f"results/{self.name}/candidates/0")

    def submit(self, *arguments, targets=None):
        """Start a controller that submits to Slurm: the evaluations, or all that `targets` need.

        Returns
        -------
        subprocess.Popen
        """
        self.merge_locally = targets is None
        if self.merge_locally:
            batches = [path.stem for path in (self.results / "candidates" / "0").glob("*.jsonl")]
            splits = range(self.config["n_splits"])
            targets = [
                f"results/{self.name}/evaluations/0/{batch}/{split}.jsonl" for batch in batches for split in splits
            ]
        command = self.command(*targets, "--workflow-profile", PROFILE, *WITHOUT_ACCOUNTING, *arguments)
        with open(self.folder / "controller.log", "ab") as log:
            self.controller = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        return self.controller

    @property
    def log(self):
        """What the controllers said."""
        return (self.folder / "controller.log").read_text()

    def finish(self, seconds=240):
        """Wait until the controller ends, which must have succeeded, and merge what it did not."""
        assert self.controller.wait(seconds) == 0, self.log
        if self.merge_locally:
            self.run_locally(self.merged)

    def stop(self):
        """End the controller, and cancel what it submitted."""
        if self.controller and self.controller.poll() is None:
            self.controller.send_signal(signal.SIGKILL)
            self.controller.wait()
        if (self.folder / "controller.log").exists():
            for job in self.jobs():
                virtual_slurm.output_of("scancel", job, check=False)

    def jobs(self, rule=None):
        """Return the Slurm job ids of everything submitted, or of one rule, in order."""
        submitted = re.findall(r"submitted with SLURM jobid (\d+) \(log: .*/rule_(\w+)", self.log)
        return sorted((job for job, name in submitted if rule in (None, name)), key=int)

    def journal_lines(self):
        """Return (kind, split identity, key) of every line in the journal."""
        return [
            (line[:1], path.parent.name, line[2:18])
            for path in self.results.glob("journal/*/*.journal")
            for line in path.read_text().splitlines()
        ]

    def finished(self):
        """Return how often each (split identity, key) has a row in the journal."""
        return Counter((split, key) for kind, split, key in self.journal_lines() if kind == "r")

    def wait_for_rows(self, count, seconds=90):
        """Wait until so many rows are in the journal, and return them."""
        end = time.monotonic() + seconds
        while len(self.finished()) < count:
            assert self.controller.poll() is None, self.log
            assert time.monotonic() < end, self.log
            time.sleep(0.1)
        return self.finished()

    def digest(self):
        """Return the digest of the results."""
        return json.loads((self.results / "provenance.json").read_text())["digest"]

    def table(self):
        """Return the rows of evaluations.csv as (candidate, split, status)."""
        lines = (self.results / "evaluations.csv").read_text().splitlines()[1:]
        return [tuple(line.split(",")[:3]) for line in lines]


def sleepers(seconds=0, megabytes=(0,), **keys):
    """Return the config of a small search, 6 candidates on 2 splits, whose fits take `seconds`.

    The estimator's own parameters are no part of a digest: a search that never sleeps has the same.
    """
    space = {"var_smoothing": {"logspace": [-11, -1, 6]}}
    if megabytes != (0,):
        space["megabytes"] = list(megabytes)
    searches = [
        {
            "name": "nb",
            "estimator": {"sleepers.SleepyNB": {"seconds": seconds}},
            "strategy": "grid",
            "param_distributions": space,
        }
    ]
    config = {
        "dataset": {"loader": "sklearn.datasets.load_iris"},
        "n_splits": 2,
        "batch_size": 6,
        "trusted_modules": ["sleepers"],
    }
    return {**config, **keys, "searches": searches}

"""This workflow as a process that is measured, and what it leaves on disk."""

import csv
import json
import re
import sys
from pathlib import Path

from _measure import run
from workloads import ROOT


def write_config(workload, n_candidates, folder):
    """Write the config of a workload, as JSON, to ``bench.json`` of a working directory, and the data file that it names."""
    Path(folder, "bench.json").write_text(json.dumps({**workload.config, "n_candidates": n_candidates}))
    if workload.write_data:
        workload.write_data(folder)


def run_workflow(folder, cores, *targets, **options):
    """Run ``snakemake -j cores`` in a working directory that holds a ``bench.json``.

    Raises
    ------
    RuntimeError
        If it fails.
    """
    command = [str(Path(sys.executable).with_name("snakemake")), "-j", str(cores), "-s", str(ROOT / "Snakefile")]
    command += ["--configfile", str(Path(folder, "bench.json")), "--directory", str(folder), *targets]
    log = Path(folder, "bench.log")
    done = run(command, log, cwd=ROOT, **options)
    if done.status != 0:
        raise RuntimeError(f"the workflow failed; the end of its output:\n{log.read_text()[-3000:]}")
    return done


def draw_candidates(workload, n_candidates, folder, cores):
    """Make the dataset, the splits and the candidates of a workload, for its peers."""
    write_config(workload, n_candidates, folder)
    run_workflow(folder, cores, f"results/{workload.name}/candidates/0")


def read_scores(workload, folder):
    """Return test and train scores, lists over candidates of lists over splits, from ``evaluations.csv``."""
    test, train = {}, {}
    with Path(folder, "results", workload.name, "evaluations.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            test.setdefault(int(row["candidate"]), []).append(float(row["test_score"]))
            train.setdefault(int(row["candidate"]), []).append(float(row["train_score"]))
    return [test[i] for i in range(len(test))], [train[i] for i in range(len(train))]


def census(workload, folder):
    """Count what a run left: jobs, files and bytes of ``results`` and of Snakemake's own records."""
    counts = {}
    for name in ("results", ".snakemake"):
        files = [path for path in Path(folder, name).rglob("*") if path.is_file()]
        counts[f"{name} files"], counts[f"{name} bytes"] = len(files), sum(path.stat().st_size for path in files)
    log = max(Path(folder, ".snakemake", "log").glob("*.log"))  # Names begin with the time.
    steps = re.findall(r"(\d+) of (\d+) steps \(100%\) done", log.read_text())
    evaluations = Path(folder, "results", workload.name, "evaluations")
    return {"jobs": int(steps[-1][0]), "evaluate jobs": len(list(evaluations.rglob("*.jsonl"))), **counts}

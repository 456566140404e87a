"""Measure each rule of one run: how long it ran, how much of that was imports, how much memory it took.

    python benchmarks/rules.py svc-10
    python benchmarks/rules.py naive-bayes --candidates 5000

One job at a time, so that no rule waits for another's core. Recorded under the workload's name and size.
"""

import argparse
import json
import os
import statistics
import tempfile
from pathlib import Path

from _machine import describe_machine
from _report import print_rules, write_page
from _workflow import census, run_workflow, write_config
from workloads import ROOT, WORKLOADS


def measure_rules(workload, n_candidates):
    """Run a workload once under the probe.

    Returns
    -------
    dict
        ``rules`` maps a rule to the number of its jobs and, for one of them in the median, seconds (``wall``, of them
        ``imports``), CPU seconds and peak memory; ``run`` is the whole run, ``left`` what it left on disk.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        lines = Path(folder, "probe.jsonl")
        environment = {**os.environ, "CVSEARCH_PROBE": str(lines), "PYTHONPATH": str(ROOT / "benchmarks" / "probe")}
        write_config(workload, n_candidates, folder)
        done = run_workflow(folder, 1, env=environment)
        jobs = {}
        for line in map(json.loads, lines.read_text().splitlines()):
            jobs.setdefault(line.pop("rule"), []).append(line)
        rules = {
            rule: {"jobs": len(found), **{key: statistics.median(job[key] for job in found) for key in found[0]}}
            for rule, found in jobs.items()
        }
        evaluations = n_candidates * workload.config.get("n_splits", 2)
        return {
            "evaluations": evaluations,
            "rules": rules,
            "run": done._asdict(),
            "left": census(workload, folder),
            "machine": describe_machine(),
        }


def main():
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workload", choices=WORKLOADS)
    parser.add_argument("--candidates", type=int, help="in place of the workload's own number")
    parser.add_argument(
        "--record", type=Path, default=ROOT / "benchmarks" / "record.json", help="where measurements are kept"
    )
    parser.add_argument("--write", type=Path, help="the page to fill in")
    options = parser.parse_args()
    workload = WORKLOADS[options.workload]
    n_candidates = options.candidates or workload.n_candidates
    record = json.loads(options.record.read_text()) if options.record.exists() else {}
    measured = measure_rules(workload, n_candidates)
    record.setdefault("rules", {}).setdefault(workload.name, {})[str(measured["evaluations"])] = measured
    options.record.write_text(json.dumps(record, indent=1) + "\n")
    print_rules(measured)
    if options.write:
        write_page(record, options.write)


if __name__ == "__main__":
    main()

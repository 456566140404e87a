"""What it costs to keep predictions: the shipped search, 1,000 candidates on 2 splits, with and without them.

``python benchmarks/predictions.py`` prints medians of whole runs. The runs are interleaved, so that other work on the machine
disturbs both alike.
"""

import statistics
import tempfile

from _workflow import run_workflow, write_config
from workloads import WORKLOADS

REPEATS, CORES = 3, 2
PREDICTIONS_MB = (200, 0)


def measure(predictions_mb):
    """Return the wall time and the CPU time of one run, in seconds."""
    workload = WORKLOADS["svc-1000"]
    workload = workload._replace(config={**workload.config, "predictions_mb": predictions_mb})
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        write_config(workload, workload.n_candidates, folder)
        run = run_workflow(folder, CORES)
    return run.wall, run.cpu


def main():
    """Measure and print."""
    runs = {predictions_mb: [] for predictions_mb in PREDICTIONS_MB}
    for repeat in range(REPEATS):
        for predictions_mb in PREDICTIONS_MB if repeat % 2 == 0 else PREDICTIONS_MB[::-1]:
            runs[predictions_mb].append(measure(predictions_mb))
    print("| predictions_mb | wall, s | CPU, s |\n| --- | --- | --- |")
    for predictions_mb, found in runs.items():
        wall, cpu = map(statistics.median, zip(*found, strict=True))
        print(f"| {predictions_mb} | {wall:.1f} | {cpu:.1f} |")


if __name__ == "__main__":
    main()

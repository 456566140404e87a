"""What journal and worker cost: the same evaluations in a bare loop and through `evaluate`, in one session.

``python benchmarks/overhead.py`` prints a table; times are medians of seconds per evaluation, and what is more is the median
over pairs of runs, one right after the other.
"""

import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests" / "faults"), str(ROOT / "tests")]

import jobs  # noqa: E402
from cvsearch.config.names import Trust  # noqa: E402
from cvsearch.data.dataset import load_dataset  # noqa: E402
from cvsearch.data.splits import load_split, read_split_about  # noqa: E402
from cvsearch.evaluation.batch import Batch  # noqa: E402
from cvsearch.evaluation.evaluator import Evaluator  # noqa: E402
from cvsearch.journal.identity import Setting  # noqa: E402
from cvsearch.journal.journal import Journal  # noqa: E402
from cvsearch.layout import split_paths  # noqa: E402

REPEATS = 7
CASES = {"an evaluation of 0.1 s": (0.1, 40), "an evaluation of no time": (0.0, 2000)}


def compare(seconds, n):
    """Return median seconds per evaluation: in a bare loop, supervised and journaled, and by how much that is more."""
    bare, fenced = [], []
    for _, which in itertools.product(range(REPEATS), ("bare", "fenced")):
        with tempfile.TemporaryDirectory() as folder:
            candidates = [{"value": i, "seconds": seconds} for i in range(n)]
            jobs.prepare(folder, candidates)
            search = jobs.Job(folder).arguments()["search"]
            positions, about = split_paths(0, Path(folder, "results"))
            train, test = load_split(positions, read_split_about(about)["sha256"])
            dataset = load_dataset(Path(folder, "results/dataset"))
            evaluator = Evaluator(search, Trust(["faulty"]), dataset, train, test, 0)
            batch = Batch(list(map(Setting, candidates)), Journal(Path(folder, "journal")), search)
            evaluator(candidates[0])
            if which == "bare":
                started = time.perf_counter()
                for params in candidates:
                    evaluator(params)
                bare.append((time.perf_counter() - started) / n)
            else:
                started = time.perf_counter()
                batch.evaluate(evaluator, lambda remaining: None)
                assert batch.remaining() == []
                fenced.append((time.perf_counter() - started) / n)
    more = [b - a for a, b in zip(bare, fenced, strict=True)]
    return statistics.median(bare), statistics.median(fenced), statistics.median(more)


def main():
    """Measure and print."""
    print("| | bare loop, s | supervised and journaled, s | more, ms | more, % |\n| --- | --- | --- | --- | --- |")
    for name, (seconds, n) in CASES.items():
        bare, fenced, more = compare(seconds, n)
        print(f"| {name} | {bare:.5f} | {fenced:.5f} | {more * 1000:.2f} | {more / bare:.1%} |", flush=True)


if __name__ == "__main__":
    main()

"""Deaths of the worker and of the job at any moment lose no prediction of a finished evaluation and corrupt none."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from workflow_runs import ROOT, environment

N = 12
CANDIDATES = [{"value": i, "seconds": 0.03} for i in range(N)]
MOMENTS = int(os.environ.get("CVSEARCH_MOMENTS", "1"))

SEARCH = {
    "estimator": {"faulty.FaultyClassifier": {"random_state": 1}},
    "scoring": None,
    "random_state": 0,
    "share_work": True,
    "return_train_score": True,
    "retry_failed": 0,
    "limits": {"seconds": None, "memory_mb": None},
}

# `main` gets its paths relative to the folder, as Snakemake has them.
SCRIPT = """
import json, sys
sys.path.append({scripts!r})
from cvsearch.console import job
from cvsearch.layout import SearchPaths
import evaluate
with job("log"):
    evaluate.main(SearchPaths.of("s").round(0), **json.loads({arguments!r}))
"""

ARGUMENTS = {
    "batch": f"000000-{N - 1:06d}",
    "split": 0,
    "positions": "results/splits/0.npz",
    "split_about": "results/splits/0.json",
    "dataset": "results/dataset",
    "search": SEARCH,
    "module_versions": {"faulty": "1"},
}


@pytest.fixture
def folder(tmp_path):
    """A dataset, a split, a batch, and a plan that keeps predictions."""
    import faulty
    import make_splits
    import oracle
    from cvsearch.candidates.plan import Plan, write_plan
    from cvsearch.files import write_rows
    from cvsearch.journal.identity import Setting
    from cvsearch.layout import DatasetPaths, SearchPaths, split_paths, splits_summary

    results = tmp_path / "results"
    X, y = faulty.make_data(60)
    dataset = DatasetPaths(results / "dataset")
    oracle.store_dataset(dataset.folder, X, y)
    settings = {"splitter": "shuffle", "holdout": 0, "test_size": 0.2}
    make_splits.main(dataset.folder, settings, {}, [split_paths(0, results)], (), splits_summary(results))
    paths = SearchPaths.of("s", results).round(0)
    rows = [{"candidate": i, **Setting(params)._asdict()} for i, params in enumerate(CANDIDATES)]
    write_rows(paths.batch(ARGUMENTS["batch"]), rows)
    write_plan(paths, Plan(0, 0, N, 1, N, "score", [], {}, [], prediction_bits=8, n_test=12))
    return tmp_path


def start(folder):
    script = SCRIPT.format(scripts=str(ROOT / "scripts"), arguments=json.dumps(ARGUMENTS))
    env = environment(PYTHONPATH=str(Path(__file__).parent), FAULTY_TRACE=str(folder / "trace"))
    return subprocess.Popen([sys.executable, "-c", script], env=env, cwd=folder, start_new_session=True)


def fits(folder):
    """Return the process id of each fit that has begun."""
    trace = folder / "trace"
    lines = trace.read_text().splitlines() if trace.exists() else []
    return [int(line.split()[0]) for line in lines if line.split()[1] == "fit"]


def kill_at_a_moment(folder, process, moment, worker, number):
    """Kill the worker or the job when so many fits have begun, and so many seconds later."""
    n, delay = moment
    deadline = time.monotonic() + 60
    while len(begun := fits(folder)) < n:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.002)
    time.sleep(delay)
    os.kill(begun[-1] if worker else process.pid, number)


def predicted(folder):
    """Return the value of each finished candidate to its kept labels."""
    from cvsearch.evaluation.predictions import decode
    from cvsearch.journal.identity import Setting
    from cvsearch.journal.journal import Journal

    settings = [Setting(params) for params in CANDIDATES]
    found = {}
    for identity in (folder / "results/s/journal").iterdir():
        journal = Journal(identity)
        for row in journal.history(settings).rows.values():
            assert row["status"] == "ok"
            found[row["params"]["value"]] = decode(journal.read_predictions(row))["predict"].tolist()
    return found


def expected():
    return {i: [(j * 7 + i * 13 + 1) % 3 for j in range(12)] for i in range(N)}


def moments(name):
    """Return seeded moments, (fits begun, delay in seconds), and print them."""
    rng = random.Random(name)
    chosen = [(rng.randint(1, N - 1), rng.uniform(0, 0.04)) for _ in range(MOMENTS)]
    print(f"moments of {name}: {chosen}")
    return chosen


def test_predictions_of_an_undisturbed_batch(folder):
    assert start(folder).wait(60) == 0
    assert predicted(folder) == expected()


@pytest.mark.parametrize("moment", moments("predictions, worker"), ids=str)
def test_a_worker_killed_at_any_moment(folder, moment):
    process = start(folder)
    kill_at_a_moment(folder, process, moment, True, signal.SIGKILL)
    assert process.wait(60) == 0
    assert len(set(fits(folder))) == 2, "a second worker took over: the first one was killed"
    assert predicted(folder) == expected()
    (file,) = (folder / "results/s/journal").rglob("*.predictions")
    assert file.stat().st_size == N * len(b'[["predict","|u1",[12]]]\n' + bytes(12)), "no torn predictions are left"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["SIGKILL", "SIGTERM"])
@pytest.mark.parametrize("moment", moments("predictions, job"), ids=str)
def test_a_job_killed_at_any_moment(folder, moment, number):
    process = start(folder)
    kill_at_a_moment(folder, process, moment, False, number)
    assert process.wait(60) == (-9 if number == signal.SIGKILL else 143)
    time.sleep(0.2)
    before = predicted(folder)
    assert moment[0] - 1 <= len(before) < N
    assert before.items() <= expected().items()
    assert start(folder).wait(60) == 0
    assert len(fits(folder)) <= N + 1, "only the evaluation in flight was repeated"
    assert predicted(folder) == expected()

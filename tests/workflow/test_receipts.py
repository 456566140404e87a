"""A receipt for each batch on each split: asked for by name, and gone where its batch has work again."""

import shutil
from pathlib import Path

import faulty
import pytest
from workflow_runs import environment

FIRST = "results/tree/evaluations/0/000000-000005/0.jsonl"


def test_one_receipt_can_be_asked_for_in_a_fresh_folder(workdir, tiny):
    workdir.write("config.yaml", tiny)
    run = workdir.snakemake(FIRST)
    assert dict(run.jobs) == {"prepare_dataset": 1, "make_splits": 1, "propose_candidates": 1, "evaluate": 1}
    assert run.evaluated == 6
    receipts = [str(path.relative_to(workdir.path)) for path in workdir.path.glob("results/tree/evaluations/*/*/*")]
    assert receipts == [FIRST]


def test_one_receipt_can_be_asked_for_under_another_config(finished, tiny):
    finished.write("config.yaml", tiny | {"random_state": 1})
    run = finished.snakemake(FIRST)
    assert dict(run.jobs) == {"propose_candidates": 1, "evaluate": 1}
    assert run.evaluated == 6
    assert "Nothing to be done" in finished.snakemake(FIRST).output


def test_a_deleted_journal_is_evaluated_again_and_all_forced_is_not(finished):
    """The journal alone holds the evaluations: who deletes it forgets them, who runs every job again does not."""
    digest = finished.digest()
    shutil.rmtree(finished.path / "results/tree/journal")
    run = finished.merge("--forcerun", "evaluate")
    assert (run.evaluated, finished.digest()) == (12, digest)
    run = finished.merge("--forceall")
    assert (run.jobs["prepare_dataset"], run.jobs["evaluate"], run.evaluated) == (1, 2, 0)
    assert finished.digest() == digest


# Two batches of three: in the first one, a candidate that takes too long and one that fails.
FAULTY = {
    "limits": {"seconds": 1.5},
    "batch_size": 3,
    "trusted_modules": ["faulty"],
    "searches": [
        {
            "name": "tree",
            "strategy": "grid",
            "estimator": "faulty.FaultyClassifier",
            "param_distributions": [
                {"value": [0], "seconds": [3.0]},
                {"value": [1], "fault": ["raise"]},
                {"value": [2, 3, 4, 5]},
            ],
        }
    ],
}


@pytest.fixture
def failing(workdir, tiny):
    """A search that has run to its end, and a function that runs it again with other keys."""
    workdir.write("config.yaml", tiny | FAULTY)
    env = environment(PYTHONPATH=str(Path(faulty.__file__).parent))

    def run(*keys, search=workdir):
        return search.merge(*(["--config", *keys] if keys else []), env=env)

    assert run().evaluated == 12
    statuses = workdir.table("evaluations")["status"]
    assert statuses.tolist() == ["timeout"] * 2 + ["failed"] * 2 + ["ok"] * 8
    return workdir, run


def test_a_condition_starts_jobs_only_for_batches_with_rows_that_it_opens(failing):
    """Each such row is evaluated again, on each split, and no other."""
    workdir, run = failing
    others = {path: path.stat().st_mtime_ns for path in workdir.path.glob("results/tree/evaluations/0/000003-000005/*")}
    once = {"propose_candidates": 1, "evaluate": 2, "merge_results": 1, "choose_best": 1}

    higher = run("limits={'seconds': 30}")
    assert (dict(higher.jobs), higher.evaluated) == (once, 2)
    assert workdir.table("evaluations")["status"].tolist() == ["ok"] * 2 + ["failed"] * 2 + ["ok"] * 8

    for retries in (1, 2):
        again = run("limits={'seconds': 30}", f"retry_failed={retries}")
        assert (dict(again.jobs), again.evaluated) == (once, 2), f"retry_failed={retries}"

    assert len(others) == 2
    assert {path: path.stat().st_mtime_ns for path in others} == others
    assert "Nothing to be done" in run("limits={'seconds': 30}", "retry_failed=2").output
    lower = run()
    merged = {"propose_candidates": 1, "merge_results": 1, "choose_best": 1}
    assert (dict(lower.jobs), lower.evaluated) == (merged, 0), "a lower limit opens nothing"

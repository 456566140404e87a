"""A search grows: only what is missing runs, counted by Snakemake's own jobs and by the evaluations that they computed."""

import json
import shutil


def test_candidates_and_splits_are_added_and_nothing_is_done_twice(workdir, tiny):
    workdir.write("config.yaml", tiny | {"n_candidates": 10, "batch_size": 10})
    first = workdir.merge()
    assert first.jobs["evaluate"] == 2
    assert first.evaluated == 20
    ten = workdir.candidates()
    old_splits = {path.name: path.read_bytes() for path in (workdir.path / "results/splits").iterdir()}

    more_candidates = workdir.merge("--config", "n_candidates=20")
    assert more_candidates.jobs["evaluate"] == 2
    assert more_candidates.evaluated == 20
    assert more_candidates.jobs["make_splits"] == more_candidates.jobs["prepare_dataset"] == 0
    assert workdir.candidates()[:10] == ten
    assert (
        "40 evaluations (20 candidates x 2 splits), 20 in the journal, 2 jobs will run the other 20"
        in more_candidates.output
    )

    more_splits = workdir.merge("--config", "n_candidates=20", "n_splits=3")
    assert more_splits.jobs["evaluate"] == 2
    assert more_splits.jobs["make_splits"] == 1
    assert more_splits.evaluated == 20
    for name, content in old_splits.items():
        assert (workdir.path / "results/splits" / name).read_bytes() == content
    assert len(workdir.table("evaluations")) == 60

    fewer = workdir.merge()
    assert fewer.jobs["evaluate"] == fewer.evaluated == 0
    assert fewer.jobs["make_splits"] == 1, "what is said of the splits is said of those that are used"
    assert len(workdir.table()) == 10
    assert len(workdir.table("evaluations")) == 20


def test_another_batch_size_reuses_every_evaluation(workdir, tiny):
    """One batch becomes two: the jobs run again, and find their evaluations in the journal."""
    workdir.write("config.yaml", tiny | {"n_candidates": 500, "batch_size": 500})
    assert workdir.merge().evaluated == 1000
    digest = workdir.digest()
    again = workdir.merge("--config", "batch_size=250")
    assert again.jobs["evaluate"] == 4
    assert again.evaluated == 0
    assert "1,000 in the journal, nothing is left to run" in again.output
    assert workdir.digest() == digest
    of_the_new_cut = {"000000-000249", "000250-000499"}
    for kind in ("candidates", "evaluations"):
        left = {path.stem for path in (workdir.path / "results/tree" / kind / "0").glob("*-*")}
        assert left == of_the_new_cut, kind


def test_a_last_batch_that_was_not_full_is_reused(finished):
    digest = finished.digest()
    more = finished.merge("--config", "n_candidates=8")
    assert (more.jobs["evaluate"], more.evaluated) == (2, 4)
    still_more = finished.merge("--config", "n_candidates=9")
    assert (still_more.jobs["evaluate"], still_more.evaluated) == (2, 2), "a batch of two became one of three"
    finished.merge("--config", "n_candidates=6")
    assert finished.digest() == digest


def test_auto_sizes_batches_once(workdir, tiny):
    workdir.write("config.yaml", tiny | {"batch_size": "auto", "batch_seconds": 0.5, "n_candidates": 200})
    first = workdir.merge()
    assert first.jobs["time_pilot"] == 1
    pilot = (workdir.path / "results/tree/pilot.json").read_text()
    size = json.loads((workdir.path / "results/tree/candidates/0/plan.json").read_text())["batch_size"]
    assert size == max(1, min(5000, int(0.5 / json.loads(pilot)["seconds_per_evaluation"])))
    timed = json.loads(pilot)["evaluations"]
    assert first.evaluated == 400 - timed, "what the pilot evaluated is not evaluated again"
    grown = workdir.merge("--config", "n_candidates=220", "retry_failed=1", "limits={'seconds': 60}")
    assert grown.jobs["time_pilot"] == 0, "neither for more candidates nor for other limits"
    assert (workdir.path / "results/tree/pilot.json").read_text() == pilot
    assert grown.evaluated == 40
    more_splits = workdir.merge("--config", "n_candidates=220", "n_splits=3")
    assert (more_splits.jobs["make_splits"], more_splits.evaluated) == (1, 220)
    assert more_splits.jobs["evaluate"] == -(-220 // size), "the batches are the same, so only the new split has jobs"
    assert (workdir.path / "results/tree/pilot.json").read_text() == pilot
    for change in ("test_size=0.5", "splitter=sklearn.model_selection.KFold", "holdout=0.2"):
        other_splits = workdir.merge("--config", "n_candidates=20", "n_splits=3", change)
        assert other_splits.jobs["time_pilot"] == 1, "fits on other samples take another time"
        timed = json.loads((workdir.path / "results/tree/pilot.json").read_text())["evaluations"]
        assert other_splits.evaluated == 60 - timed, f"{change} changes every split"
        assert other_splits.jobs["merge_results"] == 1
    other = workdir.merge("--config", "n_candidates=220", "dataset={'loader': 'sklearn.datasets.load_wine'}")
    assert other.jobs["time_pilot"] == 1, "other data take another time"


def test_a_search_grown_after_snakemakes_memory_was_lost(finished):
    """It fails with the command that mends it, and never shows the old table as the new one."""
    shutil.rmtree(finished.path / ".snakemake")
    refused = finished.merge("--config", "n_candidates=8", "n_splits=3", check=False)
    assert refused.returncode != 0
    assert "nothing finished is lost: run the same command with --forcerun prepare_dataset" in refused.last_lines
    assert "Traceback" not in refused.output
    mended = finished.merge("--forcerun", "prepare_dataset", "--config", "n_candidates=8", "n_splits=3")
    assert mended.evaluated == 8 * 3 - 6 * 2
    again = finished.merge("--config", "n_candidates=8", "n_splits=3")
    assert "Nothing to be done" in again.output


def test_a_finite_space_gives_all_it_has_and_says_so(finished, tiny):
    tiny["searches"][0]["param_distributions"] = {"max_depth": [1, 2, 3], "criterion": ["gini", "entropy"]}
    finished.write("config.yaml", tiny | {"n_candidates": 100, "batch_size": 100})
    run = finished.merge()
    assert "tree: the space holds 6 candidates, all are taken; n_candidates asks for 100" in run.output
    assert len({json.dumps(c) for c in finished.candidates()}) == 6


LARGE = """
import numpy as np

def load():
    return np.arange(150_000.0).reshape(-1, 1), np.arange(150_000) % 2
"""


def test_growth_runs_the_new_splits_alone_where_index_files_pass_1_mb(workdir, tiny):
    workdir.write("large.py", LARGE)
    config = tiny | {"dataset": {"loader": "large.load"}, "trusted_modules": ["large"], "predictions_mb": 0}
    estimator, space = "sklearn.dummy.DummyClassifier", {"strategy": ["most_frequent", "prior"]}
    config["searches"] = [{"name": "tree", "estimator": estimator, "param_distributions": space, "strategy": "grid"}]
    workdir.write("config.yaml", config)
    assert workdir.merge().evaluated == 4
    sizes = [(workdir.path / f"results/splits/{split}.npz").stat().st_size for split in range(2)]
    assert min(sizes) > 1_000_000
    grown = workdir.merge("--config", "n_splits=3")
    assert (grown.jobs["make_splits"], grown.jobs["evaluate"], grown.evaluated) == (1, 1, 2)
    assert grown.jobs["time_pilot"] == grown.jobs["prepare_dataset"] == 0
    assert "Nothing to be done" in workdir.merge("--config", "n_splits=3").output

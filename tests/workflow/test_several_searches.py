"""Several searches in one config: all, one alone, a mistake in one, a failure of one."""

import pandas as pd
import pytest
from workflow_runs import ROOT, Workdir, environment

TREE = {
    "name": "tree",
    "estimator": "sklearn.tree.DecisionTreeClassifier",
    "param_distributions": {"max_depth": {"range": [1, 40]}},
}
NEIGHBORS = {
    "name": "neighbors",
    "estimator": "sklearn.neighbors.KNeighborsClassifier",
    "param_distributions": {"n_neighbors": {"range": [1, 30]}},
}
# Its first job dies with the first candidate, and is not tried again in the same run.
DYING = {
    "name": "dying",
    "estimator": {"faulty.FaultyClassifier": {"random_state": 1}},
    "param_distributions": {"value": [1], "fault": ["kill_job"]},
}
CONFIG = {
    "dataset": {"loader": "sklearn.datasets.load_iris"},
    "n_candidates": 4,
    "batch_size": 4,
    "scoring": "accuracy",
    "trusted_modules": ["faulty"],
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A run of two sound searches and one whose job dies."""
    workdir = Workdir(tmp_path_factory.mktemp("several"))
    workdir.write("config.yaml", CONFIG | {"searches": [TREE, DYING, NEIGHBORS]})
    workdir.env = environment(PYTHONPATH=str(ROOT / "tests" / "faults"))
    workdir.run = workdir.snakemake(check=False, env=workdir.env)
    return workdir


def test_a_failure_in_one_search_leaves_the_others_and_the_leaderboard_without_it(ran):
    assert ran.run.returncode != 0
    table = pd.read_csv(ran.path / "results/leaderboard.csv")
    assert set(table["search"]) == {"tree", "neighbors"}
    assert table["mean_test_default"].notna().all() and table["mean_test_dummy"].notna().all()
    assert "results/leaderboard.csv: ranks the searches without dying" in ran.run.output
    for name in ("tree", "neighbors"):
        assert (ran.path / f"results/{name}/best.json").exists()
        assert len(ran.table("baselines", name)) == 4
    assert not (ran.path / "results/dying/cv_results.csv").exists()


def test_one_search_alone(workdir):
    """Whatever is wrong with another one."""
    wrong = NEIGHBORS | {"param_distributions": {"neighbours": [1]}}
    workdir.write("config.yaml", CONFIG | {"trusted_modules": [], "searches": [TREE, wrong]})
    run = workdir.snakemake("results/tree/cv_results.csv")
    assert set(run.jobs) == {"prepare_dataset", "make_splits", "propose_candidates", "evaluate", "merge_results"}
    assert not (workdir.path / "results/neighbors").exists()

    run = workdir.snakemake("--config", "n_candidates=6", check=False)
    assert run.returncode != 0 and "evaluate" not in run.jobs, (
        "all of them: nothing is evaluated before the mistake is told"
    )
    assert "searches[neighbors].param_distributions.neighbours: KNeighborsClassifier has no parameter" in run.last_lines


def test_different_ranking_scorers_are_refused_before_anything_runs(workdir):
    workdir.write("config.yaml", CONFIG | {"searches": [TREE, NEIGHBORS | {"scoring": ["f1_macro", "accuracy"]}]})
    run = workdir.snakemake(check=False)
    assert run.returncode != 0 and not (workdir.path / "results").exists()
    assert (
        run.output.count(
            "searches[neighbors].scoring: this search ranks by 'f1_macro', but searches[tree] ranks by 'accuracy'"
        )
        == 1
    )


def test_a_change_of_one_search_while_the_others_stay(workdir):
    """What each search needs is asked of Snakemake one after the other, and none may be left out."""
    config = CONFIG | {"trusted_modules": [], "searches": [TREE, NEIGHBORS]}
    workdir.write("config.yaml", config)
    workdir.snakemake()

    grown = NEIGHBORS | {"n_candidates": 6}
    workdir.write("config.yaml", config | {"searches": [TREE, grown]})
    run = workdir.snakemake()
    assert (run.jobs["propose_candidates"], run.evaluated) == (1, 2 * 2)
    assert len(workdir.table(search="neighbors")) == 6

    third = TREE | {"name": "shallow", "param_distributions": {"max_depth": {"range": [1, 5]}}}
    workdir.write("config.yaml", config | {"searches": [TREE, grown, third]})
    run = workdir.snakemake("--forcerun", "prepare_dataset")
    assert run.evaluated == 2 * 4
    assert (workdir.path / "results/shallow/verdict.json").exists()
    assert set(pd.read_csv(workdir.path / "results/leaderboard.csv")["search"]) == {"tree", "neighbors", "shallow"}
    assert "Nothing to be done" in workdir.snakemake().output

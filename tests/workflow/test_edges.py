"""Spaces that are smaller than they look, the pilot, and what a run says, end to end."""

import json
from collections import Counter

import pytest
from workflow_runs import Workdir, environment

CONFIG = {
    "dataset": {"loader": "sklearn.datasets.load_wine"},
    "n_splits": 2,
    "searches": [
        {
            "name": "bins",
            "n_candidates": 6,
            "estimator": [
                {"bins": {"sklearn.preprocessing.KBinsDiscretizer": {"encode": "ordinal", "strategy": "uniform"}}},
                {"tree": {"sklearn.tree.DecisionTreeClassifier": {"random_state": 0}}},
            ],
            "param_distributions": {"bins__n_bins": {"randint": [5, 15]}},
        },
        {
            "name": "svc",
            "strategy": "grid",
            "estimator": "sklearn.svm.SVC",
            "param_distributions": [
                {"kernel": ["linear"], "C": [1, 10]},
                {"kernel": ["linear", "rbf"], "C": [10, 100]},
            ],
        },
    ],
}


def journaled(workdir, search):
    """Return the rows in the journal of a search."""
    lines = [
        line
        for path in (workdir.path / f"results/{search}/journal").rglob("*.journal")
        for line in path.read_text().splitlines()
    ]
    return [json.loads(line.split(" ", 3)[3]) for line in lines if line.startswith("r ")]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A run inside a Slurm allocation, though not of a job that was submitted, with what jobs on Slurm are granted."""
    workdir = Workdir(tmp_path_factory.mktemp("edges"))
    workdir.write("config.yaml", CONFIG)
    granted = ["--default-resources", "runtime=30", "mem_mb=4000"]
    verdicts = [f"results/{name}/verdict.json" for name in ("bins", "svc")]
    workdir.run = workdir.snakemake(*verdicts, *granted, env=environment(SLURM_JOB_ID="17"))
    return workdir


def test_nothing_is_a_candidate_twice(ran):
    assert len(ran.table(search="bins")["params"].unique()) == len(ran.table(search="bins")) == 6
    assert ran.table(search="svc")["params"].tolist() == [
        '{"C":1,"kernel":"linear"}',
        '{"C":10,"kernel":"linear"}',
        '{"C":10,"kernel":"rbf"}',
        '{"C":100,"kernel":"linear"}',
        '{"C":100,"kernel":"rbf"}',
    ]


@pytest.mark.parametrize(("search", "n"), [("bins", 6), ("svc", 5)])
def test_the_pilot_evaluates_nothing_that_nobody_asked_for(ran, search, n):
    about = json.loads((ran.path / f"results/{search}/pilot.json").read_text())
    timed = about["evaluations"]  # On a slow machine, fewer than all are enough.
    assert 0 < timed <= n and about["capped"] == 0
    assert f"{search}: {2 * n} evaluations ({n} candidates x 2 splits), {timed} in the journal, " in ran.run.output
    asked = [json.dumps(params) for params in ran.candidates(search)]
    # Two baselines set nothing: the estimator with its own parameters, and the dummy.
    rows = Counter(json.dumps(row["params"]) for row in journaled(ran, search))
    assert rows == dict.fromkeys(asked, 2) | {"{}": 4}


def test_nothing_is_said_of_more_candidates_if_there_are_no_more(ran):
    verdict = json.loads((ran.path / "results/svc/verdict.json").read_text())
    assert verdict["search_curve"] is None


def test_a_local_run_inside_an_allocation_has_no_limits_from_it(ran):
    assert {json.dumps(row["limits"]) for row in journaled(ran, "svc")} == {'{"memory_mb": null, "seconds": null}'}


def test_a_run_tells_its_own_results_and_times_nothing_again(ran):
    """The other search has an older result, which is none of this run's."""
    assert "best of 5 candidates" in ran.run.output and "best of 6 candidates" in ran.run.output
    size = json.loads((ran.path / "results/bins/candidates/0.json").read_text())
    bins, svc = CONFIG["searches"]
    ran.write("config.yaml", CONFIG | {"searches": [bins | {"n_candidates": 50}, svc]})
    run = ran.snakemake("results/bins/verdict.json")
    assert "best of 10 candidates" in run.output
    assert "best of 5 candidates" not in run.output
    assert run.jobs["time_pilot"] == 0
    assert json.loads((ran.path / "results/bins/candidates/0.json").read_text()) == size


def test_a_lost_plan_is_told_in_the_middle_of_a_run_too(ran):
    """After the candidates of the other search were drawn."""
    (ran.path / "results/svc/candidates/0/plan.json").unlink()
    bins, svc = CONFIG["searches"]
    ran.write("config.yaml", CONFIG | {"searches": [bins | {"n_candidates": 3}, svc]})
    run = ran.snakemake(check=False)
    assert run.returncode != 0 and run.jobs["propose_candidates"] == 1
    fix = "is missing; rebuild it: run the same command with --forcerun propose_candidates"
    assert f"error: results/svc/candidates/0/plan.json: {fix}" in run.output
    assert "The best of" not in run.output


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (
            {"searches": [CONFIG["searches"][0] | {"param_distributions": {"bins__n_bins": {"scipy.stats.binon": {}}}}]},
            "searches[bins].param_distributions.bins__n_bins: 'scipy.stats.binon' is not a distribution of SciPy; did you "
            "mean 'binom'?",
        ),
        (
            {"dataset": {"loader": {"subprocess.getoutput": {"cmd": "touch ran"}}}, "trusted_modules": ["subprocess"]},
            "trusted_modules[0]: 'subprocess' belongs to Python's standard library; name a module with your own code",
        ),
    ],
    ids=["typo", "standard library"],
)  # fmt: skip
def test_a_mistake_is_told_once_before_anything_runs(workdir, change, problem):
    workdir.write("config.yaml", CONFIG | change)
    run = workdir.snakemake(check=False)
    assert run.returncode != 0 and run.output.count(problem) == 1
    assert not (workdir.path / "results").exists() and not (workdir.path / "ran").exists()

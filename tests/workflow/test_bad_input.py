"""A mistake ends the run before any evaluation, with one clear line among the last ten."""

from pathlib import Path

import faulty
import pytest
from workflow_runs import environment

DATA = """
import numpy as np

def unequal():
    return np.ones((10, 2)), np.zeros(9, dtype=int)

def few():
    return np.arange(4.0).reshape(2, 2), np.array([0, 1])
"""

AT_ONCE = {
    "unknown key": ({"n_split": 3}, "n_split: is not a known key; did you mean 'n_splits'?"),
    "empty space": ({"space": {"max_depth": []}}, "searches[tree].param_distributions.max_depth: [] is empty"),
    "not YAML": ("a: [1", None),
    "runs code": ({"__use_yte__": True}, "__use_yte__ is refused"),
}

# What the scripts check is tested case by case in tests/unit; here, one mistake for each rule that may find one.
IN_A_JOB = [
    (
        "prepare_dataset",
        {"dataset": {"loader": "data.unequal"}},
        "dataset.loader: X has 10 samples and y 9; give one target per sample",
    ),
    (
        "make_splits",
        {"dataset": {"loader": "data.few"}, "test_size": 0.9},
        "test_size: 0.9 of 2 samples leaves a side of the split empty",
    ),
    (
        "time_pilot",
        {"batch_size": "auto", "space": {"max_dept": [1, 2]}},
        "searches[tree].param_distributions.max_dept: DecisionTreeClassifier has no parameter 'max_dept'; did you mean 'max_depth'?",
    ),
    (
        "propose_candidates",
        {"scoring": "acuracy"},
        "error: scoring: 'acuracy' is not the name of a scorer; did you mean 'accuracy'?",
    ),
    (
        "propose_candidates",
        {"space": {"max_depth": [1, 2, -1]}},
        "searches[tree].param_distributions.max_depth[2]: The 'max_depth' parameter of DecisionTreeClassifier must be ",
    ),
]


def apply(config, change):
    change = dict(change)
    search = config["searches"][0]
    if "space" in change:
        search["param_distributions"] = change.pop("space")
    if "estimator" in change:
        search["estimator"] = change.pop("estimator")
    return config | change | {"trusted_modules": ["data"]}


def check(run, message):
    assert run.returncode != 0
    assert message in run.last_lines
    assert "Traceback" not in run.last_lines.split(message)[1]
    assert run.jobs["evaluate"] == 0


@pytest.mark.parametrize("case", AT_ONCE)
def test_structure_is_checked_as_the_snakefile_is_read(workdir, tiny, case):
    change, message = AT_ONCE[case]
    if isinstance(change, str):
        workdir.write("config/config.yaml", change)
        run = workdir.snakemake(config=None, check=False)
        check(run, "config/config.yaml, line 1: not valid YAML")
    else:
        workdir.write("config.yaml", apply(tiny, change))
        check(workdir.snakemake(check=False), message)
    assert not (workdir.path / "results").exists()


@pytest.mark.parametrize(("rule", "change", "message"), IN_A_JOB, ids=[message.split()[0] for *_, message in IN_A_JOB])
def test_what_needs_scikit_learn_is_checked_before_any_evaluation(finished, tiny, rule, change, message):
    """In a directory with a finished search, of which nothing is touched."""
    computed = [path for kind in ("evaluations", "journal") for path in finished.path.glob(f"results/tree/{kind}/**/*")]
    before = {path: path.read_bytes() for path in computed if path.is_file()}
    finished.write("data.py", DATA)
    finished.write("config.yaml", apply(tiny, change))
    run = finished.merge(check=False)
    check(run, message)
    assert f"Error in rule {rule}:" in run.output
    assert before and {path: path.read_bytes() for path in before} == before


def test_a_mistake_in_the_last_search_shows_before_the_first_is_evaluated(finished, tiny):
    first = tiny["searches"][0]
    tiny["searches"] = [first | {"name": "one"}, first | {"name": "other", "param_distributions": {"max_dept": [1]}}]
    finished.write("config.yaml", tiny)
    message = "searches[other].param_distributions.max_dept: DecisionTreeClassifier has no parameter 'max_dept'"
    check(finished.snakemake(check=False), message)


def failing(tiny, space):
    """Return a config whose candidates fail as they say, and the environment that it needs."""
    search = {"name": "tree", "estimator": "faulty.FaultyClassifier", "param_distributions": space}
    config = tiny | {"trusted_modules": ["faulty"], "searches": [search]}
    return config, environment(PYTHONPATH=str(Path(faulty.__file__).parent))


def test_a_search_in_which_everything_fails_ends_with_the_most_frequent_reason(finished, tiny):
    """Its tables are there all the same, and its figures too, at the latest on request."""
    config, env = failing(tiny, {"fault": ["raise"], "value": [1, 2, 3]})
    finished.write("config.yaml", config)
    run = finished.snakemake(check=False, env=env)
    assert run.returncode != 0
    assert (
        "tree: no candidate has a mean test score, so there is no best one: all 6 evaluations gave no score "
        "(6 x ValueError: no fit today)" in run.last_lines
    )
    assert (run.jobs["evaluate"], run.jobs["choose_best"]) == (2, 0)
    assert run.jobs["merge_results"] == 1
    assert not (finished.path / "results/tree/best.json").exists(), "the best one of before is not that of this search"
    assert finished.table()["mean_test_score"].isna().all()
    assert finished.table("evaluations")["error"].tolist() == ["ValueError: no fit today"] * 6
    again = finished.snakemake("results/tree/plots/parameter_map.png", env=env)
    assert run.jobs["plot_search"] + again.jobs["plot_search"] == 1


def test_some_failures_are_counted_with_their_reasons_and_the_command_that_tries_again(finished, tiny):
    config, env = failing(tiny, [{"value": [0], "fault": ["os_exit"]}, {"value": [1, 2, 3]}])
    finished.write("config.yaml", config)
    run = finished.snakemake("results/tree/verdict.json", env=env)
    line = "\n  warning: 2 of 8 evaluations failed (2 x process ended itself with exit status 3, 2 times); "
    assert line in run.last_lines, "where a user looks"
    assert run.output.count(line) == 1, "nothing is said twice"
    hint = "to try those that were killed again: run the same command with --config retry_failed=1"
    assert hint in run.output
    table = finished.table()
    assert table.sort_values("rank_test_score")["param_fault"].iloc[-1] == "os_exit"
    assert table["mean_test_score"].isna().sum() == 1
    again = finished.merge("--config", "retry_failed=1", env=env)
    assert again.evaluated == 2
    assert finished.table("evaluations")["error"].notna().sum() == 2


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        (
            "candidates/0/000000-000005.jsonl",
            lambda b: b[:-9],
            "truncated; rebuild it: run the same command with --forcerun propose_candidates",
        ),
        (
            "candidates/0/plan.json",
            lambda b: b[:-9],
            "was truncated or edited; rebuild it: run the same command with --forcerun propose_candidates",
        ),
        (
            "evaluations/0/000000-000005/1.jsonl",
            lambda b: b + b.splitlines()[-1] + b"\n",
            "was edited; rebuild it: rm ",
        ),
        (
            "evaluations/0/000000-000005/1.jsonl",
            lambda b: b.replace(b"rows 1", b"rows 0"),
            "is of format 'cvsearch rows 0', this version reads 'cvsearch rows 1'; rebuild it: rm ",
        ),
        ("cv_results.csv", lambda b: b[:-30], "rebuild it: run the same command with --forcerun merge_results"),
    ],
    ids=["candidates cut", "plan cut", "evaluations duplicated", "evaluations older", "table cut"],
)
def test_a_damaged_result_file_is_named_with_the_command_that_rebuilds_it(finished, name, damage, said):
    digest = finished.digest()
    path = finished.path / "results/tree" / name
    path.write_bytes(damage(path.read_bytes()))
    run = finished.snakemake(check=False)
    assert run.returncode != 0
    assert f"results/tree/{name}: " in run.last_lines and said in run.last_lines
    if "rm " in said:
        path.unlink()
        mended = finished.merge("results/tree/provenance.json")
    else:
        mended = finished.merge("--forcerun", said.split("--forcerun ")[1])
    assert mended.evaluated == 0
    assert finished.digest() == digest

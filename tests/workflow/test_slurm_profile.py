"""The Slurm profile where there is no Slurm: what it asks for, and that it is Slurm that it asks."""

import json
import os
from pathlib import Path

import pytest
import yaml
from workflow_runs import environment, run_snakemake

ROOT = Path(__file__).parents[2]
PROFILE = ROOT / "profiles" / "slurm"

CONFIG = {
    "dataset": {"loader": "sklearn.datasets.load_iris"},
    "searches": [
        {
            "name": "nb",
            "estimator": "sklearn.naive_bayes.GaussianNB",
            "param_distributions": {"var_smoothing": {"loguniform": [1e-12, 0.1]}},
        }
    ],
}


@pytest.fixture
def snakemake(tmp_path):
    """A function that runs Snakemake in a folder of its own with the profile."""
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))

    def run(*arguments, profile=PROFILE, path=None):
        given = ["--configfile", "config.json", "--snakefile", ROOT / "Snakefile", "--workflow-profile", profile]
        env = environment(PATH=f"{path}:{os.environ['PATH']}") if path else environment()
        return run_snakemake([*map(str, given), *arguments], env, tmp_path)

    return run


def profile(name):
    return yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())


def test_a_dry_run_needs_no_cluster(snakemake):
    status, said = snakemake("--dry-run")
    assert status == 0, said
    assert "propose_candidates" in said


def test_jobs_are_given_to_sbatch_with_what_they_need(snakemake, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sbatch", "squeue", "sinfo", "scontrol", "sacct", "sacctmgr", "scancel"):
        refuse = 'echo "not today" >&2; exit 1' if tool == "sbatch" else "exit 0"
        (tools / tool).write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/{tool}.calls\n{refuse}\n')
        (tools / tool).chmod(0o755)
    resources = ["--default-resources", "slurm_partition=short", "mem_mb=2000*attempt", "runtime=30*attempt"]
    status, said = snakemake("--retries", "1", "--slurm-init-seconds-before-status-checks", "1", *resources, path=tools)
    assert status != 0
    assert "not today" in said
    first, second = (tmp_path / "sbatch.calls").read_text().splitlines()
    assert "--mem 2000 " in first
    assert "-t 30 " in first
    assert "-p short " in first
    assert "--mem 4000 " in second, "a retry asks for more"
    assert "-t 60 " in second
    assert not (tmp_path / "results" / "dataset").exists(), "nothing ran here"


def test_a_flag_on_the_command_line_does_not_make_batches_small(snakemake, tmp_path):
    flag = ["results/nb/best.json", "--config", "n_candidates=3"]
    status, said = snakemake("--executor", "local", "--cores", "2", *flag)
    assert status == 0, said
    pilot = json.loads((tmp_path / "results" / "nb" / "pilot.json").read_text())
    plan = json.loads((tmp_path / "results" / "nb" / "candidates" / "0" / "plan.json").read_text())
    seconds = profile("slurm")["set-resources"]["propose_candidates"]["batch_seconds"]
    assert plan["batch_size"] == min(int(seconds / pilot["seconds_per_evaluation"]), 5000)
    rows = [
        line
        for path in tmp_path.glob("results/nb/journal/*/*.journal")
        for line in path.read_text().splitlines()
        if line[0] == "r"
    ]
    assert rows
    assert all('"limits":{"memory_mb":null,"seconds":null}' in row for row in rows), (
        "the profile alone limits no evaluation"
    )

    _, again = snakemake(
        *flag,
        "--dry-run",
        "--set-resources",
        "evaluate:mem_mb=1",
        "evaluate:runtime=1",
        "propose_candidates:batch_seconds=7",
    )
    assert "Nothing to be done" in again, "a changed resource runs nothing again"
    _, elsewhere = snakemake(*flag, "--dry-run", profile="none")
    assert "Nothing to be done" in elsewhere


def test_it_says_what_the_default_profile_says():
    assert profile("default").items() <= profile("slurm").items()


def test_a_job_is_granted_three_times_its_batch():
    resources = profile("slurm")["set-resources"]
    assert (
        eval(resources["evaluate"]["runtime"], {"attempt": 1}) * 60
        >= 3 * resources["propose_candidates"]["batch_seconds"]
    )


def test_it_leaves_the_cores_to_the_command_line_and_arrays_alone():
    assert not {"cores", "slurm-array-jobs", "local-rules"} & set(profile("slurm"))

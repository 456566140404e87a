"""The workflow as a module of another one."""

import contextlib
import functools
import http.server
import json
import threading
from pathlib import Path

import pytest
from sklearn.datasets import load_iris
from workflow_runs import ROOT, TINY, environment

# The outer workflow's own modules, of which this workflow has some of the same name.
BEFORE, AFTER = ("_config", "evaluate", "layout"), ("config", "files", "run")

PARTIAL = {"dataset": {"loader": "sklearn.datasets.load_wine"}, "n_candidates": 4, "batch_size": 2}


TABLE = """
rule table:
    input: "given.csv"
    output: "iris.csv"
    shell: "cp {input} {output}"
"""


@pytest.fixture
def own_modules(workdir):
    """A folder with modules of the outer workflow's own."""
    for name in BEFORE + AFTER:
        workdir.write(f"own/{name}.py", f"NAME = 'my {name}'\n")
    return workdir.path / "own"


def test_use_as_a_module_beside_modules_of_ones_own(workdir, own_modules):
    """A config without searches is laid over the shipped one, and not over that of the outer workflow."""
    workdir.write("config/config.yaml", {"samples": "of the outer workflow", "cvsearch": PARTIAL})
    snakefile = workdir.write(
        "Snakefile",
        f"""
import sys
sys.path.insert(0, {str(own_modules)!r})
import {", ".join(BEFORE)}

configfile: "config/config.yaml"

module cvsearch:
    snakefile: "{ROOT}/Snakefile"
    config: config["cvsearch"]

use rule * from cvsearch as cvsearch_*

import {", ".join(f"{name} as my_{name}" for name in AFTER)}
mine = [{", ".join([*BEFORE, *(f"my_{name}" for name in AFTER)])}]

rule mine:
    default_target: True
    input: rules.cvsearch_all.input
    output: "done.txt"
    params: names=[module.NAME for module in mine], samples=config["samples"]
    shell: "echo {{params.names}} {{params.samples}} > {{output}}"
""",
    )
    run = workdir.snakemake(config=None, snakefile=snakefile)
    assert run.jobs["cvsearch_evaluate"] == 4
    assert run.jobs["mine"] == 1
    assert json.loads((workdir.path / "results/svc/best.json").read_text())["params"]
    names = " ".join(f"my {name}" for name in BEFORE + AFTER)
    assert (workdir.path / "done.txt").read_text() == f"{names} of the outer workflow\n"


def test_two_modules_each_under_a_prefix(workdir):
    """Where each job is a process that reads the Snakefile again, and is handed two configs.

    The prefix is not put before the path of a table, which a rule of the outer workflow makes.
    """
    workdir.write("given.csv", load_iris(as_frame=True).frame.to_csv(index=False))
    table = {"dataset": {"file": "iris.csv", "target": "target"}}
    other = TINY | {"searches": [TINY["searches"][0] | {"name": "other"}], "random_state": 1}
    one = TINY | table | {"n_splits": 1, "batch_size": "auto"}
    workdir.write("config/config.yaml", {"one": one, "two": other | {"n_splits": 1}})
    modules = "\n".join(
        f"""
module {name}:
    snakefile: "{ROOT}/Snakefile"
    config: config["{name}"]
    prefix: "{name}"

use rule * from {name} as {name}_*
"""
        for name in ("one", "two")
    )
    snakefile = workdir.write("Snakefile", f'configfile: "config/config.yaml"\n{modules}{TABLE}')
    executors = environment(PYTHONPATH=str(Path(__file__).parent / "executors"))
    targets = "one/results/tree/candidates/0", "two/results/other/candidates/0"
    arguments = ["--executor", "processes", "--jobs", "2", "--seconds-between-status-checks", "1"]
    workdir.snakemake(*targets, *arguments, config=None, snakefile=snakefile, env=executors, fresh=True)
    plans = [json.loads((workdir.path / path / "plan.json").read_text())["inputs"] for path in targets]
    seeds = [plan["search"]["random_state"] for plan in plans]
    assert seeds == [0, 1]
    assert not (workdir.path / "results").exists()
    again = workdir.snakemake(*targets, config=None, snakefile=snakefile)
    assert "Nothing to be done" in again.output


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def served(folder):
    """Serve a folder; return its address."""
    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def test_a_module_that_is_fetched_file_by_file(workdir, tiny, clone):
    """As from a repository elsewhere: Snakemake fetches what is named, and nothing beside it."""
    workdir.write("config/config.yaml", tiny)
    with served(clone) as address:
        snakefile = workdir.write(
            "Snakefile",
            f"""
configfile: "config/config.yaml"

module cvsearch:
    snakefile: "{address}/Snakefile"
    config: config

use rule * from cvsearch
""",
        )
        cache = environment(XDG_CACHE_HOME=str(workdir.path / "cache"))
        run = workdir.snakemake("all", config=None, snakefile=snakefile, env=cache)
    assert run.jobs["evaluate"] == 2
    assert run.jobs["all"] == 1
    assert (workdir.table("evaluations")["status"] == "ok").all()

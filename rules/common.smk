# What the rules need to know before they run: the config, checked, and which files a search consists of.

import functools
import sys
import time
from importlib import metadata
from pathlib import Path

from snakemake.exceptions import WorkflowError

# A script finds its helpers beside it; Snakemake fetches them there when the workflow is used from a repository.
HELPERS = (
    "_config _dataset _errors _estimator _evaluator _figure _job _journal _limits _plan _rows _shared _space "
    "_status _summary _supervisor _tables _trust _worker"
).split()
for helper in HELPERS:
    helper_path = workflow.source_path(f"../scripts/{helper}.py")
if (scripts := str(Path(helper_path).parent)) not in sys.path:
    sys.path.append(scripts)

import _config
import _job
import _journal
import _plan
import _rows
import _space
import _summary
import _trust
from _errors import InputError

STARTED = time.time()

# Another version may give other numbers: what depends on it runs again.
VERSIONS = {
    "scikit-learn": metadata.version("scikit-learn"),
    "evaluations": _journal.FORMAT,
}

# From so many evaluations on, tables are also written as Parquet.
PARQUET_ROWS = 100_000


def checked(config):
    """Lay the config over the one that it extends, and check it."""
    # Snakemake has run the templates of these by now; a config that has some is refused all the same.
    for path in workflow.overwrite_configfiles:
        _config.read_yaml(path)
    layers = [config]
    # A working directory's own config, unless it is that of a workflow which uses this one as a module.
    here = Path(str(workflow.current_basedir)).resolve().parent
    alone = Path(workflow.basedir).resolve() == here
    if alone and (own := Path("config/config.yaml")).exists():
        layers.append(_config.read_yaml(own))
    layers.append(_config.read_yaml(workflow.source_path("../config/config.yaml")))
    schema = _config.read_yaml(workflow.source_path("../config/schema.yaml"))
    return _config.validate(_config.assemble(*layers), schema)


try:
    config = checked(config)
except InputError as error:
    raise WorkflowError(str(error)) from None

SHARED_KEYS = {key: config[key] for key in ("random_state", "retry_failed")}
SEARCHES = {search["name"]: search | SHARED_KEYS for search in config["searches"]}
SPLITS = range(config["n_splits"])

# When each plan was written, before this run.
PLANNED = {name: _plan.written_at(f"results/{name}") for name in SEARCHES}
TRUST = _trust.Trust(config["trusted_modules"])


def settings_of(name, *keys):
    """Some keys of a search."""
    return {key: SEARCHES[name][key] for key in keys}


def search_settings(wildcards):
    """What defines an evaluation, and what it may use."""
    keys = "estimator scoring random_state limits retry_failed share_work".split()
    return settings_of(wildcards.search, *keys)


def pilot_settings(wildcards):
    """What a pilot times: evaluations, and the space that they are taken from."""
    keys = "estimator scoring random_state param_distributions".split()
    return settings_of(wildcards.search, *keys)


# Snakemake takes params that are told the resources for derived from them, and runs nothing again where they change.


def pilot_conditions(wildcards, resources):
    """Under what the pilot evaluates. It is not timed again for that: batches that are there keep their size."""
    return settings_of(wildcards.search, "limits", "share_work")


def merged_config(wildcards, resources):
    """The config that is noted beside the results. They rest on their inputs alone: another search's key merges none again."""
    return config


def asked_of(name):
    """What a plan answers; kept in the plan, so that it tells by itself whether it is the one asked for."""
    keys = (
        "dataset",
        "splitter",
        "test_size",
        "n_splits",
        "batch_seconds",
    )
    versions = VERSIONS | TRUST.versions([config["dataset"], *code_of(SEARCHES[name])])
    return {
        "search": SEARCHES[name],
        **{key: config[key] for key in keys},
        "versions": versions,
    }


def code_of(search):
    """The pieces of a search that may name code outside scikit-learn."""
    return [search[key] for key in ("estimator", "param_distributions", "scoring")]


def module_versions(wildcards):
    """The code outside scikit-learn that a search rests on."""
    return TRUST.versions(code_of(SEARCHES[wildcards.search]))


def pilot_file(wildcards):
    """The pilot, where batches are sized by it."""
    auto = SEARCHES[wildcards.search]["batch_size"] == "auto"
    return "results/{search}/pilot.json" if auto else []


def batches(wildcards):
    """The batches of a search, once the candidates of every search are drawn.

    So a mistake in the last search shows before the first one is evaluated.
    """
    folders = {
        name: checkpoints.propose_candidates.get(search=name, round=0).output[0]
        for name in SEARCHES
    }
    for name, folder in folders.items():
        check_plan(name, Path(folder))
    return sorted(glob_wildcards(f"{folders[wildcards.search]}/{{batch}}.jsonl").batch)


@functools.cache
def check_plan(name, folder):
    """Check, once, that the plan of a search is the one asked for; tell what it says if it is of this run.

    SystemExit where it is not, because Snakemake would bury an exception of an input function under a traceback.
    """
    try:
        plan = _plan.read_plan(folder.parents[1])
    except InputError as error:
        sys.exit(f"error: {error}")
    # Only where .snakemake was lost does an outdated plan pass for up to date.
    if plan is None or _rows.canonical(plan["asked"]) != _rows.canonical(
        asked_of(name)
    ):
        sys.exit(
            f"error: {folder}: was drawn for another config, and .snakemake no longer knows; nothing "
            "finished is lost: run the same command with --forcerun prepare_dataset"
        )
    # Told here because a job on a cluster has no console.
    if _plan.written_at(folder.parents[1]) != PLANNED[name]:
        print(*plan["said"], sep="\n", file=sys.stderr)


def candidate_files(wildcards):
    """One file for each batch of a search."""
    return expand(
        "results/{search}/candidates/0/{batch}.jsonl",
        search=wildcards.search,
        batch=batches(wildcards),
    )


def evaluation_files(wildcards):
    """One file for each batch of a search on each split."""
    return expand(
        "results/{search}/evaluations/0/{batch}/{split}.jsonl",
        search=wildcards.search,
        batch=batches(wildcards),
        split=SPLITS,
    )


def results():
    """Everything a run leaves for a person."""
    wanted = ["results/dataset/example.png"]
    for name, search in SEARCHES.items():
        folder = f"results/{name}"
        wanted += [
            f"{folder}/{file}"
            for file in ("cv_results.csv", "evaluations.csv", "best.json")
        ]
        wanted += [f"{folder}/plots/best_candidates.html"]
        wanted += [f"{folder}/plots/parameter_map.{kind}" for kind in ("png", "svg")]
        asked = _space.count_candidates(
            search["param_distributions"], search["strategy"], search["n_candidates"]
        )
        if asked * len(SPLITS) >= PARQUET_ROWS:
            wanted += [
                f"{folder}/{table}.parquet" for table in ("cv_results", "evaluations")
            ]
    return wanted


def tell_errors():
    """Repeat, at the end of the console, what stopped each job."""
    for line in _job.errors_since("results/logs", STARTED):
        print(f"error: {line}", file=sys.stderr)


def tell_results():
    """Say how each search came out, and where its table and plots are.

    A run that was asked for something earlier in the pipeline leaves searches without a result.
    """
    for name in SEARCHES:
        if Path(f"results/{name}/best.json").exists():
            try:
                print(_summary.summary(f"results/{name}"), file=sys.stderr)
            except InputError as error:
                print(f"error: {error}", file=sys.stderr)

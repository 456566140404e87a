"""One run of the workflow: its checked config, and what the rules have to know about its searches.

The Snakefile makes one `Run`. The rules ask it for their params, their input files and their targets.
"""

import functools
import hashlib
import json
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from cvsearch.candidates.plan import REBUILD as DRAW_AGAIN
from cvsearch.candidates.plan import Plan, read_plan, read_plans, written_at
from cvsearch.candidates.space import check_distributions, check_space, subspaces
from cvsearch.candidates.strategies import strategy_class, strategy_of
from cvsearch.config.layers import Config, assemble, read_yaml
from cvsearch.config.names import Trust, check_modules
from cvsearch.config.schema import validate
from cvsearch.config.values import strict
from cvsearch.console import errors_since
from cvsearch.data.columns import check_dataset_keys, test_fold_column
from cvsearch.data.splitters import SHUFFLE, check_splitting
from cvsearch.errors import InputError, did_you_mean
from cvsearch.evaluation.limits import note_controller
from cvsearch.files import AnyPath, canonical, changed_at, read_json
from cvsearch.journal.identity import FORMAT, defining
from cvsearch.journal.policy import Terms
from cvsearch.layout import (
    EXAMPLE,
    LEADERBOARD,
    LEADERBOARD_FIGURE,
    RESULTS,
    RoundPaths,
    SearchPaths,
    holdout_paths,
    leaderboard_paths,
    logs_folder,
    report_page,
)
from cvsearch.report.leaderboard import write_leaderboard
from cvsearch.report.live import show
from cvsearch.report.opening import write_opening
from cvsearch.report.summary import caption_numbers, messages_of, summary
from cvsearch.results.leaderboard import check_comparable, leaderboard, own_scorer
from cvsearch.results.storage import REBUILD

# With at least this many evaluations, tables are also written as Parquet.
PARQUET_ROWS = 100_000

# A table of predictions with more rows than this is written only as Parquet.
PREDICTION_ROWS = 1_000_000

# A run passes its config to its jobs in this variable. If a user edits a config file during a run, only the next run
# changes.
CONFIG_VARIABLE = "CVSEARCH_CONFIG"

# Linux allows at most 128 KiB in one variable. If a config is larger, the jobs read the config files again.
MAX_VARIABLE_BYTES = 120_000

# The conditions under which evaluations run. Snakemake treats them like resources. So a change of them does not run every
# job again: only the candidates are drawn again, and this job removes the receipts of the batches that have work again. The estimator is one of them because some of its parameters do not change a score.
CONDITIONS = ("estimator", "limits", "retry_failed", "share_work", "return_train_score")

# The pieces of a search that may name code outside scikit-learn.
CODE_KEYS = ("estimator", "param_distributions", "scoring")


def read_config(config: Config, own: Path | None, shipped: AnyPath, schema: AnyPath) -> Config:
    """Lay a config over the configs that it extends, and check the result.

    Parameters
    ----------
    config : dict
        The config of the command line, or of the workflow that uses this workflow as a module.
    own : Path or None
        The config of the working directory, if it is used.
    shipped, schema : path-like

    Raises
    ------
    InputError
        For the first mistake found.
    """
    layers = [config]
    if own is not None and own.exists():
        layers.append(read_yaml(own))
    layers.append(read_yaml(shipped))
    checked = validate(assemble(*layers), read_yaml(schema))
    check_modules(checked["trusted_modules"], "trusted_modules")
    check_dataset_keys(checked["dataset"])
    check_splitting(checked)
    # If another workflow uses this workflow as a module, one of its rules may have to make the file first.
    file = checked["dataset"].get("file")
    if own is not None and file is not None:
        if not Path(file).is_file():
            raise InputError(
                f"dataset.file: {file!r} does not exist; paths are relative to the working directory, {Path.cwd()}"
            )
        # Snakemake compares large files only by their time. If a file is touched, all jobs that depend on it run
        # again. So the hash of the file is used instead.
        with open(file, "rb") as opened:
            checked["dataset"]["file_sha256"] = hashlib.file_digest(opened, "sha256").hexdigest()
    for search in checked["searches"]:
        path = f"searches[{search['name']}]"
        strategy = strategy_class(search["strategy"], f"{path}.strategy")
        check_space(search["param_distributions"], f"{path}.param_distributions", strategy.needs_values)
        known = {name for subspace in subspaces(search["param_distributions"]) for name in subspace}
        for name in search["simplest_by"]:
            if name not in known:
                hint = did_you_mean(name, known) or "; name one of param_distributions"
                raise InputError(f"{path}.simplest_by: {name!r} is not a parameter of the space{hint}")
    check_comparable(checked["searches"])
    for search in checked["searches"]:
        check_distributions(search["param_distributions"], f"searches[{search['name']}].param_distributions")
    return checked


def kept_config(read: Callable[[], Config], is_controller: bool, results: AnyPath = RESULTS) -> Config:
    """Return the config of a run. The controller reads it, and passes it to the jobs in the environment.

    Parameters
    ----------
    read : callable
        Reads and checks the config files.
    is_controller : bool
        Whether the user started this process.
    results : path-like
        The folder of results. A workflow that uses this workflow as a module twice has two folders of results. Each
        folder has its own config.
    """
    variable = f"{CONFIG_VARIABLE}_{hashlib.sha256(str(results).encode()).hexdigest()[:8]}"
    if not is_controller and variable in os.environ:
        kept: Config = json.loads(os.environ[variable])
        return kept
    config = read()
    note_controller()
    text = canonical(config)
    os.environ.pop(variable, None)
    if len(text) <= MAX_VARIABLE_BYTES:
        os.environ[variable] = text
    return config


def _stop(message: str) -> NoReturn:
    """End the run with an error.

    The error is printed here. After jobs have run, Snakemake does not print the message of a SystemExit.
    """
    print(f"error: {message}", file=sys.stderr)
    sys.exit(1)


class Written(NamedTuple):
    """When two results of a search were written, in nanoseconds of their file system's clock.

    None for a result that is missing.
    """

    provenance: int | None
    verdict: int | None


class Run:
    """What the rules ask for.

    Parameters
    ----------
    config : dict
        A checked config.
    checkpoints : object
        The checkpoints of Snakemake. ``checkpoints.propose_candidates.get()`` makes a job wait until its candidates are
        drawn.
    results : path-like
        The folder of results on disk. The paths for the rules start with ``results``. Snakemake puts the prefix of a
        module before these paths.
    """

    def __init__(self, config: Config, checkpoints: Any, results: AnyPath = RESULTS) -> None:
        self.config, self._checkpoints, self._results = config, checkpoints, Path(results)
        self.started = time.time()
        shared = {key: config[key] for key in ("random_state", "retry_failed")}
        self.searches: dict[str, dict[str, Any]] = {search["name"]: search | shared for search in config["searches"]}
        self.splits = range(config["n_splits"])
        self.trust = Trust(config["trusted_modules"])
        # Another version may give other numbers. So everything that depends on the version runs again.
        self.versions = {"scikit-learn": metadata.version("scikit-learn"), "evaluations": FORMAT}
        self._planned = {at: written_at(self._paths(*at)) for at in self._rounds()}
        self._leaderboard = leaderboard_paths(self._results)
        self._leaderboard_before = changed_at(self._leaderboard[0])
        self._opening_before = changed_at(report_page(self._results))
        self._told = {name: self._written(name) for name in self.searches}

    @property
    def compares(self) -> bool:
        """Whether there are several searches and the same scorer ranks in all of them."""
        return len(self.searches) > 1 and not any(map(own_scorer, self.searches.values()))

    def _rounds(self) -> list[tuple[str, int]]:
        return [(name, number) for name in self.searches for number in self.rounds(name)]

    def _paths(self, name: str, number: int) -> RoundPaths:
        return self._search(name).round(number)

    def _search(self, name: str) -> SearchPaths:
        """Return the paths of a search as they are on disk."""
        return SearchPaths.of(name, self._results)

    def rounds(self, name: str) -> range:
        """Return the numbers of a search's rounds."""
        return range(strategy_of(self.searches[name]).n_rounds)

    def _settings(self, name: str, *keys: str) -> dict[str, Any]:
        return {key: self.searches[name][key] for key in keys}

    # Params of rules. If the function of a param takes `resources`, Snakemake treats the param like a resource. Then a
    # change of the param runs nothing again.

    def search(self, wildcards: Any, resources: Any) -> dict[str, Any]:
        """Return a search of the config. If it changes, the input files of the rules that use it change too."""
        return self.searches[wildcards.search]

    def search_settings(self, wildcards: Any) -> dict[str, Any]:
        """Return what defines an evaluation."""
        return defining(self.searches[wildcards.search])

    def pilot_settings(self, wildcards: Any) -> dict[str, Any]:
        """Return what a pilot measures: evaluations, and the space that their candidates are drawn from."""
        return self.search_settings(wildcards) | self._settings(wildcards.search, "param_distributions")

    def pilot_candidates(self, wildcards: Any, resources: Any) -> dict[str, Any]:
        """Return what a pilot draws its candidates from.

        A change of it does not run the pilot again. So a search that grows keeps its batches.
        """
        settings = self._settings(wildcards.search, "strategy", "n_candidates", "predictions_mb")
        return settings | {"n_splits": self.config["n_splits"]}

    def conditions(self, wildcards: Any, resources: Any) -> dict[str, Any]:
        """Return the conditions under which evaluations run."""
        return self._settings(wildcards.search, *CONDITIONS)

    def terms(self, wildcards: Any) -> dict[str, Any]:
        """Return the conditions under which a row is final. If they change, a failed row may be tried again."""
        search = self.searches[wildcards.search]
        return Terms.of(search)._asdict() | {"predictions_mb": search["predictions_mb"]}

    def merged_config(self, wildcards: Any, resources: Any) -> Config:
        """Return the config that is noted beside the results. The results depend only on their input files."""
        return self.config

    def space(self, wildcards: Any) -> Any:
        """Return the space of a search."""
        return self.searches[wildcards.search]["param_distributions"]

    def simplest_by(self, wildcards: Any) -> list[str]:
        """Return the parameters of a search for which a smaller value means a simpler model."""
        names: list[str] = self.searches[wildcards.search]["simplest_by"]
        return names

    def is_random(self, wildcards: Any) -> bool:
        """Return whether the candidates of a search are independent random draws."""
        return bool(self.searches[wildcards.search]["strategy"] == "random")

    def caption_numbers(self, wildcards: Any, resources: Any) -> dict[str, str]:
        """Return numbers of a finished search for the captions of the report."""
        return caption_numbers(self._search(wildcards.search))

    def module_versions(self, wildcards: Any) -> dict[str, str]:
        """Return the versions of the code outside scikit-learn that a search depends on."""
        return self.trust.versions([self.searches[wildcards.search][key] for key in CODE_KEYS])

    def dataset_versions(self) -> dict[str, str]:
        """Return the versions of the code outside scikit-learn that the data depend on."""
        return self.trust.versions(self.config["dataset"])

    def hashed_file(self) -> list[str]:
        """Return the user's file with the data, if there is one and its hash is one of the params."""
        dataset = self.config["dataset"]
        return [dataset["file"]] if "file_sha256" in dataset else []

    def made_file(self) -> list[str]:
        """Return the file with the data, if a rule of another workflow may make it."""
        dataset = self.config["dataset"]
        return [dataset["file"]] if "file" in dataset and "file_sha256" not in dataset else []

    def test_fold(self) -> Any:
        """Return the column that the splitter takes the folds from, or None."""
        return test_fold_column(self.config["splitter"])

    def split_settings(self) -> dict[str, Any]:
        """Return the keys of the config that splits depend on, with their values."""
        keys = ["splitter", "holdout"]
        keys += ["test_size"] if self.config["splitter"] == SHUFFLE else ["n_splits", "random_state"]
        keys += ["random_state"] if self.config["holdout"] else []
        return {key: self.config[key] for key in keys}

    def splitter_versions(self) -> dict[str, str]:
        """Return the versions of the code outside scikit-learn that the splits depend on."""
        return self.trust.versions(self.config["splitter"])

    def holdout_files(self) -> list[str]:
        """Return the two files of the samples that are held out, if there are such samples."""
        return list(map(str, holdout_paths())) if self.config["holdout"] else []

    def plan_inputs(self, wildcards: Any) -> dict[str, Any]:
        """Return what a plan is made from. The plan keeps it, so a run can check that the plan is for its config."""
        return self._plan_inputs(wildcards.search)

    def _plan_inputs(self, name: str) -> dict[str, Any]:
        search = {key: value for key, value in self.searches[name].items() if key != "simplest_by"}
        code = [self.config["dataset"], self.config["splitter"], *(search[key] for key in CODE_KEYS)]
        keys = ("dataset", "splitter", "test_size", "n_splits", "holdout", "batch_seconds")
        return {
            "search": search,
            **{key: self.config[key] for key in keys},
            "versions": self.versions | self.trust.versions(code),
        }

    # Inputs of rules.

    def pilot_file(self, wildcards: Any) -> Any:
        """Return the file of the pilot, if it decides the size of batches."""
        auto = self.searches[wildcards.search]["batch_size"] == "auto"
        return SearchPaths.of(wildcards.search).pilot if auto else []

    def cuts(self, wildcards: Any) -> list[str]:
        """Return the small file of each round of a search that says how the round is cut into batches."""
        paths = SearchPaths.of(wildcards.search)
        return [str(paths.round(number).cut) for number in self.rounds(wildcards.search)]

    def batch_file(self, wildcards: Any) -> str:
        """Return the file of a batch's candidates, once they are drawn."""
        number = int(wildcards.round)
        self._plan_of(wildcards.search, number)
        return str(SearchPaths.of(wildcards.search).round(number).batch(wildcards.batch))

    def receipts(self, wildcards: Any) -> list[str]:
        """Return the receipt of each batch of a search on each split, once its candidates are drawn."""
        name = wildcards.search
        plans = [self._plan_of(name, number) for number in self.rounds(name)]
        return list(map(str, self._receipts_of(SearchPaths.of(name), plans)))

    def _receipts_of(self, paths: SearchPaths, plans: Iterable[Plan]) -> list[Path]:
        return [
            paths.round(plan.round).receipt(batch, split)
            for plan in plans
            for batch in plan.batches
            for split in self.splits
        ]

    def _plan_of(self, name: str, number: int) -> Plan:
        self._checkpoints.propose_candidates.get(search=name, round=number)
        return self._checked_plan(name, number)

    @functools.cache  # noqa: B019  a run lives as long as its process
    def _checked_plan(self, name: str, number: int) -> Plan:
        """Return the plan of a round. If it was written in this run, print its messages.

        If the plan is missing, damaged or for another config, the run stops. An exception is not raised here, because
        Snakemake would hide it under a traceback of the input function.
        """
        paths = self._paths(name, number)
        try:
            plan = read_plan(paths)
        except InputError as error:
            _stop(str(error))
        if plan is None:
            _stop(f"{paths.plan}: is missing; rebuild it: {DRAW_AGAIN}")
        # Snakemake treats an outdated plan as up to date only if .snakemake was lost.
        if canonical(plan.inputs) != canonical(self._plan_inputs(name)):
            _stop(
                f"{paths.candidates}: was drawn for another config, and .snakemake has no record of this; nothing "
                "finished is lost: run the same command with --forcerun prepare_dataset"
            )
        # The controller prints the messages, because a job on a cluster has no console.
        if written_at(paths) != self._planned[name, number]:
            print(*plan.messages, sep="\n", file=sys.stderr)
        return plan

    def leaderboard_file(self) -> list[str]:
        """Return the table that compares the searches, if there is one."""
        return [str(LEADERBOARD)] if self.compares else []

    def report_text(self, without_page: str, rules: AnyPath) -> str:
        """Return what the report opens with: the page that a run has written, else `without_page`.

        Parameters
        ----------
        without_page : str
            The path of another text, beside the Snakefile.
        rules : path-like
            The folder of the Snakefile. If it is an address in a network, Snakemake looks for the page at that address too.
        """
        page = report_page(self._results)
        return str(page.resolve()) if page.exists() and Path(rules).is_dir() else without_page

    # Targets.

    def first_cuts(self) -> list[str]:
        """Return the files that show that the first candidates of every search are drawn."""
        return [str(SearchPaths.of(name).round(self.rounds(name)[0]).cut) for name in self.searches]

    def results(self, wildcards: Any) -> list[str]:
        """Return all files that a run writes for a person, once the first candidates of every search are drawn.

        A search is checked when its candidates are drawn. So a mistake in the last search is found before the first
        search is evaluated.
        """
        for name in self.searches:
            self._plan_of(name, self.rounds(name)[0])
        wanted = [EXAMPLE, report_page(), *([LEADERBOARD, LEADERBOARD_FIGURE] if self.compares else [])]
        for name, search in self.searches.items():
            paths = SearchPaths.of(name)
            wanted += [*paths.tables, paths.best, paths.baselines, *paths.figures]
            wanted += [paths.verdict, paths.comparison, paths.findings]
            if self.config["holdout"]:
                wanted += [paths.model, paths.holdout]
            if strategy_of(search).has(math.ceil(PARQUET_ROWS / len(self.splits))):
                wanted += [table.with_suffix(".parquet") for table in paths.tables]
        return list(map(str, wanted))

    def kept_predictions(self, wildcards: Any) -> list[str]:
        """Return the table of predictions of each search that keeps predictions, once its candidates are drawn."""
        plans = [(name, self._plan_of(name, number)) for name, number in self._rounds()]
        return [
            str(SearchPaths.of(name).predictions("csv" if plan.n_test <= PREDICTION_ROWS else "parquet"))
            for name, plan in plans
            if plan.prediction_bits and plan.round == self.rounds(name)[-1]
        ]

    # The console.

    def show_progress(self, logger: logging.Logger, alone: bool, whole: bool) -> None:
        """Let Snakemake's logger show the steps of the run and the progress of its searches.

        Parameters
        ----------
        logger : Logger
            The logger of Snakemake.
        alone : bool
            Whether this workflow runs alone. If another workflow uses it as a module, the console belongs to that
            workflow, and Snakemake does not call this class at the end of the run. Then the result of each search is
            printed when the search is judged.
        whole : bool
            Whether Snakemake's own lines are shown too.
        """
        show(logger, list(map(self._search, self.searches)), whole or not alone, None if alone else self.tell_searches)

    def tell_errors(self) -> None:
        """Print the results of a run that failed, and the error of each failed job.

        Also write what all searches share, for the searches that have finished.
        """
        self.tell_results()
        for line in errors_since(logs_folder(self._results), self.started):
            print(f"error: {line}", file=sys.stderr)
        try:
            finished = [paths for paths in map(self._search, self.searches) if self._is_finished(paths)]
            self._rank(finished)
            self._write_opening(finished)
        except (InputError, OSError) as error:
            print(f"error: {self._results}: what the searches share was not written ({error})", file=sys.stderr)

    # The next functions are used after a run in which a search failed. Snakemake does not run a rule if one of its
    # inputs is missing. So it does not write what all searches share, even for the searches that have finished.

    def _write_opening(self, finished: list[SearchPaths]) -> None:
        """Write the page that the report opens with, for the searches that have finished."""
        judged = [paths.name for paths in finished if paths.verdict.exists()]
        if judged and changed_at(report_page(self._results)) == self._opening_before:
            write_opening(self._results, judged)

    def _rank(self, finished: list[SearchPaths]) -> None:
        """Rank the searches that have finished."""
        if self.compares and finished and changed_at(self._leaderboard[0]) == self._leaderboard_before:
            write_leaderboard(leaderboard(finished), *self._leaderboard)
            left_out = ", ".join(
                name for name in self.searches if self._search(name).folder not in {p.folder for p in finished}
            )
            without = f" without {left_out}" if left_out else ""
            print(f"{self._leaderboard[0]}: ranks the searches{without}", file=sys.stderr)

    def _is_finished(self, paths: SearchPaths) -> bool:
        """Whether a search's tables are for today's config and were merged after its last evaluation."""
        merged_at, plans = changed_at(paths.provenance), read_plans(paths)
        if merged_at is None or not plans or not paths.baselines_about.exists():
            return False
        kept, own = read_json(paths.provenance, REBUILD)["config"], strict(self.config)
        same = all(kept.get(key) == value for key, value in own.items() if key != "searches")
        [search] = [search for search in own["searches"] if search["name"] == paths.name]
        if not same or search not in kept["searches"]:
            return False
        ended = [changed_at(receipt) for receipt in self._receipts_of(paths, plans)]
        return all(at is not None and at <= merged_at for at in ended)

    def tell_results(self) -> None:
        """Print the results of each search that this run wrote, and where they are."""
        self.tell_searches()
        if self.compares and changed_at(self._leaderboard[0]) not in (None, self._leaderboard_before):
            print(f"the searches beside each other: {self._leaderboard[0]}   {self._leaderboard[1]}", file=sys.stderr)
        elif len(self.searches) > 1 and not self.compares:
            names = ", ".join(name for name, search in self.searches.items() if own_scorer(search))
            print(
                f"no leaderboard: a function of your own ranks in {names}, and its scores may mean anything",
                file=sys.stderr,
            )

    def tell_searches(self) -> None:
        """Print the results of each search that this run wrote, once. If there is no verdict, print what failed."""
        for name, before in self._told.items():
            paths, written = self._search(name), self._written(name)
            try:
                if written.verdict not in (None, before.verdict):
                    print(summary(paths), file=sys.stderr)
                elif written.provenance not in (None, before.provenance):
                    print(messages_of(paths), file=sys.stderr)
            except InputError as error:
                print(f"error: {error}", file=sys.stderr)
            self._told[name] = written

    def _written(self, name: str) -> Written:
        """Return when the results of a search were written."""
        paths = self._search(name)
        return Written(changed_at(paths.provenance), changed_at(paths.verdict))

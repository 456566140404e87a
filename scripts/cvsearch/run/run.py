"""What the rules ask for: params, input files and targets.

The Snakefile makes one `Run`.
"""

import functools
import math
import sys
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from cvsearch.candidates.plan import REBUILD as DRAW_AGAIN
from cvsearch.candidates.plan import Plan, read_plan, receipts_of, written_at
from cvsearch.candidates.strategies import strategy_of
from cvsearch.config.layers import Config
from cvsearch.config.names import Trust
from cvsearch.data.columns import test_fold_column
from cvsearch.data.splitters import SHUFFLE
from cvsearch.errors import InputError
from cvsearch.files import AnyPath, canonical
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
    report_page,
)
from cvsearch.report.summary import caption_numbers
from cvsearch.results.leaderboard import are_comparable

# With at least this many evaluations, tables are also written as Parquet.
PARQUET_ROWS = 100_000

# A table of predictions with more rows than this is written only as Parquet.
PREDICTION_ROWS = 1_000_000

# The conditions under which evaluations run. Snakemake treats them like resources. So a change of them does not run every
# job again: only the candidates are drawn again, and this job removes the receipts of the batches that have work again. The estimator is one of them because some of its parameters do not change a score.
CONDITIONS = ("estimator", "limits", "retry_failed", "share_work", "return_train_score")

# The pieces of a search that may name code outside scikit-learn.
CODE_KEYS = ("estimator", "param_distributions", "scoring")


def _stop(message: str) -> NoReturn:
    """End the run with an error.

    The error is printed here. After jobs have run, Snakemake does not print the message of a SystemExit.
    """
    print(f"error: {message}", file=sys.stderr)
    sys.exit(1)


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
        shared = {key: config[key] for key in ("random_state", "retry_failed")}
        self.searches: dict[str, dict[str, Any]] = {search["name"]: search | shared for search in config["searches"]}
        self.splits = range(config["n_splits"])
        self.trust = Trust(config["trusted_modules"])
        # Another version may give other numbers. So everything that depends on the version runs again.
        self.versions = {"scikit-learn": metadata.version("scikit-learn"), "evaluations": FORMAT}
        self._planned = {at: written_at(self._paths(*at)) for at in self._rounds()}
        self._compares = are_comparable(config["searches"])

    def _rounds(self) -> list[tuple[str, int]]:
        return [(name, number) for name in self.searches for number in self.rounds(name)]

    def _paths(self, name: str, number: int) -> RoundPaths:
        """Return the paths of a round as they are on disk."""
        return SearchPaths.of(name, self._results).round(number)

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

    def draws_go_on(self, wildcards: Any) -> bool:
        """Return whether the candidates of a search are independent random draws, and the space has more of them."""
        return strategy_of(self.searches[wildcards.search]).draws_go_on()

    def caption_numbers(self, wildcards: Any, resources: Any) -> dict[str, str]:
        """Return numbers of a finished search for the captions of the report."""
        return caption_numbers(SearchPaths.of(wildcards.search, self._results))

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
        keys = ["splitter", "holdout", "n_splits"]
        keys += ["test_size"] if self.config["splitter"] == SHUFFLE else ["random_state"]
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
        return list(map(str, receipts_of(SearchPaths.of(name), plans)))

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
        return [str(LEADERBOARD)] if self._compares else []

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
        wanted = [EXAMPLE, report_page(), *([LEADERBOARD, LEADERBOARD_FIGURE] if self._compares else [])]
        for name, search in self.searches.items():
            paths = SearchPaths.of(name)
            wanted += [*paths.tables, paths.provenance, paths.best, paths.baselines, paths.baselines_about]
            wanted += [paths.verdict, paths.comparison, paths.findings, *paths.figures]
            if self.config["holdout"]:
                wanted += [paths.model, paths.model_types, paths.holdout]
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

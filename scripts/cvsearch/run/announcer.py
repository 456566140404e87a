"""What the user sees of a run: its progress, its results and its errors.

If a search failed, the results that all searches share are written here for the searches that have finished.
"""

import logging
import sys
import time
from pathlib import Path
from typing import NamedTuple

from cvsearch.candidates.plan import read_plans, receipts_of
from cvsearch.config.layers import Config
from cvsearch.config.values import strict
from cvsearch.console import errors_since
from cvsearch.errors import InputError
from cvsearch.files import AnyPath, changed_at, read_json
from cvsearch.layout import RESULTS, SearchPaths, leaderboard_paths, logs_folder, report_page
from cvsearch.report.leaderboard import write_leaderboard
from cvsearch.report.live import show_run
from cvsearch.report.opening import write_opening
from cvsearch.report.summary import messages_of, summary
from cvsearch.results.leaderboard import are_comparable, leaderboard, own_scorer
from cvsearch.results.storage import REBUILD


class Written(NamedTuple):
    """When two results of a search were written, in nanoseconds of their file system's clock.

    None for a result that is missing.
    """

    provenance: int | None
    verdict: int | None


class Announcer:
    """Prints how far a run is, and what it has found.

    Parameters
    ----------
    config : dict
        A checked config.
    results : path-like
        The folder of results on disk.
    """

    def __init__(self, config: Config, results: AnyPath = RESULTS) -> None:
        self._config, self._results, self._started = config, Path(results), time.time()
        self._searches = {search["name"]: search for search in config["searches"]}
        self._compares = are_comparable(config["searches"])
        self._leaderboard = leaderboard_paths(self._results)
        self._leaderboard_before = changed_at(self._leaderboard[0])
        self._opening_before = changed_at(report_page(self._results))
        self._seen = {name: self._written(name) for name in self._searches}

    def _paths(self, name: str) -> SearchPaths:
        return SearchPaths.of(name, self._results)

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
        show_run(
            logger, list(map(self._paths, self._searches)), whole or not alone, None if alone else self._print_searches
        )

    def print_errors(self) -> None:
        """Print the results of a run that failed, and the error of each failed job.

        Also write what all searches share, for the searches that have finished.
        """
        self.print_results()
        for line in errors_since(logs_folder(self._results), self._started):
            print(f"error: {line}", file=sys.stderr)
        try:
            self._write_shared()
        except (InputError, OSError) as error:
            print(f"error: {self._results}: what the searches share was not written ({error})", file=sys.stderr)

    def _write_shared(self) -> None:
        """Write what all searches share, for the searches that have finished.

        Snakemake does not run a rule if one of its inputs is missing. So if a search failed, Snakemake does not write
        it.
        """
        finished = [paths for paths in map(self._paths, self._searches) if self._is_finished(paths)]
        self._rank(finished)
        self._write_opening(finished)

    def _write_opening(self, finished: list[SearchPaths]) -> None:
        """Write the page that the report opens with, for the searches that have finished."""
        judged = [paths.name for paths in finished if paths.verdict.exists()]
        if judged and changed_at(report_page(self._results)) == self._opening_before:
            write_opening(self._results, judged)

    def _rank(self, finished: list[SearchPaths]) -> None:
        """Rank the searches that have finished."""
        if self._compares and finished and changed_at(self._leaderboard[0]) == self._leaderboard_before:
            write_leaderboard(leaderboard(finished), *self._leaderboard)
            left_out = self._searches.keys() - {paths.name for paths in finished}
            without = f" without {', '.join(name for name in self._searches if name in left_out)}" if left_out else ""
            print(f"{self._leaderboard[0]}: ranks the searches{without}", file=sys.stderr)

    def _is_finished(self, paths: SearchPaths) -> bool:
        """Whether a search's tables are for today's config and were merged after its last evaluation."""
        merged_at, plans = changed_at(paths.provenance), read_plans(paths)
        if merged_at is None or not plans or not paths.baselines_about.exists():
            return False
        kept, own = read_json(paths.provenance, REBUILD)["config"], strict(self._config)
        same = all(kept.get(key) == value for key, value in own.items() if key != "searches")
        [search] = [search for search in own["searches"] if search["name"] == paths.name]
        if not same or search not in kept["searches"]:
            return False
        ended = [changed_at(receipt) for receipt in receipts_of(paths, plans)]
        return all(at is not None and at <= merged_at for at in ended)

    def print_results(self) -> None:
        """Print the results of each search that this run wrote, and where they are."""
        self._print_searches()
        if self._compares and changed_at(self._leaderboard[0]) not in (None, self._leaderboard_before):
            print(f"the searches beside each other: {self._leaderboard[0]}   {self._leaderboard[1]}", file=sys.stderr)
        elif len(self._searches) > 1 and not self._compares:
            names = ", ".join(name for name, search in self._searches.items() if own_scorer(search))
            print(
                f"no leaderboard: a function of your own ranks in {names}, and its scores may mean anything",
                file=sys.stderr,
            )

    def _print_searches(self) -> None:
        """Print the results of each search that this run wrote, once. If there is no verdict, print what failed."""
        for name, before in self._seen.items():
            paths, written = self._paths(name), self._written(name)
            try:
                if written.verdict not in (None, before.verdict):
                    print(summary(paths), file=sys.stderr)
                elif written.provenance not in (None, before.provenance):
                    print(messages_of(paths), file=sys.stderr)
            except InputError as error:
                print(f"error: {error}", file=sys.stderr)
            self._seen[name] = written

    def _written(self, name: str) -> Written:
        """Return when the results of a search were written."""
        paths = self._paths(name)
        return Written(changed_at(paths.provenance), changed_at(paths.verdict))

"""A comparison of several searches: the best candidate of each, by the scorer that ranks in all of them."""

import math
from collections.abc import Sequence
from typing import Any

from cvsearch.config.values import show
from cvsearch.errors import InputError
from cvsearch.evaluation.scoring import ranking_scorer
from cvsearch.files import canonical
from cvsearch.layout import SearchPaths
from cvsearch.results.baselines import read_baselines
from cvsearch.results.best import first_by_rank, table_rows
from cvsearch.results.ranks import rank_min
from cvsearch.results.storage import scorer_of
from cvsearch.results.tables import BASELINE_NAMES, LEADERBOARD, Columns

Search = dict[str, Any]


def check_comparable(searches: Sequence[Search]) -> None:
    """Check that the same scorer ranks in all searches.

    A search with a callable of the user's own is left out, because the names of its scores are not known yet.

    Parameters
    ----------
    searches : sequence of dict
        The searches of the config.

    Raises
    ------
    InputError
        For the first search in which another scorer ranks.
    """
    named = [(search["name"], ranking_scorer(search["scoring"])) for search in searches if not own_scorer(search)]
    for name, scorer in named[1:]:
        first, other = named[0]
        if canonical(scorer) != canonical(other):
            raise InputError(
                f"searches[{name}].scoring: this search ranks by {_in_words(scorer)}, but searches[{first}] ranks by "
                f"{_in_words(other)}, so they cannot be compared; use the same first scorer in all searches, or give each a "
                "config and a directory of its own"
            )


def are_comparable(searches: Sequence[Search]) -> bool:
    """Tell whether there are several searches and the same scorer ranks in all of them."""
    return len(searches) > 1 and not any(map(own_scorer, searches))


def own_scorer(search: Search) -> bool:
    """Tell whether a callable of the user's own ranks in a search."""
    scorer = ranking_scorer(search["scoring"])
    return isinstance(scorer, str) and "." in scorer


def _in_words(scorer: Any) -> str:
    return "the estimator's own score" if scorer is None else repr(show(scorer))


def leaderboard(searches: Sequence[SearchPaths]) -> Columns:
    """Return the columns of ``leaderboard.csv``, with a row for each search that has a best candidate.

    The best search is first.

    Parameters
    ----------
    searches : sequence of SearchPaths
        Their tables are written, and the same scorer ranks in all of them.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    import numpy as np

    found = [row for row in map(_row_of, searches) if row is not None]
    means = np.array([row["mean_test_score"] for row in found])
    for row, rank in zip(found, rank_min(means).tolist() if found else [], strict=True):
        row["rank"] = rank
    found.sort(key=lambda row: row["rank"])
    return {column.name: [row[column.name] for row in found] for column in LEADERBOARD}


def _row_of(search: SearchPaths) -> dict[str, Any] | None:
    """Return the row of a search, or None if no candidate has a mean test score."""
    rows = table_rows(search.table)
    scorer = scorer_of(rows[0])
    if (best := first_by_rank(rows, scorer)) is None:
        return None
    baselines = read_baselines(search)
    return {
        "search": search.name,
        "candidate": int(best["candidate"]),
        "params": best["params"],
        "mean_test_score": float(best[f"mean_test_{scorer}"]),
        "std_test_score": float(best[f"std_test_{scorer}"] or "nan"),
        "mean_fit_time": float(best["mean_fit_time"] or "nan"),
        "n_candidates": len(rows),
        **{f"mean_test_{name}": baselines[name].mean if name in baselines else math.nan for name in BASELINE_NAMES},
    }

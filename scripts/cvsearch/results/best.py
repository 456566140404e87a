"""The best candidate of a finished search, or why there is none."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from cvsearch.candidates.plan import Plan, planned_settings
from cvsearch.config.values import strict
from cvsearch.errors import InputError
from cvsearch.files import AnyPath
from cvsearch.layout import SearchPaths
from cvsearch.results.messages import advice, most_often
from cvsearch.results.storage import scorer_of, table_bytes

Row = dict[str, str]


def best_of(search: SearchPaths, plans: Sequence[Plan], retry_failed: int) -> dict[str, Any]:
    """Return ``best.json``: the candidate with the best rank of the first scorer.

    Among equals, it is the candidate with the lowest number.

    Parameters
    ----------
    search : SearchPaths
    plans : sequence of Plan
    retry_failed : int
        ``retry_failed`` of the config, for the message.

    Raises
    ------
    InputError
        If no candidate has a mean test score.
    """
    rows = table_rows(search.table)
    name = scorer_of(rows[0])
    best = first_by_rank(rows, name)
    if best is None:
        raise InputError(f"{search.name}: {_why_none(table_rows(search.evaluations), name, retry_failed)}")
    number = int(best["candidate"])
    params = next(setting.params for i, setting in planned_settings(search, list(plans)) if i == number)
    return {
        "candidate": number,
        "params": strict(params),
        "scorer": name,
        **{f"{stat}_test_score": _number(best[f"{stat}_test_{name}"]) for stat in ("mean", "std")},
        **{f"{side}_scores": _scores(best, side, name) for side in ("test", "train")},
    }


def table_rows(path: AnyPath) -> list[Row]:
    """Return the rows of a result table. Every cell is a text.

    Raises
    ------
    InputError
        If the file is not what ``merge_results`` wrote.
    """
    return list(csv.DictReader(io.StringIO(table_bytes(path).decode())))


def first_by_rank(rows: Sequence[Row], scorer: str) -> Row | None:
    """Return the row of the best candidate, or None if no candidate has a mean test score.

    Among equals, the candidate with the lowest number is the best.

    Parameters
    ----------
    rows : sequence of dict
        Rows of ``cv_results.csv``.
    scorer : str
        The scorer that ranks.
    """

    def rank(row: Row) -> tuple[int, int]:
        return int(row[f"rank_test_{scorer}"]), int(row["candidate"])

    return min((row for row in rows if row[f"mean_test_{scorer}"]), key=rank, default=None)


def _scores(row: Row, side: str, name: str) -> list[Any] | None:
    """Return the scores of one side, split by split, or None if the side was not scored."""
    columns = [f"split{split}_{side}_{name}" for split in range(len(row)) if f"split{split}_{side}_{name}" in row]
    return [_number(row[column]) for column in columns] or None


def _number(cell: str) -> Any:
    return strict(float(cell)) if cell else None


def _why_none(evaluations: list[Row], name: str, retry_failed: int) -> str:
    """Say why no candidate has a mean test score."""
    without = [row for row in evaluations if not row[f"test_{name}"]]
    each = "" if len(without) == len(evaluations) else ", and every candidate has at least one of these"
    count = "all" if not each else f"{len(without):,} of"
    return (
        f"no candidate has a mean test {name}, so there is no best one: {count} {len(evaluations):,} evaluations gave no "
        f"score{each} ({most_often(row['error'] for row in without)})"
        f"{advice(((row['status'], row['error']) for row in without), retry_failed)}; "
        f"the tables and plots are written"
    )

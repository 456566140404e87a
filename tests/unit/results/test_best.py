"""The best candidate of a finished search, from its tables."""

import hashlib
import math

import pytest
from cvsearch.candidates.plan import Plan
from cvsearch.errors import InputError
from cvsearch.files import write_json, write_rows
from cvsearch.journal.identity import Setting
from cvsearch.layout import SearchPaths
from cvsearch.results.best import best_of
from cvsearch.results.evaluations import SIDES
from cvsearch.results.storage import csv_bytes
from cvsearch.results.tables import cv_results, evaluation_columns


@pytest.fixture
def best(tmp_path, evaluated):
    """A function that returns the best of candidates with these scores, as `merge_results` leaves them."""

    def best(scores, params=None, sides=SIDES, errors=None, retry_failed=0):
        made = evaluated(scores, params, sides)
        made.errors |= errors or {}
        search = SearchPaths.of("s", tmp_path)
        plan = Plan(0, 0, len(scores), len(scores[0]), len(scores), "score", [], {}, [])
        rows = [{"candidate": i, **Setting(each)._asdict()} for i, each in enumerate(made.params)]
        write_rows(search.round(0).batch(plan.batches[0]), rows)
        tables = {search.table: cv_results(made, []), search.evaluations: evaluation_columns(made)}
        files = {}
        for path, columns in tables.items():
            path.write_bytes(csv_bytes(columns))
            files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        write_json(search.provenance, {"files": files})
        return best_of(search, [plan], retry_failed)

    return best


def test_best_is_the_first_by_rank_of_equals_the_lowest_candidate(best):
    found = best([[0.1, 0.2], [0.9, 0.8], [0.8, 0.9]])
    assert found["candidate"] == 1
    assert found["params"] == {"a": 1}
    assert found["scorer"] == "score"
    assert found["test_scores"] == [0.9, 0.8]
    assert found["train_scores"] == [0.9 / 3, 0.8 / 3]
    assert found["mean_test_score"] == pytest.approx(0.85)


def test_one_that_failed_somewhere_is_not_the_best(best):
    assert best([[0.9, math.nan], [0.1, 0.1]])["candidate"] == 1


def test_an_infinite_score_is_the_best_where_the_others_have_none(best):
    found = best([[math.nan, 0.5], [-math.inf, 0.1]])
    assert (found["candidate"], found["mean_test_score"]) == (1, "-.inf")


def test_parameters_are_those_that_were_drawn_and_not_what_the_table_shows(best):
    assert best([[0.5]], [{"a": "007", "b": None}])["params"] == {"a": "007", "b": None}


def test_there_are_no_train_scores_where_none_were_asked_for(best):
    assert best([[0.5]], sides=("test",))["train_scores"] is None


def test_where_all_failed_the_reason_is_told(best):
    with pytest.raises(
        InputError,
        match=r"^s: no candidate has a mean test score, so there is no best one: all 2 evaluations gave no score "
        r"\(2 x ValueError: no\); the tables and plots are written$",
    ):
        best([[math.nan, math.nan]])


def test_where_each_failed_somewhere_the_reason_and_what_can_be_done_is_told(best):
    scores, errors = [[0.5, math.nan], [0.5, math.nan]], {(0, 1): "OSError: full", (1, 1): "OSError: full"}
    with pytest.raises(
        InputError,
        match=r"2 of 4 evaluations gave no score, and every candidate has at least one of these \(2 x OSError: full\); to try those "
        r"again once the cause is gone: run the same command with --config retry_failed=3",
    ):
        best(scores, errors=errors, retry_failed=2)

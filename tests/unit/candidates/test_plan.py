"""The plan of a round, and the files that it names."""

import itertools
import json

import pytest
from cvsearch.candidates.plan import (
    Plan,
    evaluations_of,
    finished_receipts,
    planned_settings,
    read_batch,
    read_plan,
    read_plans,
    write_plan,
    written_at,
)
from cvsearch.errors import InputError
from cvsearch.files import write_rows
from cvsearch.journal.identity import Setting
from cvsearch.layout import SearchPaths


def plan_of(number=0, first=0, n_candidates=7):
    return Plan(
        round=number,
        first=first,
        n_candidates=n_candidates,
        n_splits=2,
        batch_size=3,
        scorer="score",
        identities=["one", "other"],
        inputs={"n_splits": 2},
        messages=["drawn"],
    )


def setting(candidate):
    return Setting({"C": candidate / 3}, 10 * candidate if candidate % 2 else None)


@pytest.fixture
def search(tmp_path):
    """Two rounds: 7 candidates in three batches, then 2 in one."""
    paths = SearchPaths.of("s", tmp_path)
    for plan in (plan_of(), plan_of(1, first=7, n_candidates=2)):
        number = itertools.count(plan.first)
        for batch in plan.batches:
            first, last = map(int, batch.split("-"))
            rows = [{"candidate": next(number), **setting(i)._asdict()} for i in range(first, last + 1)]
            write_rows(paths.round(plan.round).batch(batch), rows)
        write_plan(paths.round(plan.round), plan)
    return paths


def test_a_plan_survives_the_trip(search):
    assert read_plans(search) == [plan_of(), plan_of(1, first=7, n_candidates=2)]
    assert read_plan(search.round(2)) is None
    assert read_plans(SearchPaths.of("none", search.folder.parent)) == []


def test_a_plan_of_another_version_is_named_with_the_command_that_rebuilds_it(search):
    path = search.round(0).plan
    path.write_text(json.dumps(json.loads(path.read_text()) | {"unknown": 1}))
    with pytest.raises(
        InputError, match="was written by another version; rebuild it: run the same command with --forcerun"
    ):
        read_plan(search.round(0))


def test_a_plan_counts_its_evaluations_and_names_its_batches():
    assert plan_of().evaluations == 14
    assert plan_of().batches == ["000000-000002", "000003-000005", "000006-000006"]
    assert plan_of(1, first=7, n_candidates=2).batches == ["000007-000008"]


def test_every_planned_setting_is_found_with_its_number(search):
    assert list(planned_settings(search, read_plans(search))) == [(i, setting(i)) for i in range(9)]


def test_a_batchs_hash_follows_its_candidates(search):
    paths = search.round(0)
    hashes = {read_batch(paths, batch)[0] for batch in plan_of().batches}
    assert len(hashes) == 3
    assert read_batch(paths, plan_of().batches[0])[0] in hashes


def test_when_a_plan_was_written_is_known(search):
    assert written_at(search.round(0)) == search.round(0).plan.stat().st_mtime_ns
    assert written_at(search.round(5)) is None


def test_receipts_that_are_there_tell_how_many_evaluations_stand_behind_them(search):
    paths = search.round(0).receipt("000003-000005", 1), search.round(1).receipt("000007-000008", 0)
    outside = search.round(0).receipt("000100-000102", 0), search.round(0).receipt("000003-000005", 9)
    for path in paths + outside:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    found = finished_receipts(search, read_plans(search))
    assert found == {(0, "000003-000005", 1), (1, "000007-000008", 0)}
    assert evaluations_of(found) == 5


@pytest.mark.parametrize("name", ["plan.json", "000003-000005.jsonl"])
def test_a_damaged_file_is_named_with_the_command_that_rebuilds_it(search, name):
    path = search.round(0).candidates / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match=rf"{name}: .*truncated.*--forcerun propose_candidates"):
        list(planned_settings(search, read_plans(search)))

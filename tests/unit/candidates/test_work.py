"""Which batches have work, and which files of earlier plans go."""

from types import SimpleNamespace

import pytest
from cvsearch.candidates.plan import Plan
from cvsearch.candidates.work import find_work, plan_line, remove_outdated
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from cvsearch.layout import SearchPaths

OPEN = {"seconds": None, "memory_mb": None}
SEARCH = {"limits": OPEN, "retry_failed": 0, "return_train_score": False}
SETTINGS = [Setting({"C": i}) for i in range(5)]
BATCHES = ["000000-000001", "000002-000003", "000004-000004"]


def plan_of(n_candidates=5, batch_size=2, first=0, holdout=0):
    return Plan(
        round=0,
        first=first,
        n_candidates=n_candidates,
        n_splits=2,
        batch_size=batch_size,
        scorer="score",
        identities=["one", "other"],
        inputs={"holdout": holdout},
        messages=[],
    )


@pytest.fixture
def paths(tmp_path):
    return SearchPaths.of("s", tmp_path).round(0)


def found(paths, plan, search=SEARCH):
    """Return how many evaluations are finished, and the batches with work."""
    work = find_work(paths, plan, SETTINGS, search)
    return work.finished, work.batches


def work(finished=0, batches=()):
    return SimpleNamespace(finished=finished, batches=set(batches))


def journal(paths, identity, candidates, status="ok", limits=OPEN):
    with Journal(paths.search.journal / identity) as opened:
        for i in candidates:
            row = {**SETTINGS[i]._asdict(), "status": status, "attempt": 0, "finished": 1.0, "limits": limits}
            row["train"] = None
            opened.finish(SETTINGS[i].key, row)


def test_where_nothing_is_done_every_batch_has_work(paths):
    everything = {(batch, split) for batch in BATCHES for split in (0, 1)}
    assert found(paths, plan_of()) == (0, everything)


def test_a_batch_has_work_on_the_splits_on_which_one_of_its_evaluations_remains(paths):
    journal(paths, "one", [0, 1, 2, 4])
    journal(paths, "other", [0, 1, 2, 3])
    assert found(paths, plan_of()) == (8, {(BATCHES[1], 0), (BATCHES[2], 1)})


def test_work_comes_back_with_a_higher_limit_and_with_another_try(paths):
    for identity in ("one", "other"):
        journal(paths, identity, [0, 1, 4])
    journal(paths, "one", [2, 3], "timeout", {"seconds": 5, "memory_mb": None})
    journal(paths, "other", [2, 3], "failed")
    limited = SEARCH | {"limits": {"seconds": 5, "memory_mb": None}}
    assert found(paths, plan_of(), limited) == (10, set())
    assert found(paths, plan_of()) == (8, {(BATCHES[1], 0)})
    both = {(BATCHES[1], 0), (BATCHES[1], 1)}
    assert found(paths, plan_of(), limited | {"retry_failed": 1}) == (6, both)


def test_work_comes_back_where_train_scores_are_asked_for(paths):
    for identity in ("one", "other"):
        journal(paths, identity, range(5))
    assert found(paths, plan_of()) == (10, set())
    assert found(paths, plan_of(), SEARCH | {"return_train_score": True})[0] == 0


def test_candidates_of_a_later_round_are_found_by_their_own_numbers(paths):
    for identity in ("one", "other"):
        journal(paths, identity, [0, 1, 2])
    left = {(batch, split) for batch in ("000012-000013", "000014-000014") for split in (0, 1)}
    assert found(paths, plan_of(first=10)) == (6, left)


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_receipts_of_batches_with_work_go_and_no_others(paths):
    receipts = {(batch, split): touch(paths.receipt(batch, split)) for batch in BATCHES for split in (0, 1)}
    opened = {(BATCHES[0], 1), (BATCHES[2], 0)}
    remove_outdated(paths, plan_of(), work(0, opened))
    assert {at for at, path in receipts.items() if not path.exists()} == opened
    remove_outdated(paths, plan_of(), work(0, opened))


def test_files_of_another_cut_go_and_full_batches_of_this_cut_stay(paths):
    """A search that shrinks and grows again finds its receipts."""
    beyond, other, part = "000006-000007", "000000-000002", "000004-000005"
    for batch in (*BATCHES, beyond, other):
        touch(paths.receipt(batch, 0))
    remove_outdated(paths, plan_of(), work(0, set()))
    assert {path.name for path in paths.evaluations.iterdir()} == {*BATCHES, beyond}
    remove_outdated(paths, plan_of(n_candidates=6), work(0, {(part, 0)}))
    left = {path.name for path in paths.evaluations.iterdir()}
    assert left == {*BATCHES[:2], beyond}, "the last batch is fuller now"


def test_what_this_search_does_not_write_goes(paths):
    """It would be taken for a result of this search."""
    search = paths.search
    earlier = [touch(path) for path in (search.holdout, search.predictions("csv"), search.predictions("parquet"))]
    remove_outdated(paths, plan_of(holdout=0.2), work())
    assert [path.exists() for path in earlier] == [True, False, False]
    remove_outdated(paths, plan_of(), work())
    assert not search.holdout.exists()


def test_the_plan_is_said_in_one_line():
    asked = "s: 10 evaluations (5 candidates x 2 splits), "
    assert plan_line("s", plan_of(), work(10, set())) == asked + "10 in the journal, nothing is left to run"
    one, three = {(BATCHES[0], 0)}, {(batch, 0) for batch in BATCHES}
    assert plan_line("s", plan_of(), work(8, one)) == asked + "8 in the journal, 1 job will run the other 2"
    assert plan_line("s", plan_of(), work(5, three)) == asked + "5 in the journal, 3 jobs will run the other 5"
    line = plan_line("s", plan_of(), work(5, three), 1440.0)
    assert line == asked + "5 in the journal, 3 jobs will run the other 5 in about 2 core-hours (2 h on one core)"
    assert plan_line("s", plan_of(), work(10, set()), 1440.0).endswith("nothing is left to run")

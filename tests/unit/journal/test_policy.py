"""Which rows stand, which tasks remain and in which order: no files, no clock."""

import itertools

import pytest
from cvsearch.journal.identity import Setting
from cvsearch.journal.policy import (
    DEATHS,
    History,
    Record,
    Task,
    Terms,
    given_up,
    has_time,
    history_of,
    in_order,
    is_final,
    remaining,
    untried,
)

OPEN = {"seconds": None, "memory_mb": None}


def row(status, attempt=0, limits=OPEN, finished=0.0, train=None):
    return {"status": status, "attempt": attempt, "limits": limits, "finished": finished, "train": train}


def terms(limits=OPEN, retry_failed=0, return_train_score=False):
    return Terms(limits, retry_failed, return_train_score)


def task(key, attempt=0, **params):
    return Task(key, params, None, attempt)


def no_prefix(params):
    return ""


def test_a_success_stands_whatever_the_limits_and_the_retries():
    assert is_final(row("ok", limits={"seconds": 1, "memory_mb": 1}), terms(OPEN, 5))


@pytest.mark.parametrize("status", ["failed", "timeout", "killed", "out_of_memory"])
def test_a_failure_stands_once_it_was_tried_as_often_as_asked(status):
    assert [is_final(row(status, attempt), terms(OPEN, 2)) for attempt in range(4)] == [False, False, True, True]


@pytest.mark.parametrize(
    ("status", "limit"), [("timeout", "seconds"), ("out_of_memory", "memory_mb"), ("killed", "memory_mb")]
)
def test_a_row_that_hit_a_limit_stands_until_that_limit_is_raised(status, limit):
    """libsvm, for one, does not look whether it got its memory: SVC dies of SIGSEGV, and its row is `killed`."""
    hit = row(status, limits=OPEN | {limit: 10})
    assert is_final(hit, terms(OPEN | {limit: 10}))
    assert is_final(hit, terms(OPEN | {limit: 5}))
    assert not is_final(hit, terms(OPEN | {limit: 11}))
    assert not is_final(hit, terms())
    assert is_final(row(status), terms(OPEN | {limit: 1000})), "it was not limited"
    (other,) = {"seconds", "memory_mb"} - {limit}
    assert is_final(hit | {"limits": {limit: 10, other: 10}}, terms({limit: 10, other: None})), "the other limit"


def test_a_success_without_train_scores_stands_unless_they_are_asked_for():
    without, with_train = row("ok"), row("ok", train={"score": 0.5})
    assert is_final(without, terms()) and is_final(with_train, terms())
    assert not is_final(without, terms(return_train_score=True))
    assert is_final(with_train, terms(return_train_score=True))
    assert is_final(row("failed"), terms(return_train_score=True)), "it has none to give"


def test_a_success_that_is_evaluated_again_for_its_train_scores_is_the_same_attempt():
    setting = Setting({"C": 1})
    history = History({setting.key: row("ok", attempt=1)}, {})
    (left,) = remaining([setting], history, terms(retry_failed=3, return_train_score=True))
    assert left.attempt == 1


def test_a_failure_that_hit_no_limit_stands_under_a_higher_one():
    assert is_final(row("failed", limits={"seconds": 1, "memory_mb": 1}), terms())


def test_of_two_rows_a_success_counts_and_of_failures_the_last_attempt():
    rows = [row("ok", 0, finished=1.0), row("failed", 1, finished=3.0), row("timeout", 0, finished=9.0)]
    for order in itertools.permutations(rows):
        records = [Record([("k", each)], None, set(), False) for each in order]
        assert history_of(records).rows == {"k": rows[0]}
    for order in itertools.permutations(rows[1:]):
        records = [Record([("k", each)], None, set(), False) for each in order]
        assert history_of(records).rows == {"k": rows[1]}
    first = row("failed", 0, train={"score": 1.0}, finished=1.0)
    rows = [first, row("timeout", 1, finished=2.0)]
    for order in itertools.permutations(rows):
        records = [Record([("k", each)], None, set(), False) for each in order]
        assert history_of(records).rows == {"k": rows[1]}, "also if only the first attempt has train scores"
    rows = [row("ok", train={"score": 1.0}, finished=1.0), row("ok", finished=2.0)]
    for order in itertools.permutations(rows):
        records = [Record([("k", each)], None, set(), False) for each in order]
        assert history_of(records).rows == {"k": rows[0]}, "train scores are not lost"


def test_a_death_is_counted_for_each_writer_that_is_gone():
    dead, alive, stopped = (
        Record([], "k", set(), False),
        Record([], "k", set(), True),
        Record([], None, {"k"}, False),
    )
    assert history_of([dead, dead, alive, stopped]).deaths == {"k": 2}
    assert history_of([alive]).deaths == {}
    assert history_of([stopped]).deaths == {"k": 0}


def test_what_has_no_row_remains_and_what_has_one_as_its_row_says():
    settings = [Setting({"C": i}) for i in range(5)]
    keys = [setting.key for setting in settings]
    limited = row("timeout", limits=OPEN | {"seconds": 1})
    history = History({keys[1]: row("ok"), keys[2]: row("failed"), keys[3]: row("failed", 1), keys[4]: limited}, {})
    left = remaining(settings, history, terms(retry_failed=1))
    assert [(found.key, found.attempt) for found in left] == [(keys[0], 0), (keys[2], 1), (keys[4], 1)]
    left = remaining(settings, history, terms())
    assert [(found.key, found.attempt) for found in left] == [(keys[0], 0), (keys[4], 0)]


def test_of_equal_settings_one_remains():
    assert len(remaining([Setting({"C": 1})] * 3, History({}, {}), terms())) == 1


def test_a_resource_makes_another_task():
    settings = [Setting({"C": 1}, 10), Setting({"C": 1}, 20)]
    assert [found.resource for found in remaining(settings, History({}, {}), terms())] == [10, 20]


def test_what_any_job_has_begun_is_not_untried():
    tasks = [task("new"), task("rowed"), task("died"), task("stopped")]
    history = History({"rowed": row("failed")}, {"died": 1, "stopped": 0})
    assert [found.key for found in untried(tasks, history)] == ["new"]


def test_a_task_is_given_up_after_so_many_deaths_in_each_attempt():
    deaths = {"few": DEATHS - 1, "enough": DEATHS, "again": DEATHS, "again and again": 2 * DEATHS}
    tasks = [task("none"), task("few"), task("enough"), task("again", 1), task("again and again", 1)]
    assert [found.key for found in given_up(tasks, History({}, deaths))] == ["enough", "again and again"]


def test_suspects_come_last_and_rows_after_none():
    history = History({"rowed": row("failed")}, {"died": 1, "stopped": 0})
    tasks = [task(key) for key in ("died", "stopped", "rowed", "new")]
    for order in itertools.permutations(tasks):
        assert [found.key for found in in_order(order, history, no_prefix)] == ["new", "rowed", "stopped", "died"]


def test_what_shares_its_first_steps_follows_each_other_in_the_order_of_candidates():
    tasks = [task(str(i), scale=i % 2, last=i) for i in range(6)]
    ordered = in_order(tasks, History({}, {}), lambda params: f"scale {params['scale']}")
    assert [found.key for found in ordered] == ["0", "2", "4", "1", "3", "5"]


def test_only_one_that_timed_out_needs_time_for_the_whole_limit():
    history = History({"slow": row("timeout"), "bad": row("failed")}, {})
    limits = {"seconds": 100, "memory_mb": None}
    assert has_time(task("slow"), history, limits, 100.0)
    assert not has_time(task("slow"), history, limits, 99.0)
    assert has_time(task("slow"), history, OPEN, 0.0)
    assert has_time(task("bad"), history, limits, 0.0) and has_time(task("new"), history, limits, 0.0)

"""All evaluations of a search, read from its journal; its receipts tell whether they are those that were asked for."""

import hashlib
import json
import math

import pytest
from cvsearch.candidates.plan import Plan, read_batch
from cvsearch.errors import InputError
from cvsearch.evaluation.supervisor import outcome_without_scores
from cvsearch.evaluation.supervisor import row_of as row_of_task
from cvsearch.files import write_rows
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from cvsearch.journal.policy import Task
from cvsearch.layout import SearchPaths
from cvsearch.results.evaluations import SIDES, STATUSES, read_evaluations, write_receipt


def test_the_digest_is_what_its_documentation_says(evaluated):
    made = evaluated([[0.5, math.nan]], [{"b": 1, "a": 0.1}])
    lines = (
        '[0,null,{"a":0.1,"b":1},0,"ok",{"score":0.5},{"score":0.16666666666666666}]\n'
        '[0,null,{"a":0.1,"b":1},1,"failed",{"score":null},{"score":null}]\n'
    )
    assert made.digest() == hashlib.sha256(lines.encode()).hexdigest()


def test_the_digest_of_a_search_without_train_scores_has_none(evaluated):
    made = evaluated([[0.5]], [{"a": 1}], sides=("test",))
    lines = '[0,null,{"a":1},0,"ok",{"score":0.5},null]\n'
    assert made.digest() == hashlib.sha256(lines.encode()).hexdigest()


def test_the_digest_knows_no_times_and_no_error_texts(evaluated):
    one, other = evaluated([[0.5, math.nan]]), evaluated([[0.5, math.nan]])
    other.times["time"] += 1
    other.errors[0, 1] = "KeyError: other"
    other.warnings[0, 0], other.warning[0, 0] = 3, "ConvergenceWarning: no"
    assert one.digest() == other.digest()
    assert evaluated([[0.5, 0.4]]).digest() != one.digest()


SETTINGS = [Setting({"a": i}) for i in range(3)]
PLAN = Plan(
    round=0,
    first=0,
    n_candidates=3,
    n_splits=2,
    batch_size=2,
    scorer="score",
    identities=["one", "other"],
    inputs={},
    messages=[],
)
PLACES = [(batch, split) for batch in PLAN.batches for split in range(2)]


def row_of(setting, score, status="ok"):
    row = {**setting._asdict(), "status": status, "attempt": 0, "finished": 1.0, "limits": {}, "error": None}
    row |= dict.fromkeys(("fit_time", "score_time", "time"), 0.25)
    row |= {"shared_time": 0.0, "reasons": {}, "scorers": None, "warnings": 0, "warning": None}
    return row | {"test": {"score": score}, "train": {"score": score + 1}}


@pytest.fixture
def search(tmp_path):
    """Three candidates in two batches on two splits, all evaluated but the last candidate on the last split."""
    search = SearchPaths.of("s", tmp_path)
    paths = search.round(0)
    for batch in PLAN.batches:
        first, last = map(int, batch.split("-"))
        write_rows(paths.batch(batch), [{"candidate": i, **SETTINGS[i]._asdict()} for i in range(first, last + 1)])
    for split, identity in enumerate(PLAN.identities):
        with Journal(search.journal / identity) as journal:
            for i, setting in enumerate(SETTINGS[: 3 - split]):
                journal.finish(setting.key, row_of(setting, i + split / 10))
    for batch, split in PLACES:
        cost = {"evaluations": split, "seconds": 1.0, "job_seconds": 2.0, "memory_mb": 4.0, "ended": 3.0}
        write_receipt(paths.receipt(batch, split), read_batch(paths, batch)[0], PLAN.identities[split], cost)
    return search


def receipts_of(search):
    return [search.round(0).receipt(batch, split) for batch, split in PLACES]


def read(search, scorers=("score",), sides=SIDES):
    return read_evaluations(search, [PLAN], receipts_of(search), scorers and list(scorers), sides)


def journal(search, identity, setting, score, **row):
    with Journal(search.journal / identity) as opened:
        opened.finish(setting.key, row_of(setting, score) | row)


def test_every_row_of_the_journal_is_where_its_candidate_and_its_split_are(search):
    journal(search, "other", SETTINGS[2], score=2.1)
    found = read(search)
    assert found.params == [{"a": 0}, {"a": 1}, {"a": 2}]
    assert found.scores["test", "score"].tolist() == [[0.0, 0.1], [1.0, 1.1], [2.0, 2.1]]
    assert found.scores["train", "score"].tolist() == [[1.0, 1.1], [2.0, 2.1], [3.0, 3.1]]
    assert (found.status == 0).all() and STATUSES[0] == "ok"
    assert found.times["fit_time"].tolist() == [[0.25, 0.25]] * 3
    assert [cost["evaluations"] for cost in found.costs] == [0, 1, 0, 1]


def test_a_failure_has_its_reason_and_no_score(search):
    journal(search, "other", SETTINGS[2], 0.5, status="failed", test=None, train=None, error="ValueError: no")
    found = read(search)
    assert STATUSES[found.status[2, 1]] == "failed"
    assert math.isnan(found.scores["test", "score"][2, 1])
    assert found.errors == {(2, 1): "ValueError: no"}


def test_an_evaluation_that_was_stopped_or_killed_is_read(search):
    setting = SETTINGS[2]
    task = Task(setting.key, *setting, attempt=0)
    with Journal(search.journal / "other") as opened:
        row = row_of_task(task, outcome_without_scores("killed", "died"), {})
        opened.finish(setting.key, row)
    found = read(search)
    assert STATUSES[found.status[2, 1]] == "killed"
    assert all(math.isnan(found.times[name][2, 1]) for name in found.times)
    assert found.errors == {(2, 1): "died"}


def test_a_score_that_is_missing_has_its_reason_and_the_others_stand(search):
    test, train, reasons = {"a": None, "b": 0.5}, {"a": 1.0, "b": None}, {"test_a": "no", "train_b": "why"}
    journal(search, "other", SETTINGS[2], 0, test=test, train=train, reasons=reasons)
    found = read(search, ["a", "b"])
    assert STATUSES[found.status[2, 1]] == "ok"
    assert math.isnan(found.scores["test", "a"][2, 1]) and found.scores["test", "b"][2, 1] == 0.5
    assert found.reasons == {(2, 1): reasons}
    assert found.errors == {(2, 1): "test_a: no; train_b: why"}
    found = read(search, ["a", "b"], sides=("test",))
    assert set(found.scores) == {("test", "a"), ("test", "b")}
    assert found.errors == {(2, 1): "test_a: no"}, "nobody asked for train scores"


def test_warnings_are_counted(search):
    journal(search, "other", SETTINGS[2], 0.5, warnings=3, warning="ConvergenceWarning: no")
    found = read(search)
    assert found.warnings.tolist() == [[0, 0], [0, 0], [0, 3]]
    assert found.warning == {(2, 1): "ConvergenceWarning: no"}


def test_names_of_scores_that_only_the_rows_tell_are_taken_from_them(search):
    journal(search, "other", SETTINGS[2], 0.5, test={"mine": 0.5}, train={"mine": 0.5}, scorers=["mine"])
    assert read(search, None).scorers == ["mine"]


def test_who_evaluated_is_told(search):
    journal(search, "other", SETTINGS[2], score=2.1)
    writers = read(search).writers
    assert len(writers) == 3 and all(set(each) >= {"python", "scikit-learn", "host"} for each in writers)


def test_evaluations_that_are_missing_are_counted_with_the_command_that_makes_them(search):
    with pytest.raises(InputError, match="1 evaluations are missing; run the same command with --forcerun evaluate"):
        read(search)


def test_a_receipt_of_another_batch_is_refused(search):
    paths = search.round(0)
    write_rows(paths.batch(PLAN.batches[0]), [{"candidate": i, **SETTINGS[2 - i]._asdict()} for i in range(2)])
    with pytest.raises(InputError, match=r"other candidates than its batch holds now; rebuild it: rm .*0\.jsonl"):
        read(search)


def test_a_receipt_of_another_search_is_refused(search):
    paths, batch = search.round(0), PLAN.batches[1]
    write_receipt(paths.receipt(batch, 1), read_batch(paths, batch)[0], "of another", {})
    with pytest.raises(InputError, match=r"1\.jsonl: was evaluated for another config, data or version; .* rm "):
        read(search)


def test_a_receipt_that_was_cut_is_named_with_the_command_that_rebuilds_it(search):
    path = receipts_of(search)[2]
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match=r"0\.jsonl: is truncated; rebuild it: rm .*, then run the same command again"):
        read(search)


def test_a_receipt_says_what_it_is_for_and_nothing_of_the_evaluations(search):
    head, line = receipts_of(search)[1].read_text().splitlines()
    assert json.loads(head)["rows"] == 1
    assert set(json.loads(line)) == {"batch_sha256", "identity", "cost"}

import os
import subprocess
import sys
from unittest.mock import Mock

import _journal
import pytest
from _journal import Journal, identity_of, key_of
from workflow_runs import ROOT

SEARCH = {"estimator": "sklearn.svm.SVC", "scoring": "accuracy", "random_state": 0, "limits": {}, "n_candidates": 3}
SETTINGS = [{"C": 1.0}, {"C": 2.0}, {"C": 3.0}]


def row(params, status="ok", attempt=0, finished=0.0, **more):
    return {"params": params, "status": status, "attempt": attempt, "finished": finished, **more}


def identity(search=SEARCH, data="d", split=0, contents="s", modules=None):
    return identity_of(search, data, split, contents, modules or {})


def test_what_makes_an_evaluation_another_one_is_in_its_identity():
    others = [
        identity(SEARCH | {"estimator": "sklearn.svm.NuSVC"}),
        identity(SEARCH | {"scoring": ["accuracy"]}),
        identity(SEARCH | {"random_state": 1}),
        identity(data="other"),
        identity(split=1),
        identity(contents="other"),
        identity(modules={"own": "1"}),
    ]
    assert len({identity(), *others}) == 1 + len(others)


def test_limits_and_numbers_are_no_identity():
    assert identity(SEARCH | {"limits": {"seconds": 3}, "n_candidates": 99, "batch_size": 7}) == identity()


def test_the_version_of_scikit_learn_and_of_the_format_are(monkeypatch):
    before = identity()
    monkeypatch.setattr(_journal, "FORMAT", _journal.FORMAT + 1)
    other_format = identity()
    monkeypatch.undo()
    monkeypatch.setattr(_journal.metadata, "version", lambda name: "0.0")
    assert len({before, other_format, identity()}) == 3


def test_what_is_finished_is_found_and_what_is_not_asked_for_is_not(tmp_path):
    with Journal(tmp_path) as journal:
        for params in SETTINGS:
            journal.start(key_of(params))
            journal.finish(key_of(params), row(params))
    rows, deaths = Journal(tmp_path).read(SETTINGS[:2])
    assert rows == {key_of(params): row(params) for params in SETTINGS[:2]}
    assert deaths == {}


def test_parameters_are_compared_and_not_their_hash_alone(tmp_path):
    with Journal(tmp_path) as journal:
        journal.finish(key_of(SETTINGS[0]), row(SETTINGS[1]))
    assert Journal(tmp_path).read(SETTINGS) == ({}, {})


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_rows_a_success_counts_and_of_two_failures_the_last(tmp_path, order):
    params, key = SETTINGS[0], key_of(SETTINGS[0])
    failures = [row(params, "timeout", finished=1.0), row(params, "failed", finished=2.0)]
    for i in order:
        with Journal(tmp_path) as journal:
            journal.finish(key, failures[i])
    assert Journal(tmp_path).read(SETTINGS)[0][key]["status"] == "failed"
    with Journal(tmp_path) as journal:
        journal.finish(key, row(params, finished=0.5))
    assert Journal(tmp_path).read(SETTINGS)[0][key]["status"] == "ok"


def test_a_start_counts_as_a_death_only_once_its_writer_is_gone(tmp_path):
    key = key_of(SETTINGS[0])
    with Journal(tmp_path) as journal:
        journal.start(key)
        assert Journal(tmp_path).read(SETTINGS)[1] == {}
    assert Journal(tmp_path).read(SETTINGS)[1] == {key: 1}


def test_a_start_that_was_taken_back_is_no_death(tmp_path):
    with Journal(tmp_path) as journal:
        journal.start(key_of(SETTINGS[0]))
        journal.withdraw(key_of(SETTINGS[0]))
    assert Journal(tmp_path).read(SETTINGS)[1] == {key_of(SETTINGS[0]): 0}


def test_what_living_writers_are_at_is_known_between_two_evaluations_too(tmp_path):
    keys = [key_of(params) for params in SETTINGS]
    with Journal(tmp_path) as one, Journal(tmp_path) as other:
        one.start(keys[0])
        other.start(keys[1])
        other.finish(keys[1], row(SETTINGS[1]))
        assert Journal(tmp_path).at_work() == {keys[0]: True, keys[1]: False}
    assert Journal(tmp_path).at_work() == {}


def test_of_many_rows_a_few_columns_are_kept(tmp_path):
    with Journal(tmp_path) as journal:
        journal.finish(key_of(SETTINGS[0]), row(SETTINGS[0], test={"score": 0.5}))
    rows, _ = Journal(tmp_path).read(SETTINGS, ("status", "attempt", "finished"))
    assert rows == {key_of(SETTINGS[0]): {"status": "ok", "attempt": 0, "finished": 0.0}}


def test_a_killed_writers_lock_is_gone_with_it(tmp_path):
    code = (
        f"import os, sys; sys.path.append({str(ROOT / 'scripts')!r})\n"
        f"from _journal import Journal\nJournal({str(tmp_path)!r}).__enter__().start('{key_of(SETTINGS[0])}')\n"
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert Journal(tmp_path).read(SETTINGS)[1] == {key_of(SETTINGS[0]): 1}


def test_a_row_is_with_the_operating_system_before_the_next_begins(tmp_path):
    key = key_of(SETTINGS[0])
    with Journal(tmp_path) as journal:
        journal.finish(key, row(SETTINGS[0]))
        assert key in Journal(tmp_path).read(SETTINGS)[0]


def test_rows_are_synced_every_few_seconds_and_at_the_end(tmp_path, monkeypatch):
    synced, now = [], [0.0]
    monkeypatch.setattr(_journal.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(_journal.os, "fdatasync", lambda file: synced.append(now[0]))
    with Journal(tmp_path) as journal:
        for now[0] in (1.0, 4.0, 6.0, 7.0, 12.0, 13.0):
            journal.finish(key_of(SETTINGS[0]), row(SETTINGS[0]))
    assert synced == [6.0, 12.0, 13.0]


def test_a_row_that_cannot_be_written_is_as_if_it_had_not_begun(tmp_path, monkeypatch):
    key = key_of(SETTINGS[0])
    with Journal(tmp_path) as journal:
        journal.start(key)
        write = os.write

        def refuse(file, line):
            if len(line) == 5:
                raise OSError(28, "No space left on device")
            return write(file, line[: len(line) - 5])

        monkeypatch.setattr(_journal.os, "write", refuse)
        with pytest.raises(OSError, match="No space left on device"):
            journal.finish(key, row(SETTINGS[0]))
        monkeypatch.undo()
    assert next(tmp_path.glob("*.journal")).read_bytes() == b""
    assert Journal(tmp_path).read(SETTINGS) == ({}, {})


def killed_while_it_writes(journal, writes):
    """Have a process that inherited the journal write to it and die."""
    pid = os.fork()
    if pid == 0:
        writes()
        os.kill(os.getpid(), 9)
    assert os.waitpid(pid, 0)[1] == 9


def test_a_process_that_let_go_of_the_file_does_not_hold_it(tmp_path):
    key = key_of(SETTINGS[0])
    with Journal(tmp_path) as journal:
        journal.start(key)
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(writing)
            journal.release()
            journal.release()
            os.read(reading, 1)  # Until the journal is closed.
            os._exit(0)
        os.close(reading)
        assert journal.at_work() == {key: True}
    assert journal.at_work() == {}
    os.close(writing)
    assert os.waitpid(pid, 0)[1] == 0


def test_what_a_process_that_inherited_the_journal_wrote_is_read_back(tmp_path):
    keys = [key_of(params) for params in SETTINGS]
    with Journal(tmp_path) as journal:
        journal.finish(keys[0], row(SETTINGS[0]))
        before = journal.end

        def write():
            journal.start(keys[1])
            journal.finish(keys[1], row(SETTINGS[1]))
            journal.start(keys[2])

        killed_while_it_writes(journal, write)
        assert journal.since(before) == ({keys[1]: row(SETTINGS[1])}, keys[2])
        before = journal.end
        assert journal.since(before) == ({}, None)


@pytest.mark.parametrize("text", [b"r", b"r 00", b"s 0"])
def test_a_line_that_its_writers_death_cut_is_taken_off(tmp_path, text):
    keys = [key_of(params) for params in SETTINGS]
    with Journal(tmp_path) as journal:
        killed_while_it_writes(journal, lambda: (journal.start(keys[0]), os.write(journal._file, text)))
        assert journal.since(0) == ({}, keys[0])
        journal.finish(keys[0], row(SETTINGS[0], "killed"))
    assert Journal(tmp_path).read(SETTINGS) == ({keys[0]: row(SETTINGS[0], "killed")}, {})


def test_after_another_writer_a_row_that_cannot_be_written_takes_nothing_else_along(tmp_path, monkeypatch):
    keys = [key_of(params) for params in SETTINGS]
    with Journal(tmp_path) as journal:

        def write():
            journal.start(keys[0])
            journal.finish(keys[0], row(SETTINGS[0]))
            journal.start(keys[1])

        killed_while_it_writes(journal, write)
        assert journal.since(0)[1] == keys[1]
        monkeypatch.setattr(_journal.os, "write", Mock(side_effect=OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left on device"):
            journal.finish(keys[1], row(SETTINGS[1], "killed"))
    assert Journal(tmp_path).read(SETTINGS) == ({keys[0]: row(SETTINGS[0])}, {})

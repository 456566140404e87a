"""What is written to the journal is found again, whatever becomes of its writer."""

import json
import os
import subprocess
import sys
from unittest.mock import Mock

import pytest
from cvsearch.journal import journal as module
from cvsearch.journal.identity import Identity, Setting
from cvsearch.journal.journal import Journal
from workflow_runs import ROOT

SETTINGS = [Setting({"C": 1.0}), Setting({"C": 2.0}), Setting({"C": 3.0})]
KEYS = [setting.key for setting in SETTINGS]


def row(setting, status="ok", attempt=0, finished=0.0, **more):
    return {**setting._asdict(), "status": status, "attempt": attempt, "finished": finished, "train": None, **more}


def test_what_is_finished_is_found_and_what_is_not_asked_for_is_not(tmp_path):
    with Journal(tmp_path) as journal:
        for setting in SETTINGS:
            journal.start(setting.key)
            journal.finish(setting.key, row(setting))
    rows, deaths = Journal(tmp_path).history(SETTINGS[:2])
    assert rows == {setting.key: row(setting) for setting in SETTINGS[:2]}
    assert deaths == {}


def test_parameters_are_compared_and_not_their_hash_alone(tmp_path):
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[0], row(SETTINGS[1]))
    assert Journal(tmp_path).history(SETTINGS) == ({}, {})


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_of_two_rows_a_success_counts_and_of_two_failures_the_last(tmp_path, order):
    setting, key = SETTINGS[0], KEYS[0]
    failures = [row(setting, "timeout", finished=1.0), row(setting, "failed", finished=2.0)]
    for i in order:
        with Journal(tmp_path) as journal:
            journal.finish(key, failures[i])
    assert Journal(tmp_path).history(SETTINGS)[0][key]["status"] == "failed"
    with Journal(tmp_path) as journal:
        journal.finish(key, row(setting, finished=0.5))
    assert Journal(tmp_path).history(SETTINGS)[0][key]["status"] == "ok"


def test_a_start_counts_as_a_death_only_once_its_writer_is_gone(tmp_path):
    with Journal(tmp_path) as journal:
        journal.start(KEYS[0])
        assert Journal(tmp_path).history(SETTINGS)[1] == {}
    assert Journal(tmp_path).history(SETTINGS)[1] == {KEYS[0]: 1}


def test_a_start_that_was_taken_back_is_no_death(tmp_path):
    with Journal(tmp_path) as journal:
        journal.start(KEYS[0])
        journal.withdraw(KEYS[0])
    assert Journal(tmp_path).history(SETTINGS)[1] == {KEYS[0]: 0}


def test_what_living_writers_are_at_is_known_between_two_evaluations_too(tmp_path):
    with Journal(tmp_path) as one, Journal(tmp_path) as other:
        one.start(KEYS[0])
        other.start(KEYS[1])
        other.finish(KEYS[1], row(SETTINGS[1]))
        assert Journal(tmp_path).at_work() == {KEYS[0]: True, KEYS[1]: False}
    assert Journal(tmp_path).at_work() == {}


def test_of_many_rows_a_few_columns_are_kept(tmp_path):
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[0], row(SETTINGS[0], test={"score": 0.5}))
    rows, _ = Journal(tmp_path).history(SETTINGS, ("status", "train", "attempt", "finished"))
    assert rows == {KEYS[0]: {"status": "ok", "train": None, "attempt": 0, "finished": 0.0}}


def test_a_row_with_train_scores_counts_before_one_without(tmp_path):
    for train, finished in (({"score": 0.5}, 1.0), (None, 2.0)):
        with Journal(tmp_path) as journal:
            journal.finish(KEYS[0], row(SETTINGS[0], train=train, finished=finished))
    assert Journal(tmp_path).history(SETTINGS).rows[KEYS[0]]["train"] == {"score": 0.5}


def test_who_finished_an_evaluation_is_noted_and_who_did_not_is_left_out(tmp_path):
    with Journal(tmp_path) as journal:
        journal.start(KEYS[0])
    assert Journal(tmp_path).writers() == []
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[0], row(SETTINGS[0]))
    assert Journal(tmp_path).writers() == [module.writer()]
    assert set(module.writer()) == {"python", "numpy", "scipy", "scikit-learn", "host"}


def test_the_manifest_says_what_the_folder_is_of(tmp_path):
    identity = Identity("abc", {"estimator": "sklearn.svm.SVC", "scoring": None})
    with Journal.at(tmp_path, identity) as journal:
        assert journal.folder == tmp_path / "abc"
    manifest = json.loads((tmp_path / "abc" / "manifest.json").read_text())
    assert manifest["of"] == identity.of
    assert "Delete this folder to evaluate all of it again." in manifest["what"]


def test_a_killed_writers_lock_is_gone_with_it(tmp_path):
    code = (
        f"import os, sys; sys.path.append({str(ROOT / 'scripts')!r})\n"
        f"from cvsearch.journal.journal import Journal\nJournal({str(tmp_path)!r}).__enter__().start('{KEYS[0]}')\n"
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert Journal(tmp_path).history(SETTINGS)[1] == {KEYS[0]: 1}


def test_a_row_is_with_the_operating_system_before_the_next_begins(tmp_path):
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[0], row(SETTINGS[0]))
        assert KEYS[0] in Journal(tmp_path).history(SETTINGS)[0]


def test_rows_are_synced_every_few_seconds_and_at_the_end(tmp_path, monkeypatch):
    synced, now = [], [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(module.os, "fdatasync", lambda file: synced.append(now[0]))
    with Journal(tmp_path) as journal:
        for now[0] in (1.0, 4.0, 6.0, 7.0, 12.0, 13.0):
            journal.finish(KEYS[0], row(SETTINGS[0]))
    assert synced == [6.0, 12.0, 13.0]


def test_a_row_that_cannot_be_written_is_as_if_it_had_not_begun(tmp_path, monkeypatch):
    with Journal(tmp_path) as journal:
        journal.start(KEYS[0])
        write = os.write

        def refuse(file, line):
            if len(line) == 5:
                raise OSError(28, "No space left on device")
            return write(file, line[: len(line) - 5])

        monkeypatch.setattr(module.os, "write", refuse)
        with pytest.raises(OSError, match="No space left on device"):
            journal.finish(KEYS[0], row(SETTINGS[0]))
        monkeypatch.undo()
    (only,) = next(tmp_path.glob("*.journal")).read_bytes().splitlines()
    assert only.startswith(b"v "), "who wrote it, and nothing else"
    assert Journal(tmp_path).history(SETTINGS) == ({}, {})


def killed_while_it_writes(journal, writes):
    """Have a process that inherited the journal write to it and die."""
    pid = os.fork()
    if pid == 0:
        writes()
        os.kill(os.getpid(), 9)
    assert os.waitpid(pid, 0)[1] == 9


def test_a_process_that_let_go_of_the_file_does_not_hold_it(tmp_path):
    with Journal(tmp_path) as journal:
        journal.start(KEYS[0])
        (released, releasing), (ending, end) = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(end)
            journal.release()
            journal.release()
            os.write(releasing, b"x")
            os.read(ending, 1)  # Until the test has looked.
            os._exit(0)
        assert os.read(released, 1) == b"x"
        assert journal.at_work() == {KEYS[0]: True}
    assert journal.at_work() == {}
    for file in (released, releasing, ending, end):
        os.close(file)
    assert os.waitpid(pid, 0)[1] == 0


def test_what_a_process_that_inherited_the_journal_wrote_is_read_back(tmp_path):
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[0], row(SETTINGS[0]))
        before = journal.end

        def write():
            journal.start(KEYS[1])
            journal.finish(KEYS[1], row(SETTINGS[1]))
            journal.start(KEYS[2])

        killed_while_it_writes(journal, write)
        assert journal.since(before) == ({KEYS[1]: row(SETTINGS[1])}, KEYS[2])
        before = journal.end
        assert journal.since(before) == ({}, None)


@pytest.mark.parametrize("text", [b"r", b"r 00", b"s 0"])
def test_a_line_that_its_writers_death_cut_is_taken_off(tmp_path, text):
    with Journal(tmp_path) as journal:
        before = journal.end
        killed_while_it_writes(journal, lambda: (journal.start(KEYS[0]), os.write(journal._file, text)))
        assert journal.since(before) == ({}, KEYS[0])
        journal.finish(KEYS[0], row(SETTINGS[0], "killed"))
    assert Journal(tmp_path).history(SETTINGS) == ({KEYS[0]: row(SETTINGS[0], "killed")}, {})


def test_after_another_writer_a_row_that_cannot_be_written_takes_nothing_else_along(tmp_path, monkeypatch):
    with Journal(tmp_path) as journal:
        before = journal.end

        def write():
            journal.start(KEYS[0])
            journal.finish(KEYS[0], row(SETTINGS[0]))
            journal.start(KEYS[1])

        killed_while_it_writes(journal, write)
        assert journal.since(before)[1] == KEYS[1]
        monkeypatch.setattr(module.os, "write", Mock(side_effect=OSError(28, "No space left on device")))
        with pytest.raises(OSError, match="No space left on device"):
            journal.finish(KEYS[1], row(SETTINGS[1], "killed"))
    assert Journal(tmp_path).history(SETTINGS) == ({KEYS[0]: row(SETTINGS[0])}, {})

"""The file of predictions beside the rows: what a row points to is whole, whatever its writer died of."""

import errno
import multiprocessing
import os
import resource
import signal

import pytest
from cvsearch.errors import InputError
from cvsearch.journal import journal as journal_module
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from cvsearch.journal.policy import History, Record, Terms, history_of, is_final, remaining

SETTINGS = [Setting({"i": i}) for i in range(4)]
KEYS = [setting.key for setting in SETTINGS]
NO_LIMITS = {"seconds": None, "memory_mb": None}
WANTED = Terms(NO_LIMITS, 0, True, predictions=True)
NOT_WANTED = Terms(NO_LIMITS, 0, True)


def row_of(i, predictions=None, **more):
    row = {**SETTINGS[i]._asdict(), "status": "ok", "test": {"score": 0.5}, "train": {"score": 0.5}, "attempt": 0}
    return {**row, "finished": 1.0, "limits": NO_LIMITS, "predictions": predictions, **more}


def content_of(i):
    return bytes([i]) * (100 + i) + b"\n"


def write(journal, numbers):
    for i in numbers:
        journal.start(KEYS[i])
        journal.finish(KEYS[i], row_of(i, content_of(i)))


def files(folder):
    return sorted(folder.glob("*.predictions"))


def found(folder):
    """Return the number of each evaluation that is in the journal to its predictions."""
    journal = Journal(folder)
    rows = journal.history(SETTINGS).rows
    return {i: journal.read_predictions(rows[key]) for i, key in enumerate(KEYS) if key in rows}


def in_child(work, *arguments):
    child = multiprocessing.get_context("fork").Process(target=work, args=arguments)
    child.start()
    child.join(60)
    return child.exitcode


def test_predictions_are_read_back_by_their_rows(tmp_path):
    for numbers in ((0, 2), (1, 3)):
        with Journal(tmp_path) as journal:
            write(journal, numbers)
    assert len(files(tmp_path)) == 2
    assert found(tmp_path) == {i: content_of(i) for i in range(4)}


def test_a_writer_without_predictions_leaves_no_file_for_them(tmp_path):
    with Journal(tmp_path) as journal:
        journal.finish(KEYS[0], row_of(0))
        journal.finish(KEYS[1], row_of(1, []))
    assert files(tmp_path) == []
    assert found(tmp_path) == {0: None, 1: None}


def die_within(writes, share):
    """Have this process die of SIGKILL within its n-th write, when so much of it is on disk."""
    real, left = os.write, [writes]

    def write_and_die(file, content):
        left[0] -= 1
        if left[0]:
            return real(file, content)
        real(file, content[: int(len(content) * share)])
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("it outlived SIGKILL")

    journal_module.os.write = write_and_die


@pytest.mark.parametrize("share", [0, 0.5, 1])
@pytest.mark.parametrize("nth", range(1, 8))
def test_a_worker_killed_within_any_write(tmp_path, nth, share):
    """A start, predictions and a row are three writes; the supervisor and the next worker go on in the same files."""
    with Journal(tmp_path) as journal:
        before = journal.end

        def work():
            die_within(nth, share)
            write(journal, range(3))

        assert in_child(work) == -signal.SIGKILL
        rows, in_flight = journal.since(before)
        n_finished = (nth - 1 + (share == 1)) // 3
        assert list(rows) == KEYS[:n_finished]
        assert in_flight == (KEYS[n_finished] if (nth - 1 + (share == 1)) % 3 else None)
        kept = sum(len(content_of(i)) for i in range(n_finished))
        assert [path.stat().st_size for path in files(tmp_path)] in ([], [kept])
        assert in_child(write, journal, range(n_finished, 3)) == 0
        assert list(journal.since(before)[0]) == KEYS[:3]
        assert found(tmp_path) == {i: content_of(i) for i in range(3)}
    assert found(tmp_path) == {i: content_of(i) for i in range(3)}


@pytest.mark.parametrize("share", [0, 0.5, 1])
@pytest.mark.parametrize("nth", range(1, 8))
def test_a_whole_job_killed_within_any_write(tmp_path, nth, share):
    def job():
        with Journal(tmp_path) as journal:
            die_within(nth, share)
            write(journal, range(3))

    assert in_child(job) == -signal.SIGKILL
    done = found(tmp_path)
    assert done == {i: content_of(i) for i in range((nth - 1 + (share == 1)) // 3)}
    with Journal(tmp_path) as journal:
        write(journal, [i for i in range(3) if i not in done])
    assert found(tmp_path) == {i: content_of(i) for i in range(3)}


def test_a_full_disk_loses_the_evaluation_it_met_and_corrupts_none(tmp_path):
    def job():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with Journal(tmp_path) as journal:
            write(journal, [0])
            journal.start(KEYS[1])
            resource.setrlimit(resource.RLIMIT_FSIZE, (3000, resource.RLIM_INFINITY))
            try:
                journal.finish(KEYS[1], row_of(1, bytes(5000)))
            except OSError as error:
                assert error.errno == errno.EFBIG
                assert files(tmp_path)[0].stat().st_size == 3000, "the disk was full within the predictions"
            else:
                raise AssertionError("the disk was not full")
            write(journal, [2])

    assert in_child(job) == 0
    assert found(tmp_path) == {0: content_of(0), 2: content_of(2)}
    assert files(tmp_path)[0].stat().st_size == len(content_of(0) + content_of(2))


def test_a_fit_that_forks_lets_go_of_both_files(tmp_path):
    with Journal(tmp_path) as journal:
        write(journal, [0])

        def child():
            journal.release()
            journal.release()
            links = []
            for fd in os.listdir("/proc/self/fd"):
                try:
                    links.append(os.readlink(f"/proc/self/fd/{fd}"))
                except OSError:
                    continue
            os._exit(any(str(tmp_path) in link for link in links))

        assert in_child(child) == 0
        write(journal, [1])
    assert found(tmp_path) == {0: content_of(0), 1: content_of(1)}


def test_predictions_that_were_edited_are_named_with_what_rebuilds_them(tmp_path):
    with Journal(tmp_path) as journal:
        write(journal, [0, 1])
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-5] + b"later")
    with pytest.raises(InputError, match=rf"{path.name}: was truncated or edited; rebuild it: rm .*{path.name}, then"):
        found(tmp_path)
    assert found(tmp_path / "..") == {}


@pytest.mark.parametrize("length", [None, 0, 150])
def test_predictions_that_are_gone_are_wanted_again(tmp_path, length):
    """They were deleted, or a power cut took the end of their file: the scores stand, and only predictions are missing."""
    with Journal(tmp_path) as journal:
        write(journal, [0, 1])
    (path,) = files(tmp_path)
    path.unlink() if length is None else os.truncate(path, length)
    history = Journal(tmp_path).history(SETTINGS[:2])
    lost = [0, 1] if length != 150 else [1]
    assert [task.key for task in remaining(SETTINGS[:2], history, WANTED)] == [KEYS[i] for i in lost]
    assert remaining(SETTINGS[:2], history, NOT_WANTED) == []
    with Journal(tmp_path) as journal:
        write(journal, lost)
    assert found(tmp_path) == {0: content_of(0), 1: content_of(1)}


def test_a_row_stands_without_predictions_where_none_are_wanted_or_can_be_had():
    for predictions, final in ((None, False), ([], True), (["w", 0, 1, 2], True)):
        assert is_final(row_of(0, predictions), WANTED) is final
        assert is_final(row_of(0, predictions), NOT_WANTED)
    assert is_final(row_of(0, None, status="failed"), WANTED)


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_equal_evaluations_what_either_has_counts(turn):
    """So one that was repeated for its predictions is not repeated for its train scores, and neither time without end."""
    place = ("w", 0, 1, 2)
    rows = [row_of(0, None), row_of(0, place, train=None, finished=2.0)]
    history = history_of([Record([(KEYS[0], row) for row in rows[::turn]], None, set(), False)])
    assert history.rows[KEYS[0]]["predictions"] == place
    assert history.rows[KEYS[0]]["train"] is not None
    assert remaining(SETTINGS[:1], history, WANTED) == []


def test_a_failure_lends_no_predictions_and_takes_none():
    rows = [row_of(0, ("w", 0, 1, 2), status="failed"), row_of(0, None)]
    history = history_of([Record([(KEYS[0], row) for row in rows], None, set(), False)])
    assert history == History({KEYS[0]: rows[1]}, {})

"""A process that may crash, hang or eat memory, and what is told of it."""

import ctypes
import os
import signal
import time

import pytest
from cvsearch.evaluation import worker as module
from cvsearch.evaluation.worker import WorkerDied, WorkerTimeout, run_in_worker, stopped_in_order
from jobs import is_running

FAULTS = {"exit": lambda: os._exit(0), "kill": lambda: os.kill(os.getpid(), signal.SIGKILL)}


@pytest.fixture
def told(tmp_path):
    """Return two functions for what a worker tells this test: one to tell, one to read all that was told."""
    path = tmp_path / "told"

    def tell(text):
        with path.open("a") as file:
            file.write(f"{text}\n")

    return tell, lambda: path.read_text().splitlines()


def test_the_work_is_done_in_one_other_process_and_leaves_none(told):
    tell, lines = told

    def work(begin):
        for _ in range(100):
            begin()
            tell(os.getpid())

    run_in_worker(work)
    assert len(lines()) == 100
    (pid,) = set(map(int, lines()))
    assert pid != os.getpid()
    assert not is_running(pid)


@pytest.mark.parametrize(("fault", "said"), [("exit", "exit status 0"), ("kill", "SIGKILL")])
def test_a_death_is_told_with_how_long_the_last_thing_took(fault, said):
    def work(begin):
        begin()
        time.sleep(0.3)
        begin()
        time.sleep(0.1)
        FAULTS[fault]()

    with pytest.raises(WorkerDied, match=said) as caught:
        run_in_worker(work)
    assert 0.1 <= caught.value.seconds < 60


def test_a_death_is_told_though_what_the_worker_started_holds_its_pipe():
    """A child made by C, so that no hook of Python's closes what it inherited."""

    def work(begin):
        begin()
        if ctypes.CDLL(None).fork() == 0:
            time.sleep(600)
        os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(WorkerDied, match="SIGKILL") as caught:
        run_in_worker(work)
    assert caught.value.seconds < 60


def test_what_the_work_raises_is_raised_here_with_its_traceback():
    def work(begin):
        raise OSError(28, "No space left on device", "journal")

    with pytest.raises(OSError, match="No space left on device") as caught:
        run_in_worker(work)
    assert (caught.value.errno, caught.value.filename) == (28, "journal")
    assert "in work" in caught.value.__notes__[0]


def test_a_hang_that_ignores_sigterm_is_ended(told):
    tell, lines = told

    def work(begin):
        begin()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        tell(os.getpid())
        time.sleep(600)

    with pytest.raises(WorkerTimeout, match=r"took longer than 0\.2 s") as caught:
        run_in_worker(work, 0.2)
    assert 0.2 <= caught.value.seconds < 60
    assert not is_running(int(lines()[0]))


def test_the_limit_is_for_each_thing_and_not_for_all():
    def work(begin):
        for _ in range(8):
            begin()
            time.sleep(0.1)

    run_in_worker(work, 0.5)


def test_one_that_went_on_just_as_it_was_killed_is_no_timeout(monkeypatch):
    """The next thing begins between the look at the clock and the kill."""
    kill = module._kill

    def work(begin):
        begin()
        time.sleep(0.4)
        begin()
        time.sleep(600)

    def late_kill(worker):
        time.sleep(0.3)
        kill(worker)

    monkeypatch.setattr(module, "_kill", late_kill)
    run_in_worker(work, 0.3)


def test_a_tick_tells_how_many_have_begun(monkeypatch):
    monkeypatch.setattr(module, "TICK_SECONDS", 0.05)
    ticks = []

    def work(begin):
        begin()
        begin()
        time.sleep(0.5)

    run_in_worker(work, on_tick=ticks.append)
    assert ticks[-1] == 2


def test_what_a_worker_started_goes_with_it(told):
    tell, lines = told

    def work(begin):
        tell(os.getpid())
        tell(os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "600"))

    run_in_worker(work)
    pids = list(map(int, lines()))
    assert len(pids) == 2
    deadline = time.monotonic() + 10
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_lets_with_blocks_end(number):
    ended = []
    with pytest.raises(SystemExit) as caught, stopped_in_order():
        try:
            os.kill(os.getpid(), number)
            time.sleep(5)
        finally:
            ended.append(True)
    assert caught.value.code == 128 + number
    assert ended
    assert signal.getsignal(number) == signal.SIG_DFL


def test_a_signal_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stopped_in_order():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)

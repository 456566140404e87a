import os
import signal
import time

import pytest
from _fences import Worker, WorkerDied, WorkerTimeout, memory_limit, stopped_in_order
from jobs import is_running


def act(task):
    """What the worker does: the task is a name, or a number to double."""
    match task:
        case "pid":
            return os.getpid()
        case "exit":
            os._exit(0)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)
        case "child":
            return [os.getpid(), os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "600")]
        case "large":
            return bytes(5_000_000)
    return 2 * task


def test_one_worker_answers_many_tasks():
    with Worker(act) as worker:
        assert [worker.run(i) for i in range(100)] == [2 * i for i in range(100)]
        assert worker.run("pid") == worker.run("pid") == worker.pid != os.getpid()
        assert len(worker.run("large")) == 5_000_000
        pid = worker.pid
    assert not is_running(pid)


@pytest.mark.parametrize(("task", "said"), [("exit", "exit status 0"), ("kill", "SIGKILL")])
def test_a_death_is_told_and_the_next_task_is_done(task, said):
    with Worker(act) as worker:
        for _ in range(3):
            with pytest.raises(WorkerDied, match=said):
                worker.run(task)
            assert worker.run(1) == 2


def test_a_worker_killed_between_two_tasks_is_replaced_and_nobody_told():
    with Worker(act) as worker:
        first = worker.run("pid")
        os.kill(first, signal.SIGKILL)
        while is_running(first):
            time.sleep(0.01)
        assert worker.run("pid") != first


def test_a_hang_that_ignores_sigterm_is_ended():
    with Worker(act) as worker:
        pid = worker.run("pid")
        with pytest.raises(WorkerTimeout, match=r"took longer than 0\.2 s"):
            worker.run("hang", 0.2)
        assert not is_running(pid)
        assert worker.run(4) == 8


def test_what_a_worker_started_goes_with_it():
    with Worker(act) as worker:
        pids = worker.run("child")
        assert all(map(is_running, pids))
    deadline = time.monotonic() + 10
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_memory_beyond_the_limit_is_refused_and_the_limit_is_lifted_afterwards():
    def allocate(megabytes):
        with memory_limit(100):
            try:
                return len(bytearray(megabytes * 1_000_000))
            except MemoryError:
                return "refused"

    def allocate_without(megabytes):
        allocate(1)
        return len(bytearray(megabytes * 1_000_000))

    with Worker(allocate) as worker:
        assert worker.run(50) == 50_000_000
        assert worker.run(150) == "refused"
        assert worker.run(50) == 50_000_000
    with Worker(allocate_without) as worker:
        assert worker.run(300) == 300_000_000


def test_sigterm_lets_with_blocks_end():
    ended = []
    with pytest.raises(SystemExit) as caught, stopped_in_order():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        finally:
            ended.append(True)
    assert caught.value.code == 143
    assert ended
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL

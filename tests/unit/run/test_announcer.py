"""What the user sees at the end of a run."""

import os
import time

import pytest
from cvsearch.run.announcer import Announcer
from workflow_runs import TINY


@pytest.fixture
def announcer(tmp_path, monkeypatch):
    """The announcer of a run in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return Announcer(TINY)


def test_a_mistake_in_a_file_is_told_at_the_end_and_stops_nothing(announcer, tmp_path, capsys):
    announcer.print_results()
    assert capsys.readouterr().err == ""
    (tmp_path / "results/tree").mkdir(parents=True)
    (tmp_path / "results/tree/verdict.json").write_text("{")
    announcer.print_results()
    assert "error: results/tree/verdict.json: was truncated or edited" in capsys.readouterr().err


def test_the_errors_of_this_run_are_repeated_at_its_end(announcer, tmp_path, capsys):
    (tmp_path / "results/logs").mkdir(parents=True)
    for name, seconds in (("make_splits", 1), ("of_an_earlier_run", -1)):
        log = tmp_path / f"results/logs/{name}.log"
        log.write_text(f"error: {name}: is wrong\n")
        os.utime(log, (0, time.time() + seconds))
    announcer.print_errors()
    assert capsys.readouterr().err == "error: make_splits: is wrong\n"

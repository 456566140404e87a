"""How a search stands, from journals written here by hand: no Snakemake, no scikit-learn."""

import math
import subprocess
import sys
import time

import pytest
from cvsearch.candidates.plan import Plan, read_plans, write_plan
from cvsearch.files import write_rows
from cvsearch.journal.identity import Setting
from cvsearch.journal.journal import Journal
from cvsearch.layout import SearchPaths
from cvsearch.report.status import Best, overview, progress_of, status_of
from workflow_runs import ROOT

NOW = 1_700_000_000.0
SETTINGS = [Setting({"C": float(i)}) for i in range(10)]
KEYS = [setting.key for setting in SETTINGS]


def draw(search, n_candidates=4, n_splits=2, batch_size=3):
    """Write the plan and the batches of a search."""
    plan = Plan(
        round=0,
        first=0,
        n_candidates=n_candidates,
        n_splits=n_splits,
        batch_size=batch_size,
        scorer="score",
        identities=[f"split{i}" for i in range(n_splits)],
        inputs={},
        messages=[],
    )
    for batch in plan.batches:
        first, last = map(int, batch.split("-"))
        rows = ({"candidate": i, **SETTINGS[i]._asdict()} for i in range(first, last + 1))
        write_rows(search.round(0).batch(batch), rows)
    write_plan(search.round(0), plan)


def row(candidate, score=None, finished=NOW - 1, status="ok", attempt=0):
    """Return a row as `evaluate` journals it."""
    test = None if score is None else {"score": score}
    about = {"status": status, "test": test, "train": None, "scorers": None, "time": 1.0}
    about |= {"finished": finished, "attempt": attempt}
    return {**SETTINGS[candidate]._asdict(), **about}


def writer(search, split):
    return Journal(search.journal / f"split{split}")


def journal(search, split, *rows):
    with writer(search, split) as opened:
        for each in rows:
            key = Setting(each["params"], each["resource"]).key
            opened.start(key)
            opened.finish(key, each)


def progress(search):
    return progress_of(search, read_plans(search), NOW)


@pytest.fixture
def search(tmp_path):
    return SearchPaths.of("svc", tmp_path / "results")


def test_counts_what_is_done_failed_running_and_left(search):
    draw(search)
    journal(search, 0, row(0, 0.5), row(1, status="timeout"))
    with writer(search, 1) as opened:
        opened.start(KEYS[3])
        found = progress(search)
    assert (found.done, found.failed, found.running, found.left) == (1, 1, 1, 5)


def test_a_dead_writer_runs_nothing(search):
    draw(search)
    with writer(search, 0) as opened:
        opened.start(KEYS[3])
    assert progress(search).running == 0


def test_a_withdrawn_start_is_not_running(search):
    draw(search)
    with writer(search, 0) as opened:
        opened.start(KEYS[3])
        opened.withdraw(KEYS[3])
        assert progress(search).running == 0


def test_a_candidate_counts_once_and_a_success_before_a_failure(search):
    draw(search)
    journal(search, 0, row(0, status="failed"), row(0, 0.5, attempt=1))
    journal(search, 0, row(0, 0.5))
    found = progress(search)
    assert (found.done, found.failed) == (1, 0)


def test_rows_outside_the_plan_do_not_count(search):
    draw(search, n_candidates=2)
    journal(search, 0, row(0, 0.5), row(7, 0.9))
    journal(search, 5, row(1, 0.9))
    found = progress(search)
    assert found.done == 1
    assert found.best.candidate == 0


def test_a_cut_line_is_skipped(search):
    draw(search)
    journal(search, 0, row(0, 0.5), row(1, 0.6))
    (path,) = (search.journal / "split0").iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    assert progress(search).done == 1


def test_the_best_is_that_of_the_most_splits(search):
    draw(search)
    journal(search, 0, row(0, 0.5), row(1, 0.7), row(2, 0.99))
    journal(search, 1, row(0, 0.9), row(1, 0.5))
    best = progress(search).best
    assert best == Best(0, {"C": 0.0}, 0.7, pytest.approx(0.2), 2)


@pytest.mark.parametrize("score", [math.inf, -math.inf])
def test_an_infinite_score_is_a_score(search, score):
    draw(search)
    journal(search, 0, row(0, score), row(1, 0.5), row(2, math.inf))
    journal(search, 1, row(0, score), row(1, 0.5), row(2, -math.inf))
    best = progress(search).best
    assert (best.candidate, best.mean) == ((0, math.inf) if score > 0 else (1, 0.5))
    assert math.isnan(best.std) == (score > 0)
    assert f"candidate {best.candidate}" in status_of(search, NOW)


def test_the_rate_forgets_an_earlier_run(search):
    draw(search)
    journal(search, 0, row(0, 0.5, finished=NOW - 90_000), row(1, 0.5, finished=NOW - 9), row(2, 0.5, finished=NOW))
    assert progress(search).rate == pytest.approx(2 / 10)


def test_the_text_names_counts_time_left_and_the_best(search):
    draw(search)
    journal(search, 0, row(0, 0.5, finished=NOW - 1), row(1, 0.75, finished=NOW))
    with writer(search, 1) as opened:
        opened.start(KEYS[0])
        text = status_of(search, NOW)
    assert text.splitlines() == [
        "svc: of 8 evaluations 2 done, 0 failed, 1 running, 5 left; 1.0/s, about 6 s to go",
        "  best so far: candidate 1, mean test score 0.7500 (std 0.0000, 1 of 2 splits)",
        "  C=1",
    ]


def test_a_search_that_stands_still_says_so(search):
    draw(search)
    journal(search, 0, row(0, 0.5))
    assert status_of(search, NOW).startswith(
        "svc: of 8 evaluations 1 done, 0 failed, 0 running, 7 left; none is running now\n"
    )


def test_nothing_started_is_one_line(tmp_path):
    assert overview(tmp_path / "results") == f"{tmp_path}/results: nothing has started here; start it: snakemake -j 16"


def test_a_search_without_candidates_is_one_line(search):
    journal(search, 0, row(0, 0.5))
    assert overview(search.folder.parent) == "svc: no candidates are drawn yet"


def test_a_damaged_batch_names_its_rebuild(search):
    draw(search)
    search.round(0).batch("000000-000002").write_text("")
    assert "run the same command with --forcerun propose_candidates" in overview(search.folder.parent)


def test_the_command_imports_no_heavy_library(search):
    draw(search)
    journal(search, 0, row(0, 0.5, finished=time.time()))
    command = [
        sys.executable,
        "-X",
        "importtime",
        str(ROOT / "scripts" / "status.py"),
        "--directory",
        str(search.folder.parents[1]),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.startswith("svc: of 8 evaluations 1 done")
    imported = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines()}
    assert "cvsearch.report.status" in imported
    assert not imported & {"sklearn", "numpy", "pandas"}


def test_watch_says_it_again(search):
    draw(search)
    command = [
        sys.executable,
        str(ROOT / "scripts" / "status.py"),
        "--directory",
        str(search.folder.parents[1]),
        "--watch",
        "0.1",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout.readline().startswith("svc: of 8 evaluations 0 done")
        journal(search, 0, row(0, 0.5))
        assert any(line.startswith("svc: of 8 evaluations 1 done") for line in watching.stdout)
        watching.kill()

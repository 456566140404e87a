"""What the console shows while a run goes on."""

import io
import logging

import pytest
from cvsearch.candidates.plan import Plan, write_plan
from cvsearch.layout import SearchPaths
from cvsearch.report import live as module
from cvsearch.report.live import Live, show_run
from snakemake.logging import LogEvent


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def search(tmp_path):
    """Two batches of three candidates and one of one, on two splits."""
    search = SearchPaths.of("svc", tmp_path)
    write_plan(search.round(0), Plan(0, 0, 7, 2, 3, "score", ["one", "other"], {}, []))
    return search


BATCHES = ("000000-000002", "000003-000005", "000006-000006")


def finish(search, batch, split):
    path = search.round(0).receipt(batch, split)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def record(message, event=None, level=logging.INFO, **extra):
    made = logging.LogRecord("snakemake", level, __file__, 1, message, None, None)
    made.__dict__.update(extra | ({"event": event} if event else {}))
    return made


def job(number, rule, search=None, message=None):
    """Return the records of the beginning and of the end of a job."""
    wildcards = {"search": search} if search else {}
    begun = record(None, LogEvent.JOB_INFO, jobid=number, rule_name=rule, rule_msg=message, wildcards=wildcards)
    return begun, record(f"Finished jobid: {number} (Rule: {rule})", LogEvent.JOB_FINISHED, job_id=number)


def evaluations(n, search="svc", rule="evaluate"):
    """Return the records of the beginnings and of the ends of several jobs that evaluate."""
    return zip(*(job(number, rule, search, "Evaluate candidates 0-2") for number in range(n)), strict=True)


STEP, STEP_DONE = job(90, "make_splits", message="Make the splits")
JUDGE, JUDGED = job(91, "judge_search", "svc", "Judge search svc")


@pytest.mark.parametrize("prefix", ["", "cvsearch_"], ids=["alone", "names with a prefix"])
def test_the_time_left_follows_from_what_this_run_has_done(search, clock, prefix):
    shown = []
    finish(search, BATCHES[0], 0)  # By an earlier run.
    live = Live([search], steps=True, show=shown.append)
    begun, ended = job(7, f"{prefix}evaluate", "svc")
    live.emit(begun)
    clock[0] += 20
    finish(search, BATCHES[0], 1)
    live.emit(ended)
    assert shown == ["svc: 6 of 14 evaluations done, about 54 s to go"], "3 took 20 s, 8 are left"


def test_the_first_of_many_jobs_tells_no_time_left(search, clock):
    shown = []
    live = Live([search], steps=True, show=shown.append)
    begun, ended = evaluations(4)
    for each in begun:
        live.emit(each)
    for split, each in enumerate(ended[:2]):
        clock[0] += 20
        finish(search, BATCHES[0], split)
        live.emit(each)
    assert shown == ["svc: 3 of 14 evaluations done", "svc: 6 of 14 evaluations done, about 54 s to go"]


def test_a_line_comes_every_ten_seconds_and_after_the_last_job(search, clock):
    shown = []
    live = Live([search], steps=True, show=shown.append)
    begun, ended = evaluations(6)
    for each in begun:
        live.emit(each)
    places = [(batch, split) for batch in BATCHES for split in range(2)]
    for seconds, place, each in zip((4, 8, 11, 15, 22, 23), places, ended, strict=True):
        clock[0] = 100.0 + seconds
        finish(search, *place)
        live.emit(each)
    assert [line.split(" evaluations")[0] for line in shown] == ["svc: 9 of 14", "svc: 13 of 14", "svc: 14 of 14"]
    assert shown[-1].endswith("done in 23 s")


def test_a_search_of_too_many_jobs_is_not_counted(search, clock, monkeypatch):
    monkeypatch.setattr(module, "MANY_JOBS", 5)
    shown = []
    live = Live([search], steps=True, show=shown.append)
    (begun,), (ended,) = evaluations(1)
    live.emit(begun)
    clock[0] += 20
    finish(search, BATCHES[0], 0)
    live.emit(ended)
    assert shown == []


def test_the_receipts_of_other_searches_are_not_counted(search, clock, monkeypatch):
    """A finished search may have thousands of them, and each job of another search would count them again."""
    other = SearchPaths.of("tree", search.folder.parent)
    write_plan(other.round(0), Plan(0, 0, 7, 2, 3, "score", ["one", "other"], {}, []))
    for batch in BATCHES:
        for split in range(2):
            finish(search, batch, split)
    shown, counted = [], []
    live = Live([search, other], steps=True, show=shown.append)
    begun, ended = evaluations(3, "tree")
    for each in begun:
        live.emit(each)
    count = module.finished_receipts
    monkeypatch.setattr(
        module, "finished_receipts", lambda paths, plans: counted.append(paths.name) or count(paths, plans)
    )
    for each in ended:
        clock[0] += 20
        live.emit(each)
    assert counted == ["tree"] * 3


def test_a_search_whose_candidates_are_drawn_later_shows_its_progress_too(search, clock):
    later, shown = SearchPaths.of("tree", search.folder.parent), []
    live = Live([search, later], steps=True, show=shown.append)
    live.emit(job(1, "evaluate", "svc")[0])
    write_plan(later.round(0), Plan(0, 0, 7, 2, 3, "score", ["one", "other"], {}, []))
    begun, ended = job(2, "evaluate", "tree")
    live.emit(begun)
    clock[0] += 20
    finish(later, BATCHES[0], 0)
    live.emit(ended)
    assert shown == ["tree: 3 of 14 evaluations done, about 1 min 14 s to go"]


def test_receipts_that_are_removed_during_a_run_give_no_time_left(search, clock):
    for batch in BATCHES[:2]:
        finish(search, batch, 0)
    shown = []
    live = Live([search], steps=True, show=shown.append)
    begun, ended = job(1, "evaluate", "svc")
    live.emit(begun)
    for batch in BATCHES[:2]:
        search.round(0).receipt(batch, 0).unlink()
    finish(search, BATCHES[0], 1)
    clock[0] += 20
    live.emit(ended)
    assert shown == ["svc: 3 of 14 evaluations done"]


def test_an_error_of_the_console_does_not_end_the_run(search, capsys):
    live = Live([search], steps=True, show=lambda line: 1 / 0)
    live.emit(STEP)
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_damaged_plan_stops_no_console(search, clock):
    search.round(0).plan.write_text("{")
    shown = []
    live = Live([search], steps=True, show=shown.append)
    for each in job(1, "evaluate", "svc"):
        live.emit(each)
    assert shown == []


def test_steps_are_shown_and_evaluations_are_not(search):
    shown = []
    live = Live([search], steps=True, show=shown.append)
    for each in (STEP, job(1, "evaluate", "svc", "Evaluate candidates 0-2")[0], job(2, "all")[0]):
        live.emit(each)
    assert shown == ["Make the splits"]


def test_a_search_is_told_when_it_is_judged_where_nothing_else_tells_it(search):
    told = []
    live = Live([search], steps=False, on_judged=lambda: told.append("svc"), show=told.append)
    for each in (STEP, STEP_DONE, *job(1, "evaluate", "svc"), JUDGE, JUDGED):
        live.emit(each)
    assert told == ["svc"]


CHATTER = (
    record("Select jobs to execute..."),
    record("Using shell: /usr/bin/bash"),
    record("15 of 15 steps (100%) done", LogEvent.PROGRESS),
    record("Job stats", LogEvent.RUN_INFO),
    STEP_DONE,
)
NEEDED = (
    record("Nothing to be done (all requested files are present and up to date)."),
    record("Complete log(s): here"),
    record("Select jobs to execute...", level=logging.WARNING),
    record("Error in rule evaluate", LogEvent.JOB_ERROR, logging.ERROR),
    record("Exiting because a job execution failed. Look above for error messages"),
)


@pytest.mark.parametrize("whole", [False, True])
def test_the_console_keeps_what_a_person_needs_and_the_file_keeps_all(search, whole, tmp_path):
    logger, console = logging.Logger("test"), io.StringIO()
    logger.addHandler(logging.StreamHandler(console))
    file = logging.FileHandler(tmp_path / "log")
    logger.addHandler(file)
    show_run(logger, [search], whole)
    for one in (*CHATTER, *NEEDED):
        logger.handle(one)
    file.close()
    everything = [one.getMessage() for one in (*CHATTER, *NEEDED)]
    needed = [one.getMessage() for one in NEEDED]
    assert console.getvalue().splitlines() == (everything if whole else needed)
    assert (tmp_path / "log").read_text().splitlines() == everything

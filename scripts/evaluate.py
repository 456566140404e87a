"""Evaluate one batch of candidates on one split.

A supervisor that looks up what the journal has and has a worker process evaluate the rest, which journals each row
before the next one begins; where the worker dies, it journals whom of and has the rest evaluated by another one.
"""

import math
import os
import time
from collections import defaultdict
from pathlib import Path

from _dataset import load_dataset, load_split, read_about
from _evaluator import Evaluator
from _job import job, say
from _journal import Journal, identity_of, key_of
from _limits import granted, is_final
from _plan import batch_length, finished_outputs, read_plan
from _rows import read_rows, write_rows
from _supervisor import Entry, evaluate_in_order, outcome_of
from _trust import Trust
from _worker import stopped_in_order

# A worker's death is repeated once, to tell a bad candidate from an unlucky one; a whole job's death likewise.
DEATHS = 2

# Seconds between two lines of progress from one job.
PROGRESS_SECONDS = 10.0

# Between two looks at whether another job has ended that evaluates the same.
WAIT_SECONDS = 1.0

# A search of more jobs than this is not counted by each of them: looking for all outputs would cost more than it tells.
MANY_JOBS = 2000


class Batch:
    """One batch on one split: which evaluations are done, which are missing.

    Parameters
    ----------
    candidates : list of dict
        Each with ``candidate`` and ``params``.
    journal : Journal
    search : dict
    """

    def __init__(self, candidates, journal, search):
        self.candidates, self.journal, self.search = candidates, journal, search
        self.keys = [key_of(c["params"]) for c in candidates]
        self.look_up()

    def look_up(self):
        """Read the journal."""
        self.rows, self.deaths = self.journal.read(candidate["params"] for candidate in self.candidates)

    def missing(self):
        """Return the entries that are to be evaluated; of equal candidates, one."""
        missing = {}
        for key, candidate in zip(self.keys, self.candidates, strict=True):
            row = self.rows.get(key)
            if row is None:
                missing[key] = Entry(key, candidate["params"], 0)
            elif not is_final(row, self.search["limits"], self.search["retry_failed"]):
                attempt = row["attempt"] + (row["attempt"] < self.search["retry_failed"])
                missing[key] = Entry(key, candidate["params"], attempt)
        return list(missing.values())

    def is_evaluated_elsewhere(self):
        """Whether another job is at work on candidates that are missing here: one that its killed controller left behind."""
        return bool({entry.key for entry in self.missing()} & self.journal.at_work().keys())

    def evaluate(self, evaluator, progress, deadline=math.inf):
        """Evaluate what is missing; every row is in the journal before the next one begins.

        A candidate that has a row already comes after those that have none; one that ran into a lower limit of seconds only
        if `deadline` leaves it the higher one, else its row stands. One that was in flight when a whole job was stopped or
        died comes last, when all else is safe.

        Parameters
        ----------
        evaluator : callable
        progress : callable
            Told now and then how many evaluations are still to be done.
        deadline : float
            On ``time.monotonic()``: when the job ends.
        """
        limits = self.search["limits"]

        def has_time(entry):
            timed_out = self.rows.get(entry.key, {}).get("status") == "timeout"
            return not timed_out or time.monotonic() + (limits["seconds"] or 0) <= deadline

        def rank(entry):
            prefix = evaluator.shared.prefix(entry.params, evaluator.estimator)
            return self.deaths.get(entry.key, -1), entry.key in self.rows, prefix

        spent, allowed = defaultdict(list), limits["memory_mb"]
        under = f" under a limit of {allowed:g} MB" if allowed else ""
        with stopped_in_order(), self.journal:
            for entry in self.missing():
                if self.deaths.get(entry.key, 0) >= DEATHS * (entry.attempt + 1):
                    self._finish(entry, outcome_of("killed", f"its whole job died {DEATHS} times while it ran"))
            while entries := [entry for entry in self.missing() if has_time(entry)]:
                entries.sort(key=rank)
                progress(len(entries))
                rows, failure = evaluate_in_order(
                    entries, evaluator, self.journal, limits, limits["seconds"], may_begin=has_time, tick=progress
                )
                self.rows |= rows
                if failure is None:
                    continue
                entry, status, error, seconds = failure
                times = spent[entry.key, entry.attempt]
                times.append(seconds)
                if status == "timeout":
                    self._finish(entry, outcome_of(status, error, seconds))
                elif len(times) == DEATHS:
                    self._finish(entry, outcome_of(status, f"{error}, {DEATHS} times{under}", sum(times)))
            progress(len(self.missing()))

    def _finish(self, entry, outcome):
        self.rows[entry.key] = entry.row(outcome, self.search["limits"])
        self.journal.finish(entry.key, self.rows[entry.key])

    def seconds_of(self, entries):
        """Return the seconds that these evaluations took, as far as they are known."""
        return sum((self.rows[entry.key]["time"] or 0.0) for entry in entries if entry.key in self.rows)

    def table(self, split):
        """Return the rows of the evaluation file, in the order of the candidates."""
        kept = ("status", "test", "train", "fit_time", "score_time", "time", "error")
        return [
            {"candidate": candidate["candidate"], "split": split} | {name: self.rows[key][name] for name in kept}
            for key, candidate in zip(self.keys, self.candidates, strict=True)
        ]


def process_age():
    """Return for how many seconds this process has run, the start of Python included."""
    started_ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks / os.sysconf("SC_CLK_TCK")


class Progress:
    """Says now and then how far the search is, from what this job did and which outputs of other jobs are there.

    Parameters
    ----------
    output : path-like
        ``results/{search}/evaluations/{round}/{batch}/{split}.jsonl`` of this job.
    missing : int
        Evaluations that this job has to compute.
    report : callable
        Told each line.
    """

    def __init__(self, output, missing, report):
        self.output, self.missing, self.report = Path(output), missing, report
        self.done, self.next = 0, time.monotonic() + PROGRESS_SECONDS

    def __call__(self, remaining):
        """Hear how many evaluations are still to be done."""
        self.done = self.missing - remaining
        if time.monotonic() >= self.next or remaining == 0:
            self.next = time.monotonic() + PROGRESS_SECONDS
            self.report(self.line())

    def line(self):
        """Return the line of progress."""
        batch, split = self.output.parent.name, self.output.stem
        here = f"batch {batch}, split {split}: {self.done:,} of {self.missing:,}"
        search = self.output.parents[3]
        plan = read_plan(search)
        if plan is None or plan["evaluations"] / plan["batch_size"] > MANY_JOBS:
            return f"{search.name}: {here}"
        elsewhere = finished_outputs(search, plan) - {(batch, int(split))}
        total = sum(map(batch_length, (b for b, _ in elsewhere))) + batch_length(batch) - self.missing + self.done
        return f"{search.name}: {total:,} of {plan['evaluations']:,} evaluations done; {here}"


def main(
    candidates,
    split_file,
    dataset,
    output,
    journal,
    search,
    split,
    module_versions,
    deadline=math.inf,
    report=say,
):
    """Evaluate the batch in file `candidates` on the split in `split_file` and write its rows to `output`.

    Parameters
    ----------
    candidates, split_file, dataset, output, journal : path-like
        `dataset` and `journal` are folders.
    search : dict
        estimator, scoring, random_state, limits, retry_failed, share_work of the config.
    split : int
    module_versions : dict of str to str
        Of the trusted modules behind this search.
    deadline : float
        On ``time.monotonic()``: when the job ends.
    report : callable
        Told the lines of progress.

    Returns
    -------
    int
        How many evaluations were computed, rather than found in the journal.
    """
    head, rows = read_rows(candidates, "run the same command with --forcerun propose_candidates")
    rows = list(rows)
    train, test, split_sha256 = load_split(split_file)
    identity = identity_of(search, read_about(dataset)["sha256"], split, split_sha256, module_versions)
    batch = Batch(rows, Journal(Path(journal, identity)), search)
    if batch.is_evaluated_elsewhere():
        report(f"{output}: another job is at work on it; waiting for its end")
    while batch.is_evaluated_elsewhere():
        time.sleep(WAIT_SECONDS)
        batch.look_up()
    missing = batch.missing()
    if missing:
        trust = Trust(module_versions)
        evaluator = Evaluator(search, trust, load_dataset(dataset), train, test, split)
        batch.evaluate(evaluator, Progress(output, len(missing), report), deadline)
    cost = {"evaluations": len(missing), "seconds": batch.seconds_of(missing)}
    cost |= {"job_seconds": process_age(), "ended": time.time()}
    write_rows(output, batch.table(split), candidates_sha256=head["sha256"], identity=identity, cost=cost)
    return len(missing)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        limits, deadline = granted(snakemake.params.search["limits"], snakemake.resources)
        main(
            snakemake.input.candidates,
            snakemake.input.split,
            Path(snakemake.input.about).parent,
            snakemake.output[0],
            Path(snakemake.output[0]).parents[3] / "journal",
            {**snakemake.params.search, "limits": limits},
            int(snakemake.wildcards.split),
            snakemake.params.module_versions,
            deadline,
        )

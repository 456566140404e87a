"""Evaluate one batch of candidates on one split.

A supervisor that looks up what the journal has, hands the rest to a worker process one candidate at a time, and
journals every answer, or the worker's death, before the next one begins.
"""

import math
import os
import time
from pathlib import Path

from _dataset import load_dataset, load_split, read_about
from _estimator import Trust
from _evaluator import Evaluator
from _fences import Worker, WorkerDied, WorkerTimeout, stopped_in_order
from _job import job, say
from _journal import Journal, identity_of, key_of
from _limits import granted, is_final
from _plan import batch_length, finished_outputs, read_plan
from _rows import read_rows, write_rows

# A worker's death is repeated once, to tell a bad candidate from an unlucky one; a whole job's death likewise.
DEATHS = 2

# Seconds between two lines of progress from one job.
PROGRESS_SECONDS = 10.0

# A search of more jobs than this is not counted by each of them: looking for all outputs would cost more than it tells.
MANY_JOBS = 2000


def supervise(worker, params, limits):
    """Have a worker evaluate one candidate; once more if the worker dies of it.

    Returns
    -------
    dict
        The row, whatever happened.
    """
    started = time.perf_counter()
    blank = dict.fromkeys(("test", "train", "fit_time", "score_time"))
    for _ in range(DEATHS):
        try:
            return worker.run(params, limits["seconds"])
        except WorkerTimeout as timeout:
            row = {"status": "timeout", "error": str(timeout)}
            break
        except WorkerDied as death:
            row = {"status": "killed", "error": f"{death}, {DEATHS} times"}
    return {**blank, **row, "time": time.perf_counter() - started}


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
        self.rows, self.deaths = journal.read(c["params"] for c in candidates)

    def missing(self):
        """Return (key, params, attempt) of what is to be evaluated."""
        missing = []
        for key, candidate in zip(self.keys, self.candidates, strict=True):
            row = self.rows.get(key)
            if row is None:
                missing.append((key, candidate["params"], 0))
            elif not is_final(row, self.search["limits"], self.search["retry_failed"]):
                missing.append(
                    (key, candidate["params"], row["attempt"] + (row["attempt"] < self.search["retry_failed"]))
                )
        return missing

    def evaluate(self, missing, evaluator, progress, deadline=math.inf):
        """Evaluate what is missing; every row is in the journal before the next one begins.

        A candidate that has a row already comes after those that have none; one that ran into a lower limit of seconds only
        if `deadline` leaves it the higher one, else its row stands. One that was in flight when a whole job died comes last,
        when all else is safe.
        """
        ordered = evaluator.shared.ordered(missing, evaluator.estimator)
        waiting = sorted(ordered, key=lambda entry: (self.deaths.get(entry[0], 0), entry[0] in self.rows))[::-1]
        seconds = self.search["limits"]["seconds"]
        with stopped_in_order(), self.journal as journal, Worker(evaluator) as worker:
            while waiting:
                key, params, attempt = waiting.pop()
                if self.rows.get(key, {}).get("status") == "timeout" and time.monotonic() + (seconds or 0) > deadline:
                    continue
                if self.deaths.get(key, 0) >= DEATHS * (attempt + 1):
                    row = dict.fromkeys(("test", "train", "fit_time", "score_time", "time"))
                    row |= {"status": "killed", "error": f"its whole job died {DEATHS} times while it ran"}
                else:
                    journal.start(key)
                    try:
                        row = supervise(worker, params, self.search["limits"])
                    except BaseException:
                        journal.withdraw(key)
                        raise
                row |= {"params": params, "attempt": attempt, "limits": self.search["limits"], "finished": time.time()}
                journal.finish(key, row)
                self.rows[key] = row
                if not is_final(row, self.search["limits"], self.search["retry_failed"]):
                    waiting.append((key, params, attempt + 1))
                progress()

    def seconds_of(self, entries):
        """Return the seconds that these evaluations took, as far as they are known."""
        return sum((self.rows[key]["time"] or 0.0) for key, *_ in entries if key in self.rows)

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

    def __call__(self):
        """Count one more evaluation."""
        self.done += 1
        if time.monotonic() >= self.next or self.done == self.missing:
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
    missing = batch.missing()
    if missing:
        trust = Trust(module_versions)
        evaluator = Evaluator(search, trust, load_dataset(dataset), train, test, split)
        batch.evaluate(missing, evaluator, Progress(output, len(missing), report), deadline)
    cost = {"evaluations": len(missing), "seconds": batch.seconds_of(missing), "job_seconds": process_age()}
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

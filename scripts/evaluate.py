"""Evaluate one batch of candidates on one split.

The journal tells what is done. A worker process evaluates the rest. It writes each row to the journal before it begins
the next evaluation. If the worker dies, the journal shows during which evaluation it died. Then another worker goes on.
"""

import math
import os
import resource
import time
from pathlib import Path

from cvsearch.candidates.plan import read_batch, read_plan
from cvsearch.config.names import Trust
from cvsearch.console import job, say
from cvsearch.data.dataset import load_dataset, read_about
from cvsearch.data.splits import load_split, read_split_about
from cvsearch.evaluation.batch import Batch
from cvsearch.evaluation.evaluator import Evaluator
from cvsearch.evaluation.limits import slurm_limits
from cvsearch.journal.identity import identity_of
from cvsearch.journal.journal import Journal
from cvsearch.layout import SearchPaths, results_of
from cvsearch.report.reporter import Reporter
from cvsearch.results.evaluations import write_receipt


def process_age():
    """Return how many seconds this process has run. The start of Python is included."""
    started_ticks = int(Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - started_ticks / os.sysconf("SC_CLK_TCK")


def peak_memory_mb():
    """Return the most memory in MB that this process, or a process that it has started, has held at once."""
    kilobytes = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return kilobytes * 1024 / 1e6


def main(paths, batch, split, positions, split_about, dataset, search, module_versions, deadline=math.inf, say=say):
    """Evaluate a batch on a split and write its receipt.

    Parameters
    ----------
    paths : RoundPaths
    batch : str
    split : int
    positions, split_about, dataset : path-like
        The two files of the split, and the folder of the dataset.
    search : dict
        estimator, scoring, random_state, limits, retry_failed, share_work, return_train_score of the config.
    module_versions : dict of str to str
        Versions of the trusted modules that this search uses.
    deadline : float
        The time when the job ends, as ``time.monotonic()`` tells it.
    say : callable
        Called with each line of progress.

    Returns
    -------
    int
        How many evaluations were computed. Evaluations that the journal already had are not counted.
    """
    receipt = paths.receipt(batch, split)
    batch_sha256, candidates = read_batch(paths, batch)
    data_sha256, split_sha256 = read_about(dataset)["sha256"], read_split_about(split_about)["sha256"]
    identity = identity_of(search, data_sha256, split, split_sha256, module_versions)
    # The bits are read from the plan and are not an input of the job. So no job runs again if the search becomes too
    # large for predictions_mb.
    plan = read_plan(paths)
    bits = plan.prediction_bits if plan else 0
    journal = Journal.at(paths.search.journal, identity)
    work = Batch([setting for _, setting in candidates], journal, search, predictions=bool(bits))

    def tell(message):
        say(f"{receipt}: {message}")

    work.wait_for_others(tell)
    tasks = work.remaining()
    if tasks:
        evaluator = Evaluator(
            search, Trust(module_versions), load_dataset(dataset), *load_split(positions, split_sha256), split, bits
        )
        name = f"{paths.search.name}: batch {batch}, split {split}"
        work.evaluate(evaluator, Reporter(name, len(tasks), say), deadline)
    cost = {"evaluations": len(tasks), "seconds": work.seconds_of(tasks)}
    cost |= {"job_seconds": process_age(), "memory_mb": peak_memory_mb(), "ended": time.time()}
    write_receipt(receipt, batch_sha256, identity.sha256, cost)
    return len(tasks)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        conditions = snakemake.params.conditions
        limits, deadline = slurm_limits(conditions["limits"], snakemake.resources)
        main(
            SearchPaths.of(snakemake.wildcards.search, results_of(snakemake.input.about)).round(
                int(snakemake.wildcards.round)
            ),
            snakemake.wildcards.batch,
            int(snakemake.wildcards.split),
            snakemake.input.positions,
            snakemake.input.split,
            Path(snakemake.input.about).parent,
            {**snakemake.params.search, **conditions, "limits": limits},
            snakemake.params.module_versions,
            deadline,
        )

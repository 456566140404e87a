"""Time a few evaluations, so that batches can be sized; what they find is journaled like any other evaluation."""

from pathlib import Path

from _dataset import load_dataset, load_split
from _estimator import check_search
from _evaluator import Evaluator
from _job import job
from _journal import Journal, identity_of, key_of
from _limits import granted
from _rows import write_json
from _space import propose
from _supervisor import Entry, evaluate_in_order
from _trust import Trust
from _worker import stopped_in_order

# Enough for a mean: so many evaluations, or so many seconds of them.
ENOUGH_EVALUATIONS = 200
ENOUGH_SECONDS = 2.0

# One evaluation that is still running after so many seconds is stopped: it takes at least that long.
CAP_SECONDS = 30.0


def time_evaluations(evaluator, candidates, limits, journal):
    """Evaluate candidates until enough is known; what the journal has counts, and is not evaluated again.

    Parameters
    ----------
    evaluator : callable
    candidates : list of dict
        Their parameters.
    limits : dict
        seconds, memory_mb.
    journal : Journal
        Open; what is finished is written to it.

    Returns
    -------
    list of float
        Wall seconds of each evaluation.
    """
    cap = min(CAP_SECONDS, limits["seconds"] or CAP_SECONDS)
    known, deaths = journal.read(candidates)
    seconds = [row["time"] for row in known.values() if row["time"] is not None]
    entries = {key_of(params): Entry(key_of(params), params, 0) for params in candidates}
    entries = [entry for key, entry in entries.items() if key not in known and key not in deaths]
    while entries and sum(seconds) <= ENOUGH_SECONDS:
        enough = ENOUGH_SECONDS - sum(seconds)
        rows, failure = evaluate_in_order(entries, evaluator, journal, limits, cap, enough)
        seconds += [row["time"] for row in rows.values()]
        over = set(rows)
        if failure:
            seconds.append(failure.seconds)
            over.add(failure.entry.key)
        entries = [entry for entry in entries if entry.key not in over]
    return seconds


def main(split_file, dataset, journal, search, module_versions, output, where=""):
    """Check a search against scikit-learn, time a few candidates on split 0 and write their mean to `output`."""
    train, test, split_sha256 = load_split(split_file)
    data = load_dataset(dataset)
    identity = identity_of(search, data.about["sha256"], 0, split_sha256, module_versions)
    trust = Trust(module_versions)
    check_search(search, trust, where)
    evaluator = Evaluator(search, trust, data, train, test, 0)
    candidates = propose(search["param_distributions"], "random", ENOUGH_EVALUATIONS, search["random_state"])
    with stopped_in_order(), Journal(Path(journal, identity)) as opened:
        seconds = time_evaluations(evaluator, candidates, search["limits"], opened)
    seconds = seconds or [CAP_SECONDS]
    steady = seconds[1:] or seconds  # The first one also pays for what the others share.
    write_json(output, {"seconds_per_evaluation": sum(steady) / len(steady), "evaluations": len(seconds)})


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        conditions = snakemake.params.conditions
        limits, _ = granted(conditions["limits"], snakemake.resources)
        main(
            snakemake.input.split,
            Path(snakemake.input.about).parent,
            Path(snakemake.output[0]).parent / "journal",
            {**snakemake.params.search, **conditions, "limits": limits},
            snakemake.params.module_versions,
            snakemake.output[0],
            f"searches[{snakemake.wildcards.search}].",
        )

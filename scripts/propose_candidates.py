"""Draw a search's candidates, cut them into batches, and say what work that means."""

from pathlib import Path

from _dataset import load_split, read_about
from _estimator import check_search
from _job import job
from _journal import Journal, identity_of, key_of
from _limits import is_final
from _plan import MAX_BATCH_SIZE, batch_name, batches_of
from _rows import canonical, read_json, write_json, write_rows
from _space import propose, space_size
from _trust import Trust


def batch_size_from(seconds_per_evaluation, batch_seconds):
    """Return how many evaluations fill `batch_seconds`, at least 1 and at most 5,000."""
    return int(min(max(batch_seconds / max(seconds_per_evaluation, 1e-9), 1), MAX_BATCH_SIZE))


def largest_batch(candidates):
    """Return how many candidates a batch may hold: a batch file stays below the 1 MB that is compared by content.

    Judged by the first hundred alone, which stay as they are when a search grows.
    """
    sample = candidates[:100]
    row_bytes = sum(len(canonical(params)) + 40 for params in sample) / len(sample)
    return max(1, min(MAX_BATCH_SIZE, int(800_000 / row_bytes)))


def plan_line(name, n_candidates, n_splits, finished, jobs):
    """Say what is asked for, what is there and what will run.

    Parameters
    ----------
    name : str
    n_candidates, n_splits : int
    finished : int
        Evaluations found in the journal.
    jobs : int
        Jobs that will run the rest.
    """
    asked = n_candidates * n_splits
    work = (
        f"{jobs:,} job{'s' * (jobs != 1)} will run the other {asked - finished:,}"
        if finished < asked
        else "nothing is left to run"
    )
    return f"{name}: {asked:,} evaluations ({n_candidates:,} candidates x {n_splits:,} splits), {finished:,} in the journal, {work}"


def count_work(candidates, batches, journals, search):
    """Return (evaluations in the journals, jobs that have something left).

    Parameters
    ----------
    candidates : list of dict
        Their parameters.
    batches : list of (first, last)
    journals : list of Journal
        One for each split.
    search : dict
        Whose limits and retry_failed say which failures stand.
    """
    keys = [key_of(params) for params in candidates]
    finished = jobs = 0
    for journal in journals:
        rows, _ = journal.read(candidates, ("status", "attempt", "finished", "limits"))
        done = [key in rows and is_final(rows[key], search["limits"], search["retry_failed"]) for key in keys]
        finished += sum(done)
        jobs += sum(not all(done[first : last + 1]) for first, last in batches)
    return finished, jobs


def main(asked, batch_seconds, module_versions, dataset, splits, pilot, journal, folder):
    """Write the batches and the plan of a search to `folder`; check it against scikit-learn, where no pilot has.

    Parameters
    ----------
    asked : dict
        ``search`` and what else of the config the plan follows from.
    batch_seconds : float
        Seconds of work in one batch, where ``batch_size`` is auto.
    module_versions : dict of str to str
        Of the trusted modules behind the search.
    dataset, splits, journal : path-like, list of path-like, path-like
    pilot : path-like or None
        ``pilot.json``, where ``batch_size`` is auto.
    folder : path-like
    """
    search, n_splits = asked["search"], asked["n_splits"]
    if pilot is None:  # Else the pilot has checked it; scikit-learn is not imported twice for that.
        check_search(search, Trust(module_versions), f"searches[{search['name']}].")

    candidates = propose(
        search["param_distributions"], search["strategy"], search["n_candidates"], search["random_state"]
    )
    said = []
    if search["strategy"] == "random" and len(candidates) < search["n_candidates"]:
        said.append(
            f"{search['name']}: the space holds {len(candidates):,} candidates, all are taken; n_candidates asks for {search['n_candidates']:,}"
        )
    if (batch_size := search["batch_size"]) == "auto":
        timed = read_json(pilot, "run the same command with --forcerun time_pilot")
        batch_size = batch_size_from(timed["seconds_per_evaluation"], batch_seconds)
        batch_size = min(batch_size, largest_batch(candidates))
    batches = batches_of(len(candidates), batch_size)
    for first, last in batches:
        rows = ({"candidate": i, "params": candidates[i]} for i in range(first, last + 1))
        write_rows(Path(folder, f"{batch_name(first, last)}.jsonl"), rows)

    data = read_about(dataset)["sha256"]
    identities = [identity_of(search, data, i, load_split(path)[2], module_versions) for i, path in enumerate(splits)]
    finished, jobs = count_work(
        candidates, batches, [Journal(Path(journal, identity)) for identity in identities], search
    )
    said.append(plan_line(search["name"], len(candidates), n_splits, finished, jobs))
    print(*said, sep="\n")
    evaluations = len(candidates) * n_splits
    plan = {"n_candidates": len(candidates), "n_splits": n_splits, "evaluations": evaluations, "batch_size": batch_size}
    plan["scorer"] = search["scoring"][0] if isinstance(search["scoring"], list) else "score"
    plan["space_size"] = space_size(search["param_distributions"])
    plan |= {"identities": identities, "asked": asked, "said": said}
    write_json(Path(folder, "plan.json"), plan)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.params.asked,
            # A cluster's profile may ask for larger batches.
            snakemake.resources.get("batch_seconds", snakemake.params.asked["batch_seconds"]),
            snakemake.params.module_versions,
            Path(snakemake.input.about).parent,
            snakemake.input.splits,
            snakemake.input.get("pilot") or None,
            Path(snakemake.output[0]).parents[1] / "journal",
            snakemake.output[0],
        )

"""Draw the candidates of a round, cut them into batches, and say how much work they are."""

from dataclasses import replace
from pathlib import Path

from cvsearch.candidates.batches import batch_ends, largest_size, size_for
from cvsearch.candidates.plan import Plan, write_plan
from cvsearch.candidates.strategies import strategy_of
from cvsearch.candidates.work import find_work, plan_line, remove_outdated
from cvsearch.config.names import Trust
from cvsearch.config.schema import inherited_path
from cvsearch.console import job
from cvsearch.data.dataset import load_dataset, read_about
from cvsearch.data.splits import REBUILD as SPLITS
from cvsearch.data.splits import read_split_about
from cvsearch.evaluation.check import check_search
from cvsearch.evaluation.pilot import read_pilot
from cvsearch.evaluation.predictions import Content, content_of, kept_bits
from cvsearch.evaluation.scoring import scorer_names
from cvsearch.files import read_json, write_json, write_rows
from cvsearch.journal.identity import identity_of
from cvsearch.layout import SearchPaths, results_of


def batch_size_of(search, settings, pilot, batch_seconds):
    """Return how many candidates a batch holds, and messages about this number.

    The config can give the number. With ``auto`` it follows from the times of the pilot and from the size of the files.
    """
    if search["batch_size"] != "auto":
        return search["batch_size"], []
    if pilot.seconds is None:
        line = f"the pilot stopped an evaluation after {pilot.cap_seconds:g} s, so the time of an evaluation is not known; each"
        return 1, [f"{line} job evaluates one candidate, unless batch_size says otherwise"]
    size = size_for(pilot.seconds, batch_seconds)
    return min(size, largest_size([setting.params for setting in settings])), []


def predictions_of(search, trust, dataset, pilot):
    """Return which predictions of a search can be kept. If there was no pilot, it is found out here."""
    if not search["predictions_mb"]:
        return Content(0, False)
    return pilot.predictions if pilot else content_of(search, trust, load_dataset(dataset))


def main(plan_inputs, batch_seconds, module_versions, dataset, split_abouts, summary, pilot, paths, scoring_path):
    """Write the batches and the plan of a round. If no pilot has checked the search against scikit-learn, check it.

    Parameters
    ----------
    plan_inputs : dict
        ``search``, and all other parts of the config that the plan depends on.
    batch_seconds : float
        Seconds of work in one batch, if ``batch_size`` is auto.
    module_versions : dict of str to str
        Versions of the trusted modules that the search uses.
    dataset : path-like
        The folder of the dataset.
    split_abouts : list of path-like
        The file about each split.
    summary : path-like
        The file with messages about the splits.
    pilot : path-like or None
        ``pilot.json``, if ``batch_size`` is auto.
    paths : RoundPaths
    scoring_path : str
        Key path of the search's scorers, for messages.
    """
    search, data, trust = plan_inputs["search"], read_about(dataset), Trust(module_versions)
    timed = read_pilot(pilot) if pilot else None
    if timed is None:  # A pilot has already checked the search. So this job need not import scikit-learn.
        check_search(search, trust, f"searches[{search['name']}].", scoring_path, data["sample_weight"])

    strategy = strategy_of(search)
    settings = strategy.propose(paths.number, [])
    abouts = [read_split_about(path) for path in split_abouts]
    splits, n_tests = [about["sha256"] for about in abouts], [about["n_test"] for about in abouts]
    batch_size, size_messages = batch_size_of(search, settings, timed, batch_seconds)
    content = predictions_of(search, trust, dataset, timed)
    bits, too_large = kept_bits(content.bits, strategy.count(), n_tests, search["predictions_mb"])
    plan = Plan(
        round=paths.number,
        first=0,
        n_candidates=len(settings),
        n_splits=len(splits),
        batch_size=batch_size,
        scorer=next(iter(scorer_names(search["scoring"]) or [None])),
        identities=[
            identity_of(search, data["sha256"], i, split, module_versions).sha256 for i, split in enumerate(splits)
        ],
        inputs=plan_inputs,
        messages=[],
        prediction_bits=bits,
        predicts_labels=content.labels,
        n_test=sum(n_tests),
    )
    for batch in plan.batches:
        first, last = batch_ends(batch)
        rows = ({"candidate": i, **settings[i - plan.first]._asdict()} for i in range(first, last + 1))
        write_rows(paths.batch(batch), rows)

    work = find_work(paths, plan, settings, search)
    remove_outdated(paths, plan, work)
    about_predictions = [too_large] if too_large else []
    about_splits = read_json(summary, SPLITS)["messages"]
    messages = [*strategy.messages(), *size_messages, *about_predictions, *about_splits]
    messages = [f"{search['name']}: {message}" for message in messages]
    messages.append(plan_line(search["name"], plan, work, timed.seconds if timed else None))
    print(*messages, sep="\n")
    write_plan(paths, replace(plan, messages=messages))
    write_json(paths.cut, {"batch_size": plan.batch_size})


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.params.plan_inputs,
            # A cluster's profile may ask for larger batches.
            snakemake.resources.get("batch_seconds", snakemake.params.plan_inputs["batch_seconds"]),
            snakemake.params.module_versions,
            Path(snakemake.input.about).parent,
            snakemake.input.splits,
            snakemake.input.summary,
            snakemake.input.get("pilot") or None,
            SearchPaths.of(snakemake.wildcards.search, results_of(snakemake.input.about)).round(
                int(snakemake.wildcards.round)
            ),
            inherited_path(snakemake.config, snakemake.wildcards.search, "scoring"),
        )

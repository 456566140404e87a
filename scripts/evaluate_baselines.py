"""Evaluate the baselines of a search on every split.

They are evaluated like candidates: in a worker, under the same limits, with each row in the journal.
"""

import math
from pathlib import Path

from cvsearch.config.names import Trust
from cvsearch.console import job, say
from cvsearch.data.dataset import load_dataset, read_about
from cvsearch.data.splits import load_split, read_split_about
from cvsearch.evaluation.baselines import DEFAULT, NO_PARAMETERS, baseline_specs
from cvsearch.evaluation.batch import Batch
from cvsearch.evaluation.evaluator import Evaluator
from cvsearch.evaluation.limits import slurm_limits
from cvsearch.evaluation.predictions import content_of, kept_bits
from cvsearch.evaluation.scoring import scorer_names
from cvsearch.journal.identity import identity_of
from cvsearch.journal.journal import Journal
from cvsearch.layout import SearchPaths, results_of
from cvsearch.results.baselines import collect, write_baselines
from cvsearch.results.evaluations import SIDES


def evaluate_baseline(paths, split, positions, split_sha256, dataset, search, module_versions, deadline, say, bits=0):
    """Return the row of one baseline on one split, and the identity of this evaluation.

    Parameters
    ----------
    paths : SearchPaths
    split : int
    positions : path-like
        The file with the positions of the split.
    split_sha256 : str
    dataset : path-like
        The folder of the dataset.
    search : dict
        As in ``evaluate.py``, but with the estimator of the baseline.
    module_versions : dict of str to str
    deadline : float
        The time when the job ends, as ``time.monotonic()`` tells it.
    say : callable
        Called with each message.
    bits : int
        Size of the predictions of one test sample. With 0, no predictions are kept.
    """
    identity = identity_of(search, read_about(dataset)["sha256"], split, split_sha256, module_versions)
    work = Batch([NO_PARAMETERS], Journal.at(paths.journal, identity), search, predictions=bool(bits))
    work.wait_for_others(say)
    if work.remaining():
        # The dataset is mapped for this evaluator only: when the samples are copied, its pages need no memory.
        evaluator = Evaluator(
            search, Trust(module_versions), load_dataset(dataset), *load_split(positions, split_sha256), split, bits
        )
        work.evaluate(evaluator, lambda remaining: None, deadline)
    return work.history.rows[NO_PARAMETERS.key], identity.sha256


def main(paths, positions, split_abouts, dataset, search, module_versions, predictions_mb, deadline=math.inf, say=say):
    """Evaluate the baselines that are missing in the journal, and write ``baselines.csv`` and ``baselines.json``.

    Parameters
    ----------
    paths : SearchPaths
    positions, split_abouts : list of path-like
        The two files of each split, in the order of the splits.
    dataset : path-like
        The folder of the dataset.
    search : dict
        estimator, scoring, random_state, limits, retry_failed, share_work, return_train_score of the config.
    module_versions : dict of str to str
        Versions of the trusted modules that the search uses.
    predictions_mb : float
        The predictions of each baseline are kept if they fit by themselves. So they are there if those of the
        candidates are kept, whatever the number of candidates is.
    deadline : float
        The time when the job ends, as ``time.monotonic()`` tells it.
    say : callable
        Called with each message.
    """
    trust, has_target = Trust(module_versions), read_about(dataset)["target_type"] is not None
    splits = [read_split_about(path) for path in split_abouts]
    bits = 0
    if predictions_mb:
        content = content_of(search, trust, load_dataset(dataset))
        bits, _ = kept_bits(content.bits, 1, [about["n_test"] for about in splits], predictions_mb)
    specs = baseline_specs(search["estimator"], trust, has_target, search["scoring"])
    rows = {name: [] for name in specs}
    identities = []
    for split, (at, about) in enumerate(zip(positions, splits, strict=True)):
        for name, spec in specs.items():

            def tell(message, name=name, split=split):
                say(f"{paths.name}: {name}, split {split}: {message}")

            of_baseline = {**search, "estimator": spec}
            row, identity = evaluate_baseline(
                paths, split, at, about["sha256"], dataset, of_baseline, module_versions, deadline, tell, bits
            )
            rows[name].append(row)
            if name == DEFAULT:
                identities.append(identity)
    sides = SIDES if search["return_train_score"] else SIDES[:1]
    evaluations = collect(rows, scorer_names(search["scoring"]), sides)
    write_baselines(paths, list(specs), evaluations, identities)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        conditions = snakemake.params.conditions
        limits, deadline = slurm_limits(conditions["limits"], snakemake.resources)
        main(
            SearchPaths.of(snakemake.wildcards.search, results_of(snakemake.input.about)),
            snakemake.input.positions,
            snakemake.input.splits,
            Path(snakemake.input.about).parent,
            {**snakemake.params.search, **conditions, "limits": limits},
            snakemake.params.module_versions,
            snakemake.params.terms["predictions_mb"],
            deadline,
        )

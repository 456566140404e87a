"""Check a search against scikit-learn, and time a few of its evaluations. The times give the size of batches."""

from pathlib import Path

from cvsearch.candidates.strategies import strategy_of
from cvsearch.config.names import Trust
from cvsearch.config.schema import inherited_path
from cvsearch.console import job
from cvsearch.data.dataset import load_dataset
from cvsearch.data.splits import load_split, read_split_about
from cvsearch.evaluation.check import check_search
from cvsearch.evaluation.evaluator import Evaluator
from cvsearch.evaluation.limits import slurm_limits
from cvsearch.evaluation.pilot import ENOUGH_EVALUATIONS, Pilot, read_pilot, time_evaluations, write_pilot
from cvsearch.evaluation.predictions import content_of, kept_bits
from cvsearch.evaluation.worker import stopped_in_order
from cvsearch.files import sha256_of
from cvsearch.journal.identity import identity_of
from cvsearch.journal.journal import Journal
from cvsearch.layout import SearchPaths, results_of, split_paths


def main(positions, split_abouts, dataset, journal, search, module_versions, output, where, scoring_path):
    """Time the first candidates of a search on split 0 and write their mean to `output`.

    Parameters
    ----------
    positions : path-like
        The file with the positions of split 0.
    split_abouts : list of path-like
        The file about each split. Whether predictions are kept depends on all splits.
    dataset, journal : path-like
        The folders of the dataset and of the journal.
    search : dict
        estimator, scoring, random_state, param_distributions, strategy, n_candidates, predictions_mb, limits,
        share_work and return_train_score of the config.
    module_versions : dict of str to str
        Versions of the trusted modules that the search uses.
    output : path-like
    where : str
        Key path of the search for messages, with a dot at its end.
    scoring_path : str
        Key path of its scorers.
    """
    data = load_dataset(dataset)
    split = 0
    abouts = [read_split_about(path) for path in split_abouts]
    split_sha256 = abouts[split]["sha256"]
    identity = identity_of(search, data.about["sha256"], split, split_sha256, module_versions)
    trust = Trust(module_versions)
    check_search(search, trust, where, scoring_path, data.about["sample_weight"])
    content = content_of(search, trust, data)
    of_split = Journal.at(journal, identity)
    measurement = of_split.measurement(sha256_of(search["param_distributions"])[:16])
    if measurement.exists():  # With another measurement, all batches would be cut again.
        pilot = read_pilot(measurement, f"rm {measurement}, then run the same command again")
    else:
        n_tests = [about["n_test"] for about in abouts]
        kept, _ = kept_bits(content.bits, strategy_of(search).count(), n_tests, search["predictions_mb"])
        evaluator = Evaluator(search, trust, data, *load_split(positions, split_sha256), split, kept)
        n_candidates = min(search["n_candidates"], ENOUGH_EVALUATIONS)
        settings = strategy_of({**search, "n_candidates": n_candidates}).propose(0, [])[:ENOUGH_EVALUATIONS]
        with stopped_in_order(), of_split as opened:
            times = time_evaluations(evaluator, settings, search, opened, evaluator.prefix, predictions=bool(kept))
        pilot = Pilot.of(times, content)
        write_pilot(measurement, pilot)
    write_pilot(output, pilot._replace(predictions=content))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        conditions = snakemake.params.conditions
        limits, _ = slurm_limits(conditions["limits"], snakemake.resources)
        results = results_of(snakemake.input.about)
        main(
            snakemake.input.positions,
            [split_paths(split, results)[1] for split in range(snakemake.params.candidates["n_splits"])],
            Path(snakemake.input.about).parent,
            SearchPaths.of(snakemake.wildcards.search, results).journal,
            {**snakemake.params.search, **snakemake.params.candidates, **conditions, "limits": limits},
            snakemake.params.module_versions,
            snakemake.output[0],
            f"searches[{snakemake.wildcards.search}].",
            inherited_path(snakemake.config, snakemake.wildcards.search, "scoring"),
        )

"""Score the refitted best candidate and the baselines once, on the samples that no search has seen."""

from pathlib import Path

from cvsearch.config.names import Trust
from cvsearch.config.values import strict
from cvsearch.console import job
from cvsearch.data.dataset import load_dataset
from cvsearch.data.splits import load_holdout
from cvsearch.evaluation.baselines import baseline_specs
from cvsearch.evaluation.model import read_model, refit, score_on_holdout, searched
from cvsearch.evaluation.scoring import describe_error
from cvsearch.files import write_json
from cvsearch.layout import SearchPaths, results_of


def main(paths, dataset, holdout, search, module_versions, output):
    """Write ``holdout.json``: n_samples, the scores of the best candidate, and the scores of each baseline.

    Parameters
    ----------
    paths : SearchPaths
    dataset : path-like
        The folder of the dataset.
    holdout : path-like
        The positions of the samples that are held out.
    search : dict
        estimator, scoring, random_state of the config.
    module_versions : dict of str to str
        Versions of the trusted modules that the search uses.
    output : path-like
    """
    data, trust = load_dataset(dataset), Trust(module_versions)
    held_out = load_holdout(holdout)
    positions = searched(data, held_out)
    unseen, seen = data.take(held_out), data.take(positions)
    scores = score_on_holdout(search, trust, read_model(paths), unseen, positions)
    baselines = {}
    specs = baseline_specs(search["estimator"], trust, data.y is not None, search["scoring"])
    for name, spec in specs.items():
        of_baseline = {**search, "estimator": spec}
        try:
            fitted = refit(of_baseline, {}, trust, seen, positions)
        except Exception as error:  # The job goes on if a baseline fails.
            baselines[name] = {"error": describe_error(error)}
        else:
            baselines[name] = score_on_holdout(of_baseline, trust, fitted, unseen, positions)
    write_json(output, strict({"n_samples": len(held_out), "scores": scores, "baselines": baselines}))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            SearchPaths.of(snakemake.wildcards.search, results_of(snakemake.input.about)),
            Path(snakemake.input.about).parent,
            snakemake.input.holdout[0],
            {**snakemake.params.search, **snakemake.params.conditions},
            snakemake.params.module_versions,
            snakemake.output[0],
        )

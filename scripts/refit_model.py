"""Fit the best candidate of a search again, on all samples that the search saw, and save it."""

from pathlib import Path

from cvsearch.config.names import Trust
from cvsearch.config.values import store
from cvsearch.console import job, say
from cvsearch.data.dataset import load_dataset
from cvsearch.data.splits import load_holdout
from cvsearch.evaluation.model import refit, searched, write_model
from cvsearch.evaluation.worker import stopped_in_order
from cvsearch.files import read_json
from cvsearch.layout import SearchPaths, results_of
from cvsearch.results.storage import REBUILD


def main(paths, dataset, holdout, search, module_versions, say=say):
    """Write ``model.skops`` and ``model_types.json`` of a finished search.

    Parameters
    ----------
    paths : SearchPaths
    dataset : path-like
        The folder of the dataset.
    holdout : path-like or None
        The positions of the samples that are held out. None if no samples are held out.
    search : dict
        estimator, random_state of the config.
    module_versions : dict of str to str
        Versions of the trusted modules that the search uses.
    say : callable
        Called with each message.
    """
    best = store(read_json(paths.best, REBUILD), str(paths.best))
    data = load_dataset(dataset)
    positions = searched(data, None if holdout is None else load_holdout(holdout))
    with stopped_in_order():
        fitted = refit(search, best["params"], Trust(module_versions), data.take(positions), positions)
        types = write_model(paths, fitted)
    own = sorted({name.split(".")[0] for name in types} & set(module_versions))
    if own:
        say(
            f"{paths.model}: holds only the names of code in {', '.join(own)}; load the model where this code can be imported"
        )


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            SearchPaths.of(snakemake.wildcards.search, results_of(snakemake.input.about)),
            Path(snakemake.input.about).parent,
            next(iter(snakemake.input.holdout), None),
            {**snakemake.params.search, **snakemake.params.conditions},
            snakemake.params.module_versions,
        )

"""Load the data once, check them, and store them in one file. Every job can map this file into memory."""

import time

from cvsearch.config.names import Trust
from cvsearch.console import job, say
from cvsearch.data.files import read_data
from cvsearch.data.loader import load_data
from cvsearch.data.preparation import store_data
from cvsearch.data.samples import check_data
from cvsearch.files import write_json

# If the data take longer than this many seconds, the user is told how long they took.
LONG = 5


def main(dataset, test_fold, module_versions, data_path, about_path):
    """Load, check and write the dataset and the classes of its target.

    ``dataset.json`` is written last. If it is there, the data are whole.

    Parameters
    ----------
    dataset : dict
        dataset of the config.
    test_fold : str, int or None
        The column with the folds, if the splitter of the config uses one.
    module_versions : dict of str to str
        Versions of the trusted modules that load the data.
    data_path, about_path : path-like
    """
    started = time.monotonic()
    if "file" in dataset:
        source, raw = "dataset.file", read_data(dataset, test_fold)
    else:
        source, raw = "dataset.loader", load_data(dataset, Trust(module_versions), test_fold)
    check_data(raw, source)
    about = store_data(raw, data_path, source)
    write_json(about_path, about)
    if (seconds := time.monotonic() - started) > LONG:
        say(f"{source}: {about['n_samples']:,} samples were read and stored in {seconds:.0f} s")


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.params.dataset,
            snakemake.params.test_fold,
            snakemake.params.module_versions,
            snakemake.output.data,
            snakemake.output.about,
        )

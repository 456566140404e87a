"""Load the data once, check them, and store them in one file that every job can map into memory."""

from cvsearch.config.names import Trust
from cvsearch.console import job
from cvsearch.data.loader import load_with, unpack
from cvsearch.data.preparation import store
from cvsearch.data.samples import check_data, raw_data
from cvsearch.files import write_json


def main(dataset, module_versions, data_path, about_path):
    """Load, check and write the dataset; ``dataset.json`` last, so that it vouches for the data.

    Parameters
    ----------
    dataset : dict
        Of the config.
    module_versions : dict of str to str
        Of the trusted modules behind the data.
    data_path, about_path : path-like
    """
    where = "dataset.loader"
    X, y, image_shape = unpack(load_with(dataset["loader"], Trust(module_versions)), where)
    raw = raw_data(X, y, where, image_shape)
    check_data(raw, where)
    write_json(about_path, store(raw, data_path, where))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.params.dataset,
            snakemake.params.module_versions,
            snakemake.output.data,
            snakemake.output.about,
        )

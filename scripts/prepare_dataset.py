"""Load the data once, check them, and store them as arrays that every job can map into memory."""

import io

from cvsearch.config.names import Trust
from cvsearch.console import job
from cvsearch.data.loader import arrays_from, check_dataset, describe, load_with
from cvsearch.files import write_atomically, write_json


def main(dataset, module_versions, X_path, y_path, about_path):
    """Load, check and write the dataset; ``dataset.json`` last, so that it vouches for the arrays.

    Parameters
    ----------
    dataset : dict
        Of the config.
    module_versions : dict of str to str
        Of the trusted modules behind the data.
    X_path, y_path, about_path : path-like
    """
    import numpy as np

    X, y, images = arrays_from(load_with(dataset["loader"], Trust(module_versions)))
    check_dataset(X, y)
    for array, path in ((X, X_path), (y, y_path)):
        content = io.BytesIO()
        np.save(content, array, allow_pickle=False)
        write_atomically(path, content.getbuffer())
    write_json(about_path, describe(X, y, images))


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.params.dataset,
            snakemake.params.module_versions,
            snakemake.output.X,
            snakemake.output.y,
            snakemake.output.about,
        )

"""Make every train/test split and store its positions."""

from pathlib import Path

from cvsearch.console import job
from cvsearch.data.dataset import read_about
from cvsearch.data.splits import shuffle_split, write_split


def main(dataset, test_size, positions, abouts):
    """Write every split of the dataset in folder `dataset`.

    Parameters
    ----------
    dataset : path-like
    test_size : float
    positions, abouts : list of path-like
        The two files of each split, in the order of the splits.
    """
    about = read_about(dataset)
    for split, paths in enumerate(zip(positions, abouts, strict=True)):
        write_split(paths, *shuffle_split(about["n_samples"], test_size, split), about)


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            Path(snakemake.input.about).parent,
            snakemake.params.test_size,
            snakemake.output.positions,
            snakemake.output.abouts,
        )

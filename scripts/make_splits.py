"""Make one train/test split and store it as index arrays."""

import io
import math

from _dataset import read_about
from _errors import InputError
from _job import job
from _rows import write_atomically


def shuffle_split(n_samples, test_size, split):
    """Return the indices of split number `split`.

    They are those of ``train_test_split(..., test_size=test_size, random_state=split)``: more splits leave the first
    ones as they are. NumPy alone draws them, for scikit-learn would take ten times as long to import as all the rest.

    Returns
    -------
    train : ndarray of shape (n_train,)
    test : ndarray of shape (n_test,)

    Raises
    ------
    InputError
        If one side would be empty.
    """
    import numpy as np

    n_test = math.ceil(n_samples * test_size)
    if not 0 < n_test < n_samples:
        raise InputError(
            f"test_size: {test_size!r} of {n_samples} samples leaves a side of the split empty; choose another share"
        )
    shuffled = np.random.RandomState(split).permutation(n_samples)
    return shuffled[n_test:], shuffled[:n_test]


def main(dataset, test_size, split, output):
    """Write split number `split` of the dataset in folder `dataset`."""
    import numpy as np

    train, test = shuffle_split(read_about(dataset)["n_samples"], test_size, split)
    content = io.BytesIO()
    np.savez(content, train=train, test=test)
    write_atomically(output, content.getbuffer())


if __name__ == "__main__":
    from pathlib import Path

    with job(snakemake.log[0], snakemake.threads):
        main(
            Path(snakemake.input.about).parent,
            snakemake.params.test_size,
            int(snakemake.wildcards.split),
            snakemake.output[0],
        )

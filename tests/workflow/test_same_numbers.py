"""Cores, batches, order and place change no result; neither does sharing work.

Each run is a new process, so its hash seed is another one too.
"""

import pytest
from workflow_runs import TINY, Workdir


def forest(config):
    """The tiny search with an estimator that depends on its seed, which is left open."""
    search = config["searches"][0] | {"estimator": {"sklearn.ensemble.RandomForestClassifier": {"n_estimators": 5}}}
    return config | {"n_candidates": 3, "searches": [search]}


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The digest of the search run in one piece."""
    workdir = Workdir(tmp_path_factory.mktemp("one-piece"))
    workdir.write("config.yaml", forest(TINY) | {"batch_size": 4})
    workdir.merge(cores=1, fresh=True)
    return workdir.digest()


@pytest.mark.parametrize(("cores", "batch_size"), [(4, 1), (2, 2)], ids=str)
def test_cores_and_batches(workdir, tiny, expected, cores, batch_size):
    workdir.write("config.yaml", forest(tiny) | {"batch_size": batch_size})
    run = workdir.merge(cores=cores, fresh=True)
    assert run.jobs["evaluate"] == 2 * -(-3 // batch_size)
    assert workdir.digest() == expected

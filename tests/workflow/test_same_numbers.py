"""Cores, batches, order and place change no result; neither does sharing work."""

import pytest


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The digest of the search run in one piece."""
    from workflow_runs import TINY, Workdir

    workdir = Workdir(tmp_path_factory.mktemp("one-piece"))
    workdir.write("config.yaml", forest(TINY) | {"batch_size": 9})
    workdir.merge(cores=1)
    return workdir.digest()


def forest(config):
    """The tiny search with an estimator that depends on its seed, which is left open."""
    search = config["searches"][0] | {"estimator": {"sklearn.ensemble.RandomForestClassifier": {"n_estimators": 5}}}
    return config | {"n_candidates": 9, "searches": [search]}


@pytest.mark.parametrize(("cores", "batch_size"), [(4, 1), (4, 2), (2, 5)], ids=str)
def test_cores_and_batches(workdir, tiny, expected, cores, batch_size):
    workdir.write("config.yaml", forest(tiny) | {"batch_size": batch_size})
    run = workdir.merge(cores=cores)
    assert run.jobs["evaluate"] == 2 * -(-9 // batch_size)
    assert workdir.digest() == expected


def test_sharing_work_changes_nothing_in_the_shipped_search(tmp_path):
    from workflow_runs import Workdir

    digests = set()
    for share in ("true", "false"):
        workdir = Workdir(tmp_path / share)
        workdir.path.mkdir()
        workdir.merge("--config", f"share_work={share}", "batch_size=5", config=None, search="svc")
        digests.add(workdir.digest("svc"))
    assert len(digests) == 1


def test_open_seeds_follow_the_configs_seed(workdir, tiny, expected):
    workdir.write("config.yaml", forest(tiny) | {"batch_size": 9, "random_state": 1})
    workdir.merge()
    assert workdir.digest() != expected

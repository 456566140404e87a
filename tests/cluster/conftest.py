"""One real Slurm for all tests here."""

import contextlib
import json
import os

import pytest
import virtual_slurm
from slurm_searches import Search


@pytest.fixture(scope="session")
def slurm():
    """A Slurm with two idle nodes; skips without one, unless CVSEARCH_REQUIRE_CLUSTER=1 says that it has to be there."""
    if reason := virtual_slurm.missing():
        if os.environ.get("CVSEARCH_REQUIRE_CLUSTER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with virtual_slurm.VirtualSlurm() as cluster:
        yield cluster


@pytest.fixture
def search(slurm, tmp_path):
    """A function that makes a `Search` of a config; its controllers and jobs end with the test."""
    with contextlib.ExitStack() as stack:

        def make(config):
            made = Search(tmp_path / "slurm", config)
            stack.callback(made.stop)
            return made

        yield make


@pytest.fixture(scope="session")
def local_digest(tmp_path_factory):
    """A function that returns the digest of a config's first search, run without Slurm; equal configs run once."""
    digests = {}

    def digest_of(config):
        key = json.dumps(config, sort_keys=True)
        if key not in digests:
            local = Search(tmp_path_factory.mktemp("local"), config)
            local.run_locally(local.merged)
            digests[key] = local.digest()
        return digests[key]

    return digest_of

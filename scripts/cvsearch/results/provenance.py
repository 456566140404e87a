"""A record of where the results came from."""

import hashlib
import platform
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from cvsearch.config.values import strict
from cvsearch.results.evaluations import Evaluations

# The versions that the evaluating processes wrote into the journal.
EVALUATED_WITH = ("python", "scikit-learn", "numpy", "scipy")

# The packages that make the tables and plots.
VERSIONS_OF = ("pandas", "snakemake")


def provenance(
    evaluations: Evaluations, config: dict[str, Any], dataset: dict[str, Any], tables: dict[str, bytes]
) -> dict[str, Any]:
    """Return ``provenance.json``: versions, data, the merged config, and a digest. Equal results have equal digests.

    Parameters
    ----------
    evaluations : Evaluations
    config : dict
    dataset : dict
        Content of ``dataset.json``.
    tables : dict of str to bytes
        Content of the tables by file name. The hashes of the tables show later whether a table was changed.
    """
    versions = {name: _all_of(writer.get(name) for writer in evaluations.writers) for name in EVALUATED_WITH}
    return {
        "digest": evaluations.digest(),
        "dataset_sha256": dataset["sha256"],
        "versions": versions | {name: metadata.version(name) for name in VERSIONS_OF},
        "hosts": sorted({writer["host"] for writer in evaluations.writers if "host" in writer}),
        "platform": f"{platform.system()} {platform.machine()}",
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()},
        "config": strict(config),
    }


def _all_of(versions: Iterable[str | None]) -> str:
    """Return the version, or all versions if evaluations were made with several."""
    return ", ".join(sorted({version for version in versions if version})) or "unknown"

"""Where the results came from."""

import hashlib
import platform
from collections.abc import Iterable
from importlib import metadata
from typing import Any

from cvsearch.config.values import strict
from cvsearch.results.evaluations import Evaluations

# What the processes that evaluated noted of themselves.
EVALUATED_WITH = ("python", "scikit-learn", "numpy", "scipy")

# What the tables and plots are made with.
VERSIONS_OF = ("pandas", "snakemake")


def provenance(
    evaluations: Evaluations, config: dict[str, Any], dataset: dict[str, Any], tables: dict[str, bytes]
) -> dict[str, Any]:
    """Return ``provenance.json``: versions, data, the merged config, and a digest that is equal for equal results.

    Parameters
    ----------
    evaluations : Evaluations
    config : dict
    dataset : dict
        ``dataset.json``.
    tables : dict of str to bytes
        File name to content of the tables; their hashes tell later whether they were touched.
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
    """Return a version, or all of them where evaluations were made with several."""
    return ", ".join(sorted({version for version in versions if version})) or "unknown"

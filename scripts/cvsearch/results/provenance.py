"""The best candidate, and where the results came from."""

import hashlib
import platform
from importlib import metadata
from typing import Any

from cvsearch.results.evaluations import Evaluations
from cvsearch.results.tables import Columns

VERSIONS_OF = ("scikit-learn", "numpy", "scipy", "pandas", "snakemake")


def best_of(evaluations: Evaluations, columns: Columns) -> dict[str, Any]:
    """Return ``best.json``: the first by rank of the first scorer, of equals the lowest candidate."""
    name = evaluations.scorers[0]
    i = int(columns[f"rank_test_{name}"].argmin())
    best = {"candidate": i, "params": evaluations.params[i], "scorer": name}
    best |= {f"{stat}_test_score": float(columns[f"{stat}_test_{name}"][i]) for stat in ("mean", "std")}
    return {
        **best,
        "test_scores": evaluations.test[name][i].tolist(),
        "train_scores": evaluations.train[name][i].tolist(),
    }


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
    versions = {name: metadata.version(name) for name in VERSIONS_OF}
    return {
        "digest": evaluations.digest(),
        "dataset_sha256": dataset["sha256"],
        "versions": {"python": platform.python_version(), **versions},
        "platform": f"{platform.system()} {platform.machine()}",
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()},
        "config": config,
    }

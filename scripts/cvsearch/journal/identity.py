"""When two evaluations are equal.

Two evaluations are equal if they have the same identity and the same key. Each split of a search has an identity. Each
setting has a key.
"""

import hashlib
from importlib import metadata
from typing import Any, NamedTuple

from cvsearch.files import canonical, sha256_of

# The format is a part of every identity. So rows of another format are never read as rows of this format.
# Raise this number with every change to what an evaluation is or to what a row holds.
FORMAT = 5

# Parameters of scikit-learn's estimators that do not change a score.
WITHOUT_EFFECT = ("n_jobs", "verbose", "cache_size")

Params = dict[str, Any]


class Setting(NamedTuple):
    """What is evaluated on a split.

    Attributes
    ----------
    params : dict
        The candidate's parameters, as stored values.
    resource : int or None
        How much the evaluation may use, for strategies that limit it; None for no limit.
    """

    params: Params
    resource: int | None = None

    @property
    def text(self) -> str:
        """The text of this setting. Equal settings have equal texts."""
        return canonical([self.params, self.resource])

    @property
    def key(self) -> str:
        """The key of this setting: 16 hex digits."""
        return key_of(self.text)


def key_of(text: str) -> str:
    """Return the key of a setting's text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Identity(NamedTuple):
    """What the evaluations of one search on one split have in common.

    Attributes
    ----------
    sha256 : str
        The identity, in hex.
    of : dict
        What the sha256 is computed from. The manifest shows it.
    """

    sha256: str
    of: dict[str, Any]


def essential(spec: Any) -> Any:
    """Return an estimator of the config without the parameters of scikit-learn that do not change a score."""
    if isinstance(spec, list):
        return [essential(inner) for inner in spec]
    if not isinstance(spec, dict):
        return spec
    return {
        name: {key: essential(value) for key, value in inner.items() if key not in WITHOUT_EFFECT}
        if name.startswith("sklearn.") and isinstance(inner, dict)
        else essential(inner)
        for name, inner in spec.items()
    }


def defining(search: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a search that change a score: its estimator, its scorers and its random_state.

    Limits, the number of candidates, the size of batches and the shortcuts do not change a score.
    """
    return {**{key: search[key] for key in ("scoring", "random_state")}, "estimator": essential(search["estimator"])}


def identity_of(
    search: dict[str, Any], dataset_sha256: str, split: int, split_sha256: str, module_versions: dict[str, str]
) -> Identity:
    """Return the identity of a search's evaluations on one split.

    Parameters
    ----------
    search : dict
        estimator, scoring, random_state of the config.
    dataset_sha256, split_sha256 : str
        The sha256 of the contents of the dataset and of the split.
    split : int
        The number of the split. It seeds the random states that the config leaves open.
    module_versions : dict of str to str
        The versions of the trusted modules that the search uses.

    Returns
    -------
    Identity
    """
    of = {
        **defining(search),
        "dataset_sha256": dataset_sha256,
        "split": split,
        "split_sha256": split_sha256,
        "modules": module_versions,
        "format": FORMAT,
        "scikit-learn": metadata.version("scikit-learn"),
    }
    return Identity(sha256_of(of), of)

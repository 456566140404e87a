"""What makes two evaluations equal: an identity for each split of a search, and a key for each setting."""

import hashlib
from importlib import metadata
from typing import Any, NamedTuple

from cvsearch.files import canonical, sha256_of

# Part of every identity, so that rows of another format are never taken for rows of this one.
# Raise it with every change to what an evaluation is or to what a row holds.
FORMAT = 3

# Parameters of scikit-learn's estimators that change no score.
WITHOUT_EFFECT = ("n_jobs", "verbose", "cache_size")

Params = dict[str, Any]


class Setting(NamedTuple):
    """What is evaluated on a split.

    Attributes
    ----------
    params : dict
        The candidate's parameters, as stored values.
    resource : int or None
        How much the evaluation may use, for strategies that ration it; None for all.
    """

    params: Params
    resource: int | None = None

    @property
    def text(self) -> str:
        """The one text of this setting."""
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
        In hex.
    of : dict
        What it is the sha256 of, for the manifest.
    """

    sha256: str
    of: dict[str, Any]


def essential(spec: Any) -> Any:
    """Return what an estimator of the config is, without the parameters of scikit-learn that change no score."""
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
    """Return what of a search changes a score: its estimator, its scorers and its random_state.

    Limits, the number of candidates, the size of batches and the shortcuts change none.
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
        Of the contents.
    split : int
        Its number, which open random states are seeded with.
    module_versions : dict of str to str
        Of the trusted modules behind the search.

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

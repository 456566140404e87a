"""What makes two evaluations equal: an identity for each split of a search, and a key for each setting."""

import hashlib
from importlib import metadata
from typing import Any, NamedTuple

from cvsearch.files import canonical, sha256_of

# Part of every identity, so that rows of another format are never taken for rows of this one.
# Raise it with every change to what an evaluation is or to what a row holds.
FORMAT = 2

Params = dict[str, Any]


class Setting(NamedTuple):
    """What is evaluated on a split.

    Attributes
    ----------
    params : dict
        The candidate's parameters, as plain values.
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


def identity_of(
    search: dict[str, Any], dataset_sha256: str, split: int, split_sha256: str, module_versions: dict[str, str]
) -> str:
    """Return the identity of a search's evaluations on one split, a sha256 in hex.

    Parameters
    ----------
    search : dict
        Its estimator, scoring and random_state count. Limits, batch size and the number of candidates do not.
    dataset_sha256, split_sha256 : str
        Of the contents.
    split : int
        Its number, which open random states are seeded with.
    module_versions : dict of str to str
        Of the trusted modules behind the search.
    """
    defines = {key: search[key] for key in ("estimator", "scoring", "random_state")}
    about = {"dataset": dataset_sha256, "split": split, "split_sha256": split_sha256, "modules": module_versions}
    return sha256_of({**defines, **about, "format": FORMAT, "scikit-learn": metadata.version("scikit-learn")})

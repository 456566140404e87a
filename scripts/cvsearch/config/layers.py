"""Config files as data, and how they are laid over each other.

Read by the Snakefile, so by every cluster job again: nothing here imports NumPy or scikit-learn.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from cvsearch.errors import InputError
from cvsearch.files import AnyPath

Config = dict[str, Any]

# `--config share_work=false` arrives as text, and so does everything inside a mapping on the command line.
_WORDS = {"true": True, "false": False, "null": None}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")

# What YAML 1.1 takes for text and YAML 1.2 for a number: an exponent without a point or without a sign.
_EXPONENT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+$")


class _Loader(yaml.SafeLoader):
    """YAML as Snakemake reads it, but for numbers such as ``1e-3``, which PyYAML takes for text."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("+-.0123456789"))


def read_yaml(path: AnyPath) -> Config:
    """Read one YAML file as data; a template is refused.

    Raises
    ------
    InputError
        If the file is not a YAML mapping, or asks for YTE.
    """
    try:
        loaded = yaml.load(Path(path).read_text(encoding="utf-8"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{path}{where}: not valid YAML ({getattr(error, 'problem', error)})") from None
    if not isinstance(loaded, dict):
        raise InputError(f"{path}: holds no keys; see config/README.md for what a config looks like")
    refuse_templates(loaded, path)
    return loaded


def refuse_templates(config: Mapping[Any, Any], where: object) -> None:
    """Refuse a config with a template. Snakemake has run it by now, if it came by ``--configfile``.

    Raises
    ------
    InputError
    """
    if "__use_yte__" in config:
        raise InputError(f"{where}: __use_yte__ is refused, a config is data; write the values out")


def command_line(config: Mapping[str, Any], files: Iterable[AnyPath]) -> Config:
    """Return what ``--configfile`` and ``--config`` say, laid over each other as Snakemake does it.

    The files are read again here, because only here a number keeps apart from the same digits in quotes.

    Parameters
    ----------
    config : dict
        Of ``--config``.
    files : iterable of path-like
        Of ``--configfile``.

    Raises
    ------
    InputError
        If a file is not a config.
    """
    merged: Config = {}
    for path in files:
        merged = _laid_over(read_yaml(path), merged)
    return _laid_over({key: from_text(value) for key, value in config.items()}, merged)


def _laid_over(upper: Any, lower: Any) -> Any:
    """Lay a mapping over another one, key by key at every depth."""
    if not isinstance(upper, dict) or not isinstance(lower, dict):
        return upper
    return lower | {key: _laid_over(value, lower.get(key)) for key, value in upper.items()}


def from_text(value: Any) -> Any:
    """Return a value of the command line, where all is text, as YAML would have read it without quotes."""
    if isinstance(value, Mapping):
        return {from_text(key): from_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [from_text(inner) for inner in value]
    if isinstance(value, str):
        if _NUMBER.match(value):
            return int(value) if value.lstrip("+-").isdigit() else float(value)
        return _WORDS.get(value, value)
    return value


def with_exponents(value: Any) -> Any:
    """Return a value of an outer workflow's config, in which YAML took ``1e-3`` for text."""
    if isinstance(value, Mapping):
        return {key: with_exponents(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_exponents(inner) for inner in value]
    return float(value) if isinstance(value, str) and _EXPONENT.match(value) else value


def assemble(*layers: Config) -> Config:
    """Lay configs over each other, key by key of the top level.

    Parameters
    ----------
    *layers : dict
        The strongest first. A layer that has ``searches`` stands alone: weaker ones are not looked at.

    Returns
    -------
    dict
    """
    merged: Config = {}
    for layer in layers:
        merged = {**layer, **merged}
        if "searches" in layer:
            break
    return merged

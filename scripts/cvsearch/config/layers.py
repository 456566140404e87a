"""Config files as data, and how one config is laid over another.

The Snakefile imports this module, and every cluster job reads the Snakefile again. So nothing here imports NumPy or
scikit-learn.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from cvsearch.errors import InputError
from cvsearch.files import AnyPath

Config = dict[str, Any]

# Snakemake passes `--config share_work=false` as text. Everything inside a mapping on the command line is text too.
_WORDS = {"true": True, "false": False, "null": None}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")

# A number with an exponent, but without a point or without a sign. YAML 1.1 reads it as text, YAML 1.2 as a number.
_EXPONENT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)[eE][+-]?\d+$")


class _Loader(yaml.SafeLoader):
    """Reads YAML as Snakemake does, except numbers such as ``1e-3``: PyYAML reads them as text."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", _EXPONENT, list("+-.0123456789"))


def read_yaml(path: AnyPath) -> Config:
    """Read one YAML file as data. A template is refused.

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
    """Refuse a config with a template.

    If the config was given with ``--configfile``, Snakemake has already run the template.

    Raises
    ------
    InputError
    """
    if "__use_yte__" in config:
        raise InputError(f"{where}: __use_yte__ is refused, a config is data; write the values out")


def command_line(config: Mapping[str, Any], files: Iterable[AnyPath]) -> Config:
    """Return the config of the command line: ``--config`` laid over ``--configfile``, as Snakemake does it.

    The files are read again here. So a number and the same digits in quotes stay different.

    Parameters
    ----------
    config : dict
        What ``--config`` says.
    files : iterable of path-like
        The files of ``--configfile``.

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
    """Return a value of the command line, which is text, as YAML would read it without quotes."""
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
    """Return a value of an outer workflow's config with numbers for texts such as ``1e-3``."""
    if isinstance(value, Mapping):
        return {key: with_exponents(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_exponents(inner) for inner in value]
    return float(value) if isinstance(value, str) and _EXPONENT.match(value) else value


def assemble(*layers: Config) -> Config:
    """Lay configs over each other, for each key of the top level.

    Parameters
    ----------
    *layers : dict
        The strongest layer first. Layers that are weaker than one with ``searches`` are not used.

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

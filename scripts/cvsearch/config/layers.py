"""Config files as data, and how they are laid over each other.

Read by the Snakefile, so by every cluster job again: nothing here imports NumPy or scikit-learn.
"""

from pathlib import Path
from typing import Any

import yaml

from cvsearch.errors import InputError
from cvsearch.files import AnyPath

Config = dict[str, Any]


def read_yaml(path: AnyPath) -> Config:
    """Read one YAML file as data; a template that would run code is refused.

    Raises
    ------
    InputError
        If the file is no YAML mapping, or asks for YTE.
    """
    try:
        loaded = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InputError(f"{path}{where}: not valid YAML ({getattr(error, 'problem', error)})") from None
    if not isinstance(loaded, dict):
        raise InputError(f"{path}: holds no keys; see config/README.md for what a config looks like")
    refuse_templates(loaded, path)
    return loaded


def refuse_templates(config: Config, where: object) -> None:
    """Refuse a config whose text Snakemake would run as a template.

    Raises
    ------
    InputError
    """
    if "__use_yte__" in config:
        raise InputError(f"{where}: __use_yte__ is refused, a config is data and runs no code; write the values out")


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

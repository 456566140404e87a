"""The config checked against ``config/schema.yaml``, defaults filled in.

Read by the Snakefile, so by every cluster job again: nothing here imports NumPy or scikit-learn.
"""

import math
import re
from typing import Any

from cvsearch.config.layers import Config, refuse_templates
from cvsearch.config.messages import key_path, one_line
from cvsearch.errors import InputError

# What a search takes from the top level unless it says otherwise.
INHERITED = ("n_candidates", "scoring", "limits", "batch_size", "share_work", "return_train_score")

# Folders and files of results/ that a search of this name would overwrite.
TAKEN_NAMES = ("dataset", "splits", "logs", "leaderboard.csv", "report.html")

# `--config share_work=false` arrives as text.
_WORDS = {"true": True, "false": False, "null": None}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


def validate(config: Config, schema: dict[str, Any]) -> Config:
    """Check a config and fill in what it leaves open.

    Parameters
    ----------
    config : dict
    schema : dict
        ``config/schema.yaml``, the home of every default.

    Returns
    -------
    dict
        A new config in which every key has its value and every search all that it inherits.

    Raises
    ------
    InputError
        For the first mistake found: one line with the key's path, the value and the fix.
    """
    import jsonschema

    refuse_templates(config, "config")
    config = {key: _WORDS.get(value, value) if isinstance(value, str) else value for key, value in config.items()}
    config = _numbers(config)
    _refuse_no_values(config)
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(config))
    if error is not None:
        raise InputError(one_line(error))

    config = _filled(config, schema["properties"])
    of_a_search = schema["properties"]["searches"]["items"]["properties"]
    strategy = {"strategy": of_a_search["strategy"]["default"]}
    for i, search in enumerate(config["searches"]):
        defaults = {key: config[key] for key in INHERITED} | strategy
        config["searches"][i] = {**defaults, **search}
        limits = {**config["limits"], **search.get("limits", {})}
        config["searches"][i]["limits"] = limits
    _check_names(config["searches"])
    return config


def _check_names(searches: list[dict[str, Any]]) -> None:
    seen: dict[str, int] = {}
    for i, search in enumerate(searches):
        name, path = search["name"], f"searches[{i}].name"
        if name != name.strip():
            raise InputError(f"{path}: {name!r} ends in white space; take it off")
        if name in TAKEN_NAMES:
            raise InputError(f"{path}: {name!r} is taken by results/{name}; choose another name")
        if name in seen:
            raise InputError(f"{path}: {name!r} is the name of searches[{seen[name]}] too; give each search its own")
        seen[name] = i


def _numbers(value: Any, key: str | None = None) -> Any:
    """Turn strings that read as numbers into numbers: YAML takes ``1e-3`` for a string."""
    if key in ("name", "dataset", "trusted_modules") and not isinstance(value, dict):
        return value
    if isinstance(value, dict):
        # Keys as text, as JSON has them; `build_value` reads numbers again.
        return {str(k): _numbers(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [_numbers(v) for v in value]
    if isinstance(value, str) and _NUMBER.match(value):
        return int(value) if value.lstrip("+-").isdigit() else float(value)
    return value


def _refuse_no_values(value: Any, *path: str | int) -> None:
    """Refuse what YAML can hold and a config cannot: numbers that are none, dates."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _refuse_no_values(inner, *path, key)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(
            f"{key_path(path)}: {value!r} is no finite number; write a number, or null where that is allowed"
        )
    elif not isinstance(value, str | int | float | None):
        raise InputError(f"{key_path(path)}: {value!r} is a {type(value).__name__}; put it in quotes to make it a text")


def _filled(config: Config, properties: dict[str, Any]) -> Config:
    """Return `config` with every default of the schema's `properties`, whole numbers as int."""
    filled = {}
    for key, schema in properties.items():
        if key in config:
            value = config[key]
        elif "default" in schema:
            value = schema["default"]
        elif "properties" in schema:
            value = {}
        else:
            continue
        if "properties" in schema and isinstance(value, dict):
            value = _filled(value, schema["properties"])
        elif "integer" in schema.get("type", ()) and isinstance(value, float):
            value = int(value)
        elif key == "searches":
            value = [_filled_search(search, schema["items"]["properties"]) for search in value]
        filled[key] = value
    return filled


def _filled_search(search: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    stated = {key: schema for key, schema in properties.items() if key in search}
    limits = search.get("limits", {})
    filled = _filled(search, stated)
    if "limits" in filled:
        filled["limits"] = {key: filled["limits"][key] for key in limits}
    return filled

"""Checks the config against ``config/schema.yaml`` and fills in the defaults.

The Snakefile imports this module, and every cluster job reads the Snakefile again. So nothing here imports NumPy or
scikit-learn.
"""

import math
from typing import Any

from cvsearch.config.layers import Config, refuse_templates
from cvsearch.config.messages import key_path, one_line, with_search_name
from cvsearch.config.values import store
from cvsearch.errors import InputError

# The keys that a search takes from the top level, unless it sets them itself.
INHERITED = ("n_candidates", "scoring", "limits", "batch_size", "share_work", "return_train_score", "predictions_mb")

# A search with one of these names would overwrite a folder or a file in results/.
TAKEN_NAMES = ("dataset", "splits", "logs", "leaderboard.csv", "leaderboard.png", "report.html", "report.rst")

# Below these keys are arguments and parameters. They may be infinite or NaN.
VALUES = ("dataset", "estimator", "param_distributions", "scoring")


def validate(config: Config, schema: dict[str, Any]) -> Config:
    """Check a config and fill in the keys that it leaves out.

    Parameters
    ----------
    config : dict
    schema : dict
        The content of ``config/schema.yaml``. Every default is defined there.

    Returns
    -------
    dict
        A new config. Every key has a value, and every search has all that it inherits.

    Raises
    ------
    InputError
        For the first mistake found: one line with the key's path, the value and the fix.
    """
    try:
        return _validated(config, schema)
    except InputError as error:
        raise InputError(with_search_name(str(error), config)) from None


def inherited_path(config: Config, name: str, key: str) -> str:
    """Return where a search of a checked config has a key of `INHERITED` from: the top level, or the search itself."""
    search = next(search for search in config["searches"] if search["name"] == name)
    return key if search[key] == config[key] else f"searches[{name}].{key}"


def _validated(config: Config, schema: dict[str, Any]) -> Config:
    import jsonschema

    refuse_templates(config, "config")
    config = {key: store(value, key) for key, value in config.items()}
    _refuse_infinite(config)
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(config))
    if error is not None:
        raise InputError(one_line(error))

    config = _filled(config, schema["properties"])
    of_a_search = schema["properties"]["searches"]["items"]["properties"]
    own = {key: about["default"] for key, about in of_a_search.items() if "default" in about and key not in INHERITED}
    for i, search in enumerate(config["searches"]):
        defaults = {key: config[key] for key in INHERITED} | own
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


def _refuse_infinite(value: Any, *path: str | int) -> None:
    """Refuse an infinite number or NaN as a setting of the search."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if key not in VALUES:
                _refuse_infinite(inner, *path, key)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(
            f"{key_path(path)}: {value!r} is not a finite number; write a number, or null where that is allowed"
        )


def _filled(config: Config, properties: dict[str, Any]) -> Config:
    """Return `config` with every default of the schema's `properties`, and with whole numbers as int."""
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

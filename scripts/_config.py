"""The configuration: layers laid over each other, checked against the schema, defaults filled in.

Read by the Snakefile, so by every cluster job again: nothing here imports NumPy or scikit-learn.
"""

import math
import re
from pathlib import Path

import yaml
from _errors import InputError, did_you_mean
from _space import check_space

# What a search takes from the top level unless it says otherwise.
INHERITED = ("n_candidates", "scoring", "limits", "batch_size", "share_work")

# Folders and files of results/ that a search of this name would overwrite.
TAKEN_NAMES = ("dataset", "splits", "logs", "leaderboard.csv", "report.html")

# In the contract, refused with a clear word until they are built: where, whether it is asked for, what to use instead.
NOT_YET = [
    (f"dataset.{key}", lambda config, key=key: config["dataset"].get(key), "give dataset.loader")
    for key in ("file", "target", "groups", "drop")
] + [
    ("splitter", lambda config: config["splitter"] != "shuffle" and config["splitter"], "use shuffle"),
    ("holdout", lambda config: config["holdout"], "leave it at 0"),
]
STRATEGIES = ("random", "grid")
STRATEGIES_NOT_YET = ("sobol", "file", "halving", "tpe")

# `--config share_work=false` arrives as text.
_WORDS = {"true": True, "false": False, "null": None}

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")


def read_yaml(path):
    """Read one YAML file as data; a template that would run code is refused.

    Raises
    ------
    InputError
        If the file is no YAML mapping, or asks for YTE.
    """
    try:
        loaded = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        where = f", line {error.problem_mark.line + 1}" if getattr(error, "problem_mark", None) else ""
        raise InputError(f"{path}{where}: not valid YAML ({getattr(error, 'problem', error)})") from None
    if not isinstance(loaded, dict):
        raise InputError(f"{path}: holds no keys; see config/README.md for what a config looks like")
    _refuse_templates(loaded, path)
    return loaded


def _refuse_templates(config, where):
    if "__use_yte__" in config:
        raise InputError(f"{where}: __use_yte__ is refused, a config is data and runs no code; write the values out")


def assemble(*layers):
    """Lay configs over each other, key by key of the top level.

    Parameters
    ----------
    *layers : dict
        The strongest first. A layer that has ``searches`` stands alone: weaker ones are not looked at.

    Returns
    -------
    dict
    """
    merged = {}
    for layer in layers:
        merged = {**layer, **merged}
        if "searches" in layer:
            break
    return merged


def validate(config, schema):
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

    _refuse_templates(config, "config")
    config = {key: _WORDS.get(value, value) if isinstance(value, str) else value for key, value in config.items()}
    config = _numbers(config)
    _refuse_no_values(config)
    validator = jsonschema.Draft202012Validator(schema)
    error = jsonschema.exceptions.best_match(validator.iter_errors(config))
    if error is not None:
        raise InputError(_one_line(error))

    config = _filled(config, schema["properties"])
    of_a_search = schema["properties"]["searches"]["items"]["properties"]
    strategy = {"strategy": of_a_search["strategy"]["default"]}
    for i, search in enumerate(config["searches"]):
        defaults = {key: config[key] for key in INHERITED} | strategy
        config["searches"][i] = {**defaults, **search}
        limits = {**config["limits"], **search.get("limits", {})}
        config["searches"][i]["limits"] = limits
    for path, asked, instead in NOT_YET:
        if value := asked(config):
            raise InputError(f"{path}: {value!r} is not supported yet; {instead}")
    if "loader" not in config["dataset"]:
        raise InputError("dataset.loader: is missing; give a function such as sklearn.datasets.load_digits")
    _check_names(config["searches"])
    for i, search in enumerate(config["searches"]):
        _check_strategy(search, f"searches[{i}].strategy")
        check_space(search["param_distributions"], f"searches[{i}].param_distributions", search["strategy"])
    return config


def _check_names(searches):
    seen = {}
    for i, search in enumerate(searches):
        name, path = search["name"], f"searches[{i}].name"
        if name != name.strip():
            raise InputError(f"{path}: {name!r} ends in white space; take it off")
        if name in TAKEN_NAMES:
            raise InputError(f"{path}: {name!r} is taken by results/{name}; choose another name")
        if name in seen:
            raise InputError(f"{path}: {name!r} is the name of searches[{seen[name]}] too; give each search its own")
        seen[name] = i


def _check_strategy(search, path):
    strategy = search["strategy"]
    name = next(iter(strategy), None) if isinstance(strategy, dict) else strategy
    if name in STRATEGIES_NOT_YET:
        raise InputError(f"{path}: {strategy!r} is not supported yet; use random or grid")
    if strategy not in STRATEGIES:
        raise InputError(f"{path}: {strategy!r} is not known; use random or grid{did_you_mean(name, STRATEGIES)}")


def _numbers(value, key=None):
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


def _refuse_no_values(value, *path):
    """Refuse what YAML can hold and a config cannot: numbers that are none, dates."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _refuse_no_values(inner, *path, key)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{_path(path)}: {value!r} is no finite number; write a number, or null where that is allowed")
    elif not isinstance(value, str | int | float | None):
        raise InputError(f"{_path(path)}: {value!r} is a {type(value).__name__}; put it in quotes to make it a text")


def _filled(config, properties):
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


def _filled_search(search, properties):
    stated = {key: schema for key, schema in properties.items() if key in search}
    limits = search.get("limits", {})
    filled = _filled(search, stated)
    if "limits" in filled:
        filled["limits"] = {key: filled["limits"][key] for key in limits}
    return filled


def _one_line(error):
    """Say one jsonschema error as ``key path: value problem; fix``."""
    path = _path(error.absolute_path)
    schema, value = error.schema, error.instance
    about = schema.get("description", "").split(". ")[0].rstrip(".")
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        key = next(k for k in value if k not in known)
        hint = did_you_mean(key, known)
        return f"{_path([*error.absolute_path, key])}: is not a key that is known here{hint or '; known are ' + ', '.join(known)}"
    if error.validator == "required":
        key = next(k for k in error.validator_value if k not in value)
        hint = schema["properties"][key].get("description", "").split(". ")[0].rstrip(".")
        return f"{_path([*error.absolute_path, key])}: is missing; {hint}"
    if error.validator in ("minItems", "minProperties"):
        return f"{path}: {value!r} is empty; {about}"
    if error.validator in ("maxProperties", "uniqueItems"):
        problem = "has more than one key" if error.validator == "maxProperties" else "names something twice"
        return f"{path}: {value!r} {problem}; {about}"
    if error.validator == "pattern" and schema["type"] == "string":
        return f"{path}: {value!r} is not {about}"
    return f"{path}: {value!r} is not {_allowed(schema)}; {about}"


def _path(parts):
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts)
    return text.lstrip(".") or "config"


def _allowed(schema):
    """Say in words what a leaf of the schema allows."""
    names = {
        "array": "a list",
        "object": "a mapping",
        "integer": "a whole number",
        "number": "a number",
        "null": "null",
    }
    names |= {"string": "a text", "boolean": "true or false"}
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    words = [
        schema["pattern"].strip("^$") if t == "string" and schema.get("pattern") == "^auto$" else names[t]
        for t in types
    ]
    bounds = [
        f"{word} {schema[key]}"
        for key, word in {
            "minimum": "of at least",
            "exclusiveMinimum": "above",
            "maximum": "of at most",
            "exclusiveMaximum": "below",
        }.items()
        if key in schema
    ]
    return " or ".join(words) + (" " + " and ".join(bounds) if bounds else "")

"""Turns a mistake that the schema finds into one line: the key's path, the value, the fix."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cvsearch.errors import did_you_mean


def one_line(error: Any) -> str:
    """Say one jsonschema error as ``key path: value problem; fix``."""
    path = key_path(error.absolute_path)
    schema, value = error.schema, error.instance
    about = schema.get("description", "").split(". ")[0].rstrip(".")
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        key = next(k for k in value if k not in known)
        hint = did_you_mean(key, known)
        return f"{key_path([*error.absolute_path, key])}: is not a known key{hint or '; the known keys are ' + ', '.join(known)}"
    if error.validator == "required":
        key = next(k for k in error.validator_value if k not in value)
        hint = schema["properties"][key].get("description", "").split(". ")[0].rstrip(".")
        return f"{key_path([*error.absolute_path, key])}: is missing; {hint}"
    if error.validator in ("minItems", "minProperties"):
        return f"{path}: {value!r} is empty; {about}"
    if error.validator in ("maxProperties", "uniqueItems"):
        problem = "has more than one key" if error.validator == "maxProperties" else "names something twice"
        return f"{path}: {value!r} {problem}; {about}"
    if error.validator == "pattern" and schema["type"] == "string":
        return f"{path}: {value!r} is not {about}"
    if error.validator == "enum":
        return f"{path}: {value!r} is not {' or '.join(map(repr, schema['enum']))}; {about}"
    return f"{path}: {value!r} is wrong; give {_allowed(schema)} ({about})"


def key_path(parts: Iterable[str | int]) -> str:
    """Return the path of a key as a user writes it: ``searches[0].name``."""
    text = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in parts)
    return text.lstrip(".") or "config"


def with_search_name(message: str, config: Mapping[str, Any]) -> str:
    """Return a message in which ``searches[NAME]`` stands in place of ``searches[0]`` at the start.

    The number stays if the mistake is in the name, or if the search has no name of its own.
    """
    found = re.match(r"searches\[(\d+)\](?!\.name\b)", message)
    if found is None:
        return message
    names = [search.get("name") if isinstance(search, dict) else None for search in config["searches"]]
    name = names[int(found[1])]
    if not isinstance(name, str) or names.count(name) > 1:
        return message
    return f"searches[{name}]{message[found.end() :]}"


def _allowed(schema: dict[str, Any]) -> str:
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

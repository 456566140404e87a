"""The schema of the config, key by key."""

from cvsearch.config.layers import read_yaml
from workflow_runs import ROOT

SCHEMA = read_yaml(ROOT / "config" / "schema.yaml")


def leaves(schema=SCHEMA, path=""):
    """Yield (path, schema) of every key that holds no other keys."""
    for key, value in schema.get("properties", {}).items():
        if "properties" in value:
            yield from leaves(value, f"{path}{key}.")
        elif value.get("items", {}).get("properties"):
            yield from leaves(value["items"], f"{path}{key}.")
        else:
            yield f"{path}{key}", value

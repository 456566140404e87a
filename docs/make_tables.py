"""Write the tables of the documents that are made from the code.

``python docs/make_tables.py`` fills two pages between their marks, each ``<!-- NAME -->`` to ``<!-- end -->``:

* config/README.md has the keys of the config, from config/schema.yaml;
* docs/results.md has the columns of every table, from scripts/cvsearch/results/tables.py.
"""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from cvsearch.results.tables import TABLES  # noqa: E402


def key_tables():
    """Return the tables of config/README.md by the names of their marks."""
    schema = yaml.safe_load((ROOT / "config/schema.yaml").read_text())["properties"]
    of_a_search = schema["searches"]["items"]["properties"]
    own = {key: about for key, about in of_a_search.items() if key not in schema}
    inherited = [f"`{key}`" for key in of_a_search if key in schema]
    return {
        "keys": _key_table(schema),
        "keys of a search": _key_table(own),
        "inherited keys": f"A search may also have its own {', '.join(inherited[:-1])} and {inherited[-1]}.",
    }


def _key_table(properties):
    return _markdown([["key", "default", "meaning"], *_key_rows(properties)])


def _key_rows(properties, path=""):
    for key, schema in properties.items():
        default = f"`{yaml.safe_dump(schema['default']).splitlines()[0]}`" if "default" in schema else ""
        description = schema["description"]
        yield [f"`{path}{key}`", default, description[0].upper() + description[1:]]
        yield from _key_rows(schema.get("properties", {}), f"{path}{key}.")


def column_tables():
    """Return the tables of docs/results.md by the names of their marks."""
    head = ["column", "type", "unit", "meaning"]
    return {
        name: _markdown([head, *([f"`{column.name}`", *column[1:]] for column in columns)])
        for name, columns in TABLES.items()
    }


def _markdown(rows):
    """Return rows of texts as a Markdown table, the first row its head."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(text.replace("|", r"\|") for text in line) + " |" for line in lines)


def filled(page, parts):
    """Return the text of a page with each part between its marks.

    Parameters
    ----------
    page : str
    parts : dict of str to str
        The name of each mark, and the text that follows it.

    Raises
    ------
    ValueError
        If the page does not have one place for each part.
    """
    for name, text in parts.items():
        before, mark, rest = page.partition(f"<!-- {name} -->\n")
        old, end, after = rest.partition("<!-- end -->")
        if not mark or not end or "<!--" in old:
            raise ValueError(f"the page has no place from <!-- {name} --> to <!-- end -->")
        page = f"{before}{mark}{text}\n{end}{after}"
    return page


def pages():
    """Return the text that each page should have, by its path."""
    parts = {ROOT / "config/README.md": key_tables(), ROOT / "docs/results.md": column_tables()}
    return {path: filled(path.read_text(), tables) for path, tables in parts.items()}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text)

"""Paths inside ``results/`` are joined in one module."""

import ast
from pathlib import Path

from cvsearch.layout import DatasetPaths
from workflow_runs import ROOT


def joins(tree):
    """Return each literal text that is joined to a path by ``/``, ``Path(...)`` or ``joinpath(...)``."""
    for node in ast.walk(tree):
        parts = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", None))
            parts = {"Path": node.args[1:], "joinpath": node.args}.get(name, [])
        yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def test_no_other_module_joins_paths_inside_results():
    joined = {
        str(path.relative_to(ROOT)): set(joins(ast.parse(path.read_text()))) for path in ROOT.glob("scripts/**/*.py")
    }
    names = joined.pop("scripts/cvsearch/layout.py")
    assert {"dataset", "splits", "logs", "plots"} <= names
    assert {path: found & names for path, found in joined.items() if found & names} == {}


def test_the_dataset_of_a_folder_of_results():
    assert DatasetPaths.of("elsewhere").about == Path("elsewhere/dataset/dataset.json")

"""Direct dependencies are stated once, in envs/requirements.in; everything else has to agree."""

import re

import pytest
import yaml
from _trust import imports_of
from workflow_runs import ROOT

# What conda-forge and bioconda call it.
CONDA_NAMES = {"snakemake": "snakemake-minimal"}


def direct():
    lines = (ROOT / "envs/requirements.in").read_text().splitlines()
    return dict(re.match(r"([A-Za-z0-9_-]+)(.*)", line).groups() for line in lines if line and not line.startswith("#"))


def pinned(name):
    return re.findall(r"^([A-Za-z0-9_.-]+)==(\S+)", (ROOT / "envs" / name).read_text(), re.MULTILINE)


def test_the_conda_file_states_the_same():
    stated = yaml.safe_load((ROOT / "envs/environment.yaml").read_text())["dependencies"]
    conda = dict(re.match(r"([a-z0-9-]+)\s*(.*)", line).groups() for line in stated)
    assert conda.pop("python") == ">=3.11"
    assert conda == {CONDA_NAMES.get(name, name): bounds for name, bounds in direct().items()}


def test_every_direct_dependency_is_pinned_within_its_bounds():
    from packaging.specifiers import SpecifierSet

    versions = {}
    for name, version in pinned("requirements.txt"):
        versions.setdefault(name, []).append(version)
    for name, bounds in direct().items():
        assert versions.get(name), f"{name} is not pinned: run `make lock`"
        assert all(version in SpecifierSet(bounds) for version in versions[name]), name


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-test.txt"])
def test_every_pin_has_a_hash_and_no_index_is_named(name):
    text = (ROOT / "envs" / name).read_text()
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"--(extra-)?index-url|--find-links|https?://", text)


def test_every_helper_is_fetched_where_the_workflow_is_used_from_a_repository():
    listed = re.search(r"HELPERS = (.*?)\.split\(\)", (ROOT / "rules/common.smk").read_text(), re.DOTALL)[1]
    helpers = {path.stem for path in (ROOT / "scripts").glob("_*.py")}
    assert set(re.findall(r"_\w+", listed)) == helpers


def test_what_is_imported_is_stated():
    """Every third-party module that a script imports is a direct dependency."""
    modules = {"yaml": "pyyaml", "sklearn": "scikit-learn"}
    standard = __import__("sys").stdlib_module_names
    own = {path.stem for path in (ROOT / "scripts").glob("*.py")}
    for path in (ROOT / "scripts").glob("*.py"):
        for module in imports_of(path.read_bytes()):
            if module not in standard and module not in own:
                assert modules.get(module, module) in direct(), f"{path.name} imports {module}"

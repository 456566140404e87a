"""Direct dependencies are stated once, in envs/requirements.in; everything else has to agree."""

import re
import subprocess
import sys

import pytest
import yaml
from cvsearch.config.names import imports_of
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


SCRIPTS = ROOT / "scripts"
PACKAGE = SCRIPTS / "cvsearch"


def test_every_file_of_the_package_is_fetched_where_the_workflow_is_used_from_a_repository():
    """Snakemake fetches file by file what the manifest lists."""
    listed = (PACKAGE / "MANIFEST").read_text()
    files = (path for path in PACKAGE.rglob("*.*") if path.suffix in (".py", ".html"))
    assert sorted(listed.split()) == sorted(str(path.relative_to(PACKAGE)) for path in files)


def test_what_is_imported_is_stated():
    """Every third-party module that a script or the package imports is a direct dependency."""
    modules = {"yaml": "pyyaml", "sklearn": "scikit-learn"}
    for path in SCRIPTS.rglob("*.py"):
        for module in imports_of(path.read_bytes()):
            if module not in sys.stdlib_module_names and module != "cvsearch":
                assert modules.get(module, module) in direct(), f"{path.name} imports {module}"


def test_the_snakefile_imports_no_heavy_library():
    """Every cluster job reads it again."""
    imports = "import cvsearch.run.announcer, cvsearch.run.config, cvsearch.run.run"
    code = f"import sys; sys.path.append({str(SCRIPTS)!r}); {imports}; print(*sys.modules)"
    imported = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "cvsearch.run.run" in imported
    assert not {"numpy", "scipy", "pandas", "sklearn", "matplotlib"} & set(imported)

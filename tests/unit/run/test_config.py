"""The config of a run: how it is read and checked, and how jobs get it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cvsearch.config.layers import command_line
from cvsearch.errors import InputError
from cvsearch.run.config import CONFIG_VARIABLE, MAX_VARIABLE_BYTES, kept_config, read_config
from workflow_runs import ROOT, TINY

SHIPPED, SCHEMA = ROOT / "config" / "config.yaml", ROOT / "config" / "schema.yaml"


def read(config, own=None):
    return read_config(config, own, SHIPPED, SCHEMA)


def tiny(**search):
    return TINY | {"searches": [TINY["searches"][0] | search]}


def test_a_config_is_laid_over_that_of_the_working_directory_and_that_over_the_shipped_one(tmp_path):
    own = tmp_path / "config.yaml"
    own.write_text("n_splits: 7\nn_candidates: 8\n")
    config = read({"n_candidates": 9}, own=own)
    assert (config["n_splits"], config["n_candidates"], config["searches"][0]["name"]) == (7, 9, "svc")
    assert read({}, own=tmp_path / "none.yaml")["n_splits"] == 2
    assert read(TINY, own=own)["n_splits"] == 2, "a config with searches stands alone"


def test_a_config_that_lies_where_it_is_not_read_is_an_error(tmp_path, monkeypatch):
    """The shipped search would run in its place."""
    monkeypatch.chdir(tmp_path)
    own = Path("config/config.yaml")
    Path("config.yaml").write_text("n_splits: 7\n")
    with pytest.raises(
        InputError, match=r"config\.yaml: is not read, because the config of a folder is config/config.yaml"
    ):
        read({}, own=own)
    assert read(TINY, own=own)["n_splits"] == 2, "a config with searches stands alone"
    own.parent.mkdir()
    own.write_text("n_splits: 8\n")
    assert read({}, own=own)["n_splits"] == 8


def test_a_config_file_that_runs_code_is_refused_though_snakemake_has_read_it(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("__use_yte__: true\n")
    with pytest.raises(InputError, match=r"mine\.yaml: __use_yte__ is refused"):
        read(command_line({}, [path]))


@pytest.mark.parametrize(
    ("search", "start", "fix"),
    [
        ({"strategy": "gird"}, "searches[tree].strategy: 'gird' is not known", "did you mean 'grid'?"),
        (
            {"param_distributions": {"C": {"uniform": [3, 1]}}},
            "searches[tree].param_distributions.C.uniform: low 3 is not below high 1",
            "swap",
        ),
        (
            {"strategy": "grid", "param_distributions": {"C": {"uniform": [0, 1]}}},
            "searches[tree].param_distributions.C: ",
            "a grid needs values",
        ),
        (
            {"param_distributions": {"C": {"scipy.stats.norm": {"scal": 1}}}},
            "searches[tree].param_distributions.C.scipy.stats.norm.scal: is not an argument",
            "did you mean 'scale'?",
        ),
    ],
    ids=["strategy", "space", "grid", "distribution"],
)
def test_strategies_and_spaces_are_checked_as_the_snakefile_is_read(search, start, fix):
    with pytest.raises(InputError) as caught:
        read(tiny(**search))
    assert str(caught.value).startswith(start)
    assert fix in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dataset": {}}, "dataset: neither loader nor file is given; give one of them"),
        ({"dataset": {"file": "gone.csv"}}, "dataset.file: 'gone.csv' does not exist"),
        ({"splitter": "shufle"}, "splitter: 'shufle' is not a splitter; did you mean 'shuffle'?"),
        ({"splitter": "kfold"}, "splitter: 'kfold' is not a splitter; write shuffle or a dotted name"),
        ({"dataset": TINY["dataset"] | {"groups": "g"}}, "splitter: 'shuffle' puts samples of one group"),
        ({"trusted_modules": ["os"]}, "trusted_modules[0]: 'os' belongs to Python's standard library"),
    ],
)
def test_the_data_and_the_splitter_are_checked_as_the_snakefile_is_read(tmp_path, change, said):
    with pytest.raises(InputError) as caught:
        read(TINY | change, own=tmp_path / "none.yaml")
    assert str(caught.value).startswith(said)


CONFIG = {"n_splits": 3, "searches": [{"name": "naïve", "C": 0.1}]}


@pytest.fixture(autouse=True)
def environment():
    """Take out of the environment what a controller has put there."""
    yield
    for name in [name for name in os.environ if name.startswith(CONFIG_VARIABLE)]:
        del os.environ[name]


def in_job(read=lambda: pytest.fail("read again")):
    return kept_config(read, is_controller=False)


def in_controller(config):
    return kept_config(lambda: config, is_controller=True)


def test_a_controller_reads_the_config_and_hands_it_to_its_jobs():
    assert in_controller(CONFIG) == CONFIG
    assert in_job() == CONFIG


def test_a_controller_that_another_one_started_reads_its_own():
    in_controller({"n_splits": 99})
    assert in_controller(CONFIG) == CONFIG
    assert in_job() == CONFIG


def test_a_job_that_was_handed_nothing_reads_the_config():
    assert in_job(lambda: CONFIG) == CONFIG


@pytest.mark.parametrize("before", [None, {"n_splits": 99}], ids=["alone", "started by another run"])
def test_a_config_too_large_for_the_environment_is_read_by_each_job(before):
    if before is not None:
        in_controller(before)
    large = CONFIG | {"values": ["x" * MAX_VARIABLE_BYTES]}
    assert in_controller(large) == large
    assert in_job(lambda: CONFIG) == CONFIG


def test_the_largest_config_that_is_handed_on_fits_the_environment():
    """In bytes, as the system counts: text beyond ASCII is escaped."""
    large = {"values": ""}
    large["values"] = "é" * ((MAX_VARIABLE_BYTES - len(json.dumps(large))) // 6)
    in_controller(large)
    code = f"import os; print(*(len(v) for k, v in os.environ.items() if k.startswith({CONFIG_VARIABLE!r})))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert MAX_VARIABLE_BYTES - 10 < int(said) <= MAX_VARIABLE_BYTES

"""The config of a run: read and checked by the controller, and passed on to the jobs."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from cvsearch.candidates.space import check_distributions, check_space, subspaces
from cvsearch.candidates.strategies import strategy_class
from cvsearch.config.layers import Config, assemble, read_yaml
from cvsearch.config.names import check_modules
from cvsearch.config.schema import validate
from cvsearch.data.columns import check_dataset_keys
from cvsearch.data.splitters import check_splitting
from cvsearch.errors import InputError, did_you_mean
from cvsearch.evaluation.limits import note_controller
from cvsearch.files import AnyPath, canonical
from cvsearch.layout import RESULTS
from cvsearch.results.leaderboard import check_comparable

# A run passes its config to its jobs in this variable. If a user edits a config file during a run, only the next run
# changes.
CONFIG_VARIABLE = "CVSEARCH_CONFIG"

# Linux allows at most 128 KiB in one variable. If a config is larger, the jobs read the config files again.
MAX_VARIABLE_BYTES = 120_000


def read_config(config: Config, own: Path | None, shipped: AnyPath, schema: AnyPath) -> Config:
    """Lay a config over the configs that it extends, and check the result.

    Parameters
    ----------
    config : dict
        The config of the command line, or of the workflow that uses this workflow as a module.
    own : Path or None
        The config of the working directory, if it is used.
    shipped, schema : path-like

    Raises
    ------
    InputError
        For the first mistake found.
    """
    layers = [config]
    if own is not None and own.exists():
        layers.append(read_yaml(own))
    elif own is not None and "searches" not in config and Path(own.name).exists():
        raise InputError(
            f"{own.name}: is not read, because the config of a folder is {own}; move it there, or add --configfile {own.name}"
        )
    layers.append(read_yaml(shipped))
    checked = validate(assemble(*layers), read_yaml(schema))
    check_modules(checked["trusted_modules"], "trusted_modules")
    check_dataset_keys(checked["dataset"])
    check_splitting(checked)
    # If another workflow uses this workflow as a module, one of its rules may have to make the file first.
    file = checked["dataset"].get("file")
    if own is not None and file is not None:
        if not Path(file).is_file():
            raise InputError(
                f"dataset.file: {file!r} does not exist; paths are relative to the working directory, {Path.cwd()}"
            )
        # Snakemake compares large files only by their time. If a file is touched, all jobs that depend on it run
        # again. So the hash of the file is used instead.
        with open(file, "rb") as opened:
            checked["dataset"]["file_sha256"] = hashlib.file_digest(opened, "sha256").hexdigest()
    for search in checked["searches"]:
        path = f"searches[{search['name']}]"
        strategy = strategy_class(search["strategy"], f"{path}.strategy")
        check_space(search["param_distributions"], f"{path}.param_distributions", strategy.needs_values)
        known = {name for subspace in subspaces(search["param_distributions"]) for name in subspace}
        for name in search["simplest_by"]:
            if name not in known:
                hint = did_you_mean(name, known) or "; name one of param_distributions"
                raise InputError(f"{path}.simplest_by: {name!r} is not a parameter of the space{hint}")
    check_comparable(checked["searches"])
    for search in checked["searches"]:
        check_distributions(search["param_distributions"], f"searches[{search['name']}].param_distributions")
    return checked


def kept_config(read: Callable[[], Config], is_controller: bool, results: AnyPath = RESULTS) -> Config:
    """Return the config of a run. The controller reads it, and passes it to the jobs in the environment.

    Parameters
    ----------
    read : callable
        Reads and checks the config files.
    is_controller : bool
        Whether the user started this process.
    results : path-like
        The folder of results. A workflow that uses this workflow as a module twice has two folders of results. Each
        folder has its own config.
    """
    variable = f"{CONFIG_VARIABLE}_{hashlib.sha256(str(results).encode()).hexdigest()[:8]}"
    if not is_controller and variable in os.environ:
        kept: Config = json.loads(os.environ[variable])
        return kept
    config = read()
    note_controller()
    text = canonical(config)
    os.environ.pop(variable, None)
    if len(text) <= MAX_VARIABLE_BYTES:
        os.environ[variable] = text
    return config

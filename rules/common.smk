# Finds the package in scripts/cvsearch and makes the run that the rules ask.

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

# Snakemake fetches the package file by file: the workflow may stand in a repository elsewhere.
manifest = Path(workflow.source_path("../scripts/cvsearch/MANIFEST"))
for name in manifest.read_text().split():
    workflow.source_path(f"../scripts/cvsearch/{name}")

# On the path for this import alone: no other module of ours is to be found by an outer workflow.
sys.path.insert(0, str(manifest.parents[1]))
from cvsearch.config.layers import command_line, with_exponents
from cvsearch.errors import InputError
from cvsearch.run import Run, kept_config, read_config

sys.path.remove(str(manifest.parents[1]))


# Or does another workflow use this one as a module?
home = Path(str(workflow.current_basedir)).resolve().parent
alone = Path(workflow.basedir).resolve() == home


def read_own_config():
    """Read the config: of the command line and the working directory, or of the workflow that uses this one as a module."""
    given = workflow.config_settings
    return read_config(
        (
            command_line(given.config, given.configfiles)
            if alone
            else with_exponents(config)
        ),
        Path("config/config.yaml") if alone else None,
        workflow.source_path("../config/config.yaml"),
        workflow.source_path("../config/schema.yaml"),
    )


# Where the files are that rules name "results/...": behind the prefix, if this workflow is a module that has one.
results = Path(workflow.modifier.path_modifier.modify("results/dataset")).parent

try:
    run = Run(
        kept_config(read_own_config, workflow.is_main_process, results),
        checkpoints,
        results,
    )
except InputError as error:
    raise WorkflowError(str(error)) from None

config = run.config

if workflow.is_main_process:
    settings = workflow.output_settings
    run.show_progress(logger, alone, whole=settings.dryrun or settings.verbose)

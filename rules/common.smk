# Finds the package in scripts/cvsearch. Makes `run`, which the rules ask for their files and
# settings, and `announcer`, which prints what the user sees.

import sys
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

# The workflow may be in a repository on another machine. So Snakemake fetches the package file by file.
manifest = Path(workflow.source_path("../scripts/cvsearch/MANIFEST"))
for name in manifest.read_text().split():
    workflow.source_path(f"../scripts/cvsearch/{name}")

# The package is on the path for this import alone. So an outer workflow finds no other module of this one.
sys.path.insert(0, str(manifest.parents[1]))
from cvsearch.config.layers import command_line, with_exponents
from cvsearch.errors import InputError
from cvsearch.run.announcer import Announcer
from cvsearch.run.config import kept_config, read_config
from cvsearch.run.run import Run

sys.path.remove(str(manifest.parents[1]))


# Whether this workflow runs by itself. If not, another workflow uses it as a module.
home = Path(str(workflow.current_basedir)).resolve().parent
alone = Path(workflow.basedir).resolve() == home


def read_own_config():
    """Read the config from the command line and the working directory. A module takes it from the outer workflow."""
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


# The folder of the files that rules name "results/...". It has the prefix, if this workflow is a module with a prefix.
results = Path(workflow.modifier.path_modifier.modify("results/dataset")).parent

try:
    config = kept_config(read_own_config, workflow.is_main_process, results)
    run = Run(config, checkpoints, results)
except InputError as error:
    raise WorkflowError(str(error)) from None

announcer = Announcer(config, results)
if workflow.is_main_process:
    settings = workflow.output_settings
    announcer.show_progress(logger, alone, whole=settings.dryrun or settings.verbose)

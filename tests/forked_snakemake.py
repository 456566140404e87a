"""Run Snakemake in forks of one process that has imported it: for a small search, the import takes most of the time.

Standard input has one request in each line, as JSON: the ``arguments`` of Snakemake, the whole ``environment`` of the run,
its ``folder``, and the file for its ``output``. The answer is a line with the exit status.
"""

import gc
import json
import os
import sys

from snakemake import cli, notebook, report  # noqa: F401  Every run imports the last two.


def run(arguments, environment, folder, output):
    """Become the run."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[0:1] = [folder, *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(os.open(output, os.O_WRONLY | os.O_APPEND), stream)
    sys.exit(cli.main(arguments))


gc.freeze()  # Or the first collection in each fork copies all objects of this process.
for line in sys.stdin:
    if (pid := os.fork()) == 0:
        run(**json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)

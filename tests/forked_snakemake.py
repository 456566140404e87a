"""Run Snakemake in forks of one process that has imported it: for a small search, the import takes most of the time.

Standard input has one request in each line, as JSON: the ``arguments`` of Snakemake, the whole ``environment`` of the run,
its ``folder``, and the file for its ``output``. The answer is a line with the exit status. The scripts of its rules run
in forks too, see ``forked_python.py``.
"""

import gc
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

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
    # Snakemake runs a script with this command. It is taken apart by the shell.
    sys.executable = f"{sys.executable} -I -S {SCRIPTS} {place}"
    sys.exit(cli.main(arguments))


SCRIPTS = Path(__file__).with_name("forked_python.py")

# The path of a socket has at most 107 characters.
place = Path(tempfile.mkdtemp(prefix="cvsearch-"), "scripts")
server = subprocess.Popen(
    [sys.executable, str(SCRIPTS), str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
)
server.stdout.readline()

gc.freeze()  # Or the first collection in each fork copies all objects of this process.
for line in sys.stdin:
    if (pid := os.fork()) == 0:
        run(**json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
server.stdin.close()
server.wait()
place.unlink()
place.parent.rmdir()

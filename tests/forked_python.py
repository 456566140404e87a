"""Run Python scripts in forks of one process that has imported their libraries: a small job spends its time on imports.

With the path of a socket alone, this is the server. It ends when its standard input closes. With more arguments, this is
the client. It lets the server run the script that the arguments name, with its own environment, folder and streams, and
ends as the script ends. For other arguments of Python, it becomes a usual Python.
"""

import json
import os
import signal
import socket
import struct
import sys

# What the scripts of rules import.
LIBRARIES = ["matplotlib.backends.backend_agg", "matplotlib.figure", "pandas", "scipy.stats", "snakemake.script"]
LIBRARIES += [
    f"sklearn.{name}"
    for name in ("datasets", "dummy", "ensemble", "linear_model", "model_selection", "pipeline", "svm", "tree")
]


def read(connection, size):
    """Return `size` bytes, and the files that came with them."""
    content, files = b"", []
    while len(content) < size:
        part, came, _, _ = socket.recv_fds(connection, size - len(content), 3)
        if not part:
            sys.exit("the other side has gone")
        content, files = content + part, files + came
    return content, files


def run_there(path, script):
    """Ask the server to run a script, and end as the script ends."""
    request = json.dumps({"script": script, "folder": os.getcwd(), "environment": dict(os.environ)}).encode()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    socket.send_fds(connection, [struct.pack("q", len(request))], [0, 1, 2])
    connection.sendall(request)
    status = struct.unpack("q", read(connection, 8)[0])[0]
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status)


def become(script, folder, environment, files):
    """Run a script as `python SCRIPT` does."""
    import random
    import runpy

    import numpy as np

    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream, file in enumerate(files):
        os.dup2(file, stream)
    sys.argv = [script]
    sys.path[0:1] = [os.path.dirname(script), *filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))]
    random.seed()
    np.random.seed()
    runpy.run_path(script, run_name="__main__")
    sys.exit()


def answer(connection):
    """Run the script that a client asks for, and answer with its exit status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    head, files = read(connection, 8)
    request = json.loads(read(connection, struct.unpack("q", head)[0])[0])
    if (pid := os.fork()) == 0:
        connection.close()
        become(**request, files=files)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(struct.pack("q", status))
    os._exit(0)


def serve(path):
    """Answer clients until standard input closes."""
    import gc
    import importlib
    import select

    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(64)
    print("listening", flush=True)

    for library in LIBRARIES:
        importlib.import_module(library)
    gc.freeze()  # Or the first collection in each fork copies all objects of this process.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # The system removes children that have ended.
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            answer(connection)
        connection.close()


if __name__ == "__main__":
    path, *arguments = sys.argv[1:]
    if not arguments:
        serve(path)
    elif arguments[0].startswith("-"):
        os.execv(sys.executable, [sys.executable, *arguments])
    else:
        run_there(path, *arguments)

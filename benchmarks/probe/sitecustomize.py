"""On PYTHONPATH, makes every script of a rule note how long it ran and how much of that was imports."""

import sys

if len(sys.orig_argv) > 1 and "/.snakemake/scripts/" in sys.orig_argv[-1]:
    import atexit
    import builtins
    import json
    import os
    import resource
    import time
    from pathlib import Path

    spent, depth, wrapped = 0.0, 0, builtins.__import__

    def timed_import(*arguments, **keywords):
        """Add up the time of outermost imports."""
        global spent, depth
        depth += 1
        started = time.perf_counter()
        try:
            return wrapped(*arguments, **keywords)
        finally:
            depth -= 1
            if depth == 0:
                spent += time.perf_counter() - started

    def note():
        """Append a line for this process; those it forks end without this."""
        pid = os.getpid()
        usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        # Not ru_maxrss: that starts at the size of the process that this one was forked from.
        status = Path(f"/proc/{pid}/status").read_text().splitlines()
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        ticks = float(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
        wall = float(Path("/proc/uptime").read_text().split()[0]) - ticks / os.sysconf("SC_CLK_TCK")
        line = {
            "rule": sys.orig_argv[-1].rsplit(".", 2)[-2],
            "wall": wall,
            "imports": spent,
            "cpu": sum(usage.ru_utime + usage.ru_stime for usage in usages),
            "memory_mb": peak * 1024 / 1e6,
        }
        with Path(os.environ["CVSEARCH_PROBE"]).open("a") as file:
            file.write(json.dumps(line) + "\n")

    builtins.__import__ = timed_import
    atexit.register(note)

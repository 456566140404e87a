"""The machine that absolute times belong to."""

import contextlib
import os
import platform
from importlib import metadata
from pathlib import Path

VERSIONS_OF = ("snakemake", "scikit-learn", "numpy", "scipy", "distributed")


def describe_machine():
    """Return cores, CPU model, memory and versions, as a mapping of texts."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    machine = {"CPU": models[0] if models else platform.machine(), "cores": str(len(os.sched_getaffinity(0)))}
    machine |= {
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    for name in VERSIONS_OF:  # Where a peer is not installed, what is measured is not beside it.
        with contextlib.suppress(metadata.PackageNotFoundError):
            machine[name] = metadata.version(name)
    return machine

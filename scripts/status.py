"""Say how far every search is.

This only reads files, and does not start Snakemake. So it works at any time, over ssh, and while a run has the folder
locked.

``python scripts/status.py [--directory DIR] [--watch [SECONDS]]``
"""

import argparse
import contextlib
import sys
import time
from pathlib import Path

from cvsearch.report.status import overview


def watch(results, seconds):
    """Print how far the searches are, every `seconds` seconds, until the user interrupts."""
    while True:
        started = time.process_time()
        text = overview(results)
        print(f"\033[H\033[J{text}" if sys.stdout.isatty() else text, flush=True)
        # A login node is shared, so at most a tenth of a core is used.
        time.sleep(max(seconds, 9 * (time.process_time() - started)))


def main(arguments=None):
    """Read the command line and print how far the searches are."""
    parser = argparse.ArgumentParser(
        description="Say how far every search is: evaluations done, failed, running and left, best so far."
    )
    parser.add_argument("--directory", default=".", help="where snakemake was started (default: here)")
    parser.add_argument(
        "--watch", nargs="?", type=float, const=10.0, metavar="SECONDS", help="say it again every SECONDS (10)"
    )
    options = parser.parse_args(arguments)
    results = Path(options.directory, "results")
    with contextlib.suppress(KeyboardInterrupt, BrokenPipeError):
        watch(results, options.watch) if options.watch else print(overview(results))


if __name__ == "__main__":
    main()

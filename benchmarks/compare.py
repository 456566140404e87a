"""Measure this workflow beside its peers, in one session, on the same candidates and splits.

    python benchmarks/compare.py                                     every workload, three times: hours
    python benchmarks/compare.py svc-10 svc-100 --repeats 5          these only
    python benchmarks/compare.py --candidates 20 --repeats 1         a small try of everything
    python benchmarks/compare.py --render --write docs/performance.md    no run: the page from what is recorded

Everything is measured as whole processes, interleaved: all runners once, then all again. What was measured is recorded
in a JSON file, workload by workload; the page is made from that.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from _machine import describe_machine
from _measure import run
from _report import print_table, write_page
from _workflow import census, draw_candidates, read_scores, run_workflow, write_config
from workloads import ROOT, WORKLOADS

# A peer that takes so many times as long as this workflow is stopped.
PATIENCE = 10


def run_ours(workload, n_candidates, folder, cores):
    """Run the workflow from nothing, in a fresh working directory."""
    write_config(workload, n_candidates, folder)
    return run_workflow(folder, cores)


def run_peer(peer, workload, case, folder, cores, limit):
    """Run a peer's script; return the run and, unless it was stopped, what it found."""
    output, log = Path(folder, "scores.json"), Path(folder, "peer.log")
    command = [
        sys.executable,
        str(ROOT / "benchmarks" / "peers" / f"{peer}.py"),
        str(case),
        str(output),
        "--cores",
        str(cores),
    ]
    command += ["--first", str(workload.first)] if workload.first else []
    done = run(command, log, limit)
    if done.stopped:
        return done, None
    if done.status != 0:
        raise RuntimeError(f"{peer} failed; the end of its output:\n{log.read_text()[-3000:]}")
    return done, json.loads(output.read_text())


def check_scores(ours, found, peer):
    """Compare a peer's scores with ours, bit for bit.

    Raises
    ------
    RuntimeError
        For the first score that differs.
    """
    for side, own in zip(("test", "train"), ours, strict=True):
        for i, (row, other) in enumerate(zip(own, found[side], strict=False)):
            if row != other:
                raise RuntimeError(f"{side} scores of candidate {i} differ: {row} here, {other} in {peer}")
    return len(found["test"])


def measure(workload, n_candidates, cores, repeats, say):
    """Measure one workload.

    Returns
    -------
    dict
        A record, as JSON holds it: ``runs`` maps a runner to its runs in the order they were made.
    """
    runs = {"workflow": [], **{peer: [] for peer in workload.peers}}
    checked, counted, seconds = {}, None, {}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        case = Path(scratch, "case")
        case.mkdir()
        draw_candidates(workload, n_candidates, case, cores)
        for repeat in range(repeats):
            folder = Path(scratch, f"workflow-{repeat}")
            folder.mkdir()
            ours = run_ours(workload, n_candidates, folder, cores)
            runs["workflow"].append(ours._asdict())
            say(f"  workflow: {ours.wall:.1f} s")
            scores, counted = read_scores(workload, folder), census(workload, folder)
            if workload.grow_by:
                write_config(workload, round(n_candidates * (1 + workload.grow_by)), folder)
                grown = run_workflow(folder, cores)
                runs.setdefault("grown", []).append(grown._asdict())
                say(f"  grown: {grown.wall:.1f} s")
            for peer in workload.peers:
                if any(earlier["stopped"] for earlier in runs[peer]) or (repeat and peer in workload.once):
                    continue
                place = Path(scratch, f"{peer}-{repeat}")
                place.mkdir()
                done, found = run_peer(peer, workload, case, place, cores, PATIENCE * ours.wall)
                runs[peer].append(done._asdict())
                say(f"  {peer}: {done.wall:.1f} s{', stopped' if done.stopped else ''}")
                if found:
                    checked[peer] = check_scores(scores, found, peer)
                    seconds.setdefault(peer, []).append(found["seconds"])
    return {
        "n_candidates": n_candidates,
        "n_splits": workload.config.get("n_splits", 2),
        "cores": cores,
        "runs": runs,
        "equal_scores": checked,
        "seconds_of_evaluations": seconds,
        "left": counted,
        "machine": describe_machine(),
    }


def main():
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workloads", nargs="*", metavar="workload", help=f"of: {', '.join(WORKLOADS)} (default: all)")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each, of which the median counts (default: 3)")
    parser.add_argument("--candidates", type=int, help="in place of the workload's own number")
    parser.add_argument("--peers", nargs="*", help="only these, of: loop, grid_search, dask_futures (default: all)")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)), help="default: all of this machine")
    parser.add_argument(
        "--record", type=Path, default=ROOT / "benchmarks" / "record.json", help="where measurements are kept"
    )
    parser.add_argument("--write", type=Path, help="the page to fill in; its plot goes to images/ beside it")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    options = parser.parse_args()
    if unknown := set(options.workloads) - set(WORKLOADS):
        parser.error(f"no workload {', '.join(sorted(unknown))}; there are {', '.join(WORKLOADS)}")
    record = json.loads(options.record.read_text()) if options.record.exists() else {}
    for name in [] if options.render else options.workloads or WORKLOADS:
        workload = WORKLOADS[name]
        if options.peers is not None:
            workload = workload._replace(peers=tuple(peer for peer in workload.peers if peer in options.peers))
        n_candidates = options.candidates or workload.n_candidates
        print(f"{name}: {workload.title}" + (f", cut to {n_candidates:,}" if options.candidates else ""), flush=True)
        measured = measure(workload, n_candidates, options.cores, options.repeats, lambda line: print(line, flush=True))
        record.setdefault("workloads", {})[name] = measured
        options.record.write_text(json.dumps(record, indent=1) + "\n")
    print_table(record)
    if options.write:
        write_page(record, options.write)


if __name__ == "__main__":
    main()

"""Tables and the plot of docs/performance.md, from what was recorded."""

import re
import statistics
from pathlib import Path

from workloads import ROOT, WORKLOADS

NAMES = {
    "workflow": "this workflow",
    "grown": "this workflow, the growth alone",
    "loop": "sequential loop",
    "grid_search": "GridSearchCV",
    "dask_futures": "Dask futures",
}


def median_of(runs, key):
    """Return the median of one measurement."""
    return statistics.median(run[key] for run in runs)


def table(record):
    """Return the rows of the comparison: a list of texts per row, the first row the head."""
    rows = [["workload", "", "wall", "CPU", "memory", "our wall time / its wall time", "runs", "scores"]]
    for name, measured in _recorded(record):
        ours = median_of(measured["runs"]["workflow"], "wall")
        label = f"{name}, {measured['n_candidates']:,} × {measured['n_splits']}"
        for runner, runs in measured["runs"].items():
            wall = median_of(runs, "wall")
            stopped = any(run["stopped"] for run in runs)
            first = WORKLOADS[name].first if runner not in ("workflow", "grown") else None
            compared = "" if runner in ("workflow", "grown") else f"{'< ' if stopped else ''}{ours / wall:.2f}"
            title = NAMES[runner]
            if first:
                n_evaluations = min(first, measured["n_candidates"]) * measured["n_splits"]
                ideal = _ideal(measured, runner, n_evaluations)
                title += f", {n_evaluations:,} evaluations"
                compared = (
                    f"{ours / ideal:.2f}, if the loop did all of it on {measured['cores']} cores in {ideal:.0f} s"
                )
            elif runner == "grown":
                compared = f"{WORKLOADS[name].grow_by:.0%} more took {wall / ours:.2f} of the time of the first {measured['n_candidates']:,}"
            same = measured["equal_scores"].get(runner)
            scores = "" if same is None else f"{same * measured['n_splits'] * 2:,} equal"
            time = f"{wall:.1f} s" + (", stopped" if stopped else "")
            rows.append(
                [
                    label,
                    title,
                    time,
                    f"{median_of(runs, 'cpu'):.1f} s",
                    f"{median_of(runs, 'memory_mb'):,.0f} MB",
                    compared,
                    str(len(runs)),
                    scores,
                ]
            )
            label = ""
    return rows


def _recorded(record):
    return [(name, record["workloads"][name]) for name in WORKLOADS if name in record.get("workloads", {})]


def _ideal(measured, runner, n_evaluations):
    """Return the seconds of a bare loop's evaluations, start-up left out, scaled up and spread over the cores."""
    total = measured["n_candidates"] * measured["n_splits"]
    return statistics.median(measured["seconds_of_evaluations"][runner]) / n_evaluations * total / measured["cores"]


def rules_table(measured):
    """Return the rows of the time per rule."""
    rows = [["rule", "jobs", "one job", "of it imports", "the rest", "CPU", "memory"]]
    for rule, job in measured["rules"].items():
        rest = f"{job['wall'] - job['imports']:.2f} s"
        rows.append(
            [
                f"`{rule}`",
                str(job["jobs"]),
                f"{job['wall']:.2f} s",
                f"{job['imports']:.2f} s",
                rest,
                f"{job['cpu']:.2f} s",
                f"{job['memory_mb']:.0f} MB",
            ]
        )
    return rows


def scale_table(sizes):
    """Return the rows of how a search grows: as measured at each size, and at 10^6 and 10^7 evaluations as planned.

    A planned figure goes on in a straight line from the two largest sizes measured.
    """
    sizes = [sizes[key] for key in sorted(sizes, key=int)]
    quantities = {
        "jobs": lambda m: m["left"]["jobs"],
        "files": lambda m: m["left"]["results files"] + m["left"][".snakemake files"],
        "MB on disk": lambda m: (m["left"]["results bytes"] + m["left"][".snakemake bytes"]) / 1e6,
        "controller, s of CPU": lambda m: m["run"]["root_cpu"],
        "controller, MB": lambda m: m["run"]["root_memory_mb"],
        "`merge_results`, s": lambda m: m["rules"]["merge_results"]["wall"],
        "`merge_results`, MB": lambda m: m["rules"]["merge_results"]["memory_mb"],
        "`propose_candidates`, s": lambda m: m["rules"]["propose_candidates"]["wall"],
        "`propose_candidates`, MB": lambda m: m["rules"]["propose_candidates"]["memory_mb"],
        "`plot_search`, s": lambda m: m["rules"]["plot_search"]["wall"],
        "`judge_search`, s": lambda m: m["rules"]["judge_search"]["wall"],
        "`judge_search`, MB": lambda m: m["rules"]["judge_search"]["memory_mb"],
    }
    planned = (10**6, 10**7) if len(sizes) > 1 else ()
    rows = [["evaluations", *(f"{m['evaluations']:,}" for m in sizes), *(f"{n:,} (planned)" for n in planned)]]
    for name, of in quantities.items():
        values = [of(m) for m in sizes]
        for n in planned:
            before, last = sizes[-2]["evaluations"], sizes[-1]["evaluations"]
            slope = max(of(sizes[-1]) - of(sizes[-2]), 0) / (last - before)
            values.append(of(sizes[-1]) + slope * (n - last))
        whole = name in ("jobs", "files")
        rows.append([name, *(f"{value:,.0f}" if whole or value >= 20 else f"{value:.1f}" for value in values)])
    return rows


def markdown(rows):
    """Return rows of texts as a Markdown table."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _print(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def print_table(record):
    """Print the comparison."""
    _print(table(record))


def print_rules(measured):
    """Print the time per rule."""
    _print(rules_table(measured))


def draw(record, path):
    """Draw wall time against the number of evaluations of the shipped search, one line per runner."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(6.5, 4), layout="constrained")
    measured = [m for name, m in _recorded(record) if name.startswith("svc-")]
    for runner, marker in zip(("workflow", "loop", "grid_search", "dask_futures"), "osD^", strict=True):
        points = [(m["n_candidates"] * m["n_splits"], m["runs"][runner]) for m in measured if m["runs"].get(runner)]
        points = sorted((n, median_of(runs, "wall"), any(run["stopped"] for run in runs)) for n, runs in points)
        (line,) = axes.plot([p[0] for p in points], [p[1] for p in points], marker=marker, label=NAMES[runner])
        for n, wall, _ in (p for p in points if p[2]):
            axes.annotate("stopped", (n, wall), color=line.get_color(), ha="right", va="bottom")
    axes.set(xscale="log", yscale="log", xlabel="evaluations", ylabel="wall time (s)")
    axes.set_title("The shipped search, start-up, tables and plots included", loc="left", fontsize=11)
    axes.grid(alpha=0.3, which="both")
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)


def machine_line(measured):
    """Return the machine as one line."""
    return "; ".join(f"{name} {text}" for name, text in measured["machine"].items())


def write_page(record, path):
    """Fill the marked places of the page, each between ``<!-- NAME -->`` and ``<!-- end -->``, that there are records for."""
    parts, page = {}, path.read_text()
    if _recorded(record):
        machines = list(dict.fromkeys(machine_line(m) for _, m in _recorded(record)))
        parts["comparison"] = markdown(table(record)) + "\n\n" + "\n".join(f"Measured on: {line}." for line in machines)
        if any(name.startswith("svc-") for name, _ in _recorded(record)):
            draw(record, path.parent / "images" / "performance.png")
            parts["plot"] = "![Wall time against the number of evaluations](images/performance.png)"
    rules = record.get("rules", {})
    if sizes := rules.get("svc"):
        parts["rules"] = markdown(rules_table(sizes[min(sizes, key=int)]))
    if sizes := rules.get("gaussian_nb"):
        parts["scale"] = markdown(scale_table(sizes))
    for name, text in parts.items():
        page, found = re.subn(
            rf"(<!-- {name} -->\n).*?(<!-- end -->)",
            lambda match, text=text: f"{match[1]}{text}\n{match[2]}",
            page,
            flags=re.DOTALL,
        )
        if not found:
            raise ValueError(f"{path.relative_to(ROOT)}: has no place marked <!-- {name} -->")
    Path(path).write_text(page)

"""The page that the report opens with.

It has the verdict, the findings and the next region of each search, then splits, costs and provenance. Snakemake
renders the page with jinja first, and reads the result as reStructuredText.
"""

import base64
import csv
import html
import json
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml

from cvsearch.data.splits import REBUILD as SPLITS
from cvsearch.data.splits import read_split_about
from cvsearch.files import AnyPath, read_json, write_atomically
from cvsearch.layout import SearchPaths, leaderboard_paths, report_page, split_paths, splits_summary
from cvsearch.report.summary import other_messages, read_findings, read_messages, read_verdict
from cvsearch.report.verdict_text import sentences
from cvsearch.report.words import cut, in_words, score_text
from cvsearch.results.storage import REBUILD

# A table of the page has at most this many rows. If it is cut, the line below it names the whole table.
MOST_ROWS = 20

# Characters of parameters in a table.
LONGEST_PARAMS = 80

# Snakemake's report puts its text in the middle of the screen, beside the graph of the rules. A text that is longer
# than the screen loses its top. The first three rules of the style give the text the whole width, start it at the top,
# and put the graph below it.
STYLE = """<style>
.items-center:has(.cv) { align-items: flex-start; justify-content: flex-start; min-width: 0; }
.gap-3:has(.cv) { flex-direction: column; min-width: 0; }
.prose:has(.cv) { max-width: 70em; }
.cv code { overflow-wrap: anywhere; font-weight: 400; }
.cv code::before, .cv code::after { content: none; }
.cv h2 { font-size: 1.4em; font-weight: 700; margin: 1.2em 0 .4em; }
.cv h3 { font-size: 1.05em; font-weight: 700; margin: 1.2em 0 .3em; }
.cv p, .cv li { margin: .25em 0; line-height: 1.5; }
.cv ul { list-style: disc; padding-left: 1.4em; }
.cv .answer { font-size: 1.1em; }
.cv pre { background: #f3f4f6; color: #111; padding: .7em 1em; overflow-x: auto; font-size: .85em; }
.cv table { border-collapse: collapse; font-size: .9em; }
.cv th, .cv td { padding: .2em .8em .2em 0; text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; }
.cv .error, .cv .warning, .cv .info { font-weight: 700; }
.cv .error { color: #b00020; }
.cv .warning { color: #92400e; }
.cv .info { color: #1d4ed8; }
.cv img { max-width: 46em; width: 100%; background: #fff; }
</style>"""


def write_opening(results: AnyPath, searches: Sequence[str]) -> None:
    """Write the page for these searches, all of which have a verdict.

    Parameters
    ----------
    results : path-like
        The folder of results.
    searches : sequence of str
        Names of the searches.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    paths = [SearchPaths.of(name, results) for name in searches]
    parts = _leaderboard(results, paths)
    for search in paths:
        parts += _search(search, heading=len(paths) > 1)
    parts += [*_splits(results, paths[0]), *_costs(paths), *_provenance(paths)]
    write_atomically(report_page(results), as_rst("\n".join(parts)).encode())


def as_rst(page: str) -> str:
    """Return HTML as a block of reStructuredText. Jinja does not change this block."""
    block = f'{STYLE}<div class="cv">{page.replace("{", "&#123;")}</div>'
    return f".. raw:: html\n\n{textwrap.indent(block, '   ')}\n"


def _search(search: SearchPaths, heading: bool) -> list[str]:
    verdict = read_verdict(search)
    findings = read_findings(search)
    first, *rest = sentences(verdict)
    parts = [f"<h2>{html.escape(search.name)}</h2>"] if heading else []
    parts += [f'<p class="answer">{html.escape(first)}</p>', _list(map(html.escape, rest))]
    if findings:
        parts += ["<h3>Findings</h3>", _list(map(_finding, findings))]
    if verdict["next_region"] is not None:
        block = yaml.safe_dump(
            {"param_distributions": verdict["next_region"]}, sort_keys=False, default_flow_style=None
        )
        parts += ["<h3>The next region, to paste into the config</h3>", f"<pre>{html.escape(block)}</pre>"]
    if search.map.exists():
        picture = base64.encodebytes(search.map.read_bytes()).decode()  # In lines: docutils refuses long lines.
        parts.append(
            f'<p><img alt="Parameter map of {html.escape(search.name)}" src="data:image/png;base64,{picture}"></p>'
        )
    files = [search.table, search.evaluations, search.baselines, search.comparison, search.page]
    names = ", ".join(f"<code>{html.escape(str(path))}</code>" for path in files if path.exists())
    return [
        *parts,
        f"<p>More pictures stand under <em>Results</em>. Whole tables and the interactive page: {names}</p>",
    ]


def _finding(finding: dict[str, Any]) -> str:
    severity = html.escape(finding["severity"])
    title, evidence, advice = (html.escape(finding[key]) for key in ("title", "evidence", "advice"))
    return f'<span class="{severity}">{severity}</span> {title}: {evidence}. What to do: {advice}.'


def _leaderboard(results: AnyPath, searches: Sequence[SearchPaths]) -> list[str]:
    table = leaderboard_paths(results)[0]
    if len(searches) < 2 or not table.exists():
        return []
    with open(table, newline="") as file:
        rows = list(csv.DictReader(file))
    shown = [
        [
            row["rank"],
            row["search"],
            cut(in_words(json.loads(row["params"])), LONGEST_PARAMS),
            *(score_text(float(row[name])) if row[name] else "" for name in ("mean_test_score", "std_test_score")),
        ]
        for row in rows
    ]
    head = ["rank", "search", "parameters of its best candidate", "mean test score", "std"]
    return ["<h2>The searches beside each other</h2>", _table(head, shown, table)]


def _splits(results: AnyPath, search: SearchPaths) -> list[str]:
    n_splits = read_verdict(search)["n_splits"]
    abouts = [read_split_about(split_paths(split, results)[1]) for split in range(n_splits)]
    rows = [[str(split), f"{about['n_train']:,}", f"{about['n_test']:,}"] for split, about in enumerate(abouts)]
    summary = splits_summary(results)
    messages = read_json(summary, SPLITS)["messages"]
    head = ["split", "training samples", "test samples"]
    return [
        "<h2>Splits</h2>",
        *([_list(map(html.escape, messages))] if messages else []),
        _table(head, rows, summary.parent),
    ]


def _costs(searches: Sequence[SearchPaths]) -> list[str]:
    lines = []
    for search in searches:
        if messages := other_messages(read_messages(search), read_findings(search)):
            lines.append(f"{search.name}: {'; '.join(messages)}")
    return ["<h2>Costs, failures and warnings</h2>", _list(map(html.escape, lines))] if lines else []


def _provenance(searches: Sequence[SearchPaths]) -> list[str]:
    lines = []
    for search in searches:
        about = read_json(search.provenance, REBUILD)
        versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
        hashes = f"digest of the results <code>{about['digest']}</code>, sha256 of the data <code>{about['dataset_sha256']}</code>"
        lines.append(f"{html.escape(search.name)}: {hashes}, {html.escape(versions)}, {html.escape(about['platform'])}")
    where = "<p>The whole config stands in <code>provenance.json</code> beside each table. Results with equal digests are equal.</p>"
    return ["<h2>Provenance</h2>", _list(lines), where]


def _list(items: Iterable[str]) -> str:
    return "\n".join(["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], source: Path | None = None) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>\n"

    shown = rows[:MOST_ROWS]
    table = f"<table>{line('th', head)}{''.join(line('td', row) for row in shown)}</table>"
    if source is None or len(shown) == len(rows):
        return table
    return f"{table}<p>{len(shown):,} of {len(rows):,} rows; all of them: <code>{html.escape(str(source))}</code></p>"

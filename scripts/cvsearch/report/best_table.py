"""The best candidates for the report: the ten best as a page, and as many rows of the whole table as fit."""

import csv
import html
import io
import json
from typing import Any

from cvsearch.files import AnyPath
from cvsearch.report.words import number_text, value_text
from cvsearch.results.storage import csv_lines, scorer_of

N_BEST = 10

# The report holds at most this many rows and bytes of the table of candidates. With a million rows, the report would be
# too large for a browser.
MOST_ROWS, MOST_BYTES = 1000, 1_000_000

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 14px/1.5 system-ui, sans-serif; margin: 1.5em; color: #222; background: #fff; }}
table {{ border-collapse: collapse; }}
caption {{ text-align: left; font-weight: 600; padding-bottom: .6em; }}
th, td {{ padding: .3em .9em; border-bottom: 1px solid #ddd; text-align: right; font-variant-numeric: tabular-nums; }}
th {{ border-bottom: 2px solid #888; }}
</style></head><body><table><caption>{title}</caption>
<thead><tr>{head}</tr></thead>
<tbody>
{body}
</tbody></table></body></html>
"""


def best_rows(table: Any, n_best: int = N_BEST) -> Any:
    """Return the best candidates of ``cv_results.csv``: rank, candidate, parameters, mean and std, fit time.

    Parameters are texts, made from ``params``. The columns of the CSV file are not used, because pandas gives a column
    one type: if one value is missing, all whole numbers become floats. A parameter that a candidate does not have is an
    empty text.

    Parameters
    ----------
    table : DataFrame
    n_best : int

    Returns
    -------
    DataFrame of at most `n_best` rows
    """
    scorer = scorer_of(table)
    best = table.sort_values([f"rank_test_{scorer}", "candidate"]).head(n_best)
    columns = {f"rank_test_{scorer}": "rank", "candidate": "candidate"}
    columns |= {name: name.removeprefix("param_") for name in table if name.startswith("param_")}
    columns |= {f"mean_test_{scorer}": f"mean test {scorer}", f"std_test_{scorer}": "std"}
    columns |= {f"mean_train_{scorer}": f"mean train {scorer}", "mean_fit_time": "mean fit time (s)"}
    rows = best[[name for name in columns if name in table]].copy()
    settings = list(map(json.loads, best["params"]))
    for column in rows:
        if column.startswith("param_"):
            name = column.removeprefix("param_")
            rows[column] = [value_text(setting[name]) if name in setting else "" for setting in settings]
    return rows.rename(columns=columns)


def cut_table(path: AnyPath, table: Any) -> bytes:
    """Return the best rows of ``cv_results.csv``, unchanged, and as many as fit into the report.

    Parameters
    ----------
    path : path-like
    table : DataFrame
        The content of the file.
    """
    order = table.sort_values([f"rank_test_{scorer_of(table)}", "candidate"]).index[:MOST_ROWS]
    wanted = set(order)
    with open(path, newline="") as file:
        reader = csv.reader(file)
        head = next(reader)
        rows = {i: row for i, row in enumerate(reader) if i in wanted}
    written = io.BytesIO()
    written.write(csv_lines([head]).encode())
    for i in order:
        written.write(csv_lines([rows[i]]).encode())
        if written.tell() > MOST_BYTES:
            break
    return written.getvalue()


def page(rows: Any, title: str) -> str:
    """Return the table as a self-contained HTML page."""
    body = "\n".join(
        "<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in rows.itertuples(index=False)
    )
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in rows)
    return PAGE.format(title=html.escape(title), head=head, body=body)


def _cell(value: Any) -> str:
    if value != value or value is None:
        return ""
    return number_text(value) if isinstance(value, float) else html.escape(str(value))

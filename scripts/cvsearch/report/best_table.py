"""The ten best candidates as a page."""

import html
from typing import Any

from cvsearch.results.storage import scorer_of

N_BEST = 10

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

    Parameters
    ----------
    table : DataFrame
    n_best : int

    Returns
    -------
    DataFrame of at most `n_best` rows
    """
    scorer = scorer_of(table)
    columns = {f"rank_test_{scorer}": "rank", "candidate": "candidate"}
    columns |= {name: name.removeprefix("param_") for name in table if name.startswith("param_")}
    columns |= {f"mean_test_{scorer}": f"mean test {scorer}", f"std_test_{scorer}": "std"}
    columns |= {f"mean_train_{scorer}": f"mean train {scorer}", "mean_fit_time": "mean fit time (s)"}
    best = table.sort_values([f"rank_test_{scorer}", "candidate"]).head(n_best)
    return best[list(columns)].rename(columns=columns)


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
    return f"{value:.4g}" if isinstance(value, float) else html.escape(str(value))

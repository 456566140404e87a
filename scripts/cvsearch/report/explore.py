"""The interactive page of a search. It is one file, and needs no other file and no network."""

import html
import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.report.axes import ABSENT, Axis, parameter_axes, parameter_axis, parameter_values
from cvsearch.report.failures import reasons_of
from cvsearch.report.fit_time import time_axis
from cvsearch.report.scores import Scores
from cvsearch.report.words import cut, in_words, value_text
from cvsearch.results.storage import scorer_of

# The most bytes for candidates: with plotly (4.8 MB) the page stays below 10 MB. The most candidates, so that the page
# stays quick.
MOST_BYTES, MOST_CANDIDATES = 4_900_000, 50_000

# Significant digits of numbers, and the digits of positions: an axis has about 10**STEPS steps.
DIGITS, STEPS = 6, 5

LONGEST_TEXT, LONGEST_REASON = 200, 300

Json = dict[str, Any]


def explore_page(table: Any, evaluations: Any, space: Space, title: str) -> str:
    """Return the page.

    Parameters
    ----------
    table, evaluations : DataFrame
        ``cv_results.csv`` and ``evaluations.csv``.
    space : dict or list of dict
        param_distributions of the config.
    title : str
    """
    from plotly.offline import get_plotlyjs

    page = Path(__file__).with_name("explore.html").read_text(encoding="utf-8")
    head, rest = page.split("PLOTLY", 1)
    middle, end = rest.split("DATA", 1)
    head = head.replace("TITLE", html.escape(f"{title}: all candidates"), 1)
    return "".join((head, get_plotlyjs(), middle, as_script(page_data(table, evaluations, space, title)), end))


def as_script(value: Any) -> str:
    """Return JSON that may stand inside a script element. No text of the user can end this element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def page_data(table: Any, evaluations: Any, space: Space, title: str) -> Json:
    """Return the data of the page, of about `MOST_BYTES` at most. ``explore.html`` shows them.

    If there are too many candidates, the page holds as many as it can. Half of them are the best by rank. The other
    half is taken from the rest at regular steps.

    Parameters
    ----------
    table, evaluations, space, title
        As in `explore_page`.

    Returns
    -------
    dict
        The data, as JSON values.
    """
    table = table.sort_values("candidate").reset_index(drop=True)
    n_kept = min(len(table), MOST_CANDIDATES)
    everything = _Everything(table, evaluations, space, title)
    while True:
        data = everything.of(_chosen(table, n_kept))
        size = len(as_script(data).encode())
        if size <= MOST_BYTES or n_kept <= 1:
            return data
        n_kept = max(1, int(n_kept * 0.97 * MOST_BYTES / size))


def _chosen(table: Any, n_kept: int) -> Any:
    """Return the rows that the page holds, in the order of the table."""
    import numpy as np

    if n_kept >= len(table):
        return np.arange(len(table))
    order = np.argsort(table[f"rank_test_{scorer_of(table)}"].to_numpy(), kind="stable")
    n_best = (n_kept + 1) // 2
    others = np.sort(order[n_best:])
    evenly = others[np.linspace(0, len(others) - 1, n_kept - n_best).astype(int)]
    return np.sort(np.r_[order[:n_best], evenly])


class _Everything:
    """The data of all candidates. `of` cuts them to the candidates that the page holds."""

    def __init__(self, table: Any, evaluations: Any, space: Space, title: str) -> None:
        self.table, self.title = table, title
        self.scorer = scorer_of(table)
        self.scores = Scores(table)
        self.main = f"mean_test_{self.scorer}"
        self.failures: dict[int, dict[int, str]] = {}
        self.statuses: dict[int, Counter[str]] = {}
        for candidate, split, reason in reasons_of(evaluations).itertuples(index=False):
            reason = cut(reason, LONGEST_REASON)
            self.failures.setdefault(int(candidate), {})[int(split)] = reason
            self.statuses.setdefault(int(candidate), Counter())[reason.split(":", 1)[0]] += 1
        self.axes = parameter_axes(table, space)
        self.parameters = parameter_values(table, self.axes)
        first = json.loads(table["params"].iloc[0])
        fixed = {name: value for name, value in first.items() if name not in self.axes}
        self.fixed = f"All candidates have {cut(in_words(fixed), LONGEST_TEXT)}." if fixed else ""
        self.quantities = self._quantities()
        self.groups, self.group = self._groups()

    def _quantities(self) -> list[tuple[Json, Axis | None, list[Any]]]:
        """Return each column as a tuple: what the page says about it, its axis, and the value of every candidate."""
        numbers = self.table["candidate"].tolist()
        rank = f"rank_test_{self.scorer}"
        found: list[tuple[Json, Axis | None, list[Any]]] = [
            (_about("candidate", "candidate"), parameter_axis("candidate", numbers, []), numbers),
            (_about(rank, "rank"), None, self.table[rank].tolist()),
        ]
        for name, axis in self.axes.items():
            values = [_parameter(value) for value in self.parameters[name]]
            found.append((_about(f"param_{name}", name, is_parameter=True), axis, values))
        for column in self.table:
            side, _, scorer = column.removeprefix("mean_").removeprefix("std_").partition("_")
            if side not in ("test", "train") or not column.startswith(("mean_", "std_")):
                continue
            axis = self.scores.axis() if column == self.main else self._axis(column)
            name = column.replace("_", " ", 2) if scorer != "score" else column.replace("_", " ")
            values = list(map(_number, self.table[column].tolist()))
            found.append((_about(column, name, is_score=column == self.main), axis, values))
        for column in ("mean_fit_time", "mean_score_time"):
            if column in self.table:
                label = f"{column.replace('_', ' ')} (s)"
                times = self.table[column].to_numpy(dtype=float)
                found.append((_about(column, label), time_axis(times, label), list(map(_number, times.tolist()))))
        statuses = [
            ", ".join(f"{word} ({count})" for word, count in self.statuses[i].items()) if i in self.statuses else "ok"
            for i in numbers
        ]
        found.append((_about("status", "status"), None, statuses))
        return found

    def _axis(self, column: str) -> Axis:
        values = [None if value != value else value for value in self.table[column].tolist()]
        return parameter_axis(column.replace("_", " "), values, [], none="missing")

    def _groups(self) -> tuple[list[Json], Any]:
        """Return the ways to draw a candidate, and for each candidate the number of its way."""
        import numpy as np

        symbols = {"v": "triangle-down", "^": "triangle-up", "x": "x-thin-open", "+": "cross-thin-open"}
        groups: list[Json] = [{"text": "", "symbol": "circle", "grey": False}]
        numbers = np.zeros(len(self.table), dtype=int)
        scores = self.scores
        for alike, is_grey in ((scores.worse, False), (scores.better, False), (scores.without, True)):
            for group in alike:
                numbers[group.members] = len(groups)
                groups.append({"text": group.text, "symbol": symbols[group.look["marker"]], "grey": is_grey})
        return groups, numbers

    def of(self, rows: Any) -> Json:
        """Return the data of the candidates in these rows."""
        numbers = self.table["candidate"].to_numpy()[rows].tolist()
        reasons: dict[str, int] = {}
        failures = {
            row: {split: reasons.setdefault(reason, len(reasons)) for split, reason in self.failures[number].items()}
            for row, number in enumerate(numbers)
            if number in self.failures
        }
        on_splits = [name for name in self.table if name.startswith("split") and name.endswith(f"_test_{self.scorer}")]
        best = [row for row, at in enumerate(rows.tolist()) if self._is_best(at)]
        sides = [f"param_{name}" for name in list(self.axes)[:2]]
        return {
            "title": f"{self.title}: {len(self.table):,} candidates",
            "n_candidates": len(self.table),
            "fixed": self.fixed,
            "candidates": numbers,
            "quantities": [self._quantity(*parts, rows) for parts in self.quantities],
            "groups": self.groups,
            "group": self.group[rows].tolist(),
            "splits": [list(map(_number, self.table[name].to_numpy(dtype=float)[rows].tolist())) for name in on_splits],
            "failures": failures,
            "reasons": list(reasons),
            "best": best[0] if best else None,
            "main": self.main,
            "sort": f"rank_test_{self.scorer}",
            "x": sides[-1] if sides else "candidate",
            "y": sides[0] if len(sides) > 1 else self.main,
        }

    def _is_best(self, row: int) -> bool:
        is_first = self.table[f"rank_test_{self.scorer}"].iloc[row] == 1
        return bool(is_first) and not math.isnan(self.scores.means[row])

    def _quantity(self, about: Json, axis: Axis | None, values: list[Any], rows: Any) -> Json:
        kept = about | {"values": [values[row] for row in rows.tolist()]}
        is_score = kept.pop("isScore")
        if axis is None:
            return kept
        low, high = axis.ends
        digits = STEPS - math.floor(math.log10(high - low)) if high > low else STEPS
        colours = [self.scores.low, self.scores.high] if is_score and len(self.scores.inside) else [low, high]
        return kept | {
            "label": axis.label,
            "position": [round(position, digits) for position in axis.position[rows].tolist()],
            "ends": [low, high],
            "colours": colours,
            "ticks": axis.ticks,
            "names": axis.names,
            "breaks": axis.breaks,
            "strip": axis.strip,
        }


def _about(key: str, name: str, is_parameter: bool = False, is_score: bool = False) -> Json:
    return {"key": key, "name": name, "label": name, "isParameter": is_parameter, "isScore": is_score}


def _parameter(value: Any) -> Any:
    """Return a parameter's value: a number as a number, any other value as a text. A missing parameter gives None."""
    if value is ABSENT:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "nan" if value != value else _number(value)
    return cut(value_text(value), LONGEST_TEXT)


def _number(value: float) -> Any:
    """Return a number that JSON can hold, with `DIGITS` digits.

    A missing number (NaN) gives None. A number that JSON cannot hold gives a text.
    """
    if value != value:
        return None
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else str(value)

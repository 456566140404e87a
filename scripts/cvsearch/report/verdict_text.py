"""Puts the verdict into plain sentences."""

from collections.abc import Sequence
from typing import Any

from cvsearch.console import counted
from cvsearch.report.words import in_a_line, score_text
from cvsearch.results.findings import default_is_better
from cvsearch.results.statistics.comparison import FEWEST_SPLITS

# With fewer candidates than this, half of them do not tell whether more candidates would help.
FEWEST_CANDIDATES = 20

# The verdict has a sentence for each of these findings. On the console, the sentence also gives the advice, and the
# finding itself is not shown.
IN_SENTENCES = {
    "best-at-the-edge",
    "no-better-than-a-guess",
    "no-better-than-the-defaults",
    "too-few-splits-to-compare",
}

# If a search takes more than this many times the forecast, other work used the cores too.
MUCH_LONGER = 2


def sentences(verdict: dict[str, Any], findings: Sequence[dict[str, Any]] = ()) -> list[str]:
    """Return the sentences of ``verdict.json``, the most important first.

    Parameters
    ----------
    verdict : dict
        The verdict, as `results.verdict.verdict_of` makes it.
    findings : sequence of dict
        Content of ``findings.json``. The advice of those in `IN_SENTENCES` is part of a sentence.
    """
    advice = {finding["id"]: finding["advice"] for finding in findings}
    if default_is_better(verdict):  # The sentence about the default says what to do.
        advice.pop("no-better-than-a-guess", None)
    return [
        _best(verdict),
        _corrected(verdict),
        *_baseline(verdict, "dummy", "a guess (dummy)", advice.get("no-better-than-a-guess")),
        *_baseline(
            verdict,
            "default",
            "the estimator as written in the config (default)",
            advice.get("no-better-than-the-defaults"),
        ),
        *_where(verdict),
        *_apart(verdict),
        *_simplest(verdict),
        *_more(verdict),
        *_cost(verdict),
    ]


def _best(verdict: dict[str, Any]) -> str:
    best = verdict["best"]
    params = in_a_line(best["params"]) or "no parameters"
    return (
        f"The best of {counted(verdict['n_candidates'], 'candidate')} on {counted(verdict['n_splits'], 'split')} is candidate "
        f"{best['candidate']} ({params}): mean test {best['scorer']} {_score(best['mean_test_score'])}, "
        f"standard deviation {_score(best['std_test_score'])}."
    )


def _corrected(verdict: dict[str, Any]) -> str:
    """Return the sentence of the corrected score. A single candidate was not chosen, so nothing has to be corrected."""
    corrected, chosen = verdict["corrected"], verdict["n_scored"] > 1
    if corrected["reason"] is not None:
        line = f"There is no corrected score: {corrected['reason']}."
        advice = "The best of many was chosen, so the mean of the best candidate is probably too high."
    else:
        line = f"Its corrected score is {_interval(corrected)}."
        mean = verdict["best"]["mean_test_score"]
        lower = not isinstance(mean, str) and corrected["estimate"] < mean
        if lower and _score(corrected["estimate"]) != _score(mean):
            why = "the best of many was chosen, so the mean is too high"
        else:
            why = "it allows for the choice of the best of many"
        advice = f"If you report its score, report this one: {why}."
    return f"{line} {advice}" if chosen else line


def _baseline(verdict: dict[str, Any], name: str, words: str, advice: str | None) -> list[str]:
    gain, score, state = verdict[f"gain_over_{name}"], verdict["baselines"][name], verdict[f"better_than_{name}"]
    if state == "no":
        line = f"No candidate beats {words}, which scores {_score(score)}."
        if name == "dummy":
            line += " The good region has not been found."
    elif state == "unclear":
        line = f"It is not certain that the best candidate is better than {words}: the gain is {_interval(gain)}."
    elif state == "yes":
        line = f"The best candidate is better than {words}: the gain is {_interval(gain)}."
    elif state == "higher":
        line = f"The mean of the best candidate is higher than that of {words}, {_score(score)}. There is no interval for the difference."
    else:
        line = f"The best candidate could not be compared with {words}."
    return [f"{line} What to do: {advice}." if advice else line]


def _where(verdict: dict[str, Any]) -> list[str]:
    if verdict["next_region"] is None:
        return [] if default_is_better(verdict) else ["Too little is known to say where to search next."]
    lines = []
    if not default_is_better(verdict):
        lines.append("The next region to search is around the best candidate: see next_region in verdict.json.")
    if names := verdict["at_edge"]:
        verb = "lie" if len(names) > 1 else "lies"
        lines.append(f"{', '.join(names)} {verb} at the edge of the space: values beyond the edge may be better.")
    return lines


def _apart(verdict: dict[str, Any]) -> list[str]:
    others = verdict["n_scored"] - 1
    if others < 1:
        return []
    alike, n_splits = verdict["n_indistinguishable"], verdict["n_splits"]
    line = f"{alike:,} of {counted(others, 'other candidate')} cannot be distinguished from the best one"
    if n_splits < FEWEST_SPLITS:
        few = f"{counted(n_splits, 'split')} can tell almost nothing"
        return [f"{line}, but {few}. Raise n_splits to {FEWEST_SPLITS} or more to compare candidates."]
    approximate = (
        " The test is approximate, because the splits follow time." if verdict["comparison_is_approximate"] else ""
    )
    more = " With more splits, this number may fall." if alike else ""
    return [f"{line}.{more}{approximate}"]


def _simplest(verdict: dict[str, Any]) -> list[str]:
    candidate = verdict["one_standard_error"]
    if candidate is None or verdict["n_splits"] < FEWEST_SPLITS:
        return []
    if candidate == verdict["best"]["candidate"]:
        return ["No simpler candidate is within one standard error of the best one."]
    return [
        f"Candidate {candidate} is the simplest within one standard error ({_score(verdict['standard_error'])}) of the best one."
    ]


def _more(verdict: dict[str, Any]) -> list[str]:
    curve = verdict["search_curve"]
    if curve is None:
        return []
    n_candidates = verdict["n_candidates"]
    if n_candidates < FEWEST_CANDIDATES or verdict["n_splits"] < FEWEST_SPLITS:
        least = f"{FEWEST_SPLITS} splits and {FEWEST_CANDIDATES} candidates"
        return [f"To say whether more candidates would help, a search needs at least {least}."]
    median, best, error = curve["median"], verdict["best"]["mean_test_score"], verdict["standard_error"]
    if median is None or isinstance(median, str) or isinstance(best, str):
        return []
    line = f"With half as many candidates ({curve['n_candidates']:,}), the best score would typically have been {_score(median)}"
    worse = verdict["better_than_dummy"] in ("no", "unclear") or default_is_better(verdict)
    if error is None or worse:
        same = _score(median) == _score(best)
        return [f"{line}, the same as now." if same else f"{line} and not {_score(best)}."]
    if best - median <= error:
        return [
            f"{line}. This is within one standard error of the best score: more candidates from this space would help little."
        ]
    return [f"{line}. This is more than one standard error below the best score: more candidates may help."]


def _cost(verdict: dict[str, Any]) -> list[str]:
    forecast, actual = verdict["core_hours"]["forecast"], verdict["core_hours"]["actual"]
    if actual is None:
        return []
    line = f"All evaluations, with those of the pilot and of earlier runs, took {actual:.3g} core-hours"
    if forecast is None:
        return [f"{line}."]
    line += f"; the forecast for all of them was {forecast:.3g}"
    slower = actual > MUCH_LONGER * forecast
    return [f"{line}. Evaluations are slower if more jobs run than there are cores." if slower else f"{line}."]


def _interval(found: dict[str, Any]) -> str:
    level = f"{found['level']:.0%}".replace("%", " %")
    return f"{_score(found['estimate'])} ({level} interval {_score(found['low'])} to {_score(found['high'])})"


def _score(value: Any) -> str:
    return value if isinstance(value, str) else score_text(value)

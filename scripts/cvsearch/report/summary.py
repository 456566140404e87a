"""What a run says of a search at its end."""

from typing import Any

from cvsearch.candidates.plan import read_plans
from cvsearch.config.values import store
from cvsearch.files import read_json
from cvsearch.layout import SearchPaths
from cvsearch.report.words import in_words, score_text
from cvsearch.results.baselines import Baseline, read_baselines
from cvsearch.results.storage import REBUILD

# What a person calls a baseline.
IN_WORDS = {"dummy": "a guess", "default": "the estimator's own parameters"}


def summary(search: SearchPaths) -> str:
    """Return, in a few lines, how a finished search came out, where its results are, and what merging them said.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    best = store(read_json(search.best, REBUILD), str(search.best))
    plans = read_plans(search)
    baselines = read_baselines(search, plans[-1].identities) if plans else {}
    counts = ""
    if plans:
        n_candidates = sum(plan.n_candidates for plan in plans)
        counts = f"{n_candidates:,} candidates on {plans[-1].n_splits:,} splits, "
    return (
        f"{search.name}: {counts}best is candidate {best['candidate']} "
        f"with a mean test {best['scorer']} of {score_text(best['mean_test_score'])} (std {score_text(best['std_test_score'])})\n"
        f"  {in_words(best['params'])}"
        + "".join(f"\n  {line}" for line in comparison_lines(best, baselines))
        + f"\n  table: {search.table}   map: {search.map}"
        + "".join(f"\n  {message}" for message in read_json(search.provenance, REBUILD)["messages"])
    )


def comparison_lines(best: dict[str, Any], baselines: dict[str, Baseline]) -> list[str]:
    """Say what the best candidate is better than.

    Parameters
    ----------
    best : dict
        ``best.json``.
    baselines : dict of str to Baseline

    Returns
    -------
    list of str
        One line, and one for each baseline without a mean score; none where there are no baselines.
    """
    means, verdicts, failures = [], [], []
    mean, std = best["mean_test_score"], best["std_test_score"]
    for name, baseline in baselines.items():
        if baseline.error or baseline.mean != baseline.mean:
            failures.append(f"the baseline {name} has no mean test score ({baseline.error})")
            continue
        means.append(f"{name} {score_text(baseline.mean)}")
        better = baseline.below(mean, std)
        relation = {True: "better", None: "not better", False: "worse"}[better]
        verdicts.append(f"{relation} than {IN_WORDS[name]}")
    if not means:
        return failures
    scores = f"mean test {best['scorer']}: best {score_text(mean)}, {', '.join(means)}"
    return [f"{scores}; the best candidate is {' and '.join(verdicts)}, as far as the splits can tell", *failures]

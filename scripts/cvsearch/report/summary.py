"""What a run says of a search at its end."""

from cvsearch.candidates.plan import read_plans
from cvsearch.config.values import store
from cvsearch.files import read_json
from cvsearch.layout import SearchPaths
from cvsearch.report.words import in_words, score_text
from cvsearch.results.storage import REBUILD


def summary(search: SearchPaths) -> str:
    """Return, in a few lines, how a finished search came out, where its results are, and what merging them said.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    best = store(read_json(search.best, REBUILD), str(search.best))
    plans = read_plans(search)
    counts = ""
    if plans:
        n_candidates = sum(plan.n_candidates for plan in plans)
        counts = f"{n_candidates:,} candidates on {plans[-1].n_splits:,} splits, "
    return (
        f"{search.name}: {counts}best is candidate {best['candidate']} "
        f"with a mean test {best['scorer']} of {score_text(best['mean_test_score'])} (std {score_text(best['std_test_score'])})\n"
        f"  {in_words(best['params'])}\n"
        f"  table: {search.table}   map: {search.map}"
        + "".join(f"\n  {message}" for message in read_json(search.provenance, REBUILD)["messages"])
    )

"""What a run says of a search at its end."""

from typing import Any

from cvsearch.candidates.plan import read_plans
from cvsearch.files import read_json
from cvsearch.layout import SearchPaths
from cvsearch.results.storage import REBUILD


def summary(search: SearchPaths) -> str:
    """Return, in a few lines, how a finished search came out, where its results are, and what merging them said.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    best = read_json(search.best, REBUILD)
    plans = read_plans(search)
    counts = ""
    if plans:
        n_candidates = sum(plan.n_candidates for plan in plans)
        counts = f"{n_candidates:,} candidates on {plans[-1].n_splits:,} splits, "
    return (
        f"{search.name}: {counts}best is candidate {best['candidate']} "
        f"with a mean test {best['scorer']} of {best['mean_test_score']:.4f} (std {best['std_test_score']:.4f})\n"
        f"  {in_words(best['params'])}\n"
        f"  table: {search.table}   map: {search.map}"
        + "".join(f"\n  {message}" for message in read_json(search.provenance, REBUILD)["messages"])
    )


def in_words(params: dict[str, Any]) -> str:
    """Return a candidate's parameters as a person reads them."""
    return ", ".join(
        f"{name}={value:.4g}" if isinstance(value, float) else f"{name}={value}" for name, value in params.items()
    )

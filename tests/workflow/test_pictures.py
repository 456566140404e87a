"""The pictures and the page of a run."""

from cvsearch.layout import SearchPaths


def test_a_run_leaves_them_all_and_drawing_them_again_evaluates_nothing(finished):
    figures = SearchPaths.of("tree", finished.path / "results").figures
    assert {path.name for path in figures} >= {"explore.html", "parameter_map.png", "search_curve.png", "failures.png"}
    assert all(path.stat().st_size > 1000 for path in figures)
    for path in figures:
        path.unlink()
    run = finished.snakemake()
    assert run.jobs == {"plot_search": 1, "write_explore": 1, "write_opening": 1, "all": 1}
    assert all(path.exists() for path in figures)

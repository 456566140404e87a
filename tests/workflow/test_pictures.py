"""The pictures and the page of a run."""

import json

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


def test_what_only_the_verdict_reads_judges_again_and_runs_nothing_else(finished, tiny):
    [search] = tiny["searches"]
    finished.write("config.yaml", tiny | {"searches": [search | {"simplest_by": ["max_depth"]}]})
    run = finished.snakemake()
    assert run.jobs == {"judge_search": 1, "write_opening": 1, "all": 1}
    verdict = json.loads((finished.path / "results/tree/verdict.json").read_text())
    simplest = finished.candidates()[verdict["one_standard_error"]]
    assert simplest["max_depth"] <= verdict["best"]["params"]["max_depth"]

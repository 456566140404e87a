"""What a run says of a search at its end."""

import pytest
from cvsearch.candidates.plan import Plan, write_plan
from cvsearch.errors import InputError
from cvsearch.files import write_json
from cvsearch.layout import SearchPaths
from cvsearch.report.summary import in_words, summary


@pytest.fixture
def search(tmp_path):
    search = SearchPaths.of("svc", tmp_path)
    plan = Plan(0, 0, 1000, 2, 100, "score", None, ["one", "other"], {}, [])
    write_plan(search.round(0), plan)
    best = {"candidate": 7, "params": {"C": 1 / 3, "kernel": "rbf"}, "scorer": "f1"}
    write_json(search.best, best | {"mean_test_score": 0.98765, "std_test_score": 0.01})
    write_json(search.provenance, {"messages": ["2 of 2,000 evaluations failed", "50% was overhead"]})
    return search


def test_a_search_is_summed_up_with_where_its_results_are(search):
    folder = search.folder
    assert summary(search).splitlines() == [
        "svc: 1,000 candidates on 2 splits, best is candidate 7 with a mean test f1 of 0.9877 (std 0.0100)",
        "  C=0.3333, kernel=rbf",
        f"  table: {folder}/cv_results.csv   map: {folder}/plots/parameter_map.png",
        "  2 of 2,000 evaluations failed",
        "  50% was overhead",
    ]


def test_a_damaged_file_is_named_with_the_command_that_rebuilds_it(search):
    search.best.write_text("{")
    with pytest.raises(InputError, match=r"best\.json: was truncated or edited; .*--forcerun merge_results"):
        summary(search)


def test_parameters_are_said_as_a_person_reads_them():
    assert in_words({"a": 1e-7 / 3, "b": 10, "c": None, "d": [1, 2]}) == "a=3.333e-08, b=10, c=None, d=[1, 2]"

"""What a run says of a search at its end: verdict, findings, messages and places, each once."""

import numpy as np
import pytest
from cvsearch.config.values import strict
from cvsearch.errors import InputError
from cvsearch.files import write_json
from cvsearch.layout import SearchPaths
from cvsearch.report.summary import caption_numbers, messages_of, summary
from cvsearch.report.verdict_text import sentences
from cvsearch.results.findings import Finding
from cvsearch.results.statistics.bootstrap import Corrected, Interval
from cvsearch.results.verdict import Search, verdict_of


@pytest.fixture
def search(tmp_path):
    """A finished search of three candidates on two splits."""
    paths = SearchPaths.of("svc", tmp_path)
    scores = np.array([[0.5, 0.6], [0.9, 0.8], [0.2, 0.3]])
    found = Search("score", scores, [{"C": 1.0}, {"C": 2.0}, {"C": 3.0}], 1, 0.25, {"C": [1.0, 2.0, 3.0]})
    nothing = Interval.none("nothing was kept")
    verdict = verdict_of(found, Corrected(nothing, {}), {"forecast": None, "actual": 0.5})
    write_json(paths.verdict, verdict)
    findings = [
        Finding(12, "a", "The best is no better than a guess", "warning", "0.1 and 0.1", "search elsewhere"),
        Finding(17, "b", "Two splits", "info", "2", "raise n_splits"),
    ]
    write_json(paths.findings, strict([finding._asdict() for finding in findings]))
    write_json(paths.provenance, {"messages": {"failures": "2 of 6 evaluations failed", "cost": "50% was overhead"}})
    paths.said = sentences(verdict)
    return paths


def test_a_search_is_summed_up_with_where_its_results_are(search):
    lines = summary(search).splitlines()
    assert lines[0] == "svc:"
    assert lines[1 : 1 + len(search.said)] == [f"  {sentence}" for sentence in search.said]
    assert lines[1 + len(search.said) :] == [
        "  warning: The best is no better than a guess (0.1 and 0.1); search elsewhere",
        "  2 of 6 evaluations failed",
        "  50% was overhead",
        f"  table: {search.table}   map: {search.map}   page: {search.page}",
    ]


@pytest.mark.parametrize("name", ["verdict", "findings"])
def test_a_damaged_file_is_named_with_the_command_that_rebuilds_it(search, name):
    getattr(search, name).write_text("{")
    with pytest.raises(InputError, match=rf"{name}\.json: was truncated or edited; .*--forcerun judge_search"):
        summary(search)


def test_captions_have_the_numbers_of_the_verdict(search):
    assert caption_numbers(search) == {
        "best": "1",
        "candidates": "3",
        "scored": "3",
        "splits": "2",
        "indistinguishable": "2",
        "mean": "0.8500",
        "std": "0.0500",
        "default": "no score",
        "dummy": "no score",
    }
    search.verdict.unlink()
    assert caption_numbers(search) == {}


def test_a_search_without_a_verdict_says_what_merging_said(search):
    assert messages_of(search).splitlines() == ["svc:", "  2 of 6 evaluations failed", "  50% was overhead"]


def test_what_the_verdict_states_is_not_told_again_as_a_finding(search):
    finding = Finding(17, "too-few-splits-to-compare", "Too few splits", "warning", "n_splits is 2", "raise n_splits")
    write_json(search.findings, strict([finding._asdict()]))
    assert "Too few splits" not in summary(search)
    assert summary(search).count("2 splits can tell almost nothing") == 1


def test_what_a_finding_tells_is_not_told_again(search):
    finding = Finding(15, "many-failures", "Many evaluations failed", "warning", "2 of 6 evaluations failed", "see why")
    write_json(search.findings, strict([finding._asdict()]))
    assert summary(search).count("2 of 6 evaluations failed") == 1
    assert "  warning: 2 of 6 evaluations failed\n" in summary(search), "the message has the reasons and what to do"
    assert "50% was overhead" in summary(search)

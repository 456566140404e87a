"""The page that the report opens with: the answer first, every number from a file, nothing that breaks the report."""

import html
import re

import pytest
import yaml
from cvsearch.files import write_json
from cvsearch.layout import SearchPaths, leaderboard_paths, report_page, split_paths, splits_summary
from cvsearch.report import opening as module
from cvsearch.report.opening import write_opening
from cvsearch.report.verdict_text import sentences
from docutils.core import publish_parts
from jinja2 import Environment

REGION = {"C": {"loguniform": [0.5, 20.0]}, "kernel": ["rbf", "{{ poly }}"]}
FINDING = {"number": 12, "id": "x", "title": "No <better> than a guess", "severity": "warning"}
FINDING |= {"evidence": "0.1 and 0.2", "advice": "raise n_candidates"}


def interval(estimate=0.91, low=0.85, high=0.95):
    return {"estimate": estimate, "low": low, "high": high, "level": 0.95, "method": "BBC-CV", "reason": None}


def verdict(**other):
    return {
        "best": {
            "candidate": 7,
            "params": {"C": 2.5},
            "scorer": "accuracy",
            "mean_test_score": 0.93,
            "std_test_score": 0.02,
        },
        "corrected": interval(),
        "gain_over_default": interval(0.02, 0.01, 0.03),
        "gain_over_dummy": interval(0.61, 0.55, 0.66),
        "baselines": {"default": 0.9, "dummy": 0.3},
        "better_than_dummy": "yes",
        "better_than_default": "yes",
        "n_candidates": 40,
        "n_scored": 40,
        "n_splits": 5,
        "n_indistinguishable": 4,
        "comparison_is_approximate": False,
        "one_standard_error": None,
        "standard_error": 0.01,
        "at_edge": [],
        "next_region": REGION,
        "search_curve": {"n_candidates": 20, "median": 0.92, "low": 0.9, "high": None},
        "core_hours": {"forecast": 0.5, "actual": 0.75},
    } | other


@pytest.fixture
def results(tmp_path):
    """Two finished searches on five splits."""
    for name in ("svc", "a_{b}"):
        search = SearchPaths.of(name, tmp_path)
        write_json(search.verdict, verdict())
        write_json(search.findings, [FINDING])
        versions = {"python": "3.12.1", "numpy": "2.4.6"}
        about = {
            "messages": {"failures": "3 of 200 evaluations failed"},
            "digest": "d" * 64,
            "dataset_sha256": "e" * 64,
        }
        write_json(search.provenance, about | {"versions": versions, "platform": "Linux x86_64"})
        search.map.parent.mkdir()
        search.map.write_bytes(bytes(range(256)) * 400)
    for split in range(5):
        write_json(split_paths(split, tmp_path)[1], {"n_train": 1000 + split, "n_test": 250})
    write_json(splits_summary(tmp_path), {"messages": ["the classes are rare"]})
    leaderboard_paths(tmp_path)[0].write_text(
        'rank,search,params,mean_test_score,std_test_score\n1,svc,"{""C"": 2.5}",0.93,0.02\n2,a_{b},"{""C"": 2.5}",,\n'
    )
    return tmp_path


def made(results):
    """Return the page as Snakemake makes it: through jinja, then through docutils, which is to report nothing."""
    text = Environment(trim_blocks=True, lstrip_blocks=True).from_string(report_page(results).read_text()).render()
    return publish_parts(text, writer="html", settings_overrides={"halt_level": 2})["html_body"]


def shown(results):
    """Return the page as a reader sees it."""
    return html.unescape(made(results))


def test_the_answer_stands_before_findings_pictures_and_provenance(results):
    write_opening(results, ["svc"])
    page = shown(results)
    places = [
        page.index(text)
        for text in (*sentences(verdict()), "Findings", "The next region, to paste", "<img", "Splits", "Provenance")
    ]
    assert places == sorted(places)
    assert 'class="warning">warning</span> No &lt;better&gt; than a guess: 0.1 and 0.2.' in made(results)


def test_the_next_region_can_be_pasted(results):
    write_opening(results, ["svc"])
    block = re.search(r"<pre>(.*?)</pre>", shown(results), re.DOTALL).group(1)
    assert yaml.safe_load(block) == {"param_distributions": REGION}


def test_every_number_stands_in_a_file(results):
    write_opening(results, ["svc"])
    page = re.sub(r"<style>.*?</style>|src=\"[^\"]*\"|<pre>.*?</pre>", "", shown(results), flags=re.DOTALL)
    known = " ".join(sentences(verdict())) + "3 of 200 evaluations failed 0.1 and 0.2 0.5 0.75 3.12.1 2.4.6 256 x86_64 "
    known += " ".join(f"{split} {1000 + split:,} 250" for split in range(5))
    numbers = set(re.findall(r"\d[\d.,]*\d|\d", re.sub(r"<[^>]*>", " ", page)))
    assert numbers <= set(re.findall(r"\d[\d.,]*\d|\d", known))
    assert {"0.9300", "0.9100", "1,004", "0.75"} <= numbers


def test_one_page_for_several_searches_with_the_leaderboard_first(results):
    write_opening(results, ["svc", "a_{b}"])
    page = shown(results)
    places = [page.index(text) for text in ("beside each other", "<h2>svc</h2>", "<h2>a_{b}</h2>", "Splits")]
    assert places == sorted(places)
    assert page.count("3 of 200 evaluations failed") == 2
    assert "<td>0.9300</td>" in page and "<td></td>" in page


def test_long_tables_are_cut_and_named(results, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    write_opening(results, ["svc"])
    page = shown(results)
    assert "<td>2</td>" in page and "<td>3</td>" not in page
    assert f"3 of 5 rows; all of them: <code>{results / 'splits'}</code>" in page


def test_what_a_finding_tells_is_not_told_again_under_costs(results):
    failures = {"id": "many-failures", "title": "Many evaluations failed"}
    write_json(SearchPaths.of("svc", results).findings, [FINDING | failures])
    write_opening(results, ["svc"])
    page = shown(results)
    assert "Many evaluations failed" in page and "3 of 200 evaluations failed" not in page


def test_a_search_without_a_region_or_findings_has_no_such_parts(results):
    search = SearchPaths.of("svc", results)
    write_json(search.verdict, verdict(next_region=None))
    write_json(search.findings, [])
    write_opening(results, ["svc"])
    page = shown(results)
    assert "Findings" not in page and "<pre>" not in page

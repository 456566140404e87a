"""The benchmarks that take hours run on a little work."""

import importlib

from workflow_runs import ROOT


def test_the_simulation_fills_in_every_row_of_its_tables(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    simulate = importlib.import_module("simulate")
    page = tmp_path / "statistics.md"
    page.write_text("".join(f"<!-- {name} -->\n<!-- end of {name} -->\n" for name in ("corrected", "t-test")))
    simulate.main(1, 20, simulate.SCORES, page, seed=7)
    text = page.read_text()
    for score in simulate.SCORES:
        assert text.count(f"\n| {score} |") == 2 * len(simulate.SPLITS)
    assert text.count("folds |") + text.count("shuffle splits |") >= 4

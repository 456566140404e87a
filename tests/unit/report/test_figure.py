"""Figures as files."""

import pytest
from cvsearch.report.figure import pyplot, save


def figure():
    made, axes = pyplot().subplots()
    axes.plot([1, 2], [3, 4], label="a line")
    axes.legend()
    return made


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_equal_figures_make_equal_files(tmp_path, kind, start):
    one, other = tmp_path / f"one.{kind}", tmp_path / f"other.{kind}"
    save(figure(), one)
    save(figure(), other)
    assert one.read_bytes() == other.read_bytes()
    assert one.read_bytes().startswith(start)

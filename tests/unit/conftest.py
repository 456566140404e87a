"""What every unit test starts from."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _no_open_figures():
    """Close the figures of a test. Matplotlib warns when many figures are open, and some tests refuse warnings."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")

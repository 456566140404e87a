"""The report as a reader sees it: opened from a file in headless Chromium, with no network."""

import re
import subprocess

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def report(finished):
    finished.snakemake("--report", finished.path / "report.html")
    return finished.path / "report.html"


def opened(chromium, page, profile):
    """Return the document after its scripts have run, and what went wrong in them."""
    command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", f"--user-data-dir={profile}"]
    command += ["--virtual-time-budget=10000", "--dump-dom", page]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, re.findall(r"CONSOLE.*?\"(Uncaught.*?)\"", done.stderr)


def test_the_report_opens_without_a_network_and_shows_its_parts(chromium, report, tmp_path):
    document, errors = opened(chromium, report.as_uri(), tmp_path)
    assert errors == []
    for text in ("This report is the outcome of a", "How to read it", "Statistics", "Data", "Results"):
        assert text in document, text


def test_a_page_whose_script_fails_would_be_noticed(chromium, tmp_path):
    page = tmp_path / "broken.html"
    page.write_text("<script>nothing_of_this_name()</script>")
    _, errors = opened(chromium, page.as_uri(), tmp_path / "profile")
    assert len(errors) == 1

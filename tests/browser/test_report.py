"""The report as a reader sees it: opened from a file in headless Chromium, with no network."""

import html
import re
import subprocess

import pytest
from cvsearch.layout import SearchPaths
from cvsearch.report.summary import summary

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


def test_the_report_opens_without_a_network_and_shows_its_parts(chromium, report, finished, tmp_path):
    document, errors = opened(chromium, report.as_uri(), tmp_path)
    assert errors == []
    page = re.sub(
        r"<script.*?</script>", "", document, flags=re.DOTALL
    )  # What is drawn, and not what it is drawn from.
    verdict = summary(SearchPaths.of("tree", finished.path / "results")).splitlines()
    for text in (verdict[1], "Findings", "Splits", "Provenance", "Statistics", "Data", "Results"):
        assert html.escape(text.strip(), quote=False) in page, text
    assert page.index("The best of") < page.index("Findings") < page.index("Parameter map of tree")


def test_the_answer_is_at_the_top_of_the_first_screen(chromium, report, tmp_path):
    """Snakemake puts the text of a report in the middle of the screen, so that a long one would lose its top."""
    measure = """<script>
      setTimeout(() => {
        const answer = document.querySelector(".cv .answer").getBoundingClientRect();
        const menu = document.querySelector(".sticky").parentElement.getBoundingClientRect();
        document.body.dataset.measured = [answer.top, answer.left - menu.right, answer.width].join(" ");
      }, 3000);
    </script></body>"""
    page = tmp_path / "measured.html"
    head, end, rest = report.read_text().rpartition("</body>")
    page.write_text(head + measure + rest)
    document, errors = opened(chromium, page.as_uri(), tmp_path / "profile")
    assert errors == []
    top, beside, width = map(float, re.search(r'data-measured="([^"]*)"', document).group(1).split())
    assert 0 <= top < 60
    assert beside >= 0, "the menu hides the answer"
    assert width > 300


def test_a_page_whose_script_fails_would_be_noticed(chromium, tmp_path):
    page = tmp_path / "broken.html"
    page.write_text("<script>nothing_of_this_name()</script>")
    _, errors = opened(chromium, page.as_uri(), tmp_path / "profile")
    assert len(errors) == 1

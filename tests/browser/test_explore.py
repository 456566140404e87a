"""The interactive page as a reader uses it: opened from a file in headless Chromium, with no network."""

import html
import json
import re
import subprocess

import numpy as np
import pandas as pd
import pytest
from cvsearch.report.explore import explore_page

pytestmark = pytest.mark.browser

SPACE = [
    {"C": {"loguniform": [1e-3, 1e3]}, "kernel": ["rbf", "poly"]},
    {"C": [float("inf")], "kernel": ["poly"], "degree": [1, 2, 3]},
]
N_SPLITS = 3

# Keeps what goes wrong, before any other script runs.
WATCH = """<script>
window.problems = [];
addEventListener("error", event => problems.push(String(event.message)));
console.error = console.warn = (...said) => problems.push(said.join(" "));
</script>"""

# Runs `STEPS` once the page stands, and leaves what they return in the document.
DRIVE = """<pre id="result"></pre><script>
const pause = ms => new Promise(done => setTimeout(done, ms));
const cells = column => [...document.querySelectorAll("#rows tr")].map(row => row.cells[column].textContent);
const column = key => quantities.findIndex(quantity => quantity.key === key);
const click = key => document.querySelector(`#heads th[data-key="${key}"] button`).click();
const points = () => document.getElementById("map").data.slice(0, groups.length).flatMap(trace => [...trace.customdata]);
const pick = (id, key) => { element(id).value = column(key); element(id).dispatchEvent(new Event("change")); };
async function filter(key, text) {
  const input = document.querySelector(`#filters input[data-key="${key}"]`);
  input.value = text;
  input.dispatchEvent(new Event("input"));
  await pause(600);
}
(async () => {
  let found = null;
  try { await pause(1000); found = await (async () => { STEPS })(); } catch (error) { problems.push(String(error.stack)); }
  document.getElementById("result").textContent = JSON.stringify({ found, problems, title: element("title").textContent });
})();
</script>"""


def tables(n, kernel="rbf", error='ValueError: <b>bad</b> & "worse"'):
    """Return ``cv_results.csv`` and ``evaluations.csv`` of `n` candidates; every fifth fails on split 1."""
    rng = np.random.default_rng(0)
    settings = [{"C": 10.0**c, "kernel": kernel} for c in rng.uniform(-3, 3, n)]
    for i in range(0, n, 4):
        settings[i] = {"C": float("inf"), "kernel": "poly", "degree": 1 + i % 3}
    splits = rng.uniform(size=(n, N_SPLITS))
    splits[::5, 1] = np.nan
    means = splits.mean(axis=1)
    results = {"candidate": range(n), "mean_fit_time": 0.1, "params": list(map(json.dumps, settings))}
    results |= {f"split{j}_test_score": splits[:, j] for j in range(N_SPLITS)}
    ranks = pd.Series(-means).rank(method="min", na_option="bottom").astype(int)
    results |= {"mean_test_score": means, "std_test_score": splits.std(axis=1), "rank_test_score": ranks}
    bad = np.isnan(splits.ravel())
    evaluations = {"candidate": np.repeat(range(n), N_SPLITS), "split": np.tile(range(N_SPLITS), n)}
    evaluations |= {
        "status": np.where(bad, "failed", "ok"),
        "error": pd.Series(np.where(bad, error, None), dtype=object),
    }
    return pd.DataFrame(results), pd.DataFrame(evaluations)


@pytest.fixture
def drive(chromium, tmp_path):
    """Return a function that opens a page, does steps in JavaScript, and returns what they return."""

    def run(page, steps, webgl=True):
        file = tmp_path / "explore.html"
        body, end, rest = page.rpartition("</body>")
        file.write_text(body.replace("<head>", f"<head>{WATCH}", 1) + DRIVE.replace("STEPS", steps) + end + rest)
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
        command += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
        command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={tmp_path / 'profile'}"]
        command += ["--enable-unsafe-swiftshader" if webgl else "--disable-3d-apis", "--window-size=1400,1200"]
        command += ["--virtual-time-budget=20000", "--dump-dom", file.as_uri()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
        [text] = re.findall(r'<pre id="result">(.*?)</pre>', done.stdout, re.DOTALL)
        result = json.loads(html.unescape(text))
        assert result["problems"] == []
        return result["found"]

    return run


@pytest.mark.parametrize("webgl", [True, False])
def test_hovering_and_clicking_show_the_candidate_that_is_there(drive, webgl):
    results, evaluations = tables(40)
    steps = """
      pick("x", "candidate");
      await pause(500);
      const map = document.getElementById("map");
      const box = map.querySelector(".nsewdrag").getBoundingClientRect();
      const seen = {};
      for (const candidate of [1, 7, 12, 15, 25]) {
        const [[left, right], [bottom, top]] = [map.layout.xaxis.range, map.layout.yaxis.range];
        const height = (chosenQuantity("y").position[candidate] - bottom) / (top - bottom);
        const x = box.left + (candidate - left) / (right - left) * box.width;
        const y = box.bottom - height * box.height;
        const mouse = { bubbles: true, clientX: x, clientY: y };
        map.querySelector(".nsewdrag").dispatchEvent(new MouseEvent("mousemove", mouse));
        await pause(300);
        seen[candidate] = element("tip").hidden ? "nothing" : element("tip").textContent;
      }
      choose(7);
      return { seen, webgl, detail: element("detail").textContent, clicked: cells(0)[[...document.querySelectorAll("#rows tr")].findIndex(row => row.className)] };
    """
    found = drive(explore_page(results, evaluations, SPACE, "svc"), steps, webgl)
    assert found["webgl"] == webgl
    for candidate, text in found["seen"].items():
        row = results.iloc[int(candidate)]
        lines = text.split("\n")
        assert lines[0] == f"candidate {candidate}"
        params = json.loads(row["params"])
        shown = dict(line.split(" = ") for line in lines if " = " in line)
        assert {name: shown[name] for name in params} == {name: text_of(value) for name, value in params.items()}
        assert ("degree" in shown) == ("degree" in params)
        for j in range(N_SPLITS):
            score = row[f"split{j}_test_score"]
            expected = f"split {j}: {float(f'{score:.6g}')}"
            if np.isnan(score):
                expected = f'split {j}: no score (failed: ValueError: <b>bad</b> & "worse")'
            assert expected in lines
    assert found["detail"].startswith("candidate 7\n")
    assert found["clicked"] == "7"


def text_of(value):
    return f"{float(f'{value:.6g}')}".removesuffix(".0") if isinstance(value, int | float) else value


def test_the_table_sorts_and_filters_and_the_map_follows(drive):
    results, evaluations = tables(120)
    steps = """
      const found = { first: cells(0) };
      click("param_C"); found.up = cells(0); click("param_C"); found.down = cells(0);
      click("candidate");
      element("next").click(); found.second = cells(0); found.page = element("page").textContent;
      await filter("mean_test_score", "0.4..0.5"); found.range = cells(0); found.points = points().length;
      await filter("mean_test_score", "> 0.6"); found.above = cells(0);
      await filter("mean_test_score", ""); await filter("param_kernel", "POL"); found.poly = cells(0);
      await filter("param_C", "inf"); await filter("param_degree", "=2"); found.three = cells(0);
      found.count = element("count").textContent;
      element("clear").click(); await pause(500); found.all = points().length;
      await filter("status", "failed"); found.failed = points().length;
      element("clear").click(); await pause(500);
      const range = [0.4, 0.6], at = inLines.findIndex(quantity => quantity.key === data.main);
      await Plotly.restyle("parallel", { [`dimensions[${at}].constraintrange`]: [range] }); await pause(500);
      found.brushed = points().map(row => candidates[row]).sort((a, b) => a - b);
      return found;
    """
    found = drive(explore_page(results, evaluations, SPACE, "svc"), steps)
    settings = pd.DataFrame(list(map(json.loads, results["params"])))
    numbers, means = results["candidate"].astype(str), results["mean_test_score"]
    by_rank = results.sort_values(["rank_test_score", "candidate"])["candidate"].astype(str)
    assert found["first"] == by_rank[:50].tolist()
    finite = settings["C"].replace(np.inf, np.nan).dropna()
    assert found["up"] == numbers[finite.sort_values().index][:50].tolist()
    # Texts follow numbers, so they come first in the other order.
    infinite = numbers[np.isinf(settings["C"])].tolist()
    assert found["down"] == [*infinite, *numbers[finite.sort_values(ascending=False).index]][:50]
    assert found["second"] == numbers[50:100].tolist()
    assert found["page"] == "page 2 of 3"
    assert found["range"] == numbers[means.between(0.4, 0.5)].tolist()
    assert found["points"] == means.between(0.4, 0.5).sum()
    assert found["above"] == numbers[means > 0.6][:50].tolist()
    assert found["poly"] == numbers[settings["kernel"] == "poly"].tolist()
    assert found["three"] == numbers[settings["degree"] == 2].tolist()
    assert found["count"].startswith(f"{(settings['degree'] == 2).sum()} of 120 candidates are shown.")
    assert found["all"] == 120
    assert found["failed"] == 24
    assert found["brushed"] == results["candidate"][means.between(0.4, 0.6)].tolist()


def test_axes_and_colour_are_chosen(drive):
    results, evaluations = tables(40)
    steps = """
      const map = document.getElementById("map"), found = {};
      const texts = () => [map.layout.xaxis.title.text, map.layout.yaxis.title.text, map.data[0].marker.colorbar.title.text];
      found.first = texts();
      pick("x", "param_kernel"); pick("y", "mean_test_score"); pick("colour", "param_C"); await pause(500);
      found.then = texts(); found.ticks = map.layout.xaxis.ticktext; found.points = points().length;
      return found;
    """
    found = drive(explore_page(results, evaluations, SPACE, "svc"), steps)
    assert found["first"] == ["kernel", "log10 C", "mean test score"]
    assert found["then"] == ["kernel", "mean test score", "log10 C"]
    assert found["ticks"] == ["poly", "rbf"]
    assert found["points"] == 40


def test_what_a_user_wrote_is_text(drive):
    attack = '</script><script>window.taken = 1</script><img src=x onerror="window.taken = 2"><!-- $x$ \u2028'
    results, evaluations = tables(20, kernel=attack, error=attack)
    space = [
        {"C": {"loguniform": [1e-3, 1e3]}, "kernel": [attack]},
        {"C": [float("inf")], "kernel": ["poly"], "degree": [1, 2, 3]},
    ]
    steps = """
      pick("x", "param_kernel"); choose(1); await pause(1000);
      return { taken: window.taken ?? null, kernels: cells(column("param_kernel")), detail: element("detail").textContent, images: document.images.length };
    """
    found = drive(explore_page(results, evaluations, space, "<b>svc</b>"), steps)
    assert found["taken"] is None
    assert found["images"] == 0
    assert any("</script><script>window.taken = 1</script><img" in text for text in found["kernels"])


def test_ten_thousand_candidates_are_all_there(drive):
    results, evaluations = tables(10_000)
    steps = """
      click("mean_test_score");
      await filter("mean_test_score", ">0.5");
      return { points: points().length, rows: cells(0).length, webgl };
    """
    found = drive(explore_page(results, evaluations, SPACE, "svc"), steps)
    assert found["points"] == (results["mean_test_score"] > 0.5).sum()
    assert found["rows"] == 50

"""README and user guide do what they say: every command and snippet is run, or INSTEAD says what is run in its place.

The pages run in one copy of the clone, each one after the README. Blocks of a page run in their order:

* ``sh`` blocks line by line, in bash;
* ``python`` blocks as a script;
* ``yaml`` blocks are checked against the schema. A block whose first line is ``# NAME`` is saved under this name, and so
  is a ``snakemake`` block;
* ``text`` blocks show output, and ``bash`` blocks are scripts for sbatch, whose syntax is checked.
"""

import re
import runpy
import shutil
import subprocess
import sys

import pytest
import yaml
from cvsearch.config.layers import read_yaml
from cvsearch.config.schema import validate
from schema_keys import SCHEMA
from workflow_runs import ROOT, environment

GUIDE = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs" / "guide").glob("*.md"))
PAGES = ["README.md", *GUIDE, "docs/results.md", "docs/cluster.md"]
LANGUAGES = {"sh", "python", "yaml", "snakemake", "text", "bash"}

# Smaller, so that a test waits for Snakemake and for nothing else.
SMALLER = {
    r"-j 16": "-j 2",
    r"n_candidates=1000": "n_candidates=12",
    r"n_candidates=2000": "n_candidates=14",
    r"n_splits=5": "n_splits=3",
    r"n_candidates: 200": "n_candidates: 6",
    r"n_splits: 5": "n_splits: 2",
}

SLURM = "needs Slurm: tests/cluster runs it, here it is a dry run"
SLURM_ONLY = "a command of Slurm alone"
INSTALLS = "installs from the network"

# A command to what is run in its place, or to None, and why.
INSTEAD = {
    "make": (
        f"make VENV={sys.prefix}; make VENV={sys.prefix}",
        "the environment is there already; run again, it does nothing",
    ),
    "source .venv/bin/activate": (None, "the environment of the tests is active"),
    "snakemake --workflow-profile profiles/slurm": ("snakemake --workflow-profile profiles/slurm --dry-run", SLURM),
    "snakemake --workflow-profile profiles/slurm --forcerun evaluate": (
        "snakemake --workflow-profile profiles/slurm --forcerun evaluate --dry-run",
        SLURM,
    ),
    "snakemake -j 2 --configfile config/examples/holdout.yaml --directory holdout": (
        "snakemake -n --configfile config/examples/holdout.yaml --directory holdout",
        "takes long: test_invocations.py runs each example, test_own_data.py a holdout",
    ),
    "python scripts/status.py --watch": ("python scripts/status.py", "--watch has no end"),
    "pgrep -f snakemake | xargs -r pwdx": (
        "pgrep -f snakemake | xargs -r pwdx || true",
        "it fails if a process ends between the two commands",
    ),
    "git clone <this repository> my_search && cd my_search": (None, "the tests run in a clone"),
    "git pull": (None, "the clone of the tests has nowhere to pull from"),
    "make .venv/installed": (None, INSTALLS),
    "python3 -m venv .venv && source .venv/bin/activate": (None, "the environment of the tests is active"),
    "pip install --require-hashes -r envs/requirements.txt": (None, INSTALLS),
    "tmux new -s search": (None, "needs a terminal"),
    "conda env create -f envs/environment.yaml -n search && conda activate search": (None, INSTALLS),
    "apt-get install slurm-wlm munge": (None, INSTALLS),
    "python tests/cluster/virtual_slurm.py": (None, "has no end: tests/cluster starts the same cluster"),
}

# Words that begin a command. Text may name one alone; a whole command belongs into a block.
PROGRAMS = "snakemake|make|python|python3|pip|rm|source|git|conda|tmux|pgrep|sbatch|squeue|sacct|sacctmgr|scancel"
# Commands in running text that stand in no block, and why.
INLINE = {
    "tmux attach -t search": "needs a terminal",
    "sacctmgr show associations user=$USER format=account": SLURM_ONLY,
    'squeue --me --format="%.10i %.9T %.10M %k"': SLURM_ONLY,
    'squeue --me --format="%.10i %.40j %Z"': SLURM_ONLY,
    "scancel --me --name=ID": SLURM_ONLY,
    "sacct -j NUMBER --format=JobID,State,Elapsed,MaxRSS,ReqMem,NodeList": SLURM_ONLY,
}


def blocks(page):
    """Yield (language, text) of each fenced block of a page."""
    text = (ROOT / page).read_text()
    for indent, language, body in re.findall(r"^( *)```(.*)\n((?:.*\n)*?)\1```$", text, re.MULTILINE):
        yield language.strip(), "".join(line[len(indent) :] for line in body.splitlines(keepends=True))


def commands(text):
    """Return the commands of a ``sh`` block, without comments."""
    lines = [re.sub(r"(^|\s+)#.*", "", line).strip() for line in text.splitlines()]
    return [line for line in lines if line]


def smaller(text):
    for pattern, replacement in SMALLER.items():
        text = text.replace(pattern, replacement)
    return text


class Clone:
    """A copy of the clone, in which a page is followed as a user follows it."""

    def __init__(self, path):
        self.path, self.folder = path, path
        self.said = {}

    def run(self, *command):
        done = subprocess.run(
            command, cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
        return done.stdout

    def save(self, text):
        """Save a block whose first line names its file."""
        named = re.match(r"# (\w[\w.-]*)\n", text)  # A block of profiles/... is a part of that file.
        if named:
            path = self.folder / named[1]
            assert self.folder != self.path or not (ROOT / named[1]).exists(), f"{path}: is a file of the clone"
            path.write_text(text.replace("path/to/cvsearch", str(self.path)))

    def follow(self, page):
        for language, text in blocks(page):
            text = smaller(text)
            if language == "sh":
                for command in commands(text):
                    instead, _ = INSTEAD.get(command, (command, ""))
                    if instead is not None:
                        self.said.setdefault(command, self.run("bash", "-c", instead))
            elif language == "python":
                self.run(sys.executable, "-c", text)
            elif language == "bash":
                self.run("bash", "-n", "-c", text)
            elif language in ("yaml", "snakemake"):
                self.save(text)


@pytest.fixture(scope="module")
def follower(clone, tmp_path_factory):
    copy = tmp_path_factory.mktemp("documents") / "cvsearch"
    shutil.copytree(clone, copy)
    follower = Clone(copy)
    follower.follow("README.md")
    return follower


def test_make_in_a_fresh_clone_and_then_snakemake(follower):
    """The shipped search, in the environment that `make` has set up for these tests."""
    said = follower.said["make"]
    assert "profiles/default" in said
    assert "svc:\n  The best of 10 candidates on 2 splits is candidate" in said
    first, _, second = said.partition("report: results/report.html\n")
    assert len(first.splitlines()) < 45, "one screen"
    sentences = [line for line in first.splitlines() if line.startswith("  ")]
    assert len(sentences) == len(set(sentences)), "nothing is said twice"
    assert "Nothing to be done" in second
    assert "'results/report.html' is up to date" in second
    assert "Nothing to be done" in follower.said["snakemake -j 2"]
    for path in ("svc/cv_results.csv", "svc/plots/parameter_map.png", "dataset/example.png", "report.html"):
        assert (follower.path / "results" / path).exists(), path


@pytest.mark.parametrize("page", [page for page in PAGES if page != "README.md"])
def test_every_command_of_a_page_runs(follower, page):
    follower.folder = follower.path
    if page == "docs/guide/module.md":  # It is about a workflow of the user's, in a folder of its own.
        follower.folder = follower.path.parent / "outer"
        follower.folder.mkdir()
    if page == "docs/guide/go_on.md":  # It deletes all results: the other pages need them.
        follower.folder = follower.path.parent / "second"
        shutil.copytree(follower.path, follower.folder, symlinks=True)
    follower.follow(page)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_says_what_it_is(page):
    assert {language for language, _ in blocks(page)} <= LANGUAGES
    assert len(list(blocks(page))) == len(re.findall(r"^ *```", (ROOT / page).read_text(), re.MULTILINE)) / 2


@pytest.mark.parametrize("page", PAGES)
def test_every_config_of_a_page_is_valid(page):
    shipped = read_yaml(ROOT / "config" / "config.yaml")
    for language, text in blocks(page):
        if language == "yaml" and "profiles/" not in text.splitlines()[0]:
            config = yaml.safe_load(text)
            validate({**shipped, **config.get("cvsearch", config)}, SCHEMA)


@pytest.mark.parametrize("page", PAGES)
def test_commands_stand_in_blocks(page):
    text = re.sub(r"^( *)```.*\n(?:.*\n)*?\1```$", "", (ROOT / page).read_text(), flags=re.MULTILINE)
    in_blocks = {c for other in PAGES for language, block in blocks(other) if language == "sh" for c in commands(block)}
    for command in re.findall(rf"`((?:{PROGRAMS}) [^`]+)`", text):
        assert command in in_blocks or command in INLINE, f"{page}: `{command}` is run by no test"


def test_nothing_is_excused_that_no_page_says():
    said = {c for page in PAGES for language, text in blocks(page) if language == "sh" for c in commands(smaller(text))}
    assert set(INSTEAD) <= said
    assert all(any(text in (ROOT / page).read_text() for page in PAGES) for text in SMALLER)


def test_every_file_of_a_run_is_explained(follower):
    """docs/results.md names each file and folder of results/, or the folder that it is in."""
    table = (ROOT / "docs" / "results.md").read_text().split("```")[0]
    named = re.findall(r"`(?:<search>/)?([\w./]+)`", table)
    results = follower.path / "results"
    for path in results.rglob("*"):
        parts = path.relative_to(results).parts
        parts = parts[1:] if parts[0] == "svc" else parts
        if path.is_file() and parts[0] != "report.html":
            assert parts[-1] in named or f"{parts[0]}/" in named, path


def test_generated_tables_are_as_the_code_says():
    """Where this fails: python docs/make_tables.py."""
    for path, text in runpy.run_path(str(ROOT / "docs" / "make_tables.py"))["pages"]().items():
        assert path.read_text() == text, f"{path.relative_to(ROOT)}: run `python docs/make_tables.py`"


def test_links_lead_somewhere():
    pages = [
        *PAGES,
        "config/README.md",
        "CONTRIBUTING.md",
        *(str(p.relative_to(ROOT)) for p in (ROOT / "docs").glob("*.md")),
    ]
    for page in pages:
        text = (ROOT / page).read_text()
        images = [(source, "") for source in re.findall(r'<img src="([^"]*)"', text)]
        for link in images + re.findall(r"\]\(([^)#\s:]*)(#[^)]*)?\)", text):
            target, anchor = (ROOT / page).parent / link[0] if link[0] else ROOT / page, link[1]
            assert target.exists(), f"{page}: {link[0]}"
            if anchor:
                headings = re.findall(r"^#+ (.*)$", target.read_text(), re.MULTILINE)
                assert anchor[1:] in [re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings], (
                    f"{page}: {anchor}"
                )

"""What surrounds every rule's script, each in a process of its own: it pins threads and redirects output."""

import os
import subprocess
import sys

import pytest
from cvsearch.console import errors_since
from workflow_runs import ROOT


def run(tmp_path, work, threads=1):
    """Run lines of Python inside `job`; return the exit status, what the console got, and the log."""
    lines = "".join(f"    {line}\n" for line in work.splitlines())
    code = (
        f"import sys; sys.path.append({str(ROOT / 'scripts')!r})\n"
        f"from cvsearch.console import job, say\nfrom cvsearch.errors import InputError\nwith job('log', {threads}):\n{lines}"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr, (tmp_path / "log").read_text()


def test_blas_and_openmp_use_the_threads_of_the_job(tmp_path):
    work = (
        "import numpy, sklearn.svm, threadpoolctl\n"
        "pools = threadpoolctl.threadpool_info()\n"
        "print(sorted({pool['user_api'] for pool in pools}), {pool['num_threads'] for pool in pools})"
    )
    assert run(tmp_path, work) == (0, "", "['blas', 'openmp'] {1}\n")
    work = "import os\nprint(os.environ['OMP_NUM_THREADS'], os.environ['OPENBLAS_NUM_THREADS'])"
    assert run(tmp_path, work, threads=3) == (0, "", "3 3\n")


def test_what_is_said_is_on_the_console_and_all_else_in_the_log(tmp_path):
    work = "import os\nprint('by Python')\nsay('half done')\nsys.stdout.flush()\nos.system('echo by another program')"
    status, console, log = run(tmp_path, work)
    assert (status, console) == (0, "half done\n")
    assert sorted(log.splitlines()) == ["by Python", "by another program", "half done"]


@pytest.mark.parametrize(
    ("work", "said", "traceback"),
    [
        ("raise InputError('n_splits: 0 is not at least 1')", "n_splits: 0 is not at least 1", False),
        ("open('log/file')", "log/file: Not a directory; see the log", True),
        ("1 / 0", "ZeroDivisionError: division by zero (all of it in log)", True),
    ],
    ids=["input", "system", "other"],
)
def test_an_error_is_one_line_on_the_console_and_the_last_of_the_log(tmp_path, work, said, traceback):
    status, console, log = run(tmp_path, work)
    assert (status, console) == (1, f"error: {said}\n")
    assert log.splitlines()[-1] == f"error: {said}"
    assert ("Traceback" in log) == traceback


def test_no_script_is_found_in_place_of_a_users_module(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "evaluate.py").write_text("print('a module of mine')\n")
    work = f"sys.path.append({str(tmp_path / 'mine')!r})\nimport evaluate"
    assert run(tmp_path, work) == (0, "", "a module of mine\n")


def test_the_collector_is_off_while_a_job_works(tmp_path):
    assert run(tmp_path, "import gc\nprint(gc.isenabled())") == (0, "", "False\n")


def test_each_error_that_ends_a_log_of_this_run_is_told_once(tmp_path):
    texts = {
        "a/one.log": "half done\nerror: x: is bad\n",
        "a/two.log": "error: x: is bad\n",
        "b/went-on.log": "error: y: was repeated\ndone\n",
        "b/empty.log": "",
        "b/last-run.log": "error: z: was mended\n",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
        os.utime(tmp_path / name, (0, 50 if "last-run" in name else 150))
    assert errors_since(tmp_path, 100) == ["x: is bad"]

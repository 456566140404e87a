"""No name of a config leaves scikit-learn and the modules that it trusts."""

import pytest
from cvsearch.config.names import Trust, check_modules
from cvsearch.errors import InputError


@pytest.mark.parametrize(
    "module", ["subprocess", "os", "builtins", "importlib", "_posixsubprocess", "__main__", "cvsearch"]
)
def test_what_runs_anything_cannot_be_trusted(module):
    whose = "this workflow" if module in ("__main__", "cvsearch") else "Python's standard library"
    with pytest.raises(InputError) as caught:
        check_modules(["numpy", module], "trusted_modules")
    assert str(caught.value) == f"trusted_modules[1]: {module!r} belongs to {whose}; name a module with your own code"
    assert not Trust([module]).covers(f"{module}.getoutput")


def test_a_name_stays_inside_its_module(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine_of_names.py").write_text("import subprocess\nfrom os import path\ndef load():\n    return 1\n")
    trust = Trust(["mine_of_names"])
    assert trust.resolve("mine_of_names.load", "dataset.loader", "a loader")() == 1
    for name, other in (("mine_of_names.subprocess.getoutput", "subprocess"), ("mine_of_names.path.join", "posixpath")):
        with pytest.raises(InputError, match=f"dataset.loader: '{name}' leaves its module for '{other}'"):
            trust.resolve(name, "dataset.loader", "a loader")
    with pytest.raises(InputError, match="leaves its module for 'os'"):
        trust.resolve("sklearn.datasets._base.os.system", "estimator", "an estimator")

"""Which code a config may name, and which versions of it stand behind a search."""

import pytest
from cvsearch.config.names import Trust
from cvsearch.data.loader import load_with
from cvsearch.errors import InputError
from cvsearch.evaluation.estimator import build_estimator

SKLEARN = Trust([])


def test_a_name_does_not_reach_through_a_module_to_another():
    with pytest.raises(InputError, match=r"^estimator: .* leaves its module for 'os'"):
        build_estimator("sklearn.datasets._base.os.system", SKLEARN)
    with pytest.raises(InputError, match=r"^dataset\.loader: .* leaves its module for 'os'"):
        load_with("sklearn.datasets._base.os.getcwd", SKLEARN)
    with pytest.raises(InputError, match="is not a loader of scikit-learn"):
        load_with("sklearn.datasets.clear_data_home", SKLEARN)


def test_versions_tell_the_code_behind_a_search(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "mine.py").write_text("import helper_of_mine\n")
    (tmp_path / "helper_of_mine.py").write_text("x = 1\n")
    modules = ["mine", "helper_of_mine", "pandas", "unused"]
    trust = Trust(modules)
    before = trust.versions({"estimator": "mine.Model"})
    assert set(before) == {"mine", "helper_of_mine"}
    (tmp_path / "helper_of_mine.py").write_text("x = 2\n")
    assert trust.versions({"estimator": "mine.Model"}) == before, "a process looks once"
    after = Trust(modules).versions({"estimator": "mine.Model"})
    assert after["mine"] == before["mine"] and after["helper_of_mine"] != before["helper_of_mine"]
    assert trust.versions(["pandas.DataFrame"])["pandas"].startswith("pandas 3")
    assert trust.versions("sklearn.svm.SVC") == {}


def test_a_module_that_is_missing_is_told_from_one_that_it_needs(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "absent_tools.py").write_text("import absent\n")
    with pytest.raises(InputError, match="'absent_tools.Model' needs the module 'absent'; install it"):
        build_estimator("absent_tools.Model", Trust(["absent_tools"]))
    with pytest.raises(InputError, match="the module of 'absent.tools.Model' was not found"):
        build_estimator("absent.tools.Model", Trust(["absent"]))

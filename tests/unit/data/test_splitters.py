"""Splits are scikit-learn's, of any splitter, and never of what is held out."""

import json

import make_splits
import numpy as np
import pandas as pd
import pytest
from cvsearch.data.columns import data_from
from cvsearch.data.dataset import load_dataset
from cvsearch.data.holdout import holdout_positions
from cvsearch.data.preparation import store_data
from cvsearch.data.splits import load_holdout, load_split
from cvsearch.data.splitters import check_splitting
from cvsearch.data.tables import Table
from cvsearch.errors import InputError
from cvsearch.files import write_json
from sklearn import model_selection

N = 40
RANDOM = np.random.RandomState(0)
GROUPS = np.array([f"g{i}" for i in RANDOM.randint(0, 8, N)])
LABELS = np.array(["a", "b", "a", "c"] * 10)
FOLDS = np.arange(N) % 4 - 1
TABLE = pd.DataFrame(
    {
        "x": np.arange(N),
        "y": LABELS,
        "g": GROUPS,
        "fold": FOLDS,
        "t": RANDOM.permutation(N),
        "value": RANDOM.normal(size=N),
    }
)
PREFIX = "sklearn.model_selection."


def prepared(folder, target="y", groups=True, time=False, test_fold="fold"):
    keys = {"target": target, "groups": "g", "time": "t"}
    wanted = {k for k, use in {"target": target, "groups": groups, "time": time}.items() if use}
    dataset = {key: keys[key] for key in wanted}
    raw = data_from(Table.of(TABLE), dataset, test_fold, "the table", "dataset.loader")
    write_json(folder / "dataset.json", store_data(raw, folder / "data.npz", "dataset.loader"))
    return load_dataset(folder)


def made(folder, splitter, n_splits, holdout=0.0, modules=(), **keys):
    """Return every split, what is known of it, what is held out, and the messages."""
    prepared(folder, **keys)
    settings = {"splitter": splitter, "n_splits": n_splits, "random_state": 7, "test_size": 0.25, "holdout": holdout}
    paths = [(folder / f"{i}.npz", folder / f"{i}.json") for i in range(n_splits)]
    held = (folder / "holdout.npz", folder / "holdout.json") if holdout else ()
    make_splits.main(folder, settings, dict.fromkeys(modules, "1"), paths, held, folder / "splits.json")
    abouts = [json.loads(about.read_text()) for _, about in paths]
    messages = json.loads((folder / "splits.json").read_text())["messages"]
    splits = [load_split(path, about["sha256"]) for (path, _), about in zip(paths, abouts, strict=True)]
    return splits, abouts, load_holdout(held[0]) if held else None, messages


def name(spec):
    return spec if isinstance(spec, str) else next(iter(spec))


SPLITTERS = [
    # the config's splitter, n_splits, scikit-learn's
    ("KFold", 4, model_selection.KFold(4), {"groups": False}),
    ({"KFold": {"shuffle": True}}, 4, model_selection.KFold(4, shuffle=True, random_state=7), {"groups": False}),
    ({"KFold": {"shuffle": True, "random_state": 3}}, 4, model_selection.KFold(4, shuffle=True, random_state=3), {"groups": False}),
    ("StratifiedKFold", 5, model_selection.StratifiedKFold(5), {"groups": False}),
    ({"StratifiedKFold": {"n_splits": 5}}, 5, model_selection.StratifiedKFold(5), {"groups": False}),
    ({"RepeatedKFold": {"n_splits": 2, "n_repeats": 3}}, 6, model_selection.RepeatedKFold(n_splits=2, n_repeats=3, random_state=7), {"groups": False}),
    ({"RepeatedStratifiedKFold": {"n_splits": 2, "n_repeats": 2}}, 4, model_selection.RepeatedStratifiedKFold(n_splits=2, n_repeats=2, random_state=7), {"groups": False}),
    ("GroupKFold", 3, model_selection.GroupKFold(3), {}),
    ("StratifiedGroupKFold", 2, model_selection.StratifiedGroupKFold(2), {}),
    ("LeaveOneGroupOut", len(set(GROUPS)), model_selection.LeaveOneGroupOut(), {}),
    ({"LeavePGroupsOut": {"n_groups": 2}}, 28, model_selection.LeavePGroupsOut(2), {}),
    ("GroupShuffleSplit", 3, model_selection.GroupShuffleSplit(3, random_state=7), {}),
    ("ShuffleSplit", 3, model_selection.ShuffleSplit(3, random_state=7), {"groups": False}),
    ("StratifiedShuffleSplit", 3, model_selection.StratifiedShuffleSplit(3, random_state=7), {"groups": False}),
    ({"TimeSeriesSplit": {"gap": 1}}, 4, model_selection.TimeSeriesSplit(4, gap=1), {"groups": False}),
    ("LeaveOneOut", N, model_selection.LeaveOneOut(), {"groups": False}),
    ({"PredefinedSplit": {"test_fold": "fold"}}, 3, model_selection.PredefinedSplit(FOLDS), {"groups": False}),
    ({"PredefinedSplit": {"test_fold": FOLDS.tolist()}}, 3, model_selection.PredefinedSplit(FOLDS), {"groups": False}),
]  # fmt: skip


def dotted(spec):
    return PREFIX + spec if isinstance(spec, str) else {PREFIX + key: value for key, value in spec.items()}


@pytest.mark.parametrize(("spec", "n_splits", "splitter", "keys"), SPLITTERS, ids=lambda value: str(value)[:50])
def test_splits_are_those_of_the_splitter(tmp_path, spec, n_splits, splitter, keys):
    splits, abouts, _, _ = made(tmp_path, dotted(spec), n_splits, **keys)
    expected = list(splitter.split(np.zeros((N, 1)), LABELS, GROUPS if keys.get("groups", True) else None))
    assert len(expected) == n_splits
    for split, (train, test), about in zip(splits, expected, abouts, strict=True):
        np.testing.assert_array_equal(split[0], train)
        np.testing.assert_array_equal(split[1], test)
        assert (about["n_train"], about["n_test"]) == (len(train), len(test))
        assert about["classes"]["test"] == {label: int((LABELS[test] == label).sum()) for label in "abc"}


def test_samples_in_the_order_of_time_are_split_in_it(tmp_path):
    splits, *_ = made(tmp_path, dotted("TimeSeriesSplit"), 3, time=True, groups=False)
    data = load_dataset(tmp_path)
    times = TABLE["t"].to_numpy()[data.rows[:]]
    assert all(times[train].max() < times[test].min() for train, test in splits)


REFUSED = [
    # splitter, n_splits, keys, what is said
    ("LeaveOneGroupOut", 3, {}, "n_splits: LeaveOneGroupOut makes 8 splits here, not 3; set n_splits: 8"),
    ({"PredefinedSplit": {"test_fold": "fold"}}, 5, {"groups": False}, "n_splits: PredefinedSplit makes 3 splits here, not 5; set n_splits: 3"),
    ({"KFold": {"n_splits": 5}}, 2, {"groups": False}, "n_splits: KFold makes 5 splits here, not 2; set n_splits: 5"),
    ("RepeatedKFold", 2, {"groups": False}, "n_splits: RepeatedKFold gets n_splits=2 and makes 20 splits; write n_splits: 2 among its own parameters, and set n_splits: 20"),
    ("GroupKFold", 3, {"groups": False}, "splitter: GroupKFold needs groups; set dataset.groups to the name of the column that holds them"),
    ("LeaveOneGroupOut", 3, {"groups": False}, "splitter: LeaveOneGroupOut needs groups; set dataset.groups to the name of the column that holds them"),
    ("GroupKFold", 9, {}, "splitter: GroupKFold cannot split these data (ValueError: Cannot have number of splits n_splits=9 greater than the number of groups: 8.)"),
    ("StratifiedKFold", 30, {"groups": False}, "splitter: StratifiedKFold cannot split these data (ValueError: n_splits=30 cannot be greater"),
    ("StratifiedKFold", 3, {"groups": False, "target": None}, "splitter: StratifiedKFold needs a target, and the data have none ("),
    ("StratifiedKFold", 3, {"groups": False, "target": "value"}, "splitter: StratifiedKFold cannot split these data (ValueError: Supported target types are"),
    ("KFold", 3, {}, "splitter: KFold puts group 'g"),
    ("KFold", 1, {"groups": False}, "splitter: KFold cannot split these data (ValueError: k-fold cross-validation requires at least one train/test split"),
    ({"KFold": {"splits": 3}}, 3, {"groups": False}, "splitter.sklearn.model_selection.KFold.splits: KFold has no such parameter; did you mean 'n_splits'?"),
    ({"PredefinedSplit": {"test_fold": "fold"}}, 3, {"groups": False, "test_fold": None}, "splitter.sklearn.model_selection.PredefinedSplit.test_fold: 'fold' is not a column of the data"),
    ("GridSearchCV", 3, {}, "splitter: 'sklearn.model_selection.GridSearchCV' is not a splitter; give a class with split and get_n_splits"),
    ("KFlod", 3, {}, "splitter: sklearn.model_selection has no 'KFlod'; did you mean 'KFold'?"),
    ("BaseCrossValidator", 3, {"groups": False}, "splitter: BaseCrossValidator cannot split these data (TypeError: "),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "n_splits", "keys", "said"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_cannot_be_split_so_is_refused_in_one_line(tmp_path, spec, n_splits, keys, said):
    with pytest.raises(InputError) as caught:
        made(tmp_path, dotted(spec), n_splits, **keys)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


OWN = '''
import numpy as np


class Halves:
    """Has no get_n_splits, looks at the samples and gives masks."""

    def __init__(self, column="x", n_splits=2):
        self.column, self.n_splits = column, n_splits

    def split(self, X, y=None, groups=None):
        for i in range(self.n_splits):
            test = X[self.column].to_numpy() % self.n_splits == i
            yield ~test, test


def halves(column):
    return Halves(column)


NUMBER = 5


class Empty(Halves):
    def split(self, X, y=None, groups=None):
        yield np.arange(3), np.arange(0)


class Broken(Halves):
    def split(self, X, y=None, groups=None):
        raise KeyError("z")
        yield
'''


def test_a_splitter_of_a_trusted_module(tmp_path, monkeypatch):
    (tmp_path / "own_splitters.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    keys = {"groups": False, "modules": ["own_splitters"]}
    splits, *_ = made(tmp_path, "own_splitters.Halves", 4, **keys)
    assert [test.tolist() for _, test in splits] == [list(range(i, N, 4)) for i in range(4)]
    splits, *_ = made(tmp_path, {"own_splitters.halves": {"column": "x"}}, 2, **keys)
    assert len(splits) == 2
    for spec, n_splits, said in (
        ({"own_splitters.halves": {"column": "x"}}, 3, "n_splits: halves makes 2 splits here, not 3; set n_splits: 2"),
        ("own_splitters.Empty", 1, "splitter: Empty leaves the test side of split 0 empty; change its parameters"),
        ("own_splitters.Broken", 1, "splitter: Broken cannot split these data (KeyError: 'z'); change its parameters"),
        ("own_splitters.np", 1, "splitter: 'own_splitters.np' leaves its module for 'numpy'"),
        ("own_splitters.NUMBER", 1, "splitter: 'own_splitters.NUMBER' is not a splitter"),
        ("other.Halves", 1, "splitter: 'other.Halves' is neither in scikit-learn nor in a trusted module"),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            made(tmp_path, spec, n_splits, **keys)
        assert str(caught.value).startswith(said)


def test_a_list_of_folds_is_in_the_order_of_the_users_rows(tmp_path):
    of_list, of_column = (
        made(tmp_path, dotted({"PredefinedSplit": {"test_fold": fold}}), 3, groups=False, time=True)[0]
        for fold in (FOLDS.tolist(), "fold")
    )
    for one, other in zip(of_list, of_column, strict=True):
        for side in range(2):
            np.testing.assert_array_equal(one[side], other[side])


def test_who_raises_n_splits_is_told_where_all_folds_change(tmp_path):
    for spec, message in (
        ("KFold", ["raising n_splits changes all folds of KFold: every evaluation runs again"]),
        ("ShuffleSplit", []),
        ("StratifiedShuffleSplit", []),
        ({"RepeatedKFold": {"n_splits": 2, "n_repeats": 2}}, []),
        ("shuffle", []),
    ):
        n_splits = 4
        splitter = spec if spec == "shuffle" else dotted(spec)
        assert made(tmp_path, splitter, n_splits, groups=False)[3] == message


@pytest.mark.parametrize(
    "spec", ["ShuffleSplit", "StratifiedShuffleSplit", {"RepeatedKFold": {"n_splits": 2, "n_repeats": None}}]
)
def test_growth_keeps_what_it_can(tmp_path, spec):
    hashes = []
    for n_splits in (4, 8):
        grown = (
            {key: {**value, "n_repeats": n_splits // 2} for key, value in spec.items()}
            if isinstance(spec, dict)
            else spec
        )
        _, abouts, _, _ = made(tmp_path, dotted(grown), n_splits, groups=False)
        hashes.append([about["sha256"] for about in abouts])
    assert hashes[1][:4] == hashes[0]


def test_names_are_checked_before_there_are_data():
    config = {"splitter": "shuffle", "dataset": {"file": "a.csv", "groups": "g"}}
    with pytest.raises(
        InputError,
        match="splitter: 'shuffle' puts samples of one group .* use a splitter of groups: splitter: sklearn.model_selection.GroupKFold",
    ):
        check_splitting(config)
    for splitter, said in (
        ("shufle", "did you mean 'shuffle'"),
        ("KFold", "write shuffle or a dotted name"),
        ({"a.b": 3}, "not a mapping of arguments"),
    ):
        with pytest.raises(InputError, match=said):
            check_splitting({**config, "splitter": splitter})
    check_splitting({**config, "splitter": "sklearn.model_selection.GroupKFold"})


# The samples that are held out.


@pytest.mark.parametrize("spec", ["shuffle", dotted("KFold"), dotted({"PredefinedSplit": {"test_fold": "fold"}})])
def test_what_is_held_out_is_in_no_split(tmp_path, spec):
    splits, abouts, held, _ = made(tmp_path, spec, 3, holdout=0.2, groups=False)
    assert len(held) == 8
    for train, test in splits:
        assert not set(held) & (set(train) | set(test))
        assert len(set(train) | set(test)) == N - 8 or spec != "shuffle"
    about = json.loads((tmp_path / "holdout.json").read_text())
    assert (about["n_samples"], about["classes"]) == (8, {"a": 4, "b": 2, "c": 2})
    if isinstance(spec, dict):
        assert all(set(FOLDS[test]) == {i} for i, (_, test) in enumerate(splits))


def test_classes_are_held_out_in_equal_shares():
    labels = np.array([0] * 90 + [1] * 10)
    held = holdout_positions(100, 0.2, 0, labels)
    assert (len(held), labels[held].sum()) == (20, 2)
    assert held.tolist() == sorted(held)
    assert not np.array_equal(held, holdout_positions(100, 0.2, 1, labels))
    # A class of one sample cannot be shared out.
    assert len(holdout_positions(100, 0.2, 0, np.array([0] * 99 + [1]))) == 20
    assert len(holdout_positions(100, 0.25, 0)) == 25


def test_whole_groups_are_held_out():
    held = holdout_positions(N, 0.25, 0, groups=GROUPS)
    assert not set(GROUPS[held]) & set(np.delete(GROUPS, held))
    sizes = np.unique(GROUPS, return_counts=True)[1]
    assert abs(len(held) - N // 4) <= sizes.max() / 2
    with pytest.raises(
        InputError, match="holdout: 0.25 takes whole groups, and there is one group only; set holdout: 0"
    ):
        holdout_positions(N, 0.25, 0, groups=np.zeros(N))


def test_the_last_samples_in_time_are_held_out():
    assert holdout_positions(10, 0.25, 0, in_time_order=True).tolist() == [7, 8, 9]
    groups = np.array([0, 1, 0, 1, 2, 2, 0, 2, 3, 3])
    assert holdout_positions(10, 0.2, 0, groups=groups, in_time_order=True).tolist() == [8, 9]
    assert holdout_positions(10, 0.5, 0, groups=groups, in_time_order=True).tolist() == [4, 5, 7, 8, 9]


def test_a_holdout_leaves_something_to_search_on():
    with pytest.raises(
        InputError, match="holdout: 0.9 of 10 samples leaves fewer than two for the search; choose a smaller share"
    ):
        holdout_positions(10, 0.9, 0)

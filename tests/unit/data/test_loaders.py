"""What a loader may be, what it may return, and what is refused in one line."""

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from cvsearch.config.names import Trust
from cvsearch.data.loader import load_data, load_with, unpack
from cvsearch.data.samples import check_data, raw_data
from cvsearch.errors import InputError
from sklearn.datasets import load_iris
from sklearn.utils import Bunch

X, Y = load_iris(return_X_y=True)
FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [1, 2, 3, 4]})

LOADERS = """
import collections
import functools

import pandas as pd
from sklearn.datasets import load_iris


@functools.lru_cache
def cached():
    return load_iris(return_X_y=True)


partial = functools.partial(load_iris, return_X_y=True)


class Data:
    def __init__(self):
        self.data, self.target = load_iris(return_X_y=True)


class Loader:
    def __call__(self, return_X_y=True):
        return load_iris(return_X_y=return_X_y)


instance = Loader()
named = collections.namedtuple("Pair", "X y")(*load_iris(return_X_y=True)).__class__


def pair():
    return named(*load_iris(return_X_y=True))


def as_list():
    return list(load_iris(return_X_y=True))


def frame():
    return load_iris(as_frame=True)


number = 5
"""


@pytest.fixture
def trust(tmp_path, monkeypatch):
    (tmp_path / "own_loaders.py").write_text(LOADERS)
    monkeypatch.syspath_prepend(tmp_path)
    return Trust(["own_loaders"])


@pytest.mark.parametrize("name", ["cached", "partial", "Data", "instance", "pair", "as_list", "frame"])
def test_any_callable_is_a_loader(trust, name):
    samples, target, _ = unpack(load_with(f"own_loaders.{name}", trust))
    raw = raw_data(samples, target, "dataset.loader")
    check_data(raw, "dataset.loader")
    assert raw.n_samples == 150
    np.testing.assert_array_equal(raw.y, Y)


def test_a_loader_gets_its_arguments():
    X, _ = load_with({"sklearn.datasets.make_blobs": {"n_samples": 7, "random_state": 0}}, Trust([]))
    assert len(X) == 7
    assert len(load_with({"faulty.make_data": {"n_samples": 12}}, Trust(["faulty"]))[1]) == 12


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (
            "own_loaders.number",
            "dataset.loader: 'own_loaders.number' cannot be called; give a function that returns X and y",
        ),
        ({"own_loaders.partial": {"rows": 3}}, "dataset.loader: own_loaders.partial does not take {'rows': 3} "),
        ({"own_loaders.partial": [3]}, "dataset.loader.own_loaders.partial: [3] is not a mapping of arguments"),
        ("sklearn.svm.SVC", "dataset.loader: 'sklearn.svm.SVC' is not a loader of scikit-learn"),
        ("sklearn.datasets.load_irs", "dataset.loader: sklearn.datasets has no 'load_irs'; did you mean 'load_iris'?"),
    ],
)
def test_what_is_not_a_loader_is_refused(trust, spec, said):
    with pytest.raises(InputError) as caught:
        load_with(spec, trust)
    assert str(caught.value).startswith(said)


RETURNED = {
    "X": (X, None),
    "(X, None)": ((X, None), None),
    "[X, None]": ([X, None], None),
    "(X, y)": ((X, Y), Y),
    "[X, y]": ([X, Y], Y),
    "lists": ([X.tolist(), Y.tolist()], Y),
    "Bunch": (Bunch(data=X, target=Y), Y),
    "Bunch without target": (Bunch(data=X), None),
    "Bunch with None": (Bunch(data=X, target=None), None),
    "rows": (X.tolist(), None),
    "sparse": (scipy.sparse.csr_matrix(X), None),
    "frame with columns data and target": (pd.DataFrame({"data": X[:, 0], "target": X[:, 1]}), None),
    "two texts": (["one", "two"], None),
    "column of targets": ((X, Y.reshape(-1, 1)), Y.reshape(-1, 1)),
}


@pytest.mark.parametrize("name", RETURNED)
def test_samples_and_target_are_found_in_what_is_returned(name):
    loaded, expected = RETURNED[name]
    raw = raw_data(*unpack(loaded)[:2], "dataset.loader")
    check_data(raw, "dataset.loader")
    assert raw.n_samples == (2 if name == "two texts" else 150)
    assert raw.y is None if expected is None else np.array_equal(raw.y, expected)


def test_the_names_of_targets_are_kept():
    assert raw_data(FRAME, FRAME["b"], "").target_names == ["b"]
    assert raw_data(FRAME, FRAME[["b", "a"]], "").target_names == ["b", "a"]
    assert raw_data(FRAME, FRAME["b"].to_numpy(), "").target_names is None


def test_images_are_remembered_as_such():
    images = np.zeros((4, 3, 2))
    assert unpack(Bunch(data=images.reshape(4, -1), target=[0, 1, 0, 1], images=images))[2] == [3, 2]
    assert raw_data(images.reshape(4, -1), None, "", [3, 2]).image_shape == [3, 2]
    assert raw_data(FRAME, None, "", [3, 2]).image_shape is None


ONES = np.ones((4, 2))
GAPS = {
    "nan": [0.0, 1.0, np.nan, 1.0],
    "None": np.array([0, None, 1, 1], dtype=object),
    "NA": pd.Series([0, 1, pd.NA, 1], dtype="Int64"),
    "text": pd.Series(["a", "b", None, "a"]),
    "string": pd.Series(["a", "b", pd.NA, "a"], dtype="string"),
    "category": pd.Series(["a", "b", None, "a"], dtype="category"),
    "list": ["a", None, "b", "a"],
}
REFUSED = {
    "three values": ((X, Y, Y), "returned 3 values; a loader returns X, (X, y), or an object with data and target"),
    "one value": ((X,), "returned 1 values; "),
    "nothing": (None, "returned nothing; "),
    "a number": (5, "returned int; "),
    "a text": ("abc", "returned str; "),
    "images": ((np.ones((4, 2, 2)), Y[:4]), "X is of shape (4, 2, 2) and type float64; give samples in rows and features in columns: X.reshape(len(X), -1)"),
    "one column": ((np.ones(4), Y[:4]), "X is of shape (4,) and type float64; give samples in rows and features in columns: X.reshape(-1, 1)"),
    "series": ((FRAME["a"], Y[:4]), "X is a Series of float64; give texts, or a table with samples in rows: X.to_frame()"),
    "no number": ((5, Y), "X is of type int; "),
    "complex": ((ONES * 1j, Y[:4]), "X is an array of complex128; give numbers or texts"),
    "dates": ((ONES.astype("datetime64[s]"), Y[:4]), "X is an array of datetime64[s]; "),
    "named fields": ((np.ones(4, dtype=[("a", float)]), Y[:4]), "X is an array with named fields; return a DataFrame: pandas.DataFrame(X)"),
    "masked": ((np.ma.masked_equal(ONES, 1), Y[:4]), "X is a masked array, whose mask scikit-learn ignores; fill it: X.filled(numpy.nan)"),
    "ragged": (([[1, 2], [3]], [0, 1]), "X is a list of rows of different lengths; give every sample the same features"),
    "dicts": (([{"a": 1}, {"a": 2}], [0, 1]), "X is a list of dict; return a DataFrame: pandas.DataFrame(X)"),
    "one sample": ((ONES[:1], Y[:1]), "X is of shape (1, 2); at least two samples and one feature are needed"),
    "no feature": ((FRAME[[]], Y[:4]), "X is of shape (4, 0); at least two samples and one feature are needed"),
    "target left in": ((FRAME.assign(label=list("uvuv")), pd.Series(list("uvuv"), name="label")), "column 'label' is the target and a feature too; leave it out of X, or drop it: dataset: {drop: [label]}"),
    "one of several targets left in": ((FRAME.assign(z=range(4)), pd.DataFrame({"y": [1.5, 2, 3, 4], "z": range(4)})), "column 'z' is the target and a feature too; leave it out"),
    "unequal": ((ONES, Y[:3]), "X has 4 samples and y 3; give one target per sample"),
    "3-d target": ((ONES, np.ones((4, 2, 2))), "the target is of shape (4, 2, 2); give one value per sample, or a column for each target"),
    "mixed target": ((ONES, [0, "a", 1, "b"]), "the target mixes whole numbers and text (row 0: 0, row 1: 'a'); make all its values of one kind"),
    "mixed targets": ((ONES, pd.DataFrame({"a": list("xyxy"), "b": range(4)})), "the target mixes columns of text and of numbers; give columns of one kind"),
    "target of lists": ((ONES, [[1], [2, 3], [], [1]]), "the target holds lists of different lengths; give one value per sample, or a table of 0 and 1 (sklearn.preprocessing.MultiLabelBinarizer)"),
    "target of dates": ((ONES, pd.Series(pd.date_range("2024", periods=4))), "the target is of type datetime64"),
    "infinite": ((ONES, [0.0, np.inf, -np.inf, 1.0]), "the target has 2 infinite values of 4 (first in row 1, counted from 0); leave those samples out"),
    **{f"target with {name}": ((ONES, y), f"the target has 1 missing value of 4 (row {1 if name in ('None', 'list') else 2}, counted from 0); leave those samples out") for name, y in GAPS.items()},
    "gap in targets": ((FRAME, pd.DataFrame({"a": [1.0, np.nan, 2, 3], "b": [1.0, 1, 2, 3]})), "column 'a' of the target has 1 missing value of 4 (row 1, counted from 0)"),
    "duplicate names": (FRAME.set_axis(["a", "a"], axis=1), "2 columns are called 'a'; give each its own name, or drop all but one"),
    "mixed names": (FRAME.set_axis(["a", 1], axis=1), "the name of column 1 is not a text; give every column a text for a name"),
    "levels": (FRAME.set_axis(pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")]), axis=1), "the columns have names of several levels (('a', 'x'), …); give each one text"),
    "mixed column": (FRAME.assign(c=pd.Series([1, "x", 2, "y"], dtype=object)), "column 'c' mixes whole numbers and text (row 0: 1, row 1: 'x'); make all its values of one kind"),
    "two kinds of gaps": (FRAME.assign(c=pd.Series(["x", None, "y", np.nan], dtype=object)), "column 'c' writes missing values as None (row 1) and as nan (row 3); write all of them in one way"),
    "column of lists": (FRAME.assign(c=pd.Series([[1], [2], [3], [4]])), "column 'c' holds list (row 0: [1]); give numbers, texts, categories or dates"),
    "column of NaT": (FRAME.assign(c=pd.Series([pd.NaT] * 4, dtype=object)), "column 'c' holds dates as Python objects; make them dates with pandas.to_datetime"),
    "large numbers": (FRAME.assign(c=pd.Series([2**70, 1, 2, 3], dtype=object)), "column 'c' cannot be stored ("),
    "periods": (FRAME.assign(c=pd.period_range("2024", periods=4)), "column 'c' is of type period["),
    "intervals": (FRAME.assign(c=pd.cut(FRAME["a"], 2)), "column 'c' has categories of type interval[float64, right]; make them texts or whole numbers"),
    "sparse around nan": (FRAME.assign(c=pd.arrays.SparseArray([np.nan, 1, 2, 3])), "column 'c' is sparse around nan, not 0; make it dense with .sparse.to_dense()"),
    "complex column": (FRAME.assign(c=[1j] * 4), "column 'c' is of type complex128; give numbers, texts, categories or dates"),
    "mixed texts": (["a", "b", 5], "X mixes text and whole numbers (row 0: 'a', row 2: 5); make all its values of one kind"),
    "numbers in objects": (np.array([1, 2], dtype=object), "X is a Series of object; give texts"),
    "complex sparse": (scipy.sparse.csr_matrix(ONES * 1j), "X is a sparse array of shape (4, 2) and type complex128; give a matrix of numbers"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_taken_is_refused_in_one_line(tmp_path, name):
    from cvsearch.data.preparation import store_data

    loaded, said = REFUSED[name]
    with pytest.raises(InputError) as caught:
        raw = raw_data(*unpack(loaded)[:2], "dataset.loader")
        check_data(raw, "dataset.loader")
        store_data(raw, tmp_path / "data.npz", "dataset.loader")
    line = str(caught.value)
    assert line.startswith(f"dataset.loader: {said}")
    assert "\n" not in line
    assert not list(tmp_path.iterdir())


def test_columns_of_a_loaded_table_may_be_groups_weights_and_target(tmp_path, monkeypatch):
    (tmp_path / "table_loaders.py").write_text(
        "import pandas as pd\n\n\ndef table():\n    return pd.DataFrame({'a': [1, 2], 'g': ['u', 'v'], 'w': [1, 2], 'y': [0, 1]})\n\n\n"
        "def pair():\n    return table()[['a', 'g']], [0, 1]\n\n\ndef array():\n    return table()[['a']].to_numpy(), [0, 1]\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    trust = Trust(["table_loaders"])
    raw = load_data({"loader": "table_loaders.table", "groups": "g", "sample_weight": "w", "target": "y"}, trust)
    assert (raw.X.names, raw.y.tolist(), raw.groups.tolist(), raw.sample_weight.tolist()) == (
        ["a"],
        [0, 1],
        ["u", "v"],
        [1, 2],
    )
    raw = load_data({"loader": "table_loaders.pair", "groups": "g"}, trust)
    assert (raw.X.names, raw.y.tolist(), raw.groups.tolist()) == (["a"], [0, 1], ["u", "v"])
    for dataset, said in (
        ({"loader": "table_loaders.pair", "target": "a"}, "dataset.target: 'a' is one target, and the loader returns another; leave one out"),
        ({"loader": "table_loaders.array", "groups": "g"}, "dataset.groups: 'g' is a column's name, and the loader's samples have none; return a DataFrame"),
        ({"loader": "table_loaders.table", "groups": "h"}, "dataset.groups: 'h' is not a column of the loader's DataFrame; it has a, g, w, y"),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            load_data(dataset, trust)
        assert str(caught.value) == said


def test_a_feature_with_gaps_may_have_the_name_of_the_target():
    X = pd.DataFrame({"label": pd.array(["a", None, "b"], dtype="string"), "n": [1, 2, 3]})
    check_data(raw_data(X, pd.Series(["a", "b", "b"], name="label"), "dataset.loader"), "dataset.loader")

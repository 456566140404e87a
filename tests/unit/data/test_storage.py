"""What is stored comes back as it was: types, names, gaps, layout in memory."""

import datetime
import errno
import json

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from cvsearch.data.dataset import load_dataset
from cvsearch.data.preparation import store_data
from cvsearch.data.samples import check_data, raw_data
from cvsearch.data.storage import DataFile
from cvsearch.errors import InputError
from cvsearch.files import write_json

N = 12
NUMBERS = np.arange(N * 3, dtype=float).reshape(N, 3)
TEXTS = [f"text {i % 5}" for i in range(N)]


def stored(folder, X, y=None, **columns):
    """Return what a dataset folder holds of these data."""
    raw = raw_data(X, y, "dataset.loader")._replace(**columns)
    check_data(raw, "dataset.loader")
    write_json(folder / "dataset.json", store_data(raw, folder / "data.npz", "dataset.loader"))
    return load_dataset(folder)


def with_gaps(values, gap):
    values = list(values)
    values[3] = values[7] = gap
    return values


def series(values, dtype):
    return pd.Series(values, dtype=dtype)


COLUMNS = {
    "float64": series(NUMBERS[:, 0], "float64"),
    "float32": series(NUMBERS[:, 0], "float32"),
    "gaps": series(with_gaps(NUMBERS[:, 0], np.nan), "float64"),
    "infinite": series(with_gaps(NUMBERS[:, 0], np.inf), "float64"),
    "int64": series(range(N), "int64"),
    "uint8": series(range(N), "uint8"),
    "bool": series([i % 2 == 0 for i in range(N)], "bool"),
    "Int64": series(with_gaps(range(N), pd.NA), "Int64"),
    "UInt8": series(with_gaps(range(N), pd.NA), "UInt8"),
    "Float32": series(with_gaps(NUMBERS[:, 0], pd.NA), "Float32"),
    "boolean": series(with_gaps([True, False] * 6, pd.NA), "boolean"),
    "str": series(with_gaps(TEXTS, None), "str"),
    "string": series(with_gaps(TEXTS, pd.NA), "string"),
    "python string": series(with_gaps(TEXTS, pd.NA), pd.StringDtype("python")),
    "python str": series(with_gaps(TEXTS, np.nan), pd.StringDtype("python", na_value=np.nan)),
    "no gaps": series(TEXTS, "str"),
    "category": series(pd.Categorical(TEXTS, categories=["none", *sorted(set(TEXTS), reverse=True)]), None),
    "ordered": series(pd.Categorical(with_gaps([3, 1, 2] * 4, None), categories=[3, 2, 1], ordered=True), None),
    "object category": series(pd.Categorical(pd.Series(TEXTS, dtype=object)), None),
    "many categories": series(pd.Categorical(range(N), categories=range(300)), None),
    "127 categories": series(pd.Categorical(range(N), categories=range(127)), None),
    "128 categories": series(pd.Categorical(range(N), categories=range(128)), None),
    "dates": pd.Series(pd.date_range("2024-02-27", periods=N)),
    "date gaps": pd.Series(with_gaps(pd.date_range("2024-02-27", periods=N), pd.NaT)),
    "seconds": pd.Series(pd.date_range("2024-02-27", periods=N)).astype("datetime64[s]"),
    "zone": pd.Series(with_gaps(pd.date_range("2024-03-30", periods=N, freq="h", tz="Europe/Berlin"), pd.NaT)),
    "spans": pd.Series(pd.timedelta_range("1h", periods=N)),
    "objects": series(with_gaps(TEXTS, None), object),
    "nan objects": series(with_gaps(TEXTS, np.nan), object),
    "NA objects": series(with_gaps(TEXTS, pd.NA), object),
    "number objects": series(with_gaps(range(N), None), object),
    "bool objects": series(with_gaps([True, False] * 6, np.nan), object),
    "bytes": series([text.encode() for text in TEXTS], object),
    "day objects": series([datetime.date(2024, 1, 1 + i) for i in range(N)], object),
    "nothing": series([None] * N, object),
    "arrow": series(with_gaps(range(N), None), "int64[pyarrow]"),
    "arrow text": series(with_gaps(TEXTS, None), "string[pyarrow]"),
    "arrow bool": series([True, False] * 6, "bool[pyarrow]"),
    "sparse": series([0.0, 1.5] * 6, pd.SparseDtype(float, 0)),
    "sparse bool": series([False, True] * 6, pd.SparseDtype(bool, False)),
}

POSITIONS = np.array([7, 0, 3, 3, 11])


@pytest.mark.parametrize("name", COLUMNS)
def test_every_kind_of_column_comes_back(tmp_path, name):
    frame = pd.DataFrame({name: COLUMNS[name], "other": range(N)})
    taken = stored(tmp_path, frame).take(POSITIONS).X
    pd.testing.assert_frame_equal(taken, frame.iloc[POSITIONS].reset_index(drop=True))
    if frame[name].dtype == object:
        for one, other in zip(taken[name], frame[name].iloc[POSITIONS], strict=True):
            assert type(one) is type(other)


def test_a_frame_of_all_kinds_comes_back_whatever_its_index(tmp_path):
    frame = pd.DataFrame(COLUMNS).set_index(pd.Index(TEXTS, name="row"))
    dataset = stored(tmp_path, frame)
    pd.testing.assert_frame_equal(dataset.take(POSITIONS).X, frame.iloc[POSITIONS].reset_index(drop=True))
    assert dataset.about["n_features"] == len(COLUMNS)
    assert dataset.about["dtypes"]["float64"] == 3
    assert dataset.about["columns"] == list(COLUMNS)
    assert dataset.about["X_is_finite"] is False


ARRAYS = {
    "float64": NUMBERS,
    "float32": NUMBERS.astype("float32"),
    "by column": np.asfortranarray(NUMBERS),
    "strided": np.repeat(NUMBERS, 2, axis=1)[:, ::2],
    "bool": NUMBERS > 4,
    "uint8": NUMBERS.astype("uint8"),
    "big-endian": NUMBERS.astype(">f8"),
    "texts in rows": np.array([[f"a{i}", "b"] for i in range(N)]),
    "list of texts": TEXTS,
    "list of bytes": [text.encode() for text in TEXTS],
    "array of texts": np.array(TEXTS),
    "objects": np.array([["male", 1, None], ["female", 3, 2.5]] * 6, dtype=object),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays_and_texts_come_back(tmp_path, name):
    X = ARRAYS[name]
    taken = stored(tmp_path, X).take(POSITIONS).X
    assert type(taken) is type(X)
    expected = [X[i] for i in POSITIONS] if isinstance(X, list) else X[POSITIONS]
    np.testing.assert_array_equal(taken, expected)
    if isinstance(X, np.ndarray):
        assert (taken.dtype, taken.flags.c_contiguous) == (X.dtype, True)
        assert taken.flags.writeable


def test_a_list_of_rows_is_an_array_in_which_numbers_stay_numbers(tmp_path):
    assert stored(tmp_path, NUMBERS.tolist()).take(POSITIONS).X.dtype == float
    rows = stored(tmp_path, [["male", 1], ["female", 3]] * 6).take(POSITIONS).X
    assert rows[0].tolist() == ["female", 3]


@pytest.mark.parametrize("dtype", ["str", "string", object, "category"])
def test_a_series_of_texts_comes_back_with_its_name(tmp_path, dtype):
    texts = pd.Series(TEXTS, name="review", dtype=dtype, index=range(5, 5 + N))
    taken = stored(tmp_path, texts).take(POSITIONS).X
    pd.testing.assert_series_equal(taken, texts.iloc[POSITIONS].reset_index(drop=True))
    assert stored(tmp_path, texts.rename(None)).take(POSITIONS).X.name is None


@pytest.mark.parametrize("make", ["csr_matrix", "csc_matrix", "coo_matrix", "csr_array", "csc_array", "coo_array"])
def test_sparse_samples_come_back_as_scikit_learn_slices_them(tmp_path, make):
    matrix = getattr(scipy.sparse, make)(NUMBERS * (NUMBERS % 3 == 0))
    dataset = stored(tmp_path, matrix)
    taken = dataset.take(POSITIONS).X
    assert type(taken) is type(matrix.tocsr())
    np.testing.assert_array_equal(taken.toarray(), matrix.tocsr()[POSITIONS].toarray())
    assert (dataset.about["kind"], dataset.about["n_features"], dataset.about["X_is_finite"]) == ("sparse", 3, False)
    assert stored(tmp_path, scipy.sparse.csr_matrix((N, 3))).take(POSITIONS).X.nnz == 0


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(NUMBERS.copy()), pd.DataFrame({str(i): NUMBERS[:, i] for i in range(3)})]
)
def test_a_frame_keeps_its_layout_in_memory(tmp_path, frame):
    taken = stored(tmp_path, frame).take(POSITIONS).X
    expected = frame.iloc[POSITIONS].to_numpy()
    assert taken.to_numpy().flags.c_contiguous == expected.flags.c_contiguous
    assert taken.columns.tolist() == frame.columns.tolist()


TARGETS = {
    "whole": ([0, 1] * 6, "binary", {"0": 6, "1": 6}),
    "texts": (TEXTS, "multiclass", {f"text {i}": TEXTS.count(f"text {i}") for i in range(5)}),
    "bools": (np.array([True, False] * 6), "binary", {"False": 6, "True": 6}),
    "continuous": (NUMBERS[:, 0] + 0.5, "continuous", None),
    "one value": ([0] * N, "binary", {"0": N}),
    "category": (
        pd.Series(TEXTS, dtype="category"),
        "multiclass",
        {f"text {i}": TEXTS.count(f"text {i}") for i in range(5)},
    ),
    "Int64": (pd.Series([0, 1] * 6, dtype="Int64"), "binary", {"0": 6, "1": 6}),
    "boolean": (pd.Series([True, False] * 6, dtype="boolean"), "binary", {"False": 6, "True": 6}),
    "string": (pd.Series(["a", "b"] * 6, dtype="string"), "binary", {"a": 6, "b": 6}),
    "objects": (np.array([0, 1] * 6, dtype=object), "binary", {"0": 6, "1": 6}),
    "arrow": (pd.Series([0, 1] * 6, dtype="int64[pyarrow]"), "binary", {"0": 6, "1": 6}),
    "several": (pd.DataFrame({"a": NUMBERS[:, 0] + 0.5, "b": range(N)}), "continuous-multioutput", None),
    "labels": (scipy.sparse.csr_matrix(np.eye(N, dtype=int)), "multilabel-indicator", None),
    "none": (None, None, None),
}


@pytest.mark.parametrize("name", TARGETS)
def test_targets_become_arrays_of_numbers_or_texts(tmp_path, name):
    y, kind, classes = TARGETS[name]
    dataset = stored(tmp_path, NUMBERS, y)
    assert (dataset.about["target_type"], dataset.about["classes"]) == (kind, classes)
    taken = dataset.take(POSITIONS).y
    if y is None:
        assert taken is None
        return
    dense = y.toarray() if hasattr(y, "toarray") else y
    np.testing.assert_array_equal(taken, np.asarray(dense)[POSITIONS])
    assert taken.dtype.kind in "biufU"


def test_the_file_is_one_that_numpy_reads(tmp_path):
    stored(tmp_path, NUMBERS, [0, 1] * 6)
    with np.load(tmp_path / "data.npz") as file:
        np.testing.assert_array_equal(file["X"], NUMBERS)
        np.testing.assert_array_equal(file["y"], [0, 1] * 6)


def test_members_are_aligned(tmp_path):
    dataset = stored(tmp_path, pd.DataFrame(COLUMNS), TEXTS)
    assert dataset.y.codes.ctypes.data % 64 == 0
    assert stored(tmp_path, NUMBERS, NUMBERS).X.ctypes.data % 64 == 0


@pytest.mark.parametrize("name", ["data.npz", "dataset.json"])
@pytest.mark.parametrize("X", [NUMBERS, pd.DataFrame(COLUMNS), scipy.sparse.csr_matrix(NUMBERS)], ids=type)
def test_a_damaged_file_is_named_with_the_command_that_rebuilds_it(tmp_path, name, X):
    stored(tmp_path, X, [0, 1] * 6)
    path = tmp_path / name
    for size in (path.stat().st_size - 9, 40, 0):
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(InputError, match=rf"{name}: was truncated or edited; .* --forcerun prepare_dataset"):
            load_dataset(tmp_path)
    path.unlink()
    with pytest.raises(InputError, match=rf"{name}: is missing; .* --forcerun prepare_dataset"):
        load_dataset(tmp_path)


FRAME = pd.DataFrame({"a": [1, 2, 3, 4], "b": ["x", "y", "x", "y"]})
CHANGED = {
    "value": FRAME.assign(a=[1, 2, 3, 5]),
    "text": FRAME.assign(b=["x", "y", "x", "z"]),
    "cut": FRAME.assign(b=["xy", "", "x", "y"]),
    "name": FRAME.rename(columns={"a": "c"}),
    "order of columns": FRAME[["b", "a"]],
    "order of rows": FRAME.iloc[::-1],
    "dtype": FRAME.astype({"a": "float64"}),
    "text dtype": FRAME.astype({"b": "string"}),
    "category": FRAME.astype({"b": "category"}),
    "order of categories": FRAME.assign(b=pd.Categorical(FRAME["b"], categories=["y", "x"])),
    "ordered categories": FRAME.assign(b=pd.Categorical(FRAME["b"], ordered=True)),
    "unused category": FRAME.assign(b=pd.Categorical(FRAME["b"], categories=["x", "y", "z"])),
    "gap": FRAME.assign(a=pd.array([1, 2, 3, None], dtype="Int64")),
    "no gap": FRAME.assign(a=pd.array([1, 2, 3, 0], dtype="Int64")),
    "text gap": FRAME.assign(b=["x", "y", "x", None]),
    "array": FRAME[["a"]].to_numpy(),
    "array of another type": FRAME[["a"]].to_numpy("float32"),
    "array of another shape": FRAME[["a"]].to_numpy().repeat(2, axis=1),
    "frame": FRAME[["a"]],
    "sparse": scipy.sparse.csr_matrix(FRAME[["a"]].to_numpy()),
}


def test_the_hash_follows_schema_and_values(tmp_path):
    y = [0, 1, 0, 1]
    hashes = {name: stored(tmp_path, X, y).about["sha256"] for name, X in CHANGED.items()}
    hashes["unchanged"] = stored(tmp_path, FRAME, y).about["sha256"]
    hashes["target"] = stored(tmp_path, FRAME, [0, 1, 1, 1]).about["sha256"]
    hashes["target of another type"] = stored(tmp_path, FRAME, [0.0, 1.0, 0.0, 1.0]).about["sha256"]
    hashes["no target"] = stored(tmp_path, FRAME).about["sha256"]
    numbers = np.array([1.5, 2.0, 0.5, 3.0])
    hashes["numbers as the target"] = stored(tmp_path, FRAME, numbers).about["sha256"]
    hashes["numbers as the weights"] = stored(tmp_path, FRAME, sample_weight=numbers).about["sha256"]
    assert len(set(hashes.values())) == len(hashes)
    sliced = pd.concat([FRAME, FRAME])[4:].set_index("a", drop=False).rename_axis(None)
    pieces = FRAME.assign(b=pd.concat([FRAME["b"][:1], FRAME["b"][1:]]))
    assert {stored(tmp_path, X, y).about["sha256"] for X in (sliced, pieces)} == {hashes["unchanged"]}


def test_another_order_of_rows_is_known_though_the_samples_are_the_same(tmp_path):
    time, y = np.array([3, 1, 2, 4]), np.array([0, 1, 0, 1])
    order = np.array([1, 0, 3, 2])
    first = stored(tmp_path, FRAME, y, time=time).about
    other = stored(tmp_path, FRAME.iloc[order], y[order], time=time[order]).about
    assert other["sha256"] == first["sha256"] and other["rows"] != first["rows"]


def test_equal_data_make_equal_files(tmp_path):
    contents = []
    for _ in range(2):
        stored(tmp_path, pd.DataFrame(COLUMNS), TEXTS)
        contents.append((tmp_path / "data.npz").read_bytes())
    assert contents[0] == contents[1]


def test_what_is_known_stays_small_for_many_columns_and_classes(tmp_path):
    wide = pd.DataFrame(np.ones((4000, 3000), dtype="uint8"), columns=[f"column number {i}" for i in range(3000)])
    about = stored(tmp_path, wide, np.arange(4000)).about
    assert (about["n_features"], about["columns"], about["classes"], about["n_classes"]) == (3000, None, None, 4000)
    assert len(json.dumps(about)) < 10_000


def test_a_time_zone_that_has_no_name_to_read_back_is_refused(tmp_path):
    zone = datetime.timezone(datetime.timedelta(hours=2), "CEST")
    frame = pd.DataFrame({"at": pd.date_range("2024-03-30", periods=3, tz=zone)})
    with pytest.raises(InputError, match="has the time zone .*, which cannot be stored; use .dt.tz_convert"):
        store_data(raw_data(frame, None, "dataset.loader"), tmp_path / "data.npz", "dataset.loader")


def test_a_file_that_the_system_cannot_read_is_not_called_damaged(tmp_path, monkeypatch):
    store_data(raw_data(np.ones((3, 2)), None, "dataset.loader"), tmp_path / "data.npz", "dataset.loader")
    file = DataFile(tmp_path / "data.npz", "rebuild")

    def refuse(*arguments, **keywords):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(np, "memmap", refuse)
    with pytest.raises(OSError, match="Input/output error"):
        file.array("X")

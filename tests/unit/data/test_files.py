"""Tables of the user's own: what pandas would read, without its traps, or one line."""

import functools
import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from cvsearch.data import files
from cvsearch.data.columns import check_dataset_keys
from cvsearch.data.dataset import load_dataset
from cvsearch.data.files import MISSING, read_data
from cvsearch.data.preparation import store_data
from cvsearch.data.samples import check_data
from cvsearch.errors import InputError
from cvsearch.files import write_json
from workflow_runs import ROOT

ROWS = np.arange(4)
PLAIN = "age,fare,port,label\n31,7.25,S,yes\n40,,C,no\n25,8,,yes\n60,71.3,S,no\n"


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def prepared(content, file="t.csv", test_fold=None, **keys):
    """Return the stored dataset of a file with this content."""
    if isinstance(content, str):
        content = content.encode()
    if isinstance(content, bytes):
        Path(file).write_bytes(gzip.compress(content) if file.endswith(".gz") else content)
    elif isinstance(content, pd.DataFrame):
        content.to_parquet(file)
    elif isinstance(content, dict):
        np.savez(file, **content)
    dataset = {"file": file, **keys}
    check_dataset_keys(dataset)
    raw = read_data(dataset, test_fold)
    check_data(raw, "dataset.file")
    write_json("dataset.json", store_data(raw, "data.npz", "dataset.file"))
    return load_dataset(".")


def frame_of(content, **keys):
    dataset = prepared(content, **keys)
    return dataset.take(np.arange(dataset.about["n_samples"])).X


def test_a_csv_is_what_pandas_reads(in_folder):
    dataset = prepared(PLAIN, target="label")
    expected = pd.read_csv("t.csv").drop(columns="label")
    pd.testing.assert_frame_equal(dataset.take(ROWS).X, expected)
    assert dataset.take(ROWS).y.tolist() == ["yes", "no", "yes", "no"]
    assert (dataset.about["target_names"], dataset.about["classes"]) == (["label"], {"no": 2, "yes": 2})


@pytest.mark.parametrize("rows", [1, 3])
def test_a_csv_that_is_read_in_pieces_is_the_same(monkeypatch, rows):
    lines = ["whole,gap,number,bool,text,date,late,mixed"]
    lines += [
        f"{i},{'' if i == 1500 else i},{i / 3},{i % 2 == 0},t{i},2024-01-01,{'' if i < 2000 else 'x'},{i if i < 2500 else i / 2}"
        for i in range(3000)
    ]
    monkeypatch.setattr(files, "CHUNK_FIELDS", 8000 * rows)
    read = {"parse_dates": ["date"], "dtype": {"text": "category"}}
    frame = frame_of("\n".join(lines), read=read)
    expected = pd.read_csv("t.csv", low_memory=False, **read)
    pd.testing.assert_frame_equal(frame, expected)


def test_columns_that_change_from_piece_to_piece_are_read_again_together(monkeypatch):
    """One pass over the file for each of them would take hours for a wide table."""
    lines = [",".join(f"c{i}" for i in range(20)), *(["," * 19] * 1000), *([",".join(["x"] * 20)] * 1000)]
    monkeypatch.setattr(files, "CHUNK_FIELDS", 20_000)
    calls, read_csv = [], pd.read_csv
    monkeypatch.setattr(pd, "read_csv", functools.wraps(read_csv)(lambda *a, **k: calls.append(a) or read_csv(*a, **k)))
    frame = frame_of("\n".join(lines), read={"skip_blank_lines": False})
    assert frame.iloc[-1].tolist() == ["x"] * 20
    assert len(calls) < 10


def test_a_large_whole_number_in_a_later_piece_stays_exact(monkeypatch):
    """The first pieces are signed and the last is unsigned. Together they would become floats."""
    monkeypatch.setattr(files, "CHUNK_FIELDS", 1000)
    frame = frame_of("\n".join(["a,b", *(f"{i},{i}" for i in range(2500)), f"{2**64 - 1},0"]))
    expected = pd.read_csv("t.csv", low_memory=False)
    assert expected["a"].dtype == "uint64"
    pd.testing.assert_frame_equal(frame, expected)


RIGHT = {
    # name: (content, keys, column, values)
    "BOM": ("\ufeffage,label\n1,a\n2,b\n", {"target": "label"}, "age", [1, 2]),
    "semicolons and decimal commas": ("a;b\n1,5;x\n2;y\n", {"read": {"sep": ";", "decimal": ","}, "target": "b"}, "a", [1.5, 2.0]),
    "thousands": ('a,b\n"1,200",x\n"3",y\n', {"read": {"thousands": ","}, "target": "b"}, "a", [1200, 3]),
    "leading zeros": ("a,b\n007,1\n12,2\n", {"target": "b"}, "a", ["007", "12"]),
    "leading zeros in UTF-16": ("a,b\n007,1\n12,2\n".encode("utf-16"), {"target": "b", "read": {"encoding": "utf-16"}}, "a", ["007", "12"]),
    "leading zeros after an underscore": ("a_b\n1_007\n2_012\n", {"target": "a", "read": {"sep": "_"}}, "b", ["007", "012"]),
    "quoted leading zeros": ('a,b\n"007","1"\n"012","2"\n', {"target": "b"}, "a", ["007", "012"]),
    "leading zeros as numbers": ("a,b\n007,1\n12,2\n", {"target": "b", "read": {"dtype": {"a": "int64"}}}, "a", [7, 12]),
    "zero and fractions": ("a,b\n0,1\n0.05,2\n", {"target": "b"}, "a", [0.0, 0.05]),
    "gzip": ("a,b\n007,1\n12,2\n", {"target": "b", "file": "t.csv.gz"}, "a", ["007", "12"]),
    "latin-1": ("a,b\nä,1\nö,2\n".encode("latin-1"), {"target": "b", "read": {"encoding": "latin-1"}}, "a", ["ä", "ö"]),
    "index that is dropped": (",a,b\n0,5,1\n1,6,2\n", {"target": "b", "drop": ["Unnamed: 0"]}, "a", [5, 6]),
    "mixed that is dropped": ("a,b,c\n5,1,2\nx,2,3\n", {"target": "b", "drop": ["a"]}, "c", [2, 3]),
    "mixed as text": ("a,b\n5,1\nx,2\n", {"target": "b", "read": {"dtype": {"a": "str"}}}, "a", ["5", "x"]),
    "mixed with gaps": ("a,b\n5,1\nx,2\n", {"target": "b", "read": {"na_values": {"a": ["x"]}}}, "a", [5.0, np.nan]),
    "features called NA are gaps": ("a,b\nNA,1\nx,2\n", {"target": "b"}, "a", [np.nan, "x"]),
    "columns with numbers for names": ("2020,2021\n1,5\n2,6\n", {"target": 2021}, "2020", [1, 2]),
    "no line of names": ("1,5\n2,6\n", {"target": 1, "read": {"header": None}}, 0, [1, 2]),
    "bools with a gap": ("a,b\nTrue,1\n,2\n", {"target": "b"}, "a", [True, np.nan]),
    "names that need no quotes": ("first name,b\nx,1\ny,2\n", {"target": "b"}, "first name", ["x", "y"]),
}  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_traps_have_the_right_result(name):
    content, keys, column, values = RIGHT[name]
    frame = frame_of(content, **keys)
    assert frame.columns.tolist() == [column]
    pd.testing.assert_series_equal(frame[column], pd.Series(values, name=column), check_dtype=False)


TARGETS = {
    "a class called NA": ("a,y\n1,NA\n2,None\n3,x\n", {"NA": 1, "None": 1, "x": 1}),
    "yes and no": ("a,y\n1,yes\n2,no\n3,no\n", {"no": 2, "yes": 1}),
    "true and false": ("a,y\n1,True\n2,False\n3,False\n", {"False": 2, "True": 1}),
    "leading zeros": ("a,y\n1,01\n2,02\n3,02\n", {"01": 1, "02": 2}),
    "ranges": ("a,y\n1,0\n2,1-3\n3,>3\n", {"0": 1, "1-3": 1, ">3": 1}),
    "null": ("a,y\n1,null\n2,nan\n3,nan\n", {"nan": 2, "null": 1}),
    "numbers": ("a,y\n1,1\n2,2\n3,2\n", {"1": 1, "2": 2}),
}


@pytest.mark.parametrize("name", TARGETS)
def test_the_names_of_classes_survive(name):
    content, classes = TARGETS[name]
    assert prepared(content, target="y").about["classes"] == classes


def test_several_targets_and_none():
    dataset = prepared("a,y,z\n1,1.5,2\n2,2.5,3\n", target=["z", "y"])
    assert dataset.take(ROWS[:2]).y.tolist() == [[2, 1.5], [3, 2.5]]
    assert (dataset.about["target_names"], dataset.about["target_type"]) == (["z", "y"], "continuous-multioutput")
    dataset = prepared("a,y,z\n1,1.5,2\n2,2.5,3\n")
    assert (dataset.take(ROWS[:2]).y, dataset.about["target_type"], dataset.about["classes"]) == (None, None, None)
    assert prepared("a,y\n1,u\n2,v\n", target=["y"]).take(ROWS[:2]).y.tolist() == ["u", "v"]


ROLES = (
    "when,who,a,w,fold,y\n2024-03-01,NA,1,1,0,u\n2024-01-01,x,2,0.5,1,v\n2024-03-01,x,3,0,0,u\n2024-02-01,y,4,2,-1,v\n"
)


@pytest.mark.parametrize("kind", ["t.csv", "t.parquet", "t.npz"])
def test_groups_weights_time_and_folds_are_no_features(kind):
    content = ROLES
    if kind != "t.csv":
        Path("roles.csv").write_text(ROLES)
        content = pd.read_csv("roles.csv", keep_default_na=False)
    if kind == "t.npz":
        content = {
            name: content[name].to_numpy().astype("U" if name in ("when", "who", "y") else float)
            for name in content
            if name != "a"
        }
        content |= {"X": np.array([[1.0], [2], [3], [4]])}
    keys = {"target": "y", "groups": "who", "sample_weight": "w", "time": "when"}
    dataset = prepared(content, file=kind, test_fold="fold", **keys)
    taken = dataset.take(ROWS)
    assert np.asarray(taken.X).ravel().tolist() == [2, 4, 1, 3]
    assert dataset.rows[:].tolist() == [1, 3, 0, 2]
    assert (taken.y.tolist(), taken.groups.tolist()) == (["v", "v", "u", "u"], ["x", "y", "NA", "x"])
    assert (taken.sample_weight.tolist(), dataset.test_fold[:].tolist()) == ([0.5, 2, 1, 0], [1, -1, 0, 0])
    about = dataset.about
    assert (about["groups"]["n_groups"], about["sample_weight"], about["in_time_order"]) == (3, True, True)


def test_what_splits_are_made_from_has_hashes_of_its_own():
    abouts = [
        prepared(ROLES.replace("y,4", "x,4") if change else ROLES, groups="who", target="y").about for change in (0, 1)
    ]
    assert abouts[0]["sha256"] == abouts[1]["sha256"]
    assert abouts[0]["groups"]["sha256"] != abouts[1]["groups"]["sha256"]
    weights = [
        prepared(ROLES.replace("0.5", new), sample_weight="w", target="y", drop=["who"]).about["sha256"]
        for new in ("0.5", "1")
    ]
    assert weights[0] != weights[1]


def test_a_parquet_file_with_names_that_are_numbers():
    dataset = prepared(pd.DataFrame(np.arange(6.0).reshape(3, 2)), file="t.parquet")
    assert dataset.take(np.arange(3)).X["1"].tolist() == [1, 3, 5]


def test_a_parquet_file_is_what_pandas_reads():
    frame = pd.DataFrame({
        "i": pd.array([1, None, 3, 4], dtype="Int64"),
        "s": ["a", None, "b", "c"],
        "c": pd.Categorical(["x", "y", "x", None], categories=["y", "x", "z"]),
        "d": pd.date_range("2024", periods=4),
        "f": [1.5, np.nan, 2, 3],
        "b": [True, False, True, True],
    }, index=[3, 4, 5, 6])  # fmt: skip
    frame.to_parquet("u.parquet")
    for read in ({}, {"columns": ["f", "s"]}, {"filters": [["f", ">", 1.9]]}, {"dtype_backend": "pyarrow"}):
        dataset = prepared(None, file="u.parquet", **({"read": read} if read else {}))
        expected = pd.read_parquet("u.parquet", **read).reset_index(drop=True)
        pd.testing.assert_frame_equal(dataset.take(np.arange(len(expected))).X, expected)


def test_arrays_of_an_npz_keep_their_kind():
    X = np.arange(8, dtype="float32").reshape(4, 2)
    dataset = prepared({"X": X, "y": np.array(list("uvuv")), "more": X}, file="t.npz", target="y", drop=["more"])
    np.testing.assert_array_equal(dataset.take(ROWS).X, X)
    assert dataset.about["kind"] == "dense"
    assert prepared({"texts": np.array(["a b", "c"])}, file="t.npz").about["kind"] == "texts"
    dataset = prepared({"X": X, "Y": X.astype(float) / 3}, file="t.npz", target="Y")
    assert (dataset.take(ROWS).y.shape, dataset.about["target_names"]) == ((4, 2), None)
    scipy.sparse.save_npz("s.npz", scipy.sparse.csr_matrix(X))
    assert prepared(None, file="s.npz").about["kind"] == "sparse"


@pytest.mark.parametrize("word", MISSING)
def test_our_missing_values_are_those_of_pandas(word):
    Path("m.csv").write_text(f"a,b\n{word},1\nx,2\n")
    assert pd.read_csv("m.csv")["a"].isna()[0]


GROUPED = "g,a,y\nu,1,0\nu,2,1\nv,3,0\nv,4,1\n"
REFUSED = {
    # name: (content, keys, what is said)
    "no file": (None, {}, "dataset.file: 't.csv' does not exist; paths are relative to the working directory"),
    "empty": ("", {}, "dataset.file: t.csv is empty; give a file with a line of names and a line for each sample"),
    "names alone": ("a,b\n", {}, "dataset.file: X is of shape (0, 2); at least two samples and one feature are needed"),
    "target alone": ("y\n1\n2\n", {"target": "y"}, "dataset.file: X is of shape (2, 0); at least two samples and one feature are needed"),
    "long line": ("a,b\n1,2\n1,2,3\n", {}, "dataset.file: t.csv cannot be read (Expected 2 fields in line 3, saw 3); check the file and dataset.read"),
    "more fields than names": ("a,b\nr,1,2\ns,3,4\n", {}, "dataset.file: t.csv has more fields in a row than its first line has names (2); name every column"),
    "more fields than names, numbered": ("a,b\n0,1,2\n1,3,4\n2,5,6\n", {}, "dataset.file: t.csv has more fields in a row than its first line has names (2); name every column"),
    "not UTF-8": ("a,b\nä,1\n".encode("latin-1"), {}, "dataset.file: t.csv is not UTF-8; say its encoding: read: {encoding: latin-1}"),
    "not gzip": (None, {"file": "plain.csv.gz"}, "dataset.file: plain.csv.gz cannot be read (Not a gzipped file (b'ag'))"),
    "not parquet": (None, {"file": "plain.parquet"}, "dataset.file: plain.parquet cannot be read (Parquet"),
    "not npz": (None, {"file": "plain.npz"}, "dataset.file: plain.npz cannot be read as NPZ; write it with numpy.savez"),
    "objects in npz": ({"X": np.array([1, "a"], dtype=object)}, {"file": "t.npz"}, "dataset.file: t.npz holds Python objects, which may run code when they are read; save text as text: y.astype(str)"),
    "two arrays in npz": ({"X": ROWS, "y": ROWS}, {"file": "t.npz"}, "dataset.file: the samples must be one array, but t.npz has X and y left for them; name the target (dataset.target) and the roles of the other arrays, or drop them"),
    "no array in npz": ({"y": ROWS}, {"file": "t.npz", "target": "y"}, "dataset.file: the samples must be one array, but t.npz has no array left for them"),
    "unknown array": ({"X": ROWS, "y": ROWS}, {"file": "t.npz", "target": "z"}, "dataset.target: 'z' is not an array of t.npz; it has X, y"),
    "groups of two columns": ({"X": ROWS, "g": np.ones((4, 2))}, {"file": "t.npz", "groups": "g"}, "dataset.groups: 'g' is of shape (4, 2); give one value per sample"),
    "unequal arrays": ({"X": np.ones((4, 2)), "g": ROWS[:3]}, {"file": "t.npz", "groups": "g"}, "dataset.file: X has 4 samples and groups 3; give one value per sample"),
    "unknown target": (PLAIN, {"target": "lable"}, "dataset.target: 'lable' is not a column of t.csv; did you mean 'label'?"),
    "unknown groups": (PLAIN, {"groups": "zzz"}, "dataset.groups: 'zzz' is not a column of t.csv; it has age, fare, port, label"),
    "unknown drop": (PLAIN, {"drop": ["prt"]}, "dataset.drop: 'prt' is not a column of t.csv; did you mean 'port'?"),
    "other separator": ("a;y\n1;2\n3;4\n", {"target": "y"}, "dataset.target: 'y' is not a column of t.csv, which has one column only, 'a;y'; say what stands between columns: read: {sep: ';'}"),
    "unnamed index": (",a,y\n0,1,2\n1,3,4\n", {"target": "y"}, "dataset.drop: column 'Unnamed: 0' of t.csv has no name; it may be an index that was saved with the table; leave it out (drop: ['Unnamed: 0']), or name it in the file"),
    "duplicate names": ("a,b,a\n1,2,3\n4,5,6\n", {}, "dataset.file: 2 columns of t.csv are called 'a'; give each its own name"),
    "mixed": ("a,y\n31,0\nunknown,1\n", {"target": "y"}, "dataset.file: column 'a' of t.csv mixes numbers and text (row 0: '31', row 1: 'unknown'); to keep it as text, set dataset.read: {dtype: {a: str}}; if 'unknown' means a missing value, set dataset.read: {na_values: {a: [unknown]}}"),
    "decimal commas": ('a;y\n1,5;0\n2,5;1\n', {"target": "y", "read": {"sep": ";"}}, "dataset.file: column 'a' of t.csv holds numbers with commas ('1,5'); say what they mean: read: {decimal: ','} or read: {thousands: ','}, or keep it as text (read: {dtype: {a: str}})"),
    "gap in the target": ("a,y\n1,0\n2,\n3,1\n", {"target": "y"}, "dataset.target: the target has 1 missing value of 3 (row 1, counted from 0); leave those samples out"),
    "NA among numbers": ("a,y\n1,0\n2,NA\n3,NA\n", {"target": "y"}, "dataset.target: the target has 2 missing values of 3 (first in row 1, counted from 0)"),
    "gap in text target": ("a,y\n1,u\n2,\n3,v\n", {"target": "y"}, "dataset.target: the target has 1 missing value of 3 (row 1, counted from 0)"),
    "gap in groups": (GROUPED.replace("u,1", ",1"), {"groups": "g"}, "dataset.groups: column 'g' has 1 missing value of 4 (row 0, counted from 0)"),
    "negative weight": (GROUPED.replace("4,1", "-4,1"), {"sample_weight": "a"}, "dataset.sample_weight: column 'a' has 1 negative weight (row 3: -4); weights are numbers from 0 on"),
    "weights of text": (GROUPED, {"sample_weight": "g"}, "dataset.sample_weight: column 'g' holds str; weights are numbers from 0 on"),
    "no weight": ("a,w\n1,0\n2,0\n", {"sample_weight": "w"}, "dataset.sample_weight: column 'w' is 0 in every row; give some samples a weight"),
    "gap in weights": ("a,w\n1,1\n2,\n", {"sample_weight": "w"}, "dataset.sample_weight: column 'w' has 1 missing value of 2 (row 1, counted from 0)"),
    "german dates": ("a,t\n1,31.12.2024\n2,01.01.2025\n", {"time": "t"}, "dataset.time: column 't' does not hold dates as 2024-12-31 ("),
    "gap in time": ("a,t\n1,2024-01-01\n2,\n", {"time": "t"}, "dataset.time: column 't' has 1 missing value of 2 (row 1, counted from 0)"),
    "bools for time": ("a,t\n1,True\n2,False\n", {"time": "t"}, "dataset.time: column 't' is of type bool; give dates or numbers"),
    "folds of text": (GROUPED, {"test_fold": "g"}, "splitter.sklearn.model_selection.PredefinedSplit.test_fold: column 'g' is of type"),
    "unknown argument": (PLAIN, {"read": {"zzz": ";"}}, "dataset.read.zzz: pandas.read_csv has no such argument; see the documentation of pandas"),
    "misspelt argument": (PLAIN, {"read": {"decimals": ","}}, "dataset.read.decimals: pandas.read_csv has no such argument; did you mean 'decimal'?"),
    "chunks": (PLAIN, {"read": {"chunksize": 5}}, "dataset.read.chunksize: 5 is not taken; leave it out, files are read in pieces as it is"),
    "index_col": (PLAIN, {"read": {"index_col": 0}}, "dataset.read.index_col: 0 is not taken; leave it out, and name the column under drop if it is not a feature"),
    "bad dtype": (PLAIN, {"read": {"dtype": {"port": "int64"}}}, "dataset.read: pandas cannot read t.csv with these arguments ("),
    "date column": (PLAIN, {"read": {"parse_dates": ["day"]}}, "dataset.read: pandas cannot read t.csv with these arguments ("),
    "read for npz": ({"X": np.ones((2, 2))}, {"file": "t.npz", "read": {"sep": ";"}}, "dataset.read: {'sep': ';'} is for .csv and .parquet files; leave it out"),
    "twice": (PLAIN, {"target": "label", "groups": "label"}, "dataset.groups: 'label' is also named in dataset.target; name each column once"),
    "twice in a list": (PLAIN, {"drop": ["age", "age"]}, "dataset.drop: 'age' is named twice; name each column once"),
    "text and numbers as targets": (PLAIN, {"target": ["age", "label"]}, "dataset.target: the target mixes columns of text and of numbers; give columns of one kind"),
    "lists in parquet": (pd.DataFrame({"a": [[1], [2]]}), {"file": "t.parquet"}, "dataset.file: column 'a' holds ndarray (row 0: array([1])); give numbers, texts, categories or dates"),
    "the index as a column": (pd.DataFrame({"a": [1, 2]}, index=pd.Index([5, 6], name="id")), {"file": "t.parquet", "read": {"columns": ["id", "a"]}}, "dataset.read.columns: 'id' is the index of t.parquet, not a column; call reset_index()"),
    "unknown parquet argument": (pd.DataFrame({"a": [1, 2]}), {"file": "t.parquet", "read": {"sep": ";"}}, "dataset.read.sep: pandas.read_parquet has no such argument"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_one_line(name):
    content, keys, said = REFUSED[name]
    for file in ("plain.csv.gz", "plain.parquet", "plain.npz"):
        Path(file).write_text(PLAIN)
    with pytest.raises(InputError) as caught:
        prepared(content, **keys)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_a_file_and_a_loader_are_one_or_the_other():
    with pytest.raises(InputError, match="dataset: loader and file are both given; give one of them"):
        check_dataset_keys({"loader": "a.b", "file": "a.csv"})
    with pytest.raises(InputError, match="dataset: neither loader nor file is given; give one of them"):
        check_dataset_keys({"target": "y"})
    with pytest.raises(InputError, match=r"dataset\.read: .* is for a file; give the loader its arguments"):
        check_dataset_keys({"loader": "a.b", "read": {"sep": ";"}})


PREPARE = """
import gc
import sys
from pathlib import Path

import prepare_dataset
import pandas, pyarrow, sklearn.utils.multiclass  # Their memory is not that of the data.


def peak():
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))) * 1024


gc.disable()  # As in a job.
prepare_dataset.LONG, prepare_dataset.say = 0, print
before = peak()
prepare_dataset.main({"file": "large.csv", "target": "label"}, None, {}, "data.npz", "dataset.json")
print(peak() - before)
"""


def test_five_million_rows_are_read_in_bounded_memory_and_their_time_is_told(in_folder):
    n_rows, rng = 100_000, np.random.RandomState(0)
    piece = pd.DataFrame(
        {"a": rng.normal(size=n_rows).round(4), "b": rng.randint(0, 999, n_rows), "c": rng.normal(size=n_rows).round(4)}
    ).assign(port=rng.choice(["S", "C"], n_rows), label=rng.randint(0, 2, n_rows))
    text = piece.to_csv(index=False)
    with Path("large.csv").open("w") as file:
        file.write(text)
        for _ in range(49):
            file.write(text[text.index("\n") + 1 :])
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "scripts")}
    done = subprocess.run([sys.executable, "-c", PREPARE], capture_output=True, text=True, check=True, env=environment)
    told, peak = done.stdout.splitlines()
    assert re.fullmatch(r"dataset\.file: 5,000,000 samples were read and stored in \d+ s", told)
    assert load_dataset(".").about["n_samples"] == 50 * n_rows
    assert int(peak) < 2 * Path("data.npz").stat().st_size

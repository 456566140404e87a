"""Tables as files: what was written is read again bit for bit, or is refused."""

import csv
import hashlib
import io
import math

import numpy as np
import pandas as pd
import pytest
from cvsearch.errors import InputError
from cvsearch.files import write_json
from cvsearch.results import storage
from cvsearch.results.storage import csv_bytes, parquet_bytes, read_table, scorer_of, table_bytes


def test_floats_survive_the_table_bit_for_bit():
    rng = np.random.RandomState(0)
    values = np.concatenate(
        [rng.uniform(size=500), 10.0 ** rng.uniform(-300, 300, size=500), [1 / 3, 5e-324, math.nan]]
    )
    table = pd.read_csv(pd.io.common.BytesIO(csv_bytes({"x": values})), skip_blank_lines=False)
    np.testing.assert_array_equal(table["x"].to_numpy(), values)


def test_a_long_table_is_written_in_pieces(monkeypatch):
    monkeypatch.setattr(storage, "CHUNK", 3)
    assert csv_bytes({"a": range(7), "b": [None, "x,y", math.nan, 1.5, True, "", 0]}) == (
        b'a,b\n0,\n1,"x,y"\n2,\n3,1.5\n4,True\n5,\n6,0\n'
    )


def test_a_carriage_return_stays_in_its_cell():
    columns = {"a": ["yes\r", "no", 'a\r\n"b"', "x,y"], "b": [1.5, math.nan, 2, 3]}
    content = csv_bytes(columns)
    assert content.count(b"\r") == 2
    read = pd.read_csv(pd.io.common.BytesIO(content))
    assert read["a"].tolist() == columns["a"]
    np.testing.assert_array_equal(read["b"], columns["b"])
    assert [row["a"] for row in csv.DictReader(io.StringIO(content.decode(), newline=""))] == columns["a"]
    assert pd.read_parquet(pd.io.common.BytesIO(parquet_bytes(content)))["a"].tolist() == columns["a"]


@pytest.fixture
def table(tmp_path):
    """A table, and beside it the hash that was noted when it was written."""
    content = csv_bytes({"candidate": [0, 1], "rank_test_f1": [1, 2], "param_a": ["NA", None]})
    (tmp_path / "cv_results.csv").write_bytes(content)
    write_json(tmp_path / "provenance.json", {"files": {"cv_results.csv": hashlib.sha256(content).hexdigest()}})
    return tmp_path / "cv_results.csv"


def test_a_table_that_is_as_it_was_written_is_read(table):
    assert table_bytes(table) == table.read_bytes()
    read = read_table(table)
    assert read["param_a"].tolist()[0] == "NA" and read["param_a"].isna().tolist() == [False, True]
    assert scorer_of(read) == "f1"


@pytest.mark.parametrize("name", ["cv_results.csv", "provenance.json"])
def test_a_table_that_was_edited_is_named_with_the_command_that_rebuilds_it(table, name):
    path = table.with_name(name)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InputError, match=rf"{name}: was truncated or edited.*--forcerun merge_results"):
        read_table(table)

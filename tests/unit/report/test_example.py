"""The picture of the first sample, of every kind of data."""

import time

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
from cvsearch.data.dataset import load_dataset
from cvsearch.data.preparation import store_data
from cvsearch.data.samples import raw_data
from cvsearch.files import write_json
from cvsearch.report.example import draw_example
from cvsearch.report.figure import save

WORDS = ["one $5 and $6 more " * 100, "two"]
FRAME = pd.DataFrame(
    {"age": [31, 40], "price": [1234567.0, 2.5], "port": ["S", None], "day": pd.date_range("2024", periods=2)}
)


def drawn(folder, X, y=None, image_shape=None):
    """Return the texts of the figure, which is also written."""
    raw = raw_data(X, y, "dataset.loader", image_shape)
    write_json(folder / "dataset.json", store_data(raw, folder / "data.npz", "dataset.loader"))
    figure = draw_example(load_dataset(folder))
    save(figure, folder / "example.png")
    axes = figure.axes[0]
    return [axes.get_title(loc="left"), *(text.get_text() for text in axes.texts)], axes


def test_a_row_of_a_table_is_names_and_values(tmp_path):
    texts, _ = drawn(tmp_path, FRAME, pd.Series([123456.0, 2.5]))
    assert texts == [
        "first of 2 samples, target 123456",
        "age",
        "31",
        "price",
        "1234567",
        "port",
        "S",
        "day",
        "2024-01-01 00:00:00",
    ]


def test_a_wide_table_is_cut(tmp_path):
    wide = pd.DataFrame(np.ones((2, 3000), dtype=int), columns=[f"column {i}" for i in range(3000)])
    texts, _ = drawn(tmp_path, wide)
    assert texts[0] == "first of 2 samples"
    assert texts[-4:] == ["column 18", "1", "… and 2,981 more", ""]


@pytest.mark.parametrize("X", [WORDS, pd.Series(WORDS), np.array(WORDS)], ids=["list", "series", "array"])
def test_a_text_is_shown_and_cut(tmp_path, X):
    texts, _ = drawn(tmp_path, X, ["spam", "ham"])
    assert texts[0] == "first of 2 samples, target spam"
    assert texts[1].startswith("one $5 and $6 more one")
    assert texts[1].endswith("…")
    assert len(texts[1]) < 1000


def test_numbers_are_bars_and_whole_ones_have_no_fractions(tmp_path):
    texts, axes = drawn(tmp_path, np.array([[1.0, 2.0, np.nan, np.inf], [3, 4, 5, 6]]), np.array([[1.0, 2.5], [3, 4]]))
    assert texts == ["first of 2 samples, target 1, 2.5"]
    heights = [bar.get_height() for bar in axes.patches]
    assert heights[:2] == [1, 2] and np.isnan(heights[2:]).all()
    assert all(float(tick).is_integer() for tick in axes.get_yticks())


def test_sparse_samples_say_how_much_is_not_0(tmp_path):
    _, axes = drawn(tmp_path, scipy.sparse.csr_matrix(np.array([[0, 2.0, 0, 1], [1, 0, 0, 0]])))
    assert axes.get_xlabel() == "feature (2 are not 0)"


def test_rows_of_texts_are_a_table(tmp_path):
    assert drawn(tmp_path, np.array([["male", 1], ["female", 3]], dtype=object))[0][1:] == ["0", "male", "1", "1"]
    assert drawn(tmp_path, np.array([["a", "b"], ["c", "d"]]))[0][1:] == ["0", "a", "1", "b"]


def test_an_image_is_drawn_pixel_by_pixel(tmp_path):
    [image] = drawn(tmp_path, np.arange(12.0).reshape(2, 6), None, [3, 2])[1].images
    np.testing.assert_array_equal(image.get_array(), [[0, 1], [2, 3], [4, 5]])
    assert (image.get_interpolation(), image.get_cmap().name) == ("nearest", "gray")


def test_the_title_tells_how_many_samples_and_the_target(tmp_path):
    texts, _ = drawn(tmp_path, np.ones((2000, 3)), np.full(2000, 0.123456789))
    assert texts == ["first of 2,000 samples, target 0.123457"]


@pytest.mark.parametrize("make", [np.asarray, pd.DataFrame, scipy.sparse.csr_matrix], ids=["array", "frame", "sparse"])
def test_the_picture_of_a_wide_sample_is_quick(tmp_path, make):
    X = make(np.random.RandomState(0).normal(size=(2, 60_000)))
    raw = raw_data(X, [0, 1], "dataset.loader")
    write_json(tmp_path / "dataset.json", store_data(raw, tmp_path / "data.npz", "dataset.loader"))
    started = time.process_time()
    save(draw_example(load_dataset(tmp_path)), tmp_path / "example.png")
    assert time.process_time() - started < 3

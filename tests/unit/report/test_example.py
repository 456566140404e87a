"""The first sample, drawn."""

import numpy as np
from cvsearch.report.example import draw_example


def test_images_are_drawn_pixel_by_pixel_and_others_as_bars():
    X, y = np.arange(8.0).reshape(2, 4), np.array([1, 0])
    image = draw_example(X, y, [2, 2]).axes[0]
    np.testing.assert_array_equal(image.images[0].get_array(), [[0, 1], [2, 3]])
    assert image.images[0].get_interpolation() == "nearest"
    assert image.images[0].get_cmap().name == "gray"
    bars = draw_example(X, y, None).axes[0]
    assert [bar.get_height() for bar in bars.patches] == [0, 1, 2, 3]


def test_the_title_tells_how_many_samples_and_the_target():
    X, y = np.ones((2000, 3)), np.full(2000, 0.123456)
    assert draw_example(X, y, None).axes[0].get_title(loc="left") == "first of 2,000 samples, target 0.1235"

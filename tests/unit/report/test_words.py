"""Numbers and values as a person reads them."""

import math

import pytest
from cvsearch.report.words import cut, in_a_line, in_words, number_text, score_text, texts_apart, value_text

MATERN = {"sklearn.gaussian_process.kernels.Matern": {"nu": 1.5}}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (123456, "123456"),
        (10**20, "1" + "0" * 20),
        (100000.0, "100000"),
        (-0.0, "0"),
        (1e15, "1000000000000000"),
        (1e16, "1e+16"),
        (-8e21, "-8e+21"),
        (0.123456, "0.1235"),
        (98765.4321, "98765"),
        (1e-7, "1e-07"),
        (0.1 + 0.2, "0.3"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
    ],
)
def test_whole_numbers_are_whole_and_others_as_short_as_is_fair(number, text):
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("score", "text"),
    [(0.94444, "0.9444"), (0.0, "0.0000"), (-169.48781, "-169.4878"), (-8e21, "-8e+21"), (-1.23456e-5, "-1.235e-05")],
)
def test_scores_have_four_decimals_where_these_say_something(score, text):
    assert score_text(score) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        (1, "1"),
        (1.0, "1"),
        (math.inf, "inf"),
        (math.nan, "nan"),
        ("rbf", "rbf"),
        ("", '""'),
        ("None", '"None"'),
        ("True", '"True"'),
        ("1", '"1"'),
        ("007", '"007"'),
        ("1e-3", '"1e-3"'),
        ("nan", '"nan"'),
        ("two\nlines", '"two\\nlines"'),
        ([1, "a", None], '[1, "a", null]'),
        ({"tuple": [0, 1]}, "(0, 1)"),
        ({"tuple": [100]}, "(100,)"),
        ({"tuple": [None, 0.5]}, "(None, 0.5)"),
        ({"0.0": 5, "1.0": 1}, '{"0.0": 5, "1.0": 1}'),
        ({"yes": 5}, '{"yes": 5}'),
        ({"dict": [[False, 1], [True, 3]]}, '{"false": 1, "true": 3}'),
        ("sklearn.feature_selection.chi2", "chi2"),
        ({"sklearn.svm.SVC": {}}, "SVC"),
        (MATERN, "Matern(nu=1.5)"),
        (
            {"sklearn.gaussian_process.kernels.Sum": {"k1": MATERN, "k2": "mine.Kernel"}},
            "Sum(k1=Matern(nu=1.5), k2=Kernel)",
        ),
    ],
)
def test_the_words_of_a_value_tell_its_type(value, text):
    assert value_text(value) == text


def test_parameters_in_words():
    params = {"clf": {"sklearn.svm.SVC": {}}, "clf__C": 100000.0, "clf__cache_size": 12345, "scale": None}
    assert in_words(params) == "clf=SVC, clf__C=100000, clf__cache_size=12345, scale=None"


def test_parameters_in_a_sentence_are_cut():
    assert len(in_a_line({"stop_words": ["word"] * 1000})) == 500


def test_objects_are_named_by_what_tells_them_apart():
    softer = {"sklearn.gaussian_process.kernels.Matern": {"nu": 2.5}}
    rbf = {"sklearn.gaussian_process.kernels.RBF": {"length_scale": 2.0}}
    assert texts_apart([MATERN, rbf]) == ["Matern", "RBF"]
    assert texts_apart([MATERN, softer, rbf]) == ["Matern(nu=1.5)", "Matern(nu=2.5)", "RBF"]
    assert texts_apart(["mine.Scaler", "sklearn.preprocessing.Scaler"]) == [
        "'mine.Scaler'",
        "'sklearn.preprocessing.Scaler'",
    ]
    assert texts_apart([1e300, "1e300", True, "True"]) == ["1e+300", '"1e300"', "True", '"True"']


def test_a_long_text_keeps_both_its_ends():
    assert cut("kernel", 6) == "kernel"
    assert cut("preprocess__numeric__add_indicator", 12) == "prepr…icator"

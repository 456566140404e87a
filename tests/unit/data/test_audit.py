"""The audit of the splits: each finding has a data set that shows it and one that does not."""

import re

import numpy as np
import pandas as pd
import pytest
from cvsearch.data.audit import INFO, WARNING, Split, accuracy_of_rare_classes, audit, audit_classes
from cvsearch.data.dataset import Dataset
from cvsearch.data.splits import ClassCounts
from cvsearch.evaluation.scoring import ranking_scorer
from scipy import sparse
from workflow_runs import ROOT


def dataset(X=None, n=200, groups=None, moments=None):
    X = np.random.default_rng(0).normal(size=(n, 3)) if X is None else X
    about = {"n_samples": X.shape[0] if hasattr(X, "shape") else len(X), "in_time_order": moments is not None}
    about["n_features"] = X.shape[1] if getattr(X, "ndim", 1) == 2 else None
    rows = X.iloc if isinstance(X, pd.DataFrame) else X
    return Dataset(_Rows(rows), None, about, groups=groups, moments=moments)


class _Rows:
    """Rows by positions, as a stored dataset gives them."""

    def __init__(self, rows):
        self.rows = rows

    def __getitem__(self, positions):
        return [self.rows[i] for i in positions] if isinstance(self.rows, list) else self.rows[positions]


def halves(n=200, start=0):
    """Two splits of samples from `start` on: the halves, and the other way round."""
    middle = (start + n) // 2
    first, second = np.arange(start, middle), np.arange(middle, n)
    return [Split(first, second), Split(second, first)]


def found(data, splits=None, y=None):
    splits = splits or halves(data.about["n_samples"])
    of_classes = [] if y is None else audit_classes(splits, ClassCounts(np.asarray(y)))
    return {finding.id: finding for finding in audit(data, splits) + of_classes}


BALANCED = np.tile([0, 1], 100)


def test_ordinary_data_show_nothing():
    assert found(dataset(), y=BALANCED) == {}
    assert found(dataset(), y=None) == {}


def test_a_small_test_side_is_named_with_its_size():
    small = found(dataset(n=40))["small-test-side"]
    assert (small.severity, small.evidence) == (INFO, "split 0 tests on 20 samples; 2 such cases")


def test_a_class_that_is_rare_on_a_test_side_makes_it_small():
    rare = np.r_[np.zeros(96), np.ones(4), np.zeros(90), np.ones(10)].astype(int)
    assert found(dataset(), y=rare)["small-test-side"].evidence == "split 1 tests on 4 of class 1; 1 such case"


def test_a_class_that_is_missing_on_a_side():
    y = np.r_[np.zeros(50), np.ones(50), np.zeros(100)].astype(int)
    missing = found(dataset(), y=y)["class-missing-on-a-side"]
    assert missing.severity == WARNING
    assert missing.evidence == "split 0 has no sample of class 1 on its test side; 2 such cases"


def test_a_class_that_only_held_out_samples_have_is_not_missing():
    y = np.r_[[2], np.tile([0, 1], 100)[1:]]
    assert "class-missing-on-a-side" not in found(dataset(), halves(start=1), y=y)


def test_groups_on_both_sides():
    groups = np.repeat(np.arange(20), 10)
    assert "groups-on-both-sides" not in found(dataset(groups=groups))
    groups[100:107] = 0
    torn = found(dataset(groups=groups))["groups-on-both-sides"]
    assert torn.severity == WARNING
    assert torn.evidence == "10 of 100 test samples of split 1 are of a group that is on the training side too"


@pytest.mark.parametrize("kind", ["array", "whole numbers", "table", "sparse", "texts"])
@pytest.mark.parametrize(("copies", "severity"), [(0, None), (1, INFO), (4, WARNING)])
def test_equal_rows_on_both_sides(kind, copies, severity):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 3)).round(6) if kind != "whole numbers" else rng.integers(0, 10**6, (400, 3))
    X[200 : 200 + copies] = X[:copies]
    data = {
        "array": lambda: X,
        "whole numbers": lambda: X,
        "table": lambda: pd.DataFrame(X, columns=list("abc")).assign(text=["x" if i % 2 else None for i in range(400)]),
        "sparse": lambda: sparse.csr_matrix(X * (np.abs(X) > 0.01)),
        "texts": lambda: [" ".join(map(str, row)) for row in X],
    }[kind]()
    duplicates = found(dataset(data)).get("equal-rows-on-both-sides")
    assert (duplicates and duplicates.severity) == severity
    if duplicates:
        assert duplicates.evidence.startswith(f"{copies} of 200 test samples of split")


def test_rows_in_another_order_and_signs_are_other_rows():
    X = np.random.default_rng(0).normal(size=(200, 2))
    X[100:110] = X[:10, ::-1]
    X[110:120] = -X[10:20]
    assert "equal-rows-on-both-sides" not in found(dataset(X))


def test_samples_that_are_held_out_are_not_looked_at():
    class Refusing(_Rows):
        def __getitem__(self, positions):
            assert min(positions) >= 10
            return super().__getitem__(positions)

    data = dataset(groups=np.r_[np.zeros(10), np.repeat(np.arange(1, 20), 10)])
    data.X = Refusing(data.X.rows)
    assert found(data, [Split(np.arange(10, 110), np.arange(110, 200))]) == {}


def test_samples_of_one_moment_on_both_sides_and_the_future_in_the_training_side():
    moments = np.arange(200)
    forward = [Split(np.arange(100), np.arange(100, 200))]
    assert found(dataset(moments=moments), forward) == {}
    moments[95:105] = 95
    torn = found(dataset(moments=moments), forward)["moments-torn-apart"]
    assert torn.evidence == "5 of 100 test samples of split 0 have the same time as a training sample"
    future = found(dataset(moments=np.arange(200)))["future-in-the-training-side"]
    assert future.evidence == "this happens in 1 of 2 splits, first in split 1"


@pytest.mark.parametrize(
    ("scoring", "classes", "is_found"),
    [
        ("accuracy", {"a": 90, "b": 10}, True),
        (None, {"a": 90, "b": 10}, True),
        (["accuracy", "f1"], {"a": 90, "b": 10}, True),
        (["f1", "accuracy"], {"a": 90, "b": 10}, False),
        ({"right": "accuracy", "f": "f1"}, {"a": 90, "b": 10}, True),
        ({"accuracy": "f1"}, {"a": 90, "b": 10}, False),
        ("balanced_accuracy", {"a": 90, "b": 10}, False),
        ("accuracy", {"a": 70, "b": 30}, False),
        ("accuracy", None, False),
    ],
)
def test_accuracy_as_the_scorer_of_rare_classes(scoring, classes, is_found):
    finding = accuracy_of_rare_classes(ranking_scorer(scoring), classes)
    assert (finding is not None) == is_found
    if finding:
        assert finding.evidence == "class a is 90.0% of the samples, so a guess has an accuracy of 0.900"


def test_every_kind_has_a_section():
    page = (ROOT / "docs" / "findings.md").read_text()
    ids = re.findall(
        r'^ +"([a-z]+(?:-[a-z]+)+)",$', (ROOT / "scripts/cvsearch/data/audit.py").read_text(), re.MULTILINE
    )
    assert len(ids) == 7
    for number, name in enumerate(sorted(ids, key=lambda name: page.index(f"## {name}\n")), start=1):
        assert f"## {name}\n\nNumber {number}" in page

"""What the statistics get of the kept predictions."""

import numpy as np
import pytest
from cvsearch.results.predictions import responses_of


def found(**methods):
    """Yield each candidate with its predictions by method, as the journal gives them."""
    for number in sorted({number for kept in methods.values() for number in kept}):
        yield number, {method: kept[number] for method, kept in methods.items() if number in kept}


@pytest.mark.parametrize("n_classes", [2, 3, None])
def test_only_what_all_candidates_have_is_a_response(n_classes):
    labels = {0: np.array([0, 1]), 1: np.array([1, 1]), 2: np.array([1, 0])}
    labels = {number: codes.astype("uint8") for number, codes in labels.items()}
    responses = responses_of(found(predict=labels, predict_proba={0: np.zeros((2, 2))}), [0, 2], n_classes)
    assert list(responses) == ["predict"]
    assert responses["predict"].shape == (2, 2)
    assert responses["predict"][0:2].tolist() == [[0, 1], [1, 0]]
    assert responses["predict"][1].tolist() == [1, 0]
    assert responses_of(found(), [0], n_classes) == {}


def test_labels_of_two_classes_need_one_bit_each():
    labels = {number: np.ones(800, dtype="uint8") for number in range(100)}
    assert responses_of(found(predict=labels), range(100), 2)["predict"].nbytes == 100 * 800 / 8


def test_a_probability_takes_the_place_of_a_missing_decision_value():
    """As for roc_auc, where some candidates have a decision_function and others have none."""
    probabilities = {0: np.array([[0.2, 0.8], [0.6, 0.4]])}
    decisions = {1: np.array([1.5, -2.0])}
    both = {"predict_proba": probabilities, "decision_function": decisions}
    assert responses_of(found(**both), [0, 1], 2)["decision_function"].tolist() == [[0.8, 0.4], [1.5, -2.0]]
    assert responses_of(found(**both), [0, 1], 3) == {}

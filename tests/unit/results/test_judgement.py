"""What a verdict is read from."""

import numpy as np
from cvsearch.results.judgement import responses_of

CLASSES = np.array(["no", "yes"])


def found(**methods):
    return {"predict": {}, "predict_proba": {}, "decision_function": {}} | methods


def test_only_what_all_candidates_have_is_a_response():
    labels = {0: np.array([0, 1]), 1: np.array([1, 1]), 2: np.array([1, 0])}
    responses = responses_of(found(predict=labels, predict_proba={0: np.zeros((2, 2))}), [0, 2], CLASSES)
    assert list(responses) == ["predict"]
    assert responses["predict"].tolist() == [["no", "yes"], ["yes", "no"]]
    assert responses_of(found(), [0], CLASSES) == {}


def test_a_probability_takes_the_place_of_a_missing_decision_value():
    """As for roc_auc, where some candidates have a decision_function and others have none."""
    probabilities = {0: np.array([[0.2, 0.8], [0.6, 0.4]])}
    decisions = {1: np.array([1.5, -2.0])}
    both = found(predict_proba=probabilities, decision_function=decisions)
    assert responses_of(both, [0, 1], CLASSES)["decision_function"].tolist() == [[0.8, 0.4], [1.5, -2.0]]
    assert responses_of(both, [0, 1], np.arange(3)) == {}

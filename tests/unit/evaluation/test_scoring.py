"""Scorers made from what the config says of them."""

import pytest
from cvsearch.config.names import Trust
from cvsearch.errors import InputError
from cvsearch.evaluation.scoring import as_list, build_scorer
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

SKLEARN = Trust([])


def test_scorers_by_name_by_list_and_of_ones_own():
    model = SVC().fit([[0], [1]], [0, 1])
    assert build_scorer(None, model, SKLEARN)(model, [[0], [1]], [0, 1]) == 1.0
    assert build_scorer("accuracy", model, SKLEARN)(model, [[0], [1]], [0, 1]) == 1.0
    assert build_scorer(["accuracy", "f1"], model, SKLEARN)(model, [[0], [1]], [0, 1]) == {"accuracy": 1.0, "f1": 1.0}
    with pytest.raises(InputError, match="did you mean 'accuracy'"):
        build_scorer(["f1", "acuracy"], model, SKLEARN)
    with pytest.raises(InputError, match="is no scorer's name"):
        build_scorer("sklearn.metrics.accuracy_score", model, SKLEARN)
    with pytest.raises(InputError, match="does not go with StandardScaler"):
        build_scorer(None, StandardScaler(), SKLEARN)


def test_a_scorer_of_ones_own_comes_from_a_trusted_module():
    own = Trust(["faulty"])
    assert build_scorer("faulty.half", SVC(), own)(None, None, None) == 0.5
    assert build_scorer(["accuracy", "faulty.half"], SVC().fit([[0], [1]], [0, 1]), own) is not None
    with pytest.raises(InputError, match="is no scorer's name"):
        build_scorer("faulty.half", SVC(), SKLEARN)
    with pytest.raises(InputError, match="scoring: 'faulty.FAULTS' is no scorer; give a callable"):
        build_scorer("faulty.FAULTS", SVC(), own)


def test_the_scorers_names_whatever_their_form():
    assert as_list(None) == []
    assert as_list("accuracy") == ["accuracy"]
    assert as_list(["f1", "accuracy"]) == ["f1", "accuracy"]

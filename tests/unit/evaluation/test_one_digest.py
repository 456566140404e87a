"""One config has one digest: shared work on, off or toggled half-way, and candidates in any order."""

import numpy as np
import oracle
import pytest
from cvsearch.config.names import Trust
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import train_test_split

TRUST = Trust(["scripted"])
RNG = np.random.RandomState(3)
BINARY_FEATURES = (RNG.uniform(size=(60, 8)) > 0.5).astype(float), RNG.randint(0, 2, 60)
SVC, SVR = {"sklearn.svm.SVC": {}}, {"sklearn.svm.SVR": {}}
KERNEL = {"C": [0.1, 1.0, 10.0, 1000.0], "gamma": ["scale", 0.01, 1.0]}
SCALED = {"scale": "sklearn.preprocessing.StandardScaler"}
KBEST = {
    "select": {
        "sklearn.feature_selection.SelectKBest": {"k": 2, "score_func": "sklearn.feature_selection.mutual_info_classif"}
    }
}

CASES = {
    "SVC, labels": (load_iris, SVC, KERNEL, "accuracy"),
    "SVC, several scorers": (load_iris, SVC, KERNEL, ["f1_macro", "accuracy"]),
    "SVC behind a prefix": (load_iris, [SCALED, {"svc": SVC}], {f"svc__{k}": v for k, v in KERNEL.items()}, "accuracy"),
    "SVR": (load_diabetes, SVR, KERNEL, None),
    "NuSVC on 0/1 features": (
        lambda return_X_y: BINARY_FEATURES,
        "sklearn.svm.NuSVC",
        {"nu": [0.3, 0.35, 0.4, 0.45]},
        None,
    ),
    "numpy.random": (load_iris, "scripted.Noisy", {"depth": [1, 2, 3, 4]}, None),
    "random": (load_iris, {"scripted.Noisy": {"source": "random"}}, {"depth": [1, 2, 3, 4]}, None),
    "numpy.random behind a prefix": (
        load_iris,
        [SCALED, {"noisy": "scripted.Noisy"}],
        {"noisy__depth": [1, 2, 3]},
        "accuracy",
    ),
    "numpy.random in a prefix": (
        load_iris,
        [KBEST, {"noisy": "scripted.Noisy"}],
        {"select__k": [1, 2], "noisy__depth": [1, 2, 3]},
        "accuracy",
    ),
    "numpy.random in a prefix of one's own": (
        load_iris,
        [{"shift": "scripted.NoisyScaler"}, {"noisy": "scripted.Noisy"}],
        {"noisy__depth": [1, 2, 3]},
        "accuracy",
    ),
    "open seeds": (
        load_iris,
        [
            {"pca": {"sklearn.decomposition.PCA": {"svd_solver": "randomized", "n_components": 2}}},
            {"forest": {"sklearn.ensemble.ExtraTreesClassifier": {"n_estimators": 3}}},
        ],
        {"forest__max_depth": [1, 2, None]},
        "accuracy",
    ),
}
CASES["SVC, decisions"] = (
    lambda return_X_y: (load_iris(return_X_y=True)[0], (load_iris(return_X_y=True)[1] == 1) * 1),
    SVC,
    KERNEL,
    ["accuracy", "roc_auc"],
)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", CASES)
def test_shared_work_and_order_change_no_digest(case):
    load, estimator, space, scoring = CASES[case]
    X, y = load(return_X_y=True)
    dataset = oracle.dataset_of(X, y)
    splits = [train_test_split(np.arange(len(y)), test_size=0.3, random_state=i) for i in range(2)]
    made = {"estimator": estimator, "param_distributions": space, "strategy": "grid", "scoring": scoring}
    on, off = (oracle.checked(made, share_work=share, trusted_modules=["scripted"]) for share in (True, False))
    digest = oracle.evaluate(on, dataset, splits, TRUST).digest()
    assert oracle.evaluate(off, dataset, splits, TRUST).digest() == digest
    n_candidates = int(np.prod([len(values) for values in space.values()]))
    backwards = list(range(n_candidates))[::-1]
    assert oracle.evaluate(on, dataset, splits, TRUST, backwards).digest() == digest
    halves = [
        oracle.evaluate(search, dataset, splits, TRUST, order)
        for search, order in ((on, backwards[:2]), (off, backwards[2:]))
    ]
    for name, column in halves[1].scores.items():
        column[-2:] = halves[0].scores[name][-2:]
    halves[1].status[-2:] = halves[0].status[-2:]
    assert halves[1].digest() == digest


def test_candidates_of_a_split_meet_the_same_luck():
    """A hundred trees are the first hundred of two hundred."""
    from cvsearch.evaluation.estimator import build_estimator, make_seeded

    template = build_estimator("sklearn.ensemble.RandomForestClassifier", TRUST)
    few, many = (make_seeded(template, {"n_estimators": n}, TRUST, 0, 1) for n in (3, 6))
    other = make_seeded(template, {"n_estimators": 3}, TRUST, 0, 2)
    assert few.random_state == many.random_state != other.random_state
    X, y = load_iris(return_X_y=True)
    few, many = few.fit(X, y), many.fit(X, y)
    assert [tree.tree_.node_count for tree in few.estimators_] == [
        tree.tree_.node_count for tree in many.estimators_[:3]
    ]

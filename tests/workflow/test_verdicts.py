"""Which searches get a corrected score and gains, and why the others get none."""

import json

import pytest

PIPELINE = [
    {"scale": "sklearn.preprocessing.StandardScaler"},
    {"model": "sklearn.linear_model.LogisticRegression"},
]
OWN_SCORE = {
    "scoring": "matthews_corrcoef",
    "cv": 2,
    "Cs": [0.1, 1.0],
    "use_legacy_attributes": False,
    "l1_ratios": [0],
}
TARGETS = {"n_samples": 80, "n_features": 3, "n_targets": 2, "random_state": 0}

# What the config has, the beginning of the reason why there is no corrected score, and the baselines.
CASES = {
    "several targets": (
        {"dataset": {"loader": {"sklearn.datasets.make_regression": TARGETS}}, "scoring": "r2"},
        ("sklearn.linear_model.Ridge", {"alpha": [0.1, 1.0]}),
        "scores of a target of type continuous-multioutput are not resampled",
        {"dummy", "default"},
    ),
    "windows of one size that follow time": (
        {"splitter": {"sklearn.model_selection.TimeSeriesSplit": {"max_train_size": 60, "test_size": 20}}},
        ("sklearn.tree.DecisionTreeClassifier", {"max_depth": [1, 2]}),
        "the splits follow time",
        {"dummy", "default"},
    ),
    "a score of its own": (
        {"scoring": None, "dataset": {"loader": "sklearn.datasets.load_breast_cancer"}},
        ({"sklearn.linear_model.LogisticRegressionCV": OWN_SCORE}, {"tol": [1e-3, 1e-2]}),
        "scoring is null, and a candidate's own score is neither accuracy nor r2; name a scorer",
        {"default"},
    ),
    "scores of two kinds": (
        {"scoring": None, "dataset": {"loader": "sklearn.datasets.load_breast_cancer"}},
        (PIPELINE, {"model": ["sklearn.naive_bayes.GaussianNB", {"sklearn.linear_model.LogisticRegressionCV": OWN_SCORE}]}),
        "scoring is null, and a candidate's own score is neither accuracy nor r2; name a scorer",
        set(),
    ),
    "decision values and probabilities": (
        {"scoring": "average_precision", "dataset": {"loader": "sklearn.datasets.load_breast_cancer"}},
        (PIPELINE, {"model": ["sklearn.linear_model.LogisticRegression", "sklearn.naive_bayes.GaussianNB"]}),
        None,
        {"dummy", "default"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_verdict_says_only_what_can_be_known(workdir, tiny, case):
    change, (estimator, space), reason, baselines = CASES[case]
    search = {"name": "s", "strategy": "grid", "estimator": estimator, "param_distributions": space}
    workdir.write(
        "config.yaml", tiny | {"dataset": {"loader": "sklearn.datasets.load_iris"}} | change | {"searches": [search]}
    )
    workdir.snakemake("results/s/verdict.json")
    verdict = json.loads((workdir.path / "results/s/verdict.json").read_text())
    assert {name for name, mean in verdict["baselines"].items() if mean is not None} == baselines
    gains = {name: verdict[f"gain_over_{name}"] for name in ("dummy", "default")}
    if reason is None:
        assert verdict["corrected"]["reason"] is None
        assert gains["default"]["estimate"] is not None
    else:
        assert verdict["corrected"]["reason"].startswith(reason)
        assert {gain["estimate"] for gain in gains.values()} == {None}

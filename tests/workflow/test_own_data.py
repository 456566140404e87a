"""A table and a splitter of one's own, run as a user would."""

import os

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.tree import DecisionTreeClassifier

RANDOM = np.random.RandomState(0)
N = 90
TABLE = pd.DataFrame(
    {
        "patient": [f"p{i}" for i in RANDOM.randint(0, 12, N)],
        "a": RANDOM.normal(size=N).round(6),
        "b": RANDOM.randint(0, 5, N),
    }
)
TABLE["label"] = np.where(TABLE["a"] + RANDOM.normal(size=N) > 0, "yes", "no")

SEARCH = {
    "name": "tree",
    "strategy": "grid",
    "estimator": {"sklearn.tree.DecisionTreeClassifier": {"random_state": 0}},
    "param_distributions": {"max_depth": [1, 2, 3], "min_samples_leaf": [1, 5]},
}
OWN = {
    "dataset": {"file": "data/mine.csv", "target": "label", "groups": "patient"},
    "splitter": "sklearn.model_selection.GroupKFold",
    "n_splits": 2,
    "batch_size": 20,
    "searches": [SEARCH],
}


def write_table(workdir, table=TABLE):
    return workdir.write("data/mine.csv", table.to_csv(index=False))


def test_a_table_with_groups_scores_as_in_scikit_learn_and_grows_with_its_content(workdir):
    path = write_table(workdir)
    workdir.write("config.yaml", OWN)
    run = workdir.merge()
    assert run.evaluated == 12
    search = GridSearchCV(DecisionTreeClassifier(random_state=0), SEARCH["param_distributions"], cv=GroupKFold(2))
    search.fit(TABLE[["a", "b"]], TABLE["label"], groups=TABLE["patient"])
    scores = workdir.table()["mean_test_score"].to_numpy()
    np.testing.assert_array_equal(scores, search.cv_results_["mean_test_score"])
    digest = workdir.digest()

    # A touched file runs nothing again, a changed one what rests on it.
    os.utime(path)
    assert "Nothing to be done" in workdir.merge().output
    write_table(workdir, TABLE.assign(b=TABLE["b"] + 1))
    run = workdir.merge()
    assert (run.jobs["prepare_dataset"], run.evaluated) == (1, 12)
    write_table(workdir)
    run = workdir.merge()
    assert (run.evaluated, workdir.digest()) == (0, digest)

    # Other groups make other splits.
    write_table(workdir, TABLE.assign(patient=TABLE["patient"].iloc[::-1].to_numpy()))
    assert workdir.merge().evaluated == 12


def test_a_large_file_that_is_touched_runs_nothing_again(workdir):
    table = pd.DataFrame({"x": np.random.RandomState(0).normal(size=80_000), "y": np.arange(80_000) % 2})
    path = write_table(workdir, table)
    assert path.stat().st_size > 1_000_000
    workdir.write("config.yaml", {**OWN, "dataset": {"file": "data/mine.csv", "target": "y"}, "splitter": "shuffle"})
    workdir.snakemake("results/splits/0.json", "results/dataset/example.png")
    os.utime(path)
    run = workdir.snakemake("results/splits/0.json", "results/dataset/example.png")
    assert not run.jobs
    write_table(workdir, table.assign(x=table["x"] + 1))
    run = workdir.snakemake("results/splits/0.json", "results/dataset/example.png")
    assert (run.jobs["prepare_dataset"], run.jobs["plot_example"]) == (1, 1)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dataset": {"file": "data/other.csv"}}, "dataset.file: 'data/other.csv' does not exist; paths are relative to the working directory"),
        ({"splitter": "shuffle"}, "splitter: 'shuffle' puts samples of one group (dataset.groups: 'patient') on both sides of a split"),
        ({"splitter": "sklearn.model_selection.LeaveOneGroupOut"}, "n_splits: LeaveOneGroupOut makes 12 splits here, not 2; set n_splits: 12"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value[:30],
)  # fmt: skip
def test_mistakes_end_the_run_before_an_evaluation_with_one_line(workdir, change, said):
    write_table(workdir)
    workdir.write("config.yaml", {**OWN, **change})
    run = workdir.snakemake(check=False)
    assert run.returncode != 0
    assert said in run.last_lines or said in run.output
    assert (run.jobs["evaluate"], run.jobs["time_pilot"]) == (0, 0)


LOADERS = """
import functools

import numpy as np
import pandas as pd
from sklearn.datasets import load_iris


@functools.lru_cache
def load():
    return load_iris(return_X_y=True)


def without_target():
    return load_iris().data, None


def of_zeros():
    X = load_iris().data
    return X, [0] * len(X)


def text_target_with_gap():
    X, y = load_iris(return_X_y=True)
    target = pd.Series(y.astype(str), dtype="string")
    target[5] = pd.NA
    return X, target


def wide():
    return np.random.RandomState(0).normal(size=(60, 20000)), [0, 1] * 30


def dummies():
    table = pd.DataFrame({"age": np.arange(120), "port": list("CQS") * 40})
    return pd.get_dummies(table), table["age"] // 60


def nullable():
    table, target = dummies()
    return table.convert_dtypes(), target


def by_name():
    return load_iris(as_frame=True)
"""
BAYES = {"estimator": "sklearn.naive_bayes.GaussianNB", "param_distributions": {"var_smoothing": [1e-9, 1e-3]}}
COLUMNS = {
    "estimator": [
        {
            "prepare": {
                "sklearn.compose.ColumnTransformer": {
                    "transformers": [["wide", "sklearn.preprocessing.StandardScaler", ["petal length (cm)"]]]
                }
            }
        },
        {"knn": "sklearn.neighbors.KNeighborsClassifier"},
    ],
    "param_distributions": {"knn__n_neighbors": [3, 5]},
}


@pytest.mark.parametrize(
    ("module", "function", "search"),
    [
        ("prepare_dataset", "load", BAYES),
        ("own_loaders", "nullable", BAYES),
        ("own_loaders", "by_name", COLUMNS),
    ],
)
def test_what_a_loader_returns_is_evaluated(workdir, module, function, search):
    workdir.write(f"{module}.py", LOADERS)
    search = {"name": "tree", "strategy": "grid", "batch_size": 20, **search}
    config = {
        "dataset": {"loader": f"{module}.{function}"},
        "trusted_modules": [module],
        "n_splits": 1,
        "searches": [search],
    }
    workdir.write("config.yaml", config)
    assert workdir.snakemake("results/tree/best.json", "results/dataset/example.png").evaluated == 2
    assert workdir.table()["mean_test_score"].notna().all()


@pytest.mark.parametrize("function", ["without_target", "of_zeros", "wide"])
def test_data_without_classes_to_tell_apart_are_prepared_and_drawn(workdir, function):
    workdir.write("own_loaders.py", LOADERS)
    config = {
        "dataset": {"loader": f"own_loaders.{function}"},
        "trusted_modules": ["own_loaders"],
        "searches": [{"name": "tree", **BAYES}],
    }
    workdir.write("config.yaml", config)
    workdir.snakemake("results/splits/1.json", "results/dataset/example.png")
    assert (workdir.path / "results/dataset/example.png").stat().st_size > 1000


def test_a_gap_in_the_target_is_counted_in_one_line(workdir):
    workdir.write("own_loaders.py", LOADERS)
    config = {"dataset": {"loader": "own_loaders.text_target_with_gap"}, "trusted_modules": ["own_loaders"]}
    workdir.write("config.yaml", {**config, "searches": [{"name": "tree", **BAYES}]})
    run = workdir.snakemake(check=False)
    assert (
        "error: dataset.loader: the target has 1 missing value of 150 (row 5, counted from 0); leave those samples out"
        in run.last_lines
    )


def test_more_splits_of_a_table_with_a_holdout_are_the_only_ones_evaluated(workdir):
    write_table(workdir)
    dataset = {"file": "data/mine.csv", "target": "label", "drop": ["patient"]}
    config = {**OWN, "dataset": dataset, "splitter": "shuffle", "holdout": 0.2, "n_splits": 1}
    workdir.write("config.yaml", config)
    assert workdir.merge().evaluated == 6
    workdir.write("config.yaml", {**config, "n_splits": 2})
    assert workdir.merge().evaluated == 6
    with np.load(workdir.path / "results/splits/holdout.npz") as file:
        held = set(file["holdout"].tolist())
    for i in range(2):
        with np.load(workdir.path / f"results/splits/{i}.npz") as file:
            assert held.isdisjoint([*file["train"], *file["test"]])
    assert len(held) == 18

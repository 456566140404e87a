"""Tables, texts, several targets and every splitter: every column that is not a time equals that of `GridSearchCV`."""

import numpy as np
import oracle
import pandas as pd
import pytest
import scipy.sparse
from cvsearch.data.splitters import Splitter
from sklearn import model_selection

N = 90
RNG = np.random.RandomState(0)
A = RNG.normal(size=N)
TABLE = pd.DataFrame(
    {
        "a": np.where(RNG.uniform(size=N) < 0.1, np.nan, A),
        "b": RNG.randint(0, 5, N),
        "port": pd.Series(RNG.choice(["S", "C", "Q"], N), dtype="str").mask(RNG.uniform(size=N) < 0.1),
        "size": pd.Categorical(RNG.choice(["small", "large"], N)),
        "seen": RNG.uniform(size=N) < 0.5,
    }
)
LABELS = np.where(A + RNG.normal(size=N) > 0, "yes", "no")
GROUPS = np.array([f"g{i}" for i in RNG.randint(0, 8, N)])
FOLDS = np.arange(N) % 4 - 1
TEXTS = [" ".join(RNG.choice(["red", "green", "blue"], 4)) + (" oak" if label == "yes" else "") for label in LABELS]
NUMBERS = np.column_stack([np.nan_to_num(A), TABLE["b"], RNG.normal(size=N)])

COLUMNS = {
    "sklearn.compose.ColumnTransformer": {
        "transformers": [
            ["numbers", "sklearn.impute.SimpleImputer", ["a", "b"]],
            ["names", {"sklearn.pipeline.Pipeline": {"steps": [
                ["fill", {"sklearn.impute.SimpleImputer": {"strategy": "most_frequent"}}],
                ["code", {"sklearn.preprocessing.OneHotEncoder": {"handle_unknown": "ignore"}}],
            ]}}, ["port", "size"]],
        ],
        "remainder": "passthrough",
    }
}  # fmt: skip
LOGISTIC = "sklearn.linear_model.LogisticRegression"
MIXED = [{"prepare": COLUMNS}, {"last": LOGISTIC}]
WORDS = [{"words": "sklearn.feature_extraction.text.TfidfVectorizer"}, {"last": LOGISTIC}]
COUNTS = [{"weigh": "sklearn.feature_extraction.text.TfidfTransformer"}, {"last": "sklearn.naive_bayes.MultinomialNB"}]
FOREST = {"sklearn.ensemble.RandomForestClassifier": {"random_state": 0, "n_estimators": 5}}
DATA = {
    # name: (X, y, estimator, space, scoring)
    "mixed columns": (TABLE, LABELS, MIXED, {"last__C": [0.01, 1.0], "prepare__numbers__strategy": ["mean", "median"]}, ["accuracy", "roc_auc"]),
    "texts": (TEXTS, LABELS, WORDS, {"words__ngram_range": [[1, 1], [1, 2]], "last__C": [0.1, 10.0]}, "accuracy"),
    "sparse counts": (scipy.sparse.csr_matrix(np.abs(NUMBERS).round()), LABELS, COUNTS, {"last__alpha": [0.1, 1.0], "weigh__use_idf": [True, False]}, ["accuracy", "neg_log_loss"]),
    "several numbers": (NUMBERS, np.column_stack([A, A**2]), "sklearn.linear_model.Ridge", {"alpha": [0.1, 10.0, 1e4]}, ["r2", "neg_mean_absolute_error"]),
    "several targets of a table": (TABLE[["b", "seen"]], pd.DataFrame({"u": A, "v": A**2}), "sklearn.tree.DecisionTreeRegressor", {"max_depth": [1, 3], "random_state": [0]}, None),
    "several labels": (NUMBERS, np.column_stack([A > 0, LABELS == "yes"]).astype(int), FOREST, {"max_depth": [1, 4]}, ["accuracy", "f1_macro"]),
    "several classes": (NUMBERS, np.column_stack([TABLE["b"], LABELS == "yes"]).astype(int), FOREST, {"max_depth": [1, 4]}, "neg_mean_absolute_error"),
}  # fmt: skip


def search_of(estimator, space, scoring):
    return oracle.checked(
        {"estimator": estimator, "param_distributions": space, "strategy": "grid", "scoring": scoring}
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("share_work", [True, False])
@pytest.mark.parametrize("name", DATA)
def test_every_kind_of_data(name, share_work):
    X, y, *search = DATA[name]
    splits = list(model_selection.KFold(3).split(np.zeros(N)))
    search = search_of(*search) | {"share_work": share_work}
    table = oracle.assert_equal_columns(search, X, y, splits)
    means = [column for column in table if column.startswith("mean_test_")]
    assert np.isfinite(np.asarray(table[means[0]], dtype=float)).all(), "no fit failed"


PREFIX = "sklearn.model_selection."
SPLITTERS = {
    # name: (parameters in the config, n_splits, scikit-learn's)
    "StratifiedKFold": ({}, 4, model_selection.StratifiedKFold(4)),
    "RepeatedKFold": ({"n_splits": 2, "n_repeats": 2}, 4, model_selection.RepeatedKFold(n_splits=2, n_repeats=2, random_state=7)),
    "GroupKFold": ({}, 3, model_selection.GroupKFold(3)),
    "StratifiedGroupKFold": ({}, 3, model_selection.StratifiedGroupKFold(3)),
    "LeaveOneGroupOut": ({}, 8, model_selection.LeaveOneGroupOut()),
    "TimeSeriesSplit": ({"gap": 1}, 4, model_selection.TimeSeriesSplit(4, gap=1)),
    "PredefinedSplit": ({"test_fold": "fold"}, 3, model_selection.PredefinedSplit(FOLDS)),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SPLITTERS)
def test_every_splitter(name):
    arguments, n_splits, cv = SPLITTERS[name]
    groups = GROUPS if "Group" in name else None
    columns = {"groups": groups, "test_fold": FOLDS}
    dataset = oracle.dataset_of(TABLE, LABELS, **columns)
    splitter = Splitter({PREFIX + name: arguments}, n_splits, 7, oracle.SKLEARN, dataset, np.arange(N))
    search = search_of(*DATA["mixed columns"][2:])
    table = oracle.assert_equal_columns(search, TABLE, LABELS, list(splitter.splits()), cv=cv, groups=groups)
    assert f"split{n_splits - 1}_test_accuracy" in table

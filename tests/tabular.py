"""Data that are no array: a loader of each kind, for searches that are killed, grown, or run on Slurm."""

import numpy as np
import pandas as pd
import scipy.sparse

N_SAMPLES = 90


def mixed():
    """A table of numbers with gaps, whole numbers, text, categories and dates, and the site that each row is from."""
    random = np.random.RandomState(0)
    a = random.normal(size=N_SAMPLES)
    table = pd.DataFrame(
        {
            "a": np.where(random.uniform(size=N_SAMPLES) < 0.1, np.nan, a),
            "b": random.randint(0, 5, N_SAMPLES),
            "port": random.choice(["S", "C", "Q"], N_SAMPLES),
            "size": pd.Categorical(random.choice(["small", "large"], N_SAMPLES)),
            "day": pd.date_range("2024", periods=N_SAMPLES),
            "site": [f"s{i}" for i in random.randint(0, 12, N_SAMPLES)],
        }
    )
    return table.assign(label=np.where(a + random.normal(size=N_SAMPLES) > 0, "yes", "no"))


def words():
    """A sparse matrix of counts, as a vectorizer makes of texts."""
    random = np.random.RandomState(0)
    counts = random.poisson(0.1, size=(N_SAMPLES, 300)).astype(float)
    return scipy.sparse.csr_matrix(counts), (counts[:, :30].sum(axis=1) > 3).astype(int)


COLUMNS = {
    "sklearn.compose.ColumnTransformer": {
        "transformers": [
            ["numbers", "sklearn.impute.SimpleImputer", ["a", "b"]],
            ["names", {"sklearn.preprocessing.OneHotEncoder": {"handle_unknown": "ignore"}}, ["port", "size"]],
        ]
    }
}

# The keys of a config for each kind, and the steps that bring its samples to numbers. Growth keeps the splits of both.
KINDS = {
    "mixed columns and groups": (
        {
            "dataset": {"loader": "tabular.mixed", "target": "label", "groups": "site", "drop": ["day"]},
            "splitter": "sklearn.model_selection.GroupShuffleSplit",
        },
        COLUMNS,
    ),
    "sparse": ({"dataset": {"loader": "tabular.words"}}, "sklearn.feature_extraction.text.TfidfTransformer"),
}

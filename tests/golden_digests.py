"""The digests of six small searches, which stay as they are unless what an evaluation is changes.

``python tests/golden_digests.py`` prints them, with ``--write`` into golden_digests.json.

The searches do not depend on the processor: their scores are shares of samples or differences of targets, and no value
of theirs is a power, whose last bit does depend on it.
"""

import argparse
import json
import sys
import tempfile
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "scripts"))

from cvsearch.candidates.strategies import strategy_of  # noqa: E402
from cvsearch.config.names import Trust  # noqa: E402
from cvsearch.data.loader import load_with, unpack  # noqa: E402
from cvsearch.data.splits import describe_split, shuffle_split  # noqa: E402
from cvsearch.evaluation.evaluator import Evaluator  # noqa: E402
from cvsearch.evaluation.scoring import scorer_names  # noqa: E402
from cvsearch.evaluation.supervisor import row_of  # noqa: E402
from cvsearch.journal.identity import FORMAT, identity_of  # noqa: E402
from cvsearch.journal.journal import Journal, read_histories  # noqa: E402
from cvsearch.journal.policy import Task  # noqa: E402
from cvsearch.results.evaluations import SIDES, Evaluations  # noqa: E402
from oracle import checked, dataset_of  # noqa: E402

FILE = HERE / "golden_digests.json"
N_SPLITS = 2

DEFAULTS = {"n_candidates": 5, "random_state": 0, "scoring": "accuracy", "return_train_score": True}

# name: (loader, search). Between them: the own score, shared work, open seeds, two scorers, a target in numbers, a failure,
# no train scores.
SEARCHES = {
    "tree": (
        "load_iris",
        {
            "estimator": "sklearn.tree.DecisionTreeClassifier",
            "param_distributions": {"max_depth": {"range": [1, 40]}, "min_samples_leaf": {"randint": [1, 20]}},
            "scoring": None,
            "return_train_score": False,
        },
    ),
    "svc": (
        "load_wine",
        {
            "estimator": {"sklearn.svm.SVC": {"tol": 0.01}},
            "param_distributions": {"C": [0.1, 1, 10, 100, 1000], "gamma": {"linspace": [1e-6, 1e-4, 100]}},
        },
    ),
    "forest": (
        "load_iris",
        {
            "estimator": {"sklearn.ensemble.RandomForestClassifier": {"n_estimators": 5}},
            "param_distributions": {"max_features": {"uniform": [0.2, 1]}, "criterion": ["gini", "entropy"]},
            "random_state": 7,
        },
    ),
    "pipeline": (
        "load_wine",
        {
            "estimator": [
                {"scale": "sklearn.preprocessing.StandardScaler"},
                {"knn": "sklearn.neighbors.KNeighborsClassifier"},
            ],
            "param_distributions": [
                {"knn__n_neighbors": [1, 3, 5]},
                {"scale": ["passthrough", {"sklearn.preprocessing.MinMaxScaler": {}}], "knn__n_neighbors": [7]},
            ],
            "scoring": ["accuracy", "f1_macro"],
        },
    ),
    "regressor": (
        "load_diabetes",
        {
            "estimator": "sklearn.tree.DecisionTreeRegressor",
            "param_distributions": {"max_depth": [2, 4, 8, None], "splitter": ["best", "random"]},
            "scoring": "neg_median_absolute_error",
        },
    ),
    "failing": (
        "load_iris",
        {
            "estimator": "sklearn.tree.DecisionTreeClassifier",
            "param_distributions": {"max_depth": [1, 2], "monotonic_cst": [None, [1, 0, 0, 0]]},
            "strategy": "grid",
        },
    ),
}


def digest_of(loader, search):
    """Return the digest of a search: drawn, evaluated, journaled and read again, in this process."""
    search, trust = DEFAULTS | search, Trust([])
    search = checked(
        {key: value for key, value in search.items() if key != "random_state"}, random_state=search["random_state"]
    )
    X, y, _ = unpack(load_with(f"sklearn.datasets.{loader}", trust))
    dataset = dataset_of(X, y)
    settings = strategy_of(search).propose(0, [])
    sides = SIDES if search["return_train_score"] else SIDES[:1]
    evaluations = Evaluations(settings, N_SPLITS, scorer_names(search["scoring"]), sides)
    with tempfile.TemporaryDirectory() as folder:
        identities = []
        for split in range(N_SPLITS):
            positions = shuffle_split(len(X), 0.2, split)
            split_sha256 = describe_split(*positions, dataset.about["sha256"])["sha256"]
            identity = identity_of(search, dataset.about["sha256"], split, split_sha256, {})
            identities.append(identity.sha256)
            evaluator = Evaluator(search, trust, dataset, *positions, split)
            with Journal.at(folder, identity) as journal:
                for setting in settings:
                    task = Task(setting.key, *setting, attempt=0)
                    journal.finish(task.key, row_of(task, evaluator(setting.params), search["limits"]))
        for split, (_, history) in enumerate(read_histories(folder, identities, settings)):
            for i, setting in enumerate(settings):
                evaluations.add(i, split, history.rows[setting.key])
    return evaluations.digest()


def golden():
    """Return what the file says of this version."""
    digests = {name: digest_of(*search) for name, search in SEARCHES.items()}
    return {"format": FORMAT, "scikit-learn": metadata.version("scikit-learn"), "digests": digests}


def main():
    """Read the command line, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help=f"into {FILE.name}")
    text = json.dumps(golden(), indent=2) + "\n"
    if parser.parse_args().write:
        FILE.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()

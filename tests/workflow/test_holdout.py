"""The samples that are held out change nothing but the last job: they are poisoned, and all else stays as it is."""

import json
import shutil
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from cvsearch.data.dataset import REBUILD, load_dataset
from cvsearch.data.splits import load_holdout
from cvsearch.data.storage import DataFile
from cvsearch.evaluation.model import read_model, searched
from cvsearch.layout import SearchPaths
from workflow_runs import Workdir

LOADER = """
import numpy as np
import pandas as pd

RANDOM = np.random.RandomState(0)


def numbers():
    X = RANDOM.normal(size=(120, 4))
    return X, (X[:, 0] + RANDOM.normal(size=120) > 0).astype(int)


def table():
    X, y = numbers()
    table = pd.DataFrame(X, columns=list("abcd")).assign(e=pd.Categorical(RANDOM.choice(list("xyz"), 120)))
    return table.assign(site=RANDOM.randint(0, 20, 120), weight=RANDOM.uniform(1, 2, 120), label=y)
"""
FOREST = {"sklearn.ensemble.RandomForestClassifier": {"n_estimators": 5}}
PREPARED = {
    "sklearn.compose.ColumnTransformer": {
        "transformers": [["names", "sklearn.preprocessing.OneHotEncoder", ["e"]]],
        "remainder": "sklearn.preprocessing.StandardScaler",
    }
}
# Under these seeds the first sample, which would be the example, is held out.
CASES = {
    "an array": {"dataset": {"loader": "own_data.numbers"}, "random_state": 0},
    "a table with groups and weights": {
        "dataset": {"loader": "own_data.table", "target": "label", "groups": "site", "sample_weight": "weight"},
        "splitter": "sklearn.model_selection.GroupShuffleSplit",
        "random_state": 2,
    },
}
SPACE = {"max_depth": [1, 3, 5], "min_samples_leaf": [1, 10]}
# Values that turn every fit and every score that sees them; of the target, a class that is nowhere else.
POISON = {"f": 1e6, "i": 3, "b": True}
TIMES = ("fit_time", "score_time", "shared_time", "time")


def poisoned(workdir):
    """Write into the stored samples that are held out, where they stand; return how many values of each array changed."""
    file, held = DataFile(workdir.path / "results/dataset/data.npz", REBUILD), held_out(workdir)
    names = ("X", "X_plain_float64", "X_codes_int8", "y", "sample_weight", "groups")
    stored = {name: array for name in names if (array := file.optional_array(name)) is not None}
    changed = {}
    for name, array in stored.items():
        writable = np.memmap(
            array.filename, array.dtype, "r+", array.offset, array.shape, "C" if array.flags.c_contiguous else "F"
        )
        before = writable[held].copy()
        writable[held] = POISON[array.dtype.kind] if name != "X_codes_int8" else (before + 1) % 3
        writable.flush()
        changed[name] = int((writable[held] != before).sum())
    return changed


def held_out(workdir):
    return load_holdout(workdir.path / "results/splits/holdout.npz")


def without_times(value):
    """Return a JSON value without what two runs of the same search may differ in."""
    if isinstance(value, dict):
        return {
            k: without_times(v)
            for k, v in value.items()
            if k not in (*TIMES, "core_hours", "files", "batch_size", "messages")
        }
    return [without_times(v) for v in value] if isinstance(value, list) else value


def results_of(workdir):
    """Return everything that a run wrote but the holdout's own file, without times."""
    folder = workdir.path / "results/forest"
    found = {"digest": workdir.digest("forest")}
    for name in ("cv_results", "evaluations", "baselines", "comparison", "predictions"):
        table = workdir.table(name, "forest")
        found[name] = table.drop(columns=[column for column in table if column.endswith("time")]).to_csv(index=False)
    for name in ("best", "verdict", "findings", "baselines"):
        found[f"{name}.json"] = without_times(json.loads((folder / f"{name}.json").read_text()))
    pilot = json.loads((folder / "pilot.json").read_text())
    found["pilot"] = pilot["predictions"], pilot["capped"]
    found["plan"] = without_times(json.loads((folder / "candidates/0/plan.json").read_text()))
    found["candidates"] = workdir.candidates("forest")
    found["example"] = (workdir.path / "results/dataset/example.png").read_bytes()
    found["map"] = ET.canonicalize((folder / "plots/parameter_map.svg").read_text())
    return found


@pytest.mark.parametrize("case", CASES)
def test_only_the_last_job_reads_what_is_held_out(tmp_path, case):
    keys = {"trusted_modules": ["own_data"], "holdout": 0.25, "n_splits": 2, "scoring": ["accuracy", "roc_auc"]}
    search = {"name": "forest", "strategy": "grid", "estimator": FOREST, "param_distributions": SPACE}
    if "groups" in CASES[case]["dataset"]:
        search["estimator"] = [{"prepare": PREPARED}, {"forest": FOREST}]
        search["param_distributions"] = {f"forest__{name}": values for name, values in SPACE.items()}
    plain = Workdir(tmp_path / "plain")
    plain.write("own_data.py", LOADER)
    plain.write("config.yaml", {**keys, **CASES[case], "searches": [search]})
    plain.snakemake("results/splits/splits.json")
    held = held_out(plain)
    assert 0 in held

    other = Workdir(shutil.copytree(plain.path, tmp_path / "other"))
    changed = poisoned(other)
    assert len(changed) > 1 and all(changed.values()), changed
    for workdir in (plain, other):
        run = workdir.snakemake()
        assert (run.jobs["prepare_dataset"], run.jobs["make_splits"]) == (0, 0)
    one, two = results_of(plain), results_of(other)
    for name, found in one.items():
        assert two[name] == found, name

    samples = load_dataset(plain.path / "results/dataset")
    X = samples.take(searched(samples, held)).X
    models = [read_model(SearchPaths.of("forest", workdir.path / "results")) for workdir in (plain, other)]
    np.testing.assert_array_equal(*(model.predict_proba(X) for model in models))
    scores = [json.loads((workdir.path / "results/forest/holdout.json").read_text()) for workdir in (plain, other)]
    assert scores[0]["n_samples"] == scores[1]["n_samples"] == len(held)
    assert scores[0]["scores"] != scores[1]["scores"]
    assert scores[0]["baselines"]["default"] != scores[1]["baselines"]["default"]

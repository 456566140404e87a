"""Merge every evaluation of a search into its tables; by columns, so that a million rows stay cheap."""

import csv
import hashlib
import io
import platform
from importlib import metadata
from pathlib import Path

from _dataset import read_about
from _errors import InputError
from _job import job, say
from _plan import MAX_BATCH_SIZE, batch_length, read_plan
from _rows import canonical, read_rows, write_atomically, write_json
from _summary import cost_line, failure_line

STATUSES = ("ok", "failed", "timeout", "killed", "out_of_memory")
VERSIONS_OF = ("scikit-learn", "numpy", "scipy", "pandas", "snakemake")
CHUNK = 10_000


class Evaluations:
    """All evaluations of a search as columns of shape (n_candidates, n_splits).

    Attributes
    ----------
    params : list of dict
        Parameters of each candidate.
    scorers : list of str
        ``score``, or the scorers' names where several were asked for.
    status : ndarray of int8
        Index into `STATUSES`.
    test, train : dict of str to ndarray of float
        Scorer to scores, NaN where an evaluation failed.
    times : dict of str to ndarray of float
        ``fit_time``, ``score_time`` and ``time``, in seconds.
    errors : dict of (int, int) to str
        (candidate, split) to reason, where there is one.
    costs : list of dict
        What each job computed: ``evaluations``, their ``seconds``, ``job_seconds`` from its start to its end, and when that
        was, ``ended``, in seconds since the epoch.
    """

    def __init__(self, params, n_splits, scorers):
        import numpy as np

        def column():
            return np.full((len(params), n_splits), np.nan)

        self.params, self.scorers = params, scorers
        self.status = np.full((len(params), n_splits), -1, dtype="int8")
        self.test = {name: column() for name in scorers}
        self.train = {name: column() for name in scorers}
        self.times = {name: column() for name in ("fit_time", "score_time", "time")}
        self.errors, self.costs = {}, []

    def add(self, row):
        """Put one row of an evaluation file where it belongs."""
        at = row["candidate"], row["split"]
        self.status[at] = STATUSES.index(row["status"])
        for name, column in self.times.items():
            if row[name] is not None:
                column[at] = row[name]
        for name in self.scorers if row["status"] == "ok" else ():
            self.test[name][at] = row["test"][name]
            self.train[name][at] = row["train"][name]
        if row["error"]:
            self.errors[at] = row["error"]

    def digest(self):
        """Return the sha256, in hex, over candidate, params, split, status and scores, in the order of candidates.

        One line per evaluation, the canonical JSON (sorted keys, no spaces) of ``[candidate, params, split, status,
        test scores, train scores]``, scores as a mapping from scorer, null where the evaluation failed.
        """
        total = hashlib.sha256()
        for i, params in enumerate(self.params):
            for j in range(self.status.shape[1]):
                status = STATUSES[self.status[i, j]]
                scores = [None, None]
                if status == "ok":
                    scores = [{n: float(side[n][i, j]) for n in self.scorers} for side in (self.test, self.train)]
                total.update(canonical([i, params, j, status, *scores]).encode() + b"\n")
        return total.hexdigest()


def read_evaluations(candidate_files, evaluation_files, identities, scorers):
    """Read a search's batches and their evaluations.

    Parameters
    ----------
    candidate_files, evaluation_files : list of path-like
    identities : list of str
        What the evaluations on each split have to be of.
    scorers : list of str

    Returns
    -------
    Evaluations

    Raises
    ------
    InputError
        If a file is damaged, is of another batch or another search, or an evaluation is missing.
    """
    batches, params = {}, {}
    for path in candidate_files:
        head, rows = read_rows(path, "run the same command with --forcerun propose_candidates")
        batches[Path(path).stem] = head["sha256"]
        params.update((row["candidate"], row["params"]) for row in rows)
    evaluations = Evaluations([params[i] for i in range(len(params))], len(identities), scorers)
    for path in evaluation_files:
        rebuild = f"rm {path}, then run the same command again"
        head, rows = read_rows(path, rebuild)
        if head["candidates_sha256"] != batches[Path(path).parent.name]:
            raise InputError(
                f"{path}: was evaluated from other candidates than its batch holds now; rebuild it: {rebuild}"
            )
        if head["identity"] != identities[int(Path(path).stem)]:
            raise InputError(f"{path}: was evaluated for another config, data or version; rebuild it: {rebuild}")
        evaluations.costs.append(head["cost"])
        for row in rows:
            evaluations.add(row)
    if (missing := int((evaluations.status < 0).sum())) > 0:
        raise InputError(
            f"{Path(evaluation_files[0]).parents[2]}: {missing} evaluations are missing; run the same command with --forcerun evaluate"
        )
    return evaluations


def rank_min(means):
    """Rank mean scores, the highest first: ties share the lowest rank, NaN is last, as in scikit-learn.

    Parameters
    ----------
    means : ndarray of shape (n_candidates,)

    Returns
    -------
    ndarray of int32
    """
    import numpy as np

    if np.isnan(means).all():
        return np.ones(len(means), dtype="int32")
    filled = np.where(np.isnan(means), np.nanmin(means) - 1, means)
    return (np.searchsorted(np.sort(-filled), -filled, side="left") + 1).astype("int32")


def cv_results(evaluations):
    """Return the columns of ``cv_results_`` as scikit-learn's searches have them, led by ``candidate``.

    Returns
    -------
    dict of str to sequence
        Each of length n_candidates. Parameters that are no scalars are JSON, and so is ``params``.
    """
    import numpy as np

    def mean_and_std(name, scores):
        means = np.average(scores, axis=1)
        return {f"mean_{name}": means, f"std_{name}": np.sqrt(np.average((scores - means[:, np.newaxis]) ** 2, axis=1))}

    params = evaluations.params
    columns = {"candidate": range(len(params))}
    for name in ("fit_time", "score_time"):
        columns |= mean_and_std(name, evaluations.times[name])
    for name in sorted({name for setting in params for name in setting}):
        columns[f"param_{name}"] = [_cell(setting.get(name)) for setting in params]
    columns["params"] = [canonical(setting) for setting in params]
    for name in evaluations.scorers:
        for side, scores in (("test", evaluations.test), ("train", evaluations.train)):
            columns |= {f"split{j}_{side}_{name}": column for j, column in enumerate(scores[name].T)}
            columns |= mean_and_std(f"{side}_{name}", scores[name])
            if side == "test":
                columns[f"rank_test_{name}"] = rank_min(columns[f"mean_test_{name}"])
    return columns


def _cell(value):
    return value if value is None or isinstance(value, str | bool | int | float) else canonical(value)


def evaluation_columns(evaluations):
    """Return the columns of ``evaluations.csv``, each of length n_candidates * n_splits, as arrays and lists."""
    import numpy as np

    n_candidates, n_splits = evaluations.status.shape
    columns = {
        "candidate": np.repeat(np.arange(n_candidates), n_splits),
        "split": np.tile(np.arange(n_splits), n_candidates),
        "status": np.array(STATUSES)[evaluations.status.ravel()],
    }
    columns |= {f"test_{name}": evaluations.test[name].ravel() for name in evaluations.scorers}
    columns |= {f"train_{name}": evaluations.train[name].ravel() for name in evaluations.scorers}
    columns |= {name: column.ravel() for name, column in evaluations.times.items()}
    errors = np.full(n_candidates * n_splits, "", dtype=object)
    for (i, j), text in evaluations.errors.items():
        errors[i * n_splits + j] = text
    return columns | {"error": errors}


def csv_bytes(columns):
    """Return columns as CSV: floats that read back bit for bit, an empty cell for NaN and None."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    length = len(next(iter(columns.values())))
    for start in range(0, length, CHUNK):
        writer.writerows(zip(*(_cells(column[start : start + CHUNK]) for column in columns.values()), strict=True))
    return text.getvalue().encode()


def _cells(values):
    values = values.tolist() if hasattr(values, "tolist") else values
    return [None if value != value else value for value in values]


def best_of(evaluations, columns):
    """Return ``best.json``: the first by rank of the first scorer, of equals the lowest candidate."""
    name = evaluations.scorers[0]
    i = int(columns[f"rank_test_{name}"].argmin())
    best = {"candidate": i, "params": evaluations.params[i], "scorer": name}
    best |= {f"{stat}_test_score": float(columns[f"{stat}_test_{name}"][i]) for stat in ("mean", "std")}
    return {
        **best,
        "test_scores": evaluations.test[name][i].tolist(),
        "train_scores": evaluations.train[name][i].tolist(),
    }


def provenance(evaluations, config, dataset, tables):
    """Return ``provenance.json``: versions, data, the merged config, and a digest that is equal for equal results.

    Parameters
    ----------
    evaluations : Evaluations
    config : dict
    dataset : dict
        ``dataset.json``.
    tables : dict of str to bytes
        File name to content of the tables; their hashes tell later whether they were touched.
    """
    versions = {name: metadata.version(name) for name in VERSIONS_OF}
    return {
        "digest": evaluations.digest(),
        "dataset_sha256": dataset["sha256"],
        "versions": {"python": platform.python_version(), **versions},
        "platform": f"{platform.system()} {platform.machine()}",
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in tables.items()},
        "config": config,
    }


def main(name, candidate_files, evaluation_files, dataset, config, outputs):
    """Write a search's tables, its best candidate, and where they came from.

    Parameters
    ----------
    name : str
        Of the search.
    candidate_files, evaluation_files : list of path-like
    dataset : path-like
        Folder.
    config : dict
        The merged config.
    outputs : list of path-like
        ``evaluations.csv``, ``cv_results.csv``, ``best.json`` and ``provenance.json``.
    """
    search = next(search for search in config["searches"] if search["name"] == name)
    scorers = search["scoring"] if isinstance(search["scoring"], list) else ["score"]
    plan = read_plan(Path(candidate_files[0]).parents[2])
    evaluations = read_evaluations(candidate_files, evaluation_files, plan["identities"], scorers)
    batch_size = max(batch_length(Path(path).stem) for path in candidate_files)
    most = min(len(evaluations.params), MAX_BATCH_SIZE)
    lines = failure_line(name, evaluations, config["retry_failed"]), cost_line(evaluations.costs, batch_size, most)
    messages = [line for line in lines if line]
    for message in messages:
        say(f"{name}: {message}")
    results = cv_results(evaluations)
    tables = {"cv_results.csv": csv_bytes(results), "evaluations.csv": csv_bytes(evaluation_columns(evaluations))}
    paths = {Path(path).name: path for path in outputs}
    for table, content in tables.items():
        write_atomically(paths[table], content)
    write_json(paths["best.json"], best_of(evaluations, results))
    about = provenance(evaluations, config, read_about(dataset), tables)
    write_json(paths["provenance.json"], about | {"messages": messages})


if __name__ == "__main__":
    with job(snakemake.log[0], snakemake.threads):
        main(
            snakemake.wildcards.search,
            snakemake.input.candidates,
            snakemake.input.evaluations,
            Path(snakemake.input.about).parent,
            snakemake.params.config,
            list(snakemake.output),
        )

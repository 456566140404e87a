"""Where everything is under ``results/``.

No other module joins these paths. A rule's own paths are written out in the rule.
"""

from pathlib import Path

from cvsearch.files import AnyPath

RESULTS = Path("results")

EXAMPLE = RESULTS / "dataset" / "example.png"

# The comparison of several searches, as a table and as a figure.
LEADERBOARD = RESULTS / "leaderboard.csv"
LEADERBOARD_FIGURE = LEADERBOARD.with_suffix(".png")


class DatasetPaths:
    """The files of the stored dataset.

    Parameters
    ----------
    folder : path-like
        ``results/dataset``.
    """

    def __init__(self, folder: AnyPath) -> None:
        self.folder = Path(folder)

    @classmethod
    def of(cls, results: AnyPath = RESULTS) -> "DatasetPaths":
        """Return the paths of the dataset under a folder of results."""
        return cls(Path(results, "dataset"))

    @property
    def about(self) -> Path:
        """The description of the data. The file is small. It tells other rules whether the data changed."""
        return self.folder / "dataset.json"

    @property
    def data(self) -> Path:
        """The samples, the target and everything else that belongs to the samples."""
        return self.folder / "data.npz"


class SearchPaths:
    """The files of one search.

    Parameters
    ----------
    folder : path-like
        ``results/{search}``.
    """

    def __init__(self, folder: AnyPath) -> None:
        self.folder = Path(folder)

    @classmethod
    def of(cls, search: str, results: AnyPath = RESULTS) -> "SearchPaths":
        """Return the paths of the search with this name."""
        return cls(Path(results, search))

    @classmethod
    def all_in(cls, results: AnyPath) -> list["SearchPaths"]:
        """Return the paths of every search that has begun under a folder of results."""
        begun = {path.parent for kind in ("candidates", "journal") for path in Path(results).glob(f"*/{kind}")}
        return [cls(folder) for folder in sorted(begun)]

    @property
    def name(self) -> str:
        """The name of the search."""
        return self.folder.name

    @property
    def journal(self) -> Path:
        """The folder of the journal. It has a folder for each identity."""
        return self.folder / "journal"

    @property
    def best(self) -> Path:
        """The best candidate."""
        return self.folder / "best.json"

    @property
    def verdict(self) -> Path:
        """What the search found, and how far it can be trusted."""
        return self.folder / "verdict.json"

    @property
    def comparison(self) -> Path:
        """Every candidate compared with the best one."""
        return self.folder / "comparison.csv"

    @property
    def findings(self) -> Path:
        """What a person should look at."""
        return self.folder / "findings.json"

    @property
    def holdout(self) -> Path:
        """The scores on the samples that are held out."""
        return self.folder / "holdout.json"

    @property
    def provenance(self) -> Path:
        """Where the results came from."""
        return self.folder / "provenance.json"

    @property
    def pilot(self) -> Path:
        """What the pilot measured."""
        return self.folder / "pilot.json"

    @property
    def table(self) -> Path:
        """The table of candidates."""
        return self.folder / "cv_results.csv"

    @property
    def evaluations(self) -> Path:
        """The table of evaluations."""
        return self.folder / "evaluations.csv"

    def predictions(self, kind: str) -> Path:
        """The table of the best candidate's predictions. `kind` is ``csv`` or ``parquet``."""
        return self.folder / f"predictions.{kind}"

    @property
    def baselines(self) -> Path:
        """The table of baselines."""
        return self.folder / "baselines.csv"

    @property
    def baselines_about(self) -> Path:
        """The mean score of each baseline."""
        return self.baselines.with_suffix(".json")

    @property
    def model(self) -> Path:
        """The refitted best candidate."""
        return self.folder / "model.skops"

    @property
    def model_types(self) -> Path:
        """The types that a user must trust to load the model."""
        return self.folder / "model_types.json"

    @property
    def map(self) -> Path:
        """The picture of the parameter map."""
        return self.folder / "plots" / "parameter_map.png"

    @property
    def page(self) -> Path:
        """The interactive page."""
        return self.folder / "explore.html"

    @property
    def figures(self) -> list[Path]:
        """The figures and pages that every run writes."""
        plots = self.folder / "plots"
        names = ("pairs", "slices", "train_test", "fit_time", "search_curve", "importance", "failures")
        pictures = [plots / f"{name}.png" for name in names]
        return [
            plots / "best_candidates.html",
            plots / "candidates.csv",
            self.map,
            self.map.with_suffix(".svg"),
            *pictures,
            self.page,
        ]

    @property
    def tables(self) -> list[Path]:
        """The tables that every run writes."""
        return [self.table, self.evaluations]

    def round(self, number: int) -> "RoundPaths":
        """Return the paths of one round."""
        return RoundPaths(self, number)


class RoundPaths:
    """The files of one round of a search.

    Parameters
    ----------
    search : SearchPaths
    number : int
    """

    def __init__(self, search: SearchPaths, number: int) -> None:
        self.search, self.number = search, number

    @property
    def candidates(self) -> Path:
        """The folder of the round's batches and of its plan."""
        return self.search.folder / "candidates" / str(self.number)

    @property
    def cut(self) -> Path:
        """The small file that says how the round is cut into batches."""
        return self.candidates.with_name(f"{self.number}.json")

    @property
    def plan(self) -> Path:
        """The plan of the round."""
        return self.candidates / "plan.json"

    def batch(self, batch: str) -> Path:
        """The candidates of one batch."""
        return self.candidates / f"{batch}.jsonl"

    @property
    def evaluations(self) -> Path:
        """The folder of the receipts. It has a folder for each batch."""
        return self.search.folder / "evaluations" / str(self.number)

    def receipt(self, batch: str, split: int) -> Path:
        """The receipt of one batch on one split."""
        return self.evaluations / batch / f"{split}.jsonl"


def results_of(about: AnyPath) -> Path:
    """Return the folder of results that a ``dataset/dataset.json`` belongs to.

    If the workflow is used as a module, the prefix of the module comes before the folder's name.
    """
    return Path(about).parents[1]


def logs_folder(results: AnyPath = RESULTS) -> Path:
    """Return the folder of the jobs' logs."""
    return Path(results, "logs")


def leaderboard_paths(results: AnyPath = RESULTS) -> tuple[Path, Path]:
    """Return the table and the figure that compare several searches."""
    return Path(results, LEADERBOARD.name), Path(results, LEADERBOARD_FIGURE.name)


def split_paths(split: int, results: AnyPath = RESULTS) -> tuple[Path, Path]:
    """Return the file of a split's positions and the file of their description."""
    return Path(results, "splits", f"{split}.npz"), Path(results, "splits", f"{split}.json")


def holdout_paths(results: AnyPath = RESULTS) -> tuple[Path, Path]:
    """Return the file of the positions that are held out and the file of their description."""
    return Path(results, "splits", "holdout.npz"), Path(results, "splits", "holdout.json")


def splits_summary(results: AnyPath = RESULTS) -> Path:
    """Return the file of what a user should know about the splits."""
    return Path(results, "splits", "splits.json")


def report_page(results: AnyPath = RESULTS) -> Path:
    """Return the page that the report opens with."""
    return Path(results, "report.rst")

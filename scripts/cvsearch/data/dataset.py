"""The dataset as the jobs see it: one file that is mapped into memory, and a description of the data."""

from typing import Any, NamedTuple

from cvsearch.data.storage import DataFile, rows_in_columns, rows_of
from cvsearch.data.tables import StoredTable, read_sparse
from cvsearch.files import AnyPath, read_json
from cvsearch.layout import DatasetPaths

REBUILD = "run the same command with --forcerun prepare_dataset"


class Samples(NamedTuple):
    """Some of a dataset's samples.

    Attributes
    ----------
    X : ndarray of shape (n, n_features), DataFrame, scipy.sparse matrix in CSR format, or texts
        Texts are a list, a Series or an array of length n.
    y : ndarray of shape (n,) or (n, n_outputs), or None
    groups : ndarray of shape (n,), or None
    sample_weight : ndarray of float, of shape (n,), or None
    """

    X: Any
    y: Any = None
    groups: Any = None
    sample_weight: Any = None


class Dataset:
    """The samples, the data that belong to them, and what `prepare_dataset` found out about them.

    Parameters
    ----------
    X : ndarray or scipy.sparse matrix of shape (n_samples, n_features), or StoredTable
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or None
    about : dict
        ``dataset.json``: shape, kind, classes, sha256.
    groups, sample_weight, test_fold : ndarray of shape (n_samples,), or None
    rows : ndarray of int of shape (n_samples,), or None
        The row of each sample in the user's data. Given if samples are stored in the order of time.
    classes : ndarray of shape (n_classes,), or None
        The sorted classes of the target, if it holds classes. They are found once, when the data are prepared. A later
        job would have to read the targets of the samples that are held out.
    moments : ndarray of int of shape (n_samples,), or None
        A number for each moment. Samples of one moment have equal numbers. Given if samples are stored in the order of
        time.
    """

    def __init__(
        self,
        X: Any,
        y: Any,
        about: dict[str, Any],
        groups: Any = None,
        sample_weight: Any = None,
        test_fold: Any = None,
        rows: Any = None,
        classes: Any = None,
        moments: Any = None,
    ) -> None:
        self.X, self.y, self.about, self.classes, self.moments = X, y, about, classes, moments
        self.groups, self.sample_weight, self.test_fold, self.rows = groups, sample_weight, test_fold, rows

    @property
    def group_codes(self) -> Any:
        """The groups as they are stored, or None. Texts stand as numbers, which are quicker to compare."""
        return getattr(self.groups, "codes", self.groups)

    def take(self, positions: Any, in_columns: bool = False) -> Samples:
        """Return a copy of the samples at these positions. It has the type of the user's data.

        Parameters
        ----------
        positions : ndarray of int
        in_columns : bool
            Whether samples in a two-dimensional array lie column by column in memory. If not, they lie as they are stored.
        """
        import numpy as np

        has_columns = isinstance(self.X, np.ndarray) and self.X.ndim == 2
        X = rows_in_columns(self.X, positions) if in_columns and has_columns else self.X[positions]
        y = rows_of(self.y, positions) if getattr(self.y, "ndim", 1) > 1 else _some(self.y, positions)
        return Samples(X, y, _some(self.groups, positions), _some(self.sample_weight, positions))


def _some(values: Any, positions: Any) -> Any:
    return None if values is None else values[positions]


class Labels:
    """Texts that are stored as numbers and names. Indexing returns an array of texts.

    Parameters
    ----------
    codes : ndarray of int
        The position in `names` of each text.
    names : ndarray of str
    """

    def __init__(self, codes: Any, names: Any) -> None:
        self.codes, self.names = codes, names

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, positions: Any) -> Any:
        return self.names[self.codes[positions]]


def read_about(folder: AnyPath) -> dict[str, Any]:
    """Return ``dataset.json``.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    return read_json(DatasetPaths(folder).about, REBUILD)


def load_dataset(folder: AnyPath) -> Dataset:
    """Map the data of a dataset folder into memory, read-only.

    Raises
    ------
    InputError
        If a file is damaged.
    """
    about = read_about(folder)
    file = DataFile(DatasetPaths(folder).data, REBUILD)
    container = file.json("container")
    X: Any
    if container["kind"] == "dense":
        X = file.array("X")
    elif container["kind"] == "sparse":
        X = read_sparse(file, "X", (about["n_samples"], about["n_features"]), container["container"])
    else:
        X = StoredTable(file)
    y, groups, test_fold = (_labels(file, name) for name in ("y", "groups", "test_fold"))
    weights, rows, moments = (file.optional_array(name) for name in ("sample_weight", "rows", "moments"))
    classes = None
    if holds_classes(about["target_type"]):
        classes = y.names if isinstance(y, Labels) else file.array("y_classes")
    return Dataset(X, y, about, groups, weights, test_fold, rows, classes, moments)


def holds_classes(target_type: str | None) -> bool:
    """Tell whether a target of this type, as scikit-learn names it, holds classes and not numbers."""
    return target_type is not None and not target_type.startswith("continuous")


def _labels(file: DataFile, name: str) -> Any:
    values, names = file.optional_array(name), file.optional_array(f"{name}_names")
    return values if names is None else Labels(values, names)

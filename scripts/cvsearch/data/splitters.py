"""Splitters by name: splitters of scikit-learn and of trusted modules."""

import inspect
from collections.abc import Iterator
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.data.columns import SPLIT_BY_COLUMN
from cvsearch.data.dataset import Dataset
from cvsearch.data.loader import call_of
from cvsearch.errors import InputError, did_you_mean

SHUFFLE = "shuffle"

# What messages suggest if a splitter would put samples of one group on both sides.
GROUP_SPLITTER = "sklearn.model_selection.GroupKFold"


def check_splitting(config: dict[str, Any]) -> None:
    """Check the names in the config that are about splits. This does not need the data.

    Parameters
    ----------
    config : dict
        A config that was checked against the schema.

    Raises
    ------
    InputError
    """
    splitter = config["splitter"]
    if splitter == SHUFFLE:
        if "groups" in config["dataset"]:
            raise InputError(
                f"splitter: {SHUFFLE!r} puts samples of one group (dataset.groups: {config['dataset']['groups']!r}) on both sides "
                f"of a split; use a splitter of groups: splitter: {GROUP_SPLITTER}"
            )
        return
    name, _ = call_of(splitter, "splitter")
    if "." not in name:
        hint = (
            did_you_mean(name, [SHUFFLE])
            or f"; write {SHUFFLE} or a dotted name, such as sklearn.model_selection.KFold"
        )
        raise InputError(f"splitter: {name!r} is not a splitter{hint}")


class Splitter:
    """A splitter that is made as the config says.

    Parameters
    ----------
    spec : str or dict
        ``splitter`` of the config.
    n_splits : int
        ``n_splits`` of the config.
    random_state : int
        ``random_state`` of the config. It is used if the splitter shuffles and has no random_state of its own.
    trust : Trust
    dataset : Dataset
    kept : ndarray of int
        The positions to split: all positions except the holdout.

    Raises
    ------
    InputError
        If the splitter cannot be made.
    """

    def __init__(self, spec: Any, n_splits: int, random_state: int, trust: Trust, dataset: Dataset, kept: Any) -> None:
        self.path, self.n_splits, self.dataset, self.kept = "splitter", n_splits, dataset, kept
        self.dotted, self.arguments = call_of(spec, self.path)
        self.name = self.dotted.rsplit(".", 1)[-1]
        self._make = trust.resolve(self.dotted, self.path, "a splitter")
        self.is_own = not self.dotted.startswith("sklearn.")
        if not callable(self._make) or not (
            self.is_own or (inspect.isclass(self._make) and hasattr(self._make, "split"))
        ):
            raise InputError(
                f"{self.path}: {self.dotted!r} is not a splitter; give a class with split and get_n_splits"
            )
        try:
            self._known: Any = inspect.signature(self._make).parameters
        except ValueError:
            self._known = {}
        for argument in self.arguments:
            if argument not in self._known and not any(p.kind is p.VAR_KEYWORD for p in self._known.values()):
                hint = did_you_mean(argument, self._known) or "; it takes " + (", ".join(self._known) or "none")
                raise InputError(f"{self.path}.{self.dotted}.{argument}: {self.name} has no such parameter{hint}")
        self.handed = "n_splits" in self._known and "n_splits" not in self.arguments
        if self.handed:
            self.arguments["n_splits"] = n_splits
        shuffles = "shuffle" not in self._known or self.arguments.get("shuffle", self._known["shuffle"].default)
        if "random_state" in self._known and shuffles and self.arguments.get("random_state") is None:
            self.arguments["random_state"] = random_state
        self._take_test_fold()
        self._y, self._groups = (None if v is None else v[kept] for v in (dataset.y, dataset.groups))

    def _take_test_fold(self) -> None:
        import numpy as np

        if self.dotted != SPLIT_BY_COLUMN:
            return
        fold = self.arguments.get("test_fold")
        if isinstance(fold, list) and len(fold) == self.dataset.about["n_samples"]:
            folds = np.asarray(fold)  # In the order of the user's rows.
            self.arguments["test_fold"] = (folds if self.dataset.rows is None else folds[self.dataset.rows])[self.kept]
        elif self.dataset.test_fold is not None:
            self.arguments["test_fold"] = self.dataset.test_fold[self.kept]
        else:
            raise InputError(
                f"{self.path}.{self.dotted}.test_fold: {fold!r} is not a column of the data; name the column of folds"
            )

    def _splits(self, arguments: dict[str, Any]) -> tuple[int | None, Iterator[Any]]:
        """Return the number of splits, or None if the splitter does not say it beforehand, and the splits."""
        import numpy as np

        n_samples = len(self.kept)
        # Splitters of scikit-learn look only at the number of samples. A user's splitter may look at the samples.
        X = self.dataset.take(self.kept).X if self.is_own else np.zeros((n_samples, 1), dtype=bool)
        splitter = self._make(**arguments)
        if not hasattr(splitter, "split"):
            raise InputError(
                f"{self.path}: {self.dotted!r} makes a {type(splitter).__name__}, which has no split; give a splitter"
            )
        count = splitter.get_n_splits(X, self._y, self._groups) if hasattr(splitter, "get_n_splits") else None
        return count, iter(splitter.split(X, self._y, self._groups))

    def splits(self) -> Iterator[tuple[Any, Any]]:
        """Yield the positions of each split, train and test, in the whole stored data.

        Raises
        ------
        InputError
            If the splitter refuses the data, makes another number of splits than ``n_splits``, or leaves a side empty.
        """
        import warnings

        made = 0
        try:
            with warnings.catch_warnings():
                # `_positions` looks at the splits and refuses a group on both sides. So this warning is not needed.
                warnings.filterwarnings("ignore", "The groups parameter is ignored", UserWarning)
                count, splits = self._splits(self.arguments)
                if count is not None:
                    self._check_count(count)
                for made, (train, test) in enumerate(splits, 1):
                    if made > self.n_splits:
                        continue
                    yield self._positions(train, test, made - 1)
        except InputError:
            raise
        except Exception as error:
            if isinstance(error, MemoryError):
                raise
            raise self._refusal(error) from error
        self._check_count(made)

    def _positions(self, train: Any, test: Any, split: int) -> tuple[Any, Any]:
        import numpy as np

        sides = []
        for side, positions in (("training", np.asarray(train)), ("test", np.asarray(test))):
            positions = np.flatnonzero(positions) if positions.dtype.kind == "b" else positions
            if len(positions) == 0:
                raise InputError(
                    f"{self.path}: {self.name} leaves the {side} side of split {split} empty; change its parameters"
                )
            sides.append(self.kept[positions])
        if self._groups is not None and not self.is_own and not self._takes_groups():
            codes = self.dataset.group_codes
            shared = np.isin(codes[sides[0]], codes[sides[1]])
            if shared.any():
                group = self.dataset.groups[sides[0][shared][:1]][0]
                raise InputError(
                    f"{self.path}: {self.name} puts group {group.item()!r} on both sides of split {split}; use a splitter of "
                    f"groups ({GROUP_SPLITTER}), or leave dataset.groups out"
                )
        return sides[0], sides[1]

    def _takes_groups(self) -> bool:
        from sklearn.utils.metadata_routing import get_routing_for_object

        routing = get_routing_for_object(self._make(**self.arguments))
        return "groups" in getattr(getattr(routing, "split", None), "requests", {})

    def _check_count(self, count: int) -> None:
        if count == self.n_splits:
            return
        if self.handed:
            raise InputError(
                f"n_splits: {self.name} gets n_splits={self.n_splits} and makes {count} splits; write n_splits: "
                f"{self.n_splits} among its own parameters, and set n_splits: {count}"
            )
        raise InputError(f"n_splits: {self.name} makes {count} splits here, not {self.n_splits}; set n_splits: {count}")

    def _refusal(self, error: Exception) -> InputError:
        text = (str(error).splitlines() or [""])[0]
        if self._groups is None and "groups" in text:
            return InputError(
                f"{self.path}: {self.name} needs groups; set dataset.groups to the name of the column that holds them"
            )
        if self._y is None and not self.is_own:
            return InputError(
                f"{self.path}: {self.name} needs a target, and the data have none ({text}); name one or use KFold"
            )
        return InputError(
            f"{self.path}: {self.name} cannot split these data ({type(error).__name__}: {text}); change its parameters"
        )

    def messages(self, first: tuple[Any, Any]) -> list[str]:
        """Return a message if raising ``n_splits`` would change split 0, and with it all folds.

        Parameters
        ----------
        first : tuple of ndarray
            Split 0.
        """
        import numpy as np

        if not self.handed:
            return []
        try:
            _, splits = self._splits({**self.arguments, "n_splits": self.n_splits + 1})
            train, test = next(splits)
            kept = np.array_equal(self.kept[train], first[0]) and np.array_equal(self.kept[test], first[1])
        except Exception:  # The data do not allow more splits.
            kept = True
        return [] if kept else [f"raising n_splits changes all folds of {self.name}: every evaluation runs again"]

"""Out-of-fold predictions in the form that the statistics read."""

from collections.abc import Sequence
from typing import Any, NamedTuple


class Bits:
    """Codes of two classes, kept as one bit each. They are sliced along the first axis, as an array is.

    Parameters
    ----------
    packed : ndarray of uint8 of shape (n_candidates, ceil(n_test / 8))
        As ``numpy.packbits`` returns it.
    n_test : int
    """

    def __init__(self, packed: Any, n_test: int) -> None:
        self._packed, self._n_test = packed, n_test

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of the array that the bits stand for."""
        return len(self._packed), self._n_test

    @property
    def nbytes(self) -> int:
        """How many bytes the bits take."""
        return int(self._packed.nbytes)

    def __len__(self) -> int:
        return len(self._packed)

    def __getitem__(self, candidates: int | slice) -> Any:
        """Return the codes of some candidates, an ndarray of uint8."""
        import numpy as np

        return np.unpackbits(self._packed[candidates], axis=-1, count=self._n_test)


class SplitPredictions(NamedTuple):
    """The predictions of several candidates for the test side of one split.

    A class stands as its code, the position among all classes. The names of classes may need much more memory.

    Attributes
    ----------
    positions : ndarray of int of shape (n_test,)
        Positions of the test samples in the stored data.
    target : ndarray of shape (n_test,) or (n_test, 1)
        Codes of the classes, or numbers.
    responses : dict of str to array
        Arrays of shape (n_candidates, n_test) or (n_candidates, n_test, n_classes), by method: ``predict``,
        ``predict_proba`` or ``decision_function``. An array can be any object that is sliced along its first axis, for
        example `Bits`.
    sample_weight : ndarray of shape (n_test,), optional
        Given if the scorer takes weights.
    """

    positions: Any
    target: Any
    responses: dict[str, Any]
    sample_weight: Any = None

    @property
    def n_candidates(self) -> int:
        """How many candidates there are."""
        return len(next(iter(self.responses.values())))

    def weights(self) -> Any:
        """Return the weights of the samples, of shape (n_test,). All are 1 if there are no weights."""
        import numpy as np

        return np.ones(len(self.positions)) if self.sample_weight is None else np.asarray(self.sample_weight, float)

    def weighted(self, counts: Any) -> Any:
        """Return how often each sample counts, multiplied by its weight: an ndarray of float, of the shape of `counts`."""
        return counts.astype(float) if self.sample_weight is None else counts * self.weights()

    def total(self, counts: Any) -> Any:
        """Return the weight of all samples together, for each row of `counts`."""
        import numpy as np

        if self.sample_weight is None:
            return counts.sum(axis=1)
        # Row by row: NumPy turns whole counts into numbers of eight bytes before it multiplies them.
        weights = self.weights()
        return np.array([row @ weights for row in counts])

    def share(self, counts: Any) -> Any:
        """Return the weight of the samples, for each row of `counts`, as a share of the whole test side."""
        return self.total(counts) / self.weights().sum()

    def of(self, candidates: slice) -> "SplitPredictions":
        """Return the predictions of some candidates."""
        return self._replace(responses={method: found[candidates] for method, found in self.responses.items()})


class Draws:
    """Bootstrap samples: how often each sample was drawn.

    Only samples of a test side are drawn. Each draw has as many samples as there are. Groups are drawn whole.

    Parameters
    ----------
    splits : sequence of SplitPredictions
    n_draws : int
    groups : ndarray of shape (n_samples,), optional
        The group of each sample of the stored data.
    random_state : int

    Attributes
    ----------
    counts : list of ndarray of uint8 of shape (n_draws, n_test)
        One array for each split.
    n_units : int
        The number of samples, or groups, to draw from.
    """

    def __init__(
        self, splits: Sequence[SplitPredictions], n_draws: int, groups: Any = None, random_state: int = 0
    ) -> None:
        import numpy as np

        pool = np.unique(np.concatenate([split.positions for split in splits]))
        units = pool if groups is None else np.asarray(groups)[pool]
        _, unit_of = np.unique(units, return_inverse=True)
        self.n_units = int(unit_of.max()) + 1
        random = np.random.default_rng(random_state)
        self.counts = [np.empty((n_draws, len(split.positions)), dtype="uint8") for split in splits]
        units_of = [unit_of[np.searchsorted(pool, split.positions)] for split in splits]
        for i in range(n_draws):
            drawn = np.bincount(random.integers(self.n_units, size=self.n_units), minlength=self.n_units)
            drawn = drawn.astype("uint8")
            for counts, units_of_split in zip(self.counts, units_of, strict=True):
                counts[i] = drawn[units_of_split]

"""Candidates sampled at random."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from cvsearch.candidates.space import quantile_of, refuse_overlap, setting_of, space_size, subspaces, values_of
from cvsearch.candidates.strategy import Strategy
from cvsearch.journal.identity import Params, Setting

# Rows drawn at once. A candidate's place in its block depends on its number alone, so vectorised arithmetic gives it the
# same bits however many are asked for.
BLOCK = 1024


class Random(Strategy):
    """Independent settings. A finite space is drawn from without repeats, every setting equally likely."""

    def count(self) -> int:
        """Return what is asked for, or the size of a space that holds fewer."""
        size = space_size(self.space)
        return self.n_candidates if size is None else min(self.n_candidates, size)

    def propose(self, number: int, earlier: Sequence[Any]) -> list[Setting]:
        """Draw the candidates."""
        draw = self._sampled if space_size(self.space) is None else self._shuffled
        return list(map(Setting, itertools.islice(draw(), self.count())))

    def messages(self) -> list[str]:
        """Say so where the space holds fewer candidates than the config asks for."""
        if self.count() == self.n_candidates:
            return []
        return [
            f"the space holds {self.count():,} candidates, all are taken; n_candidates asks for {self.n_candidates:,}"
        ]

    def _shuffled(self) -> Iterator[Params]:
        """Yield the settings of a finite space in random order: a Fisher-Yates shuffle that keeps only what it has touched."""
        from numpy.random import RandomState

        spaces = [{name: values_of(subspace[name]) for name in sorted(subspace)} for subspace in subspaces(self.space)]
        refuse_overlap(spaces)
        sizes = [math.prod(map(len, values.values())) for values in spaces]
        random, size = RandomState(self.random_state), sum(sizes)
        moved: dict[int, int] = {}
        for i in range(size):
            j = i + _random_below(size - i, random)
            number, moved[j] = moved.get(j, j), moved.get(i, i)
            yield setting_of(number, spaces, sizes)

    def _sampled(self) -> Iterator[Params]:
        """Yield settings of an infinite space: inverse transform sampling, one uniform number per parameter."""
        import numpy as np

        random = np.random.RandomState(self.random_state)
        spaces = [
            {name: quantile_of(subspace[name], name) for name in sorted(subspace)} for subspace in subspaces(self.space)
        ]
        width = 1 + max(map(len, spaces))
        while True:
            uniform = random.uniform(size=(BLOCK, width))
            columns = [
                {name: quantile(uniform[:, i + 1]) for i, (name, quantile) in enumerate(quantiles.items())}
                for quantiles in spaces
            ]
            for row, choice in enumerate((uniform[:, 0] * len(spaces)).astype(int).tolist()):
                yield {name: column[row] for name, column in columns[choice].items()}


def _random_below(bound: int, random: Any) -> int:
    """Return a whole number in [0, bound), each equally likely: a space may hold more settings than 64 bits count."""
    bits = (bound - 1).bit_length()
    while True:
        number = int.from_bytes(random.bytes((bits + 7) // 8), "big") >> (-bits % 8)
        if number < bound:
            return number

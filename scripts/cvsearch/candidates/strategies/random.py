"""Candidates sampled at random."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from cvsearch.candidates.products import Union
from cvsearch.candidates.space import is_even, never_repeats, quantile_of, settings_of, space_size, subspaces
from cvsearch.candidates.strategy import Strategy
from cvsearch.files import canonical
from cvsearch.journal.identity import Params, Setting

# Rows drawn at once. A candidate's place in its block depends on its number alone, so vectorised arithmetic gives it the
# same bits however many are asked for.
BLOCK = 1024

# After so many repeats in a row, what is left of a space is too unlikely to wait for. Had it one chance in a hundred at each
# draw, this would happen once in 20,000 times.
PATIENCE = 1000


class Random(Strategy):
    """Independent settings, none drawn twice.

    In a finite space of values and ``randint`` every setting is equally likely. Where a distribution of SciPy makes some
    likelier, or a space is infinite, a repeat is drawn again; see `PATIENCE`.
    """

    def count(self) -> int:
        """Return what is asked for, or the size of a space that holds fewer."""
        size = space_size(self.space)
        return self.n_candidates if size is None else min(self.n_candidates, size)

    def has(self, n: int) -> bool:
        """Whether there are at least so many candidates. A space is counted only where more are asked for: it may take SciPy."""
        return self.n_candidates >= n and self.count() >= n

    def propose(self, number: int, earlier: Sequence[Any]) -> list[Setting]:
        """Draw the candidates."""
        settings = settings_of(self.space)
        draws = self._shuffled(settings) if settings is not None and is_even(self.space) else self._sampled(settings)
        return list(map(Setting, itertools.islice(draws, self.count())))

    def messages(self) -> list[str]:
        """Say so where the space holds fewer candidates than the config asks for."""
        if self.count() == self.n_candidates:
            return []
        return [
            f"the space holds {self.count():,} candidates, all are taken; n_candidates asks for {self.n_candidates:,}"
        ]

    def _shuffled(self, settings: Union) -> Iterator[Params]:
        """Yield the settings of a finite space in random order: a Fisher-Yates shuffle that keeps only what it has touched."""
        from numpy.random import RandomState

        random, n_numbers = RandomState(self.random_state), settings.n_numbers
        moved: dict[int, int] = {}
        for i in range(n_numbers):
            j = i + _random_below(n_numbers - i, random)
            number, moved[j] = moved.get(j, j), moved.get(i, i)
            if (setting := settings.setting(number)) is not None:
                yield setting

    def _sampled(self, settings: Union | None) -> Iterator[Params]:
        """Yield draws without repeats, and when that takes too long, what is left: evenly of a finite space, else as it comes."""
        draws = self._draws()
        if never_repeats(self.space):
            yield from draws
        drawn: set[str] = set()
        repeats = 0
        while repeats < PATIENCE:
            setting = next(draws)
            text = canonical(setting)
            if text in drawn:
                repeats += 1
                continue
            repeats = 0
            drawn.add(text)
            yield setting
        if settings is None:
            yield from draws
        else:
            yield from (setting for setting in self._shuffled(settings) if canonical(setting) not in drawn)

    def _draws(self) -> Iterator[Params]:
        """Yield independent settings: inverse transform sampling, one uniform number per parameter."""
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

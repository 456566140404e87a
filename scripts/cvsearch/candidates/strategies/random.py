"""Candidates sampled at random."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from cvsearch.candidates.products import Union
from cvsearch.candidates.space import is_even, never_repeats, quantile_of, settings_of, space_size, subspaces
from cvsearch.candidates.strategy import Strategy
from cvsearch.files import canonical
from cvsearch.journal.identity import Params, Setting

# How many rows are drawn at once. The place of a candidate in its block depends only on its number. So vectorised
# arithmetic gives it the same bits for every number of candidates.
BLOCK = 1024

# After this many repeats in a row, the settings that are left are too unlikely to wait for. If a draw gave one of them
# with a probability of 1 %, this many repeats in a row would happen about once in 20,000 cases.
PATIENCE = 1000


class Random(Strategy):
    """Independent settings. No setting is drawn twice, except in an infinite space after `PATIENCE` repeats in a row.

    In a finite space of values and ``randint``, every setting is equally likely. If a distribution of SciPy makes some
    settings more likely, or if the space is infinite, a repeat is drawn again; see `PATIENCE`.
    """

    def count(self) -> int:
        """Return the number of candidates that the config asks for, or the size of the space if that is smaller."""
        size = space_size(self.space)
        return self.n_candidates if size is None else min(self.n_candidates, size)

    def has(self, n: int) -> bool:
        """Whether there are at least `n` candidates.

        The space is counted only if the config asks for at least `n`, because counting may need SciPy.
        """
        return self.n_candidates >= n and self.count() >= n

    def draws_go_on(self) -> bool:
        """Whether the space has more candidates than the config asks for."""
        return space_size(self.space) != self.count()

    def propose(self, number: int, earlier: Sequence[Any]) -> list[Setting]:
        """Draw the candidates."""
        settings = settings_of(self.space)
        draws = self._shuffled(settings) if settings is not None and is_even(self.space) else self._sampled(settings)
        return list(map(Setting, itertools.islice(draws, self.count())))

    def messages(self) -> list[str]:
        """Return a message if the space holds fewer candidates than the config asks for."""
        if self.count() == self.n_candidates:
            return []
        return [
            f"the space holds {self.count():,} candidates, all are taken; n_candidates asks for {self.n_candidates:,}"
        ]

    def _shuffled(self, settings: Union) -> Iterator[Params]:
        """Yield the settings of a finite space in random order.

        This is a Fisher-Yates shuffle that keeps only the numbers that it has moved.
        """
        from numpy.random import RandomState

        random, n_numbers = RandomState(self.random_state), settings.n_numbers
        moved: dict[int, int] = {}
        for i in range(n_numbers):
            j = i + _random_below(n_numbers - i, random)
            number, moved[j] = moved.get(j, j), moved.get(i, i)
            if (setting := settings.setting(number)) is not None:
                yield setting

    def _sampled(self, settings: Union | None) -> Iterator[Params]:
        """Yield draws without repeats, and the rest when repeats become too many.

        The rest of a finite space is drawn with equal probabilities. In an infinite space the draws then go on, and may
        repeat.
        """
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
        """Yield independent settings by inverse transform sampling, with one uniform number for each parameter."""
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
    """Return a whole number in [0, bound). All are equally likely.

    The bound may need more than 64 bits, because a space may hold that many settings.
    """
    bits = (bound - 1).bit_length()
    while True:
        number = int.from_bytes(random.bytes((bits + 7) // 8), "big") >> (-bits % 8)
        if number < bound:
            return number

"""Every combination of a space's values."""

import itertools
from collections.abc import Sequence
from typing import Any

from cvsearch.candidates.space import refuse_overlap, space_size, subspaces, values_of
from cvsearch.candidates.strategy import Strategy
from cvsearch.journal.identity import Setting


class Grid(Strategy):
    """All settings, in the order of scikit-learn's ``ParameterGrid``: parameters by name, the last one fastest."""

    needs_values = True

    def count(self) -> int:
        """Return the size of the space."""
        return space_size(self.space) or 0

    def propose(self, number: int, earlier: Sequence[Any]) -> list[Setting]:
        """Return every combination."""
        spaces = [{name: values_of(subspace[name]) for name in sorted(subspace)} for subspace in subspaces(self.space)]
        refuse_overlap(spaces)
        return [
            Setting(dict(zip(space, values, strict=True)))
            for space in spaces
            for values in itertools.product(*space.values())
        ]

"""Every combination of a space's values."""

from collections.abc import Sequence
from typing import Any

from cvsearch.candidates.space import settings_of, space_size
from cvsearch.candidates.strategy import Strategy
from cvsearch.journal.identity import Setting


class Grid(Strategy):
    """All settings, in the order of scikit-learn's ``ParameterGrid``.

    The parameters are sorted by name. The last parameter changes fastest. A setting is left out if an earlier sub-space
    has it too.
    """

    needs_values = True

    def count(self) -> int:
        """Return the size of the space."""
        return space_size(self.space) or 0

    def propose(self, number: int, earlier: Sequence[Any]) -> list[Setting]:
        """Return every combination."""
        return list(map(Setting, settings_of(self.space) or ()))

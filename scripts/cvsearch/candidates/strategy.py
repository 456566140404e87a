"""What a strategy is: it proposes candidates, round by round."""

from collections.abc import Sequence
from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.journal.identity import Setting


class Strategy:
    """A way to propose candidates; each subclass has a file of its own in `strategies`.

    Parameters
    ----------
    space : dict or list of dict
        ``param_distributions`` of the config.
    n_candidates : int
        How many the config asks for.
    random_state : int

    Attributes
    ----------
    needs_values : bool
        Whether every entry of the space has to list its values.
    n_rounds : int
        How many rounds of candidates there are.
    """

    needs_values = False
    n_rounds = 1

    def __init__(self, space: Space, n_candidates: int, random_state: int) -> None:
        self.space, self.n_candidates, self.random_state = space, n_candidates, random_state

    def count(self) -> int:
        """Return how many candidates all rounds have; nothing is drawn for it."""
        raise NotImplementedError

    def has(self, n: int) -> bool:
        """Whether there are at least so many candidates."""
        return self.count() >= n

    def propose(self, number: int, earlier: Sequence[Any]) -> list[Setting]:
        """Return the candidates of a round.

        The first n are the same however many the config asks for, so a search grows.

        Parameters
        ----------
        number : int
            Of the round, from 0.
        earlier : sequence
            The results of the rounds before.

        Returns
        -------
        list of Setting
            In plain Python values.

        Raises
        ------
        InputError
            If the space cannot be drawn from.
        """
        raise NotImplementedError

    def messages(self) -> list[str]:
        """Return what a person should know of the number of candidates."""
        return []

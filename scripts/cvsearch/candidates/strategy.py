"""The base class of the strategies. A strategy proposes candidates, round by round."""

from collections.abc import Sequence
from typing import Any

from cvsearch.candidates.space import Space
from cvsearch.journal.identity import Setting


class Strategy:
    """A way to propose candidates. Each subclass has its own file in `strategies`.

    Parameters
    ----------
    space : dict or list of dict
        ``param_distributions`` of the config.
    n_candidates : int
        How many candidates the config asks for.
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
        """Return how many candidates all rounds have. No candidate is drawn for this."""
        raise NotImplementedError

    def has(self, n: int) -> bool:
        """Whether there are at least `n` candidates."""
        return self.count() >= n

    def draws_go_on(self) -> bool:
        """Whether the candidates are independent random draws, and the space has more of them."""
        return False

    def propose(self, number: int, earlier: Sequence[Any]) -> list[Setting]:
        """Return the candidates of a round.

        The first candidates do not depend on how many candidates the config asks for. So a search can grow.

        Parameters
        ----------
        number : int
            The number of the round, from 0.
        earlier : sequence
            The results of the earlier rounds.

        Returns
        -------
        list of Setting
            The candidates, in plain Python values.

        Raises
        ------
        InputError
            If no candidates can be drawn from the space.
        """
        raise NotImplementedError

    def messages(self) -> list[str]:
        """Return what a person should know about the number of candidates."""
        return []

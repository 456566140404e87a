"""The lines of progress that a job writes while it evaluates candidates."""

import time
from collections.abc import Callable

# A long job says how far it is each time this many seconds have passed. If short jobs did so, they would only fill the
# console.
LINE_SECONDS = 60.0


class Reporter:
    """Tells how far a job is: in its log when it ends, and on the console too if it takes long.

    Parameters
    ----------
    name : str
        What the job evaluates, in words.
    n_tasks : int
        How many evaluations the job has to compute.
    say : callable
        Called with each line for the console.
    note : callable
        Called with the last line. This line is for the log.
    """

    def __init__(
        self, name: str, n_tasks: int, say: Callable[[str], None], note: Callable[[str], None] = print
    ) -> None:
        self.name, self.n_tasks, self.say, self.note = name, n_tasks, say, note
        self.next = time.monotonic() + LINE_SECONDS

    def __call__(self, remaining: int) -> None:
        """Take note of how many evaluations remain."""
        line = f"{self.name}: {self.n_tasks - remaining:,} of {self.n_tasks:,}"
        if remaining == 0:
            self.note(line)
        elif time.monotonic() >= self.next:
            self.next = time.monotonic() + LINE_SECONDS
            self.say(line)

"""The warnings of one evaluation: how many there are, and which one is the most frequent."""

import contextlib
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from cvsearch.evaluation.scoring import REASON_LENGTH, first_line

# These warnings are about a library's future versions, not about this fit.
NOT_COUNTED = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ImportWarning, ResourceWarning)


@contextlib.contextmanager
def counted_warnings() -> Iterator[Counter[str]]:
    """Count the warnings of a block by category and first line. They are not printed.

    Deprecations are not counted.
    """
    found: Counter[str] = Counter()

    def count(message: Warning | str, category: type[Warning], *where: Any) -> None:
        if not issubclass(category, NOT_COUNTED):
            found[f"{category.__name__}: {first_line(message)}"[:REASON_LENGTH]] += 1

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = count  # type: ignore[assignment]
        yield found


def most_frequent(found: Counter[str]) -> str | None:
    """Return the most frequent warning. If several are equally frequent, return the first by the alphabet."""
    return min(found, key=lambda text: (-found[text], text)) if found else None

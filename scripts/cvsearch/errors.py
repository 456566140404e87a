"""The errors that the user can fix."""

import difflib
from collections.abc import Iterable
from os import PathLike


class InputError(ValueError):
    """A mistake in the config, the data or a file. The message is one line: the key or file, the value, the fix."""


def damaged(path: str | PathLike[str], rebuild: str) -> InputError:
    """Return the error for a file that was changed after it was written. `rebuild` says how to make it again."""
    return InputError(f"{path}: was truncated or edited; rebuild it: {rebuild}")


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return ``; did you mean 'x'?`` for the closest of the `known` names, or an empty string."""
    close = difflib.get_close_matches(str(name), [str(k) for k in known], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""

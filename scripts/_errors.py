"""The one kind of error that is the user's to mend."""

import difflib


class InputError(ValueError):
    """A mistake in the config, the data or a file: one line with the key or file, the value and the fix."""


def damaged(path, rebuild):
    """Return the error that names a file which is not as it was written, and how to make it again."""
    return InputError(f"{path}: was truncated or edited; rebuild it: {rebuild}")


def did_you_mean(name, known):
    """Return `` Did you mean 'x'?`` for the closest of the `known` names, or an empty string."""
    close = difflib.get_close_matches(str(name), [str(k) for k in known], n=1)
    return f"; did you mean {close[0]!r}?" if close else ""

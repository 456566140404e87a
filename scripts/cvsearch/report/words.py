"""Texts of numbers and parameter values for people."""

import json
import re
from collections import Counter
from typing import Any

from cvsearch.config.values import show

_DOTTED_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")

# Floats from this number on have no fractions. Python also writes them with powers of ten.
LARGE = 1e16

# The most characters of parameters in a sentence. A value may be a list of thousands of words.
LONGEST_IN_A_LINE = 500


def number_text(value: float, digits: int = 4) -> str:
    """Return a number in a short form: whole numbers unchanged, others rounded to `digits` digits.

    Examples
    --------
    >>> [number_text(x) for x in (123456, 100000.0, 0.123456, 98765.4321, 1e-7, -8e21)]
    ['123456', '100000', '0.1235', '98765', '1e-07', '-8e+21']
    """
    if isinstance(value, int):
        return str(value)
    if abs(value) < LARGE and (value == int(value) or abs(value) >= 10**digits):
        return str(round(value))
    return f"{value:.{digits}g}"


def score_text(score: float) -> str:
    """Return a score with four decimals, so that scores line up below each other.

    Very small and very large scores are written like other numbers, because four decimals would not show them.
    """
    return f"{score:.4f}" if score == 0 or 1e-3 <= abs(score) < 1e6 else number_text(score)


def value_text(value: Any) -> str:
    """Return a parameter's value as a text that shows its type: ``None``, ``7``, ``"7"``, ``RBF``, ``Matern(nu=1.5)``.

    Parameters
    ----------
    value : None, bool, int, float, str, list or dict
        The value from the ``params`` column, read as JSON, or a stored value.
    """
    if isinstance(value, str):
        if _reads_as_another(value):
            return json.dumps(value, ensure_ascii=False)
        return short_name(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number_text(value)
    value = show(value)
    if (made := _object(value)) is not None:
        name, arguments = made
        return f"{short_name(name)}({in_words(arguments)})" if arguments else short_name(name)
    if isinstance(value, dict) and list(value) == ["tuple"] and isinstance(value["tuple"], list):
        items = value["tuple"]
        return f"({', '.join(map(value_text, items))}{',' * (len(items) == 1)})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def in_words(params: dict[str, Any]) -> str:
    """Return a candidate's parameters as a person reads them."""
    return ", ".join(f"{name}={value_text(value)}" for name, value in params.items())


def texts_apart(values: list[Any]) -> list[str]:
    """Return a text for each of several values. For an object it is the name alone, if no other value has that text.

    Parameters
    ----------
    values : list
        No two values may be equal.
    """
    texts = list(map(repr, values))
    for form in (value_text, _without_arguments):
        tried = list(map(form, values))
        counts = Counter(tried)
        texts = [new if counts[new] == 1 else old for new, old in zip(tried, texts, strict=True)]
    return texts


def in_a_line(params: dict[str, Any]) -> str:
    """Return a candidate's parameters as a person reads them, cut to a length that fits into a sentence."""
    return cut(in_words(params), LONGEST_IN_A_LINE)


def cut(text: str, length: int) -> str:
    """Return a text of at most `length` characters. Its middle is cut out, because names differ at their ends."""
    half = length // 2
    return text if len(text) <= length else f"{text[: length - half - 1]}…{text[-half:]}"


def short_name(text: str) -> str:
    """Return the last part of a dotted name. Return any other text unchanged."""
    return text.rsplit(".", 1)[-1] if _DOTTED_NAME.fullmatch(text) else text


def _without_arguments(value: Any) -> str:
    made = _object(value)
    return value_text(value) if made is None else short_name(made[0])


def _object(value: Any) -> tuple[str, dict[str, Any]] | None:
    """Return name and arguments of a value like ``{dotted.name: {argument: value}}``. Any other value gives None."""
    if isinstance(value, dict) and len(value) == 1:
        name, arguments = next(iter(value.items()))
        if _DOTTED_NAME.fullmatch(name) and isinstance(arguments, dict):
            return name, arguments
    return None


def _reads_as_another(text: str) -> bool:
    """Return whether a text without quotes would look empty, or like a value of another type."""
    if text in ("", "None", "True", "False") or not text.isprintable():
        return True
    try:
        float(text)
    except ValueError:
        return False
    return True

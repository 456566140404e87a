"""Products: all combinations of some parameters' values. They are counted and numbered, but not listed.

Two values are equal if their JSON texts are equal: 1, 1.0, true and "1" are four values.
"""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cvsearch.files import canonical
from cvsearch.journal.identity import Params

# A list without repeats, or a range. A range may be too long to list.
Values = Sequence[Any]


def distinct(values: Sequence[Any]) -> list[Any]:
    """Return the values in their order, each of them once."""
    return list({canonical(value): value for value in values}.values())


def count(values: Values) -> int:
    """Return how many values there are. ``len`` cannot count a range beyond 63 bits."""
    if not isinstance(values, range):
        return len(values)
    return (values[-1] - values[0]) // values.step + 1 if values else 0


class Product:
    """One sub-space with finitely many settings.

    Parameters
    ----------
    values : mapping of str to Values
        From parameter to its values. No parameter is without values.

    Attributes
    ----------
    size : int
        How many settings there are.
    """

    def __init__(self, values: Mapping[str, Values]) -> None:
        self.values = values
        self.size = math.prod(map(count, values.values()))
        self._texts = {
            name: set(map(canonical, found)) for name, found in values.items() if not isinstance(found, range)
        }

    def setting(self, number: int) -> Params:
        """Return the setting with this number. The last parameter changes fastest."""
        setting: Params = {}
        for name in reversed(list(self.values)):
            number, place = divmod(number, count(self.values[name]))
            setting[name] = self.values[name][place]
        return dict(reversed(setting.items()))

    def holds(self, setting: Params) -> bool:
        """Whether this setting is in the product."""
        return setting.keys() == self.values.keys() and all(self._has(name, value) for name, value in setting.items())

    def _has(self, name: str, value: Any) -> bool:
        found = self.values[name]
        if isinstance(found, range):
            return isinstance(value, int) and not isinstance(value, bool) and value in found
        return canonical(value) in self._texts[name]

    def common(self, other: "Product") -> "Product | None":
        """Return the product of the settings that are in both products, or None if there are none."""
        if self.values.keys() != other.values.keys():
            return None
        shared: dict[str, Values] = {}
        for name, found in self.values.items():
            theirs = other.values[name]
            if isinstance(found, range) and isinstance(theirs, range):
                shared[name] = _common_range(found, theirs)
            elif isinstance(found, range):
                shared[name] = [value for value in theirs if self._has(name, value)]
            else:
                shared[name] = [value for value in found if other._has(name, value)]
            if not shared[name]:
                return None
        return Product(shared)


class Union:
    """The settings of several products. A setting that is in several products counts once, in the first of them.

    Parameters
    ----------
    products : sequence of Product

    Attributes
    ----------
    size : int
        How many different settings there are.
    n_numbers : int
        How many numbers there are. A setting has a number in each product that holds it.
    """

    def __init__(self, products: Sequence[Product]) -> None:
        self.products = products
        self.size = sum(_new_in(product, products[:i]) for i, product in enumerate(products))
        self.n_numbers = sum(product.size for product in products)

    def setting(self, number: int) -> Params | None:
        """Return the setting with this number, or None if an earlier product holds the setting too."""
        for i, product in enumerate(self.products):
            if number < product.size:
                setting = product.setting(number)
                return None if any(earlier.holds(setting) for earlier in self.products[:i]) else setting
            number -= product.size
        raise IndexError(number)

    def __iter__(self) -> Iterator[Params]:
        """Yield every setting once, in the order of the numbers."""
        for i, product in enumerate(self.products):
            for values in itertools.product(*product.values.values()):
                setting = dict(zip(product.values, values, strict=True))
                if not any(earlier.holds(setting) for earlier in self.products[:i]):
                    yield setting


def _new_in(product: Product, earlier: Sequence[Product]) -> int:
    """Return how many settings of a product are in no earlier product.

    The settings that the product shares with the first product are subtracted. Then the settings that it shares with
    the second product but not with the first are subtracted, and so on.
    """
    shared = [part for part in map(product.common, earlier) if part is not None]
    if any(part.size == product.size for part in shared):
        return 0
    return product.size - sum(_new_in(part, shared[:i]) for i, part in enumerate(shared))


def _common_range(one: range, other: range) -> range:
    """Return the numbers that are in both ranges, in ascending order."""
    one, other = (numbers if numbers.step > 0 else numbers[::-1] for numbers in (one, other))
    step = math.gcd(one.step, other.step)
    steps, rest = divmod(other.start - one.start, step)
    if rest:
        return range(0)
    # n is the smallest number >= 0 for which one.start + n * one.step - other.start is a multiple of other.step.
    n = steps * pow(one.step // step, -1, other.step // step) % (other.step // step)
    first, step = one.start + n * one.step, math.lcm(one.step, other.step)
    first += max(0, -((first - other.start) // step)) * step
    return range(first, min(one.stop, other.stop), step)

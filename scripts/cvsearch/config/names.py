"""The code that a config may name: scikit-learn, the modules under ``trusted_modules``, and NumPy's and SciPy's ufuncs.

A dotted name is resolved only inside these. The Snakefile asks which versions of them a search depends on. So this
module does not import scikit-learn before it resolves a name.
"""

import ast
import functools
import hashlib
import importlib
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from cvsearch.errors import InputError, did_you_mean

# If a config could name a function of these modules as a loader or a scorer, the function would run whatever its
# arguments say. A user's own module with such a name would not be found: Python finds the standard library first.
REFUSED = sys.stdlib_module_names | {"__main__", "cvsearch"}

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")

# A config may name only the universal functions of these libraries, such as numpy.log1p.
UFUNC_MODULES = ("numpy", "scipy.special")


def check_modules(modules: Iterable[str], path: str) -> None:
    """Check that the trusted modules are the user's own, and not modules whose functions can run anything.

    Parameters
    ----------
    modules : iterable of str
    path : str
        Key path in the config, for the message.

    Raises
    ------
    InputError
        For a module of Python's standard library, and for this workflow's own.
    """
    for i, module in enumerate(modules):
        if module in REFUSED:
            whose = "Python's standard library" if module in sys.stdlib_module_names else "this workflow"
            raise InputError(f"{path}[{i}]: {module!r} belongs to {whose}; name a module with your own code")


class Trust:
    """The modules that a config may name: scikit-learn and the user's own.

    Parameters
    ----------
    modules : iterable of str
        Top-level modules. Python looks for them on PYTHONPATH and among the installed packages, then in the working
        directory. The keys of what `versions` returned may be given too.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self.modules = [module for module in modules if module not in REFUSED]
        if self.modules and "" not in sys.path and str(Path.cwd()) not in sys.path:
            sys.path.append(str(Path.cwd()))

    def covers(self, name: object) -> bool:
        """Whether `name` is a dotted name inside scikit-learn or a trusted module."""
        return isinstance(name, str) and bool(_DOTTED.match(name)) and name.split(".")[0] in ("sklearn", *self.modules)

    def may_be_ufunc(self, name: object) -> bool:
        """Tell whether `name` looks like a universal function of NumPy or SciPy, such as ``numpy.log1p``."""
        return isinstance(name, str) and bool(_DOTTED.match(name)) and name.rpartition(".")[0] in UFUNC_MODULES

    def resolve_ufunc(self, name: str, path: str) -> Any:
        """Return the universal function with this name.

        Raises
        ------
        InputError
            If there is no such function.
        """
        import numpy as np

        module, _, last = name.rpartition(".")
        found = getattr(importlib.import_module(module), last, None)
        if not isinstance(found, np.ufunc):
            raise InputError(
                f"{path}: {name!r} is not a universal function; only universal functions of {module} may be named, "
                "such as numpy.log1p"
            )
        return found

    def resolve(self, name: str, path: str, kind: str) -> Any:
        """Import what a dotted name stands for.

        Parameters
        ----------
        name : str
        path : str
            Key path in the config, for the message.
        kind : str
            What the name should be, for the message: ``"an estimator"``.

        Raises
        ------
        InputError
            If the name is not trusted, cannot be imported, or does not exist.
        """
        if not self.covers(name):
            root = str(name).split(".")[0]
            raise InputError(
                f"{path}: {name!r} is neither in scikit-learn nor in a trusted module; give the dotted name of {kind} "
                f"of scikit-learn, or add {root!r} to trusted_modules"
            )
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module_name = ".".join(parts[:end])
            try:
                found = importlib.import_module(module_name)
            except ModuleNotFoundError as error:
                if not f"{module_name}.".startswith(f"{error.name}."):
                    raise InputError(f"{path}: {name!r} needs the module {error.name!r}; install it") from error
                continue
            except Exception as error:
                raise InputError(
                    f"{path}: importing {module_name!r} failed ({type(error).__name__}: {error})"
                ) from error
            for i, part in enumerate(parts[end:], end):
                if not hasattr(found, part):
                    owner = ".".join(parts[:i])
                    raise InputError(
                        f"{path}: {owner} has no {part!r}{did_you_mean(part, dir(found)) or '; check the name'}"
                    )
                found = getattr(found, part)
                if isinstance(found, ModuleType) and not self.covers(f"{found.__name__}.x"):
                    raise InputError(
                        f"{path}: {name!r} leaves its module for {found.__name__!r}; a name has to stay inside "
                        "scikit-learn or a trusted module"
                    )
            return found
        raise InputError(
            f"{path}: the module of {name!r} was not found; check the name, PYTHONPATH and the environment"
        )

    def names_in(self, spec: Any) -> Iterator[str]:
        """Yield every trusted dotted name in a piece of config."""
        if isinstance(spec, dict):
            for key, value in spec.items():
                yield from self.names_in(key)
                yield from self.names_in(value)
        elif isinstance(spec, list):
            for value in spec:
                yield from self.names_in(value)
        elif self.covers(spec):
            yield spec

    def versions(self, spec: Any) -> dict[str, str]:
        """Return the versions of the code that a piece of config names, without importing the code.

        Returns
        -------
        dict of str to str
            From a trusted module to the version of its package. A module that is not installed has the sha256 of its
            source instead. Trusted modules that these modules import are included.
        """
        if not self.modules:
            return {}
        versions: dict[str, str] = {}
        waiting = [name.split(".")[0] for name in self.names_in(spec)]
        while waiting:
            module = waiting.pop()
            if module in versions or module not in self.modules:
                continue
            versions[module], imported = self._version_of(module)
            waiting += imported
        return versions

    @functools.cache  # noqa: B019  looked up once for each process
    def _version_of(self, module: str) -> tuple[str, list[str]]:
        """Return the version of a module, and the top-level names that it imports."""
        sources = _sources(module)
        if any("site-packages" in str(source) for source in sources):
            return _installed_version(module), []
        digest, imported = hashlib.sha256(), []
        for source in sources:
            text = source.read_bytes()
            digest.update(source.name.encode() + b"\0" + text + b"\0")
            imported += imports_of(text)
        return digest.hexdigest(), imported


def _sources(module: str) -> list[Path]:
    """Return the Python files of a top-level module, without importing it."""
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        found = None
    if found is None:
        return []
    if found.submodule_search_locations:
        return sorted(path for root in found.submodule_search_locations for path in Path(root).rglob("*.py"))
    return [Path(found.origin)] if found.origin and found.origin.endswith(".py") else []


def _installed_version(module: str) -> str:
    from importlib import metadata  # This import takes longer than all the rest, and few runs need it.

    for package in metadata.packages_distributions().get(module, []):
        return f"{package} {metadata.version(package)}"
    return "unknown"


def imports_of(source: bytes) -> list[str]:
    """Return the top-level names that a source file imports, or an empty list if the file does not parse."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    names: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module.split(".")[0])
    return names

"""Dotted names of the config turned into estimators, scorers and loaders, and into nothing else.

The config is data: a name resolves only inside scikit-learn and the modules under ``trusted_modules``, and only to a thing
of the kind that is asked for.
"""

import ast
import gc
import hashlib
import importlib
import importlib.util
import inspect
import json
import re
import sys
from importlib import metadata
from pathlib import Path

from _errors import InputError, did_you_mean

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$")


class Trust:
    """The modules that a config may name: scikit-learn and the user's own.

    Parameters
    ----------
    modules : iterable of str
        Top-level modules, found on PYTHONPATH or installed, then in the working directory; the keys of `versions` do.
    """

    def __init__(self, modules):
        self.modules = list(modules)
        if self.modules and "" not in sys.path and str(Path.cwd()) not in sys.path:
            sys.path.append(str(Path.cwd()))

    def covers(self, name):
        """Whether `name` is a dotted name inside scikit-learn or a trusted module."""
        return isinstance(name, str) and bool(_DOTTED.match(name)) and name.split(".")[0] in ("sklearn", *self.modules)

    def resolve(self, name, path, kind):
        """Import what a dotted name stands for.

        Parameters
        ----------
        name : str
        path : str
            Key path in the config, for the message.
        kind : str
            What is asked for, for the message: ``"an estimator"``.

        Raises
        ------
        InputError
            If the name is not trusted, cannot be imported, or does not exist.
        """
        if not self.covers(name):
            root = str(name).split(".")[0]
            raise InputError(
                f"{path}: {name!r} is not in scikit-learn nor in a trusted module; give the dotted name of {kind}, "
                f"or add {root!r} to trusted_modules"
            )
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module_name = ".".join(parts[:end])
            try:
                found = importlib.import_module(module_name)
            except ModuleNotFoundError as error:
                if not module_name.startswith(error.name or "\0"):
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
            return found
        raise InputError(
            f"{path}: the module of {name!r} was not found; check the name, PYTHONPATH and the environment"
        )

    def names_in(self, spec):
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

    def versions(self, spec):
        """Say which code stands behind a piece of config, without importing it.

        Returns
        -------
        dict of str to str
            Trusted module to the version of its package, or the sha256 of its source where it has none. Trusted modules
            that these import count too.
        """
        versions = {}
        waiting = [name.split(".")[0] for name in self.names_in(spec)]
        while waiting:
            module = waiting.pop()
            if module in versions or module not in self.modules:
                continue
            sources = _sources(module)
            if any("site-packages" in str(source) for source in sources):
                versions[module] = _installed_version(module)
                continue
            digest = hashlib.sha256()
            for source in sources:
                text = source.read_bytes()
                digest.update(source.name.encode() + b"\0" + text + b"\0")
                waiting += _imports(text)
            versions[module] = digest.hexdigest()
        return versions


def _sources(module):
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


def _installed_version(module):
    for package in metadata.packages_distributions().get(module, []):
        return f"{package} {metadata.version(package)}"
    return "unknown"


def _imports(source):
    """Return the top-level names that a source file imports; none where it does not parse."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    names = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += [alias.name.split(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.append(node.module.split(".")[0])
    return names


def build_estimator(spec, trust, path="estimator"):
    """Make the estimator that a piece of config describes.

    Parameters
    ----------
    spec : str, dict or list
        A dotted name, ``{dotted.name: {init parameters}}``, or a list of named steps, which makes a Pipeline.
    trust : Trust
    path : str
        Key path in the config, for the message.

    Returns
    -------
    estimator : sklearn.base.BaseEstimator

    Raises
    ------
    InputError
        If a name is not an estimator's, or an init parameter is not one of its own.
    """
    if isinstance(spec, list):
        from sklearn.pipeline import Pipeline

        steps = []
        for i, step in enumerate(spec):
            if not isinstance(step, dict) or len(step) != 1:
                raise InputError(f"{path}[{i}]: {step!r} is no named step; write {{name: dotted.name}}")
            (name, step_spec), where = next(iter(step.items())), f"{path}[{i}]"
            steps.append((name, step_spec if step_spec == "passthrough" else build_estimator(step_spec, trust, where)))
        for i, (name, step) in enumerate(steps[:-1]):
            if step != "passthrough" and not hasattr(step, "transform"):
                raise InputError(
                    f"{path}[{i}].{name}: {type(step).__name__} does not transform; only the last step may do without"
                )
        if len({name for name, _ in steps}) < len(steps):
            raise InputError(f"{path}: two steps have the same name; give each its own")
        return Pipeline(steps)

    if isinstance(spec, dict) and len(spec) != 1:
        raise InputError(
            f"{path}: {spec!r} is not one name with its init parameters; write {{dotted.name: {{parameter: value}}}}"
        )
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, {})
    cls = trust.resolve(name, path, "an estimator")
    if not (inspect.isclass(cls) and hasattr(cls, "fit") and hasattr(cls, "get_params")):
        raise InputError(f"{path}: {name!r} is no estimator; give a class with fit and get_params")
    arguments = arguments or {}
    if not isinstance(arguments, dict):
        raise InputError(f"{path}.{name}: {arguments!r} is no mapping of init parameters; write {{parameter: value}}")
    known = inspect.signature(cls).parameters
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values())
    for argument in arguments:
        if argument not in known and not takes_any:
            raise InputError(
                f"{path}.{name}.{argument}: {cls.__name__} has no such parameter{did_you_mean(argument, known)}"
            )
    try:
        return cls(**{key: build_value(value, trust, f"{path}.{name}.{key}") for key, value in arguments.items()})
    except TypeError as error:
        raise InputError(f"{path}: {name} cannot be made ({error})") from None


def build_value(value, trust, path):
    """Return a parameter's value; a dotted name or ``{dotted.name: {…}}`` inside it becomes that estimator."""
    single = next(iter(value)) if isinstance(value, dict) and len(value) == 1 else value
    if trust.covers(single):
        return build_estimator(value, trust, path)
    if isinstance(value, list):
        return [build_value(item, trust, path) for item in value]
    if isinstance(value, dict):  # Such as class_weight; JSON made its keys text.
        return {int(k) if re.fullmatch(r"-?\d+", k) else k: build_value(v, trust, path) for k, v in value.items()}
    return value


def set_parameters(estimator, params, trust):
    """Set the parameters of a candidate on an estimator, in place, and return it."""
    return estimator.set_params(**{name: build_value(value, trust, name) for name, value in params.items()})


def check_parameters(estimator, space, trust, path):
    """Check that an estimator has every parameter of a space.

    Raises
    ------
    InputError
        For the first parameter that neither the estimator has nor an estimator among the space's own values.
    """
    for i, subspace in enumerate(space if isinstance(space, list) else [space]):
        known = set(estimator.get_params())
        for name, entry in subspace.items():
            for value in entry if isinstance(entry, list) else []:
                made = build_value(value, trust, f"{path}.{name}")
                if hasattr(made, "get_params"):
                    known |= {f"{name}__{inner}" for inner in made.get_params()}
        for name in subspace:
            if name not in known:
                where = f"{path}[{i}].{name}" if isinstance(space, list) else f"{path}.{name}"
                hint = did_you_mean(name, known) or "; see its get_params()"
                raise InputError(f"{where}: {type(estimator).__name__} has no parameter {name!r}{hint}")


def build_scorer(scoring, estimator, trust, path="scoring"):
    """Make the scorer of a search.

    Parameters
    ----------
    scoring : None, str or list of str
        As in the config.
    estimator : estimator
        Whose own ``score`` stands in where `scoring` is None.
    trust : Trust

    Returns
    -------
    callable
        ``scorer(estimator, X, y)``: a float, or a dict from name to float if `scoring` is a list.

    Raises
    ------
    InputError
        For a name that is no scorer.
    """
    from sklearn.metrics import check_scoring

    if isinstance(scoring, list):
        return check_scoring(estimator, {name: _scorer(name, trust, path) for name in scoring})
    try:
        return check_scoring(estimator, scoring if scoring is None else _scorer(scoring, trust, path))
    except TypeError as error:
        raise InputError(
            f"{path}: {scoring!r} does not go with {type(estimator).__name__} ({error}); name a scorer"
        ) from None


def as_list(scoring):
    """Return the names of the scorers in a ``scoring``; none for the estimator's own score."""
    return scoring if isinstance(scoring, list) else [scoring] if scoring else []


def _scorer(name, trust, path):
    from sklearn.metrics import get_scorer, get_scorer_names

    if name in get_scorer_names():
        return get_scorer(name)
    if trust.covers(name) and not name.startswith("sklearn."):
        scorer = trust.resolve(name, path, "a scorer")
        if callable(scorer):
            return scorer
        raise InputError(f"{path}: {name!r} is no scorer; give a callable of (estimator, X, y)")
    hint = did_you_mean(name, get_scorer_names()) or "; see sklearn.metrics.get_scorer_names()"
    raise InputError(f"{path}: {name!r} is no scorer's name{hint}")


def load_with(spec, trust, path="dataset.loader"):
    """Call the loader that a piece of config names, and return what it returns."""
    name, arguments = next(iter(spec.items())) if isinstance(spec, dict) else (spec, {})
    loader = trust.resolve(name, path, "a loader")
    if name.startswith("sklearn."):
        import sklearn.datasets

        public = [
            f"sklearn.datasets.{n}" for n in sklearn.datasets.__all__ if n.startswith(("load_", "make_", "fetch_"))
        ]
        if name not in public:
            raise InputError(f"{path}: {name!r} is no loader of scikit-learn{did_you_mean(name, public)}")
    elif not inspect.isfunction(loader):
        raise InputError(f"{path}: {name!r} is no function; give one that returns X and y")
    try:
        inspect.signature(loader).bind(**(arguments or {}))
    except TypeError as error:
        raise InputError(f"{path}: {name} does not take {arguments!r} ({error})") from None
    gc.enable()  # Off in a job until now; a loader of one's own may make any amount of garbage.
    return loader(**(arguments or {}))


def seed_open_random_states(estimator, random_state, params, split):
    """Seed, in place, every ``random_state`` that was left open.

    The seed is the first 32 bits of the sha256 of (`random_state`, params, `split`), so neither the order nor the
    numbering of candidates changes it. For a step of a Pipeline, params are those of this step and the steps before
    it: candidates that agree on them fit the same prefix.

    Parameters
    ----------
    estimator : estimator
    random_state : int
        The config's.
    params : dict
        The candidate's, as in the config.
    split : int
    """
    steps = [name for name, _ in getattr(estimator, "steps", [])]
    seeds = {}
    for name, value in estimator.get_params().items():
        if value is None and (name == "random_state" or name.endswith("__random_state")):
            step = name.split("__")[0]
            seen = steps[: steps.index(step) + 1] if step in steps else None
            own = params if seen is None else {k: v for k, v in params.items() if k.split("__")[0] in seen}
            text = json.dumps([random_state, own, split], sort_keys=True)
            seeds[name] = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    if seeds:
        estimator.set_params(**seeds)

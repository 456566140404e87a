"""The best candidate refitted on all samples of the search, and its file."""

import math
import zipfile
from typing import Any

from cvsearch.config.names import Trust
from cvsearch.data.dataset import Dataset, Samples
from cvsearch.errors import InputError, damaged
from cvsearch.evaluation.estimator import REFIT, build_estimator, make_seeded, seed_global_generators
from cvsearch.evaluation.fitting import columns_for, fit_estimator
from cvsearch.evaluation.scoring import build_scorers, describe_error
from cvsearch.evaluation.weights import request_weights, routed, withdraw_requests
from cvsearch.files import read_json, write_atomically, write_json
from cvsearch.journal.identity import Params
from cvsearch.layout import SearchPaths


def refit(search: dict[str, Any], params: Params, trust: Trust, samples: Samples, positions: Any) -> Any:
    """Fit a candidate on all samples that the search saw, as `GridSearchCV` refits its best one.

    Parameters
    ----------
    search : dict
        estimator, random_state of the config.
    params : dict
        Parameters of the candidate, as stored values.
    trust : Trust
    samples : Samples
    positions : ndarray of int
        Positions of these samples in the dataset.

    Returns
    -------
    estimator : estimator
        The fitted estimator. Every open ``random_state`` is seeded with `REFIT` in place of the split's number.
    """
    seed_global_generators(search["random_state"], REFIT)
    estimator = make_seeded(build_estimator(search["estimator"], trust), params, trust, search["random_state"], REFIT)
    weighted = samples.sample_weight is not None
    with routed(weighted):
        fit_estimator(estimator, columns_for(estimator, samples.X, positions), samples.y, samples.sample_weight)
        if weighted:
            withdraw_requests(estimator)
    return estimator


def searched(data: Dataset, held_out: Any) -> Any:
    """Return the positions of all samples that the search saw, an ndarray of int.

    Parameters
    ----------
    data : Dataset
    held_out : ndarray of int or None
        Positions of the held-out samples; None if there are none.
    """
    import numpy as np

    positions = np.arange(data.about["n_samples"])
    return positions if held_out is None else np.setdiff1d(positions, held_out)


def score_on_holdout(
    search: dict[str, Any], trust: Trust, fitted: Any, samples: Samples, fitted_on: Any
) -> dict[str, float | None]:
    """Score a fitted estimator once on the samples that are held out.

    Parameters
    ----------
    search : dict
        estimator, scoring of the config.
    trust : Trust
    fitted : estimator
    samples : Samples
        The samples that are held out.
    fitted_on : ndarray of int
        Positions in the dataset of the samples that the estimator was fitted on.

    Returns
    -------
    dict of str to float
        The score by the scorer's name; None if the score could not be computed.
    """
    weighted = samples.sample_weight is not None
    with routed(weighted):
        scorers = build_scorers(
            search["scoring"], build_estimator(search["estimator"], trust), trust, weighted=weighted
        )
        if weighted:  # A pipeline's own score needs these requests, and a saved model has none.
            request_weights(fitted)
        X = columns_for(fitted, samples.X, fitted_on)
        scored = scorers(fitted, X, samples.y, samples.sample_weight)
    return {name: None if math.isnan(score) else score for name, score in scored.scores.items()}


def write_model(paths: SearchPaths, estimator: Any) -> list[str]:
    """Write a fitted estimator, and beside it the types that have to be trusted to load it.

    The content is loaded once before the file is written, because a file that cannot be loaded is of no use.

    Parameters
    ----------
    paths : SearchPaths
    estimator : estimator

    Returns
    -------
    list of str
        The names of these types.

    Raises
    ------
    InputError
        If skops cannot save a part of the estimator.
    """
    import skops.io

    try:
        content = skops.io.dumps(estimator)
        types = skops.io.get_untrusted_types(data=content)
        skops.io.loads(content, trusted=types)
    except Exception as error:
        raise InputError(
            f"{paths.model}: skops cannot save a part of {type(estimator).__name__} ({describe_error(error)}); use classes and "
            "functions that can be imported by name, or refit the candidate of best.json yourself"
        ) from error
    write_json(paths.model_types, types)
    write_atomically(paths.model, content)
    return types


def check_model(paths: SearchPaths) -> None:
    """Check that a model file is whole.

    Raises
    ------
    InputError
        If the file was truncated or edited.
    """
    try:
        with zipfile.ZipFile(paths.model) as file:
            if file.testzip() is None:
                return
    except (zipfile.BadZipFile, EOFError):
        pass
    raise damaged(paths.model, rebuild_model(paths))


def read_model(paths: SearchPaths) -> Any:
    """Return the fitted estimator of a model file.

    Raises
    ------
    InputError
        If a file is missing or damaged.
    """
    import skops.io

    if not paths.model.exists():
        raise InputError(f"{paths.model}: is missing; rebuild it: {rebuild_model(paths)}")
    check_model(paths)
    return skops.io.load(paths.model, trusted=read_json(paths.model_types, rebuild_model(paths)))


def rebuild_model(paths: SearchPaths) -> str:
    """Return the command that makes a model file again."""
    return f"rm {paths.model}, then run the same command with {paths.model} at its end"

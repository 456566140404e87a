import math

import pytest
from cvsearch.journal.identity import Setting
from cvsearch.results.evaluations import SIDES, Evaluations


def evaluations_of(scores, params=None, sides=SIDES):
    params = params or [{"a": i} for i in range(len(scores))]
    made = Evaluations([Setting(each) for each in params], len(scores[0]), ["score"], sides)
    for i, row in enumerate(scores):
        for j, score in enumerate(row):
            failed = math.isnan(score)
            made.add(
                i,
                j,
                {
                    "status": "failed" if failed else "ok",
                    "test": None if failed else {"score": score},
                    "train": None if failed else {"score": score / 3},
                    "fit_time": 0.1,
                    "shared_time": 0.0,
                    "score_time": 0.01,
                    "time": 0.12,
                    "error": "ValueError: no" if failed else None,
                    "reasons": {},
                    "warnings": 0,
                    "warning": None,
                },
            )
    return made


@pytest.fixture
def evaluated():
    """A function that returns evaluations with these test scores, (n_candidates, n_splits); NaN failed."""
    return evaluations_of

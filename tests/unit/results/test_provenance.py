"""The best candidate, and where the results came from."""

import hashlib
import math

from cvsearch.results.provenance import best_of, provenance
from cvsearch.results.tables import cv_results


def test_best_is_the_first_by_rank_of_equals_the_lowest_candidate(evaluated):
    made = evaluated([[0.1, 0.2], [0.9, 0.8], [0.8, 0.9]])
    best = best_of(made, cv_results(made))
    assert best["candidate"] == 1
    assert best["params"] == {"a": 1}
    assert best["test_scores"] == [0.9, 0.8]


def test_one_that_failed_somewhere_is_not_the_best(evaluated):
    made = evaluated([[0.9, math.nan], [0.1, 0.1]])
    assert best_of(made, cv_results(made))["candidate"] == 1


def test_provenance_tells_data_versions_config_and_the_hashes_of_the_tables(evaluated):
    made, config = evaluated([[0.5]]), {"n_splits": 1}
    told = provenance(made, config, {"sha256": "d"}, {"cv_results.csv": b"a,b"})
    assert told["digest"] == made.digest()
    assert (told["dataset_sha256"], told["config"]) == ("d", config)
    assert told["files"] == {"cv_results.csv": hashlib.sha256(b"a,b").hexdigest()}
    assert {"python", "scikit-learn", "numpy", "snakemake"} <= set(told["versions"])

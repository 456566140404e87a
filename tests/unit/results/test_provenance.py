"""Where the results came from."""

import hashlib
from importlib import metadata

from cvsearch.results.provenance import provenance


def test_provenance_tells_data_versions_config_and_the_hashes_of_the_tables(evaluated):
    made, config = evaluated([[0.5]]), {"n_splits": 1}
    here = {"python": "3.1", "scikit-learn": "1.7", "numpy": "2.0", "scipy": "1.0", "host": "b"}
    made.writers = [here, here | {"numpy": "2.1", "host": "a"}, here]
    told = provenance(made, config, {"sha256": "d"}, {"cv_results.csv": b"a,b"})
    assert told["digest"] == made.digest()
    assert (told["dataset_sha256"], told["config"]) == ("d", config)
    assert told["files"] == {"cv_results.csv": hashlib.sha256(b"a,b").hexdigest()}
    assert told["versions"] == {
        "python": "3.1",
        "scikit-learn": "1.7",
        "numpy": "2.0, 2.1",
        "scipy": "1.0",
        "pandas": metadata.version("pandas"),
        "snakemake": metadata.version("snakemake"),
    }, "of the processes that evaluated, and of what made the tables"
    assert told["hosts"] == ["a", "b"]

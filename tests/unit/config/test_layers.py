"""Config files as data, and how they are laid over each other."""

from pathlib import Path

import pytest
from cvsearch.config.layers import assemble, read_yaml
from cvsearch.errors import InputError


def test_a_config_with_searches_stands_alone_and_any_other_is_laid_over():
    shipped = {"n_splits": 2, "scoring": "accuracy", "searches": ["shipped"]}
    assert assemble({"n_splits": 9}, shipped) == {**shipped, "n_splits": 9}
    assert assemble({"searches": ["mine"]}, shipped) == {"searches": ["mine"]}
    assert assemble({"n_splits": 9}, {"n_candidates": 1}, shipped) == {**shipped, "n_splits": 9, "n_candidates": 1}


@pytest.mark.parametrize(
    ("text", "problem"), [("a: [", "line 1"), ("- a", "holds no keys"), ("__use_yte__: true", "refused")]
)
def test_a_file_that_is_no_config_is_named(tmp_path, text, problem):
    path = Path(tmp_path, "mine.yaml")
    path.write_text(text)
    with pytest.raises(InputError, match=problem) as caught:
        read_yaml(path)
    assert "mine.yaml" in str(caught.value)

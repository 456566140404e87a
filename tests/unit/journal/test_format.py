"""What an evaluation is does not change unnoticed."""

import json

from cvsearch.journal.identity import FORMAT
from golden_digests import FILE, SEARCHES, golden

WHAT_TO_DO = (
    "What an evaluation is has changed. If that is wanted, raise FORMAT in scripts/cvsearch/journal/identity.py, so that "
    "evaluations of the older kind are not taken for these, and write new digests: "
    "python tests/golden_digests.py --write. For another version of scikit-learn, write them and leave FORMAT as it is."
)


def test_the_digests_are_those_of_this_format():
    assert json.loads(FILE.read_text())["format"] == FORMAT, WHAT_TO_DO
    assert json.loads(FILE.read_text())["digests"].keys() == SEARCHES.keys(), WHAT_TO_DO


def test_equal_formats_give_equal_evaluations():
    assert golden() == json.loads(FILE.read_text()), WHAT_TO_DO

import math

import numpy as np
from cvsearch.results.ranks import rank_min


def test_ties_share_the_lowest_rank_and_nan_is_last():
    assert rank_min(np.array([0.2, 0.9, 0.9, math.nan, 0.1])).tolist() == [3, 1, 1, 5, 4]


def test_where_all_failed_all_are_first():
    assert rank_min(np.array([math.nan, math.nan])).tolist() == [1, 1]

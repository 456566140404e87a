"""The ten best candidates, as a page."""

import pandas as pd
from cvsearch.report.best_table import best_rows, page


def test_the_ten_best_in_their_order_of_equals_the_lowest_candidate(table):
    made = table(40)
    made.loc[[5, 3], "rank_test_score"] = 0
    rows = best_rows(made)
    assert len(rows) == 10
    assert rows["candidate"].tolist()[:2] == [3, 5]
    assert rows["rank"].is_monotonic_increasing


def test_the_page_escapes_what_a_user_may_write():
    text = page(pd.DataFrame({"<b>": ["<script>"], "x": [None]}), "a & b")
    assert "<script>" not in text and "&lt;script&gt;" in text and "a &amp; b" in text

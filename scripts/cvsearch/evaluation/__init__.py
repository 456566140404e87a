"""One evaluation and all that guards it: the estimator, its scores, shortcuts, the worker process and its limits."""

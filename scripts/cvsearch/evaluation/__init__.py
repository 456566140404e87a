"""One evaluation: the estimator, its scores, the shortcuts, and the worker process with its limits."""

"""The candidates: the space, the strategies that propose from it, the batches and the plan."""

"""Statistics of a finished search, as functions of arrays. docs/statistics.md has each formula with its source."""

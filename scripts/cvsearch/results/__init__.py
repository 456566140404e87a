"""The results: tables, ranks, the best candidate and where they came from."""

"""The results: tables, ranks, the best candidate, and where these came from."""

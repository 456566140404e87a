"""The journal of finished evaluations: its files, when two evaluations are equal, and which evaluations remain."""

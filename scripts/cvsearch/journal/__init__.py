"""The journal of finished evaluations: its files, what makes two evaluations equal, and which evaluations remain."""

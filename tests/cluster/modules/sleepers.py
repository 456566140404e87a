"""Estimators that take their time, or memory: jobs for Slurm to kill while they run."""

import time

import numpy as np
from sklearn.naive_bayes import GaussianNB


class SleepyNB(GaussianNB):
    """GaussianNB that sleeps `seconds` in each fit, and holds so many `megabytes` meanwhile."""

    def __init__(self, *, priors=None, var_smoothing=1e-9, seconds=0, megabytes=0):
        super().__init__(priors=priors, var_smoothing=var_smoothing)
        self.seconds = seconds
        self.megabytes = megabytes

    def fit(self, X, y):
        ballast = np.ones(int(self.megabytes * 125_000))
        time.sleep(self.seconds)
        return super().fit(X, y) if ballast.size >= 0 else self

"""Estimators that fail in every way an evaluation can, under `trusted_modules`, and leave a trace of each attempt."""

import ctypes
import os
import signal
import sys
import time
from pathlib import Path

from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.tree import DecisionTreeClassifier

FAULTS = ("raise", "score_raises", "nan", "sys_exit", "os_exit", "os_exit_0", "segfault", "sigkill", "memory", "hang")


def trace(event):
    """Append one line to the file that the test reads afterwards; one write, so that lines never mix."""
    if path := os.environ.get("FAULTY_TRACE"):
        with Path(path).open("a") as file:
            file.write(f"{os.getpid()} {event}\n")


class FaultyClassifier(ClassifierMixin, BaseEstimator):
    """A classifier whose score depends on `value` alone, and which fails as `fault` says.

    `fault_once` names a file: the fault happens while it does not exist, which it then does.
    """

    def __init__(self, value=0, fault=None, fault_once=None, seconds=0.0, random_state=None):
        self.value = value
        self.fault = fault
        self.fault_once = fault_once
        self.seconds = seconds
        self.random_state = random_state

    def _due(self):
        if self.fault_once is None:
            return self.fault is not None
        if Path(self.fault_once).exists():
            return False
        Path(self.fault_once).touch()
        return True

    def fit(self, X, y):
        trace(f"fit {self.value} {self.fault} {self.random_state}")
        time.sleep(self.seconds)
        self.classes_ = sorted(set(y))
        self.due_ = self._due()
        if self.due_:
            trace(f"fault {self.value} {self.fault}")
            self._fail()
        return self

    def _fail(self):
        match self.fault:
            case "raise":
                raise ValueError("no fit today")
            case "sys_exit":
                sys.exit(3)
            case "os_exit":
                os._exit(3)
            case "os_exit_0":
                os._exit(0)
            case "segfault":
                ctypes.string_at(0)
            case "sigkill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "kill_job":
                os.kill(os.getppid(), signal.SIGKILL)
                time.sleep(60)
            case "fork":
                if os.fork() == 0:
                    trace("child")
                    time.sleep(600)
                time.sleep(600)
            case "memory":
                self.ballast_ = bytearray(2_000_000_000)
            case "hang":
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(600)

    def predict(self, X):
        if self.due_ and self.fault == "score_raises":
            raise RuntimeError("no prediction today")
        seed = (self.random_state or 0) % 97
        return [self.classes_[(i * 7 + self.value * 13 + seed) % len(self.classes_)] for i in range(len(X))]

    def score(self, X, y):
        if self.due_ and self.fault == "nan":
            return float("nan")
        return super().score(X, y)


class SlowTree(DecisionTreeClassifier):
    """A tree, whose score depends on the samples, that leaves a trace of each fit and takes its time."""

    def __init__(self, min_samples_leaf=1, seconds=0.0, random_state=None):
        super().__init__(min_samples_leaf=min_samples_leaf, random_state=random_state)
        self.seconds = seconds

    def fit(self, X, y):
        trace(f"fit {self.min_samples_leaf}")
        time.sleep(self.seconds)
        return super().fit(X, y)


class OpenClassifier(ClassifierMixin, BaseEstimator):
    """Takes any init parameter."""

    def __init__(self, **given):
        self.given = given

    def fit(self, X, y):
        return self


class OpenLoader:
    """Not a function: refused as a loader."""


def make_data(n_samples=30):
    """A loader of one's own."""
    import numpy as np

    return np.arange(2.0 * n_samples).reshape(-1, 2), np.arange(n_samples) % 3


def half(estimator, X, y):
    """A scorer of one's own."""
    return 0.5

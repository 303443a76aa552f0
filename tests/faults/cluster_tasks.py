"""What test_cluster sends to workers, which import it: a file of tests they cannot."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np


def plus(job: int, shared: np.ndarray) -> float:
    return float(shared.sum() + job)


def die(job: int, shared: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def slow(job: int, shared: Path) -> int:
    """Tell that it has begun, and in which process."""
    (shared / f"{job}-{os.getpid()}").touch()
    time.sleep(1)
    return job


def allow_one_failure(dask_scheduler: Any) -> None:
    """Make a scheduler give up a task once it has ended two workers."""
    dask_scheduler.allowed_failures = 1

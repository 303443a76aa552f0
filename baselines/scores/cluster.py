"""Fits on the workers of a Dask cluster.

Dask schedules, repeats what a lost worker was doing, and moves the rows. Here jobs
become futures, workers are compared with this machine before the first, and what the
cluster cannot give is told in one line.
"""

from __future__ import annotations

import logging
import math
import platform
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

from ...data.counts import count
from ...data.errors import Misuse, ZooError, first_line
from ...data.versions import installed_version

CONNECT = 15.0
"""Seconds in which a scheduler has to answer, and a first worker to be there."""
PATIENCE = 60.0
"""Seconds without any worker after which the work is given up: a queue may need some to
start others."""
_FETCH = 30.0
"""Seconds in which a result comes that is done."""
_UNDONE = object()
_LOOK = 1.0
"""Seconds between two looks at the cluster while nothing is done."""
_SAME = (
    *("learnable", "numpy", "pandas", "scikit-learn", "scipy", "skrub", "statsmodels"),
    *("keras", "tensorflow"),
)
"""Packages whose versions change numbers, or whose objects are sent."""
_ALONE = threading.Lock()
"""Held by a fit: Keras' state and warnings' filters are one for all threads."""


class ClusterLost(ZooError):
    """A cluster whose scheduler or workers have gone."""


@dataclass(frozen=True)
class RemoteCall:
    """A call for a worker: ``function(job, shared)``, named for the dashboard.

    ``shared`` is sent once, however many tasks have it. What is not done at ``latest``,
    on the clock of ``time.monotonic``, is given up.
    """

    name: str
    function: Callable[[Any, Any], Any]
    job: Any
    shared: Any
    latest: float = math.inf


@dataclass
class Cluster:
    """A connection to a scheduler.

    Parameters
    ----------
    client : distributed.Client
    """

    client: Any
    _shared: dict[int, tuple[Any, Any]] = field(default_factory=dict)

    def results(self, tasks: Sequence[RemoteCall]) -> Iterator[tuple[int, Any]]:
        """Yield the number and the result of each task as it is done.

        The result of a task that no worker survived, or that could not be sent, is the
        exception that tells so; of one that came too late, a TimeoutError.

        Raises
        ------
        ClusterLost
        """
        from distributed import wait

        futures = {self._submit(task): i for i, task in enumerate(tasks)}
        pending, seen = set(futures), time.monotonic()
        try:
            while pending:
                try:
                    with self.client.as_current():
                        wait(pending, _LOOK, "FIRST_COMPLETED")
                    seen = time.monotonic()
                except TimeoutError:
                    seen = self._seen(seen)
                # raised where the connection is lost, and all futures with it
                except Exception as error:
                    why = f"the scheduler does not answer ({first_line(error)})"
                    raise _lost(self.client, why) from error
                for future in sorted(pending, key=futures.__getitem__):
                    if time.monotonic() > tasks[futures[future]].latest:
                        result: Any = TimeoutError()
                    elif (result := self._result(future)) is _UNDONE:
                        continue
                    pending.remove(future)
                    yield futures[future], result
        finally:
            for future in futures:
                future.release()

    def _submit(self, task: RemoteCall) -> Any:
        key = f"{task.name}-{uuid4().hex}"
        options = {"key": key, "pure": False}
        return self.client.submit(
            _alone, task.function, task.job, self._sent(task.shared), **options
        )

    def _sent(self, shared: Any) -> Any:
        """Return the future of what many tasks need.

        It is a task as well, which the scheduler can repeat where the worker that held
        it has gone; its name is a hash, so that equal rows are there once.
        """
        from dask.base import tokenize

        known = self._shared.get(id(shared))
        if known is None:
            key = f"rows-{tokenize(shared)}"
            known = shared, self.client.submit(_unchanged, shared, key=key)
            self._shared[id(shared)] = known
        return known[1]

    def _result(self, future: Any) -> Any:
        """Return the result of a future, or the exception that took its place.

        `_UNDONE` where it is not done, or was, and a worker that has gone had it alone:
        then another computes it again.
        """
        if future.status == "error":
            return future.exception()
        if future.status == "cancelled":
            raise _lost(self.client, "the scheduler does not answer")
        if future.status != "finished":
            return _UNDONE
        try:
            return future.result(timeout=_FETCH)
        except TimeoutError:
            return _UNDONE

    def _seen(self, last: float) -> float:
        """Return when the cluster was last seen able to work.

        Raises
        ------
        ClusterLost
        """
        try:
            workers = self.client.nthreads()
        # whatever a connection that is lost makes Dask raise
        except Exception as error:
            why = f"the scheduler does not answer ({first_line(error)})"
            raise _lost(self.client, why) from error
        if workers:
            return time.monotonic()
        if time.monotonic() - last > PATIENCE:
            raise _lost(self.client, "all its workers have gone")
        return last


_active: ContextVar[Cluster | None] = ContextVar("cluster", default=None)


def active_cluster() -> Cluster | None:
    """Return the cluster on which fits are made; None: on this machine."""
    return _active.get()


@contextmanager
def connected(
    where: Any, tell: Callable[[str], None] = lambda line: None
) -> Iterator[Cluster | None]:
    """Make the fits of the block on a Dask cluster.

    Parameters
    ----------
    where : str or distributed.Client, optional
        Address of a scheduler (``tcp://host:8786``), its scheduler file, ``local:N``
        for N processes on this machine; None: no cluster.
    tell : callable, optional
        Called with a line on workers that differ from this machine.

    Raises
    ------
    ZooError
        Dask is not installed, no scheduler answers, it has no worker, or a worker lacks
        a package or has another version of Python or of this one.
    """
    if where is None:
        yield None
        return
    with ExitStack() as stack:
        client = where if not isinstance(where, str) else _opened(where, stack)
        for line in compare_workers(client):
            tell(line)
        token = _active.set(Cluster(client))
        stack.callback(_active.reset, token)
        yield _active.get()


def _opened(where: str, stack: ExitStack) -> Any:
    """Return a client that is closed with the block.

    Raises
    ------
    ZooError
    """
    if find_spec("distributed") is None:
        msg = "--dask needs Dask, which is not installed"
        raise ZooError(f"{msg}: pip install 'learnable[dask]'")
    from distributed import Client

    # its log would tell at length what we tell in one line
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    if where.startswith("local:"):
        return stack.enter_context(Client(stack.enter_context(_local(where))))
    try:
        at: dict[str, Any] = (
            {"scheduler_file": where} if Path(where).is_file() else {"address": where}
        )
        return stack.enter_context(Client(**at, timeout=CONNECT, set_as_default=False))
    # whatever an odd address makes Dask and the system raise
    except Exception as error:
        msg = f"no Dask scheduler answers at {where!r} ({first_line(error)})"
        raise ZooError(
            f"{msg}; give its address, as `dask scheduler` shows it"
        ) from error


def _local(where: str) -> Any:
    """Start processes on this machine.

    Raises
    ------
    ZooError
    """
    from distributed import LocalCluster

    no_dashboard: Any = None  # Dask takes it, and its annotation does not

    number = where.removeprefix("local:")
    if not number.isdecimal() or not 0 < int(number) <= 1_000:
        raise Misuse(
            f"{where!r} is not local:N; give a number of processes, as local:4"
        )
    try:
        return LocalCluster(
            n_workers=int(number),
            threads_per_worker=1,
            dashboard_address=no_dashboard,
            silence_logs=logging.CRITICAL,
        )
    # new processes import the main script first, which may do anything
    except Exception as error:
        msg = f"{where} cannot start its processes ({first_line(error)}); in a script"
        raise ZooError(f"{msg} call it below `if __name__ == '__main__':`") from error


def compare_workers(client: Any) -> list[str]:
    """Compare the workers' versions with this machine's.

    Returns
    -------
    list of str
        A line where versions differ that may change digits; else empty.

    Raises
    ------
    ZooError
        There is no worker, or one that cannot do the work.
    """
    try:
        client.wait_for_workers(1, timeout=CONNECT)
    except TimeoutError as error:
        raise ZooError(
            f"the Dask scheduler at {_address(client)} has no worker; start some with "
            f"`dask worker {_address(client)} --nthreads 1`"
        ) from error
    differing = _differences(client)
    grave = [
        d for d in differing if d.package in ("Python", "learnable") or not d.there
    ]
    if grave:
        msg = f"{_sentence(grave)}; nothing was computed"
        raise ZooError(f"{msg}. Install the same versions on the workers.")
    if differing:
        return [f"note: {_sentence(differing)}; digits may differ"]
    return []


@dataclass(frozen=True)
class _Difference:
    """A package that workers have in another version, or lack (``there`` is "")."""

    package: str
    there: str
    here: str
    workers: int


def _differences(client: Any) -> list[_Difference]:
    found = []
    for package in ("Python", *_SAME):
        here = _version(package)
        # functions of the standard library, which a worker has whatever it lacks
        ask = (
            (platform.python_version,)
            if package == "Python"
            else (metadata.version, package)
        )
        told = client.run(*ask, on_error="return")
        others: dict[str, int] = {}
        for answer in told.values():
            version = answer if isinstance(answer, str) else ""
            if version != here:
                others[version] = others.get(version, 0) + 1
        found += [_Difference(package, v, here, n) for v, n in others.items()]
    return found


def _version(package: str) -> str:
    is_python = package == "Python"
    return platform.python_version() if is_python else installed_version(package)


def _sentence(found: Sequence[_Difference]) -> str:
    parts = [
        f"{count(d.workers, 'worker')} {'has' if d.workers == 1 else 'have'} "
        f"{d.package} {d.there} (here {d.here})"
        if d.there
        else f"{count(d.workers, 'worker')} {'lacks' if d.workers == 1 else 'lack'} "
        f"{d.package} {d.here}"
        for d in found
    ]
    return ", ".join(parts)


def _address(client: Any) -> str:
    return str(getattr(client.scheduler, "address", "") or client)


def _lost(client: Any, why: str) -> ClusterLost:
    return ClusterLost(f"the Dask cluster at {_address(client)} is lost: {why}")


def _alone(function: Callable[[Any, Any], Any], job: Any, shared: Any) -> Any:
    """Call a function on a worker, alone in its process, with its own randomness."""
    with _ALONE, _own_randomness():
        return function(job, shared)


@contextmanager
def _own_randomness() -> Iterator[None]:
    """Give this thread a generator of its own behind the functions of `random`.

    Keras draws the seeds of weights from Python's generator, and so do threads of Dask:
    between two draws of a seeded training they would draw one.
    """
    mine, own = threading.get_ident(), random.Random()
    shared = {
        name: function
        for name, function in vars(random).items()
        if isinstance(getattr(function, "__self__", None), random.Random)
    }

    def for_thread(name: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            is_mine = threading.get_ident() == mine
            function = getattr(own, name) if is_mine else shared[name]
            return function(*given, **named)

        return call

    for name in shared:
        setattr(random, name, for_thread(name))
    try:
        yield
    finally:
        for name, function in shared.items():
            setattr(random, name, function)


def _unchanged(shared: Any) -> Any:
    return shared

"""Work that takes a while, in as many processes as there are cores; results as they are done."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
Workers = dict[Connection, ForkProcess]


def side_by_side(
    make: Callable[[], Callable[[Job], Result]], jobs: Iterable[Job], processes: int | None = None
) -> Iterator[tuple[Job, Result]]:
    """Each job with its result. ``make`` is called once in each process, and does the work there.

    None: a process a core. A process that dies over a job raises EOFError here. Whatever ends the
    iteration ends the processes.
    """
    waiting, busy = iter(jobs), dict[Connection, Job]()
    with _workers(make, processes or len(os.sched_getaffinity(0))) as workers:
        for connection in workers:
            _give(connection, waiting, busy)
        while busy:
            ready = wait(list(busy))
            for connection in [one for one in busy if one in ready]:
                job, result = busy.pop(connection), connection.recv()
                _give(connection, waiting, busy)
                yield job, result


def _give(connection: Connection, waiting: Iterator[Job], busy: dict[Connection, Job]) -> None:
    for job in waiting:
        busy[connection] = job
        connection.send(job)
        return


@contextmanager
def _workers(make: Callable[[], Callable[[Job], Result]], count: int) -> Iterator[Workers]:
    context, workers = get_context("fork"), Workers()
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            workers[ours] = context.Process(target=_work, args=(theirs, make))
            workers[ours].start()
            theirs.close()
        yield workers
    finally:
        for connection, process in workers.items():
            connection.close()
            process.terminate()
            process.join()


def _work(connection: Connection, make: Callable[[], Callable[[Job], Result]]) -> None:
    """Do what is asked for until nobody asks any more."""
    with suppress(EOFError, KeyboardInterrupt, BrokenPipeError):
        work = make()
        while True:
            connection.send(work(connection.recv()))

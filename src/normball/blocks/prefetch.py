"""An iterator that one thread runs ahead of its reader."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")

DEPTH = 2
"""Items that wait at most."""
PATIENCE = 0.1
"""Seconds after which a waiting thread looks whether it is still wanted."""


def ahead(make: Callable[[], Iterator[Item]]) -> Generator[Item, None, None]:
    """The items of an iterator, read by a thread of its own, which has ended when this is closed.

    An exception there is raised here, at its place.
    """
    queue: Queue[tuple[Item | None, BaseException | None]] = Queue(DEPTH)
    is_over = Event()

    def put(item: Item | None, error: BaseException | None) -> None:
        while not is_over.is_set():
            try:
                queue.put((item, error), timeout=PATIENCE)
                return
            except Full:
                continue

    def run() -> None:
        items = make()
        try:
            for item in items:
                put(item, None)
                if is_over.is_set():
                    return
            put(None, StopIteration())
        except BaseException as error:
            put(None, error)

    thread = Thread(target=run, name="normball reader", daemon=True)
    thread.start()
    try:
        while True:
            try:
                item, error = queue.get(timeout=PATIENCE)
            except Empty:
                continue
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield item  # type: ignore[misc]
    finally:
        is_over.set()
        thread.join()

"""Reads shares in processes of their own. A process that dies costs at most the file that killed it.

Every worker holds one end of a pipe whose other end is here alone. When that is closed, or this process is gone,
however it went, the worker ends at once.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from saishu.bundle import Bundle, open_bundle
from saishu.model import NoteKind, ReadNote
from saishu.parse.reading import Host
from saishu.signals import shipped_signals
from saishu.signals.matchers import Packed
from saishu.timeline.parts import remove_parts
from saishu.timeline.shares import Task, read_share, split
from saishu.timeline.taking import FileRead, Taken

_SHARES_OF_A_WORKER = 4
_DIED = "E500 process died"


@dataclass(frozen=True, slots=True)
class Orders:
    """What every worker is told. ready: the compiled signals, see `pack`; watch: whether to look for signals."""

    path: Path
    passwords: tuple[bytes, ...]
    folder: Path
    watch: bool
    ready: Packed | None


class Crew:
    """Some worker processes. Leaving its block because of an exception ends them at once."""

    def __init__(self, orders: Orders, number: int) -> None:
        self._orders = orders
        self._number = number
        self._names = count()
        self._pool: _Pool | None = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close(at_once=kind is not None)

    def read(self, tasks: Sequence[Task], host: Host) -> Iterator[Taken]:
        """What was read, share by share. Raises what a worker raises: `BundleError`, `StoreError`."""
        lost: list[list[Task]] = []
        pool = self._open(self._number)
        shares = [(self._name(), share) for share in split(tasks, self._number * _SHARES_OF_A_WORKER)]
        begun = [pool.begin(name, share, host) for name, share in shares]
        for (name, share), turn in zip(shares, begun, strict=True):
            taken = pool.end(name, turn)
            if taken is None:
                lost.append(share)
            else:
                yield taken
        for share in lost:
            yield from self._again(share, host)

    def _again(self, share: list[Task], host: Host) -> Iterator[Taken]:
        """A share that was lost, by a worker that is alone; what ends it again is halved until one file is left."""
        pool, name = self._open(1), self._name()
        taken = pool.end(name, pool.begin(name, share, host))
        if taken is not None:
            yield taken
        elif len(share) == 1:
            task = share[0]
            note = ReadNote(NoteKind.UNREADABLE, task.path, task.format, detail=_DIED)
            yield Taken([FileRead(task.path, task.format, task.evidence, task.size)], notes=[note])
        else:
            middle = len(share) // 2
            for half in (share[:middle], share[middle:]):
                yield from self._again(half, host)

    def _name(self) -> str:
        return f"{next(self._names) + 1:05d}"

    def _open(self, number: int) -> _Pool:
        """The pool as it is, or a new one where it is broken."""
        if self._pool is None or self._pool.is_broken:
            self._close(at_once=True)
            self._pool = _Pool(self._orders, number)
        return self._pool

    def _close(self, *, at_once: bool) -> None:
        if self._pool is not None:
            self._pool.close(at_once=at_once)
            self._pool = None


class _Pool:
    """Worker processes until the first of them dies."""

    def __init__(self, orders: Orders, number: int) -> None:
        # Started afresh and not forked: the store's library has threads of its own.
        context = multiprocessing.get_context("spawn")
        self._theirs, self._rope = context.Pipe(duplex=False)
        self._folder = orders.folder
        self._executor = ProcessPoolExecutor(number, context, _start_worker, (orders, self._theirs))
        self.is_broken = False

    def begin(self, name: str, share: list[Task], host: Host) -> Future[Taken] | None:
        """Have a share read into parts of this name; None when there is nobody left to do it."""
        try:
            return self._executor.submit(_work, name, share, host)
        except BrokenProcessPool:
            return None

    def end(self, name: str, begun: Future[Taken] | None) -> Taken | None:
        """What was read, or None when a worker died; then nothing of the share is in the store."""
        try:
            if begun is not None:
                return begun.result()
        except BrokenProcessPool:
            pass
        self.is_broken = True
        self.close(at_once=True)
        remove_parts(self._folder, name)
        return None

    def close(self, *, at_once: bool) -> None:
        """Wait for the workers to end; at_once: whatever they are doing."""
        if at_once:
            self._rope.close()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._rope.close()
        self._theirs.close()


@dataclass
class _Worker:
    """What a worker process holds between two shares."""

    orders: Orders
    bundle: Bundle | None = None


_WORKER: list[_Worker] = []


def _start_worker(orders: Orders, rope: Connection) -> None:
    # A terminal sends Ctrl-C to all processes; what then happens is decided by the one that started them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_hold, args=(rope,), daemon=True).start()
    _WORKER.append(_Worker(orders))


def _hold(rope: Connection) -> None:
    """End this process when the other end of the rope is gone."""
    try:
        rope.recv_bytes()
    except (EOFError, OSError):
        os._exit(1)


def _work(name: str, tasks: Sequence[Task], host: Host) -> Taken:
    worker = _WORKER[0]
    orders = worker.orders
    if worker.bundle is None:
        worker.bundle = open_bundle(orders.path, passwords=orders.passwords)
    signals = shipped_signals() if orders.watch else None
    if signals is not None:
        signals.ready = orders.ready
    return read_share(worker.bundle, tasks, host, signals, orders.folder, name)

"""Processes that trials start, watch and kill. Each begins from a clean, preloaded server, never as a copy of us."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from benchmarks.reliability import mutants

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds after which a child that says nothing is given up."""


class Silent(Exception):
    """A child ended or fell silent before it said what was waited for."""


@cache
def _starting() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["benchmarks.reliability.warm"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(
        filter(None, (str(ROOT), before))
    )  # Python 3.11 gives the server no path
    try:
        forkserver.ensure_running()
    finally:
        os.environ.pop("PYTHONPATH") if before is None else os.environ.update(PYTHONPATH=before)
    return context


def _run(work: Callable[..., None], pipe: Connection, arguments: tuple[Any, ...]) -> None:
    mutants.put_on()
    work(pipe, *arguments)
    pipe.close()


@contextmanager
def child(work: Callable[..., None], *arguments: Any) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run `work(pipe, *arguments)` beside us; whatever becomes of it, it is gone after the block."""
    ours, theirs = _starting().Pipe()
    process: BaseProcess = _starting().Process(target=_run, args=(work, theirs, arguments))  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    try:
        yield process, ours
    finally:
        process.kill()
        process.join()
        ours.close()


def heard(pipe: Connection) -> Any:
    """The next thing a child says. Raises Silent where it ends or takes too long."""
    try:
        if pipe.poll(PATIENCE):
            return pipe.recv()
    except EOFError:
        pass
    raise Silent


def rest(pipe: Connection) -> list[Any]:
    """Everything a dead child has said and nobody has heard yet."""
    said: list[Any] = []
    try:
        while pipe.poll():
            said.append(pipe.recv())
    except (EOFError, OSError):
        pass
    return said

"""P14: one window for one data folder: a second one is turned away, and the lock of a dead one counts for nothing."""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.reliability import children, living
from benchmarks.reliability.result import Result

NAME = "P14"
TURN = 0.001
"""Seconds between two turns of a window's event loop."""


def work(pipe: Connection, home: Path) -> None:
    """Try to become the one window each time that is asked; a window turned away calls the first. Tell both."""
    from PySide6.QtCore import QCoreApplication

    from opsdesk.ui.shell.instance import Instance

    app = QCoreApplication([])
    instance = Instance(home)
    instance.on_call(lambda: None)

    def told() -> Any:
        while not pipe.poll(TURN):
            app.processEvents()
        return pipe.recv()

    pipe.send(None)
    while told():
        taken = instance.acquire()
        pipe.send((taken, taken or instance.call_first()))
        if taken and told():
            instance.release()


def run(count: int, _seed: int) -> Result:
    """`count` times: a second window is turned away, the first is killed, the second takes its place; odd locks too."""
    failures, slowest = list[str](), 0.0
    with living.folder() as home, children.child(work, home) as (_, second):
        children.heard(second)
        for n in range(count):
            with children.child(work, home) as (first_process, first):
                children.heard(first)
                if _asked(first) != (True, True):
                    failures.append(f"Trial {n}: the first window was turned away.")
                taken, answered = _asked(second)
                if taken or not answered:
                    failures.append(f"Trial {n}: a second window {'opened' if taken else 'got no answer'}.")
                if n == 0 and hasattr(signal, "SIGSTOP") and first_process.pid is not None:
                    os.kill(first_process.pid, signal.SIGSTOP)
                    if _asked(second) != (False, False):
                        failures.append("A first window that hangs counts as one that answers.")
                first_process.kill()
                first_process.join()
            began = time.perf_counter()
            if not _asked(second)[0]:
                failures.append(f"Trial {n}: the lock of a killed window still holds.")
            slowest = max(slowest, time.perf_counter() - began)
            second.send(True)
        (home / "ops.lock").write_text(
            f"{os.getpid()}\nsomething-else\n{os.uname().nodename}\n" if hasattr(os, "uname") else ""
        )
        if not _asked(second)[0]:
            failures.append("A lock that names another program's process still holds.")
    return Result(NAME, count, tuple(failures), {"slowest take-over, ms": round(slowest * 1000, 1)})


def _asked(pipe: Connection) -> tuple[bool, bool]:
    """Whether the window became the one, and whether the first one answered it otherwise."""
    pipe.send(True)
    answer: tuple[bool, bool] = children.heard(pipe)
    return answer

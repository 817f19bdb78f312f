"""X: the program spoilt on purpose in one place; a trial that does not notice proves nothing.

Each mutant runs in a process of its own, and so do the children of its trial: `put_on` spoils them too.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.reliability.result import Result

NAME = "X"
VARIABLE = "OPSDESK_TRIAL_MUTANT"
ROOT = Path(__file__).parents[2]
SAYS_SO = b" failed "
AT_ONCE, PATIENCE = 2, 600
"""Mutants that run beside each other, and seconds after which one counts as noticed: it hangs."""


def put_on() -> None:
    """Spoil this process as the environment says; usually not at all."""
    if name := os.environ.get(VARIABLE):
        MUTANTS[name].spoil()


@dataclass(frozen=True)
class Mutant:
    """What is spoilt, and the trial that has to notice, held so many times."""

    spoil: Callable[[], None]
    trial: str
    count: int


def _module(name: str) -> Any:
    return importlib.import_module(f"opsdesk.{name}")


def _setting(old: str, new: str) -> Callable[[], None]:
    """Another setting of the database."""

    def spoil() -> None:
        engine = _module("models.engine")
        engine.SETTINGS = tuple(each.replace(old, new) for each in engine.SETTINGS)

    return spoil


def _instead(module: str, name: str, function: Any) -> Callable[[], None]:
    """Another function under a name by which its own module, or others through the module, call it."""

    def spoil() -> None:
        owner, _, last = name.rpartition(".")
        holder = getattr(_module(module), owner) if owner else _module(module)
        getattr(holder, last)  # what is gone cannot be spoilt
        setattr(holder, last, function)

    return spoil


def _everywhere(module: str, name: str, function: Callable[..., Any]) -> Callable[[], None]:
    """Another body for a function, whoever has already imported it; it may use nothing from outside itself."""

    def spoil() -> None:
        target: types.FunctionType = getattr(_module(module), name)
        target.__code__ = function.__code__

    return spoil


def _no_transaction() -> None:
    """Every statement is kept by itself."""
    engine = _module("models.engine")
    whole = engine.write_engine

    def write_engine(path: Path) -> Any:
        from sqlalchemy import event

        made = whole(path)
        event.listen(made, "begin", lambda connection: connection.connection.dbapi_connection.execute("COMMIT"))
        return made

    _module("bootstrap").write_engine = write_engine


def _deferred() -> None:
    """A transaction takes the lock only when it first writes."""
    engine = _module("models.engine")
    whole = engine.write_engine

    def write_engine(path: Path) -> Any:
        from sqlalchemy import event

        def begin(connection: Any) -> None:
            raw = connection.connection.dbapi_connection
            raw.execute("COMMIT")
            raw.execute("BEGIN")

        made = whole(path)
        event.listen(made, "begin", begin)
        return made

    _module("bootstrap").write_engine = write_engine


def _personal_left() -> None:
    """Numbers are cleared in the row alone: neither in the chain's side table nor between the rows of the file."""
    _setting("secure_delete=ON", "secure_delete=OFF")()
    _instead("services.privacy", "compact", lambda _ctx: "")()


def _rows_unseen() -> None:
    """Every row counts as what the chain says it is."""

    def pass_over(_connection: Any, table: Any, latest: dict[tuple[str, int], Any]) -> tuple[()]:
        for known in [each for each in latest if each[0] == table.name]:
            latest.pop(known)
        return ()

    _instead("services.chain_check", "_verify_table", pass_over)()


def _links_unseen() -> None:
    """The chain is read, and whatever is wrong with its links is passed over."""
    whole = _module("services.chain_check")._verify_links

    def pass_over(*given: Any) -> tuple[()]:
        list(whole(*given))
        return ()

    _instead("services.chain_check", "_verify_links", pass_over)()


def _second_window() -> None:
    _module("ui.shell.instance").Instance.acquire = _yes


def _nothing(*_: Any, **__: Any) -> tuple[()]:
    return ()


def _yes(*_: Any, **__: Any) -> bool:
    return True


MUTANTS: Mapping[str, Mutant] = {
    "the disk is not synced": Mutant(_setting("synchronous=FULL", "synchronous=OFF"), "P2", 20),
    "no transaction holds statements together": Mutant(_no_transaction, "P1", 20),
    "a migration is no transaction": Mutant(_no_transaction, "P4", 20),
    "transactions begin deferred": Mutant(_deferred, "P3", 60),
    "no backup before a migration": Mutant(_instead("services.backup", "make", lambda *_, **__: None), "P4", 5),
    "rows are not compared with the chain": Mutant(_rows_unseen, "P7", 40),
    "links are not checked": Mutant(_links_unseen, "P7", 200),
    "personal values are not checked": Mutant(_instead("services.chain_check", "_verify_values", _nothing), "P7", 1000),
    "backups bear no witness": Mutant(_instead("services.witness", "contradictions", _nothing), "P7", 40),
    "texts are not cleaned": Mutant(_everywhere("services.text", "clean", lambda text: text), "P5", 60),
    "an escape in a workbook is read as one": Mutant(
        _instead("exports.cells", "as_written", lambda text: text), "P5", 200
    ),
    "file names are taken as they are": Mutant(_instead("exports.archive", "safe_name", lambda text: text), "P5", 60),
    "workbooks are opened unguarded": Mutant(
        _instead("imports.xlsx", "_guard", lambda package: frozenset(package.namelist())), "P9", 1
    ),
    "faults of the disk are not told": Mutant(
        _instead("services.transaction", "as_trouble", lambda *_: None), "P10", 8
    ),
    "the clock is not checked": Mutant(_instead("services.clock_guard", "check", _nothing), "P11", 2),
    "altered rows of issued forms are genuine": Mutant(
        _instead("services.seals", "Issue.genuine", property(_yes)), "P12", 8
    ),
    "the month of a vendor is everybody's": Mutant(_instead("services.settlement", "_ids", lambda *_: None), "P13", 10),
    "what is cleared stays in the file": Mutant(_personal_left, "P13", 60),
    "identity numbers are written unsealed": Mutant(
        _instead("services.number_sealing", "sealed", lambda _table, values, _lock: values), "P13", 10
    ),
    "a second window opens": Mutant(_second_window, "P14", 1),
    "roles are not asked for": Mutant(_instead("services.context", "Context.require", _nothing), "S1", 1),
}
"""By what is spoilt. P1 and P4 share one, since kills and migrations each have to notice it."""


def run(count: int, seed: int, names: Sequence[str] = ()) -> Result:
    """Let the first `count` mutants, or those named, live: each trial has to fail."""
    chosen = list(names) or list(MUTANTS)[:count]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        noticed = dict(zip(chosen, threads.map(lambda name: is_noticed(name, seed), chosen), strict=True))
    survivors = [f"Unnoticed by {MUTANTS[name].trial}: {name}." for name, seen in noticed.items() if not seen]
    return Result(NAME, len(chosen), tuple(survivors), {"mutants noticed": f"{sum(noticed.values())} of {len(chosen)}"})


def is_noticed(name: str, seed: int) -> bool:
    """Whether the trial of a mutant fails on it, and says so itself: one that cannot even be held shows nothing."""
    mutant = MUTANTS[name]
    call = (
        sys.executable,
        "-m",
        "benchmarks.reliability",
        mutant.trial,
        "--count",
        str(mutant.count),
        "--seed",
        str(seed),
    )
    try:
        ended = subprocess.run(
            call, cwd=ROOT, env={**os.environ, VARIABLE: name}, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return True
    return ended.returncode != 0 and SAYS_SO in ended.stdout

"""P9: files from strangers, hostile, damaged or odd, are refused with a sentence or read, at little cost."""

from __future__ import annotations

import gc
import os
import random
import time
from multiprocessing.connection import Connection

from benchmarks.reliability import children, hostile, living
from benchmarks.reliability.measuring import limit_memory, most_memory, reset_most_memory
from benchmarks.reliability.result import Result
from opsdesk.imports.sheets import read_sheets
from opsdesk.services.errors import Refusal, Trouble

NAME = "P9"
SECONDS, MEGABYTES = 1.0, 100.0
"""Of the processor and of memory: what a file may cost."""
LARGE = {"250,000 rows.xlsx": 8.0, "300,000 empty rows.xlsx": 8.0}
"""Seconds for files that are merely large. WPS saves sheets with a million formatted, empty rows, so rows are not
counted before they are read; the limit of 200,000 filled ones is met while reading."""
RUNAWAY = 2 * 1024**3
"""Bytes at which a reader that has run away is ended."""
ENOUGH = 10
"""Large files take some seconds to make; they are left out where fewer copies are spoilt."""
SPOILT = ("honest.xlsx", "old.xls", "one text 20,000 times.xlsx", "GB18030.csv")
"""Files of which spoilt copies are made."""


def work(pipe: Connection) -> None:
    """Read each file that is named, and tell how it ended and what it cost."""
    limit_memory(RUNAWAY)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the library for old workbooks prints what it stumbles over
    gc.freeze()  # what was loaded before costs nothing to look through again
    while (path := pipe.recv()) is not None:
        gc.collect()
        before, began = reset_most_memory(), time.process_time()
        try:
            rows = sum(len(sheet.rows) for sheet in read_sheets(path).sheets)
            ended = f"read: {rows} rows"
        except (Refusal, Trouble) as error:
            ended = f"refused: {error}"
        except BaseException as error:  # noqa: BLE001 — a crash is what this looks for
            ended = f"broke: {error!r}"
        pipe.send((ended, time.process_time() - began, (most_memory() - before) / hostile.MEGABYTE))


def run(count: int, seed: int) -> Result:
    """Read every kind of hostile file once, and `count` copies of honest ones with bytes changed or cut out."""
    chance, failures = random.Random(seed), list[str]()
    slowest, largest, refused = ("", 0.0), ("", 0.0), 0
    with living.folder() as folder, children.child(work) as (_, pipe):
        kinds = [*((name, make, "refused") for name, make in hostile.REFUSED.items()),
                 *((name, make, "read") for name, make in hostile.READ.items())]  # fmt: skip
        files = [(name, make(), expected) for name, make, expected in kinds if name not in LARGE or count >= ENOUGH]
        originals = [(name, hostile.READ[name]()) for name in SPOILT]
        for n in range(count):
            name, content = originals[n % len(originals)]
            files.append((f"spoilt {n} {name}", _spoilt(content, chance), ""))
        for name, content, expected in files:
            path = folder / name
            path.write_bytes(content)
            pipe.send(path)
            try:
                ended, seconds, megabytes = children.heard(pipe)
            except children.Silent:
                failures.append(f"{name}: the reader died or fell silent")
                break
            path.unlink()
            refused += ended.startswith("refused")
            slowest, largest = max(slowest, (name, seconds), key=_second), max(largest, (name, megabytes), key=_second)
            if ended.startswith("broke") or not ended.startswith(expected):
                failures.append(f"{name}: {ended}")
            if seconds > LARGE.get(name, SECONDS) or megabytes > MEGABYTES:
                failures.append(f"{name}: cost {seconds:.2f} s and {megabytes:.0f} MB")
        else:
            pipe.send(None)
    figures: dict[str, int | float | str] = {
        "hostile and odd kinds": len(files) - count,
        "refused with a sentence": refused,
        "slowest": f"{slowest[0]}, {slowest[1]:.2f} s",
        "largest": f"{largest[0]}, {largest[1]:.0f} MB",
    }
    return Result(NAME, len(files), tuple(failures), figures)


def _second(pair: tuple[str, float]) -> float:
    return pair[1]


def _spoilt(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(spoilt)) if spoilt else 0
        way = chance.randrange(4)
        if way == 0 and spoilt:
            spoilt[at] ^= chance.randrange(1, 256)
        elif way == 1:
            del spoilt[at : at + chance.randrange(1, 64)]
        elif way == 2:
            spoilt[at:at] = spoilt[at : at + chance.randrange(1, 64)]
        else:
            del spoilt[max(at, 64) :]
    return bytes(spoilt) or b"\0"

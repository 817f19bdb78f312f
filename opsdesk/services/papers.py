"""Which papers left the program: each on record with its hash and the chain's head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from opsdesk.models import PrintedPaper
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome

ACT = "打印导出"


class Numbered(Protocol):
    """What the record keeps of a form: its code (OD-F01), number (DG-20260305), title and the head printed on it."""

    @property
    def code(self) -> str:
        """The form's code."""

    @property
    def number(self) -> str:
        """The paper's number."""

    @property
    def title(self) -> str:
        """The form's title."""

    @property
    def trace(self) -> str:
        """Short head of the audit chain as printed."""


class Written(Protocol):
    """What the record keeps of a file: its ending is the format, `sha256` is of its bytes."""

    @property
    def path(self) -> Path:
        """Where the file is."""

    @property
    def sha256(self) -> str:
        """Hexadecimal digest."""


def record(ctx: Context, documents: Sequence[Numbered], kept: Sequence[Written]) -> Outcome[int]:
    """Record that the documents were written, all of them into each of the files; gives how many lines were added.

    Sheets of one form, and its copies, are recorded once.
    """
    now = ctx.now()
    forms = {(each.code, each.number): each for each in documents}.values()
    lines = [
        {
            "code": document.code,
            "number": document.number,
            "title": document.title,
            "at": now,
            "by": ctx.actor.name,
            "format": file.path.suffix.removeprefix("."),
            "sha256": file.sha256,
            "head": document.trace,
        }
        for file in kept
        for document in forms
    ]
    with ctx.transaction(ACT) as tx:
        tx.insert_many(PrintedPaper, lines)
    return Outcome(len(lines), frozenset({"printed_paper"}))

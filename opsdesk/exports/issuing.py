"""The one way out of the program: a form is issued under a code, written, and recorded.

Whatever leaves, printed or as a file, from the window or from the command line, goes through here.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from opsdesk.exports import archive, making, seal
from opsdesk.exports.archive import Kept
from opsdesk.exports.document import Document
from opsdesk.services import papers, seals
from opsdesk.services.context import Context
from opsdesk.services.outcome import Outcome
from opsdesk.services.seals import Draft

Progress = Callable[[int, int], bool]


@dataclass(frozen=True)
class Printed:
    """What the record keeps of a print: no file, the hash of the pages sent to the printer."""

    sha256: str
    path: Path = Path("paper.print")


def as_preview(documents: Sequence[Document]) -> tuple[Document, ...]:
    """The forms as a screen shows them: without a code, which says so in its place."""
    return tuple(replace(each, seal=seal.UNISSUED) for each in documents)


def issue(ctx: Context, documents: Sequence[Document]) -> Outcome[tuple[Document, ...]]:
    """The forms with a code each, which the record now knows."""
    issued = seals.issue(ctx, [_draft(each) for each in documents])
    sealed = [
        replace(each, seal=seal.qr_words(one.code, one.form, one.number, one.content, one.seq, one.head))
        for each, one in zip(documents, issued.value, strict=True)
    ]
    return Outcome(tuple(sealed), issued.touched)


def _draft(document: Document) -> Draft:
    salt, said = secrets.token_hex(16), seal.lines(document)
    return Draft(
        form=document.code,
        number=document.number,
        title=document.title,
        period=seal.period(document),
        origin=making.origin_as_text(document.origin),
        trace=document.trace,
        salt=salt,
        content=seal.content_hash(said, salt),
        digests=tuple(seal.digests(said, salt)),
    )


def printed(ctx: Context, sealed: Sequence[Document], sha256: str) -> Outcome[int]:
    """Record that the pages of this hash, all of these forms, went to a printer."""
    return papers.record(ctx, sealed, [Printed(sha256)])


def export(
    ctx: Context,
    documents: Document | Sequence[Document],
    folder: Path,
    formats: Sequence[str] = ("pdf", "xlsx"),
    *,
    progress: Progress | None = None,
) -> tuple[tuple[Document, ...], list[Kept]]:
    """Issue the forms, write them to `folder` and record it; gives them with their codes, and the files."""
    several = [documents] if isinstance(documents, Document) else list(documents)
    sealed = issue(ctx, several).value
    kept = archive.export(sealed, folder, formats, progress=progress)
    papers.record(ctx, sealed, kept)
    return sealed, kept

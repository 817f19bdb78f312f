"""One book a vendor with the sheets of its own and of its people; teams and departments have one together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from opsdesk.exports import issuing
from opsdesk.exports.archive import Kept
from opsdesk.exports.document import Document
from opsdesk.register import Tone
from opsdesk.registers.appraisal import bundle
from opsdesk.services.appraisal import Round
from opsdesk.services.context import Context
from opsdesk.ui.kit.notices import Notices, open_outside
from opsdesk.ui.kit.operation import Progress

ENDINGS = ("xlsx", "pdf")


@dataclass(frozen=True)
class Exported:
    """The files of each book that was written, and of how many there should be some."""

    written: tuple[Sequence[Kept], ...]
    wanted: int


def export(ctx: Context, shown: Round, folder: Path, progress: Progress) -> Exported | None:
    """Write the summary of the period and each book as xlsx and PDF; None where it was cancelled before the first."""
    books: list[Sequence[Document]] = [[bundle.summary(ctx, shown), bundle.pictures(ctx, shown)]]
    books += bundle.vendor_books(ctx, shown).values() or [bundle.whole_period(ctx, shown)[2:]]
    written: list[Sequence[Kept]] = []
    for place, book in enumerate(books):
        if not progress(place, len(books)):
            break
        written.append(issuing.export(ctx, book, folder, ENDINGS)[1])
    return Exported(tuple(written), len(books)) if written else None


def tell(notices: Notices, exported: Exported, folder: Path) -> None:
    """Say how many were written and where, with 打开文件夹; a missing file is never called written."""
    there = sum(all(kept.path.is_file() for kept in files) for files in exported.written)
    short = exported.wanted - there
    rest = f"，还有 {short} 册没有导出" if short else ""
    notices.show(
        f"已导出汇总和各单位的考核表共 {there} 册（xlsx 和 PDF）{rest}：{folder}。",
        Tone.WARNING if short else Tone.FINE,
        [("打开文件夹", partial(open_outside, folder))],
    )

"""One workbook for each vendor, written one after the other; what is written stays when it is cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from opsdesk.exports import issuing
from opsdesk.exports.archive import Kept
from opsdesk.exports.document import Document
from opsdesk.register import Tone
from opsdesk.registers.month.workbook import vendor_workbook
from opsdesk.services.context import Context
from opsdesk.ui.kit.notices import Notices, open_outside
from opsdesk.ui.kit.operation import Progress


@dataclass(frozen=True)
class Exported:
    """What was written, each workbook's sheets with its file, and of how many vendors there should be one."""

    written: tuple[tuple[Sequence[Document], Kept], ...]
    wanted: int


def export_vendors(
    ctx: Context, year: int, number: int, vendor_ids: Sequence[int], folder: Path, progress: Progress
) -> Exported | None:
    """Write one xlsx a vendor into `folder`; None where it was cancelled before the first."""
    written: list[tuple[Sequence[Document], Kept]] = []
    for place, vendor in enumerate(vendor_ids):
        if not progress(place, len(vendor_ids)):
            break
        documents = vendor_workbook(ctx, year, number, vendor)
        sealed, kept = issuing.export(ctx, documents, folder, ("xlsx",))
        written.append((sealed, kept[0]))
    return Exported(tuple(written), len(vendor_ids)) if written else None


def tell(notices: Notices, exported: Exported, folder: Path) -> None:
    """Say how many files were written and where, with 打开文件夹; a missing file is never called written."""
    there = [kept for _, kept in exported.written if kept.path.is_file()]
    short = exported.wanted - len(there)
    rest = f"，还有 {short} 家没有导出" if short else ""
    notices.show(
        f"已导出 {len(there)} 家单位的考勤结算{rest}：{folder}。",
        Tone.WARNING if short else Tone.FINE,
        [("打开文件夹", partial(open_outside, folder))],
    )

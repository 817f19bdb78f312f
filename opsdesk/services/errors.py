"""The kinds of no: the rules say no (Refusal), the machine says no (Trouble); anything else is a bug."""

from __future__ import annotations

import errno
from dataclasses import dataclass

UNSOUND = "数据损坏，或在程序之外改动过"
"""What may be behind a record that does not hold: a check cannot tell a bad disk from a hand."""

SYSTEM = {
    errno.ENOSPC: "磁盘已满", errno.EDQUOT: "磁盘配额已用完", errno.EFBIG: "文件太大", errno.EIO: "磁盘读写失败",
    errno.EACCES: "没有权限", errno.EPERM: "没有权限", errno.EROFS: "磁盘是只读的", errno.ENOENT: "找不到",
    errno.EEXIST: "那里已有同名的文件", errno.ENOTDIR: "那里是一个文件，不是文件夹", errno.EISDIR: "那里是一个文件夹",
    errno.EBUSY: "正被占用", errno.ENODEV: "磁盘不在", errno.ENXIO: "磁盘不在", errno.ENAMETOOLONG: "名字太长",
    errno.ENOTEMPTY: "文件夹不是空的", errno.EMFILE: "打开的文件太多", errno.EXDEV: "不在同一个磁盘",
}  # fmt: skip
"""What the system says no by, in words; it speaks English on most computers."""


def system_said(error: OSError) -> str:
    """Why the system said no, as words within a Chinese sentence."""
    return SYSTEM.get(error.errno or 0) or error.strerror or str(error)


@dataclass(frozen=True)
class Finding:
    """One thing wrong with one row of input, as data: shown beside the row, printed in `--json`.

    `row` is the row's number in the file as people count it (the heading is row 1); 0 where it concerns the whole file.
    `reason` is a whole Chinese sentence.
    """

    row: int
    reason: str
    column: str = ""
    value: str = ""


class Refusal(Exception):
    """The rules say no. `str()` is a whole Chinese sentence: what, by which rule, what to do. Nothing was written.

    `field` names the input it belongs to, so that a form can show it there; `findings` hold the rows of an import.
    """

    def __init__(self, sentence: str, *, field: str = "", findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(sentence)
        self.field = field
        self.findings = findings


class Trouble(Exception):
    """The machine says no: disk full, file open in Excel, database damaged. `str()` says what happened.

    `remedy` says what the user can do now; both are whole Chinese sentences.
    """

    def __init__(self, sentence: str, *, remedy: str = "") -> None:
        super().__init__(sentence)
        self.remedy = remedy


class Damaged(Trouble):
    """The database file is not sound, or gone: nothing was opened, nothing changed; it can be mended or restored."""

"""Files that leave the program: safe names, written whole or not at all, and known by their hash."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opsdesk.exports.document import Document
from opsdesk.services.errors import Trouble
from opsdesk.services.text import one_line

LONGEST_NAME = 80
LONGEST_NAME_BYTES = 230
"""File systems take 255 bytes; a rare character is four."""
LONGEST_PATH = 240
TRIES = 5
PAUSE = 0.2

_FORBIDDEN = str.maketrans('<>:"/\\|?*', "＜＞：＂／＼｜？＊")
_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])(?:\s*\..*)?", re.IGNORECASE)
_BUSY = {errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY}
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_WHY = {
    errno.ENOENT: "没有这个位置，或者这里不能新建文件",
    errno.EINVAL: "这里不接受这样的文件名",
    errno.ENAMETOOLONG: "文件名或路径太长",
    errno.ELOOP: "链接绕成了圈",
    errno.EIO: "磁盘读写失败",
    errno.ENODEV: "没有这个磁盘",
    errno.ENXIO: "没有这个磁盘",
    errno.EMFILE: "程序打开的文件太多",
    errno.ENFILE: "电脑打开的文件太多",
    errno.ENOMEM: "内存不足",
    errno.ETIMEDOUT: "网络盘没有回应",
    errno.EHOSTDOWN: "网络盘连不上",
    errno.EHOSTUNREACH: "网络盘连不上",
    errno.ENETUNREACH: "网络盘连不上",
    errno.ENOTCONN: "网络盘连不上",
    errno.EOPNOTSUPP: "这里不能保存文件",
}
"""Why the system would not write a file, in words; what has a sentence of its own below is not here."""


class Cancelled(Exception):
    """The user stopped the work; nothing was kept."""


@dataclass(frozen=True)
class Kept:
    """A file that is safely on disk: where, how many bytes, and its SHA-256."""

    path: Path
    size: int
    sha256: str


def safe_name(text: str) -> str:
    """A file name (without ending) that every system takes, made from any text.

    What Windows forbids becomes its full-width twin; controls go; no dots or spaces at the ends; no device names;
    at most 80 characters and 230 bytes.
    """
    name = one_line(text).translate(_FORBIDDEN).strip(" .　")[:LONGEST_NAME]
    name = name.encode()[:LONGEST_NAME_BYTES].decode(errors="ignore").strip(" .　")
    if _RESERVED.fullmatch(name):
        name = f"_{name}"
    return name or "未命名"


def target(folder: Path, name: str, suffix: str) -> Path:
    """Where a file called `name` goes: always directly in `folder`, the whole path at most 240 characters."""
    folder = folder.expanduser().resolve()
    suffix = f".{safe_name(suffix)}"
    room = LONGEST_PATH - len(str(folder)) - 1 - len(suffix)
    if room < 8:
        raise Trouble(f"文件夹路径太长，放不下文件：{folder}。", remedy="请选择路径短一些的文件夹。")
    return folder / f"{safe_name(safe_name(name)[:room])}{suffix}"


def keep(path: Path, write: Callable[[Path], object], *, wait: Callable[[float], object] = time.sleep) -> Kept:
    """Write a file whole or not at all: `write` gets a path beside the target, which takes its place when done.

    A target that is open elsewhere is tried again for a second; then, and when the disk is full or the folder cannot be
    written, a Trouble says what to do. Nothing half-written stays.
    """
    draft = path.with_name(f".{secrets.token_hex(6)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
        _replace(draft, path, wait)
    except OSError as error:
        raise _trouble(error, path) from error
    finally:
        draft.unlink(missing_ok=True) if path.parent.is_dir() else None
    return Kept(path, size, digest)


def _replace(draft: Path, path: Path, wait: Callable[[float], object]) -> None:
    for left in reversed(range(TRIES)):
        try:
            draft.replace(path)
            break
        except PermissionError:
            if not left:
                raise _Busy from None
            wait(PAUSE)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class _Busy(OSError):
    """The target could not be replaced though its folder takes files."""


def _trouble(error: OSError, path: Path) -> Trouble:
    if isinstance(error, _Busy):
        return Trouble(
            f"文件被占用（可能正在 Excel 中打开）：{path}。", remedy="请关闭打开它的程序后再试，或者换一个文件名。"
        )
    if error.errno in _FULL:
        return Trouble(f"磁盘空间不足，文件没有写成：{path}。", remedy="请清理磁盘，或者换一个文件夹后再试。")
    if error.errno == errno.EROFS or error.errno in _BUSY:
        return Trouble(f"没有权限写入文件夹：{path.parent}。", remedy="请换一个文件夹，或者请管理员开放写入权限。")
    if isinstance(error, (NotADirectoryError, FileExistsError)):
        return Trouble(f"这个位置不是文件夹，文件没有写成：{path.parent}。", remedy="请换一个文件夹后再试。")
    if isinstance(error, IsADirectoryError):
        return Trouble(f"已有同名的文件夹，文件没有写成：{path}。", remedy="请换一个文件名或文件夹后再试。")
    why = _WHY.get(error.errno or 0, f"系统错误 {error.errno}" if error.errno else "系统没有说明原因")
    return Trouble(f"文件没有写成：{path}（{why}）。", remedy="请换一个文件夹后再试。")


def export(
    documents: Document | Sequence[Document],
    folder: Path,
    formats: Sequence[str] = ("pdf", "xlsx"),
    *,
    copies: int = 1,
    progress: Callable[[int, int], bool] | None = None,
) -> list[Kept]:
    """Write the documents to `folder`, all into one file per format, named after the first; gives what was kept.

    `progress(done, total)` counts for each file anew; False raises `Cancelled` and that file is not written.
    """
    several = [documents] if isinstance(documents, Document) else list(documents)
    kept = []
    for suffix in formats:
        path = target(folder, several[0].name, suffix)
        if suffix == "pdf":
            from opsdesk.exports.pdf import write_pdf

            kept.append(keep(path, lambda draft: write_pdf(several, draft, copies=copies, progress=progress)))
        else:
            from opsdesk.exports.workbook import write_workbook

            kept.append(keep(path, lambda draft: write_workbook(several, draft, progress=progress)))
    return kept

"""Where the record must not lie: network shares, on which SQLite's locks do not hold (“how to corrupt” 2.1)."""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any

from opsdesk.services.errors import Trouble

REMOTE_DRIVE = 4
"""What Windows' GetDriveType says of a mapped drive."""
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "ncpfs", "afs", "davfs", "ceph", "glusterfs", "ocfs2", "lustre",
    "fuse.sshfs", "fuse.smbnetfs", "fuse.davfs2", "fuse.rclone", "fuse.glusterfs", "fuse.curlftpfs", "fuse.gvfsd-fuse",
    "fuse.s3fs",
})  # fmt: skip
"""File systems of Linux behind which another computer stands."""
MOUNTS = Path("/proc/self/mounts")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def refuse_network(home: PurePath) -> None:
    """Refuse a data folder on a network share, also by a mapped drive or a mount. Raises Trouble with the reason."""
    if how := _share(home):
        raise Trouble(
            f"数据文件夹 {home} 在网络共享上（{how}），多台电脑同时写会损坏数据，没有打开。",
            remedy="请改用本机磁盘上的文件夹，再把备份放到共享上。",
        )


def _share(home: PurePath) -> str:
    """By what a folder lies on another computer; empty where it does not."""
    if str(home).startswith(("\\\\", "//")):
        return "网络路径"
    if isinstance(home, PureWindowsPath):
        return f"映射的网络驱动器 {home.drive}" if drive_type(home.drive) == REMOTE_DRIVE else ""
    try:
        mounts = MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""
    kind = mounted_as(os.path.realpath(home), mounts)
    return f"挂载类型 {kind}" if kind in NETWORK else ""


def mounted_as(folder: str, mounts: str) -> str:
    """The file system on which a folder lies, by the text of /proc/mounts; empty where no mount holds it.

    Of several mounts the longest holds; of two in the same place the later.
    """
    found, length = "", -1
    for line in mounts.splitlines():
        parts = line.split()
        if len(parts) < 3:
            continue
        place = _ESCAPED.sub(lambda code: chr(int(code[1], 8)), parts[1])
        inside = folder == place or folder.startswith(f"{place.rstrip('/')}/")
        if inside and len(place) >= length:
            found, length = parts[2], len(place)
    return found


def drive_type(drive: str) -> int:
    """Of what kind a drive of Windows is (GetDriveTypeW); 0 where the system is another."""
    windows: Any = getattr(ctypes, "windll", None)
    return int(windows.kernel32.GetDriveTypeW(f"{drive}\\")) if windows is not None and drive else 0

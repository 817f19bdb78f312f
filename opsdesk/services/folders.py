"""Where the record must not lie: on shares, in folders that a cloud copies, on drives that are pulled out.

On a share SQLite's locks do not hold (“how to corrupt” 2.1); who copies the file while it is written copies a torn one.
"""

from __future__ import annotations

import ctypes
import os
import re
from pathlib import Path, PurePath, PureWindowsPath
from typing import Any

from opsdesk.services.errors import Trouble

REMOVABLE_DRIVE, REMOTE_DRIVE = 2, 4
"""What Windows' GetDriveType says of a stick and of a mapped drive."""
CLOUDS = re.compile(
    r"onedrive( ?-.*)?|dropbox( \(.*\))?|google ?drive|icloud ?drive|(我的)?坚果云|nutstore( files)?|"
    r"baidu(sync|netdisk).*|百度(网盘|云).*|wps ?(drive|cloud ?files|云盘|云文档)|(腾讯)?微云.*|weiyun|"
    r"阿里云盘.*|天翼云盘.*|nextcloud|owncloud|seafile|synologydrive",
    re.IGNORECASE,
)
"""What the folders are called that clients of a cloud keep in step."""
CLOUD_VARIABLES = ("OneDrive", "OneDriveConsumer", "OneDriveCommercial")
DEVICES = Path("/sys/dev/block")
NETWORK = frozenset({
    "nfs", "nfs4", "cifs", "smb", "smb3", "smbfs", "ncpfs", "afs", "davfs", "ceph", "glusterfs", "ocfs2", "lustre",
    "fuse.sshfs", "fuse.smbnetfs", "fuse.davfs2", "fuse.rclone", "fuse.glusterfs", "fuse.curlftpfs", "fuse.gvfsd-fuse",
    "fuse.s3fs",
})  # fmt: skip
"""File systems of Linux behind which another computer stands."""
MOUNTS = Path("/proc/self/mounts")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def refuse_unfit(home: PurePath) -> None:
    """Refuse a folder on a share, in a folder that a cloud keeps in step, or on a removable drive. Raises Trouble."""
    if how := _share(home):
        raise Trouble(
            f"数据文件夹 {home} 在网络共享上（{how}），多台电脑同时写会损坏数据，没有打开。",
            remedy="请改用本机磁盘上的文件夹，再把备份放到共享上。",
        )
    if cloud := _cloud(home):
        raise Trouble(
            f"数据文件夹 {home} 在网盘的同步文件夹里（{cloud}），同步会复制写到一半的数据，没有打开。",
            remedy="请把整个文件夹移到不同步的地方，用 --home 指定，再把备份放到网盘里。",
        )
    if _removable(home):
        raise Trouble(
            f"数据文件夹 {home} 在 U 盘一类可移动的盘上，中途拔出会损坏数据，没有打开。",
            remedy="请把整个文件夹移到本机磁盘，用 --home 指定，再把备份放到 U 盘上。",
        )


def make(home: Path) -> None:
    """Make a data folder that is not there; other users of the computer cannot look into it. Raises OSError.

    One that is there keeps the rights it has.
    """
    home.parent.mkdir(parents=True, exist_ok=True)
    home.mkdir(mode=0o700, exist_ok=True)


def _cloud(home: PurePath) -> str:
    """The folder above (or this one) that a cloud keeps in step; empty where there is none."""
    known = {os.environ.get(name) for name in CLOUD_VARIABLES} - {None, ""}
    above = [home, *home.parents]
    return next((str(each) for each in above if str(each) in known or CLOUDS.fullmatch(each.name)), "")


def _removable(home: PurePath) -> bool:
    """Whether a folder, or the first above it that is there, lies on a drive that can be pulled out."""
    if isinstance(home, PureWindowsPath):
        return drive_type(home.drive) == REMOVABLE_DRIVE
    try:
        there = next(each for each in (Path(home), *Path(home).parents) if each.exists())
        number = os.stat(there).st_dev  # noqa: PTH116 — the device, as the system numbers it
        device = (DEVICES / f"{os.major(number)}:{os.minor(number)}").resolve()
        whole = device.parent if (device / "partition").exists() else device
        return (whole / "removable").read_text().strip() == "1"
    except (OSError, StopIteration):
        return False  # no block device of its own, or no system that tells


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

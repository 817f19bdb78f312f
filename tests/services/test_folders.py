"""Where the record must not lie: paths, folders of clouds, drives of Windows, mounts and drives of Linux."""

from __future__ import annotations

import os
from pathlib import Path, PureWindowsPath

import pytest

from opsdesk import bootstrap
from opsdesk.services import folders
from opsdesk.services.errors import Trouble

MOUNTS = r"""/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /srv/nfs nfs4 rw,vers=4.2 0 0
//nas/ops /mnt/ops cifs rw,username=ops 0 0
/dev/sdb1 /mnt/ops/local ext4 rw 0 0
ops@host:/home /home/ops/my\040remote fuse.sshfs rw 0 0
/dev/sdc1 /media/both ext4 rw 0 0
//nas/both /media/both smb3 rw 0 0
gvfsd-fuse /run/user/1000/gvfs fuse.gvfsd-fuse rw 0 0
tmpfs /tmp tmpfs rw 0 0
short line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/ops/opsdesk", "ext4"),
        ("/", "ext4"),
        ("/srv/nfs", "nfs4"),
        ("/srv/nfs/ops/site", "nfs4"),
        ("/srv/nfs2/ops", "ext4"),
        ("/mnt/ops/site", "cifs"),
        ("/mnt/ops/local/site", "ext4"),
        ("/home/ops/my remote/site", "fuse.sshfs"),
        ("/home/ops/my", "ext4"),
        ("/media/both/site", "smb3"),
        ("/run/user/1000/gvfs/smb-share:server=nas", "fuse.gvfsd-fuse"),
        ("/tmp/x", "tmpfs"),
    ],
)
def test_the_longest_mount_says_on_what_a_folder_lies(folder: str, kind: str) -> None:
    assert folders.mounted_as(folder, MOUNTS) == kind
    assert (kind in folders.NETWORK) == (kind not in {"ext4", "tmpfs"})


def test_without_a_mount_nothing_is_known() -> None:
    assert folders.mounted_as("/home", "") == ""


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of mounts in the place of the system's."""
    path = tmp_path / "mounts"
    monkeypatch.setattr(folders, "MOUNTS", path)
    return path


@pytest.mark.parametrize(("kind", "refused"), [("nfs", True), ("cifs", True), ("fuse.sshfs", True), ("ext4", False)])
def test_a_site_is_not_opened_on_a_share(mounts: Path, tmp_path: Path, kind: str, refused: bool) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (tmp_path / "link").symlink_to(share)
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {share} {kind} rw 0 0\n", "utf-8")
    for home in (share / "site", tmp_path / "link" / "site"):
        if not refused:
            folders.refuse_unfit(home)
            continue
        with pytest.raises(Trouble, match=f"网络共享上（挂载类型 {kind}）") as told:
            bootstrap.open_site(home)
        assert "本机磁盘" in told.value.remedy
        assert not home.exists()


def test_where_mounts_cannot_be_read_the_folder_is_taken(mounts: Path, tmp_path: Path) -> None:
    assert not mounts.exists()
    folders.refuse_unfit(tmp_path)


def test_a_mapped_drive_of_windows_is_refused_by_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def kind(drive: str) -> int:
        asked.append(drive)
        return {"Z:": folders.REMOTE_DRIVE, "C:": 3, "E:": folders.REMOVABLE_DRIVE}[drive]

    monkeypatch.setattr(folders, "drive_type", kind)
    folders.refuse_unfit(PureWindowsPath("C:\\OpsDesk"))
    with pytest.raises(Trouble, match="可移动的盘") as told:
        folders.refuse_unfit(PureWindowsPath("E:\\OpsDesk"))
    assert "备份放到 U 盘" in told.value.remedy
    with pytest.raises(Trouble, match="映射的网络驱动器 Z:"):
        folders.refuse_unfit(PureWindowsPath("Z:\\OpsDesk"))
    assert set(asked) == {"C:", "E:", "Z:"}


@pytest.mark.parametrize(
    ("folder", "cloud"),
    [
        ("C:\\Users\\ops\\OneDrive\\OpsDesk", "C:\\Users\\ops\\OneDrive"),
        ("C:\\Users\\ops\\OneDrive - 示例市信息中心\\桌面\\OpsDesk", "C:\\Users\\ops\\OneDrive - 示例市信息中心"),
        ("D:\\云\\OpsDesk", "D:\\云"),
        ("C:\\Users\\ops\\我的坚果云\\OpsDesk", "C:\\Users\\ops\\我的坚果云"),
        ("D:\\BaiduSyncdisk", "D:\\BaiduSyncdisk"),
        ("C:\\Users\\ops\\WPS云盘\\x", "C:\\Users\\ops\\WPS云盘"),
        ("C:\\Users\\ops\\AppData\\Local\\OpsDesk", ""),
        ("D:\\OneDriver\\OpsDesk", ""),
    ],
)
def test_a_folder_that_a_cloud_keeps_in_step_is_refused(
    monkeypatch: pytest.MonkeyPatch, folder: str, cloud: str
) -> None:
    monkeypatch.setenv("OneDriveCommercial", "D:\\云")
    if not cloud:
        folders.refuse_unfit(PureWindowsPath(folder))
        return
    with pytest.raises(Trouble) as told:
        folders.refuse_unfit(PureWindowsPath(folder))
    assert f"同步文件夹里（{cloud}）" in str(told.value)


def test_a_site_is_not_opened_in_a_cloud_folder(tmp_path: Path) -> None:
    home = tmp_path / "Nextcloud" / "site"
    with pytest.raises(Trouble, match="同步文件夹"):
        bootstrap.open_site(home)
    assert not home.exists()


@pytest.mark.parametrize("place", ["disk", "disk/part"])
@pytest.mark.parametrize("removable", ["1", "0"])
def test_a_drive_of_linux_that_can_be_pulled_out_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, removable: str
) -> None:
    device = tmp_path / "devices" / place
    device.mkdir(parents=True)
    (tmp_path / "devices" / "disk" / "removable").write_text(f"{removable}\n")
    if place == "disk/part":
        (device / "partition").write_text("1\n")
    number = tmp_path.stat().st_dev
    (tmp_path / f"{os.major(number)}:{os.minor(number)}").symlink_to(device)
    monkeypatch.setattr(folders, "DEVICES", tmp_path)
    if removable == "0":
        folders.refuse_unfit(tmp_path / "new" / "site")
        return
    with pytest.raises(Trouble, match="可移动的盘"):
        bootstrap.open_site(tmp_path / "new" / "site")


def test_elsewhere_no_drive_has_a_type() -> None:
    assert folders.drive_type("C:") == 0
    assert folders.drive_type("") == 0


def test_other_users_of_the_computer_cannot_look_into_a_new_data_folder(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        ctx = bootstrap.open_site(tmp_path / "of" / "ops")
    finally:
        os.umask(before)
    ctx.reading.dispose()
    ctx.writing.dispose()
    assert (tmp_path / "of" / "ops").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "of").stat().st_mode & 0o777 == 0o755
    (tmp_path / "theirs").mkdir(mode=0o750)
    folders.make(tmp_path / "theirs")
    assert (tmp_path / "theirs").stat().st_mode & 0o777 == 0o750

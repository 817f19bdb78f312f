"""Attachments on disk: which files are taken, what `verify` sees of them, and that backups hold them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from opsdesk.registers.incident import detail, service
from opsdesk.services import attachments, backup, restoring
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal, Trouble

PHOTO = b"\xff\xd8 photo"


@pytest.fixture
def incident(site: Context) -> int:
    return service.open_incident(site, "打印机坏了").value.id


def attached(ctx: Context, incident: int, folder: Path, name: str = "现场.jpg", content: bytes = PHOTO) -> Path:
    """The file as kept of one that was attached."""
    path = folder / name
    path.write_bytes(content)
    detail.attach(ctx, incident, path)
    file = detail.detail(ctx, incident).files[-1]
    return attachments.find(ctx.home, file.sha256, file.name)


def findings(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        return list(attachments.verify(ctx.home, connection))


class TestNames:
    @pytest.mark.parametrize(
        "name",
        ["x.exe", "x.EXE", "x.exe ", "x.exe.", "x.exe . ", "现场.jpg.lnk", "y.hta", "y.pif", "y.reg", "y.url", "y.sh",
         "y.py", "y.docm", "y.xlsm", "y.html", "y.svg", "y.appimage", "y.jpg\u200b.vbs"],
    )  # fmt: skip
    def test_what_could_run_is_refused(self, site: Context, incident: int, tmp_path: Path, name: str) -> None:
        with pytest.raises(Refusal, match="可能是程序") as told:
            attached(site, incident, tmp_path, name)
        assert told.value.field == "file"
        assert not (site.home / attachments.FOLDER).exists()

    @pytest.mark.parametrize(
        ("name", "ending"),
        [
            ("现场.JPG", ".jpg"),
            ("现场.jpg ", ".jpg"),
            ("方案.docx", ".docx"),
            ("日志.tar.gz", ".gz"),
            ("config", ""),
            (".jpg", ""),
        ],
    )
    def test_what_is_looked_at_is_taken(
        self, site: Context, incident: int, tmp_path: Path, name: str, ending: str
    ) -> None:
        assert attached(site, incident, tmp_path, name).suffix == ending

    def test_a_program_that_was_kept_before_is_not_opened(self, site: Context) -> None:
        with pytest.raises(Refusal, match="不在这里打开"):
            attachments.find(site.home, "0" * 64, "y.hta")


class TestVerify:
    def test_sees_what_was_changed_and_what_is_gone(self, site: Context, incident: int, tmp_path: Path) -> None:
        first = attached(site, incident, tmp_path)
        second = attached(site, incident, tmp_path, "日志.txt", b"log")
        assert findings(site) == []
        first.write_bytes(b"CHANGED")
        (said,) = findings(site)
        assert said.startswith("SJ-20260305-001 的附件“现场.jpg”与存入时不符：数据损坏，或在程序之外改动过")
        second.unlink()
        assert ["改动" in said or "读不出来" in said for said in findings(site)] == [True, True]
        first.write_bytes(PHOTO)
        second.write_bytes(b"log")
        assert findings(site) == []

    def test_a_file_attached_again_after_it_was_changed_is_sound(
        self, site: Context, incident: int, tmp_path: Path
    ) -> None:
        attached(site, incident, tmp_path).write_bytes(b"CHANGED")
        attached(site, service.open_incident(site, "又坏了").value.id, tmp_path)
        assert findings(site) == []


class TestBackup:
    def test_holds_every_attachment_once_and_brings_it_back(self, site: Context, incident: int, tmp_path: Path) -> None:
        first = attached(site, incident, tmp_path)
        made = backup.make(site.home, site.now(), "手动")
        copy = made.path.parent / attachments.FOLDER / first.parent.name / first.name
        assert copy.read_bytes() == PHOTO
        stamp = copy.stat().st_mtime_ns
        second = attached(site, incident, tmp_path, "日志.txt", b"log")
        made = backup.make(site.home, site.now(), "手动2")
        assert copy.stat().st_mtime_ns == stamp
        assert len(list((made.path.parent / attachments.FOLDER).glob("??/*"))) == 2
        assert backup.listed(site.home)[0] == made.path
        shutil.rmtree(site.home / attachments.FOLDER)
        assert len(findings(site)) == 2
        restoring.restore(site.home, made.path, site.now())
        assert (first.read_bytes(), second.read_bytes()) == (PHOTO, b"log")
        assert findings(site) == []

    def test_what_is_spoilt_is_not_copied(self, site: Context, incident: int, tmp_path: Path) -> None:
        kept = attached(site, incident, tmp_path)
        kept.write_bytes(b"CHANGED")
        folder = backup.make(site.home, site.now(), "手动").path.parent / attachments.FOLDER
        assert not list(folder.glob("??/*"))
        kept.write_bytes(PHOTO)
        backup.make(site.home, site.now(), "手动2")
        assert [path.read_bytes() for path in folder.glob("??/*")] == [PHOTO]

    def test_cancelled_while_attachments_are_copied_there_is_no_backup(
        self, site: Context, incident: int, tmp_path: Path
    ) -> None:
        attached(site, incident, tmp_path)
        with pytest.raises(Trouble, match="备份没有写成"):
            backup.make(site.home, site.now(), "手动", progress=lambda done, total: total > 1)
        assert backup.listed(site.home) == []

    def test_elsewhere_they_lie_beside_it(self, site: Context, incident: int, tmp_path: Path) -> None:
        kept = attached(site, incident, tmp_path)
        backup.make(site.home, site.now(), "手动", folder=tmp_path / "U盘")
        assert (tmp_path / "U盘" / attachments.FOLDER / kept.parent.name / kept.name).read_bytes() == PHOTO

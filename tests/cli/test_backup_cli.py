"""`backup` and `restore` through the front door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from a_call import Call

from opsdesk import bootstrap
from opsdesk.services import backup, backup_second, whole_files

LOCKED = "门卫室的钥匙挂在左边"


def test_a_backup_is_made_checked_and_told(call: Call, site: Path) -> None:
    done = call("backup")
    assert (done.code, done.err) == (0, "")
    (path,) = backup.listed(site)
    first, second = done.out.splitlines()
    assert first.startswith(f"已备份：{path}（")
    assert second.startswith("可恢复 ✔ 审计链 ")
    told = json.loads(call("backup", "--json").out)
    assert Path(told["file"]) == backup.listed(site)[0]
    assert told["sha256"] == whole_files.sha256_of(Path(told["file"]))
    assert (told["encrypted"], told["links"]) == (False, backup.check_file(Path(told["file"])))
    assert told["rows"] > told["links"]


def test_it_needs_no_password_but_a_site(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    done = call("backup", "--json")
    assert done.code == 1
    assert "还没有建立站点" in json.loads(done.out)["refused"]
    assert not (tmp_path / "site").exists()


def test_elsewhere_and_back_into_a_folder_of_its_own(call: Call, site: Path, tmp_path: Path) -> None:
    made = json.loads(call("backup", "--to", str(tmp_path / "U盘"), "--json").out)
    assert Path(made["file"]).parent == tmp_path / "U盘"
    assert backup.listed(site) == []
    before = bootstrap.database(site).read_bytes()
    done = call("restore", made["file"], "--into", str(tmp_path / "back"))
    assert done.code == 0
    assert f"已恢复到 {tmp_path / 'back'}" in done.out
    assert call("verify", home=tmp_path / "back").code == 0
    assert bootstrap.database(site).read_bytes() == before
    again = call("restore", made["file"], "--into", str(tmp_path / "back"), "--json")
    assert again.code == 1
    assert "不是空文件夹" in json.loads(again.out)["refused"]
    told = json.loads(call("restore", made["file"], "--into", str(tmp_path / "second"), "--json").out)
    assert (told["folder"], told["links"], told["head"]) == (str(tmp_path / "second"), made["links"], made["head"])


def test_a_locked_one_asks_for_the_password_of_backups(
    call: Call, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = bootstrap.open_site(site)
    backup_second.set_password(ctx.acting_as(bootstrap.supervisor_of(ctx)), LOCKED)
    made = json.loads(call("backup", "--to", str(tmp_path / "U盘"), "--json").out)
    assert made["encrypted"]
    refused = call("restore", made["file"], "--into", str(tmp_path / "back"))
    assert refused.code == 1
    assert "没有给出密码" in refused.err
    monkeypatch.setenv("OPSDESK_BACKUP_PASSWORD", "不是这一句")
    refused = call("restore", made["file"], "--into", str(tmp_path / "back"))
    assert (refused.code, "备份密码不对" in refused.err) == (1, True)
    monkeypatch.setenv("OPSDESK_BACKUP_PASSWORD", LOCKED)
    assert call("restore", made["file"], "--into", str(tmp_path / "back")).code == 0
    assert call("verify", home=tmp_path / "back").code == 0


def test_a_file_that_is_not_there_or_no_backup_is_told(call: Call, site: Path, tmp_path: Path) -> None:
    for name, said in (("nothing.db", "找不到备份"), ("nothing.db.aes", "找不到备份"), ("人员.csv", "打不开或已损坏")):
        done = call("restore", str(tmp_path / name), "--into", str(tmp_path / "back"))
        assert (done.code, said in done.err) == (1, True), name
        assert "Traceback" not in done.err
    assert site.exists()


def test_a_wrong_call_is_answered_in_chinese(call: Call) -> None:
    done = call("restore", "x.db")
    assert (done.code, "缺少 --into" in done.err) == (2, True)


def test_a_chain_that_a_backup_contradicts_is_a_finding(call: Call, site: Path) -> None:
    made = json.loads(call("backup", "--json").out)
    manifest = backup.manifest_of(Path(made["file"]))
    manifest.write_text(manifest.read_text("utf-8").replace(made["head"], "0" * 64), "utf-8")
    done = call("verify", "--json")
    assert done.code == 1
    (said,) = json.loads(done.out)["findings"]
    assert said.startswith("审计链与")
    assert site.exists()

"""设置 · 备份 on a real site: making, looking, the second place, going back, drills; the window's own rounds."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import a_site
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog

from opsdesk import bootstrap
from opsdesk.register import Tone
from opsdesk.registers.restore_drill import service as drills
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, backup, backup_second, running, settings, unsound
from opsdesk.services.context import Actor
from opsdesk.services.errors import Refusal
from opsdesk.ui.pages.backup_panel import BackupPanel
from opsdesk.ui.pages.backups import BackupsPage
from opsdesk.ui.pages.step_up import StepUp

LOCKED = "门卫室的钥匙挂在左边"


@pytest.fixture
def away(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside the data folder."""
    return tmp_path_factory.mktemp("away")


@pytest.fixture
def page(desk) -> BackupsPage:
    opened: BackupsPage = desk.window.frame.open("settings", "backup")
    desk.settle()
    return opened


def shown(page: BackupsPage) -> list[tuple[str, ...]]:
    return [page.table.records.line(n)[1] for n in range(page.table.records.rowCount())]


def facts(panel: BackupPanel) -> dict[str, str]:
    grid = panel._grid
    cells = {(grid.getItemPosition(n)[:2]): grid.itemAt(n).widget() for n in range(grid.count())}
    return {cells[row, 0].text(): cells[row, 1].text() for row, column in cells if column == 1}


def sign(qtbot, values: dict[str, str] | None = None, password: str = a_site.PASSWORD) -> None:
    """Let the supervisor sign the next dialog, with these further fields; None refuses."""

    def fill() -> None:
        dialog = next(
            (each for each in QApplication.topLevelWidgets() if isinstance(each, StepUp) and each.isVisible()), None
        )
        if dialog is None:
            return
        timer.stop()
        dialog.operations.wait_idle()
        sign.verb = dialog.submit.text()
        if values is None:
            dialog.refuse.click()
            return
        for key, value in {"password": password, **values}.items():
            dialog.form.set_value(key, value)
        dialog.form.submit()
        dialog.operations.wait_idle()
        sign.password = dialog.form.value("password")
        sign.errors = {key: row.error for key, row in dialog.form.rows.items()}
        sign.said = [each.text() for each in dialog.findChildren(type(dialog.said))]
        if dialog.isVisible():
            dialog.refuse.click()

    timer = QTimer(QApplication.instance(), interval=5)
    timer.timeout.connect(fill)
    timer.start()


def test_a_backup_is_made_counted_and_listed(desk, page, site) -> None:
    assert "还没有备份" in page.table.list_state.sentence()
    desk.click(page.make)
    (path,) = backup.listed(site.home)
    manifest = backup.read_manifest(path)
    (row,) = shown(page)
    assert row == (
        "2026-03-05 08:00", "手动", "本机", "可恢复 ✔", f"{manifest.links:,} 条", f"{manifest.contents.rows:,} 行",
        row[6], "", path.name,
    )  # fmt: skip
    assert page.title.state() == "本机共 1 份，最近一份 2026-03-05 08:00"
    assert "可恢复 ✔" in desk.window.notices.sentences()[0]


def test_what_one_holds_is_shown_beside_the_list(desk, page, site, crew) -> None:
    desk.click(page.make)
    settings.write(site, {"site.project": "后来改的"})
    page.table.selectRow(0)
    desk.click(page.show_contents)
    assert page.panel.isVisible()
    told = facts(page.panel)
    assert told["站点"] == "示例市信息中心"
    assert told["人员"] == f"{len(crew.ids)} 行"
    assert told["同现在的数据"] == "同一段历史，链首在现在的审计链里"
    assert told["恢复会怎样"] == "将丢失这份备份以后的 1 条记录（2026-03-05 08:00 到 2026-03-05 08:00）。"
    page.panel.leave()
    assert not page.panel.isVisible()


def test_on_a_small_page_panel_and_sentence_are_whole(desk, page, site) -> None:
    desk.click(page.make)
    offered = (page.show_contents, page.restore, page.drill)
    for width, height, narrow in ((1366, 768, False), (911, 512, True)):  # the second is the first at 150 %
        desk.window.resize(width, height)
        page.look_at(0)
        desk.settle()
        for part in (page.panel, page.panel.restore, page.panel.drill, page.panel.apart, page.make, page.place.choose):
            right = part.mapTo(page, part.rect().topRight()).x()
            assert part.isVisible()
            assert right < page.width(), part
        words = page.place._words
        assert words.width() >= 280
        assert words.height() >= words.heightForWidth(words.width())
        below = page.place.choose.mapTo(page.place, page.place.choose.rect().topLeft()).y() >= words.geometry().bottom()
        assert below is narrow
        assert all(each.isHidden() is narrow for each in offered), "the panel offers the same"
        page.panel.leave()
        assert not any(each.isHidden() for each in offered)


def test_one_that_was_spoilt_is_told_and_cannot_be_restored_from_here(desk, page, site) -> None:
    desk.click(page.make)
    (path,) = backup.listed(site.home)
    path.write_bytes(path.read_bytes()[:9000])
    page.look_at(0)
    desk.settle()
    assert "损坏" in page.panel.said.text()
    assert not page.panel.restore.isVisible()
    assert shown(page)[0][3] == "不能恢复"


def test_one_with_a_hole_of_the_same_size_is_told_when_it_is_looked_at(desk, page, site) -> None:
    desk.click(page.make)
    (path,) = backup.listed(site.home)
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(bytes(200_000))
    assert shown(page)[0][3] == "可恢复 ✔"
    page.look_at(0)
    desk.settle()
    assert page.panel.said.text() == f"文件 {path.name} 打不开或已损坏。请换一份备份。"
    assert shown(page)[0][3] == "不能恢复"
    assert [each.sound for each in backup.kept(path.parent)] == [False], "the next session knows it, too"


def test_the_second_place_goes_from_amber_to_green_to_red(desk, page, site, away, monkeypatch) -> None:
    assert (page.place.tone, page.place.copy.isVisible()) == (Tone.WARNING, False)
    assert "还没有第二备份位置" in page.place.sentence()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(away))
    desk.click(page.place.choose)
    assert page.place.tone is Tone.BROKEN, "nothing went there yet"
    assert "还没有备份到那里。请点“备份到第二位置”。" in page.place.sentence()
    desk.click(page.place.copy)
    assert (page.place.tone, page.place.second.present) == (Tone.FINE, True)
    assert [row[2] for row in shown(page)] == ["第二位置"]
    site.clock.set(a_site.NOW + timedelta(days=3))
    page.refresh()
    desk.settle()
    assert page.place.tone is Tone.FINE
    site.clock.advance(seconds=1)
    page.refresh()
    desk.settle()
    assert page.place.tone is Tone.BROKEN
    site.clock.set(a_site.NOW)
    (away / backup_second.MARK).unlink()
    page.refresh()
    desk.settle()
    assert page.place.tone is Tone.WARNING, "unplugged, but not late"
    assert "现在不在" in page.place.sentence()
    desk.click(page.place.copy)
    assert "请插上 U 盘" in desk.window.notices.sentences()[-1]
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, StepUp) and each.isVisible()]


def test_a_password_for_what_leaves_is_typed_twice_and_asked_for_to_look(
    desk, page, site, away, qtbot, monkeypatch
) -> None:
    sign(qtbot, {"new": LOCKED, "again": "不一样的"})
    desk.click(page.place.password)
    assert "两次输入的备份密码不一样" in sign.errors["again"]
    assert sign.password == a_site.PASSWORD, "it was right, and is not asked for again"
    sign(qtbot, {"new": LOCKED, "again": LOCKED}, "不是这一句")
    desk.click(page.place.password)
    assert sign.password == ""
    sign(qtbot, {"new": "1234567", "again": "1234567"})
    desk.click(page.place.password)
    assert "至少要 8" in sign.errors["new"]
    assert settings.read(site, backup_second.LOCK) == ""
    sign(qtbot, {"new": LOCKED, "again": LOCKED})
    desk.click(page.place.password)
    assert settings.read(site, backup_second.LOCK)
    assert sign.verb == "设备份密码"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(away))
    desk.click(page.away)
    (made,) = backup.found_in(away)
    assert made.name.endswith(".db.aes")
    assert "已加密" in desk.window.notices.sentences()[-1]
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(made), ""))
    desk.click(page.other)
    assert page.panel.form.isVisible()
    page.panel.form.set_value("password", "不是这一句")
    desk.click(page.panel.open)
    assert "备份密码不对" in page.panel.form.rows["password"].error
    page.panel.form.set_value("password", LOCKED)
    desk.window.activateWindow()
    QApplication.processEvents()
    page.panel.form.focus("password")
    assert page.panel.form.line("password").hasFocus()
    desk.press(Qt.Key.Key_Return)
    assert facts(page.panel)["站点"] == "示例市信息中心"
    assert QApplication.focusWidget() is page.panel
    page.panel.leave()
    assert page.panel.password == ""


def test_what_went_there_before_the_password_is_told(desk, page, site, away, qtbot) -> None:
    backup_second.choose(site, away)
    desk.click(page.place.copy)
    sign(qtbot, {"new": LOCKED, "again": LOCKED})
    desk.click(page.place.password)
    assert "那里还有 1 份设密码以前的没有加密" in page.place.sentence()
    (plain,) = backup.found_in(away)
    plain.unlink()
    settings.write(site, {"site.project": "新"})
    desk.click(page.place.copy)
    assert page.place.sentence().endswith("那里的备份已加密。")


def test_a_backup_is_restored_beside_the_record_once_it_is_signed(
    desk, page, site, tmp_path, qtbot, monkeypatch
) -> None:
    settings.write(site, {"site.project": "旧"})
    desk.click(page.make)
    settings.write(site, {"site.project": "新"})
    beside = tmp_path / "另一处"
    beside.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(beside))
    page.look_at(0)
    desk.settle()
    sign(qtbot, None)
    desk.click(page.panel.apart)
    assert list(beside.iterdir()) == []
    assert sign.verb == "恢复到别处"
    sign(qtbot, {})
    desk.click(page.panel.apart)
    assert f"已恢复到 {beside}" in desk.window.notices.sentences()[-1]
    assert settings.read(site, "site.project") == "新"
    there = bootstrap.open_site(beside, site.clock)
    assert settings.read(there, "site.project") == "旧"
    with site.read() as connection:
        told = connection.exec_driver_sql("SELECT operator, body FROM ledger WHERE act='恢复到别处'").one()
    assert told[0] == "主管"
    assert str(beside) in told[1]
    sign(qtbot, {})
    desk.click(page.panel.apart)
    assert "不是空文件夹，没有恢复" in desk.window.notices.sentences()[-1]


def test_going_back_says_what_is_lost_is_signed_and_opens_the_record_anew(desk, page, site, qtbot) -> None:
    settings.write(site, {"site.project": "旧"})
    desk.click(page.make)
    settings.write(site, {"site.project": "新"})
    page.table.selectRow(0)
    sign(qtbot, None)
    desk.click(page.restore)
    assert settings.read(site, "site.project") == "新", "refused: nothing was moved"
    assert sign.verb == "恢复"
    assert page.panel.isVisible()
    sign(qtbot, {})
    desk.click(page.panel.restore)
    window = desk.window
    qtbot.waitUntil(lambda: window.ctx is not None and window.screens.currentWidget() is window.log_in)
    assert any("将丢失这份备份以后的" in each for each in sign.said)
    desk.settle()
    window.log_in.form.set_value("password", a_site.PASSWORD)
    window.log_in.form.submit()
    desk.settle()
    assert desk.screen is window.frame
    assert settings.read(window.ctx, "site.project") == "旧"
    (aside,) = site.home.glob("set-aside-*")
    assert (aside / "ops.db").is_file()
    assert [each[:4] for each in window.notices.sentences()] == ["已恢复："], "nothing was left uncleanly"
    with window.ctx.read() as connection:
        assert bootstrap.verify(connection) == []
        last = connection.exec_driver_sql("SELECT operator FROM ledger WHERE act='恢复备份'").scalar_one()
    assert last == "主管"
    again: BackupsPage = window.frame.open("settings", "backup")
    desk.settle()
    assert len(shown(again)) == 1


def test_a_drill_is_carried_out_on_the_chosen_one_and_its_paper_opens(desk, page, site) -> None:
    assert page.due.text() == "还没有做过恢复演练。请选一份备份演练一次（E15 6.2）。"
    desk.click(page.drill)
    assert "请先在“备份”页点“立即备份”" in desk.window.notices.sentences()[-1]
    desk.click(page.make)
    desk.click(page.drill)
    said = desk.window.notices.sentences()[-1]
    assert said.startswith("HL-2026-0001 恢复演练通过")
    assert "下一次应在 2026-06-05 前" in page.due.text()
    assert not drills.due(site).late(site.today())
    (print_it,) = (each for each in desk.window.notices.shown[-1].buttons if each.text() == "打印记录")
    desk.click(print_it)
    assert desk.window.frame.stack.currentWidget() is desk.window.frame.preview


def test_who_may_only_look_makes_no_drill_and_needs_a_supervisor(desk, page, site, away, qtbot, monkeypatch) -> None:
    accounts.create(site, name="值班员", role=Role.READER, password="另一句只有我知道的话")
    page.set_context(site.acting_as(Actor("值班员", Role.READER)))
    desk.settle()
    assert not page.drill.isEnabled()
    assert page.drill.toolTip()
    sign(qtbot, None)
    page.place.take(away)
    desk.settle()
    assert settings.read(site, backup_second.SETTING) == ""
    sign(qtbot, {})
    page.place.take(away)
    desk.settle()
    assert settings.read(site, backup_second.SETTING) == str(away)


def test_a_known_damage_stands_on_the_page_until_all_is_sound(desk, page, site) -> None:
    assert not page.damage.isVisible()
    unsound.note(site.home, site.now(), "数据文件有损坏。")
    page.refresh()
    desk.settle()
    assert page.damage.isVisible()
    assert "以前的备份都保留" in page.damage.sentence()


def test_what_was_changed_outside_is_found_within_the_day_and_put_back(desk, page, site, qtbot) -> None:
    settings.write(site, {"site.project": "真的"})
    with closing(sqlite3.connect(bootstrap.database(site.home))) as connection:
        connection.execute("UPDATE setting SET value='假的' WHERE name='site.project'")
        connection.commit()
    desk.window.keeper.look()
    desk.settle()
    assert desk.window.notices.sentences()[-1].startswith("每天的全面核对发现：设置 项目名称 与审计链第")
    assert page.damage.isVisible()
    assert [row[3] for row in shown(page)] == ["与审计链不符"], "it holds what was found"
    desk.click(page.make)
    assert [row[3] for row in shown(page)] == ["与审计链不符"] * 2, "and so does what is made before it is mended"
    page.look_at(0)
    desk.settle()
    assert "恢复后它们还在" in facts(page.panel)["核对"]
    page.panel.leave()
    desk.window.notices.show("某人在机房超时。", Tone.WARNING, [("打开机房出入", desk.window.frame.open)])
    sign(qtbot, None)
    desk.click(page.repair)
    assert sign.verb == "修复"
    assert desk.screen is desk.window.frame, "not signed"
    sign(qtbot, {})
    desk.click(page.repair)
    window = desk.window
    qtbot.waitUntil(lambda: window.screens.currentWidget() is window.trouble)
    desk.settle()
    assert window.trouble.sentence.text() == "修复的结果如下，还没有采用。"
    assert "与审计链不符的设置 1 行，已按审计链改回。没有丢失" in window.trouble.report.text()
    assert window.notices.sentences() == [], "their buttons led into pages that are gone"
    desk.click(window.trouble.accept)
    assert window.notices.sentences()[-1].startswith("已用修复的数据打开。原来的数据文件在 ")
    assert desk.screen is window.log_in
    assert settings.read(window.ctx, "site.project") == "真的"
    assert unsound.found(site.home) is None


def test_what_was_changed_outside_is_found_also_where_nothing_was_written_since(desk, page, site) -> None:
    keeper = desk.window.keeper
    made = backup.make(site.home, site.now(), "关闭")
    with closing(sqlite3.connect(bootstrap.database(site.home))) as connection:
        connection.execute("UPDATE setting SET value='假的' WHERE name='site.project'")
        connection.commit()
    keeper.look()
    desk.settle()
    assert desk.window.notices.sentences()[-1].startswith("每天的全面核对发现：设置 项目名称 与审计链第")
    assert backup.listed(site.home) == [made.path], "what was only looked at is gone again"
    assert page.damage.isVisible()


def test_a_day_is_proved_once(desk, page, site) -> None:
    keeper = desk.window.keeper
    settings.write(site, {"site.project": "一"})
    keeper.look()
    desk.settle()
    with closing(sqlite3.connect(bootstrap.database(site.home))) as connection:
        connection.execute("UPDATE setting SET value='假的' WHERE name='site.project'")
        connection.commit()
    settings.write(site, {"privacy.visitor_months": "7"})
    keeper.look()
    desk.settle()
    assert desk.window.notices.sentences() == []
    site.clock.advance(days=1)
    settings.write(site, {"privacy.visitor_months": "8"})
    keeper.look()
    desk.settle()
    assert desk.window.notices.sentences()[-1].startswith("每天的全面核对发现：")


def test_a_second_place_without_a_backup_for_days_is_told_on_every_page_once_a_day(desk, site, away) -> None:
    backup_second.choose(site, away)
    keeper = desk.window.keeper
    keeper.look()
    desk.settle()
    away.rename(away.with_name("pocket"))
    for days, told in ((3, 0), (1, 1), (0, 1), (1, 2)):
        site.clock.advance(days=days)
        keeper.look()
        desk.settle()
        warned = [each for each in desk.window.notices.sentences() if "第二备份位置" in each]
        assert len(warned) == told
    assert "已经 5 天" in warned[-1]


def test_a_disk_that_is_nearly_full_is_told_before_it_takes_nothing(desk, monkeypatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _place: shutil._ntuple_diskusage(10 << 40, 9 << 40, 3 << 29))
    desk.window.keeper.look()
    desk.settle()
    (sentence,) = desk.window.notices.sentences()
    assert sentence.startswith("数据所在的磁盘只剩 1.5 GB，少于 2 GB。")


def test_rounds_go_by_themselves_and_only_when_something_was_written(desk, page, site) -> None:
    keeper = desk.window.keeper
    assert keeper.timer.isActive()
    assert keeper.timer.interval() == 30 * 60 * 1000
    keeper.look()
    keeper.look()  # one at a time
    desk.settle()
    assert [row[1] for row in shown(page)] == ["定时"]
    keeper.look()
    desk.settle()
    assert len(backup.listed(site.home)) == 1
    settings.write(site, {"site.project": "再写"})
    keeper.look()
    desk.settle()
    assert len(backup.listed(site.home)) == 2


def test_a_round_that_fails_is_told_and_the_next_one_tries_again(desk, page, site) -> None:
    folder = site.home / backup.FOLDER
    folder.write_text("in the way")
    keeper = desk.window.keeper
    keeper.look()
    desk.settle()
    assert "备份没有写成" in desk.window.notices.sentences()[-1]
    folder.unlink()
    keeper.look()
    desk.settle()
    assert len(backup.listed(site.home)) == 1


def test_closing_the_window_backs_up_what_was_written(desk, site, away) -> None:
    backup_second.choose(site, away)
    assert running.left_open(site.home) is not None
    desk.window.close()
    assert [each.why for each in backup.kept(site.home / backup.FOLDER)] == ["关闭"]
    assert [each.why for each in backup.kept(away)] == ["关闭"]
    assert running.left_open(site.home) is None


def test_closing_without_a_change_backs_up_nothing(desk, site) -> None:
    backup.make(site.home, site.now(), "手动")
    desk.window.close()
    assert len(backup.listed(site.home)) == 1


def test_a_lock_that_is_refused_keeps_the_old_one(site) -> None:
    backup_second.set_password(site, LOCKED)
    kept = settings.read(site, backup_second.LOCK)
    with pytest.raises(Refusal):
        backup_second.set_password(site, "88888888")
    assert settings.read(site, backup_second.LOCK) == kept


@pytest.mark.parametrize(("rows", "made"), [(499, 0), (500, 1)])
def test_before_many_rows_come_in_a_backup_is_made(desk, site, tmp_path, rows, made) -> None:
    lines = ["工号,姓名,外包单位,到场日期", *(f"N{n:04},新来{n},华信,2026-03-02" for n in range(rows))]
    path = tmp_path / "名单.csv"
    path.write_text("\n".join(lines), "utf-8")
    page = desk.window.frame.open("people", "staff")
    desk.settle()
    desk.click(page.button)
    page.importing.take_file(path)
    desk.settle()
    assert page.importing.result.stored == rows
    desk.click(page.importing.submit)
    assert [each.why for each in backup.kept(site.home / backup.FOLDER)] == ["导入前"] * made

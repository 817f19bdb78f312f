"""A site that was broken on the disk: the window opens all the same, or says what happened and what to do."""

import sqlite3
import sys
from contextlib import closing

import a_site
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from opsdesk import bootstrap, paths
from opsdesk.services import backup
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.shell import app
from opsdesk.ui.shell.instance import FILE, Instance


@pytest.mark.parametrize("left", ["", "1\nopsdesk\n旧电脑\n\n\n", "不是锁"])
def test_a_lock_that_nobody_holds_keeps_nobody_out(tmp_path, left) -> None:
    (tmp_path / FILE).write_text(left, "utf-8")
    first, second = Instance(tmp_path), Instance(tmp_path)
    assert first.acquire()
    assert not second.acquire()
    first.release()


def test_a_first_window_that_does_not_answer_is_told_in_a_window(qtbot, tmp_path) -> None:
    (tmp_path / FILE).mkdir()
    said = []
    QTimer.singleShot(0, lambda: said.append((_buttons(), _agree())))
    assert app.run(tmp_path) == 0
    assert said == [(["知道了"], "运维台没有打开")]


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TABLE ledger",
        "UPDATE account SET role='engineer'",
        "UPDATE account SET password_hash='x'",
        "UPDATE account SET active=0",
        "INSERT INTO account SELECT id+1, 'x', role, password_hash, 1, created_at FROM account",
    ],
)
def test_accounts_that_were_altered_outside_are_told_with_a_way_out(open_window, site, harm) -> None:
    a_site.close(site)
    _alter(site, harm)
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    assert hands.screen is page
    assert "与审计链不符" in page.sentence.text()
    assert page.repair.isVisible()


def test_accounts_that_were_altered_outside_are_put_right_by_a_repair(open_window, site) -> None:
    a_site.close(site)
    _alter(site, "UPDATE account SET password_hash='x', role='engineer'")
    hands = open_window(site.home, site.clock)
    hands.click(hands.window.trouble.repair)
    assert "已按审计链改回" in hands.window.trouble.report.text()
    hands.click(hands.window.trouble.accept)
    assert hands.screen is hands.window.log_in
    hands.type(a_site.PASSWORD)
    assert hands.screen is hands.window.frame


def test_what_a_repair_could_not_put_right_opens_all_the_same(open_window, site) -> None:
    a_site.close(site)
    _alter(site, "UPDATE account SET created_at='2020-01-01T00:00:00'", "UPDATE ledger SET reason='x' WHERE seq=2")
    hands = open_window(site.home, site.clock)
    hands.click(hands.window.trouble.repair)
    hands.click(hands.window.trouble.accept)
    assert hands.screen is hands.window.log_in


@pytest.mark.parametrize("lost", ["icons", "history_words.toml"])
def test_a_program_whose_files_are_not_all_there_says_so_and_touches_nothing(qtbot, tmp_path, monkeypatch, lost):
    shipped, home = tmp_path / "resources", tmp_path / "home"
    shipped.mkdir()
    for each in paths.resources().iterdir():
        if each.name != lost:
            (shipped / each.name).symlink_to(each)
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths.missing() == [lost]
    said = []
    QTimer.singleShot(0, lambda: said.append((_buttons(), _agree())))
    assert app.run(home) == 1
    assert said == [(["知道了"], "运维台没有打开")]
    assert not home.exists()


def _buttons() -> list[str]:
    return [each.text() for each in QApplication.activeModalWidget().findChildren(QPushButton) if each.isVisible()]


def _agree() -> str:
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, Confirmation)
    dialog.action.click()
    return dialog.windowTitle()


def _alter(site, *statements: str) -> None:
    with closing(sqlite3.connect(bootstrap.database(site.home), isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_an_older_copy_in_the_place_of_the_record_is_told_at_once_and_the_backup_comes_back(open_window, site) -> None:
    database = bootstrap.database(site.home)
    older = database.read_bytes()
    with site.transaction("后来的改动") as tx:
        tx.event("event")
    made = backup.make(site.home, site.now(), "手动")
    a_site.close(site)
    database.write_bytes(older)
    hands = open_window(site.home, site.clock)
    assert hands.screen is hands.window.log_in
    (notice,) = hands.window.notices.shown
    assert f"第 {made.contents.last} 条改动，现在的数据里没有这一条" in notice.sentence
    hands.click(notice.buttons[0])
    page = hands.window.trouble
    assert hands.screen is page
    assert page.chosen == made.path
    QTimer.singleShot(0, _agree)
    hands.click(page.restore)
    assert hands.screen is hands.window.log_in
    (said,) = hands.window.notices.sentences()
    assert said.startswith(f"已恢复：审计链 {made.links + 1:,} 条，")


def test_a_record_that_its_backups_bear_out_says_nothing(open_window, site) -> None:
    backup.make(site.home, site.now(), "手动")
    a_site.close(site)
    hands = open_window(site.home, site.clock)
    assert hands.window.notices.shown == []


def test_without_any_backup_one_may_begin_anew_by_doing_what_the_window_says(open_window, site) -> None:
    a_site.close(site)
    database = bootstrap.database(site.home)
    database.write_bytes(b"\xff" * 100_000)
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    hands.click(page.choose)
    assert page.other.property("class") == "primary"
    said = "\n".join(each.text() for each in page.table.findChildren(QLabel) if each.isVisible())
    for name in ("ops.db", "ops.unsound"):
        assert name in said
        (site.home / name).rename(site.home / f"moved-{name}")
    hands.click(page.again)
    assert hands.screen is hands.window.first_start


def test_what_a_repair_said_goes_when_the_backups_are_shown(open_window, site) -> None:
    backup.make(site.home, site.now(), "手动")
    a_site.close(site)
    _alter(site, "UPDATE account SET active=0")
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    hands.click(page.repair)
    assert (page.sentence.text(), page.remedy.text()) == ("修复的结果如下，还没有采用。", "")
    hands.click(page.choose)
    assert "与审计链不符" in page.sentence.text()
    assert "最近的备份" in page.remedy.text()


def test_a_window_as_high_as_the_screen_is_maximized_so_that_its_foot_is_seen(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    room = window.screen().availableGeometry().height()
    window.resize(400, room)
    assert app.fills_screen(window)
    window.resize(400, room - 100)
    assert not app.fills_screen(window)

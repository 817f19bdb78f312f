"""First start, log in, lock, another person, trouble: what stands between the chair and the record."""

import ctypes
import sqlite3
import subprocess
import sys
from contextlib import closing
from ctypes import wintypes
from datetime import timedelta

import a_site
import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusServer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QPushButton

from opsdesk import bootstrap
from opsdesk.models import Setting
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, backup, running, settings, unsound
from opsdesk.services.clock import FixedClock
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.shell.away import Messages
from opsdesk.ui.shell.first_start import strength
from opsdesk.ui.shell.instance import Instance


def seen(widget) -> str:
    """All words visible in a widget."""
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def test_the_first_start_asks_five_things_and_goes_straight_in(open_window, tmp_path) -> None:
    hands = open_window(tmp_path / "new", FixedClock(a_site.NOW))
    page = hands.window.first_start
    assert hands.screen is page
    for text in ("示例市信息中心", "一卡通运维", "周主管", a_site.PASSWORD, a_site.PASSWORD):
        hands.type(text)
    assert hands.screen is hands.window.frame
    assert hands.window.ctx.actor == bootstrap.Actor("周主管", Role.SUPERVISOR)
    assert settings.read(hands.window.ctx, "site.project") == "一卡通运维"
    assert "站点已建立" in hands.window.notices.sentences()[0]
    assert hands.window.windowTitle() == "示例市信息中心 · 运维台"


@pytest.mark.parametrize(
    ("texts", "field", "said"),
    [
        (("", "", "周主管", a_site.PASSWORD, a_site.PASSWORD), "site", "请填写“站点名称”。"),
        (("中心", "", "", a_site.PASSWORD, a_site.PASSWORD), "supervisor", "请填写“主管姓名”。"),
        (("中心", "", "周主管", "1234567", "1234567"), "password", "密码至少要 8 个字符"),
        (("中心", "", "周主管", "12345678", "12345678"), "password", "太常见"),
        (("中心", "", "周主管", a_site.PASSWORD, a_site.PASSWORD + "。"), "again", "两次输入的密码不一样"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_founded(open_window, tmp_path, texts, field, said):
    hands = open_window(tmp_path / "new", FixedClock(a_site.NOW))
    for text in texts:
        hands.type(text)
    form = hands.window.first_start.form
    assert said in form.rows[field].error
    assert form.line(field) is QApplication.focusWidget()
    assert [key for key, row in form.rows.items() if row.error] == [field]
    assert not bootstrap.is_set_up(hands.window.ctx)


def test_the_strength_of_a_password_is_told_while_it_is_typed() -> None:
    assert strength("1234567")[0] == "还差 1 个字符。"
    assert "太常见" in strength("88888888")[0]
    assert strength("绿萝在窗台上呢呀")[0].startswith("可以使用")
    assert strength("绿萝在窗台上呢呀一二三四五六")[0].startswith("可以使用")
    assert strength("绿萝在窗台上呢呀一二三四五六七")[0] == "这个密码很稳妥。"


def test_a_wrong_password_is_refused_with_a_sentence_and_the_right_one_enters(open_window, site) -> None:
    hands = open_window(site.home, site.clock)
    page = hands.window.log_in
    assert hands.screen is page
    assert page.form.value("name") == "主管"
    hands.type("不对的密码")
    assert page.form.rows["password"].error == "账号或密码不对。请核对后再输一次。"
    assert page.form.value("password") == ""
    assert hands.window.frame is None
    hands.type(a_site.PASSWORD)
    assert hands.screen is hands.window.frame
    assert hands.window.ctx.actor == site.actor


def test_the_lock_hides_the_record_and_the_password_brings_it_back_as_it_was(desk) -> None:
    window = desk.window
    desk.window.frame.open("people", "staff")
    desk.settle()
    page = window.frame.pages["people"].current.page
    page.new_record()
    desk.settle()
    page.panel.form.rows["name"].editor.set_value("打了一半的人")
    desk.ctrl(Qt.Key.Key_L)
    assert window.locked
    assert "王强" not in seen(window)
    assert "已锁定" in seen(window)
    desk.ctrl(Qt.Key.Key_1)
    assert window.locked
    desk.press(Qt.Key.Key_Escape)
    assert window.locked
    window.log_in.form.focus("password")
    desk.type(a_site.PASSWORD)
    assert not window.locked
    assert page.panel.form.rows["name"].editor.value() == "打了一半的人"
    page.panel.forget()


def test_it_locks_by_itself_after_the_minutes_chosen_and_not_before(desk, site) -> None:
    window = desk.window
    assert window.idle.limit.total_seconds() == 300
    settings.write(site, {"desk.lock_minutes": "1"})
    window.bus.announce({"settings"})
    QApplication.processEvents()
    desk.settle()
    assert window.idle.limit.total_seconds() == 60
    site_clock = window.clock
    site_clock.advance(seconds=59)
    window.idle.look()
    assert not window.locked
    site_clock.advance(seconds=60)
    window.idle.look()
    assert window.locked


@pytest.fixture
def system(desk, tmp_path):
    """The other end of a bus, at which the session and its screen speak; gives what says a signal."""
    server, ends = QDBusServer(f"unix:tmpdir={tmp_path}"), []
    server.setAnonymousAuthenticationAllowed(True)
    server.newConnection.connect(lambda end: ends.append(QDBusConnection(end)))
    bus = QDBusConnection.connectToPeer(server.address(), tmp_path.name)
    while not ends:
        QApplication.processEvents()
    desk.window.away.listen(bus)

    def say(interface: str, name: str, *said) -> None:
        signal = QDBusMessage.createSignal("/somewhere", interface, name)
        signal.setArguments(list(said))
        assert ends[0].send(signal)

    yield say
    QDBusConnection.disconnectFromPeer(tmp_path.name)
    ends.clear()
    server.deleteLater()


HINT = ("org.freedesktop.DBus.Properties", "PropertiesChanged", "org.freedesktop.login1.Session")


@pytest.mark.parametrize(
    ("before", "locking"),
    [
        ((), ("org.freedesktop.login1.Manager", "PrepareForSleep", True)),
        ((), ("org.freedesktop.login1.Manager", "PrepareForSleep", False)),
        ((), ("org.freedesktop.login1.Session", "Lock")),
        ((), ("org.ukui.ScreenSaver", "lock")),
        (("org.gnome.ScreenSaver", "ActiveChanged", False), ("org.gnome.ScreenSaver", "ActiveChanged", True)),
        ((*HINT, {"IdleHint": True}, ["Name"]), (*HINT, {"LockedHint": True}, ["Name"])),
        ((*HINT, {"LockedHint": False}, ["Name"]), ("org.freedesktop.ScreenSaver", "ActiveChanged", True)),
    ],
)
def test_it_locks_at_once_when_the_system_locks_or_sleeps(desk, qtbot, system, before, locking) -> None:
    if before:
        system(*before)
        qtbot.wait(100)
        assert not desk.window.locked
    system(*locking)
    qtbot.waitUntil(lambda: desk.window.locked, timeout=1000)
    assert "王强" not in seen(desk.window)


@pytest.mark.parametrize(
    ("number", "what", "locks"),
    [(0x218, 4, True), (0x2B1, 7, True), (0x2B1, 8, False), (0x218, 10, False), (0x100, 7, False)],
)
def test_it_locks_at_once_when_windows_says_so(desk, number, what, locks) -> None:
    message = wintypes.MSG(message=number, wParam=what)
    assert Messages(desk.window.away).nativeEventFilter(b"", ctypes.addressof(message)) == (False, 0)
    assert desk.window.locked == locks


def test_a_touch_starts_the_minutes_anew(desk, qtbot) -> None:
    idle = desk.window.idle
    idle.limit = timedelta(milliseconds=400)
    qtbot.wait(250)
    QTest.mouseMove(desk.window, QPoint(300, 300))
    qtbot.wait(200)
    idle.look()
    assert not desk.window.locked
    qtbot.wait(250)
    idle.look()
    assert desk.window.locked


def test_locking_refuses_an_open_dialog(desk) -> None:
    asked = Confirmation(desk.window, "作废", "作废后不能恢复。", "作废", danger=True)
    QTimer.singleShot(0, desk.window.lock)
    assert asked.exec() == 0
    assert desk.window.locked
    asked.deleteLater()


def test_another_person_takes_the_desk_and_the_buttons_follow_the_role(desk, site) -> None:
    accounts.create(site, name="值班员", role=Role.READER, password="另一句只有我知道的话")
    window = desk.window
    window.frame.open("people", "staff")
    desk.settle()
    page = window.frame.pages["people"].current
    assert page.button.isEnabled()
    window.change_person()
    desk.settle()
    desk.press(Qt.Key.Key_Escape)
    assert desk.screen is window.frame
    window.change_person()
    desk.settle()
    assert window.log_in.form.value("name") == "值班员"
    desk.type("另一句只有我知道的话")
    assert window.ctx.actor.name == "值班员"
    assert "值班员　只读" in seen(window.frame.bar)
    assert not page.button.isEnabled()
    assert not page.page.new_button.isEnabled()


def next_to_press(page) -> list[QPushButton]:
    """The green ones; where there is one, the keys are there, too."""
    buttons = page.findChildren(QPushButton)
    found = [each for each in buttons if each.isVisible() and each.property("class") == "primary"]
    assert all(each.hasFocus() for each in found)
    return found


def test_a_damaged_record_is_told_and_comes_back_from_a_backup(open_window, site, crew) -> None:
    made = backup.make(site.home, site.now(), "手动")
    a_site.close(site)
    database = bootstrap.database(site.home)
    database.write_bytes(b"not a database at all" * 100)
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    assert hands.screen is page
    assert "打不开" in page.sentence.text()
    assert made.path.name in page.remedy.text()
    assert next_to_press(page) == [page.repair]
    hands.click(page.choose)
    assert page.table.records.rowCount() == 1
    assert next_to_press(page) == []
    QTimer.singleShot(0, lambda: _answer(hands.window, yes=False))
    hands.click(page.restore)
    assert hands.screen is page
    QTimer.singleShot(0, lambda: _answer(hands.window, yes=True))
    hands.click(page.restore)
    assert hands.screen is hands.window.log_in
    (aside,) = site.home.glob("set-aside-*")
    assert (aside / "ops.db").exists()
    (notice,) = hands.window.notices.shown
    links, rows = made.links + 1, made.contents.rows + 1  # that it was restored is on record, too
    assert notice.sentence == f"已恢复：审计链 {links:,} 条，共 {rows:,} 行。原来的数据文件在 {aside}。"
    assert (notice.isVisible(), notice._timer.isActive()) == (True, False), "nobody has come in yet"
    hands.window.activateWindow()  # the question that went left the screenless platform without an active one
    hands.settle()
    hands.type(a_site.PASSWORD)
    assert hands.screen is hands.window.frame
    assert (notice.isVisible(), notice._timer.isActive()) == (True, True)
    with sqlite3.connect(database) as connection:
        assert connection.execute("SELECT count(*) FROM staff").fetchone()[0] == len(crew.ids)
    connection.close()


def test_a_backup_that_is_damaged_too_is_refused_and_nothing_is_moved(open_window, site) -> None:
    backup.make(site.home, site.now(), "手动")
    newest = backup.listed(site.home)[0]
    newest.write_bytes(newest.read_bytes()[:5000])
    a_site.close(site)
    bootstrap.database(site.home).write_bytes(b"broken" * 1000)
    hands = open_window(site.home, site.clock)
    hands.click(hands.window.trouble.choose)
    QTimer.singleShot(0, lambda: _answer(hands.window, yes=True))
    hands.click(hands.window.trouble.restore)
    assert hands.screen is hands.window.trouble
    assert "请换一份备份。" in hands.window.trouble.said.text()
    assert bootstrap.database(site.home).read_bytes() == b"broken" * 1000


CALL = """
import sys; from pathlib import Path; from opsdesk.ui.shell.instance import Instance
sys.exit(not Instance(Path(sys.argv[1])).call_first())
"""


def test_a_first_window_that_hangs_is_no_answer(tmp_path, qtbot, monkeypatch) -> None:
    monkeypatch.setattr("opsdesk.ui.shell.instance.PATIENCE", 200)
    first, second = Instance(tmp_path), Instance(tmp_path)
    raised = []
    assert first.acquire()
    first.on_call(lambda: raised.append(True))
    assert not second.call_first()  # nobody turns the event loop of the first
    assert raised == []
    first.release()


def test_only_one_window_on_a_folder_and_the_second_call_raises_it(tmp_path, qtbot) -> None:
    first, second = Instance(tmp_path), Instance(tmp_path)
    raised = []
    assert first.acquire()
    first.on_call(lambda: raised.append(True))
    assert not second.acquire()
    later = subprocess.Popen([sys.executable, "-c", CALL, str(tmp_path)])
    qtbot.waitUntil(lambda: later.poll() is not None, timeout=20_000)
    assert later.returncode == 0
    assert raised == [True]
    first.release()
    assert second.acquire()
    second.release()


def _answer(window, *, yes: bool) -> None:
    dialog = next(
        each for each in QApplication.topLevelWidgets() if isinstance(each, Confirmation) and each.isVisible()
    )
    (dialog.action if yes else dialog.refuse).click()


def test_a_spoilt_index_is_mended_in_the_window_and_nothing_is_lost(open_window, site, crew) -> None:
    a_site.close(site)
    database = bootstrap.database(site.home)
    pages = _pages(database, "ix_ledger_at")
    raw = bytearray(database.read_bytes())
    raw[pages * 4096 : (pages + 1) * 4096] = b"\xff" * 4096
    database.write_bytes(raw)
    (site.home / running.FILE).write_text("2026-03-05T07:30:00", "utf-8")
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    assert hands.screen is page
    hands.click(page.repair)
    assert "没有丢失，数据库和审计链核对无误。" in page.report.text()
    assert next_to_press(page) == [page.accept]
    assert database.read_bytes() == bytes(raw), "nothing is put in place yet"
    hands.click(page.accept)
    assert hands.screen is hands.window.log_in
    (aside,) = site.home.glob("set-aside-*/ops.db")
    assert aside.read_bytes() == bytes(raw)
    with hands.window.ctx.read() as connection:
        assert bootstrap.verify(connection) == []
        assert connection.exec_driver_sql("SELECT count(*) FROM staff").scalar_one() == len(crew.ids)


def _pages(database, name) -> int:
    with closing(sqlite3.connect(database)) as connection:
        root = connection.execute("SELECT rootpage FROM sqlite_master WHERE name=?", (name,)).fetchone()[0]
    raw = database.read_bytes()
    while raw[(root - 1) * 4096] == 2:  # down to a leaf of the index
        cell = int.from_bytes(raw[(root - 1) * 4096 + 12 : (root - 1) * 4096 + 14], "big")
        root = int.from_bytes(raw[(root - 1) * 4096 + cell : (root - 1) * 4096 + cell + 4], "big")
    return root - 1


def test_what_cannot_be_mended_says_so_and_what_it_lost(open_window, site) -> None:
    made = backup.make(site.home, site.now(), "手动")
    a_site.close(site)
    database = bootstrap.database(site.home)
    whole = database.read_bytes()
    database.write_bytes(b"\xff" * len(whole))
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    hands.click(page.repair)
    assert "读不出内容" in page.said.text()
    assert "从备份恢复" in page.said.text()
    assert not page.accept.isVisible()
    assert next_to_press(page) == [page.choose]
    hands.click(page.choose)
    assert f"审计链 {made.links:,} 条" in page.contents.text()
    assert "可恢复 ✔" in page.contents.text()
    assert "示例市信息中心" in page.contents.text()


def test_where_a_backup_holds_more_than_what_was_mended_it_is_the_way_to_go(open_window, site) -> None:
    with site.transaction("写") as tx:
        tx.insert_many(Setting, [{"name": f"n{n}", "value": f"值 {n} " * 20} for n in range(400)])
    made = backup.make(site.home, site.now(), "手动")
    a_site.close(site)
    database = bootstrap.database(site.home)
    raw = bytearray(database.read_bytes())
    raw[len(raw) * 9 // 10 :] = b""
    database.write_bytes(raw)
    page = open_window(site.home, site.clock).window.trouble
    assert page.sentence.text() == f"数据文件 {database} 已损坏，打不开，没有改动。"
    page.mend()
    page._desk.operations.wait_idle()
    said = page.report.text()
    assert f"的备份有审计链 {made.links:,} 条、共 {made.contents.rows:,} 行，比修复的多，请改从备份恢复。" in said
    assert "\n设置 第" in said, "tables are called as people call them"
    assert (page.accept.text(), page.accept.property("class")) == ("仍用修复的数据打开", "")
    assert next_to_press(page) == [page.choose]


def test_a_record_that_is_gone_offers_no_mending_and_comes_back_from_a_backup(open_window, site) -> None:
    backup.make(site.home, site.now(), "手动")
    a_site.close(site)
    bootstrap.database(site.home).unlink()
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    assert (page.repair.isVisible(), page.choose.isVisible()) == (False, True)
    assert next_to_press(page) == [page.choose]
    assert page.remedy.text().startswith("请从备份恢复。最近的备份是 ")
    hands.click(page.choose)
    page.restore_from(page.chosen)
    hands.settle()
    assert hands.screen is hands.window.log_in


def test_a_backup_with_something_wrong_in_it_is_not_offered_first(open_window, site) -> None:
    good = backup.make(site.home, site.now(), "手动")
    site.clock.advance(minutes=1)
    worse = backup.make(site.home, site.now(), "手动")
    backup.mark(worse.path, "设置 第 1 行与审计链第 2 条不符。")
    a_site.close(site)
    bootstrap.database(site.home).unlink()
    hands = open_window(site.home, site.clock)
    page = hands.window.trouble
    assert good.path.name in page.remedy.text()
    hands.click(page.choose)
    assert page.chosen == good.path
    page.look_at(worse.path)
    hands.settle()
    assert "和审计链不符的记录（设置 第 1 行与审计链第 2 条不符）" in page.contents.text()


def test_a_foreign_file_offers_no_mending(open_window, tmp_path) -> None:
    with closing(sqlite3.connect(bootstrap.database(tmp_path))) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.commit()
    hands = open_window(tmp_path, FixedClock(a_site.NOW))
    assert not hands.window.trouble.repair.isVisible()
    assert next_to_press(hands.window.trouble) == [hands.window.trouble.again]


def test_after_an_unclean_end_the_record_is_checked_whole_and_told(open_window, site) -> None:
    a_site.close(site)
    first = open_window(site.home, site.clock)
    assert running.left_open(site.home) == a_site.NOW
    first.window.close_desk()
    assert running.left_open(site.home) is None
    assert open_window(site.home, site.clock).window.notices.sentences() == []
    site.clock.advance(hours=1)  # killed: nobody took the marker away
    told = open_window(site.home, site.clock).window.notices.sentences()
    assert told == [
        "上次（2026-03-05 08:00 打开的）没有正常退出，可能是断电或被强行关闭。已全面核对：数据库完好，审计链前后相符。"
    ]


def test_what_the_check_after_an_unclean_end_finds_is_told(open_window, site) -> None:
    a_site.close(site)
    with closing(sqlite3.connect(bootstrap.database(site.home))) as connection:
        connection.execute("UPDATE setting SET value='别的中心' WHERE name='site.name'")
        connection.commit()
    (site.home / running.FILE).write_text("断电时写了一半", "utf-8")
    (told,) = open_window(site.home, site.clock).window.notices.sentences()
    assert told.startswith("上次没有正常退出，可能是断电或被强行关闭。全面核对发现：设置 站点名称 与审计链")
    assert unsound.found(site.home) is not None


def test_on_a_new_computer_a_backup_from_elsewhere_is_restored(
    open_window, site, tmp_path_factory, monkeypatch
) -> None:
    away = tmp_path_factory.mktemp("away")
    made = backup.make(site.home, site.now(), "手动", folder=away)
    hands = open_window(tmp_path_factory.mktemp("new"), site.clock)
    hands.click(hands.window.first_start.restore)
    page = hands.window.trouble
    assert hands.screen is page
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(made.path), ""))
    hands.click(page.other)
    assert "示例市信息中心" in page.contents.text()
    QTimer.singleShot(0, lambda: _answer(hands.window, yes=True))
    hands.click(page.restore)
    assert hands.screen is hands.window.log_in
    assert hands.window.log_in.form.value("name") == "主管"

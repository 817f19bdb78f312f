"""A photo of what came back is kept with the 借用单 and checked when it is opened."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from conftest import Hands
from machine_room import act as run
from machine_room import save
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from opsdesk.registers.loan import acts, service
from opsdesk.services import attachments
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small picture."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    path = tmp_path / "归还时的投影仪.png"
    assert image.save(str(path))
    return path


def asked(site: Context) -> int:
    return save(
        site, "loan", borrower="赵丽", unit="财务科", place="三楼", reason="演示", items="投影仪 CB-X50 - 1",
        due_on=date(2026, 3, 10),
    )  # fmt: skip


def press(desk: Hands, key: Qt.Key) -> None:
    """A key goes to the suggestions while they are in sight, as the window system sends it."""
    QTest.keyClick(QApplication.activePopupWidget() or QApplication.focusWidget(), key)
    desk.settle()


def test_assets_are_suggested_line_by_line_and_other_things_are_written(desk: Hands, site: Context) -> None:
    desk.window.idle.stop()
    usual = {"category": "办公设备", "brand": "示例牌", "model": "T14", "serial": "", "place": "库房"}
    for number, name in (("ZC-001", "笔记本电脑"), ("ZC-002", "投影仪"), ("ZC-003", "投影仪")):
        save(site, "asset", asset_no=number, name=name, **usual)
    run(site, "asset", "fault", 3, reason="不亮")
    page = desk.window.frame.open("asset", "loan")
    desk.settle()
    desk.click(page.new_button)
    editor = page.panel.form.rows["items"].editor
    editor.setFocus()
    desk.type("投影", enter=False)
    suggestions = editor.text.suggestions
    assert suggestions.popup().isVisible()
    assert suggestions.completionCount() == 1, "what is at repair cannot be lent"
    press(desk, Qt.Key.Key_Down)
    press(desk, Qt.Key.Key_Return)
    assert editor.value() == "ZC-002"
    assert not suggestions.popup().isVisible()
    press(desk, Qt.Key.Key_Return)
    for sign in "zc-0":
        QTest.keyClicks(QApplication.activePopupWidget() or QApplication.focusWidget(), sign)
    assert suggestions.completionCount() == 2
    press(desk, Qt.Key.Key_Escape)
    assert not suggestions.popup().isVisible()
    assert page.panel.form is not None, "Esc closed the suggestions alone"
    for _ in "zc-0":
        press(desk, Qt.Key.Key_Backspace)
    desk.type("网线 六类 - 3", enter=False)
    press(desk, Qt.Key.Key_Return)
    assert editor.text.toPlainText() == "ZC-002\n网线 六类 - 3\n", "Enter goes on where nothing was chosen"
    page.panel.forget()


def test_a_photo_is_kept_once_the_thing_was_lent(desk: Hands, site: Context, photo: Path) -> None:
    desk.window.idle.stop()
    made = asked(site)
    page = desk.window.frame.open("asset", "loan")
    desk.settle()
    page.open_record(made)
    desk.settle()
    assert page.panel.photo.isHidden()
    with pytest.raises(Refusal, match="还没有借出"):
        acts.attach_photo(site, made, photo)
    run(site, "loan", "approve", made)
    run(site, "loan", "lend", made, runs=True, undamaged=True)
    page.refresh()
    desk.settle()
    assert page.panel.photo.isVisible()
    assert page.panel.none.isVisible()
    page.panel.attach(photo)
    desk.settle()
    assert page.panel.name.text() == "归还时的投影仪.png"
    assert page.panel.none.isHidden()
    row = service.load(site, made)
    kept = attachments.find(site.home, row["photo_sha256"], row["photo_name"])
    assert kept.read_bytes() == photo.read_bytes()
    with site.read() as connection:
        assert list(attachments.verify(site.home, connection)) == []
        kept.write_bytes(b"other")
        assert "归还时的投影仪.png" in next(iter(attachments.verify(site.home, connection)))

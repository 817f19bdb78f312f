"""使用手册: it opens where one is, says what the window says, and finds words."""

from __future__ import annotations

import re
from pathlib import Path

import a_site
import pytest
from conftest import Hands, Opener
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

import opsdesk
from opsdesk import bootstrap
from opsdesk.services.context import Context
from opsdesk.ui.shell import manual
from opsdesk.ui.shell.manual import Manual


def opened(desk: Hands) -> Manual:
    """The manual beside the window."""
    found = desk.window.findChild(Manual)
    assert found is not None
    assert found.isVisible()
    return found


def chapter(shown: Manual) -> str:
    """The heading that the reader sees."""
    return shown.text.document().begin().text()


def test_every_section_has_a_chapter_and_f1_opens_it(desk: Hands) -> None:
    titles = [each.title for each in manual.chapters()]
    for section in desk.window.frame.sections:
        assert section.title in titles
        desk.window.frame.open(section.key)
        desk.settle()
        desk.press(Qt.Key.Key_F1)
        assert chapter(opened(desk)) == section.title
        QTest.keyClick(opened(desk), Qt.Key.Key_Escape)
        assert not desk.window.findChild(Manual).isVisible()
    desk.click(desk.window.frame.rail.manual_button)
    assert chapter(opened(desk)) == desk.window.frame.sections[-1].title


@pytest.mark.parametrize(
    ("tab", "title"),
    [("verify", "校验一张表"), ("backup", "备份和恢复"), ("restore_drill", "备份和恢复"), ("site", "设置")],
)
def test_a_tab_may_have_a_chapter_of_its_own(desk: Hands, tab: str, title: str) -> None:
    desk.window.frame.open("settings", tab)
    desk.settle()
    manual.show_beside(desk.window)
    assert chapter(opened(desk)) == title


def test_it_fits_the_screen_and_esc_empties_the_field_before_it_closes(desk: Hands) -> None:
    manual.show_beside(desk.window)
    shown = opened(desk)
    room = shown.screen().availableGeometry()
    assert shown.width() < room.width()
    assert shown.height() < room.height()
    shown.finder.setText("日结")
    QTest.keyClick(shown.finder, Qt.Key.Key_Escape)
    assert (shown.finder.text(), shown.isVisible()) == ("", True)
    QTest.keyClick(shown.finder, Qt.Key.Key_Escape)
    assert not shown.isVisible()


def test_whoever_has_not_come_in_reads_how_and_why_not(open_window: Opener, site: Context) -> None:
    hands = open_window(site.home, site.clock)
    hands.press(Qt.Key.Key_F1)
    assert chapter(opened(hands)) == manual.BEGINNING
    opened(hands).close()
    a_site.close(site)
    bootstrap.database(site.home).write_bytes(b"broken" * 1000)
    hands = open_window(site.home, site.clock)
    assert hands.screen is hands.window.trouble
    hands.press(Qt.Key.Key_F1)
    assert chapter(opened(hands)) == manual.TROUBLE


def test_whoever_only_signs_in_gets_no_manual(desk: Hands) -> None:
    desk.window.enter_kiosk()
    desk.settle()
    desk.press(Qt.Key.Key_F1)
    assert desk.window.findChild(Manual) is None


def test_words_are_found_in_every_chapter(desk: Hands) -> None:
    manual.show_beside(desk.window)
    shown = opened(desk)
    shown.finder.setText("更正记录")
    listed = [shown.list.item(n).text() for n in range(shown.list.count())]
    assert listed == [each.title for each in manual.chapters() if "更正记录" in each.text]
    assert "日结" in listed
    assert all(mark.cursor.selectedText() == "更正记录" for mark in shown.text.extraSelections())
    assert shown.text.extraSelections()
    seen = []
    for _ in range(40):
        shown.go_on()
        assert shown.text.textCursor().selectedText() == "更正记录"
        seen.append(chapter(shown))
    assert set(seen) == set(listed), "Enter goes on through all of them"
    shown.finder.setText("没有这个词")
    assert shown.list.count() == 0
    assert shown.nothing.text() == "手册里没有“没有这个词”。请换一个说法再找。"
    shown.finder.clear()
    assert shown.list.count() == len(manual.chapters())


@pytest.fixture(scope="module")
def program() -> str:
    """All that the program can say."""
    root = Path(opsdesk.__file__).parent
    return "\n".join(each.read_text(encoding="utf-8") for each in sorted(root.rglob("*.py")))


@pytest.mark.parametrize("title", [each.title for each in manual.chapters()])
def test_what_is_quoted_is_what_the_window_says(program: str, title: str) -> None:
    text = next(each.text for each in manual.chapters() if each.title == title)
    assert [each for each in re.findall("“([^”]+)”", text) if each not in program] == []

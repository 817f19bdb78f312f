"""The desk itself: rail, top bar, notices, and the page that is worked on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from opsdesk.exports.document import Document
from opsdesk.services import seal_code
from opsdesk.services.context import Context
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.page_stack import PageStack
from opsdesk.ui.pages.settings import ThisComputer
from opsdesk.ui.shell.navigation import Rail, Section
from opsdesk.ui.shell.preview import PaperPreview
from opsdesk.ui.shell.reminder import Reminder
from opsdesk.ui.shell.section_page import SectionPage
from opsdesk.ui.shell.sections import Doors, sections
from opsdesk.ui.shell.top_bar import TopBar
from opsdesk.ui.shell.waiting import TOPICS, Waiting, waiting

MOST_BACK = 20


class Frame(QWidget):
    """Ctrl+1…9 opens a section, Ctrl+PgUp and PgDn its tabs, Ctrl+K finds a person.

    Where a page led into another one (to a clause, to a record), Ctrl+[ leads back.
    """

    def __init__(self, ctx: Context, desk: Desk, computer: ThisComputer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ctx, self._desk = ctx, desk
        self.setProperty("class", "page")
        self.sections = sections(desk, Doors(self.show_clause, self.show_page, self._count, computer))
        self.rail = Rail(self.sections)
        self.bar = TopBar(ctx, desk)
        self.pages = {section.key: SectionPage(section, ctx) for section in self.sections}
        self.preview = PaperPreview(ctx, desk, computer.export_folder)
        self.stack = PageStack()
        self.stack.setProperty("class", "pages")
        for page in (*self.pages.values(), self.preview):
            self.stack.addWidget(page)
        self._area = QVBoxLayout()
        self._area.setContentsMargins(0, 0, 0, 0)
        self._area.setSpacing(0)
        self._area.addWidget(self.stack, 1)
        self.reminder = Reminder("打开机房出入", partial(self.open, "room", "visit"), _overstay)
        self._area.addWidget(self.reminder)
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.rail)
        body.addLayout(self._area, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addLayout(body, 1)
        self._came_from: list[tuple[str, str]] = []
        self._before: SectionPage | None = None
        self._page: Any = None
        for stack in (self.stack, *(page.stack for page in self.pages.values())):
            stack.currentChanged.connect(self._leave_page)
        self.rail.chosen.connect(self.open)
        self.bar.back_asked.connect(self.go_back)
        self.bar.find_asked.connect(self.find_person)
        self.preview.closed.connect(self._leave_paper)
        keys: list[tuple[str, Callable[[], Any]]] = [
            (f"Ctrl+{number}", partial(self._go, section)) for number, section in enumerate(self.sections[:9], 1)
        ]
        keys += [
            ("Ctrl+K", self.bar.finder.setFocus),
            ("Ctrl+[", self.go_back),
            ("Ctrl+PgDown", partial(self._turn, 1)),
            ("Ctrl+PgUp", partial(self._turn, -1)),
        ]
        for sequence, slot in keys:
            QShortcut(QKeySequence(sequence), self, slot)
        desk.bus.watch(self, TOPICS, self.count_waiting)
        self.bar.minute.connect(self.count_waiting)
        self.place_notices()
        self.open(self.sections[0].key)
        self.count_waiting()

    def place_notices(self) -> None:
        """The notices stand below the page, so that nothing moves under the hand (they also serve the kiosk)."""
        self._area.insertWidget(1, self._desk.notices)

    @property
    def current(self) -> SectionPage:
        """The section open, also below a paper."""
        shown = self.stack.currentWidget()
        return shown if isinstance(shown, SectionPage) else self._before or self.pages[self.sections[0].key]

    def _go(self, section: Section) -> None:
        """Open a section; where one is already in it, its first tab."""
        here = self.stack.currentWidget() is self.pages[section.key]
        self.open(section.key, section.tabs[0].key if here else "")

    def open(self, section: str, tab: str = "") -> Any:
        """Open a section, and a tab of it; gives the page. KeyError for unknown keys."""
        self._came_from.clear()
        return self._open(section, tab)

    def go_back(self) -> None:
        """Go back to the page that led here."""
        if self._came_from:
            self._open(*self._came_from.pop())

    def _lead(self, section: str, tab: str = "") -> Any:
        """Open a page to which another one leads, and remember from where."""
        here = (self.current.section.key, self.current.current_key)
        if here != (section, tab or self.pages[section].current_key):
            self._came_from.append(here)
            del self._came_from[:-MOST_BACK]
        return self._open(section, tab)

    def _open(self, section: str, tab: str) -> Any:
        page = self.pages[section]
        if self.stack.currentWidget() is self.preview:
            self._before = page
            self.preview.leave()
        shown = page.open_tab(tab)
        self.stack.setCurrentWidget(page)
        self.rail.mark(section)
        self.bar.offer_back(self._named(*self._came_from[-1]) if self._came_from else "")
        page.focus_first()
        return shown

    def open_paper(self, documents: Document | Sequence[Document]) -> None:
        """Show a paper over the page."""
        if self.stack.currentWidget() is not self.preview:
            self._before = self.current
        self.stack.setCurrentWidget(self.preview)
        self.preview.open(documents)
        self.focus_first()

    def focus_first(self) -> None:
        """Put the cursor where work begins on the page, or let the keys turn the paper over it."""
        if self.stack.currentWidget() is self.preview:
            self.preview.view.setFocus()
        else:
            self.current.focus_first()

    def find_person(self, text: str) -> None:
        """Find a member of staff by number, name or initials; the code of a form is checked instead."""
        if seal_code.holds(seal_code.read(text)):
            self.show_page("verify").verify(text)
            return
        self.open("people", "staff").find_text(text)

    def show_clause(self, key: str) -> None:
        """Jump to a clause."""
        self._lead("law").show_clause(key)

    def show_page(self, slug: str) -> Any:
        """Open the page of a register, wherever it stands in the rail, and give it; None where it has none."""
        for section in self.sections:
            if any(tab.key == slug for tab in section.tabs):
                return self._lead(section.key, slug)
        return None

    def _named(self, section: str, tab: str) -> str:
        return next(each.title for each in self.pages[section].section.tabs if each.key == tab)

    def set_context(self, ctx: Context) -> None:
        """Somebody else is at the desk."""
        self.ctx = ctx
        self._came_from.clear()
        self.bar.offer_back("")
        self._desk.notices.clear()
        self.reminder.forget()
        if self.stack.currentWidget() is self.preview:
            self.preview.leave()
        self.preview.set_context(ctx)
        self.bar.set_context(ctx)
        for page in self.pages.values():
            page.set_context(ctx)
        self.count_waiting()

    def may_leave(self) -> bool:
        """True if nothing typed would be lost, or the user says so."""
        return all(page.may_leave() for page in self.pages.values())

    def count_waiting(self) -> None:
        """Count what waits for the supervisor."""
        self._desk.operations.run(partial(waiting, self.ctx), done=self._count_all, owner=self, replaces="waiting")

    def _count_all(self, found: Waiting) -> None:
        for section, number in found.counts.items():
            self.rail.set_count(section, number)
        self.reminder.remind(found.overstays)

    def _count(self, section: str, number: int) -> None:
        self.rail.set_count(section, number)

    def _turn(self, step: int) -> None:
        if self.stack.currentWidget() is not self.preview:
            self.current.turn(step)

    def _leave_page(self, _place: int) -> None:
        page = self.current.current
        if page is not self._page:  # a paper over a page leaves the page where it is
            self._page = page
            self._desk.notices.leave_page()

    def _leave_paper(self) -> None:
        if self.stack.currentWidget() is self.preview:
            self.stack.setCurrentWidget(self.current)
            self.current.focus_first()


def _overstay(people: int) -> str:
    return f"{people} 人在机房超时，请提醒或登记离开。"


def export_folder(home: Path, chosen: str) -> Path:
    """Where exports go: as chosen on this computer, else beside the record."""
    return Path(chosen) if chosen else home / "exports"

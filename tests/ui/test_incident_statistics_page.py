"""The page of incident statistics on a real site: figures, charts, tables, months, vendors, the paper."""

from collections.abc import Callable

import a_site
import incident_month
import pytest
import team as team_module
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout, QWidget
from team import go_to

from opsdesk.exports.document import Document
from opsdesk.registers.incident import acts, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import incident_figures
from opsdesk.services.context import Actor
from opsdesk.services.errors import Trouble
from opsdesk.services.incident_measures import MEASURES
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.desk import Desk
from opsdesk.ui.kit.notices import Notices
from opsdesk.ui.kit.operation import Operations
from opsdesk.ui.pages import incident_statistics
from opsdesk.ui.pages.incident_statistics import TABS, IncidentStatisticsPage
from opsdesk.ui.pages.incident_statistics_parts import COLUMNS, SHOWN, shown


class Window(QWidget):
    """The page with its desk in a real window."""

    def __init__(self, ctx, size=(1182, 672)):
        super().__init__()
        self.bus = ChangeBus(self)
        self.notices = Notices(self)
        self.operations = Operations(self.bus, self.notices, self)
        self.papers = []
        self.desk = Desk(self.operations, self.bus, self.notices, self.papers.append, ctx.today)
        self.page = IncidentStatisticsPage(ctx, self.desk)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.page)
        column.addWidget(self.notices)
        self.resize(*size)
        self.show()
        self.settle()

    def settle(self):
        for _ in range(4):
            assert self.operations.wait_idle()
            QApplication.processEvents()


@pytest.fixture(scope="module")
def lived(founded, tmp_path_factory):
    """Data folder of a site with two months of incidents."""
    home = tmp_path_factory.mktemp("incidents")
    for ctx in a_site.opened_copy(founded, home):
        crew = team_module.build(ctx)
        incident_month.insert(ctx, incident_month.invented(crew, 2026, 2, 40, seed=3))
        incident_month.insert(ctx, incident_month.invented(crew, 2026, 3, 60, seed=5))
    return home


@pytest.fixture
def ctx(lived, tmp_path):
    for opened in a_site.opened_copy(lived, tmp_path):
        go_to(opened, "2026-03-28 09:00:00")
        yield opened


@pytest.fixture
def open_page(qtbot) -> Callable[..., Window]:
    made = []

    def start(ctx, **more):
        window = Window(ctx, **more)
        qtbot.addWidget(window)
        made.append(window)
        return window

    yield start
    for window in made:
        window.operations.close()


@pytest.fixture
def window(open_page, ctx):
    return open_page(ctx)


def words(widget) -> list[str]:
    return [each.text() for each in widget.findChildren(QLabel) if not each.isHidden()]


def names(window) -> list[str]:
    records = window.page.table.records
    return [str(records.row_at(n).values["name"]) for n in range(records.rowCount())]


def row(window, name: str):
    records = window.page.table.records
    return next(row.values for n in range(records.rowCount()) if (row := records.row_at(n)).values["name"] == name)


def key(window, code, modifiers=Qt.KeyboardModifier.NoModifier):
    window.page.focus_first()
    QTest.keyClick(window.page.table, code, modifiers)
    window.settle()


def test_the_figures_that_matter_stand_in_large(window, ctx):
    page = window.page
    month = incident_figures.of_month(ctx, 2026, 3)
    said = words(page.figure_row)
    known = {each.title: each for each in MEASURES}
    for title in SHOWN:
        assert title in said
        assert shown(known[title], month.total) in said
    assert f"比上月 ↑ 多 {month.total.count - month.before.count} 件" in said
    numbers = [each for each in page.figure_row.findChildren(QLabel) if each.property("class") == "figure"]
    assert len(numbers) == 6
    assert {each.font().pixelSize() for each in numbers} == {look.px(look.FIGURE_SIZE)}
    assert page.head.state() == f"受理 {month.total.count} 件 · 未解决 {month.total.unresolved} 件"
    assert page.hint.text() == "本月尚未过完，数据截至 03-28 09:00"


def test_tabs_change_table_and_chart_together(window, ctx):
    page = window.page
    month = incident_figures.of_month(ctx, 2026, 3)
    for place, by in enumerate(TABS):
        page.tabs.setCurrentIndex(place)
        window.settle()
        groups = [group.name for group in month.groups[by]]
        assert names(window) == [*groups, "合计"]
        assert set(page.grouped.chart().labels) <= set(groups)
        assert len(page.grouped.chart().labels) <= incident_statistics.MOST_BARS
    page.tabs.setCurrentIndex(2)
    assert page.grouped.chart().title == "各单位达标率"
    own = month.groups[TABS[2]][0].figures
    assert row(window, "华信")["response"] == (
        f"{own.within_response}/{own.response_measured}　{own.response_rate:.2f}%"
    )
    assert [page.tabs.tabText(n) for n in range(page.tabs.count())] == [
        "按类别", "按系统", "按单位", "按处理人", "按等级",
    ]  # fmt: skip


def test_the_days_add_up_and_tell_their_values(window, ctx):
    chart = window.page.daily.chart()
    assert len(chart.labels) == 31
    total = incident_figures.of_month(ctx, 2026, 3).total
    assert sum(value for series in chart.series for value in series.values) == total.count
    assert window.page.daily.words(0).startswith("1\n已解决")
    assert window.page.daily.isVisible()
    assert window.page.grouped.isVisible()


def test_months_by_keys_and_buttons(window, ctx):
    page = window.page
    key(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.month == (2026, 2)
    assert page.month_label.text() == "2026-02"
    february = incident_figures.of_month(ctx, 2026, 2).total
    assert page.head.state().startswith(f"受理 {february.count} 件")
    assert page.hint.text() == ""
    assert len(page.daily.chart().labels) == 28
    key(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert page.month == (2026, 3)
    QTest.mouseClick(page.before, Qt.MouseButton.LeftButton)
    window.settle()
    assert page.month == (2026, 2)
    QTest.mouseClick(page.after, Qt.MouseButton.LeftButton)
    window.settle()
    page.go_to(2026, 1)
    window.settle()
    key(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert page.month == (2025, 12)


def test_one_vendor_alone(window, ctx):
    page = window.page
    assert [page.vendor_box.itemText(n) for n in range(page.vendor_box.count())] == [
        "全部单位", "华信系统集成有限公司", "恒通网络",
    ]  # fmt: skip
    page.vendor_box.setCurrentIndex(2)
    window.settle()
    own = incident_figures.of_month(ctx, 2026, 3, vendor_id=page.vendor)
    assert page.head.state().startswith(f"受理 {own.total.count} 件")
    page.tabs.setCurrentIndex(3)
    window.settle()
    assert names(window) == [group.name for group in own.groups[TABS[3]]], "one person needs no sum"
    page.go_to(2026, 2)
    window.settle()
    assert page.vendor_box.currentText() == "恒通网络", "the vendor stays chosen"


def test_the_paper_is_that_of_the_month_and_vendor_shown(window):
    page = window.page
    QTest.mouseClick(page.print, Qt.MouseButton.LeftButton)
    window.settle()
    key(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    page.vendor_box.setCurrentIndex(1)
    window.settle()
    page.go_to(2026, 2)
    window.settle()
    QTest.mouseClick(page.export, Qt.MouseButton.LeftButton)
    window.settle()
    key(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert all(isinstance(each, Document) for each in window.papers)
    assert [each.number for each in window.papers] == ["SJ-202603", "SJ-202603", "SJ-202602-V1", "SJ-202602-V1"]
    assert "预览" in page.print.toolTip()


def test_a_month_without_incidents_says_so(window):
    page = window.page
    page.go_to(2025, 3)
    window.settle()
    assert page.table.list_state.sentence() == "2025-03 没有接到事件。"
    assert not page.daily.isVisible()
    assert not page.print.isEnabled()
    assert not page.export.isEnabled()
    assert "—" in words(page.figure_row)
    assert page.head.state() == ""
    page.open_paper()
    page.vendor_box.setCurrentIndex(1)
    window.settle()
    assert page.table.list_state.sentence() == "2025-03 这家单位没有接到事件。"
    page.go_to(2026, 3)
    window.settle()
    assert page.daily.isVisible()
    assert page.table.list_state.sentence() == ""


def test_what_happens_meanwhile_is_counted_at_once(window, ctx):
    before = window.page.figures.total.count
    opened = service.open_incident(ctx, "门禁刷不开")
    window.bus.announce(opened.touched)
    window.settle()
    assert window.page.figures.total.count == before + 1
    outcome = acts.respond(ctx, opened.value.id, {"staff_id": 1})
    window.bus.announce(outcome.touched)
    window.settle()
    assert row_total(window)["unresolved"] == str(window.page.figures.total.unresolved)
    for topic in ("law", "contract", "vendor"):
        read = window.page.figures
        window.bus.announce({topic})
        window.settle()
        assert window.page.figures is not read, topic
    read = window.page.figures
    window.bus.announce({"roster"})
    window.settle()
    assert window.page.figures is read


def row_total(window):
    return row(window, "合计")


def test_a_failure_is_told_in_the_page_and_read_again(window, monkeypatch):
    def fail(*_asked, **_more):
        raise Trouble("数据库正忙。", remedy="请稍后再试。")

    with monkeypatch.context() as patch:
        patch.setattr(incident_figures, "of_month", fail)
        window.page.refresh()
        window.settle()
        assert window.page.table.list_state.sentence() == "数据库正忙。"
        assert not window.page.print.isEnabled()
    window.page.table.reload()
    window.settle()
    assert window.page.table.list_state.sentence() == ""
    assert window.page.figures is not None


def test_f5_and_another_person_read_anew(window, ctx):
    read = window.page.figures
    key(window, Qt.Key.Key_F5)
    assert window.page.figures is not read
    window.page.set_context(ctx.acting_as(Actor("看客", Role.READER)))
    window.settle()
    assert window.page.print.isEnabled(), "reading and printing need no right to write"
    assert window.page.may_leave()


@pytest.mark.parametrize("size", [(1182, 672), (1736, 984)])
def test_all_has_room(open_page, ctx, size):
    window = open_page(ctx, size=size)
    page = window.page
    assert page.width() <= size[0], "nothing presses the window wider"
    for widget in (page.figure_row, page.daily, page.grouped, page.table):
        assert widget.isVisible()
        inside = widget.mapTo(page, widget.rect().bottomRight())
        assert inside.x() <= page.width()
        assert inside.y() <= page.height()
    assert not any(page.table.isColumnHidden(n) for n in range(len(COLUMNS)))
    assert page.table.height() > 4 * look.px(look.ROW_HEIGHT)
    heights = set()
    for place in range(page.tabs.count()):
        page.tabs.setCurrentIndex(place)
        window.settle()
        heights.add(page.table.height())
    assert len(heights) == 1, "the table stays where it is"

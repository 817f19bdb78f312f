"""The import panel on foreign registers: columns matched once, new words said, progress, cancel, and never twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import team
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from stand import Stand

from opsdesk import bootstrap
from opsdesk.imports.day_order import DAY_FIRST
from opsdesk.register import Query
from opsdesk.registers.incident import listing
from opsdesk.registers.incident.spec import REGISTER
from opsdesk.registers.sign_in.spec import REGISTER as SIGN_INS
from opsdesk.services import chain
from opsdesk.services.context import Context
from opsdesk.ui.kit.notices import ProgressStrip
from opsdesk.ui.kit.parts import ChoiceBox
from opsdesk.ui.kit.register_page import RegisterPage
from opsdesk.ui.pages.import_matched import MATCH, MatchedImportPanel
from opsdesk.ui.pages.import_wizard import ImportPanel
from opsdesk.ui.pages.with_import import WithImport
from opsdesk.ui.shell.import_kinds import INCIDENTS, PUNCHES

HEADING = "Nr,Wann,Was,Prio,Klasse,Firma,Wer"
FIRST = (
    "N-1,29.2.2016 08:00,Drucker,1 - Critical,hw,Group 5,Resolver 8",
    "N-2,1.3.2016 08:00,Netz,低,网络故障,华信,1001",
)
SECOND = ("N-3,1.3.2016 09:00,Maus,1 - Critical,hw,Group 5,Resolver 9",)


@pytest.fixture
def panel(stand: Stand, site: Context) -> Iterator[MatchedImportPanel]:
    team.build(site)
    shown = MatchedImportPanel(site, stand.desk, (INCIDENTS,))
    stand.put(shown)
    stand.window.activateWindow()
    settle(stand)
    yield shown
    assert stand.desk.operations.wait_idle()


def settle(stand: Stand) -> None:
    for _ in range(4):
        QApplication.processEvents()
        assert stand.desk.operations.wait_idle(20_000)


def written(path: Path, *lines: str, heading: str = HEADING) -> Path:
    path.write_text("\n".join((heading, *lines, "")), encoding="utf-8")
    return path


def take(stand: Stand, panel: MatchedImportPanel, path: Path) -> None:
    panel.take_file(path)
    settle(stand)


def choose(box: ChoiceBox, text: str) -> None:
    """Choose as a hand does: `activated` is told."""
    box.setCurrentText(text)
    assert box.currentText() == text
    box.activated.emit(box.currentIndex())


def findings(panel: ImportPanel) -> list[str]:
    rows = (panel.table.records.row_at(n) for n in range(panel.table.records.rowCount()))
    return [str(row.values["reason"]) for row in rows if row is not None]


def titles(ctx: Context) -> list[str]:
    return [str(row.values["title"]) for row in listing.listed(ctx, Query()).rows]


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def match(panel: MatchedImportPanel) -> None:
    """Say which column is which."""
    for field, heading in (("number", "Nr"), ("reported_at", "Wann"), ("title", "Was"), ("severity", "Prio"),
                           ("category", "Klasse"), ("vendor", "Firma"), ("person", "Wer")):  # fmt: skip
        choose(panel.card.boxes[field], heading)


def test_our_own_form_needs_no_matching(stand: Stand, panel: MatchedImportPanel, site: Context, tmp_path: Path) -> None:
    assert not panel.match.isEnabled()
    take(stand, panel, written(tmp_path / "a.csv", "1,2026-03-04 08:00,卡纸", heading="编号,报告时间,标题"))
    assert panel.card.isHidden()
    assert panel.submit.isEnabled()
    assert panel.submit.hasFocus()
    panel.match.click()
    assert not panel.card.isHidden()
    assert panel.table.isHidden()
    assert panel.card.boxes["title"].currentText() == "标题"
    panel.match.click()
    assert (panel.card.isHidden(), panel.match.text()) == (True, MATCH)
    panel.submit.click()
    settle(stand)
    assert titles(site) == ["卡纸"]
    assert "已导入 1 条" in stand.desk.notices.sentences()[-1]


def test_columns_are_matched_once_and_the_next_file_needs_nothing(
    stand: Stand, panel: MatchedImportPanel, site: Context, tmp_path: Path
) -> None:
    take(stand, panel, written(tmp_path / "a.csv", *FIRST))
    assert not panel.card.isHidden()
    assert not panel.submit.isEnabled()
    assert "没有找到事件记录的表头" in panel.said.text()
    assert panel.card.boxes["number"].hasFocus()
    assert [panel.card.boxes["number"].itemText(n) for n in range(8)] == ["（不导入）", *HEADING.split(",")]
    match(panel)
    panel.card.submit.click()
    settle(stand)
    assert "等级 1 个" in panel.said.text()
    assert "外包单位 1 个" in panel.said.text()
    assert [word for _, word in panel.card.words] == ["hw", "1 - Critical", "Group 5"]
    assert panel.card.words["category", "hw"].hasFocus()
    choose(panel.card.words["severity", "1 - Critical"], "归为 高")
    choose(panel.card.words["category", "hw"], "归为 硬件故障")
    assert not panel.submit.isEnabled()
    assert "对照改过了" in panel.said.text()
    panel.card.as_written.setChecked(True)
    panel.card.submit.click()
    settle(stand)
    assert panel.card.isHidden()
    assert (panel.result.stored, panel.result.rejected) == (2, ()) if panel.result else False
    panel.submit.click()
    settle(stand)
    rows = {row.values["number"]: row.values for row in listing.listed(site, Query()).rows}
    assert (rows["N-1"]["severity"], rows["N-1"]["category"], rows["N-1"]["vendor"]) == ("高", "硬件故障", "Group 5")
    assert (rows["N-2"]["person"], rows["N-2"]["vendor"]) == ("王强", "华信")
    take(stand, panel, written(tmp_path / "b.csv", *SECOND))
    assert panel.card.isHidden()
    assert panel.submit.isEnabled()
    panel.submit.click()
    settle(stand)
    assert len(titles(site)) == 3
    with site.read() as connection:
        assert bootstrap.verify(connection) == []


def test_a_day_and_its_time_in_two_columns_are_matched(
    stand: Stand, panel: MatchedImportPanel, site: Context, tmp_path: Path
) -> None:
    heading = "单子号,哪天,几点,啥毛病,弄好时间"
    take(stand, panel, written(tmp_path / "a.csv", "GZ-1,2026/3/3,9:10,卡纸,2026/3/3 10:05", heading=heading))
    boxes = panel.card.boxes
    keys = list(boxes)
    assert keys.index("reported_time") == keys.index("reported_at") + 1
    for field, theirs in (
        ("number", "单子号"),
        ("reported_at", "哪天"),
        ("title", "啥毛病"),
        ("resolved_at", "弄好时间"),
    ):
        choose(boxes[field], theirs)
    panel.card.submit.click()
    settle(stand)
    assert any("报告时间有 1 行只有日期，没有时刻（第 2 行）" in said for said in findings(panel))
    panel.match.click()
    choose(boxes["reported_time"], "几点")
    panel.card.submit.click()
    settle(stand)
    assert not any("只有日期" in said for said in findings(panel))
    panel.submit.click()
    settle(stand)
    assert [row.values["reported_at"] for row in listing.listed(site, Query()).rows] == [datetime(2026, 3, 3, 9, 10)]


def test_the_window_says_nothing_of_the_command_line(stand: Stand, panel: MatchedImportPanel, tmp_path: Path) -> None:
    def said() -> str:
        return "\n".join((panel.said.text(), panel.submit.toolTip(), *findings(panel)))

    seen = []
    take(stand, panel, written(tmp_path / "a.csv", *FIRST))
    seen.append(said())
    assert "没有找到事件记录的表头" in seen[-1]
    take(stand, panel, written(tmp_path / "b.csv", "1,卡纸", heading="编号,标题"))
    seen.append(said())
    assert "认不出：报告时间" in seen[-1]
    lines = ("1,2026-03-04 08:00,怪等级,卡纸", "2,过两天,低,卡纸")
    take(stand, panel, written(tmp_path / "c.csv", *lines, heading="编号,报告时间,等级,标题"))
    seen.append(said())
    assert "归为已有的，或勾选按原文接受新值。" in seen[-1]
    assert "或在对照列里说明日期格式。" in seen[-1]
    take(stand, panel, written(tmp_path / "d.csv", "1,1/2/2026 08:00", heading="编号,报告时间"))
    seen.append(said())
    assert "在对照列里选日期顺序。" in seen[-1]
    for text in seen:
        assert not any(word in text for word in ("MAP", "--", "命令行", "format"))


def test_new_words_become_choices_of_the_site(
    stand: Stand, panel: MatchedImportPanel, site: Context, tmp_path: Path
) -> None:
    lines = ("1,2026-03-04 08:00,锅炉,老牌", "2,2026-03-04 08:00,电梯,老牌", "3,2026-03-04 08:00,怪,老牌")
    take(stand, panel, written(tmp_path / "a.csv", *lines, heading="编号,报告时间,类别,外包单位"))
    assert not panel.card.isHidden()
    box = panel.card.words["category", "锅炉"]
    assert [box.itemText(n) for n in (0, 1)] == ["新增为选项", "归为 硬件故障"]
    assert panel.card.words["vendor", "老牌"].currentText() == "按原文保留"
    choose(panel.card.words["vendor", "老牌"], "归为 恒通")
    choose(panel.card.words["category", "怪"], "当作没有填")
    panel.preview()
    settle(stand)
    assert panel.card.isHidden()
    assert any("锅炉" in reason and "按新选项加入" in reason for reason in findings(panel))
    panel.submit.click()
    settle(stand)
    found = {row.values["number"]: row.values for row in listing.listed(site, Query()).rows}
    assert [found[number]["category"] for number in "123"] == ["锅炉", "电梯", ""]
    assert {row["vendor"] for row in found.values()} == {"恒通"}


def test_an_order_of_dates_that_cannot_be_told_is_asked(
    stand: Stand, panel: MatchedImportPanel, site: Context, tmp_path: Path
) -> None:
    take(stand, panel, written(tmp_path / "a.csv", "1,3/4/2016 08:00,卡纸", heading="编号,报告时间,标题"))
    assert "分不清" in panel.said.text()
    assert panel.card.dates.hasFocus()
    choose(panel.card.dates, DAY_FIRST)
    panel.card.submit.click()
    settle(stand)
    assert panel.card.isHidden()
    panel.submit.click()
    settle(stand)
    assert str(listing.listed(site, Query()).rows[0].values["reported_at"]).startswith("2016-04-03")


def test_a_kind_that_is_none_has_to_be_said(stand: Stand, panel: MatchedImportPanel, tmp_path: Path) -> None:
    take(stand, panel, written(tmp_path / "a.csv", "1,2026-03-04 08:00,Epic", heading="编号,报告时间,Issue Type"))
    box = panel.card.words["kind", "Epic"]
    assert [box.itemText(n) for n in range(3)] == ["请选择", "归为 故障", "归为 服务请求"]
    panel.card.submit.click()
    settle(stand)
    assert not panel.submit.isEnabled()
    choose(panel.card.words["kind", "Epic"], "归为 服务请求")
    panel.card.submit.click()
    settle(stand)
    assert panel.submit.isEnabled()


def test_what_was_refused_is_in_sight_after_the_import(
    stand: Stand, panel: MatchedImportPanel, site: Context, tmp_path: Path
) -> None:
    lines = ("1,2026-03-04 08:00,好", "2,回头再说,好")
    take(stand, panel, written(tmp_path / "a.csv", *lines, heading="编号,报告时间,心情"))
    assert "认不出的列" in panel.said.text()
    assert not panel.card.isHidden()
    panel.submit.click()
    settle(stand)
    assert titles(site) == ["(无标题)"]
    assert (panel.card.isHidden(), panel.table.isVisible(), panel.submit.isEnabled()) == (True, True, False)
    assert findings(panel)[0] == "这些列没有导入：心情。"
    assert findings(panel)[1].startswith("报告时间“回头再说”认不出来。")


def test_the_card_is_worked_by_keys(stand: Stand, panel: MatchedImportPanel, tmp_path: Path, qtbot: Any) -> None:
    take(stand, panel, written(tmp_path / "a.csv", *FIRST))
    number = panel.card.boxes["number"]
    qtbot.keyClick(number, Qt.Key.Key_Down)
    assert number.currentText() == "Nr"
    for each in list(panel.card.boxes)[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert panel.card.boxes[each].hasFocus()
    for widget in (panel.card.dates, panel.card.as_written, panel.card.submit):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert widget.hasFocus()
    choose(panel.card.boxes["reported_at"], "Wann")
    qtbot.keyClick(panel.card.submit, Qt.Key.Key_F5)
    settle(stand)
    assert panel.submit.isEnabled()


def test_another_file_forgets_what_was_chosen(stand: Stand, panel: MatchedImportPanel, tmp_path: Path) -> None:
    take(stand, panel, written(tmp_path / "a.csv", *FIRST))
    match(panel)
    panel.card.as_written.setChecked(True)
    take(stand, panel, written(tmp_path / "b.csv", "1,2026-03-04 08:00,卡纸", heading="编号,报告时间,标题"))
    assert panel.card.isHidden()
    assert not panel.card.as_written.isChecked()
    assert panel.card.boxes["title"].currentText() == "标题"
    (tmp_path / "c.xlsx").write_bytes(b"\x89PNG not a sheet")
    take(stand, panel, tmp_path / "c.xlsx")
    assert panel.card.isHidden()
    assert not panel.match.isEnabled()
    assert "图片" in panel.said.text()


def held(panel: MatchedImportPanel, stand: Stand, what: str, at: int) -> threading.Event:
    """Let the reading or the storing wait at its n-th step until the event is set."""
    go_on, matching = threading.Event(), INCIDENTS.matching
    assert matching is not None
    inner = getattr(matching, what)

    def slow(ctx: Context, path: Path, mapping: Any, progress: Any) -> Any:
        steps = iter(range(1_000_000))

        def watched(done: int, total: int) -> bool:
            if next(steps) == at:
                go_on.wait(10)
            return bool(progress(done, total))

        return inner(ctx, path, mapping, watched)

    panel._matching = replace(matching, **{what: slow})
    return go_on


def strip_of(stand: Stand, qtbot: Any) -> ProgressStrip:
    qtbot.waitUntil(lambda: bool(stand.window.findChildren(ProgressStrip)))
    return stand.window.findChildren(ProgressStrip)[-1]


def test_storing_shows_how_far_it_is_and_cancel_keeps_nothing(
    stand: Stand, panel: MatchedImportPanel, site: Context, tmp_path: Path, qtbot: Any
) -> None:
    lines = [f"{n},2026-03-04 08:00,卡纸" for n in range(2500)]
    take(stand, panel, written(tmp_path / "a.csv", *lines, heading="编号,报告时间,标题"))
    before = links(site)
    go_on = held(panel, stand, "run", 6)
    panel.submit.click()
    strip = strip_of(stand, qtbot)
    assert "正在导入 a.csv" in strip.text()
    strip.button.click()
    go_on.set()
    settle(stand)
    assert stand.desk.notices.sentences()[-1] == "已经取消，没有保存任何内容。"
    assert (links(site), titles(site)) == (before, [])
    assert panel.submit.isEnabled()
    held(panel, stand, "run", -1)
    panel.submit.click()
    settle(stand)
    assert listing.listed(site, Query()).total == 2500


def test_reading_can_be_cancelled_and_begun_again(
    stand: Stand, panel: MatchedImportPanel, tmp_path: Path, qtbot: Any
) -> None:
    go_on = held(panel, stand, "tried", 0)
    panel.take_file(written(tmp_path / "a.csv", "1,2026-03-04 08:00,卡纸", heading="编号,报告时间,标题"))
    strip_of(stand, qtbot).button.click()
    go_on.set()
    settle(stand)
    assert "读取已取消" in panel.said.text()
    assert not panel.submit.isEnabled()
    held(panel, stand, "tried", -1)
    panel.again.click()
    settle(stand)
    assert panel.submit.isEnabled()


def test_a_page_with_incidents_gets_the_matching_panel_and_others_do_not(stand: Stand, site: Context) -> None:
    page = WithImport(RegisterPage(REGISTER, site, stand.desk), site, stand.desk, (INCIDENTS,))
    stand.put(page)
    page.button.click()
    settle(stand)
    assert isinstance(page.importing, MatchedImportPanel)
    assert page.importing.title._title.text() == "导入事件记录"
    other = WithImport(RegisterPage(SIGN_INS, site, stand.desk), site, stand.desk, (PUNCHES,))
    stand.put(other)
    assert not isinstance(other.open_import(), MatchedImportPanel)
    settle(stand)


def test_a_punch_import_can_be_cancelled_too(stand: Stand, site: Context, tmp_path: Path, qtbot: Any) -> None:
    team.build(site)
    go_on = threading.Event()

    def slow(ctx: Context, path: Path, dry_run: bool, progress: Any) -> Any:
        if progress is None:
            return PUNCHES.run(ctx, path, dry_run, None)
        return PUNCHES.run(ctx, path, dry_run, lambda done, total: bool(go_on.wait(10) and progress(done, total)))

    panel = ImportPanel(site, stand.desk, (replace(PUNCHES, run=slow),))
    stand.put(panel)
    panel.take_file(written(tmp_path / "打卡.csv", "1,2026-03-04 08:21:00", heading="考勤号,时间"))
    settle(stand)
    before = links(site)
    panel.submit.click()
    strip_of(stand, qtbot).button.click()
    go_on.set()
    settle(stand)
    assert links(site) == before
    assert stand.desk.notices.sentences()[-1] == "已经取消，没有保存任何内容。"

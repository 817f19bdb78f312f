"""In and out of the machine room in the real window, by keys: who is inside, who overstays, what is carried."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
import team as team_module
from conftest import Hands
from machine_room import act as run
from machine_room import permit
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox
from sqlalchemy import select

from opsdesk.models import Room, Visit, VisitItem
from opsdesk.registers.visit import service as visit
from opsdesk.registers.visit.door_import import import_door_log
from opsdesk.rules.vocabulary import Role
from opsdesk.services import room_visits, settings
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal
from opsdesk.ui.kit import look
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.pages.room_access import InsideBoard, RoomPage, quarter
from opsdesk.ui.pages.room_entry import meant_escort


@pytest.fixture
def page(desk: Hands, site: Context) -> RoomPage:
    """The page of visits of a site with one room, 2026-03-05 09:00; the desk does not lock itself."""
    desk.window.idle.stop()
    with site.transaction("登记机房") as tx:
        tx.insert(Room, name="一楼信息中心机房", modules="A 区\nB 区", keeper="赵敏", door_name="一楼信息中心机房")
    team_module.go_to(site, "2026-03-05 09:00:00")
    shown = desk.window.frame.open("room", "visit")
    desk.settle()
    return getattr(shown, "page", shown)


def fill(desk: Hands, panel, **typed: str) -> None:
    """Type into fields of the form in the panel, each in its own input."""
    for key, text in typed.items():
        editor = panel.form.rows[key].editor
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        desk.type(text, enter=False)


def enter(desk: Hands, page: RoomPage, *people: str, **typed: str) -> None:
    """Sign people in by keys."""
    desk.ctrl(Qt.Key.Key_N)
    for each in people:
        desk.type(each)
    fill(desk, page.entry, **typed)
    desk.ctrl(Qt.Key.Key_S)


def visits(site: Context) -> list[dict]:
    with site.read() as connection:
        return [dict(row) for row in connection.execute(select(Visit.__table__).order_by(Visit.id)).mappings()]


def goods(site: Context) -> list[tuple]:
    with site.read() as connection:
        rows = connection.execute(select(VisitItem.name, VisitItem.brought, VisitItem.taken, VisitItem.stays))
        return [tuple(row) for row in rows]


def said(desk: Hands) -> str:
    return "".join(desk.window.notices.sentences())


def test_ctrl_n_a_line_and_ctrl_s_let_a_group_in(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(
        desk, page, "周伟 恒通网络 110101199003070011 13912345678", "2001",
        purpose="更换交换机电源", escort="赵敏", goods="电源模块 2 PWR-460 SN1",
    )  # fmt: skip
    first, second = visits(site)
    assert (first["name"], first["unit"], first["id_number"]) == ("周伟", "恒通网络", "110101199003070011")
    assert (second["name"], second["escort"]) == ("陈晨", "赵敏")
    assert f"{first['due_at']:%H:%M}" == "11:00"
    assert goods(site) == [("电源模块", 2, 0, 0)]
    assert page.board.heading.text() == "现在在机房 2 人"
    assert page.entry.isHidden()
    assert "周伟" in said(desk)


def test_a_wrong_paper_number_is_refused_and_what_was_typed_stays(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络 110101199003070012", purpose="检查")
    assert visits(site) == []
    assert page.entry.isVisible()
    assert "校验码不对" in page.entry.people.said.text()
    assert page.entry.form.values()["purpose"] == "检查"
    page.entry.people.set_people(())
    page.entry.people.line.setFocus()
    desk.type("周伟 恒通网络 110101199003070012 证件号说明：旧证 如此")
    desk.ctrl(Qt.Key.Key_S)
    (row,) = visits(site)
    assert (row["name"], row["unit"]) == ("周伟", "恒通网络")
    assert "旧证 如此" in row["remarks"]


def test_nobody_named_is_asked_for_beside_the_line(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, purpose="检查")
    assert page.entry.people.said.text() == "请先写进入的人，按回车加入。"
    assert QApplication.focusWidget() is page.entry.people.line
    desk.type("周伟 恒通网络", enter=False)
    desk.ctrl(Qt.Key.Key_S)
    assert [row["name"] for row in visits(site)] == ["周伟"]


def test_a_frequent_visitor_is_known_by_his_initials(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络 110101199003070011 13912345678", purpose="检查")
    desk.press(Qt.Key.Key_F3)
    desk.ctrl(Qt.Key.Key_S)
    enter(desk, page, "zw", purpose="复查")
    again = visits(site)[-1]
    assert (again["name"], again["unit"], again["id_number"]) == ("周伟", "恒通网络", "110101199003070011")


def test_f3_and_ctrl_s_sign_the_group_out_and_goods_are_reconciled(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", "吴工 恒通网络", purpose="更换电源", goods="电源模块 2 PWR-460 SN1")
    team_module.go_to(site, "2026-03-05 10:30:00")
    desk.press(Qt.Key.Key_F3)
    (item,) = room_visits.inside(site)[0].goods or room_visits.inside(site)[1].goods
    taken, stays = (page.leaving.form.rows[f"{key}{item.id}"].editor for key in ("taken", "stays"))
    assert (taken.value(), stays.value()) == (2, 0)
    taken.set_value(1)
    desk.ctrl(Qt.Key.Key_S)
    assert [row["left_at"] for row in visits(site)] == [None, None]
    assert page.leaving.isVisible()
    stays.set_value(1)
    desk.ctrl(Qt.Key.Key_S)
    assert [f"{row['left_at']:%H:%M}" for row in visits(site)] == ["10:30", "10:30"]
    assert goods(site) == [("电源模块", 2, 1, 1)]
    assert page.board.heading.text() == "现在在机房 0 人"
    assert page.board.table.records.rowCount() == 0


def test_shift_f3_signs_the_chosen_one_out_alone(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", "吴工 恒通网络", purpose="更换电源")
    page.board.table.selectRow(1)
    desk.press(Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert sum(row["left_at"] is not None for row in visits(site)) == 1
    assert [each.name for each in room_visits.inside(site)] != []
    assert page.board.heading.text() == "现在在机房 1 人"


@pytest.fixture
def two(desk: Hands, site: Context, page: RoomPage) -> None:
    """周伟 and 吴工 came one after the other, each for himself; nobody is chosen on the board."""
    enter(desk, page, "周伟 恒通网络", purpose="更换电源")
    team_module.go_to(site, "2026-03-05 09:20:00")
    enter(desk, page, "吴工 精工空调", purpose="巡检空调")
    page.board.table.clearSelection()


def inside(ctx: Context) -> list[str]:
    return sorted(each.name for each in room_visits.inside(ctx))


SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.mark.parametrize("modifier", [Qt.KeyboardModifier.NoModifier, SHIFT])
def test_of_several_inside_nobody_is_signed_out_who_was_not_chosen(
    desk: Hands, site: Context, page: RoomPage, two: None, modifier: Qt.KeyboardModifier
) -> None:
    desk.press(Qt.Key.Key_F3, modifier)
    assert desk.window.notices.sentences()[-1] == "现在在机房不止一起人，请先在上面选中要离开的人，再登记离开。"
    assert page.leaving.isHidden()
    assert inside(site) == ["吴工", "周伟"]
    assert page.board.table.hasFocus()


def test_the_record_that_is_open_is_meant(desk: Hands, site: Context, page: RoomPage, two: None) -> None:
    page.open_record(next(each.visit_id for each in room_visits.inside(site) if each.name == "吴工"))
    desk.settle()
    page.panel.setFocus()
    desk.press(Qt.Key.Key_F3)
    assert page.leaving.title() == "登记离开 · 吴工"
    desk.ctrl(Qt.Key.Key_S)
    assert inside(site) == ["周伟"]


def test_of_a_record_whose_visitor_is_gone_nobody_is_signed_out(
    desk: Hands, site: Context, page: RoomPage, two: None
) -> None:
    gone = next(each.visit_id for each in room_visits.inside(site) if each.name == "吴工")
    visit.leave_now(site, gone)
    page.refresh()
    desk.settle()
    page.open_record(gone)
    desk.settle()
    page.panel.setFocus()
    desk.press(Qt.Key.Key_F3, SHIFT)
    assert desk.window.notices.sentences()[-1] == "打开的这一条不在机房里，没有登记离开。请在上面选中要离开的人。"
    assert inside(site) == ["周伟"]
    desk.press(Qt.Key.Key_F3, SHIFT)
    assert inside(site) == [], "the keys are the board's now, and one alone is inside"


def test_leaving_from_the_record_asks_the_same_as_from_the_board(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="更换电源", goods="电源模块 2 PWR-460 SN1")
    (who,) = room_visits.inside(site)
    page.open_record(who.visit_id)
    desk.settle()
    desk.click(page.panel.buttons.acts["leave"])
    assert page.panel.isHidden()
    assert page.leaving.title() == "登记离开 · 周伟"
    assert page.leaving.form.rows[f"taken{who.goods[0].id}"].editor.value() == 2
    desk.ctrl(Qt.Key.Key_S)
    assert inside(site) == []


def test_on_a_low_page_one_row_of_the_board_stands_whole(desk: Hands, page: RoomPage, two: None) -> None:
    for height, rows in ((768, 2), (512, 1), (768, 2)):
        desk.window.resize(911, height)
        desk.settle()
        table = page.board.table
        assert table.viewport().height() // look.px(look.ROW_HEIGHT) == rows
        assert not table.horizontalScrollBar().isVisible()
        bottom = table.mapTo(page.board, table.rect().bottomLeft()).y()
        assert bottom < page.board.height(), "the card is not cut"


def test_before_it_was_read_who_is_inside_nobody_is_said_to_be(desk: Hands, site: Context, page: RoomPage) -> None:
    board = InsideBoard(site, desk.window.desk)
    assert board.nobody.text() == "正在读取…"
    board.refresh()
    desk.settle()
    assert board.nobody.text().startswith("机房里没有人。")
    board.deleteLater()


def test_an_overstay_turns_red_and_is_counted_on_the_rail(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="更换电源")
    button = desk.window.frame.rail.buttons["room"]
    team_module.go_to(site, "2026-03-05 11:00:00")
    page.board.refresh()
    desk.window.frame.bar.show_time()
    desk.settle()
    assert button.count == 0
    team_module.go_to(site, "2026-03-05 11:01:00")
    page.board.refresh()
    desk.window.frame.bar.show_time()
    desk.settle()
    assert page.board.heading.text() == "现在在机房 1 人，1 人超时"
    assert page.board.table.records.row_at(0).values["state"].word == "超时 1 分"
    assert button.count == 1


def test_f9_opens_the_evacuation_list_and_ctrl_p_the_days_register(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="更换电源")
    preview = desk.window.frame.preview
    desk.press(Qt.Key.Key_F9)
    assert preview.isVisible()
    assert preview.title.text().startswith("机房疏散清点单")
    desk.press(Qt.Key.Key_Escape)
    desk.ctrl(Qt.Key.Key_P)
    assert preview.title.text() == "机房出入登记表　JC-20260305"
    desk.press(Qt.Key.Key_Escape)
    assert page.isVisible()


def answer(desk: Hands, *, action: bool) -> list[str]:
    """Answer the next question; gives its title once it was asked."""
    asked: list[str] = []

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Confirmation)
        asked.append(dialog.windowTitle())
        (dialog.action if action else dialog.refuse).click()

    QTimer.singleShot(0, desk.window, press)
    return asked


def test_a_quarter_is_previewed_to_be_bound(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="更换电源")
    page.panel.open_paper(next(paper for paper in page.register.papers if paper.key == "quarter"), 0)
    desk.settle()
    assert desk.window.frame.preview.title.text().startswith("机房出入登记表　JC-2026")
    desk.press(Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("day", "before", "expected"),
    [
        (date(2026, 3, 31), 0, (2026, 1)), (date(2026, 4, 1), 0, (2026, 2)), (date(2026, 3, 5), 1, (2025, 4)),
        (date(2026, 12, 31), 1, (2026, 3)),
    ],
)  # fmt: skip
def test_the_quarter_of_a_day(day: date, before: int, expected: tuple[int, int]) -> None:
    assert quarter(day, before) == expected


def test_an_entry_half_written_is_not_lost_to_another_record(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="更换电源")
    desk.ctrl(Qt.Key.Key_N)
    desk.type("吴工 恒通网络")
    asked = answer(desk, action=False)
    page.open_record(visits(site)[0]["id"])
    desk.settle()
    assert asked == ["放弃修改"]
    assert page.entry.isVisible()
    assert page.panel.isHidden()
    assert [shown for shown, _ in page.entry.people.entries] == ["吴工　恒通网络"]
    asked = answer(desk, action=True)
    page.open_record(visits(site)[0]["id"])
    desk.settle()
    assert asked == ["放弃修改"]
    assert page.entry.isHidden()
    assert page.panel.isVisible()
    assert [row["name"] for row in visits(site)] == ["周伟"]


def test_an_entry_half_written_is_asked_about_from_another_section(desk: Hands, site: Context, page: RoomPage) -> None:
    desk.ctrl(Qt.Key.Key_N)
    desk.type("吴工 恒通网络")
    desk.window.frame.open("asset", "loan")
    desk.settle()
    asked = answer(desk, action=False)
    assert not desk.window.frame.may_leave()
    assert asked == ["放弃修改"]
    page.entry.people.set_people(())
    assert desk.window.frame.may_leave()


def test_who_only_reads_cannot_let_anybody_in(desk: Hands, site: Context, page: RoomPage) -> None:
    desk.window.sit_down(desk.window.ctx.acting_as(Actor("访客", Role.READER)))
    desk.settle()
    shown = desk.window.frame.open("room", "visit")
    desk.settle()
    shown = getattr(shown, "page", shown)
    desk.ctrl(Qt.Key.Key_N)
    assert shown.entry.isHidden()
    assert not shown.new_button.isEnabled()
    assert not shown.board.leave_button.isEnabled()


def test_a_visit_from_permit_to_leaving_by_keyboard(desk: Hands, site: Context, page: RoomPage) -> None:
    desk.ctrl(Qt.Key.Key_PageDown)
    permits = desk.window.frame.pages["room"].current
    assert desk.window.frame.pages["room"].current_key == "permit"
    desk.ctrl(Qt.Key.Key_N)
    fill(
        desk, permits.panel, unit="恒通网络", applicant="刘洋",
        people="周伟 恒通网络 身份证 110101199003070011 13912345678",
        purposes="维护", work="更换交换机电源", escorts="赵敏",
    )  # fmt: skip
    permits.panel.form.rows["room_id"].editor.set_value(1)
    permits.panel.form.rows["planned_to"].editor.set_value(datetime(2026, 3, 5, 12, 0))
    desk.ctrl(Qt.Key.Key_S)
    assert permits.panel.said() == ""
    permits.panel.buttons.acts["approve"].click()
    desk.settle()
    desk.ctrl(Qt.Key.Key_S)
    desk.ctrl(Qt.Key.Key_PageUp)
    desk.settle()
    desk.ctrl(Qt.Key.Key_N)
    desk.type("周伟")
    assert page.entry.form.values()["purpose"] == "维护：更换交换机电源"
    assert page.entry.form.values()["due_at"] == datetime(2026, 3, 5, 12, 0)
    desk.ctrl(Qt.Key.Key_S)
    (inside,) = room_visits.inside(site)
    assert (inside.name, inside.escorts, inside.breaches) == ("周伟", ("赵敏",), ())
    assert visits(site)[0]["id_number"] == "110101199003070011"
    team_module.go_to(site, "2026-03-05 10:00:00")
    desk.press(Qt.Key.Key_F3)
    desk.ctrl(Qt.Key.Key_S)
    assert f"{visits(site)[0]['left_at']:%H:%M}" == "10:00"
    assert room_visits.inside(site) == []


@pytest.fixture
def approved(site: Context, page: RoomPage) -> int:
    """An approved permit of this morning for 周伟 of 恒通网络, with an escort."""
    made = permit(
        site, 1, people="周伟 恒通网络 身份证 110101199003070011 13912345678", escorts="赵敏", operates=False,
        work="更换交换机电源", purposes="维护",
    )  # fmt: skip
    run(site, "permit", "approve", made)
    return made


def test_a_namesake_of_another_company_is_not_on_the_permit(
    desk: Hands, site: Context, page: RoomPage, approved: int
) -> None:
    enter(desk, page, "周伟 别家公司 13800009999", purpose="参观")
    (row,) = visits(site)
    assert (row["unit"], row["phone"], row["permit_id"]) == ("别家公司", "13800009999", None)


def test_what_is_typed_for_somebody_on_the_permit_is_kept(
    desk: Hands, site: Context, page: RoomPage, approved: int
) -> None:
    enter(desk, page, "周伟 13800009999")
    (row,) = visits(site)
    assert (row["unit"], row["phone"], row["id_number"]) == ("恒通网络", "13800009999", "110101199003070011")
    assert row["permit_id"] == approved


def test_a_permit_fills_in_only_what_nobody_wrote_and_takes_only_that_back(
    desk: Hands, site: Context, page: RoomPage, approved: int
) -> None:
    desk.ctrl(Qt.Key.Key_N)
    desk.type("张凡 甲公司")
    fill(desk, page.entry, purpose="陪同施工")
    page.entry.permit.editor.set_value(approved)
    values = page.entry.form.values()
    assert (values["purpose"], values["escort"]) == ("陪同施工", "赵敏")
    assert values["due_at"] == datetime(2026, 3, 5, 12, 0)
    assert [entry.name for _, entry in page.entry.people.entries] == ["张凡", "周伟"]
    page.entry.permit.editor.set_value(None)
    values = page.entry.form.values()
    assert (values["purpose"], values["escort"], values["due_at"]) == ("陪同施工", "", None)
    assert [entry.name for _, entry in page.entry.people.entries] == ["张凡"]
    desk.ctrl(Qt.Key.Key_S)
    assert [row["name"] for row in visits(site)] == ["张凡"]


def test_of_a_permit_for_many_days_one_leaves_the_same_day(desk: Hands, site: Context, page: RoomPage) -> None:
    made = permit(site, 1, people="周伟 恒通网络", several=True, operates=False, planned_to=datetime(2026, 6, 1, 18, 0))
    run(site, "permit", "approve", made)
    enter(desk, page, "周伟")
    assert visits(site)[0]["due_at"] == datetime(2026, 3, 5, 18, 0)


def test_goods_that_come_with_two_people_are_asked_about_one_by_one(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="更换", goods="硬盘 2\n内存 4 DDR4 SN9")
    desk.press(Qt.Key.Key_F3)
    disk, memory = room_visits.inside(site)[0].goods
    rows = page.leaving.form.rows
    assert [rows[f"{key}{item.id}"].editor.value() for item in (disk, memory) for key in ("taken", "stays")] == [
        2, 0, 4, 0,
    ]  # fmt: skip
    assert rows[f"taken{memory.id}"].field.help == "带入 4　DDR4　SN9"
    rows[f"taken{memory.id}"].editor.set_value(1)
    rows[f"stays{memory.id}"].editor.set_value(3)
    desk.ctrl(Qt.Key.Key_S)
    assert goods(site) == [("硬盘", 2, 2, 0), ("内存", 4, 1, 3)]


def test_an_escort_may_be_typed_by_his_initials_or_number(desk: Hands, site: Context, page: RoomPage) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="更换", escort="zm", second_escort="2001")
    row = visits(site)[0]
    assert (row["escort"], row["second_escort"]) == ("赵敏", "陈晨")
    with pytest.raises(Refusal, match="“zm”有 2 人：赵敏、张明。请写姓名。"):
        meant_escort({"赵敏": frozenset({"ZM"}), "张明": frozenset({"ZM"})}, "zm", "escort")
    assert meant_escort({}, "John", "escort") == "John"


def test_an_entry_begins_with_the_room_entered_last(desk: Hands, site: Context, page: RoomPage) -> None:
    with site.transaction("登记机房") as tx:
        second = tx.insert(Room, name="三楼汇聚机房", modules="", keeper="赵敏", door_name="")
    desk.ctrl(Qt.Key.Key_N)
    assert page.entry.form.values()["room_id"] is None
    desk.type("周伟 恒通网络")
    fill(desk, page.entry, purpose="检查")
    page.entry.form.rows["room_id"].editor.set_value(second)
    desk.ctrl(Qt.Key.Key_S)
    desk.ctrl(Qt.Key.Key_N)
    assert page.entry.form.values()["room_id"] == second


def test_who_did_not_operate_is_not_said_to_have_when_the_group_leaves(
    desk: Hands, site: Context, page: RoomPage
) -> None:
    enter(desk, page, "周伟 恒通网络", "吴工 恒通网络", purpose="更换")
    first = visits(site)[0]["id"]
    with site.transaction("上机") as tx:
        tx.update(Visit, first, operated=True)
    page.board.refresh()
    desk.settle()
    desk.press(Qt.Key.Key_F3)
    assert "operated" not in page.leaving.form.rows
    desk.ctrl(Qt.Key.Key_S)
    assert [bool(row["operated"]) for row in visits(site)] == [True, False]
    assert all(row["left_at"] is not None for row in visits(site))


def test_what_was_understood_of_a_stranger_is_shown_masked(desk: Hands, site: Context, page: RoomPage) -> None:
    desk.ctrl(Qt.Key.Key_N)
    for line, shown in (
        ("周伟 恒通网络 11010519491231002X 13812345678",
         "周伟　恒通网络　身份证 1101**********002X　电话 138****5678"),
        ("吴工 恒通网络 护照 E12345678", "吴工　恒通网络　护照 E****5678"),
        ("郑工 恒通网络 13900005678", "郑工　恒通网络　电话 139****5678"),
    ):  # fmt: skip
        desk.type(line)
        desk.press(Qt.Key.Key_Return)
        assert page.entry.people.entries[-1][0] == shown
        desk.ctrl(Qt.Key.Key_Backspace)
    assert page.entry.people.entries == []


def test_tab_goes_from_the_people_into_the_form(desk: Hands, site: Context, page: RoomPage) -> None:
    desk.ctrl(Qt.Key.Key_N)
    desk.type("周伟 恒通网络")
    focused = []
    for _ in range(3):
        desk.press(Qt.Key.Key_Tab)
        focused.append(QApplication.focusWidget())
    assert focused[0] is page.entry.form.rows["room_id"].editor.input
    assert all(page.entry.isAncestorOf(each) for each in focused)
    page.entry.people.line.setFocus()
    desk.ctrl(Qt.Key.Key_Backspace)
    assert page.entry.people.entries == []


def test_an_empty_room_says_so_in_one_line(desk: Hands, site: Context, page: RoomPage) -> None:
    assert page.board.nobody.isVisible()
    assert page.board.table.isHidden()
    enter(desk, page, "周伟 恒通网络", purpose="检查")
    assert page.board.table.isVisible()
    assert page.board.nobody.isHidden()


def test_a_line_of_the_door_leads_to_the_visit_or_to_the_entry_that_is_missing(
    desk: Hands, site: Context, page: RoomPage, tmp_path: Path
) -> None:
    enter(desk, page, "周伟 恒通网络", purpose="检查")
    team_module.go_to(site, "2026-03-05 10:00:00")
    log = tmp_path / "门禁.csv"
    door = "一楼信息中心机房,进,刷卡成功"
    log.write_text(
        "事件时间,人员姓名,工号,所属组织,门禁点,进出方向,事件,卡号,读卡器\n"
        f"2026-03-05 08:40:00,周伟,,恒通网络,{door},1,读卡器_1\n"
        f"2026-03-05 08:50:00,钱进,,客服,{door},2,读卡器_1\n"
        f"2026-03-05 09:30:00,赵敏,,信息中心,{door},3,读卡器_1\n",
        "utf-8",
    )
    import_door_log(site, log)
    desk.window.frame.open("room", "door_check")
    desk.settle()
    view = desk.window.frame.pages["room"].current.page
    assert [box.currentText() for box in view.filters.findChildren(QComboBox)] == ["月份：近 7 天", "结果：对不上的"]
    assert {row.values["name"]: row.values["finds"].word for row in map(view.table.records.row_at, range(2))} == {
        "周伟": "时间不符", "钱进": "有门禁无登记",
    }  # fmt: skip
    lines = {view.table.records.row_at(place).values["name"]: place for place in range(2)}
    view.table.selectRow(lines["周伟"])
    view.table.setFocus()
    desk.press(Qt.Key.Key_Return)
    assert page.panel.isVisible()
    assert page.panel.record_id == visits(site)[0]["id"]
    desk.window.frame.open("room", "door_check")
    view.table.selectRow(lines["钱进"])
    view.table.setFocus()
    desk.press(Qt.Key.Key_Return)
    assert page.entry.isVisible()
    assert page.entry.people.line.text() == "钱进"
    assert page.entry.form.values()["entered_at"] == datetime(2026, 3, 5, 8, 50)
    page.entry.people.line.clear()
    page.entry.take_form()


def test_screening_is_asked_for_where_the_site_wants_it(desk: Hands, site: Context, page: RoomPage) -> None:
    desk.ctrl(Qt.Key.Key_N)
    assert "temperature" not in page.entry.form.rows
    desk.press(Qt.Key.Key_Escape)
    settings.write(site, {**settings.read_all(site), "room.screening": "1"})
    enter(desk, page, "周伟 恒通网络", purpose="检查", temperature="36.6")
    assert (visits(site)[0]["temperature"], visits(site)[0]["mask"]) == (366, False)

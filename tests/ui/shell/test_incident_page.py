"""An incident from the call to the signature in the real window, by keys; what is typed is never lost."""

from __future__ import annotations

from pathlib import Path

import pytest
import team as team_module
from conftest import Hands
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from opsdesk.catalog import by_slug
from opsdesk.register import Query
from opsdesk.registers.incident import acts, closing, detail, listing, problems, service
from opsdesk.rules.vocabulary import Role
from opsdesk.services import attachments
from opsdesk.services.context import Actor, Context
from opsdesk.services.drafts import Drafts
from opsdesk.ui.pages.incident import IncidentPage
from opsdesk.ui.pages.incident_panel import IncidentPanel


@pytest.fixture
def page(desk: Hands, site: Context) -> IncidentPage:
    """The page of incidents, 2026-03-05 09:00; the desk does not lock itself while hours pass."""
    desk.window.idle.stop()
    team_module.go_to(site, "2026-03-05 09:00:00")
    shown = desk.window.frame.open("incident", "incident")
    desk.settle()
    return getattr(shown, "page", shown)


def row_of(site: Context, number: str = "SJ-20260305-001") -> dict:
    return dict(service.load(site, detail.id_of(site, number)))


def chip(page: IncidentPage) -> str:
    row = page.table.records.row_at(0)
    assert row is not None
    return row.values["clock"].word


def fill(desk: Hands, panel: IncidentPanel, **typed: str) -> None:
    """Type into fields of the form in the panel, each in its own input."""
    assert panel.form is not None
    for key, text in typed.items():
        editor = panel.form.rows[key].editor
        editor.setFocus(Qt.FocusReason.TabFocusReason)
        desk.type(text, enter=False)


def test_one_line_and_enter_open_a_record_with_number_and_clock(desk: Hands, site: Context, page: IncidentPage) -> None:
    assert QApplication.focusWidget() is page.call.line
    desk.type("财务科张丽 打印机不出纸 13812345678")
    row = row_of(site)
    assert (row["state"], row["title"], row["reporter_phone"]) == ("待响应", "财务科张丽 打印机不出纸", "13812345678")
    assert row["accepted_at"] == site.now()
    assert chip(page) == "响应 剩 10 分"
    assert "今日受理 1 · 未结 1" in page.title.state()
    assert page.call.line.text() == ""
    assert page.panel.form is not None
    assert QApplication.focusWidget() is page.panel.form.rows["reporter"].editor.input


def test_a_new_call_is_shown_although_another_record_is_open(desk: Hands, site: Context, page: IncidentPage) -> None:
    desk.type("食堂POS机刷卡无反应")
    first = page.panel.record_id
    desk.press(Qt.Key.Key_F2)
    desk.type("图书馆无线网络时断时续")
    assert page.panel.record_id not in {first, None}
    assert page.panel.title() == "SJ-20260305-002　待响应　图书馆无线网络时断时续"
    assert page.table.chosen_row().id == page.panel.record_id
    desk.press(Qt.Key.Key_F3)
    assert page.panel.asks
    assert page.panel.record_id != first
    desk.press(Qt.Key.Key_Escape)


def test_a_call_does_not_take_a_half_filled_act_away(desk: Hands, site: Context, page: IncidentPage) -> None:
    desk.type("食堂POS机刷卡无反应")
    first = page.panel.record_id
    desk.press(Qt.Key.Key_F4)
    fill(desk, page.incident, reason="等读卡模块")
    desk.press(Qt.Key.Key_F2)
    desk.type("图书馆无线网络时断时续")
    assert row_of(site, "SJ-20260305-002")["title"] == "图书馆无线网络时断时续"
    assert page.panel.record_id == first
    assert page.panel.form is not None
    assert page.panel.form.values()["reason"] == "等读卡模块"
    assert "先留着" in "".join(desk.window.notices.sentences())
    page.panel.forget()


def test_what_is_typed_right_after_enter_stays_in_the_line(desk: Hands, site: Context, page: IncidentPage) -> None:
    QTest.keyClicks(page.call.line, "first call")
    QTest.keyClick(page.call.line, Qt.Key.Key_Return)
    QTest.keyClicks(page.call.line, "second")
    QTest.keyClick(page.call.line, Qt.Key.Key_Return)
    desk.settle()
    assert page.call.line.text() == "second"
    assert QApplication.focusWidget() is page.call.line
    assert page.call._drafts.of("incident:new:") == {"line": "second"}
    desk.press(Qt.Key.Key_Return)
    assert row_of(site, "SJ-20260305-002")["title"] == "second"


def test_the_report_still_to_be_written_can_be_seen_on_paper(
    desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
) -> None:
    desk.type("食堂POS机刷卡无反应")
    incident = row_of(site)
    acts.respond(site, incident["id"], {"staff_id": crew["2001"]})
    acts.solve(site, incident["id"], {"root_cause": "读卡模块进水", "result": "已解决"})
    cases = desk.window.frame.open("incident", "case_report")
    desk.settle()
    cases.panel.open_paper(cases.register.papers[0], -incident["id"])
    desk.settle()
    assert desk.window.frame.preview.title.text().endswith("CASE-20260305-001"), desk.window.notices.sentences()
    desk.press(Qt.Key.Key_Escape)


def test_ctrl_p_is_not_lost_while_the_record_is_read_anew(desk: Hands, site: Context, page: IncidentPage) -> None:
    desk.type("食堂POS机刷卡无反应")
    made = page.panel.record_id
    page.panel.forget()
    page.panel.show_record(made)
    QTest.keyClick(desk.window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    desk.settle()
    assert "SJ-20260305-001" in desk.window.frame.preview.title.text()
    desk.press(Qt.Key.Key_Escape)


def test_the_keys_of_the_page_hold_wherever_the_focus_is(desk: Hands, page: IncidentPage) -> None:
    desk.type("食堂POS机刷卡无反应")
    desk.window.frame.bar.finder.setFocus()
    desk.press(Qt.Key.Key_F3)
    assert page.panel.asks
    desk.press(Qt.Key.Key_Escape)
    page.panel.forget()


def test_who_only_reads_begins_no_act_by_its_key(desk: Hands, site: Context, page: IncidentPage) -> None:
    desk.type("食堂POS机刷卡无反应")
    made = page.panel.record_id
    desk.window.sit_down(desk.window.ctx.acting_as(Actor("访客", Role.READER)))
    desk.settle()
    shown = desk.window.frame.open("incident", "incident").page
    shown.open_record(made)
    desk.settle()
    desk.press(Qt.Key.Key_F3)
    assert not shown.panel.asks
    menu = next(button.menu() for button in shown.panel.buttons.findChildren(QPushButton) if button.text() == "更多")
    assert [entry.text() for entry in menu.actions() if entry.isEnabled()] == []


def test_the_key_of_a_section_pressed_in_it_goes_to_its_first_tab(desk: Hands, page: IncidentPage) -> None:
    desk.window.frame.open("incident", "case_report")
    desk.ctrl(Qt.Key.Key_2)
    assert desk.window.frame.pages["incident"].current_key == "incident"
    assert QApplication.focusWidget() is page.call.line


def test_an_incident_is_answered_paused_solved_handed_in_and_signed_by_keys(
    desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
) -> None:
    desk.type("食堂POS机刷卡无反应")
    panel = page.incident
    team_module.go_to(site, "2026-03-05 09:10:00")
    desk.press(Qt.Key.Key_F3)
    fill(desk, panel, staff_id="2001")
    desk.ctrl(Qt.Key.Key_S)
    assert row_of(site)["staff_id"] == crew["2001"]
    assert row_of(site)["respond_over"] == 0
    team_module.go_to(site, "2026-03-05 09:20:00")
    desk.press(Qt.Key.Key_F4)
    fill(desk, panel, whose="等待备件", reason="读卡模块调拨")
    desk.ctrl(Qt.Key.Key_S)
    assert row_of(site)["state"] == "等待"
    team_module.go_to(site, "2026-03-05 10:20:00")
    desk.press(Qt.Key.Key_F3)
    desk.ctrl(Qt.Key.Key_S)
    assert row_of(site)["state"] == "处理中"
    panel.steps.field.setFocus()
    desk.type("更换读卡模块 -> 刷卡正常")
    team_module.go_to(site, "2026-03-05 10:30:00")
    desk.press(Qt.Key.Key_F3)
    fill(desk, panel, root_cause="读卡模块进水")
    desk.ctrl(Qt.Key.Key_S)
    row = row_of(site)
    assert (row["state"], row["result"], row["root_cause"]) == ("已解决", "已解决", "读卡模块进水")
    assert row["paused_seconds"] == 3600
    desk.press(Qt.Key.Key_F3)
    desk.ctrl(Qt.Key.Key_S)
    assert row_of(site)["handed_in_at"] == site.now()
    desk.press(Qt.Key.Key_F3)
    assert row_of(site)["state"] == "已签收"
    course = detail.detail(site, row["id"])
    assert [line.what for line in course.course] == [
        "受理", "响应", "等待", "恢复处理", "处理", "解决", "交单", "主管签收",
    ]  # fmt: skip
    assert [(line.said, line.result, line.by) for line in course.steps] == [("更换读卡模块", "刷卡正常", "陈晨")]


def test_what_is_typed_goes_into_the_record_by_itself(desk: Hands, site: Context, page: IncidentPage) -> None:
    desk.type("图书馆无线网络时断时续")
    panel = page.incident
    fill(desk, panel, symptom="三楼北侧信号弱，手机掉线")
    assert row_of(site)["symptom"] == ""
    panel.keep()
    desk.settle()
    assert row_of(site)["symptom"] == "三楼北侧信号弱，手机掉线"
    assert panel.kept_label.text().startswith("已自动保存")
    assert panel.form is not None
    assert not panel.form.dirty
    assert panel.drafts.of(f"incident:{panel.record_id}:") == {}


def test_killing_the_program_while_somebody_types_loses_nothing(
    desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team, open_window
) -> None:
    desk.type("机房空调报警")
    record_id = page.panel.record_id
    fill(desk, page.incident, symptom="温度 31 度，仍在上")
    page.incident.steps.field.setFocus()
    desk.type("打开备用空", enter=False)
    page.call.line.setFocus()
    desk.type("二号楼门禁", enter=False)
    assert row_of(site)["symptom"] == ""  # nothing has gone into the record, and now the program is gone
    again = open_window(site.home, site.clock)
    again.window.sit_down(again.window.ctx.acting_as(site.actor))
    again.settle()
    shown = again.window.frame.open("incident", "incident")
    shown = getattr(shown, "page", shown)
    again.settle()
    assert shown.call.line.text() == "二号楼门禁"
    shown.open_record(record_id)
    again.settle()
    assert shown.panel.form.values()["symptom"] == "温度 31 度，仍在上"
    assert shown.incident.steps.field.text() == "打开备用空"
    shown.incident.keep()
    again.settle()
    assert row_of(site)["symptom"] == "温度 31 度，仍在上"


def test_a_field_that_cannot_be_read_keeps_the_record_as_it_was_and_says_so(
    desk: Hands, site: Context, page: IncidentPage
) -> None:
    desk.type("OA登录报错")
    panel = page.incident
    assert panel.form is not None
    panel.form.rows["title"].editor.set_value("")
    panel.form.rows["device"].editor.set_value("应用服务器")
    panel.keep()
    desk.settle()
    assert "title" in panel.form.errors()
    assert row_of(site)["title"] == "OA登录报错"
    assert row_of(site)["device"] == ""
    panel.form.rows["title"].editor.set_value("OA登录报证书错误")
    panel.keep()
    desk.settle()
    assert (row_of(site)["title"], row_of(site)["device"]) == ("OA登录报证书错误", "应用服务器")


def test_similar_incidents_of_the_past_show_while_one_types(
    desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
) -> None:
    opened = service.open_incident(site, "教务处打印机不出纸").value
    acts.respond(site, opened.id, {"staff_id": crew["1001"]})
    acts.solve(site, opened.id, {"root_cause": "搓纸轮磨损"})
    page.call.line.setFocus()
    desk.type("打印机又不出纸", enter=False)
    QTest.qWait(200)
    desk.settle()
    texts = [child.text() for child in page.call.findChildren(type(page.call._said)) if child.text()]
    assert any("教务处打印机不出纸" in text and "搓纸轮磨损" in text for text in texts)
    assert page.call._past.isVisible()


def test_the_countdown_turns_to_a_warning_and_to_a_breach_with_its_seconds(
    desk: Hands, site: Context, page: IncidentPage
) -> None:
    desk.type("核心交换机告警")
    for moment, shown in (
        ("2026-03-05 09:07:29", "响应 剩 2 分 31 秒"),
        ("2026-03-05 09:10:00", "响应 剩 0 秒"),
        ("2026-03-05 09:10:01", "响应超时 1 秒"),
        ("2026-03-05 10:12:05", "响应超时 1 小时 2 分"),
    ):
        team_module.go_to(site, moment)
        page.refresh()
        desk.settle()
        assert chip(page) == shown


def test_a_saved_filter_asks_the_same_question_again(desk: Hands, site: Context, page: IncidentPage) -> None:
    desk.type("打印机卡纸")
    desk.type("门禁失灵") if QApplication.focusWidget() is page.call.line else None
    page.filters.set_text("打印")
    page.filters.choose("state", "未结")
    desk.settle()
    page.often._keep()
    desk.settle()
    page.filters.clear()
    desk.settle()
    assert page.table.records.rowCount() >= 1
    page.often._fill()
    saved = page.often.menu.actions()[0]
    assert saved.text() == "打印 · 未结"
    saved.trigger()
    desk.settle()
    assert page.filters.query() == Query("打印", {"state": "未结"})
    assert [page.table.records.row_at(0).values["title"]] == ["打印机卡纸"]


def test_a_photo_dropped_on_the_record_is_kept_by_its_hash(
    desk: Hands, site: Context, page: IncidentPage, tmp_path: Path
) -> None:
    desk.type("机房漏水")
    photo = tmp_path / "现场 照片.jpg"
    photo.write_bytes(b"\xff\xd8\xff" + b"x" * 1000)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photo))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    page.incident.dropEvent(drop)
    desk.settle()
    assert page.panel.record_id is not None
    (kept,) = detail.detail(site, page.panel.record_id).files
    assert (kept.name, kept.size) == ("现场 照片.jpg", 1003)
    assert attachments.find(site.home, kept.sha256, kept.name).read_bytes() == photo.read_bytes()


def test_a_signed_record_is_only_to_be_read_and_the_desk_cannot_sign(
    desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
) -> None:
    opened = service.open_incident(site, "投影机不亮").value
    acts.respond(site, opened.id, {"staff_id": crew["1002"]})
    acts.solve(site, opened.id, {})
    page.set_context(site.acting_as(Actor("李值班", Role.DESK)))
    page.open_record(opened.id)
    desk.settle()
    assert not page.panel.buttons.acts["sign"].isEnabled()
    page.set_context(site)
    closing.sign(site, [opened.id], {})
    page.open_record(opened.id)
    desk.settle()
    assert page.panel.form is not None
    assert page.panel.form.rows["symptom"].editor.text.isReadOnly()
    assert not page.incident.steps.field.isVisible()
    assert listing.listed(site, Query(filters={"state": "已签收"})).total == 1
    desk.press(Qt.Key.Key_F3)
    assert not page.panel.asks, "taking back is never the next step"
    desk.click(page.panel.buttons.acts["give_back"])
    assert page.panel.asks


def test_a_void_record_is_not_taken_out_of_its_problem_by_the_key_of_the_next_step(
    desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
) -> None:
    opened = service.open_incident(site, "投影机不亮").value
    problems.join_problem(site, opened.id, {"title": "投影机灯泡老化"})
    closing.void(site, opened.id, {"reason": "重复登记"})
    page.open_record(opened.id)
    desk.settle()
    assert set(page.panel.buttons.acts) == {"leave_problem"}
    desk.press(Qt.Key.Key_F3)
    assert row_of(site)["problem_id"] is not None


def test_a_damaged_file_of_drafts_does_not_stop_the_desk(tmp_path: Path) -> None:
    (tmp_path / "drafts.sqlite").write_bytes(b"this is no database" * 400)
    drafts = Drafts(tmp_path)
    assert drafts.of("incident:") == {}
    assert drafts.keep("incident:1:symptom", "无法开机")
    assert drafts.of("incident:1:") == {"symptom": "无法开机"}
    drafts.close()


def test_the_emergency_plan_of_the_system_is_at_hand_while_the_incident_is_open(
    desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
) -> None:
    save = by_slug("emergency_plan").save
    assert save is not None
    save(
        site,
        None,
        {"name": "核心交换机故障", "system": "核心交换机", "steps": "一、确认主备。", "contacts": "值班 8001"},
    )
    save(site, None, {"name": "机房漏水", "system": "机房", "steps": "二、关闭水阀。", "contacts": ""})
    opened = service.open_incident(site, "核心交换机端口掉线", {"system": "核心交换机"}).value
    page.open_record(opened.id)
    desk.settle()
    buttons = [each for each in page.incident.plans.findChildren(QPushButton) if each.isVisible()]
    assert [each.text() for each in buttons] == ["应急预案：核心交换机故障"]
    shown = page.incident.plans.findChildren(QLabel)[0]
    assert not shown.isVisible()
    desk.click(buttons[0])
    assert shown.isVisible()
    assert shown.text() == "一、确认主备。\n联系：值班 8001"
    acts.respond(site, opened.id, {"staff_id": crew["1001"]})
    acts.solve(site, opened.id, {})
    page.refresh()
    desk.settle()
    assert not page.incident.plans.isVisible()

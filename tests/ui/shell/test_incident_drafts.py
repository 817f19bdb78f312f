"""What is typed into an incident is neither lost, nor written twice, nor put over something newer."""

from __future__ import annotations

import threading

import pytest
import team as team_module
from conftest import Hands, Opener
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from opsdesk.catalog import by_slug
from opsdesk.registers.incident import acts, closing, detail, service
from opsdesk.services import incident_options
from opsdesk.services.context import Context
from opsdesk.services.drafts import Draft, Drafts
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.kit.parts import ChipLabel
from opsdesk.ui.pages.incident import IncidentPage
from opsdesk.ui.pages.incident_panel import IncidentPanel


def page_of(desk: Hands) -> IncidentPage:
    desk.window.idle.stop()
    shown = desk.window.frame.open("incident", "incident")
    desk.settle()
    return getattr(shown, "page", shown)


@pytest.fixture
def page(desk: Hands, site: Context) -> IncidentPage:
    team_module.go_to(site, "2026-03-05 09:00:00")
    return page_of(desk)


def show(desk: Hands, page: IncidentPage, record_id: int) -> IncidentPanel:
    page.open_record(record_id)
    desk.settle()
    assert page.incident.found is not None
    return page.incident


def opened(desk: Hands, site: Context, page: IncidentPage, title: str = "打印机卡纸") -> int:
    record_id = service.open_incident(site, title).value.id
    show(desk, page, record_id)
    return record_id


def fill(desk: Hands, panel: IncidentPanel, **typed: str) -> None:
    assert panel.form is not None
    for key, text in typed.items():
        panel.form.rows[key].editor.setFocus(Qt.FocusReason.TabFocusReason)
        desk.type(text, enter=False)


def answer(desk: Hands) -> None:
    """Press the red button of the question that comes next."""

    def press() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Confirmation)
        dialog.action.click()

    QTimer.singleShot(0, desk.window, press)


def told(page: IncidentPage) -> list[str]:
    return [notice.sentence for notice in page.desk.notices.shown]


def again(open_window: Opener, site: Context) -> tuple[Hands, IncidentPage]:
    """The program was killed and is started once more."""
    hands = open_window(site.home, site.clock)
    hands.window.sit_down(hands.window.ctx.acting_as(site.actor))
    hands.settle()
    return hands, page_of(hands)


class TestWhileASaveRuns:
    def test_what_is_typed_since_goes_into_the_record_on_esc(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        record_id = opened(desk, site, page)
        fill(desk, page.incident, symptom="第一句")
        page.incident.keep()
        desk.type("，第二句", enter=False)
        desk.press(Qt.Key.Key_Escape)
        assert not page.panel.isVisible()
        assert service.load(site, record_id)["symptom"] == "第一句，第二句"
        assert page.incident.drafts.of("incident:") == {}

    def test_what_is_typed_since_goes_into_the_record_on_going_to_another(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        other = service.open_incident(site, "门禁失灵").value.id
        record_id = opened(desk, site, page)
        fill(desk, page.incident, symptom="第一句")
        page.incident.keep()
        desk.type("，第二句", enter=False)
        page.open_record(other)
        desk.type("，第三句", enter=False)  # the other one is still being read
        desk.settle()
        assert page.panel.record_id == other
        assert service.load(site, record_id)["symptom"] == "第一句，第二句，第三句"
        assert page.incident.drafts.of("incident:") == {}

    def test_what_is_taken_back_since_is_taken_back_in_the_record(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        record_id = opened(desk, site, page)
        fill(desk, page.incident, severity="高")
        page.incident.keep()
        assert page.panel.form is not None
        page.panel.form.rows["severity"].editor.set_value(None)
        desk.press(Qt.Key.Key_Escape)
        assert service.load(site, record_id)["severity"] is None

    def test_only_what_was_changed_is_written(self, desk: Hands, site: Context, page: IncidentPage) -> None:
        record_id = opened(desk, site, page)
        fill(desk, page.incident, symptom="正在输入")
        service.save(site, record_id, {**service.load(site, record_id), "diagnosis": "别处写的"})
        page.incident.keep()
        desk.settle()
        row = service.load(site, record_id)
        assert (row["symptom"], row["diagnosis"]) == ("正在输入", "别处写的")

    def test_closing_the_window_waits_for_what_has_to_be_written(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        record_id = opened(desk, site, page)
        gate = threading.Event()
        desk.window.operations.run(lambda: gate.wait(10))
        fill_without_waiting(page.incident, "severity", "高")
        page.incident.steps.field.setFocus()
        desk.type("已换硒鼓", enter=False)
        QTest.keyClick(page.incident.steps.field, Qt.Key.Key_Return)
        threading.Timer(0.2, gate.set).start()
        assert desk.window.close()
        assert service.load(site, record_id)["severity"] == "高"
        assert [step.said for step in detail.detail(site, record_id).steps] == ["已换硒鼓"]
        assert "+step" not in page.incident.drafts.of(f"incident:{record_id}:")

    def test_a_refusal_after_going_to_another_record_is_told(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        other = service.open_incident(site, "门禁失灵").value.id
        record_id = opened(desk, site, page)
        fill(desk, page.incident, title="很" * 130)
        show(desk, page, other)
        number = service.load(site, record_id)["number"]
        assert f"{number} 的修改没有存入记录：标题有 130 个字，最多 120 个。请改短。文字已保留为草稿。" in told(page)
        assert page.incident.drafts.of(f"incident:{record_id}:") == {"title": "很" * 130}
        assert show(desk, page, record_id).form.values()["title"] == "很" * 130


def fill_without_waiting(panel: IncidentPanel, key: str, value: str) -> None:
    assert panel.form is not None
    panel.form.rows[key].editor.set_value(value)


class TestOldDrafts:
    def test_a_draft_does_not_go_over_what_the_record_was_given_since(
        self, desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
    ) -> None:
        record_id = opened(desk, site, page)
        acts.respond(site, record_id, {"staff_id": crew["1001"]})
        page.refresh()
        desk.settle()
        fill_without_waiting(page.incident, "title", "")
        fill(desk, page.incident, root_cause="表单里的旧根因")
        desk.press(Qt.Key.Key_F3)
        fill(desk, page.incident, root_cause="解决时写的根因")
        desk.ctrl(Qt.Key.Key_S)
        assert page.panel.form is not None
        assert page.panel.form.values()["root_cause"] == "解决时写的根因"
        (said,) = [each for each in told(page) if "没有恢复" in each]
        assert said == "SJ-20260305-001 里已经另有内容，上次没有存完的文字没有恢复。"
        (notice,) = [each for each in page.desk.notices.shown if each.sentence == said]
        notice.buttons[0].click()
        assert QApplication.clipboard().text() == "根本原因与改进：表单里的旧根因"
        fill_without_waiting(page.incident, "title", "打印机卡纸两次")
        page.incident.keep()
        desk.settle()
        row = service.load(site, record_id)
        assert (row["title"], row["root_cause"]) == ("打印机卡纸两次", "解决时写的根因")
        assert page.incident.drafts.of("incident:") == {}

    def test_what_was_given_up_does_not_come_back(self, desk: Hands, site: Context, page: IncidentPage) -> None:
        record_id = opened(desk, site, page)
        fill_without_waiting(page.incident, "title", "")
        fill(desk, page.incident, symptom="我不要这句话")
        answer(desk)
        desk.press(Qt.Key.Key_Escape)
        assert not page.panel.isVisible()
        assert page.incident.drafts.of("incident:") == {}
        panel = show(desk, page, record_id)
        assert panel.form is not None
        assert (panel.form.values()["title"], panel.form.values()["symptom"]) == ("打印机卡纸", "")
        assert service.load(site, record_id)["symptom"] == ""

    def test_a_signed_record_shows_what_it_holds_and_no_draft(
        self, desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
    ) -> None:
        record_id = service.open_incident(site, "投影机不亮").value.id
        page.incident.drafts.keep(f"incident:{record_id}:symptom", "旧草稿", [""])
        acts.respond(site, record_id, {"staff_id": crew["1001"]})
        acts.solve(site, record_id, {})
        closing.sign(site, [record_id], {})
        panel = show(desk, page, record_id)
        assert panel.form is not None
        assert panel.form.values()["symptom"] == ""
        assert panel.drafts.of("incident:") == {}
        assert told(page) == ["SJ-20260305-001 已签收，上次没有存完的文字没有恢复。"]

    def test_a_record_signed_while_somebody_types_shows_what_it_holds(
        self, desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
    ) -> None:
        record_id = opened(desk, site, page)
        acts.respond(site, record_id, {"staff_id": crew["1001"]})
        acts.solve(site, record_id, {})
        page.refresh()
        desk.settle()
        fill(desk, page.incident, symptom="来不及了")
        closing.sign(site, [record_id], {})
        page.refresh()
        desk.settle()
        assert page.panel.form is not None
        assert page.panel.form.values()["symptom"] == ""
        assert any("已签收，上次没有存完的文字没有恢复" in each for each in told(page))

    def test_only_the_text_that_was_written_is_forgotten(self, site: Context) -> None:
        drafts = Drafts(site.home)
        drafts.keep("incident:1:symptom", "第二句", ["", "第一句"])
        drafts.forget_text("incident:1:symptom", "第一句")
        assert drafts.found("incident:1:") == {"symptom": Draft("第二句", ("", "第一句"))}
        drafts.forget_text("incident:1:symptom", "第二句")
        assert drafts.of("incident:1:") == {}
        drafts.close()


class TestKilled:
    def test_choices_flags_and_days_come_back(
        self, desk: Hands, site: Context, page: IncidentPage, open_window: Opener
    ) -> None:
        record_id = opened(desk, site, page)
        fill(desk, page.incident, severity="高", staff_id="1002")
        fill_without_waiting(page.incident, "urgent", True)
        hands, shown = again(open_window, site)
        panel = show(hands, shown, record_id)
        assert panel.form is not None
        values = panel.form.values()
        assert (values["severity"], values["urgent"]) == ("高", True)
        assert isinstance(values["staff_id"], int)
        panel.keep()
        hands.settle()
        row = service.load(site, record_id)
        assert (row["severity"], row["urgent"], row["person"]) == ("高", True, "李敏")
        assert panel.drafts.of("incident:") == {}

    def test_what_an_act_asks_comes_back_until_it_is_done(
        self, desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team, open_window: Opener
    ) -> None:
        record_id = service.open_incident(site, "打印机卡纸").value.id
        acts.respond(site, record_id, {"staff_id": crew["1001"]})
        show(desk, page, record_id)
        desk.press(Qt.Key.Key_F3)
        fill(desk, page.incident, handling="换了搓纸轮", root_cause="磨损")
        assert page.panel.form is not None
        page.panel.form.rows["resolved_at"].editor.day.line.setText("3-5")
        hands, shown = again(open_window, site)
        panel = show(hands, shown, record_id)
        panel.press("solve")
        hands.settle()
        assert panel.form is not None
        assert panel.form.values()["handling"] == "换了搓纸轮"
        assert panel.form.values()["root_cause"] == "磨损"
        assert panel.form.rows["resolved_at"].editor.day.line.text() == "3-5"
        assert "已恢复上次没有提交的内容，请核对后再提交。" in told(shown)
        panel.form.rows["resolved_at"].editor.set_value(None)
        hands.ctrl(Qt.Key.Key_S)
        row = service.load(site, record_id)
        assert (row["state"], row["root_cause"]) == ("已解决", "磨损")
        assert panel.drafts.of("incident:") == {}
        page.refresh()
        page._close_panel()

    def test_what_an_act_asks_is_forgotten_when_given_up_or_no_longer_offered(
        self, desk: Hands, site: Context, page: IncidentPage, crew: team_module.Team
    ) -> None:
        record_id = opened(desk, site, page)
        desk.press(Qt.Key.Key_F4)
        fill(desk, page.incident, reason="等人")
        assert page.incident.drafts.of("incident:") == {f"{record_id}:act:wait:reason": "等人"}
        answer(desk)
        desk.press(Qt.Key.Key_Escape)
        assert page.incident.drafts.of("incident:") == {}
        page.incident.drafts.keep(f"incident:{record_id}:act:respond:responded_at", "3-5\n", ["\n"])
        acts.respond(site, record_id, {"staff_id": crew["1001"]})
        page.refresh()
        desk.settle()
        assert page.incident.drafts.of("incident:") == {}


class TestLines:
    def test_a_second_enter_writes_nothing_and_what_is_typed_since_stays(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        record_id = opened(desk, site, page)
        field = page.incident.steps.field
        field.setFocus()
        desk.type("换了搓纸轮", enter=False)
        for _ in range(2):
            QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClicks(field, "next")
        desk.settle()
        assert [step.said for step in detail.detail(site, record_id).steps] == ["换了搓纸轮"]
        assert field.text() == "next"
        assert page.incident.drafts.of(f"incident:{record_id}:") == {"+step": "next"}

    def test_a_refused_step_stands_in_front_of_what_was_typed_since(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        record_id = opened(desk, site, page)
        field = page.incident.steps.field
        field.setFocus()
        desk.type("很" * 401, enter=False)
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.keyClicks(field, "next")
        desk.settle()
        assert field.text() == f"{'很' * 401}next"
        assert page.incident.drafts.of(f"incident:{record_id}:") == {"+step": f"{'很' * 401}next"}
        assert told(page) == ["SJ-20260305-001 的处理过程没有记录：处理有 401 个字，最多 400 个。请改短。"]

    def test_a_refused_step_of_a_record_that_was_left_is_its_draft(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        other = service.open_incident(site, "门禁失灵").value.id
        record_id = opened(desk, site, page)
        page.incident.steps.field.setFocus()
        desk.type("很" * 401, enter=False)
        gate = threading.Event()
        desk.window.operations.run(lambda: gate.wait(10))
        QTest.keyClick(page.incident.steps.field, Qt.Key.Key_Return)
        page.open_record(other)
        gate.set()
        desk.settle()
        assert page.incident.steps.field.text() == ""
        assert show(desk, page, record_id).steps.field.text() == "很" * 401

    def test_a_step_is_taken_whole_with_its_result(self, desk: Hands, site: Context, page: IncidentPage) -> None:
        record_id = opened(desk, site, page)
        page.incident.steps.field.setFocus()
        desk.type(f"{'做' * 400}→{'好' * 200}")
        (step,) = detail.detail(site, record_id).steps
        assert (step.said, step.result) == ("做" * 400, "好" * 200)

    def test_a_part_is_written_once_and_comes_back_when_refused(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        record_id = opened(desk, site, page)
        parts = page.incident.parts
        parts.name.setText("搓纸轮")
        parts.quantity.setValue(2)
        for _ in range(2):
            QTest.keyClick(parts.name, Qt.Key.Key_Return)
        QTest.keyClicks(parts.name, "toner")
        desk.settle()
        assert [(part.name, part.quantity) for part in detail.detail(site, record_id).parts] == [("搓纸轮", 2)]
        assert parts.name.text() == "toner"
        parts.name.setText("很" * 61)
        parts.quantity.setValue(3)
        QTest.keyClick(parts.name, Qt.Key.Key_Return)
        desk.settle()
        assert (parts.name.text(), parts.quantity.value()) == ("很" * 61, 3)
        assert "配件名称有 61 个字，最多 60 个。请改短。" in told(page)[-1]

    def test_a_call_that_is_too_long_is_refused_and_stays_whole(
        self, desk: Hands, site: Context, page: IncidentPage
    ) -> None:
        page.call.line.setFocus()
        QApplication.clipboard().setText("长" * 1000)
        desk.ctrl(Qt.Key.Key_V)
        desk.press(Qt.Key.Key_Return)
        assert page.call.line.text() == "长" * 1000
        assert "这一行有 1000 个字，最多 120 个。" in page.call._said.text()


def test_the_clocks_of_working_hours_stand_still_when_work_is_over(
    desk: Hands, site: Context, page: IncidentPage
) -> None:
    save = by_slug("incident_option").save
    assert save is not None
    save(site, None, {"what": "类别", "name": "安防", "place": None, "hours": incident_options.WORKING_HOURS})
    team_module.go_to(site, "2026-03-05 17:29:00")
    record_id = service.open_incident(site, "摄像头黑屏", {"category": "安防"}).value.id
    page.refresh()
    panel = show(desk, page, record_id)

    def chips() -> list[str]:
        return [each.word() for each in panel.clocks.findChildren(ChipLabel)]

    before = chips()
    panel.clocks.tick(600)
    assert chips() == before
    team_module.go_to(site, "2026-03-05 17:39:00")
    page._renew()
    desk.settle()
    row = page.table.records.row_at(0)
    assert row is not None
    assert row.values["clock"].word in chips()
    assert not [each for each in chips() if "超时" in each]

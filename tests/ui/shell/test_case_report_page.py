"""case 报告 and 问题 in the window: what is final is asked first, and no two buttons are called the same."""

from __future__ import annotations

import pytest
import team as team_module
from conftest import Hands
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from opsdesk.registers.case_report import service as reports
from opsdesk.registers.incident import acts, closing, detail, service
from opsdesk.registers.problem import service as problems
from opsdesk.services.context import Context
from opsdesk.ui.kit.notices import Confirmation
from opsdesk.ui.kit.register_page import RegisterPage


@pytest.fixture
def incident(desk: Hands, site: Context, crew: team_module.Team) -> int:
    """A signed fault whose report can be submitted as it is drawn."""
    desk.window.idle.stop()
    incident_id = service.open_incident(site, "财务科上不了网").value.id
    acts.respond(site, incident_id, {"staff_id": crew["1001"]})
    detail.add_step(site, incident_id, {"said": "更换光模块", "result": ""})
    acts.solve(site, incident_id, {"root_cause": "光模块老化"})
    kept = {**service.load(site, incident_id), "diagnosis": "光模块老化", "lesson": "定期更换光模块"}
    service.save(site, incident_id, kept)
    closing.hand_in(site, [incident_id], {})
    closing.sign(site, [incident_id], {})
    return incident_id


def opened(desk: Hands, key: str, record_id: int) -> RegisterPage:
    page = desk.window.frame.open("incident", key)
    desk.settle()
    page.open_record(record_id)
    desk.settle()
    return page


def answered(desk: Hands, page: RegisterPage, key: str, *, yes: bool) -> list[str]:
    """Press an act, answer its question; gives what was asked."""
    asked: list[str] = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, Confirmation)
        asked.append(dialog.windowTitle())
        (dialog.action if yes else dialog.refuse).click()

    QTimer.singleShot(0, answer)
    desk.click(page.panel.buttons.acts[key])
    return asked


def test_two_presses_on_the_same_place_do_not_approve(desk: Hands, site: Context, incident: int) -> None:
    page = opened(desk, "case_report", -incident)
    desk.click(page.panel.buttons.acts["submit"])
    assert answered(desk, page, "approve", yes=False) == ["批准"]
    report = reports.load(site, -incident)
    assert (report["submitted_at"] is None, report["approved_at"]) == (False, None)
    assert answered(desk, page, "approve", yes=True) == ["批准"]
    assert reports.load(site, -incident)["approved_at"] is not None


def test_a_problem_and_its_panel_are_not_closed_by_the_same_word(desk: Hands, site: Context) -> None:
    desk.window.idle.stop()
    made = problems.save(site, None, {"title": "三楼交换机端口频繁中断"}).value
    page = opened(desk, "problem", made)
    assert page.panel.buttons.acts["close"].text() == "关闭问题"
    assert page.panel.cancel.text() == "关闭"


def test_the_head_button_has_a_space_before_a_latin_name(desk: Hands, site: Context) -> None:
    desk.window.idle.stop()
    page = desk.window.frame.open("incident", "case_report")
    desk.settle()
    assert page.new_button.text() == "新建 case 报告"

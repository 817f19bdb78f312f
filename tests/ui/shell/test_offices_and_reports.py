"""The office at closing time by keys; a report begins with what the record knows; both by the doors of the closing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
import team as team_module
from conftest import Hands
from PySide6.QtCore import Qt
from sqlalchemy import select
from team import Team, go_to

from opsdesk.catalog import by_slug
from opsdesk.models import Contract, ContractTerm
from opsdesk.register import Query
from opsdesk.registers.open_close import service as open_close
from opsdesk.registers.report import service as report
from opsdesk.registers.sign_in.service import sign
from opsdesk.rules.premises import BOXES
from opsdesk.rules.reporting import ReportKind
from opsdesk.services import closing, closings, settings
from opsdesk.services.context import Context

THURSDAY = date(2026, 3, 5)


@pytest.fixture
def asked(site: Context, crew: Team) -> Context:
    """Contracts that want reports, one office, and two people who came."""
    with site.transaction("约定报告") as tx:
        for contract in tx.connection.execute(select(Contract.id)).scalars().all():
            tx.insert(ContractTerm, contract_id=contract, topic="报告", regulation="T1", holds_from=team_module.SINCE)
    settings.write(site, {"site.offices": "办公室"})
    go_to(site, "2026-03-05 08:11:00")
    for number in ("1001", "2001"):
        sign(site, staff_id=crew[number])
    go_to(site, "2026-03-05 17:25:00")
    return site


def rows(ctx: Context, slug: str) -> list[Any]:
    return list(by_slug(slug).list(ctx, Query()).rows)


def through(desk: Hands, word: str) -> Any:
    """The page behind the door of the first item of the closing that says this."""
    page = desk.window.frame.open("close", "day_close")
    page.refresh()
    desk.settle()
    page._open(next(place for place, each in enumerate(page.status.items) if word in each.sentence))
    desk.settle()
    return desk.window.frame.current.current


def test_the_last_one_leaves_in_one_name_and_one_key(asked: Context, desk: Hands) -> None:
    page = desk.window.frame.open("upkeep", "open_close")
    desk.settle()
    desk.click(page.actions_by_key["normal"])
    form = page.panel.form
    assert form is not None
    assert form.rows["closed_by"].editor.input.hasFocus()
    assert form.rows["opened_by"].editor.value() == "王强"
    assert form.rows["opened_at"].editor.value() == datetime(2026, 3, 5, 8, 11)
    desk.type("陈晨", enter=False)
    desk.ctrl(Qt.Key.Key_S)
    (row,) = rows(asked, "open_close")
    assert row.values["state"].word == "全部正常"
    assert row.values["closed"] == "17:25 陈晨"


@pytest.mark.parametrize(("left", "written"), [("17:25:40", "17:25 陈晨"), ("17:28:10", "17:28 陈晨")])
def test_after_the_day_was_closed_the_office_is_closed_and_what_stood_there_stays(
    asked: Context, desk: Hands, left: str, written: str
) -> None:
    open_close.open_office(
        asked, 0, {"office": "办公室", "opened_by": "王强", "opened_at": datetime(2026, 3, 5, 8, 6, 30)}
    )
    go_to(asked, "2026-03-05 17:25:20")
    closing.close(asked, closings.of_day(THURSDAY), because="还有人在班")
    page = desk.window.frame.open("upkeep", "open_close")
    desk.settle()
    go_to(asked, f"2026-03-05 {left}")
    desk.click(page.actions_by_key["normal"])
    desk.type("陈晨", enter=False)
    desk.ctrl(Qt.Key.Key_S)
    (row,) = rows(asked, "open_close")
    assert row.values["closed"] == written
    page.open_record(row.id)
    desk.settle()
    form = page.panel.form
    form.rows["opened_by"].editor.setFocus()
    form.rows["opened_by"].editor.set_value("李敏")
    desk.ctrl(Qt.Key.Key_S)
    desk.settle()
    assert rows(asked, "open_close")[0].values["opened"] == "08:06 王强"
    assert form.dirty, "it was refused and what was typed stays"
    form.rows["opened_by"].editor.set_value("王强")
    assert not form.dirty
    if written.startswith("17:25"):
        return
    form.rows["found"].editor.set_value("窗没关")
    form.rows["remedy"].editor.set_value("已关")
    desk.ctrl(Qt.Key.Key_S)
    desk.settle()
    kept = open_close.load(asked, row.id)
    assert (kept["found"], kept["remedy"]) == ("窗没关", "已关"), "what was empty is added"
    assert kept["opened_at"] == datetime(2026, 3, 5, 8, 6, 30)


def test_a_check_of_a_signed_week_can_only_be_looked_at_and_an_empty_note_has_no_box(
    asked: Context, desk: Hands
) -> None:
    page = desk.window.frame.open("upkeep", "open_close")
    desk.settle()
    desk.click(page.actions_by_key["normal"])
    desk.type("陈晨", enter=False)
    desk.ctrl(Qt.Key.Key_S)
    (row,) = rows(asked, "open_close")
    page.open_record(row.id)
    desk.settle()
    form, panel = page.panel.form, page.panel
    assert form.rows["told"].isHidden()
    assert form.rows["found"].isVisible()
    assert not form.rows["found"].editor.input.isReadOnly()
    assert panel.submit.isVisible()
    open_close.sign_week(asked, row.id, {})
    desk.window.bus.announce({"open_close"})  # signed in another window
    desk.settle()
    assert form.rows["told"].isVisible()
    assert "周签字" in form.rows["told"].editor.value()
    assert form.rows["found"].editor.input.isReadOnly()
    assert panel.submit.isHidden()
    assert panel.normal_button.isHidden()
    page.open_record(row.id)
    desk.settle()
    assert panel.form.rows["found"].editor.input.isReadOnly()
    assert panel.submit.isHidden()


def test_f7_fills_in_what_nobody_has_ticked(asked: Context, desk: Hands) -> None:
    page = desk.window.frame.open("upkeep", "open_close")
    desk.settle()
    desk.ctrl(Qt.Key.Key_N)
    form = page.panel.form
    form.rows["lights"].editor.set_value("异常")
    form.rows["found"].editor.set_value("东侧灯管不亮")
    form.rows["closed_by"].editor.set_value("陈晨")
    form.rows["closed_at"].editor.set_value(datetime(2026, 3, 5, 17, 20))
    form.rows["closed_by"].editor.setFocus()
    desk.press(Qt.Key.Key_F7)
    assert {form.rows[key].editor.value() for key in BOXES if key != "lights"} == {"正常"}
    assert form.rows["lights"].editor.value() == "异常"
    desk.ctrl(Qt.Key.Key_S)
    (row,) = rows(asked, "open_close")
    assert row.values["state"].word == "待处置"
    assert page.panel.normal_button.isVisible()
    open_close.save(asked, row.id, {**open_close.load(asked, row.id), "remedy": "报修"})
    open_close.sign_week(asked, row.id, {})
    page.open_record(row.id)
    desk.settle()
    assert not page.panel.normal_button.isVisible(), "what is signed is not ticked any more"


def test_a_report_begins_with_the_record_of_the_vendor_chosen(asked: Context, desk: Hands) -> None:
    page = desk.window.frame.open("close", "report")
    desk.settle()
    desk.ctrl(Qt.Key.Key_N)
    form = page.panel.form
    assert form.rows["people"].editor.value() == "王强（1 人）"
    assert form.rows["incidents"].editor.value() == "无"
    assert not form.dirty, "nobody has typed anything"
    form.rows["incidents"].editor.set_value("电话指导两次")
    other = next(key for key, label in form_options(asked) if "恒通" in label)
    form.rows["vendor_id"].editor.set_value(other)
    form.rows["vendor_id"].editor.changed.emit()
    desk.settle()
    assert form.rows["people"].editor.value() == "陈晨（1 人）"
    assert form.rows["incidents"].editor.value() == "电话指导两次", "what was typed stays"
    form.rows["author"].editor.set_value("陈晨")
    form.rows["work"].editor.set_value("巡查")
    form.rows["plan"].editor.set_value("继续巡查")
    desk.ctrl(Qt.Key.Key_S)
    (row,) = rows(asked, "report")
    assert (row.values["vendor"], row.values["state"].word) == ("恒通", "待交")
    kept = report.load(ReportKind.DAILY, asked, row.id)
    assert kept["people"] == "陈晨（1 人）"


def form_options(ctx: Context) -> list[tuple[int, str]]:
    field = next(each for each in by_slug("report").fields if each.key == "vendor_id")
    assert field.options is not None
    return list(field.options(ctx))


def test_doors_of_the_closing_begin_the_form_of_their_day(asked: Context, desk: Hands) -> None:
    office = through(desk, "办公室还缺")
    assert office.register.slug == "open_close"
    values = office.panel.form.values()
    assert (values["office"], values["day"], values["opened_by"]) == ("办公室", THURSDAY, "王强")
    office.panel.left.emit()
    page = through(desk, "恒通 03-05 的日报")
    assert page.register.slug == "report"
    values = page.panel.form.values()
    assert (values["day"], values["people"]) == (THURSDAY, "陈晨（1 人）")
    page.panel.left.emit()

"""Forms of the machine room: they begin with who asks, and can only be looked at once somebody has decided."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from conftest import Hands
from machine_room import a_room, off_hours, permit
from machine_room import act as run
from PySide6.QtWidgets import QApplication
from team import Team, go_to

from opsdesk.registers.cleaning import service as cleaning
from opsdesk.registers.correction import service as correction
from opsdesk.rules.vocabulary import Direction
from opsdesk.services import closing, closings
from opsdesk.services.context import Context
from opsdesk.ui.kit.register_page import RegisterPage


def page_of(desk: Hands, key: str, section: str = "room") -> RegisterPage:
    desk.window.idle.stop()
    page = desk.window.frame.open(section, key)
    desk.settle()
    return getattr(page, "page", page)


@pytest.mark.parametrize("slug", ["permit", "off_hours"])
def test_a_new_form_begins_with_the_unit_that_asks(desk: Hands, site: Context, slug: str) -> None:
    page = page_of(desk, slug)
    desk.click(page.new_button)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus.accessibleName() == "申请单位"
    page.panel.forget()


def test_a_permit_can_be_written_until_it_is_decided_and_then_has_its_acts(desk: Hands, site: Context) -> None:
    made = permit(site, a_room(site))
    page = page_of(desk, "permit")
    page.open_record(made)
    desk.settle()
    form = page.panel.form
    assert form is not None
    assert page.panel.submit.isVisible()
    form.rows["remarks"].editor.set_value("改一下")
    assert form.dirty
    form.set_values(form.values())

    run(site, "permit", "approve", made)  # elsewhere, while the form stands here
    page.panel.refresh()
    desk.settle()
    assert page.panel.form is form
    form.rows["remarks"].editor.set_value("再改一下")
    assert not form.dirty
    assert page.panel.submit.isHidden()
    assert {"extend", "reveal", "void"} <= set(page.panel.buttons.acts)

    other = off_hours(site)
    slips = page_of(desk, "off_hours")
    slips.open_record(other)
    desk.settle()
    assert slips.panel.submit.isVisible()
    run(site, "off_hours", "refuse", other, reason="另有安排")
    slips.open_record(other)
    desk.settle()
    assert slips.panel.submit.isHidden()


def test_a_form_says_that_its_day_is_closed_as_the_day_is_written(desk: Hands, site: Context, crew: Team) -> None:
    closing.close(site, closings.of_day(date(2026, 3, 4)), because="先结后补都说明了")
    page = page_of(desk, "correction", "leave")
    page.new_with({"staff_id": crew["1001"], "day": date(2026, 3, 4)})
    desk.settle()
    note, form = page.panel.closing, page.panel.form
    assert form is not None
    assert note.isVisible()
    assert note.sentence().startswith("2026-03-04 已日结，这一天的补签单不能再补记或更改。")
    form.rows["day"].editor.set_value(date(2026, 3, 5))
    form.changed.emit()
    desk.settle()
    assert not note.isVisible()
    page.panel.forget()


def test_a_record_of_a_closed_day_says_so(desk: Hands, site: Context) -> None:
    room = a_room(site)
    done = {"room_id": room, "scope": "地面", "cleaned_by": "保洁", "result": "合格"}
    ids = {day: cleaning.save(site, None, {**done, "day": date(2026, 3, day)}).value for day in (4, 5)}
    closing.close(site, closings.of_day(date(2026, 3, 4)), because="先结后补都说明了")
    page = page_of(desk, "cleaning", "upkeep")
    for day, told in ((4, True), (5, False)):
        page.open_record(ids[day])
        desk.settle()
        assert page.panel.closing.isVisible() is told
    page.open_record(ids[4])
    desk.settle()
    assert "机房清扫记录不能再补记或更改" in page.panel.closing.sentence()


def test_a_slip_once_filed_is_only_looked_at(desk: Hands, site: Context, crew: Team) -> None:
    go_to(site, "2026-03-05 09:12:00")
    made = correction.file(
        site, staff_id=crew["1001"], day=date(2026, 3, 5), direction=Direction.IN,
        actual_at=datetime(2026, 3, 5, 8, 20), cause="忘签", explanation="直接去了机房", witness="李敏",
    ).value  # fmt: skip
    page = page_of(desk, "correction", "leave")
    for acts in ({"accept", "decline"}, set()):
        page.open_record(made)
        desk.settle()
        assert page.panel.submit.isHidden()
        assert page.panel.form is not None
        assert page.panel.form.rows["explanation"].editor.text.isReadOnly()
        assert {"accept", "decline"} & set(page.panel.buttons.acts) == acts
        if acts:
            correction.decide(site, correction_id=made, accept=True)

"""Forms of the machine room: they begin with who asks, and can only be looked at once somebody has decided."""

from __future__ import annotations

import pytest
from conftest import Hands
from machine_room import a_room, off_hours, permit
from machine_room import act as run
from PySide6.QtWidgets import QApplication

from opsdesk.services.context import Context
from opsdesk.ui.kit.register_page import RegisterPage


def page_of(desk: Hands, key: str) -> RegisterPage:
    desk.window.idle.stop()
    page = desk.window.frame.open("room", key)
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

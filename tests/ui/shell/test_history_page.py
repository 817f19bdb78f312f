"""历史 in the window: from a record to what was changed in it, and to one change whole."""

from __future__ import annotations

import team as team_module
from conftest import Hands

from opsdesk.models import Staff
from opsdesk.services.context import Context


def test_a_record_leads_to_its_own_history(desk: Hands, site: Context, crew: team_module.Team) -> None:
    desk.window.idle.stop()
    with site.transaction("更正电话", "本人来改") as tx:
        tx.update(Staff, crew["1002"], phone="13900001111")
    staff = desk.window.frame.open("people", "staff").page
    desk.settle()
    staff.open_record(crew["1002"])
    desk.settle()
    assert staff.panel.history.isVisible()
    desk.click(staff.panel.history)
    page = desk.window.frame.show_page("history")
    desk.settle()
    rows = [page.table.records.row_at(place) for place in range(page.table.records.rowCount())]
    assert [row.values["act"] for row in rows] == ["更正电话", "建队"]
    page.open_record(rows[0].id)
    desk.settle()
    said = page.panel.form.values()
    assert "13900001111" in said["changes"]
    assert said["reason"] == "本人来改"
    assert not page.panel.submit.isVisible()


def test_a_new_record_has_no_history(desk: Hands, site: Context) -> None:
    desk.window.idle.stop()
    page = desk.window.frame.open("people", "vendor")
    desk.settle()
    page.new_record()
    desk.settle()
    assert not page.panel.history.isVisible()
    page.panel.forget()

"""Who may act in the supervisor's open session: what fines, scores or closes takes the password (`promises.md` H14)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import a_site
import pytest
from a_site import PASSWORD
from conftest import Hands, Opener, doing
from sqlalchemy import func, select
from team import clock_of

from opsdesk.catalog import REGISTERS
from opsdesk.models import ClosedPeriod, Deduction, LedgerRow, Settlement
from opsdesk.rules.vocabulary import Decision
from opsdesk.services.context import Context
from opsdesk.ui.pages.signature import KEPT_MS

WRONG = "另一句只有我知道的话"
NOBODY_ASKED = ""


@pytest.fixture
def record(lived: Path, tmp_path: Path) -> Iterator[Context]:
    yield from a_site.opened_copy(lived, tmp_path)


@pytest.fixture
def desk(open_window: Opener, record: Context) -> Hands:
    """The supervisor at his desk, who has signed nothing yet."""
    hands = open_window(record.home, record.clock)
    hands.window.idle.stop()
    hands.window.sit_down(hands.window.ctx.acting_as(record.actor))
    hands.settle()
    return hands


def count(ctx: Context, table: type) -> int:
    with ctx.read() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def states(ctx: Context) -> list[str]:
    with ctx.read() as connection:
        return list(connection.execute(select(Deduction.state).order_by(Deduction.id)).scalars())


def go_on(ctx: Context, ms: int) -> None:
    clock_of(ctx).advance(milliseconds=ms)


def open_month(desk: Hands):
    desk.window.frame.open("month", "month")
    desk.settle()
    return desk.window.frame.pages["month"].current


def booked(desk: Hands):
    """The month booked with the password."""
    page = open_month(desk)
    doing(desk, page.head.book, PASSWORD)
    return page


def test_a_month_is_booked_with_the_right_password_only(desk: Hands, record: Context) -> None:
    page = open_month(desk)
    asked = doing(desk, page.head.book, WRONG)
    assert "结算 2026-02。还有" in asked
    assert "账号或密码不对" in asked
    assert count(record, Settlement) == 0
    assert "结算 2026-02" in doing(desk, page.head.book, PASSWORD)
    assert count(record, Settlement) > 0


def test_fines_in_a_row_ask_once_and_again_after_five_minutes(desk: Hands, record: Context) -> None:
    page = booked(desk)
    assert set(states(record)) == {Decision.PROPOSED}
    go_on(record, KEPT_MS - 1)
    page.open_person(next(iter(page._shown)))
    desk.settle()
    first = next(card for card in page.panel.cards if not card.confirm.isHidden() and card.entry.booked)
    assert doing(desk, first.confirm.click) == NOBODY_ASKED
    assert states(record).count(Decision.CONFIRMED) == 1
    go_on(record, 1)
    desk.settle()  # the cards are laid anew after the first
    again = next(card for card in page.panel.cards if card.entry.booked and card.entry.booked.id)
    again.reason.setText("主管同意免除")
    asked = doing(desk, again._submit, WRONG)
    assert "免除 1 条拟扣减" in asked
    assert Decision.WAIVED not in states(record)
    assert "免除 1 条拟扣减" in doing(desk, again._submit, PASSWORD)
    assert states(record).count(Decision.WAIVED) == 1


def test_the_lock_and_another_person_forget_the_password(desk: Hands, record: Context) -> None:
    page = booked(desk)
    desk.window.lock()
    desk.window.sit_down(desk.window.ctx)
    desk.settle()
    assert "全部确认" in doing(desk, page.head.confirm_all, WRONG)
    assert set(states(record)) == {Decision.PROPOSED}
    assert doing(desk, page.head.confirm_all, PASSWORD) != NOBODY_ASKED
    assert Decision.CONFIRMED in states(record)
    desk.window.change_person()
    desk.window._on_gone_back()
    desk.settle()
    assert not desk.window.signature.holds(desk.window.ctx)


def test_a_fine_is_waived_in_its_register_with_the_password(desk: Hands, record: Context) -> None:
    booked(desk)
    desk.window.signature.forget()
    page = desk.window.frame.open("month", "deduction")
    desk.settle()
    page.open_record(1)
    desk.settle()
    waive = next(act for act in page.register.acts if act.key == "waive")
    page.panel.start_act(waive, 1)
    desk.settle()
    page.panel.form.set_values({"note": "主管同意免除"})
    assert "免除" in doing(desk, page.panel.submit.click, WRONG)
    assert Decision.WAIVED not in states(record)
    doing(desk, page.panel.submit.click, PASSWORD)
    assert states(record)[0] == Decision.WAIVED


def test_a_day_is_closed_with_the_password(desk: Hands, record: Context) -> None:
    page = desk.window.frame.open("close")
    desk.settle()
    page.side.reason.setText("供应商夜间处理，明早补单")
    assert "2026-03-05 日结" in doing(desk, page.close_period, WRONG)
    assert count(record, ClosedPeriod) == 0
    doing(desk, page.close_period, PASSWORD)
    assert count(record, ClosedPeriod) == 1
    with record.read() as connection:
        acts = list(connection.execute(select(LedgerRow.act).where(LedgerRow.subject == "login")).scalars())
    assert acts == ["登录失败", "主管确认"]


def test_the_acts_that_take_the_password_are_those_that_fine_or_score() -> None:
    signing = {(register.slug, act.key) for register in REGISTERS for act in register.acts if act.signs}
    assert signing == {
        ("deduction", "confirm"), ("deduction", "waive"), ("measure", "accept"), ("measure", "decline"),
        ("appraisal_sheet", "submit"), ("appraisal_sheet", "withdraw"),
    }  # fmt: skip
    assert all(act.roles == {"主管"} for register in REGISTERS for act in register.acts if act.signs)

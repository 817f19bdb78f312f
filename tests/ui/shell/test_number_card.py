"""设置 · 站点, 访客证件号: sealing, the password, and 查看证件号 in the window."""

from __future__ import annotations

from typing import Any

import a_site
import machine_room
import pytest
from conftest import Hands
from machine_room import id_number, save
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from sqlalchemy import select

from opsdesk.models import Visitor
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, backup, id_numbers, number_password
from opsdesk.services.context import Context
from opsdesk.ui.pages.number_card import NumberCard
from opsdesk.ui.pages.step_up import StepUp

PASSWORD, NEXT = "保险柜第二层的蓝本子", "档案室左边的铁皮柜子"
CARD = id_number(1)


@pytest.fixture
def card(desk: Hands, site: Context) -> NumberCard:
    save(site, "visitor", name="张三", unit="恒通", id_number=CARD, phone="13912345678")
    page = desk.window.frame.open("settings", "site")
    desk.settle()
    found: NumberCard = page.numbers
    return found


def sign(desk: Hands, button: Any, values: dict[str, Any] | None, password: str = a_site.PASSWORD) -> dict[str, str]:
    """Press, fill in what is asked and sign; None takes it back. Gives the sentences beside the fields."""
    errors: dict[str, str] = {}

    def fill() -> None:
        dialog = next(
            (each for each in QApplication.topLevelWidgets() if isinstance(each, StepUp) and each.isVisible()), None
        )
        if dialog is None:
            return
        timer.stop()
        dialog.operations.wait_idle()
        if values is not None:
            for key, value in {"password": password, **values}.items():
                dialog.form.set_value(key, value)
            dialog.form.submit()
            dialog.operations.wait_idle()
            errors.update({key: row.error for key, row in dialog.form.rows.items() if row.error})
        if dialog.isVisible():
            dialog.refuse.click()

    timer = QTimer(QApplication.instance(), interval=5)
    timer.timeout.connect(fill)
    timer.start()
    desk.click(button)
    timer.stop()
    return errors


def number(site: Context) -> str:
    with site.read() as connection:
        return connection.execute(select(Visitor.id_number)).scalar_one() or ""


def visible(card: NumberCard) -> list[str]:
    return [each.text() for each in (card.seal, card.change, card.open, card.drop) if not each.isHidden()]


def test_numbers_are_sealed_with_a_password_typed_twice(desk: Hands, site: Context, card: NumberCard) -> None:
    assert "存全号" in card.said.text()
    assert visible(card) == ["加密保存…"]
    backup.make(site.home, site.now().replace(day=4), "日终")
    assert "不一样" in sign(desk, card.seal, {"new": PASSWORD, "again": NEXT})["again"]
    assert "至少要 8" in sign(desk, card.seal, {"new": "1234567", "again": "1234567"})["new"]
    own = {"new": a_site.PASSWORD, "again": a_site.PASSWORD}
    assert "不能和登录密码一样" in sign(desk, card.seal, own)["new"]
    assert "不对" in sign(desk, card.seal, {"new": PASSWORD, "again": PASSWORD}, "不是这一句")["password"]
    assert sign(desk, card.seal, None) == {}
    assert number(site) == CARD
    assert sign(desk, card.seal, {"new": PASSWORD, "again": PASSWORD}) == {}
    assert id_numbers.is_sealed(number(site))
    assert "证件号已加密，共 1 处。" in desk.window.notices.sentences()[-1]
    assert "自 2026-03-05 起加密保存" in card.said.text()
    assert visible(card) == ["更换密码…", "不再加密…", "删除旧备份…"]
    assert sign(desk, card.drop, {}) == {}
    assert "删除旧备份 1 份" in desk.window.notices.sentences()[-1]
    assert visible(card) == ["更换密码…", "不再加密…"]


def test_the_password_is_changed_and_numbers_are_kept_whole_again(desk: Hands, site: Context, card: NumberCard) -> None:
    number_password.turn_on(site, PASSWORD)
    card.refresh()
    desk.settle()
    new = {"new": NEXT, "again": NEXT}
    assert "密码不对" in sign(desk, card.change, {**new, "number_password": NEXT})["number_password"]
    assert sign(desk, card.change, {**new, "number_password": PASSWORD}) == {}
    assert "证件号密码不对" in sign(desk, card.open, {"number_password": PASSWORD})["number_password"]
    assert "请输入证件号密码" in sign(desk, card.open, {})["number_password"]
    assert sign(desk, card.open, {"number_password": NEXT}) == {}
    assert number(site) == CARD
    assert visible(card) == ["加密保存…"]


def test_a_forgotten_password_costs_the_whole_numbers(desk: Hands, site: Context, card: NumberCard) -> None:
    number_password.turn_on(site, PASSWORD)
    card.refresh()
    desk.settle()
    assert sign(desk, card.open, {"lost": True}) == {}
    assert number(site) == id_numbers.masked(CARD)
    assert "全号不能找回" in desk.window.notices.sentences()[-1]


def test_who_is_no_supervisor_needs_one(desk: Hands, site: Context, card: NumberCard) -> None:
    accounts.create(site, name="值班员", role=Role.DESK, password="另一句只有我知道的话")
    desk.window.sit_down(site.acting_as(accounts.Actor("值班员", Role.DESK)))
    desk.settle()
    new = {"new": PASSWORD, "again": PASSWORD}
    assert "不对" in sign(desk, card.seal, new, "另一句只有我知道的话")["password"]
    assert number(site) == CARD
    assert sign(desk, card.seal, new) == {}
    assert id_numbers.is_sealed(number(site))
    assert desk.window.ctx.actor.name == "值班员"


def test_a_sealed_number_is_shown_in_the_window_only_with_its_password(desk: Hands, site: Context) -> None:
    room = machine_room.a_room(site)
    save(site, "visit", name="周工", unit="恒通网络", id_number=CARD, room_id=room, purpose="检查", escort="赵敏")
    number_password.turn_on(site, PASSWORD)
    page = desk.window.frame.open("room", "visitor")
    desk.settle()
    page.open_record(1)
    desk.settle()
    assert page.panel.form.rows["id_number"].editor.value() == id_numbers.masked(CARD)
    desk.click(page.panel.buttons.acts["reveal"])
    page.panel.form.rows["reason"].editor.set_value("公安核查")
    desk.click(page.panel.submit)
    assert "请输入证件号密码" in page.panel.form.rows["number_password"].error
    page.panel.form.rows["number_password"].editor.set_value(NEXT)
    desk.click(page.panel.submit)
    assert "证件号密码不对" in page.panel.form.rows["number_password"].error
    assert CARD not in "".join(desk.window.notices.sentences())
    page.panel.form.rows["number_password"].editor.set_value(PASSWORD)
    desk.click(page.panel.submit)
    assert f"身份证号 {CARD}" in desk.window.notices.sentences()[-1]

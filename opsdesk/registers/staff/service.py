"""Acts and list of the staff."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, true

from opsdesk.imports.columns import pin_key
from opsdesk.models import Incident, Post, Staff, Vendor
from opsdesk.register import Chip, Page, Query, Row, Tone
from opsdesk.registers.staff import presence
from opsdesk.rules import qualification
from opsdesk.rules.clause import Law
from opsdesk.rules.qualification import Card, Qualification, Standing
from opsdesk.services import entry, incident_clocks, incident_text, listing, masking, retiring
from opsdesk.services.choices import in_use
from opsdesk.services.context import WRITERS, Context
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult
from opsdesk.services.outcome import Outcome
from opsdesk.services.pinyin import initials
from opsdesk.services.transaction import Transaction

TOUCHED = frozenset({"staff", "vendor", "post", "sign_in", "incident"})
STANDING_TONES = {Standing.MET: Tone.FINE, Standing.SHORT: Tone.WARNING, Standing.OPEN: Tone.NEUTRAL}
CARD = (
    "joined_implementation", "career_started_on", "has_pc", "has_internet", "lodging_minutes", "hotline_phone",
)  # fmt: skip
SHIFTS_BY = frozenset({"arrived_on", "left_on", "vendor_id", "reserve"})
"""Columns on which it hangs on which days somebody has a shift."""
UNIQUE = ((Staff.staff_no, "工号"), (Staff.pin, "考勤号"), (Staff.badge_no, "工牌号"))


def assess(person: Mapping[str, Any], law: Law) -> Qualification:
    """The qualification card of a person (columns of Staff) by the law given."""
    return qualification.judge(Card(arrived_on=person["arrived_on"], **{key: person[key] for key in CARD}), law)


def _found(typed: str) -> ColumnElement[bool]:
    """Words of the find field; a number is also taken for a 考勤号 with leading zeros."""
    names = (Staff.staff_no, Staff.name, Staff.initials, Staff.pin, Staff.badge_no)
    return and_(
        true(),
        *(
            or_(listing.holds(word, *names), Staff.pin == pin_key(word))
            if word.isdecimal()
            else listing.holds(word, *names)
            for word in listing.words(typed)
        ),
    )


def _in_state(word: str, today: date) -> ColumnElement[bool]:
    gone = and_(Staff.left_on.is_not(None), Staff.left_on < today)
    here = and_(not_(gone), Staff.arrived_on <= today)
    return {
        presence.ON_SITE: and_(here, Staff.reserve.is_(False)),
        presence.RESERVE: and_(here, Staff.reserve.is_(True)),
        presence.COMING: and_(not_(gone), Staff.arrived_on > today),
        presence.GONE: gone,
    }[word]


def listed(ctx: Context, query: Query) -> Page:
    """Staff by vendor and number, those who have left at the end; phones are masked."""
    today, chosen = ctx.today(), query.filters or {}
    asked = (
        select(*Staff.__table__.columns, Vendor.short_name.label("vendor"), Post.name.label("post"))
        .join(Vendor, Vendor.id == Staff.vendor_id)
        .join(Post, Post.id == Staff.post_id, isouter=True)
        .where(_found(query.text))
        .order_by(and_(Staff.left_on.is_not(None), Staff.left_on < today), Vendor.code, Staff.staff_no)
    )
    if (vendor := chosen.get("vendor")) is not None:
        asked = asked.where(Staff.vendor_id == vendor)
    if (word := chosen.get("state")) is not None:
        asked = asked.where(_in_state(word, today))
    law = ctx.law_on(today)
    with ctx.read() as connection:
        rows, total = listing.page(connection, asked, query.offset, query.limit)
    return Page(tuple(_row(row._mapping, law, today) for row in rows), total)


def _row(person: Any, law: Law, today: date) -> Row:
    word = presence.state(person["arrived_on"], person["left_on"], person["reserve"], today)
    standing = assess(person, law).standing
    values = {
        "staff_no": person["staff_no"],
        "name": person["name"],
        "vendor": person["vendor"],
        "post": person["post"] or "",
        "pin": person["pin"] or "",
        "phone": masking.phone(person["phone"]),
        "arrived_on": person["arrived_on"],
        "left_on": person["left_on"],
        "qualification": Chip(str(standing), STANDING_TONES[standing]),
        "state": presence.chip(word),
    }
    return Row(person["id"], values, muted=word == presence.GONE)


def load(ctx: Context, record_id: int) -> Mapping[str, Any]:
    """One person as the form shows it; phones whole only for 主管 and 服务台."""
    with ctx.read() as connection:
        person = retiring.one(connection, select(Staff.__table__).where(Staff.id == record_id), "人员")
    judged = assess(person, ctx.law_on(ctx.today()))
    if ctx.actor.role not in WRITERS:
        person["phone"] = masking.phone(person["phone"])
        person["hotline_phone"] = masking.phone(person["hotline_phone"])
    return {**person, "qualification": f"{judged.standing}：{judged.sentence}"}


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    """The form's values, cleaned and measured."""
    pin = entry.code(values, "pin", "考勤号", longest=24)
    name = entry.name(values, "name", "姓名")
    return {
        "staff_no": entry.code(values, "staff_no", "工号", required=True),
        "name": name,
        "initials": initials(name),
        "pin": pin_key(pin) or None,
        "badge_no": entry.code(values, "badge_no", "工牌号", longest=64) or None,
        "post_id": values.get("post_id") or None,
        "phone": entry.text(values, "phone", "电话", longest=40) or None,
        "arrived_on": entry.day(values, "arrived_on", "到场日期"),
        "reserve": entry.flag(values, "reserve"),
        "joined_implementation": entry.flag_or_none(values, "joined_implementation"),
        "career_started_on": entry.day_or_none(values, "career_started_on", "从业起始日"),
        "hotline_phone": entry.text(values, "hotline_phone", "热线电话", longest=40) or None,
        "has_pc": entry.flag_or_none(values, "has_pc"),
        "has_internet": entry.flag_or_none(values, "has_internet"),
        "lodging_minutes": entry.whole_or_none(values, "lodging_minutes", "住地到现场分钟", 0, 1440),
        "remarks": entry.long_text(values, "remarks", "备注"),
    }


def save(ctx: Context, record_id: int | None, values: Mapping[str, Any]) -> Outcome[int]:
    """Register a person or change the record of one.

    工号, 考勤号 and 工牌号 belong to one person only. Who has signed stays with the vendor: the days already worked are
    judged by its contract.
    """
    ctx.require(*WRITERS)
    kept = _read(values)
    with ctx.transaction("登记人员" if record_id is None else "修改人员") as tx:
        vendors = {row.id: row for row in tx.connection.execute(select(Vendor.id, Vendor.name, Vendor.left_on))}
        kept["vendor_id"] = entry.chosen(values, "vendor_id", "外包单位", vendors)
        if kept["post_id"] is not None:
            entry.chosen(values, "post_id", "岗位", list(tx.connection.execute(select(Post.id)).scalars()))
        for column, title in UNIQUE:
            entry.refuse_taken(tx.connection, column, kept[column.key], title=title, holder=Staff.name, but=record_id)
        if record_id is None:
            vendor = vendors[kept["vendor_id"]]
            if not in_use(vendor.left_on, ctx.today()):
                raise Refusal(f"{vendor.name}已停用。请先恢复单位，再登记它的人员。", field="vendor_id")
            record_id = tx.insert(Staff, **kept)
        else:
            old = _standing(tx, record_id)
            record = presence.signed(tx.connection, [record_id]).get(record_id)
            presence.check(kept["arrived_on"], old.left_on, record)
            if record is not None and old.vendor_id != kept["vendor_id"]:
                raise Refusal(stays_with_vendor(kept["name"]), field="vendor_id")
            if old.reserve != kept["reserve"] and presence.settled(old.arrived_on, record, ctx.today()):
                raise Refusal(stays_as_he_is(kept["name"]), field="reserve")
            tx.update(Staff, record_id, **kept)
            if any(getattr(old, key) != kept[key] for key in SHIFTS_BY & kept.keys()):
                judge_again(tx, ctx, (record_id,), min(old.arrived_on, kept["arrived_on"]))
            if old.name != kept["name"]:
                incident_text.renamed(tx.connection, Incident.staff_id, record_id)
    return Outcome(record_id, TOUCHED)


def judge_again(tx: Transaction, ctx: Context, staff_ids: Collection[int], since: date) -> None:
    """Judge anew by when these people's records are due: from `since` on their shifts are on other days."""
    incident_clocks.rejudge(tx, ctx, since, ctx.today(), staff_ids=staff_ids)


def stays_with_vendor(name: str) -> str:
    """Why somebody who has signed cannot be moved to another vendor, and what to do instead."""
    return f"{name}已有到岗记录，换单位会让以前的考勤按新合同重算。请先办理离场，再用新工号登记到新单位。"


def stays_as_he_is(name: str) -> str:
    """Why the stand-by mark of somebody who has been on site cannot change, and what to do instead."""
    return (
        f"{name}以前已经在场，改储备标记会让以前的应到跟着变。请先办理离场，从改的那天起用新工号登记；"
        "只是有几天上班的，请给他排班，排了班的日子就算应到。"
    )


def _standing(tx: Transaction, staff_id: int) -> Any:
    query = select(Staff.name, Staff.vendor_id, Staff.arrived_on, Staff.left_on, Staff.reserve).where(
        Staff.id == staff_id
    )
    found = tx.connection.execute(query).one_or_none()
    if found is None:
        raise retiring.missing("人员")
    return found


def leave_site(ctx: Context, *, staff_id: int, day: date, reason: str) -> Outcome[str]:
    """Let a person leave: `day` is the last day on site. The reason stands in the audit chain."""
    ctx.require(*WRITERS)
    why = entry.text({"reason": reason}, "reason", "离场原因", required=True, longest=200)
    with ctx.transaction("办理离场", why) as tx:
        person = _standing(tx, staff_id)
        if person.left_on is not None:
            raise Refusal(f"{person.name}已在 {person.left_on.isoformat()} 离场。日期有误请先恢复在场，再重新办理。")
        try:
            presence.check(person.arrived_on, day, presence.signed(tx.connection, [staff_id]).get(staff_id))
        except Refusal as refusal:
            raise Refusal(str(refusal), field="day") from None
        tx.update(Staff, staff_id, left_on=day)
        judge_again(tx, ctx, (staff_id,), day)
    return Outcome(f"{person.name}的最后在场日是 {day.isoformat()}，以前的记录都还在。", TOUCHED)


def return_to_site(ctx: Context, *, staff_id: int) -> Outcome[str]:
    """Take back a leaving."""
    ctx.require(*WRITERS)
    with ctx.transaction("恢复在场") as tx:
        person = _standing(tx, staff_id)
        if person.left_on is None:
            raise Refusal(f"{person.name}没有离场，不需要恢复。")
        tx.update(Staff, staff_id, left_on=None)
        judge_again(tx, ctx, (staff_id,), person.left_on)
    return Outcome(f"{person.name}已恢复在场。", TOUCHED)


def import_staff(ctx: Context, path: Path, *, dry_run: bool = False, add_vendors: bool = False) -> ImportResult:
    """Import a staff list, all or nothing; the same file twice changes nothing. A dry run says what would be stored.

    Vendors have to be registered, unless `add_vendors` registers those that the list names; unknown posts are added.
    """
    from opsdesk.registers.staff.importing import run

    ctx.require(*WRITERS)
    return run(ctx, path, dry_run=dry_run, add_vendors=add_vendors)

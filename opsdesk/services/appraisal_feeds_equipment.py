"""Equipment as an appraisal reads it: loans not returned in time or damaged, and what was missed on other records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import or_, select

from opsdesk.models import ChangeRequest, EquipmentMove, MediaCheck
from opsdesk.rules import lending
from opsdesk.rules.lending import Lapse, Missed
from opsdesk.rules.scoring import Event
from opsdesk.services import lapses
from opsdesk.services.appraisal_feeds_record import DAY, Record, Row, Whose, clause, event

LAPSE = "equipment.lapse"


def overdue(record: Record) -> list[Event]:
    """Each loan not returned by its day, as it stands after extensions, on the first day that was too late (E1-10)."""
    return [
        _event("loan.overdue", row, row["due_on"] + DAY, f"{row['borrower']} 借用的设备", each, "loan", whose)
        for row, whose in _loans(record)
        for each in lapses.of_loan(record.regulations, row, record.now)
        if each.missed is Missed.LATE and record.holds(row["due_on"] + DAY)
    ]


def damaged(record: Record) -> list[Event]:
    """Each loan that came back whole with something damaged or lost, with what was said of liability (E7-09)."""
    found = []
    for row, whose in _loans(record):
        back = row["returned_at"]
        if row["damage"] and back is not None and record.holds(back.date()):
            held = record.regulations.on(back.date()).part("goods.liability", lending.STAFF)
            cited = held.cite() if held else None
            liable = f"责任和赔偿：{row['liability']}" if row["liability"] else "还没有写明责任和赔偿"
            what = f"{row['number']} {row['borrower']} {back:%m-%d} 归还的设备"
            said = f"{what}：{row['damage']}；{liable}{clause(cited)}。"
            found.append(event("loan.damage", back.date(), said, (f"loan:{row['id']}",), whose, citation=cited))
    return found


def _loans(record: Record) -> Iterator[tuple[Row, Whose]]:
    for row in record.loans:
        yield row, record.owner(row["vendor_id"], row["staff_id"], row["borrower"])


def lapsed(record: Record) -> list[Event]:
    """What was missed on loans (consent), moves, media, shutdowns and changes, each by the clause of its day."""
    return [*_consents(record), *_moves(record), *_media(record), *_changes(record)]


def _consents(record: Record) -> Iterator[Event]:
    for row, whose in _loans(record):
        for each in lapses.of_loan(record.regulations, row, record.now):
            if each.missed is Missed.CONSENT and record.holds(row["lent_at"].date()):
                yield _event(LAPSE, row, row["lent_at"].date(), f"{row['borrower']} 借用", each, "loan", whose)


def _moves(record: Record) -> Iterator[Event]:
    query = select(EquipmentMove.__table__).where(
        EquipmentMove.void_at.is_(None),
        EquipmentMove.moved_at <= record.now,
        or_(record.within(EquipmentMove.moved_at), EquipmentMove.due_on.between(record.first - DAY, record.last - DAY)),
    )
    for row in record.read(query.order_by(EquipmentMove.moved_at, EquipmentMove.id)):
        whose = record.named(row["handled_by"], row["moved_at"].date())
        for each in lapses.of_move(record.regulations, row, record.now):
            day = row["due_on"] + DAY if each.missed is Missed.LATE else row["moved_at"].date()
            if record.holds(day):
                yield _event(LAPSE, row, day, f"{row['handled_by']} 经手的{row['name']}", each, "equipment_move", whose)


def _media(record: Record) -> Iterator[Event]:
    query = select(MediaCheck.__table__).where(MediaCheck.void_at.is_(None), record.within(MediaCheck.used_from))
    for row in record.read(query.order_by(MediaCheck.used_from, MediaCheck.id)):
        day = row["used_from"].date()
        whose = record.named(row["holder"], day, row["unit"])
        for each in lapses.of_media(record.regulations, row):
            yield _event(LAPSE, row, day, f"{row['holder']} 的{row['kind']}", each, "media_check", whose)


def _changes(record: Record) -> Iterator[Event]:
    told = lapses.told_systems(record.connection)
    query = select(ChangeRequest.__table__).where(
        ChangeRequest.void_at.is_(None), record.within(ChangeRequest.began_at)
    )
    for row in record.read(query.order_by(ChangeRequest.began_at, ChangeRequest.id)):
        day = row["began_at"].date()
        whose = record.named(row["applicant"], day, row["unit"])
        for each in lapses.of_change(record.regulations, row, told):
            what = f"{row['applicant']} 申请的{row['system']}{row['kind']}"
            yield _event(LAPSE, row, day, what, each, "change_request", whose)


def _event(feed: str, row: Row, day: date, what: str, each: Lapse, table: str, whose: Whose) -> Event:
    source = feed if feed != LAPSE else f"{LAPSE}/{each.missed.name}"
    said = f"{row['number']} {what}，{each.missed}：{each.sentence[:-1]}{clause(each.citation)}。"
    return event(source, day, said, (f"{table}:{row['id']}",), whose, citation=each.citation)

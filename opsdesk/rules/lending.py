"""Equipment: lending and its due day, what leaves the room, media, shutdowns and changes; what was missed, by clause.

Clauses: E1-04, E1-05, E1-08 … E1-10, E1-18 … E1-21, T3-03, E7-08, E7-09. The day that starts a count does not count;
the day that is due ends at midnight. Everything here is pure; a lapse is a proposal, a human decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from opsdesk.rules.clause import Citation, Held, Law

SITE, CENTRE, STAFF = "E1", "T3", "E7"
"""Whose rules hold for the machine room, for vendors' people who use the centre's equipment, and for the equipment."""


class Missed(StrEnum):
    """What was missed."""

    CONSENT = "未批借出"
    LATE = "逾期"
    LIABILITY = "未定责任"
    TAKEN_OUT = "未批出机房"
    POWERED = "未批加电"
    INSTRUCTIONS = "未告知注意事项"
    UNCHECKED = "未查毒使用"
    MEDIA = "未批使用介质"
    SHUTDOWN = "未批停机"
    CHANGE = "未批变更"
    PERFORMER = "执行人不明"
    BACKUP = "未告知备份"


@dataclass(frozen=True)
class Lapse:
    """What was missed, the clause, and the sentence that says so; `days` where it is a matter of days."""

    missed: Missed
    citation: Citation
    sentence: str
    days: int = 0

    @property
    def told(self) -> str:
        """The sentence with its clause: “应还 2026-03-10，逾期 1 天。依据 E1 一.6。”."""
        return f"{self.sentence}依据 {self.citation.short}。"

    @property
    def short(self) -> str:
        """What was missed in a word: 未查毒使用, 逾期 1 天."""
        return f"{self.missed} {self.days} 天" if self.days else str(self.missed)


def in_short(lapses: Iterable[Lapse]) -> str:
    """What was missed in words for a narrow place, each once: 未批借出、逾期 1 天."""
    return "、".join(dict.fromkeys(each.short for each in lapses))


class LoanState(StrEnum):
    """Where a loan stands; what is late outweighs what has come back in part.

    A loan that is over is `DAMAGED` where something came back damaged, or did not come back at all (E7-09).
    """

    WAITING = "待批准"
    APPROVED = "已批准"
    LENT = "借出"
    DUE_TODAY = "今日应还"
    LATE = "逾期"
    PARTLY = "部分归还"
    RETURNED = "已归还"
    DAMAGED = "损坏或丢失"
    REFUSED = "未批准"
    VOID = "作废"


@dataclass(frozen=True)
class LoanFacts:
    """A loan as the clauses look at it; `vendor` where a vendor's people borrow, `partly` where something is back."""

    number: str
    due: date
    approved: datetime | None = None
    lent: datetime | None = None
    returned: datetime | None = None
    vendor: bool = False
    partly: bool = False
    damage: str = ""
    liability: str = ""
    refused: bool = False
    void: bool = False


def usual_due(begins: date, law: Law) -> date | None:
    """The day by which things lent on `begins` are due, that day not counted; None where E1-10 is not in force."""
    held = law.part("goods.lend", SITE)
    return begins + timedelta(days=held.number("lend.days")) if held else None


def late_days(due: date, returned: datetime | None, now: datetime) -> int:
    """By how many days something is late; the day that is due is kept to its end."""
    return max(0, ((returned or now).date() - due).days)


def standing(loan: LoanFacts, now: datetime) -> LoanState:
    """The state of a loan as lists show it."""
    if loan.void:
        return LoanState.VOID
    if loan.refused:
        return LoanState.REFUSED
    if loan.lent is None:
        return LoanState.WAITING if loan.approved is None else LoanState.APPROVED
    if loan.returned is not None:
        return LoanState.DAMAGED if loan.damage else LoanState.RETURNED
    if late_days(loan.due, None, now):
        return LoanState.LATE
    if loan.due == now.date():
        return LoanState.DUE_TODAY
    return LoanState.PARTLY if loan.partly else LoanState.LENT


def overdue(loans: Iterable[LoanFacts], now: datetime) -> list[LoanFacts]:
    """Loans that ought to have come back, the longest overdue first."""
    late = [each for each in loans if standing(each, now) is LoanState.LATE]
    return sorted(late, key=lambda each: (each.due, each.number))


def no_extension(loan: LoanFacts, until: date, now: datetime) -> str:
    """Why a loan cannot be extended to `until`, as a sentence; empty where it can, late ones included."""
    if loan.lent is None:
        return "还没有借出，不用延期。请直接改应还日期。"
    if loan.returned is not None:
        return "已经全部归还，不用延期。"
    if until <= loan.due:
        return f"现在的应还日期是 {loan.due.isoformat()}，延期要晚于这一天。"
    if until < now.date():
        return f"{until.isoformat()} 已经过去，延到这一天仍是逾期。请写今天或以后的日期。"
    return ""


def loan_lapses(loan: LoanFacts, law: Law, now: datetime) -> list[Lapse]:
    """What was missed on a loan as it stands now: consent, the due day, liability for damage."""
    return [] if loan.void else [*_consent(loan, law), *_late(loan.due, loan, law, now), *_liability(loan, law)]


def consent_clause(law: Law, *, vendor: bool) -> Held | None:
    """By which clause lending needs consent: T3-03 for a vendor's people, else E1-10."""
    return (law.part("goods.consent", CENTRE) if vendor else None) or law.part("goods.lend", SITE)


def _consent(loan: LoanFacts, law: Law) -> Iterator[Lapse]:
    held = consent_clause(law, vendor=loan.vendor)
    if held is not None and loan.lent is not None and (loan.approved is None or loan.approved > loan.lent):
        yield Lapse(Missed.CONSENT, held.cite(), f"{loan.lent:%m-%d %H:%M} 借出时{_not_yet(loan.approved)}。")


def _not_yet(approved: datetime | None) -> str:
    return f"还没有批准，{approved:%m-%d %H:%M} 才批准" if approved else "没有批准"


def _late(due: date, loan: LoanFacts, law: Law, now: datetime) -> Iterator[Lapse]:
    held = law.part("goods.lend", SITE)
    days = late_days(due, loan.returned, now) if loan.lent else 0
    if held is not None and days:
        back = f"{loan.returned:%Y-%m-%d} 归还" if loan.returned else "还没有还清"
        yield Lapse(Missed.LATE, held.cite(), f"应还 {due.isoformat()}，{back}，逾期 {days} 天。", days)


def _liability(loan: LoanFacts, law: Law) -> Iterator[Lapse]:
    held = law.part("goods.liability", STAFF)
    if held is not None and loan.damage and not loan.liability:
        yield Lapse(Missed.LIABILITY, held.cite(), f"{loan.damage}，还没有写明责任和赔偿。")


@dataclass(frozen=True)
class MoveFacts:
    """A device that goes into the room (`inward`) or out; `new` where it is installed for the first time."""

    inward: bool
    moved: datetime
    approved: datetime | None = None
    powered: bool = False
    new: bool = False
    instructions: str = ""
    due: date | None = None
    returned: date | None = None


def move_late_days(move: MoveFacts, now: datetime) -> int:
    """By how many days a device is late to go back where it came from; none where no day was set."""
    return max(0, ((move.returned or now.date()) - move.due).days) if move.due else 0


def move_lapses(move: MoveFacts, law: Law, now: datetime) -> list[Lapse]:
    """What was missed on a move: approval before it leaves or is powered, instructions for a new device, return.

    A move that is still to come has missed nothing.
    """
    if move.moved > now:
        return []
    found = []
    early = move.approved is None or move.approved > move.moved
    held = law.part("goods.lend", SITE)
    if held is not None and not move.inward and early:
        said = f"{move.moved:%m-%d %H:%M} 出机房时{_not_yet(move.approved)}。"
        found.append(Lapse(Missed.TAKEN_OUT, held.cite(), said))
    if (ledger := law.part("goods.ledger", STAFF)) is not None and move.powered and early:
        said = f"{move.moved:%m-%d %H:%M} 加电时{_not_yet(move.approved)}。"
        found.append(Lapse(Missed.POWERED, ledger.cite(), said))
    told = law.part("goods.instructions", SITE)
    if told is not None and move.inward and move.new and not move.instructions.strip():
        found.append(Lapse(Missed.INSTRUCTIONS, told.cite(), "新装的设备没有记下使用和维护的注意事项。"))
    if held is not None and move.due and (days := move_late_days(move, now)):
        back = f"{move.returned.isoformat()} 归还" if move.returned else "还没有归还"
        found.append(Lapse(Missed.LATE, held.cite(), f"应还 {move.due.isoformat()}，{back}，逾期 {days} 天。", days))
    return found


@dataclass(frozen=True)
class MediaFacts:
    """A medium from outside: when it was checked and whether it passed, when it was approved, from when it was used."""

    checked: datetime | None = None
    passed: bool = False
    approved: datetime | None = None
    used: datetime | None = None


def media_lapses(media: MediaFacts, law: Law) -> list[Lapse]:
    """What was missed on a medium that was used: a check passed before (E1-09), approval not later (E1-21)."""
    if media.used is None:
        return []
    found, when = [], f"{media.used:%m-%d %H:%M} 开始使用"
    if (check := law.part("media.check", SITE)) is not None:
        if media.checked is None or media.checked >= media.used:
            before = f"，{media.checked:%m-%d %H:%M} 才查毒" if media.checked else "，没有查毒"
            found.append(Lapse(Missed.UNCHECKED, check.cite(), f"{when}{before}。"))
        elif not media.passed:
            found.append(Lapse(Missed.UNCHECKED, check.cite(), f"{when}，查毒没有通过。"))
    approval = law.part("media.approval", SITE)
    if approval is not None and (media.approved is None or media.approved > media.used):
        found.append(Lapse(Missed.MEDIA, approval.cite(), f"{when}时{_not_yet(media.approved)}。"))
    return found


class ChangeKind(StrEnum):
    """What a request asks for; a shutdown is under E1-04 and E1-05, all else under E1-19."""

    SHUTDOWN = "停机"
    HARDWARE = "硬件变更"
    SOFTWARE = "软件变更"
    CONFIGURATION = "配置变更"
    NEW_SYSTEM = "新系统上线"


@dataclass(frozen=True)
class ChangeFacts:
    """A shutdown or change: approved, begun, ended and with success or not; who performed it.

    `backup_told` is of a new system (E1-20), which has gone live only where the change `succeeded`.
    """

    kind: ChangeKind
    approved: datetime | None = None
    began: datetime | None = None
    ended: datetime | None = None
    succeeded: bool = False
    performed_by: str = ""
    backup_told: bool = False


def change_lapses(change: ChangeFacts, law: Law) -> list[Lapse]:
    """What was missed on a shutdown or change that has begun: approval, a system administrator named, backup told."""
    if change.began is None:
        return []
    found = list(_approval(change, change.began, law))
    performer = law.part("change.performer", SITE)
    if performer is not None and not change.performed_by.strip():
        found.append(Lapse(Missed.PERFORMER, performer.cite(), "没有写明由哪位系统管理员执行。"))
    notice = law.part("backup.notice", SITE)
    live = change.kind is ChangeKind.NEW_SYSTEM and change.ended is not None and change.succeeded
    if notice is not None and live and not change.backup_told:
        found.append(Lapse(Missed.BACKUP, notice.cite(), "新系统已上线，还没有书面告知要备份的数据和周期。"))
    return found


def _approval(change: ChangeFacts, began: datetime, law: Law) -> Iterator[Lapse]:
    """A shutdown never approved breaks E1-04, one approved too late E1-05; approval at the same second is in time."""
    if change.approved is not None and change.approved <= began:
        return
    said = f"{began:%m-%d %H:%M} 开始时{_not_yet(change.approved)}。"
    if change.kind is ChangeKind.SHUTDOWN:
        held = law.part("shutdown.approved" if change.approved is None else "shutdown.before", SITE)
        if held is not None:
            yield Lapse(Missed.SHUTDOWN, held.cite(), said)
    elif (held := law.part("change.approval", SITE)) is not None:
        yield Lapse(Missed.CHANGE, held.cite(), said)

"""One record feeds everything: what an appraisal can be scored by, read once for a period and asked for by appraisee.

A feed gives events, each a proposed line with sentence, clause and records, or a rate. A vendor has all its people's
events and its own; what fits nobody of the site belongs to no vendor and shows only where all of the site is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from opsdesk.rules.clause import Regulations
from opsdesk.rules.scoring import Event, EventKind, Rate
from opsdesk.services import appraisal_feeds_attendance as attendance
from opsdesk.services import appraisal_feeds_equipment as equipment
from opsdesk.services import appraisal_feeds_incidents as incidents
from opsdesk.services import appraisal_feeds_kept as kept
from opsdesk.services import appraisal_feeds_reports as reports
from opsdesk.services import appraisal_feeds_rooms as rooms
from opsdesk.services.appraisal_feeds_record import Record, Share
from opsdesk.services.settlement import without_collection


class Gives(StrEnum):
    """What a feed gives: events to be counted, or a rate."""

    EVENTS = "events"
    RATE = "rate"


@dataclass(frozen=True)
class Feed:
    """One source of an item: its key, what a choice offers, the unit counted, and how it is read.

    `by_person` says that it can tell whose of a vendor's people it is. `said` words a rate, `done` of `of`; `own` is
    true of one that counts what is the appraisee's own, without what a vendor's people have.
    """

    key: str
    title: str
    unit: str
    gives: Gives
    by_person: bool
    read: Callable[[Record], Sequence[Event | Share]]
    said: Callable[[int, int], str] = lambda done, of: f"{done} / {of}，"
    own: bool = False


def _events(
    key: str, title: str, read: Callable[[Record], Sequence[Event]], unit: str = "次", *, by_person: bool = True
) -> Feed:
    return Feed(key, title, unit, Gives.EVENTS, by_person, read)


def _by_hand(kind: EventKind) -> Feed:
    title = {EventKind.OTHER: "其他考核事项"}.get(kind, str(kind))
    return _events(kept.SOURCES[kind], title, partial(kept.by_hand, kind))


def _rate(
    key: str, title: str, read: Callable[[Record], Sequence[Share]], words: str, *, by_person: bool = True
) -> Feed:
    return Feed(key, title, "%", Gives.RATE, by_person, read, lambda done, of: words.format(done=done, of=of))


MONTHS = "months.score"
"""The feed of a year's appraisal: what was decided of its months."""
FEEDS = (
    _events("attendance.late", "迟到", attendance.late),
    _events("attendance.early", "早退", attendance.early),
    _events("attendance.absent", "缺勤、旷工", attendance.absent, "半日"),
    _events("attendance.open", "缺签未补", attendance.open_ends),
    _rate("attendance.rate", "出勤率", attendance.rate, "应出勤 {of} 个半日，出勤 {done} 个，"),
    _events("incident.response", "响应超时", incidents.late_response),
    _events("incident.deadline", "解决超时", incidents.late_solution),
    _rate(
        "incident.within_response",
        "响应达标率",
        incidents.within_response,
        "有响应时限的事件 {of} 件，达标 {done} 件，",
    ),
    _rate(
        "incident.within_deadline",
        "解决达标率",
        incidents.within_deadline,
        "有解决时限的事件 {of} 件，达标 {done} 件，",
    ),
    _rate("incident.resolved", "事件解决率", incidents.resolved, "事件 {of} 件，已解决 {done} 件，"),
    _events("incident.hand_in", "晚交单", incidents.late_hand_in),
    _events("incident.reopened", "事件重开", incidents.reopened),
    _events("incident.returned", "事件退回", incidents.returned),
    _events("incident.severe", "最高等级事件", incidents.severe),
    _events("case_report.late", "case 报告逾期", incidents.late_report),
    _events("dispatch.points", "派单扣分", incidents.points, "分"),
    _events("room.breach", "机房进出违规", rooms.breaches),
    _events("off_hours.breach", "非工作时间未批使用", rooms.off_hours),
    _events("loan.overdue", "借用逾期", equipment.overdue),
    _events("loan.damage", "借用损坏或丢失", equipment.damaged),
    _events("equipment.lapse", "设备、介质、变更未按规定", equipment.lapsed),
    _rate(
        "inspection.done", "巡检完成率", rooms.rounds_done, "应巡检 {of} 个机房日，有巡检 {done} 个，", by_person=False
    ),
    _events("inspection.missed", "漏巡", rooms.missed_rounds, by_person=False),
    _events("inspection.abnormal", "巡检异常未处置", rooms.abnormal),
    _events("cleaning.overdue", "清扫逾期", rooms.late_cleaning, by_person=False),
    _events("report.late", "报告迟交、缺交", reports.late, by_person=False),
    *(_by_hand(kind) for kind in EventKind),
    Feed(MONTHS, "各月得分平均", "%", Gives.RATE, True, kept.monthly_scores, kept.monthly_words, own=True),
)
"""Every feed in the order in which it is offered."""
BY_KEY: Mapping[str, Feed] = {feed.key: feed for feed in FEEDS}
SAME_FACTS = {
    "inspection.missed": "inspection.done",
    "incident.response": "incident.within_response",
    "incident.deadline": "incident.within_deadline",
    "attendance.absent": "attendance.rate",
    "event.report": "report.late",
}
"""Events that another feed counts too: both in one scheme cost points twice for the same."""

Whom = tuple[int | None, int | None]
Fact = TypeVar("Fact", Event, Share)
EVERYBODY: Whom = (None, None)


@dataclass(frozen=True)
class Feeds:
    """What was read of some feeds for a period, by feed and appraisee."""

    _events: Mapping[str, Mapping[Whom, Sequence[Event]]]
    _shares: Mapping[str, Mapping[Whom, Sequence[Share]]]

    def events(self, key: str, *, vendor_id: int | None = None, staff_id: int | None = None) -> tuple[Event, ...]:
        """The events of a person, else of a vendor with its people, else of all the site, in order of time."""
        return tuple(self._events[key].get(_whom(vendor_id, staff_id), ()))

    def rate(
        self, key: str, *, vendor_id: int | None = None, staff_id: int | None = None, name: str | None = None
    ) -> Rate:
        """The rate of a person, else of a vendor, else of all; `name` narrows what is neither's to one appraisee."""
        feed, found = BY_KEY[key], self._shares[key].get(_whom(vendor_id, staff_id), ())
        return _summed(feed, [each for each in found if name in {None, each.name}])


def read(
    connection: Connection, regulations: Regulations, first: date, last: date, now: datetime, keys: Collection[str],
    by: str = "", *, vendor_id: int | None = None, staff_id: int | None = None,
) -> Feeds:  # fmt: skip
    """Read these feeds for the days from `first` to `last`, as far as they have come; nothing is later than `now`.

    `by` is the regulation of the scheme that asks, empty for any. With `vendor_id` or `staff_id` the feeds may be asked
    for that appraisee alone. KeyError for a feed that there is not.
    """
    with without_collection():
        until = min(last, now.date())
        return _read(Record(connection, regulations, first, until, now, by, vendor_id, staff_id), keys)


def _read(record: Record, keys: Collection[str]) -> Feeds:
    begun = record.first <= record.last
    events: dict[str, Mapping[Whom, Sequence[Event]]] = {}
    shares: dict[str, Mapping[Whom, Sequence[Share]]] = {}
    for feed in (BY_KEY[key] for key in keys):
        found = feed.read(record) if begun else ()
        if feed.gives is Gives.EVENTS:
            events[feed.key] = _sorted(each for each in found if isinstance(each, Event))
        else:
            shares[feed.key] = _grouped((each for each in found if isinstance(each, Share)), own=feed.own)
    return Feeds(events, shares)


def _whom(vendor_id: int | None, staff_id: int | None) -> Whom:
    return (vendor_id, None) if staff_id is None else (None, staff_id)


def _sorted(found: Iterable[Event]) -> Mapping[Whom, Sequence[Event]]:
    return _grouped(sorted(found, key=lambda each: (each.day, each.key)))


def _grouped(found: Iterable[Fact], *, own: bool = False) -> Mapping[Whom, list[Fact]]:
    """Facts by whom they concern: person, vendor, and all; of one's `own` only that."""
    groups: dict[Whom, list[Fact]] = defaultdict(list)
    for each in found:
        person, vendor = _whom(None, each.staff_id), (each.vendor_id, None)
        wanted = [_whom(each.vendor_id, each.staff_id)] if own else dict.fromkeys((person, vendor, EVERYBODY))
        for whom in wanted:
            groups[whom].append(each)
    return groups


def _summed(feed: Feed, shares: Sequence[Share]) -> Rate:
    done, of = sum(each.done for each in shares), sum(each.of for each in shares)
    evidence = tuple(dict.fromkeys(reference for each in shares for reference in each.evidence))
    return Rate(feed.key, done, of, feed.said(done, of) if of else feed.title, evidence)

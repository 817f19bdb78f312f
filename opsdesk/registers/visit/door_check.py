"""The register beside the door's log: what agrees, what is only in one of them, and times that differ (4.8).

Clocks of doors run apart by up to three minutes. A visitor without a card is let in by his escort's; who keeps the
room need not register; in and out within a registered stay is nobody's concern.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select

from opsdesk.imports.door_log import IN, OUT, UNKNOWN, granted
from opsdesk.models import DoorEvent, Room, Visit
from opsdesk.rules.sla import in_words
from opsdesk.services import duties, room_visits
from opsdesk.services.context import Context
from opsdesk.services.duties import Person

DAY = timedelta(days=1)
NEAR = timedelta(minutes=3)
"""Within so much two clocks say the same, three minutes included."""
FAR = timedelta(hours=1)
"""Within so much two times are of the same coming or going, written down wrong."""
AGAIN = timedelta(minutes=1)
"""A card read again within so much is one passing."""


class Finds(StrEnum):
    """What the comparison of one coming or going says."""

    MATCHED = "相符"
    DIFFERS = "时间不符"
    UNREGISTERED = "有门禁无登记"
    UNLOGGED = "有登记无门禁"


@dataclass(frozen=True)
class Line:
    """One coming or going. `seconds` is by how much the door's time is later than the one registered."""

    finds: Finds
    name: str
    room: str
    way: str
    registered: datetime | None
    logged: datetime | None
    seconds: int
    visit_id: int | None
    sentence: str

    @property
    def at(self) -> datetime:
        """When it was, by the register first."""
        return self.registered or self.logged or datetime.min


@dataclass(frozen=True)
class Check:
    """Every line from `first` to `last` in order of time; `notes` say what was not compared, and why."""

    first: date
    last: date
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    def count(self, finds: Finds) -> int:
        """How many lines of one kind there are."""
        return sum(line.finds is finds for line in self.lines)

    @property
    def sentence(self) -> str:
        """The comparison in one sentence."""
        said = "，".join(f"{finds} {self.count(finds)} 次" for finds in Finds)
        return f"{self.first.isoformat()} 至 {self.last.isoformat()}：{said}。"


@dataclass(frozen=True)
class _Mark:
    """A coming or going as the register has it."""

    visit_id: int
    staff_id: int | None
    name: str
    room_id: int
    way: str
    at: datetime
    escorts: tuple[str, ...]


@dataclass(frozen=True)
class _Event:
    """A passing as the door has it, of a known room."""

    id: int
    staff_id: int | None
    name: str
    room_id: int
    way: str
    at: datetime


@dataclass(frozen=True)
class _Stay:
    """From when to when somebody, or his escort, is in a room by the register."""

    begins: datetime
    ends: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether a passing at this time belongs to the stay."""
        return self.begins - NEAR <= at and (self.ends is None or at <= self.ends + NEAR)


def check(ctx: Context, first: date, last: date) -> Check:
    """Compare the register with the door's log from `first` to `last`, as far as the log goes.

    What is just outside the days is read too, as the two may lie on either side of midnight; lines are of the days.
    """
    begins, ends = datetime.combine(first, time()), datetime.combine(last + DAY, time())
    with ctx.read() as connection:
        rooms = connection.execute(select(Room.id, Room.name, Room.keeper, Room.door_name).order_by(Room.id)).all()
        events, strangers, reach = _events(
            connection, begins, ends, {row.id: (row.name, row.door_name) for row in rooms}
        )
        marks, stays = _marks(connection, begins, ends)
    if reach is None:
        return Check(first, last, (), ("这段时间没有导入门禁记录，没有核对。请先导入门禁记录。",))
    asked = [mark for mark in marks if reach[0] - NEAR <= mark.at <= reach[1] + NEAR]
    outside = sum(begins <= mark.at < ends for mark in marks) - sum(begins <= mark.at < ends for mark in asked)
    names, keepers = {row.id: row.name for row in rooms}, {row.id: row.keeper for row in rooms}
    lines, used = [], set[int]()
    for mark, event, finds, by in _paired(asked, events, begins, ends):
        lines.append(_compared(mark, event, finds, by, names[mark.room_id]))
        used |= {event.id} if event is not None else set()
    for event in events:
        kept = event.name in keepers[event.room_id]
        within = any(stay.holds(event.at) for stay in stays.get((event.room_id, event.name), ()))
        if event.id not in used and not kept and not within:
            lines.append(_unregistered(event, names[event.room_id]))
    ordered = sorted((line for line in lines if begins <= line.at < ends), key=lambda line: (line.at, line.name))
    return Check(first, last, tuple(ordered), tuple(_notes(outside, reach, strangers)))


def _notes(outside: int, reach: tuple[datetime, datetime], strangers: Mapping[str, int]) -> Iterator[str]:
    if outside:
        yield (
            f"门禁记录只有 {reach[0]:%m-%d %H:%M} 至 {reach[1]:%m-%d %H:%M} 的，"
            f"登记中有 {outside} 次进出在这以外，没有核对。"
        )
    if strangers:
        doors = "、".join(f"{door}（{count} 条）" for door, count in list(strangers.items())[:10])
        yield f"这些门不是登记过的机房的门，没有核对：{doors}。是机房的，请在“机房”里填写门禁名称。"


def _events(
    connection: Connection, begins: datetime, ends: datetime, rooms: Mapping[int, tuple[str, str]]
) -> tuple[list[_Event], dict[str, int], tuple[datetime, datetime] | None]:
    """Passings through rooms' doors, doors that are no room's, and from when to when there is a log at all."""
    query = select(DoorEvent.__table__).where(DoorEvent.at >= begins - NEAR, DoorEvent.at < ends + NEAR)
    rows = connection.execute(query.order_by(DoorEvent.at, DoorEvent.id)).mappings().all()
    people = duties.people(connection)
    found: list[_Event] = []
    strangers: Counter[str] = Counter()
    for row in rows:
        room_id = _room_of(row["door"], rooms)
        if room_id is None:
            strangers[row["door"] or "没有写门"] += 1
            continue
        person = _person(row["staff_no"], row["name"], people)
        name = person.name if person is not None else row["name"] or row["staff_no"]
        if name and granted(row["event"]):
            event = _Event(row["id"], person.id if person else None, name, room_id, row["direction"], row["at"])
            if not any(_again(event, before) for before in found[-20:]):
                found.append(event)
    reach = (rows[0]["at"], rows[-1]["at"]) if rows else None
    return found, dict(strangers), reach


def _again(event: _Event, before: _Event) -> bool:
    same = (event.name, event.room_id, event.way) == (before.name, before.room_id, before.way)
    return same and event.at - before.at <= AGAIN


def _room_of(door: str, rooms: Mapping[int, tuple[str, str]]) -> int | None:
    """The room whose door this is: by the door's name in the log, else by a name that holds the room's; the longest."""
    if not door:
        return next(iter(rooms)) if len(rooms) == 1 else None
    fits = [
        (len(named), -room_id)
        for room_id, (name, door_name) in rooms.items()
        for named in ([door_name] if door_name else [name])
        if named in door
    ]
    return -max(fits)[1] if fits else None


def _person(staff_no: str, name: str, people: Sequence[Person]) -> Person | None:
    """Our engineer: by number, then by a name that only one of them bears."""
    if staff_no:
        for person in people:
            if person.staff_no.casefold() == staff_no.casefold():
                return person
    same = [person for person in people if person.name == name]
    return same[0] if len(same) == 1 else None


def _marks(
    connection: Connection, begins: datetime, ends: datetime
) -> tuple[list[_Mark], dict[tuple[int, str], list[_Stay]]]:
    """Comings and goings of the period by the register, and who is where from when to when, escorts included."""
    begins, ends = begins - NEAR, ends + NEAR
    query = select(Visit.__table__).where(
        Visit.void_at.is_(None), Visit.entered_at < ends, (Visit.left_at.is_(None)) | (Visit.left_at >= begins)
    )
    marks: list[_Mark] = []
    stays: dict[tuple[int, str], list[_Stay]] = defaultdict(list)
    for row in connection.execute(query.order_by(Visit.entered_at, Visit.id)).mappings():
        escorts = room_visits.escorts_of(dict(row))
        unknown = row["left_at"] is None and row["batch_id"] is not None
        stay = _Stay(row["entered_at"], row["entered_at"] if unknown else row["left_at"])
        for name in (row["name"], *escorts):
            stays[row["room_id"], name].append(stay)
        for way, at in ((IN, row["entered_at"]), (OUT, row["left_at"])):
            if at is not None and begins <= at < ends:
                marks.append(_Mark(row["id"], row["staff_id"], row["name"], row["room_id"], way, at, escorts))
    return marks, stays


def _paired(
    marks: Sequence[_Mark], events: Sequence[_Event], begins: datetime, ends: datetime
) -> Iterator[tuple[_Mark, _Event | None, Finds, str]]:
    """Each mark with its passing: its own nearby, the escort's nearby, its own farther off in these days, or none."""
    left, free = list(marks), {event.id: event for event in events}
    for mark, event in _nearest(left, list(free.values()), NEAR):
        yield mark, event, Finds.MATCHED, ""
        left.remove(mark)
        del free[event.id]
    for mark in list(left):
        near = [each for each in events if each.name in mark.escorts and _fits(mark, each, NEAR)]
        if near:
            event = min(near, key=lambda each: abs(each.at - mark.at))
            yield mark, event, Finds.MATCHED, event.name
            left.remove(mark)
            free.pop(event.id, None)
    left = [mark for mark in left if begins <= mark.at < ends]
    for mark, event in _nearest(left, [each for each in free.values() if begins <= each.at < ends], FAR):
        yield mark, event, Finds.DIFFERS, ""
        left.remove(mark)
    for mark in left:
        yield mark, None, Finds.UNLOGGED, ""


def _nearest(marks: Sequence[_Mark], events: Collection[_Event], most: timedelta) -> list[tuple[_Mark, _Event]]:
    """Pairs of one person's marks and passings, the nearest first, each used once."""
    by_name: dict[str, list[_Event]] = defaultdict(list)
    for event in events:
        by_name[event.name].append(event)
    pairs = [
        (abs(event.at - mark.at), mark.at, event.id, mark, event)
        for mark in marks
        for event in by_name[mark.name]
        if _same_person(mark, event) and _fits(mark, event, most)
    ]
    found, taken, used = [], set[tuple[int, str]](), set[int]()
    for *_, mark, event in sorted(pairs, key=lambda pair: pair[:3]):
        if (mark.visit_id, mark.way) not in taken and event.id not in used:
            taken.add((mark.visit_id, mark.way))
            used.add(event.id)
            found.append((mark, event))
    return found


def _same_person(mark: _Mark, event: _Event) -> bool:
    return mark.staff_id is None or event.staff_id is None or mark.staff_id == event.staff_id


def _fits(mark: _Mark, event: _Event, most: timedelta) -> bool:
    way = event.way in {UNKNOWN, mark.way}
    return way and event.room_id == mark.room_id and abs(event.at - mark.at) <= most


WAYS = {IN: "进入", OUT: "离开", UNKNOWN: "进出"}


def _compared(mark: _Mark, event: _Event | None, finds: Finds, by: str, room: str) -> Line:
    did = f"{mark.name} {mark.at:%m-%d %H:%M} {WAYS[mark.way]}{room}"
    seconds = 0 if event is None else int((event.at - mark.at).total_seconds())
    if event is None:
        said = f"{did}有登记，门禁没有记录。"
    elif finds is Finds.DIFFERS:
        said = f"{did}，门禁是 {event.at:%H:%M}，相差 {in_words(abs(seconds))}。"
    elif by:
        said = f"{did}，由陪同人{by}刷卡（{event.at:%H:%M}），相符。"
    else:
        said = f"{did}，门禁 {event.at:%H:%M}，相符。"
    logged = event.at if event is not None else None
    return Line(finds, mark.name, room, mark.way, mark.at, logged, seconds, mark.visit_id, said)


def _unregistered(event: _Event, room: str) -> Line:
    said = f"{event.name} {event.at:%m-%d %H:%M} {WAYS[event.way]}{room}，门禁有记录，没有登记。"
    return Line(Finds.UNREGISTERED, event.name, room, event.way, None, event.at, 0, None, said)

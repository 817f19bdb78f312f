"""机房巡检表 on paper (F13, OD-F13 A/0): a day of a room on a page, its rounds side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from opsdesk.exports.document import (
    Align,
    Column,
    Document,
    FormCell,
    FormGrid,
    Kind,
    Signature,
    Table,
    Value,
    chinese_date,
    weekday,
)
from opsdesk.exports.making import made_as
from opsdesk.models import Room
from opsdesk.registers.inspection import round_sheet, service
from opsdesk.registers.inspection.round_sheet import Line, Round
from opsdesk.rules import upkeep
from opsdesk.rules.clause import Law
from opsdesk.rules.upkeep import Rounds
from opsdesk.services import chain, inspection_items, retiring, room_upkeep, settings
from opsdesk.services.choices import in_use
from opsdesk.services.context import Context

BODY = 190.0
"""Millimetres that the rows of a page may take in all, heading and foot left out."""
TELLING_LINE, SIGNS_IN_LINE = 3.8, 15
"""What a line of the last column takes, and how many signs it holds."""
LEAST_HEIGHT, MOST_HEIGHT = 4.7, 7.5
SMALL = 8.5
MARKS = {upkeep.NORMAL: "√", upkeep.ABNORMAL: "×", upkeep.NONE: "/"}
"""How a state is written on paper (`domain.md` 1.0)."""


@dataclass(frozen=True)
class _Listed:
    """An item as the sheet lists it, with what each round found of it, by turn."""

    category: str
    name: str
    standard: str
    found: Mapping[int, Line]


def day_of_inspection(ctx: Context, inspection_id: int) -> Document:
    """The day of a round, with the other rounds of that day in the same room."""
    with ctx.read() as connection:
        row = service.row_of(connection, inspection_id)
    return day_sheet(ctx, row["room_id"], row["day"])


def day_sheets(ctx: Context, day: date) -> list[Document]:
    """The sheet of every room that was gone round on `day`; where none was, of all rooms in use, for the pen."""
    with ctx.read() as connection:
        rooms = connection.execute(select(Room.id, Room.left_on).order_by(Room.id)).all()
        made = [room.id for room in rooms if round_sheet.rounds_of(connection, room.id, day)]
    chosen = made or [room.id for room in rooms if in_use(room.left_on, day)]
    sheets = [day_sheet(ctx, room_id, day) for room_id in chosen]
    if len(sheets) > 1:  # all in one file, which is named for none of the rooms
        return [replace(each, name=f"机房巡检表-{day.isoformat()}") for each in sheets]
    return sheets


@made_as("inspection.day")
def day_sheet(ctx: Context, room_id: int, day: date) -> Document:
    """The sheet of a room and a day; rounds not made stay blank for the pen."""
    site, law = settings.read_all(ctx), ctx.law_on(day)
    with ctx.read() as connection:
        room = inspection_items.room_row(connection, room_id)
        if room is None:
            raise retiring.missing("机房")
        alone = len(connection.execute(select(Room.id)).all()) == 1
        made = round_sheet.rounds_of(connection, room_id, day)
        listed = _listed(connection, room_id, day, law, made)
        trace = chain.short_head(connection)
    rounds = upkeep.rounds(made, law)
    turns = range(1, round_sheet.turns_of(rounds) + 1)
    rows = tuple(_row(place, each, turns) for place, each in enumerate(listed, 1))
    number = f"{service.PREFIX}-{day:%Y%m%d}"
    return Document(
        code="OD-F13",
        revision="A/0",
        title="机房巡检表",
        number=number if alone else f"{number} {room['name']}",
        name=f"机房巡检表-{room['name']}-{day.isoformat()}",
        sheet=f"{room['name']}{day:%m%d}",
        organisation=site["site.name"],
        body=(
            FormGrid(
                (
                    (
                        FormCell("机房名称", room["name"], height=7),
                        FormCell("日期", f"{chinese_date(day)} {weekday(day)}", height=7),
                    ),
                    (
                        FormCell("巡检时间", _each(made, turns, lambda found: f"{found.at:%H:%M}"), height=7),
                        FormCell("巡检人", _each(made, turns, lambda found: found.inspected_by), height=7),
                    ),
                ),
                label_width=20.0,
                font_size=9.5,
            ),
            Table(
                _columns(turns),
                rows,
                row_height=_height(rows),
                font_size=SMALL,
                record_labels=tuple(f"{room['name']} {day.isoformat()} {each.name}" for each in listed),
            ),
        ),
        notes=_notes(made),
        basis=_basis(law, rounds),
        signatures=tuple(Signature(label, dated=False) for label in ("巡检人签字", "复核人签字", "主管抽查签字")),
        retention=f"保存期限：{site['paper.retention_years']} 年",
        trace=trace,
    )


def _listed(
    connection: Connection, room_id: int, day: date, law: Law, made: Mapping[int, Round]
) -> Sequence[_Listed]:  # fmt: skip
    """What the rounds looked at, in its words as they stood; where there was none, the items of the day."""
    found: dict[int, dict[int, Line]] = {}
    for turn, each in made.items():
        for line in each.lines:
            found.setdefault(line.item_id, {})[turn] = line
    cleaned = room_upkeep.last_cleaned(connection, room_id, day)
    items = inspection_items.items_of(connection, room_id, day, law, cleaned, also=found)
    if not found:
        return [_Listed(item.category, item.name, item.standard, {}) for item in items]
    place = {item.id: n for n, item in enumerate(items)}
    lines = [(key, by_turn[min(by_turn)], by_turn) for key, by_turn in found.items()]
    lines.sort(key=lambda each: place.get(each[0], len(place)))
    return [_Listed(first.category, first.name, first.standard, by_turn) for _, first, by_turn in lines]


def _columns(turns: range) -> tuple[Column, ...]:
    each = 40 / len(turns)
    return (
        Column("序号", 9, Kind.NUMBER, Align.CENTER),
        Column("类别", 24),
        Column("检查项目", 31),
        Column("标准值", 26),
        *(Column(f"{upkeep.circled(turn)}读数/结果", each, align=Align.CENTER) for turn in turns),
        Column("异常描述与处理", 46),
    )


def _row(place: int, each: _Listed, turns: range) -> tuple[Value, ...]:
    told = []
    for turn, line in each.found.items():
        if not line.normal:
            number = f"（{line.incident_number}）" if line.incident_number else ""
            told.append(f"{upkeep.circled(turn)}{line.action}{number}")
    return (
        place, each.category, each.name, each.standard, *(_value(each.found.get(turn)) for turn in turns),
        "\n".join(told),
    )  # fmt: skip


def _value(line: Line | None) -> str:
    """√, ×, / for a state, the figure for a reading, with × behind one that is out of range."""
    if line is None:
        return ""
    return MARKS.get(line.value, line.value if line.normal else f"{line.value} ×")


def _each(made: Mapping[int, Round], turns: range, said: Callable[[Round], str]) -> str:
    """①08:10　②16:05; a round not made leaves room for the pen."""
    return "　".join(f"{upkeep.circled(turn)}{said(made[turn]) if turn in made else '　　　　'}" for turn in turns)


def _height(rows: Sequence[tuple[Value, ...]]) -> float:
    """As high as one page allows: rows that tell more than a line take what they need from the others."""
    lines = [sum(-(-len(part) // SIGNS_IN_LINE) for part in str(row[-1]).split("\n")) for row in rows]
    taken = [count * TELLING_LINE + 1 for count in lines if count > 1]
    plain = max(1, len(rows) - len(taken))
    return max(LEAST_HEIGHT, min(MOST_HEIGHT, (BODY - sum(taken)) / plain))


def _notes(made: Mapping[int, Round]) -> tuple[str, ...]:
    said = ["正常写 √，异常写 × 并写明处理，不涉及写 /。巡检由本人填写签字，不得代填；主管每周至少抽查一次。"]
    said += [f"{upkeep.circled(turn)}{found.remarks}" for turn, found in made.items() if found.remarks]
    return tuple(said)


def _basis(law: Law, rounds: Rounds) -> tuple[str, ...]:
    """采用口径: how many rounds, how a limit is read, what an anomaly asks for, each with its clause."""
    said = []
    if rounds.due:
        said.append(f"每日巡检 {rounds.due} 次{upkeep.bracketed(rounds.citation)}")
    if held := law.part("room.climate", upkeep.SITE):
        said.append(f"标准值含上下限，机房没有另定的温度、湿度按 {held.cite().short}")
    if clause := upkeep.anomaly(law):
        said.append(f"异常及时处理并记录（{clause.short}）")
    return ("；".join(said) + "。",) if said else ()

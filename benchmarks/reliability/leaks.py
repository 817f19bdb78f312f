"""P13: what leaves for one vendor holds nothing of another; personal numbers are in no file, and gone once cleared.

Last, the record's identity numbers are sealed under a password, and again no byte may say one.

Of six rival vendors whatever belongs to one bears its mark. Every paper that can be made for a vendor is written for
each of them, as PDF and as workbook; all parts of all files are searched for what the record knows of the others.
"""

from __future__ import annotations

import html
import inspect
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
from sqlalchemy import Connection, Table, insert, select

from benchmarks.reliability import living, rivals
from benchmarks.reliability.result import Result
from opsdesk import bootstrap, issued
from opsdesk.exports import archive
from opsdesk.exports.document import Document
from opsdesk.exports.making import Maker
from opsdesk.models import Base, Contract, Incident, Staff, Vendor, Visit
from opsdesk.services import backup, fault_log, id_numbers, number_password, number_sealing, privacy
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

NAME = "P13"
QUICK, WHOLE = (2, 1), (6, 3)
"""Vendors, and days they work; the whole where at least a hundred visitors are cleared."""
STAY = 0.1
"""Share of the visitors whose time is not over."""
SECRET = "保险柜第二层的蓝本子"
TELLING = 3
"""Shorter texts (V1) stand in any workbook."""
CARD = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9])")
PHONE = re.compile(r"(?<![0-9])1391[0-9]{7}(?![0-9])")


def run(count: int, seed: int) -> Result:
    """Search every file made for a vendor; clear `count` visitors, seal the rest, and search every byte both times."""
    chance, counted, failures = random.Random(seed), Counter[str](), list[str]()
    with living.folder() as place:
        living.copy(place / "site")
        ctx = living.opened(place / "site")
        vendors = rivals.filled(ctx, *(WHOLE if count >= 100 else QUICK))
        counted["vendors"] = len(vendors)
        for vendor in vendors.values():
            failures += _searched(ctx, vendor, place / "out", counted)
        failures += _papers_of_the_room(ctx, place / "out", counted)
        failures += _logged(ctx, counted)
        failures += _cleared(ctx, count, chance, counted)
        failures += _sealed(ctx, count, counted)
        failures += living.findings(ctx)
        living.close(ctx)
    return Result(NAME, count, tuple(failures), dict(counted))


def papers_for(ctx: Context, vendor: int) -> Iterator[tuple[str, Sequence[Document]]]:
    """Every paper that is made for one vendor, by its kind: of its month, and of each record of its people."""
    for maker in issued.PAPERS:
        asked = inspect.signature(maker._make).parameters
        if "vendor_id" in asked:
            yield from _made(ctx, maker, *rivals.MONTH, vendor_id=vendor)
        elif maker.of and len(asked) == len(("ctx", "record")):
            for record in _records(ctx, Base.metadata.tables[maker.of], vendor):
                yield from _made(ctx, maker, record)


def _made(ctx: Context, maker: Maker[Any, Any], *given: Any, **named: Any) -> Iterator[tuple[str, Sequence[Document]]]:
    try:
        made = maker(ctx, *given, **named)
    except Refusal:
        return  # nothing to print for it yet
    yield maker.kind, [made] if isinstance(made, Document) else list(made or ())


def _records(ctx: Context, table: Table, vendor: int) -> list[int]:
    """Records of a table that belong to the vendor or to one of its people."""
    with ctx.read() as connection:
        if "staff_id" in table.c:
            mine = select(table.c.id).join(Staff, Staff.id == table.c.staff_id).where(Staff.vendor_id == vendor)
            return list(connection.execute(mine).scalars())
        if "vendor_id" in table.c:
            return list(connection.execute(select(table.c.id).where(table.c.vendor_id == vendor)).scalars())
    return []


def of_others(connection: Connection, vendor: int) -> set[str]:
    """What the record knows of the other vendors: names, numbers, people, telephones, their incidents."""
    others = Staff.vendor_id != vendor
    queries = (
        select(Vendor.code, Vendor.name, Vendor.short_name).where(Vendor.id != vendor),
        select(Contract.number, Contract.number, Contract.number).where(Contract.vendor_id != vendor),
        select(Staff.staff_no, Staff.name, Staff.phone).where(others),
        select(Incident.number, Incident.title, Incident.symptom)
        .join(Staff, Staff.id == Incident.staff_id)
        .where(others),
    )
    found = {value for query in queries for row in connection.execute(query) for value in row if value}
    return {text for text in found if len(text) >= TELLING}


def _searched(ctx: Context, vendor: int, out: Path, counted: Counter[str]) -> list[str]:
    """Write every paper for a vendor, and say where something of another vendor, or a personal number, stands."""
    wrong = []
    with ctx.read() as connection:
        foreign = of_others(connection, vendor)
    foreign |= {hit[0] for text in foreign if (hit := re.search("QZ.X", text))}
    for kind, documents in papers_for(ctx, vendor):
        if not documents:
            continue
        counted["papers"] += len(documents)
        for kept in archive.export(documents, out / kind, ("pdf", "xlsx")):
            counted["files"] += 1
            said = texts(kept.path)
            found = sorted(text for text in foreign if "".join(text.split()) in said)
            wrong += [f"{kind} for vendor {vendor} ({kept.path.suffix}) holds {text} of another" for text in found[:3]]
            wrong += [f"{kind} for vendor {vendor} holds an identity number" for _ in _cards(said)]
            kept.path.unlink()
    return wrong


def texts(path: Path) -> str:
    """Everything a file says anywhere in it, names of its parts and hidden properties too, without white space."""
    said = [path.name]
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                said += [name, html.unescape(package.read(name).decode())]
    else:
        with pypdfium2.PdfDocument(path) as pdf:
            said += pdf.get_metadata_dict().values()
            for page in pdf:
                text = page.get_textpage()
                said.append(text.get_text_range())
                text.close()
                page.close()
    return "".join("\n".join(said).split())


def _cards(said: str) -> list[str]:
    """Runs of digits that are an identity number by their check character."""
    return [each for each in CARD.findall(said) if id_numbers.check_character(each[:17]) == each[17].upper()]


def _papers_of_the_room(ctx: Context, out: Path, counted: Counter[str]) -> list[str]:
    """What is printed of the visitors: identity numbers never whole."""
    wrong = []
    for maker in issued.PAPERS:
        if maker.kind.startswith("visit."):
            given = (rivals.FIRST,) if maker.kind == "visit.day" else (2026, 1 if maker.kind == "visit.quarter" else 3)
            for kind, documents in _made(ctx, maker, *given):
                for kept in archive.export(documents, out, ("pdf", "xlsx")):
                    counted["files of the room"] += 1
                    wrong += [f"{kind} prints the identity number {each}" for each in _cards(texts(kept.path))]
    return wrong


def _logged(ctx: Context, counted: Counter[str]) -> list[str]:
    """A fault while a visitor is written leaves none of his numbers in the log."""
    numbers = {"name": "访客", "id_number": rivals.card(1), "phone": rivals.phone(0, 0)}
    try:
        with ctx.writing.begin() as connection:
            connection.execute(insert(Visit), numbers)
    except Exception as error:  # noqa: BLE001 — any fault that carries what was written
        log = fault_log.write(ctx.home, error, ctx.now()).read_text("utf-8")
        counted["faults logged"] += 1
        return ["the log of faults holds personal numbers"] if _cards(log) or PHONE.search(log) else []
    return ["a visitor without a room was taken"]


def _visited(ctx: Context, rows: Sequence[tuple[int, datetime]]) -> None:
    """Let visitors of these numbers have left at these moments."""
    usual: dict[str, Any] = dict.fromkeys(
        ("module", "purpose", "escort", "second_escort", "operation", "left_check", "off_hours_number", "remarks",
         "registered_by", "void_reason"), ""
    )  # fmt: skip
    with ctx.read() as connection:
        room = connection.execute(select(Base.metadata.tables["room"].c.id)).scalars().first()
    with ctx.transaction("登记") as tx:
        tx.insert_many(Visit, (
            {**usual, "room_id": room, "name": f"访客{n}", "initials": "FK", "unit": "恒通", "external": True,
             "id_kind": "身份证", "id_number": rivals.card(n), "phone": f"1391777{n:04}"[-11:],
             "entered_at": left - timedelta(hours=1), "left_at": left, "registered_at": left}
            for n, left in rows
        ))  # fmt: skip


def _sealed(ctx: Context, count: int, counted: Counter[str]) -> list[str]:
    """Seal the numbers on record, let more visitors come, and look for every number in every byte of the folder."""
    _visited(ctx, [(n, ctx.now()) for n in range(5000, 5000 + count)])
    before = [rivals.card(n) for n in range(5000, 5000 + count)]
    with ctx.read() as connection:
        for model in number_sealing.models():
            held = connection.execute(select(Base.metadata.tables[model.__tablename__].c.id_number)).scalars()
            before += [each for each in held if number_sealing.is_plain(each)]
    number_password.turn_on(ctx, SECRET, drop_copies=True)
    _visited(ctx, [(n, ctx.now()) for n in range(7000, 7000 + count)])
    backup.make(ctx.home, ctx.now(), "日终")
    numbers = {*before, *(rivals.card(n) for n in range(7000, 7000 + count))}
    ctx.reading.dispose()
    raw = {each: each.read_bytes() for each in ctx.home.rglob("*") if each.is_file()}
    counted["identity numbers sealed"] = len(numbers)
    wrong = [
        f"{file.name} says {each} unsealed" for file, said in raw.items() for each in numbers if each.encode() in said
    ]
    with ctx.read() as connection:
        last = connection.execute(select(Visit.id).order_by(Visit.id.desc())).scalars().first() or 0
    shown = privacy.reveal(ctx, "visit", last, "核对", SECRET).value.id_number
    return wrong[:20] + ([] if shown == rivals.card(6999 + count) else ["the password does not give a number back"])


def _cleared(ctx: Context, count: int, chance: random.Random, counted: Counter[str]) -> list[str]:
    """Let visitors come long ago, clear them, and look for their numbers in every byte of the data folder."""
    assert isinstance(ctx.clock, FixedClock)
    ctx.clock.at = datetime(2026, 3, 30, 9)
    cut = datetime.combine(privacy.cutoff(ctx.today(), 6), datetime.min.time())
    old, young = list[str](), list[str]()
    rows = []
    for n in range(1000, 1000 + count):
        stays = chance.random() < STAY
        left = cut + timedelta(hours=chance.randrange(1, 900)) * (1 if stays else -1)
        (young if stays else old).extend((rivals.card(n), f"1391777{n:04}"[-11:]))
        rows.append((n, left))
    _visited(ctx, rows)
    backup.make(ctx.home, datetime(2025, 1, 5, 9), "日终")
    backup.make(ctx.home, datetime(2025, 1, 6, 9), "日终")
    privacy.purge(ctx)
    backup.make(ctx.home, ctx.now(), "日终")
    privacy.purge(ctx)
    ctx.reading.dispose()
    raw = {each: each.read_bytes() for each in ctx.home.rglob("*") if each.is_file()}
    counted["visitors cleared"], counted["visitors whose time is not over"] = len(old) // 2, len(young) // 2
    counted["files searched for their bytes"] = len(raw)
    wrong = [
        f"{file.name} still holds {each}" for file, content in raw.items() for each in old if each.encode() in content
    ]
    kept = raw[bootstrap.database(ctx.home)]
    return wrong[:20] + [f"{each} was cleared too early" for each in young if each.encode() not in kept]

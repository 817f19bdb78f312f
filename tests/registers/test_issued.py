"""Every paper that the record can make carries what makes it anew, and made anew it says the same."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import a_site
import an_appraisal
import pytest

import opsdesk
from opsdesk import closing_records, issued, personal_extract, registers
from opsdesk.catalog import REGISTERS
from opsdesk.exports import making, seal
from opsdesk.exports.document import Document
from opsdesk.exports.making import Maker
from opsdesk.register import Query
from opsdesk.registers.appraisal import bundle, letters, marks
from opsdesk.registers.appraisal import documents as sheets_of
from opsdesk.registers.appraisal import service as rounds
from opsdesk.rules.scoring import ScorerKind, Way
from opsdesk.services import appraisal, closing, closings
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

DAY = date(2026, 3, 5)
OF_THE_MOMENT = {"OD-F08E"}
"""Forms that tell who is in the room now: nothing makes them anew."""


def makers() -> Iterator[Maker[Any, Any]]:
    """Every maker in the modules of the registers, and those of the papers that tell of several."""
    walked = pkgutil.walk_packages(registers.__path__, "opsdesk.registers.")
    for module in (closing_records, personal_extract, *(importlib.import_module(each.name) for each in walked)):
        for value in vars(module).values():
            if isinstance(value, Maker):
                yield value


def as_papers(made: Document | Sequence[Document]) -> tuple[Document, ...]:
    return (made,) if isinstance(made, Document) else tuple(made)


def papers_of_the_catalog(ctx: Context) -> Iterator[tuple[str, tuple[Document, ...]]]:
    for register in REGISTERS:
        rows = register.list(ctx, Query()).rows
        for paper in register.papers:
            for record_id in [row.id for row in rows] if paper.on_record else [0]:
                try:
                    yield f"{register.slug} {paper.key} {record_id}", as_papers(paper.make(ctx, record_id))
                except Refusal:
                    continue  # not everything has its paper


def papers_of_the_pages(ctx: Context) -> Iterator[tuple[str, tuple[Document, ...]]]:
    """What pages and commands print beside the papers of the registers."""
    lists = {
        issued.sign_in.daily_sheet: (DAY,),
        issued.sign_in.monthly_sheet: (2026, 3),
        issued.incident.day_list: (DAY,),
        issued.incident.month_statistics: (2026, 3, None),
        issued.visit.month: (2026, 3),
        issued.visit.quarter: (2026, 1),
        issued.roster.month_sheet: (2026, 3),
        issued.roster.holiday_sheet: (2026, 2),
        issued.month.month_sheets: (2026, 3),
        issued.month.vendor_workbook: (2026, 3, 1),
    }
    for maker, arguments in lists.items():
        yield maker.kind, as_papers(maker(ctx, *arguments))


def papers_about_people(ctx: Context) -> Iterator[tuple[str, tuple[Document, ...]]]:
    yield "extract.staff", (personal_extract.of_staff(ctx, 1),)
    yield "extract.visitor", (personal_extract.of_visitor(ctx, 1),)


def papers_of_a_closing(ctx: Context) -> Iterator[tuple[str, tuple[Document, ...]]]:
    day = closings.of_day(DAY)
    closed = closing.close(ctx, day, because="交接给夜班").value
    closing.reopen(ctx, closed.id, password=a_site.PASSWORD, reason="补记一次出入")
    yield "closing.sheet", (closing_records.sheet(ctx, day),)
    yield "closing.corrections", (closing_records.corrections(ctx, closed.id),)


def papers_of_an_appraisal(ctx: Context) -> Iterator[tuple[str, tuple[Document, ...]]]:
    """Everything that is printed of an appraisal, decided and fed back; the summary also of one vendor alone."""
    begun = rounds.begin(ctx, scheme_id=an_appraisal.scheme(ctx), period=an_appraisal.QUARTER).value
    with ctx.read() as connection:
        first = appraisal.of_appraisal(connection, ctx.regulations, begun, ctx.now()).objects[0].sheet
        assert first is not None
        for sheets in ((), (first.id,)):
            made = appraisal.of_appraisal(connection, ctx.regulations, begun, ctx.now(), sheets)
            yield f"appraisal of {len(made.objects)}", tuple(bundle.whole_period(ctx, made))
            for own in bundle.vendor_books(ctx, made).values():
                yield "a vendor's own", tuple(own)
    hand = [each.item for each in made.objects[0].items if each.item.way is Way.HAND]
    entries = [marks.Entry(first.id, each.id, each.weight) for each in hand]
    marks.mark(ctx, entries=entries, scorer_kind=ScorerKind.DECIDED)
    ctx.clock.set(datetime(2026, 4, 1, 9))  # type: ignore[attr-defined]  # a fixed clock
    rounds.decide(ctx, sheet_ids=[first.id])
    yield "appraisal.feedback", (letters.feedback_slip(ctx, first.id),)
    yield "appraisal.letter", (letters.vendor_letter(ctx, first.id),)
    yield "decided", (sheets_of.of_sheet(ctx, first.id),)


def test_every_maker_is_in_the_table_under_a_kind_of_its_own() -> None:
    found = {id(each): each for each in makers()}
    assert {each.kind for each in found.values()} == set(issued.MAKERS)
    assert len(found) == len(issued.PAPERS) == len(issued.MAKERS)


def test_an_origin_survives_the_record() -> None:
    for arguments in ((("day", DAY),), (("year", 2026), ("number", 3), ("vendor_id", None)), (("number", "SJ-1"),), ()):
        origin = making.Origin("x.y", arguments, datetime(2026, 3, 5, 8, 0), "主管")
        assert making.origin_of_text(making.origin_as_text(origin)) == origin
    assert making.origin_of_text(making.origin_as_text(None)) is None


def test_what_cannot_be_written_down_makes_nothing_anew(site: Context) -> None:
    maker = making.made_as("a.list")(lambda ctx, rows: Document("A", "0", "t", "n", "f", "s", "o", ()))
    with pytest.raises(TypeError, match=r"a\.list"):
        maker(site, [1, 2])


def test_every_paper_made_anew_says_the_same(filled: Context) -> None:
    seen = set()
    sources = (
        papers_of_the_catalog, papers_of_the_pages, papers_about_people, papers_of_a_closing, papers_of_an_appraisal,
    )  # fmt: skip
    for name, made in (each for source in sources for each in source(filled)):
        for document in made:
            if document.code in OF_THE_MOMENT:
                assert document.origin is None, name
                continue
            assert document.origin is not None, f"{name}: its maker lacks @made_as"
            assert document.origin.kind in issued.MAKERS, f"{name}: {document.origin.kind} is not in issued.PAPERS"
            seen.add(document.origin.kind)
            kept = making.origin_of_text(making.origin_as_text(document.origin))
            assert kept is not None
            again = issued.MAKERS[kept.kind].again(filled, kept)
            salt = "00"
            hashes = [seal.content_hash(seal.lines(each), salt) for each in again]
            assert seal.content_hash(seal.lines(document), salt) in hashes, name
    assert seen == set(issued.MAKERS), "every kind of paper was made"


@pytest.mark.parametrize("days", [1, 40])
def test_time_alone_changes_no_paper(filled: Context, days: int) -> None:
    made = [document for _, papers in papers_of_the_catalog(filled) for document in papers if document.origin]
    filled.clock.advance(days=days)  # type: ignore[attr-defined]  # a fixed clock
    for document in made:
        assert document.origin is not None
        again = issued.MAKERS[document.origin.kind].again(filled, document.origin)
        hashes = [seal.content_hash(seal.lines(each), "00") for each in again]
        assert seal.content_hash(seal.lines(document), "00") in hashes, (document.code, document.number)


def test_nothing_leaves_the_program_but_through_issuing() -> None:
    """Whatever draws pages or writes files of forms, or records that it did, is called by `exports.issuing` alone."""
    root = Path(opsdesk.__file__).parent
    ways = re.compile(r"archive\.export\(|\bwrite_pdf\(|\bwrite_workbook\(|\bpapers\.record\(|\bpdf_bytes\(")
    found = {
        path.relative_to(root).as_posix(): sorted(set(ways.findall(path.read_text(encoding="utf-8"))))
        for path in root.rglob("*.py")
        if path.parent != root / "exports"
    }
    assert {name: used for name, used in found.items() if used} == {
        "ui/shell/preview.py": ["pdf_bytes("],  # of what was issued, or of what says 预览，未签发
    }

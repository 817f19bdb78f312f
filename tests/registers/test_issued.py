"""Every paper that the record can make carries what makes it anew, and made anew it says the same."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import pytest

from opsdesk import issued, registers
from opsdesk.catalog import REGISTERS
from opsdesk.exports import making, seal
from opsdesk.exports.document import Document
from opsdesk.exports.making import Maker
from opsdesk.register import Query
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

DAY = date(2026, 3, 5)
OF_THE_MOMENT = {"OD-F08E"}
"""Forms that tell who is in the room now: nothing makes them anew."""


def makers() -> Iterator[Maker[Any, Any]]:
    """Every maker in the modules of the registers."""
    for module in pkgutil.walk_packages(registers.__path__, "opsdesk.registers."):
        for value in vars(importlib.import_module(module.name)).values():
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


def test_every_maker_is_in_the_table_under_a_kind_of_its_own() -> None:
    found = {id(each): each for each in makers()}
    assert {each.kind for each in found.values()} == set(issued.MAKERS)
    assert len(found) == len(issued.PAPERS) == len(issued.MAKERS)


def test_an_origin_survives_the_record() -> None:
    for arguments in ((("day", DAY),), (("year", 2026), ("number", 3), ("vendor_id", None)), (("number", "SJ-1"),), ()):
        origin = making.Origin("x.y", arguments, datetime(2026, 3, 5, 8, 0), "主管")
        assert making.origin_of_text(making.origin_as_text(origin)) == origin
    assert making.origin_of_text(making.origin_as_text(None)) is None


def test_every_paper_made_anew_says_the_same(filled: Context) -> None:
    seen = set()
    for name, made in [*papers_of_the_catalog(filled), *papers_of_the_pages(filled)]:
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

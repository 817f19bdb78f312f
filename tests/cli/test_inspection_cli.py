"""`print inspection`: the day's 机房巡检表 of every room, through the front door."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import a_room
import a_site
import openpyxl
import pypdfium2
import pytest
from a_call import Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import PrintedPaper
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context


def opened(folder: Path) -> Context:
    ctx = bootstrap.open_site(folder, FixedClock(a_site.NOW))
    return ctx.acting_as(bootstrap.supervisor_of(ctx))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A site with two rooms, the first of them gone round on 5 March."""
    folder = a_site.found(tmp_path / "home")
    ctx = opened(folder)
    a_room.went_round(ctx, a_room.room(ctx), datetime(2026, 3, 5, 7, 50))
    a_room.room(ctx, "二号机房")
    a_site.close(ctx)
    return folder


def text_of(path: str) -> list[str]:
    pdf = pypdfium2.PdfDocument(Path(path).read_bytes())
    return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]


def test_prints_the_room_that_was_gone_round(
    call: Call, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    out = tmp_path / "out"
    done = call("print", "inspection", "--day", "2026-03-05", "--out", str(out), "--json", home=home)
    assert (done.code, done.err) == (0, ""), done
    told = json.loads(done.out)
    assert told["documents"] == [
        {"number": "XJ-20260305 主机房", "title": "机房巡检表", "sheet": "主机房0305"}
    ]  # fmt: skip
    paths = {each["format"]: each["path"] for each in told["files"]}
    assert {Path(path).stem for path in paths.values()} == {"机房巡检表-主机房-2026-03-05"}
    (text,) = text_of(paths["pdf"])
    assert "23.5" in text
    assert "①07:50" in text
    book = openpyxl.load_workbook(paths["xlsx"])
    assert book.sheetnames == ["主机房0305"]
    ctx = opened(home)
    with ctx.read() as connection:
        kept = connection.execute(select(PrintedPaper.code, PrintedPaper.format)).all()
    a_site.close(ctx)
    assert [tuple(row) for row in kept] == [("OD-F13", "pdf"), ("OD-F13", "xlsx")]


def test_a_day_without_rounds_gives_a_blank_sheet_of_every_room(call: Call, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = call(
        "print", "inspection", "--day", "2026-03-06", "--out", str(out), "--format", "pdf", home=home
    )  # fmt: skip
    assert done.code == 0
    (path,) = out.iterdir()
    assert path.name == "机房巡检表-2026-03-06.pdf"
    assert path.name in done.out
    first, second = text_of(str(path))
    assert ("主机房" in first, "二号机房" in second) == (True, True)


def test_without_a_room_it_is_refused_in_words(call: Call, tmp_path: Path) -> None:
    folder = a_site.found(tmp_path / "bare")
    done = call("print", "inspection", "--day", "2026-03-05", "--out", str(tmp_path / "out"), home=folder)
    assert done.code != 0
    assert "还没有登记机房" in done.err


@pytest.mark.parametrize("words", [("--month", "2026-03"), ()])
def test_goes_by_the_day(call: Call, home: Path, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = call("print", "inspection", *words, "--out", str(tmp_path), home=home)
    assert (done.code, done.out) == (2, "")
    assert "巡检表按天印，请写 --day 2026-03-05" in done.err

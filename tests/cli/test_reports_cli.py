"""`print offices` and `print report`: the month's 开关门及消防检查表 and a report, through the front door."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import a_site
import openpyxl
import pypdfium2
import pytest
import team
from a_call import Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import Vendor
from opsdesk.registers.open_close import service as open_close
from opsdesk.registers.report import service as report
from opsdesk.rules.reporting import ReportKind
from opsdesk.services.clock import FixedClock


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A site with two offices opened on 5 March, and a 日报."""
    folder = a_site.found(tmp_path / "home")
    ctx = bootstrap.open_site(folder, FixedClock(a_site.NOW))
    ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
    team.build(ctx)
    for office in ("201 办公室", "302 办公室"):
        open_close.open_office(
            ctx, 0, {"office": office, "opened_by": "王强", "opened_at": datetime(2026, 3, 5, 7, 58)}
        )
    with ctx.read() as connection:
        vendor = connection.execute(select(Vendor.id).order_by(Vendor.id).limit(1)).scalar_one()
    values = {"vendor_id": vendor, "day": date(2026, 3, 5), "author": "王强", "work": "巡查三楼弱电间"}
    report.save(ReportKind.DAILY, ctx, None, values)
    a_site.close(ctx)
    return folder


def text_of(path: str) -> list[str]:
    pdf = pypdfium2.PdfDocument(Path(path).read_bytes())
    return ["".join(page.get_textpage().get_text_range().split()) for page in pdf]


def test_a_page_for_each_office(call: Call, home: Path, tmp_path: Path) -> None:
    done = call("print", "offices", "--month", "2026-03", "--out", str(tmp_path / "out"), "--json", home=home)
    assert (done.code, done.err) == (0, ""), done
    told = json.loads(done.out)
    assert [each["number"] for each in told["documents"]] == ["XF-202603", "XF-202603"]
    paths = {each["format"]: each["path"] for each in told["files"]}
    first, second = text_of(paths["pdf"])
    assert "201办公室" in first
    assert "302办公室" in second
    assert "07:58" in second
    assert len(openpyxl.load_workbook(paths["xlsx"]).sheetnames) == 2


def test_a_month_without_offices_and_a_call_without_a_month_are_refused(call: Call, home: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = call("print", "offices", "--month", "2026-02", "--out", out, home=home)
    assert done.code == 1
    assert "还没有登记过开关门检查" in done.err
    done = call("print", "offices", "--day", "2026-03-05", "--out", out, home=home)
    assert done.code == 2
    assert "--month 2026-03" in done.err


def test_a_report_by_its_number(call: Call, home: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    done = call("print", "report", "rb-20260305-001", "--out", out, "--json", home=home)
    assert (done.code, done.err) == (0, ""), done
    told = json.loads(done.out)
    assert told["document"] == {"number": "RB-20260305-001", "title": "运维日报"}
    (text,) = text_of(next(each["path"] for each in told["files"] if each["format"] == "pdf"))
    assert "巡查三楼弱电间" in text
    done = call("print", "report", "RB-20260305-009", "--out", out, home=home)
    assert done.code == 1
    assert "没有编号为 RB-20260305-009 的报告" in done.err

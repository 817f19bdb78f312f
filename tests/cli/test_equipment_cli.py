"""`import assets` and `print lending`, through the front door."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import openpyxl
import pypdfium2
from a_call import NOW, Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import PrintedPaper
from opsdesk.registers.loan import service
from opsdesk.services.clock import FixedClock

LEDGER = """资产编号,分类,设备名称,品牌,型号,原值,状态
ZC-001,办公设备,笔记本电脑,示例牌,T14,6800.50,闲置
ZC-002,仪表,示波器,,,12000,在用
"""


def ledger(folder: Path, text: str = LEDGER) -> str:
    path = folder / "台账.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_ledger_is_imported_once(call: Call, site: Path, tmp_path: Path) -> None:
    path = ledger(tmp_path)
    tried = call("import", "assets", path, "--dry-run")
    assert (tried.code, "可存入 2 条" in tried.out, "没有写入" in tried.out) == (0, True, True)
    first = call("import", "assets", path, "--json")
    assert (first.code, json.loads(first.out)) == (0, {"read": 2, "stored": 2, "duplicates": 0, "rejected": []})
    again = call("import", "assets", path)
    assert again.out == "设备台账读到 2 条：存入 0 条，原来就有 2 条，有问题 0 条。\n"
    assert call("verify").code == 0


def test_one_bad_row_keeps_the_ledger_out(call: Call, site: Path, tmp_path: Path) -> None:
    done = call("import", "assets", ledger(tmp_path, LEDGER.replace("12000", "很贵")), "--json")
    result = json.loads(done.out)
    assert done.code == 1
    assert (result["stored"], [each["row"] for each in result["rejected"]]) == (0, [3])
    assert "第 3 行：原值要写成数字" in done.err
    plain = call("import", "assets", ledger(tmp_path, LEDGER.replace("12000", "很贵")))
    assert "没有写入任何一条" in plain.out


def lent(home: Path) -> None:
    ctx = bootstrap.open_site(home, FixedClock(NOW))
    ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
    values = {
        "borrower": "王强", "items": "ZC-001\n网线 六类 - 3", "place": "三楼会议室", "reason": "评审会演示",
        "due_on": date(2026, 3, 10),
    }  # fmt: skip
    service.save(ctx, None, values)
    ctx.writing.dispose()
    ctx.reading.dispose()


def test_loan_is_printed_by_its_number(call: Call, site: Path, tmp_path: Path) -> None:
    call("import", "assets", ledger(tmp_path))
    lent(site)
    out = tmp_path / "out"
    done = call("print", "lending", "jy-2026-0001", "--out", str(out), "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert found["document"] == {"number": "JY-2026-0001", "title": "设备借用单"}
    assert sorted(Path(each["path"]).name for each in found["files"]) == [
        "借用单-JY-2026-0001.pdf", "借用单-JY-2026-0001.xlsx",
    ]  # fmt: skip
    pdf = pypdfium2.PdfDocument((out / "借用单-JY-2026-0001.pdf").read_bytes())
    assert len(pdf) == 2
    text = "".join(pdf[0].get_textpage().get_text_range().split())
    pdf.close()
    for words in ("第一联", "设备借用单", "王强", "ZC-001", "网线", "2026年3月10日"):
        assert words in text
    book = openpyxl.load_workbook(out / "借用单-JY-2026-0001.xlsx")
    cells = {str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value}
    assert {"王强", "ZC-001", "三楼会议室"} <= cells
    ctx = bootstrap.open_site(site, FixedClock(NOW))
    with ctx.read() as connection:
        printed = connection.execute(select(PrintedPaper.number, PrintedPaper.code)).all()
    ctx.writing.dispose()
    ctx.reading.dispose()
    assert {tuple(row) for row in printed} == {("JY-2026-0001", "OD-F11")}


def test_wrong_calls_are_told(call: Call, site: Path, tmp_path: Path) -> None:
    missing = call("print", "lending", "--out", str(tmp_path))
    assert (missing.code, "借用单编号" in missing.err, "JY-2026-0001" in missing.err) == (2, True, True)
    dated = call("print", "lending", "JY-2026-0001", "--day", "2026-03-05", "--out", str(tmp_path))
    assert (dated.code, "按编号印" in dated.err) == (2, True)
    unknown = call("print", "lending", "JY-2026-0009", "--out", str(tmp_path))
    assert (unknown.code, "没有编号是“JY-2026-0009”的借用单" in unknown.err) == (1, True)

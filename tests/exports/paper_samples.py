"""Documents for the tests of the paper: a bound register, a month sheet, a slip, and a way to read a PDF back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

import pypdfium2

from opsdesk.exports.document import (
    Align,
    Choice,
    Column,
    Document,
    Fact,
    FormCell,
    FormGrid,
    Kind,
    Signature,
    Table,
    Text,
    Value,
)

DAY = date(2026, 3, 5)
RARE_NAMES = ("𠅤", "𬭎", "㛃", "𠮷", "䶮", "𫍯", "买买提·艾力江")


def pdf_texts(content: bytes) -> list[str]:
    """The text of each page as a reader copies it, without white space."""
    with pypdfium2.PdfDocument(content) as pdf:
        texts = []
        for page in pdf:
            text = page.get_textpage()
            texts.append(re.sub(r"\s", "", text.get_text_range()))
            text.close()
            page.close()
        return texts


def with_body(*blocks: Table | FormGrid | Text, **changes: object) -> Document:
    """A plain document around some blocks."""
    head: dict[str, object] = {
        "code": "OD-F01",
        "revision": "A/0",
        "title": "到岗记录",
        "number": "DG-20260305",
        "name": "到岗记录 2026-03-05",
        "sheet": "到岗记录",
        "organisation": "某市信息中心",
        "body": blocks,
    }
    return Document(**(head | changes))  # type: ignore[arg-type]  # test data by keyword


def one_column(*values: Value, kind: Kind = Kind.TEXT, **changes: object) -> Document:
    """A document whose only table has one column of these values."""
    table = Table((Column("内容", 1, kind),), tuple((value,) for value in values))
    return with_body(table, **changes)


def register(
    people: int, rows_per_page: int = 16, name: Callable[[int], str] = lambda place: f"王强{place}"
) -> Document:
    """到岗记录 (F01) of so many people."""
    columns = (
        Column("序号", 10, Kind.NUMBER),
        Column("工号", 18, Kind.CODE),
        Column("姓名", 22, align=Align.CENTER),
        Column("所属公司", 34),
        Column("到岗时间", 18, Kind.TIME),
        Column("本人签名", 28, Kind.SIGNATURE),
        Column("离岗时间", 18, Kind.TIME),
        Column("缺勤／请假说明", 40),
    )
    rows = tuple(
        (
            place,
            f"00{place}",
            name(place),
            "华信软件技术服务有限公司",
            time(8, 27),
            None,
            time(17, 31),
            "迟到 12 分" if place == 3 else "",
        )
        for place in range(1, people + 1)
    )
    labels = tuple(f"{name(place)} {DAY}" for place in range(1, people + 1))
    return with_body(
        Table(columns, rows, rows_per_page=rows_per_page, record_labels=labels),
        landscape=True,
        facts=(Fact("单位", "某市信息中心"), Fact("日期", "2026年3月5日 周四")),
        notes=("本人逐行签名，不得代签。",),
        basis=("迟到免罚 3 次。", "次数罚与分钟罚并罚。"),
        signatures=(Signature("服务台值班员"), Signature("运维主管", seal=True)),
        retention="3 年",
        trace="链首 7f3a9c1e2b",
    )


def slip() -> Document:
    """补签单 (F03) with a table under its grid."""
    grid = FormGrid(
        (
            (FormCell("姓名", "陈𠅤"), FormCell("工号", "0012345", kind=Kind.CODE)),
            (FormCell("漏签日期", DAY, kind=Kind.DATE), FormCell("应签时段", Choice(("上班", "下班"), ("下班",)))),
            (
                FormCell("实际时间", datetime(2026, 3, 5, 17, 42), kind=Kind.MOMENT),
                FormCell("扣减", Decimal("1234.5"), kind=Kind.MONEY),
            ),
            (FormCell("情况说明", "处理交换机故障后直接离岗。\n未回服务台签退。", height=24),),
            (FormCell("负责人意见", Choice(("同意", "不同意")), height=26, kind=Kind.SIGNATURE),),
        )
    )
    table = Table(
        (
            Column("时间", 30, Kind.TIME),
            Column("上午", 20, group="半天"),
            Column("下午", 20, group="半天", subtitle="四"),
        ),
        ((time(8, 27), "√", "△"),),
    )
    return with_body(
        Text("以下由考勤员填写。", bold=True), grid, table, code="OD-F03", title="补签单", number="BQ-202603-002"
    )

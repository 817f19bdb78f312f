"""月度考勤汇总表 and the vendor's workbook: read back from the PDF and the xlsx, and nobody else's name in them."""

import zipfile
from dataclasses import replace
from datetime import date, datetime

import a_site
import incident_month
import openpyxl
import pypdfium2
import pytest
import team as team_module
from team import go_to, grant

from opsdesk.exports import archive
from opsdesk.exports.document import Kind, Table
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.models import Punch, Wage
from opsdesk.registers.month import service as months
from opsdesk.registers.month.documents import month_sheets, vendor_workbook
from opsdesk.registers.sign_in import documents as sign_in
from opsdesk.registers.sign_in import service
from opsdesk.rules import calendar
from opsdesk.services import amending, incident_figures, settings, settlement
from opsdesk.services.errors import Refusal

WORKDAYS = [day for day in calendar.month(2026, 3) if day.day >= 5 and day.weekday() < 5]
"""The record begins on the fifth: three workdays before it nobody has signed."""
HOURS = {
    **{("1001", day): ("08:56", "17:31") for day in (6, 9, 10, 11)},
    **{("1001", day): ("08:20", "17:00") for day in (16, 17)},
    ("1002", 12): ("09:31", "17:31"),
    ("1003", 5): (None, None),
    ("1003", 6): ("08:20", "13:00"),
    ("1004", 20): ("08:20", None),
}
"""Who came or went otherwise than at 08:20 and 17:31."""


@pytest.fixture(scope="module")
def lived(founded, tmp_path_factory):
    """March as recorded: 王强 late and early, 李敏 absent a day by lateness, 刘芳 on leave, 吴琼 not signed out."""
    opened = a_site.opened_copy(founded, tmp_path_factory.mktemp("month"))
    ctx = next(opened)
    crew = team_module.build(ctx)
    grant(ctx, crew["1003"], "2026-03-05 08:30", "2026-03-05 17:30")
    grant(ctx, crew["1003"], "2026-03-06 13:00", "2026-03-06 17:30", "公出")
    rows = [
        {
            "staff_id": crew[number],
            "day": day,
            "at": (at := datetime.fromisoformat(f"{day.isoformat()} {clock}")),
            "direction": direction,
            "source": "服务台",
            "device": "",
            "entered_at": at,
            "entered_by": "主管",
            "doubted": False,
        }
        for day in WORKDAYS
        for number in ("1001", "1002", "1003", "1004", "1005", "1006", "2001")
        for clock, direction in zip(HOURS.get((number, day.day), ("08:20", "17:31")), ("到岗", "离岗"), strict=True)
        if clock
    ]
    opening = datetime(2026, 2, 2, 8, 20)
    rows.append({**rows[0], "staff_id": crew["2001"], "day": opening.date(), "at": opening, "entered_at": opening})
    with ctx.transaction("三月") as tx:
        tx.insert(Wage, staff_id=crew["1001"], holds_from=date(2026, 1, 1), monthly="1234.00")
        tx.insert_many(Punch, rows)
    incident_month.insert(ctx, incident_month.invented(crew, 2026, 3, 60, seed=5))
    go_to(ctx, "2026-04-01 09:00:00")
    yield ctx, crew
    opened.close()


def vendor_id(ctx, short: str) -> int:
    with ctx.read() as connection:
        return connection.exec_driver_sql("SELECT id FROM vendor WHERE short_name=?", (short,)).scalar_one()


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document).replace("\r", "")


def sheet_of(ctx, short: str):
    (document,) = month_sheets(ctx, 2026, 3, vendor_id(ctx, short))
    return document


def tables(document) -> list[Table]:
    return [block for block in document.body if isinstance(block, Table)]


def by_name(table: Table) -> dict:
    return {row[1]: row for row in table.rows}


def titled(table: Table, row: tuple) -> dict:
    return {f"{column.group}{column.title}": value for column, value in zip(table.columns, row, strict=True)}


def test_every_company_has_a_sheet_of_its_own(lived):
    ctx, _ = lived
    documents = month_sheets(ctx, 2026, 3)
    assert [(each.code, each.revision, each.number, each.sheet, each.landscape) for each in documents] == [
        ("OD-F04", "A/0", "KQ-202603-V1", "华信", True),
        ("OD-F04", "A/0", "KQ-202603-V2", "恒通", True),
    ]
    assert {each.name for each in documents} == {"考勤汇总-2026-03"}
    first, second = (text_of(pdf_bytes(each)) for each in documents)
    assert "王强" in first
    assert "赵夜" not in first
    assert "恒通" not in first
    assert "赵夜" in second
    assert "王强" not in second
    assert "华信" not in second


def test_the_days_are_marked_by_halves(lived):
    ctx, _ = lived
    days = tables(sheet_of(ctx, "华信"))[0]
    assert [column.title for column in days.columns[3:34]] == [str(n) for n in range(1, 32)]
    assert (days.columns[3].subtitle, days.columns[3].shaded, days.columns[4].shaded) == ("日", True, False)
    rows = by_name(days)

    def mark(name: str, day: int) -> str:
        return rows[name][2 + day]

    assert mark("王强", 5) == "√"
    assert mark("王强", 6) == "迟26\n√"
    assert mark("王强", 16) == "√\n退30"
    assert mark("李敏", 12) == "缺61"
    assert mark("刘芳", 5) == "△"
    assert mark("刘芳", 6) == "√\n公"
    assert mark("吴琼", 20) == "√\n未"
    assert mark("王强", 2) == "×"
    assert mark("王强", 7) == "○"
    assert titled(days, rows["李敏"])["应出勤"] == 22
    assert titled(days, rows["李敏"])["实出勤"] == 22 - 3 - 1, "three days before the month's record begins, one 视缺勤"
    assert titled(days, rows["李敏"])["本人确认"] is None


def test_the_sums_say_what_was_settled(lived):
    ctx, _ = lived
    sums = tables(sheet_of(ctx, "华信"))[1]
    strong = titled(sums, by_name(sums)["王强"])
    assert (strong["迟到次"], strong["迟到分"], strong["早退次"], strong["早退分"]) == (4, 104, 2, 60)
    assert (strong["拟扣减（元）次数罚"], strong["拟扣减（元）分钟罚"]) == (20, 200)
    assert (strong["拟扣减（元）早退扣"], strong["拟扣减（元）合计"]) == (40, 260)
    assert strong["日数旷工"] == 3 + 1, "three days without a record, one for sixty minutes early"
    assert titled(sums, by_name(sums)["李敏"])["日数缺勤"] == 1
    assert titled(sums, by_name(sums)["刘芳"])["请假事假"] == "1日\n8时"
    assert titled(sums, by_name(sums)["刘芳"])["请假其他"] == "", "公出 is work"
    assert titled(sums, by_name(sums)["吴琼"])["日数缺签"] == 1
    total = titled(sums, by_name(sums)["合计"])
    assert total["拟扣减（元）合计"] == 260 + 100
    assert total["天数应出勤"] == 6 * 22


def test_the_paper_says_it_all_in_words(lived):
    ctx, _ = lived
    text = text_of(pdf_bytes(sheet_of(ctx, "华信")))
    for words in (
        "2026年3月考勤汇总表", "示例市信息中心", "华信系统集成有限公司", "OD-F04 A/0", "No. KQ-202603-V1",
        "本月合计拟扣减 360.00 元，人民币（大写）叁佰陆拾元整。", "T2 二.9",
        "累计迟到 26＋26＋26＋26 = 104 分，在“超过 100 至 150 分”一档，扣 200 元。",
        "制表人", "驻场公司负责人", "（盖章）", "信息中心审核", "批准", "保存期限：3 年", "采用口径", "缺 迟到视缺勤",
        "王强：扣减合计 260 元，超过当月工资的 20%，请核对（G13）。",
    ):  # fmt: skip
        assert words in text.replace("\n", ""), words
    assert "246.80" not in text, "a wage can be told from its fifth"
    assert "项未结事项" in text


def test_only_people_with_a_deduction_have_lines(lived):
    ctx, _ = lived
    lines = tables(sheet_of(ctx, "华信"))[2]
    names = {row[1] for row in lines.rows}
    assert {"王强", "李敏"} <= names
    assert sum(row[-1] for row in lines.rows) == 360
    assert [column.title for column in lines.columns] == ["序号", "姓名", "条款", "内容", "计算", "日", "金额（元）"]


def test_what_was_decided_stands_beside_what_was_proposed(lived):
    ctx, _ = lived
    with ctx.read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM deduction").scalar_one()
    assert before == 0
    months.book(ctx, 2026, 3, vendor_id=vendor_id(ctx, "华信"))
    assert "核定" not in text_of(pdf_bytes(sheet_of(ctx, "华信"))), "booked, and nothing decided yet"
    standing = months.standing(ctx, 2026, 3, vendor_id=vendor_id(ctx, "华信"))
    booked = {(line.staff_id, line.part): line for lines in standing.booked.values() for line in lines}
    strong = lived[1]["1001"]
    months.decide(ctx, deduction_ids=[booked[strong, "count_fine"].id], confirm=True)
    months.decide(ctx, deduction_ids=[booked[strong, "minute_fine"].id], confirm=False, note="地铁停运，有证明")
    document = sheet_of(ctx, "华信")
    text = text_of(pdf_bytes(document)).replace("\n", "")
    assert "已免除：地铁停运，有证明" in text
    assert "已确认" in text
    assert "本月合计拟扣减 360.00 元" in text
    assert "核定扣减 20.00 元，人民币（大写）贰拾元整。" in text
    sums = tables(document)[1]
    assert titled(sums, by_name(sums)["王强"])["核定（元）"] == 20
    assert titled(sums, by_name(sums)["王强"])["拟扣减（元）合计"] == 260


def test_the_workbook_says_what_was_decided_too(lived, tmp_path):
    ctx, crew = lived
    months.book(ctx, 2026, 3, vendor_id=vendor_id(ctx, "华信"))
    standing = months.standing(ctx, 2026, 3, vendor_id=vendor_id(ctx, "华信"))
    booked = {line.part: line for line in standing.booked[crew["1001"]]}
    months.decide(ctx, deduction_ids=[booked["count_fine"].id], confirm=True)
    for part, reason in (("minute_fine", "地铁停运，有证明"), ("awol", "系统还没有启用")):
        months.decide(ctx, deduction_ids=[booked[part].id], confirm=False, note=reason)
    sums, _, _, verdicts, *_ = vendor_workbook(ctx, 2026, 3, vendor_id(ctx, "华信"))
    (table,) = tables(sums)
    strong = next(titled(table, row) for row in table.rows if row[2] == "王强")
    assert (strong["拟扣减（元）合计"], strong["核定元"]) == (260, 20)
    assert strong["处理"] == (
        "分钟罚 200 元已免除（地铁停运，有证明）；旷工 3 日已免除（系统还没有启用）；已确认 1 条；拟扣减 2 条"
    )
    untouched = next(titled(table, row) for row in table.rows if row[2] == "李敏")
    assert untouched["核定元"] is None
    assert untouched["处理"].startswith("拟扣减 ")
    assert titled(table, table.rows[-1])["核定元"] == 20
    (table,) = tables(verdicts)
    lines = {row[3]: titled(table, row) for row in table.rows if row[2] == "王强"}
    assert (lines["T2 二.9"]["处理"], lines["T2 二.9"]["核定（元）"]) == ("已免除：地铁停运，有证明", 0)
    assert (lines["T2 二.7"]["处理"], lines["T2 二.7"]["核定（元）"]) == ("已确认", 20)
    assert (lines["T2 二.3"]["处理"], lines["T2 二.3"]["核定（元）"]) == ("已免除：系统还没有启用", None)
    assert "拟扣减" in {row["处理"] for row in lines.values()}


def test_the_double_penalty_has_a_column_and_the_parts_still_add_up(lived):
    ctx, _ = lived
    clause = ctx.regulations.clause("T2-ATT-08")
    draft = ctx.regulations.amended([(clause.key, amending.proposed(clause, date(2026, 1, 1), {"double.mode": "B"}))])
    sums = tables(sheet_of(ctx.under(draft), "华信"))[1]
    few = titled(sums, by_name(sums)["李敏"])
    assert (few["拟扣减（元）另罚"], few["拟扣减（元）分钟罚"], few["拟扣减（元）合计"]) == (40, None, 40)


def test_an_amendment_within_the_month_splits_the_account(lived):
    ctx, crew = lived
    clause = ctx.regulations.clause("T2-ATT-07")
    draft = ctx.regulations.amended([(clause.key, amending.proposed(clause, date(2026, 3, 10), {"late.free": "1"}))])
    with ctx.read() as connection:
        (strong,) = settlement.read(connection, draft, 2026, 3, ctx.now(), staff_id=crew["1001"]).people
    fines = [(line.citation.held_from, line.amount) for line in strong.settled.lines if line.part == "count_fine"]
    assert fines == [(date(2000, 1, 1), 0), (date(2026, 3, 10), 20)]
    assert strong.settled.figures.minute_fine == 0, "52 minutes on either side of the day"
    document = sheet_of(ctx.under(draft), "华信")
    assert any("2026-03-10 起" in line for line in document.basis)


def test_the_month_matrix_counts_no_day_of_absence_as_attended(lived):
    ctx, _ = lived
    document = sign_in.monthly_sheet(ctx, 2026, 3)
    (table,) = document.body
    row = titled(table, by_name(table)["李敏"])
    assert row["天数应到"] == 22
    assert row["天数实到"] == 18
    assert row["12"] == "缺61"


def test_a_vendors_workbook_has_its_six_sheets_and_real_cells(lived, tmp_path):
    ctx, _ = lived
    (kept,) = archive.export(vendor_workbook(ctx, 2026, 3, vendor_id(ctx, "华信")), tmp_path, ("xlsx",))
    assert kept.path.name == "考勤结算-华信-2026-03.xlsx"
    book = openpyxl.load_workbook(kept.path)
    assert book.sheetnames == ["汇总", "每日", "明细", "判定", "口径", "事件"]
    assert all(sheet.sheet_state == "visible" for sheet in book)
    rows = {name: [[cell.value for cell in row] for row in book[name].iter_rows()] for name in book.sheetnames}
    details = [row for row in rows["明细"] if row[2] == "王强"]
    (sixth,) = [row for row in details if row[3] == datetime(2026, 3, 6)]
    assert datetime(2026, 3, 6, 8, 56) in sixth
    assert datetime(2026, 3, 6, 17, 31) in sixth
    assert 26 in sixth
    assert "迟26" in sixth
    (line,) = [row for row in rows["判定"] if row[2] == "王强" and row[3] == "T2 二.9"]
    assert "累计迟到 26＋26＋26＋26 = 104 分" in line[5]
    assert line[7] == 200
    assert "2026-03-06 08:56 到岗" in line[10]
    assert "punch" not in str(rows["判定"])
    (awol,) = [row for row in rows["判定"] if row[2] == "王强" and row[3] == "T2 二.3"]
    assert "2026-03-02 无到岗记录" in awol[10]
    strong = next(row for row in rows["汇总"] if row[2] == "王强")
    assert {4, 104, 20, 200, 40, 260} <= set(strong)
    cited = [(row[1], row[4]) for row in rows["口径"] if row[0] in range(1, 40)]
    assert ("T2 二.9", datetime(2000, 1, 1)) in cited
    assert ("T1 2.3", datetime(2000, 1, 1)) in cited
    assert {key for key, _ in cited} >= {"G4", "G12", "G14"}
    said = str(rows["汇总"])
    for words in ("本人签名", "异议", "采用口径", "驻场公司负责人"):
        assert words in said, words


@pytest.mark.parametrize(("own", "other"), [("华信", "恒通"), ("恒通", "华信")])
def test_nothing_of_another_vendor_is_in_the_file(lived, tmp_path, own, other):
    ctx, _ = lived
    (kept,) = archive.export(vendor_workbook(ctx, 2026, 3, vendor_id(ctx, own)), tmp_path, ("xlsx",))
    with ctx.read() as connection:
        names = connection.exec_driver_sql(
            "SELECT s.name, s.staff_no, v.short_name, v.name FROM staff s JOIN vendor v ON v.id = s.vendor_id"
        ).all()
    strange = {word for row in names if row[2] == other for word in (row[0], *row[2:])}
    strange.add(f"KQ-202603-{'V2' if own == '华信' else 'V1'}")
    strange |= {"未指派"} | numbers_and_titles(ctx, "vendor_id IS NOT (SELECT id FROM vendor WHERE short_name=?)", own)
    assert numbers_and_titles(ctx, "vendor_id = (SELECT id FROM vendor WHERE short_name=?)", own)
    with zipfile.ZipFile(kept.path) as file:
        parts = {name: file.read(name).decode("utf-8") for name in file.namelist()}
    assert not any("comment" in name or "external" in name for name in parts)
    found = {(name, word) for name, text in parts.items() for word in strange if word in text}
    assert not found
    assert own in "".join(parts.values())
    book = openpyxl.load_workbook(kept.path)
    numbers = {row[1] for row in names if row[2] == other}
    assert not numbers & {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert not book.defined_names
    assert {key for sheet in book for key in sheet.defined_names} <= {"_xlnm.Print_Titles"}
    assert book.properties.creator == "示例市信息中心"
    assert book.properties.lastModifiedBy is None
    assert (book.properties.description, book.properties.keywords, book.properties.subject) == (None, None, None)


def numbers_and_titles(ctx, where: str, vendor: str) -> set[str]:
    with ctx.read() as connection:
        rows = connection.exec_driver_sql(f"SELECT number, title FROM incident WHERE {where}", (vendor,)).all()
    return {word for row in rows for word in row}


def test_the_vendors_incidents_stand_on_their_sheet_with_its_figures(lived, tmp_path):
    ctx, _ = lived
    sheet = vendor_workbook(ctx, 2026, 3, vendor_id(ctx, "华信"))[-1]
    figures, listed = tables(sheet)
    with ctx.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT number, respond_over, solve_over, paused_seconds, state FROM incident"
            " WHERE vendor_id=? AND void_at IS NULL ORDER BY reported_at, id",
            (vendor_id(ctx, "华信"),),
        ).all()
    assert [(row[0], row[10], row[11], row[12] or 0, row[13]) for row in listed.rows] == [tuple(row) for row in rows]
    own = incident_figures.statistics(ctx, date(2026, 3, 1), date(2026, 3, 31), vendor_id=vendor_id(ctx, "华信")).total
    shown = {row[0]: row for row in figures.rows}
    assert shown["受理"][1] == own.count == len(rows)
    parts = f"{own.response_measured} 件中的 {own.within_response} 件"
    assert shown["响应达标率"][1:] == (own.response_rate, "%", parts)
    assert shown["解决用时中位"][1] == own.resolve_median_min
    assert sheet.title == "2026年3月运维事件"
    assert any("T1 5 故障" in line for line in sheet.basis)
    (kept,) = archive.export(vendor_workbook(ctx, 2026, 3, vendor_id(ctx, "华信")), tmp_path, ("xlsx",))
    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(kept.path)["事件"].iter_rows()]
    (first,) = [row for row in cells if row[0] == rows[0][0]]
    assert listed.rows[0][1] in first, "a real moment"
    assert ["受理", own.count] == [value for value in next(row for row in cells if row[0] == "受理") if value][:2]


def test_a_vendor_without_incidents_has_an_empty_sheet(site):
    team_module.build(site)
    sheet = vendor_workbook(site, 2026, 3, vendor_id(site, "华信"))[-1]
    figures, listed = tables(sheet)
    assert listed.rows == ()
    assert {row[1] for row in figures.rows} == {0, "—"}


def test_the_summary_workbook_of_all_has_a_sheet_for_each(lived, tmp_path):
    ctx, _ = lived
    kept = archive.export(month_sheets(ctx, 2026, 3), tmp_path)
    assert [file.path.name for file in kept] == ["考勤汇总-2026-03.pdf", "考勤汇总-2026-03.xlsx"]
    assert openpyxl.load_workbook(kept[1].path).sheetnames == ["华信", "恒通"]


def test_a_vendor_without_anybody_is_refused_and_has_no_sheet(lived):
    ctx, _ = lived
    assert month_sheets(ctx, 2025, 3) == []
    with pytest.raises(Refusal, match="没有应到岗的人员"):
        vendor_workbook(ctx, 2025, 3, vendor_id(ctx, "华信"))


def test_a_month_under_way_says_until_when(site):
    crew = team_module.build(site)
    go_to(site, "2026-03-05 08:27:00")
    service.sign(site, staff_id=crew["1001"])
    document = sheet_of(site, "华信")
    assert "本月尚未过完，数据截至 2026-03-05 08:27。" in document.notes
    row = by_name(tables(document)[0])["王强"]
    assert (row[2 + 5], row[2 + 6], row[2 + 7]) == ("√", "", "")


def test_who_is_charged_nothing_has_no_lines_in_the_verdicts(site):
    crew = team_module.build(site)
    settings.write(site, {"site.opened_on": "2026-03-05"})
    go_to(site, "2026-03-05 08:40:00")
    service.sign(site, staff_id=crew["1001"])
    with site.read() as connection:
        (strong,) = settlement.read(connection, site.regulations, 2026, 3, site.now(), staff_id=crew["1001"]).people
    assert strong.settled.lines
    verdicts = vendor_workbook(site, 2026, 3, vendor_id(site, "华信"))[3]
    assert tables(verdicts)[0].rows == ()


def test_february_fills_the_same_width(lived):
    ctx, _ = lived
    (document,) = month_sheets(ctx, 2026, 2, vendor_id(ctx, "华信"))
    days, sums = tables(document)[:2]
    assert len(days.columns) == 3 + 28 + 3
    assert sum(column.width for column in days.columns) == pytest.approx(sum(column.width for column in sums.columns))


@pytest.mark.parametrize("mode", ["A", "B"])
def test_every_table_fills_the_width_and_leaves_room_to_write(lived, mode):
    ctx, _ = lived
    draft = ctx.regulations.amended(
        [("T2-ATT-08", amending.proposed(ctx.regulations.clause("T2-ATT-08"), date(2026, 1, 1), {"double.mode": mode}))]
    )
    for vendor in ("华信", "恒通"):
        for table in tables(sheet_of(ctx.under(draft), vendor)):
            assert sum(column.width for column in table.columns) == pytest.approx(257)
            assert min(column.width for column in table.columns) > 5
            for column in table.columns:
                assert column.kind is not Kind.SIGNATURE or column.width >= 12


def test_a_heading_does_not_stand_alone_at_the_foot_of_a_page(lived):
    ctx, _ = lived
    document = sheet_of(ctx, "华信")
    days, heading, sums = document.body[:3]
    for rows in range(8, 20):
        grown = replace(days, rows=tuple(days.rows[0] for _ in range(rows)), record_labels=())
        pdf = pypdfium2.PdfDocument(pdf_bytes(replace(document, body=(grown, heading, sums), notes=(), basis=())))
        texts = [page.get_textpage().get_text_range() for page in pdf]
        (page,) = [text for text in texts if "汇总与拟扣减" in text]
        assert "净工时" in page, rows

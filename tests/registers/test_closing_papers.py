"""The papers of a closing: the day's set in one file, what was corrected, and the marks on every paper of the day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import a_room
import an_appraisal
import machine_room
import openpyxl
import pypdfium2
import pytest
import team as team_module
from a_site import PASSWORD
from sqlalchemy import select
from team import Team, go_to

from opsdesk import closing_papers, closing_records
from opsdesk.exports.archive import Cancelled
from opsdesk.exports.document import Document, Table
from opsdesk.exports.layout import compose
from opsdesk.models import PrintedPaper
from opsdesk.registers.appraisal import service as appraising
from opsdesk.registers.correction import service as correction
from opsdesk.registers.incident import acts, documents, service
from opsdesk.registers.incident import closing as incident_closing
from opsdesk.registers.month import documents as attendance
from opsdesk.registers.sign_in import documents as sign_in
from opsdesk.registers.sign_in.service import sign, take_back
from opsdesk.registers.visit import documents as visit
from opsdesk.rules import periods
from opsdesk.rules.vocabulary import Direction
from opsdesk.services import closing, closings
from opsdesk.services.closings import Closed
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

THURSDAY = date(2026, 3, 5)
DAY, MARCH = closings.of_day(THURSDAY), closings.of_month(2026, 3)
WHY, REASON = "供应商夜间处理，明早补单", "王强的到岗时间登记错了"


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


@pytest.fixture
def closed(site: Context, crew: Team) -> Closed:
    """A day with one incident signed, somebody in the room, and 王强 not signed out; closed at 17:45."""
    room = a_room.room(site)
    go_to(site, "2026-03-05 08:20:00")
    sign(site, staff_id=crew["1001"])
    made = service.open_incident(site, "打印机不出纸").value.id
    acts.respond(site, made, {"staff_id": crew["1001"]})
    acts.solve(site, made, {})
    incident_closing.sign(site, [made], {})
    machine_room.save(
        site, "visit", name="周工", unit="恒通网络", external=True, room_id=room, purpose="维护",
        entered_at=datetime(2026, 3, 5, 8), escort="王强",
    )  # fmt: skip
    go_to(site, "2026-03-05 17:45:00")
    return closing.close(site, DAY, because=WHY).value


def reopened(ctx: Context, closed: Closed) -> None:
    go_to(ctx, "2026-03-06 09:00:00")
    closing.reopen(ctx, closed.id, password=PASSWORD, reason=REASON)


def corrected(ctx: Context, crew: Team) -> None:
    """王强's departure is claimed, approved and counts."""
    made = correction.file(
        ctx, staff_id=crew["1001"], day=THURSDAY, direction=Direction.OUT, actual_at=datetime(2026, 3, 5, 17, 31),
        cause="忘签", explanation="直接去了机房", witness="李敏",
    ).value  # fmt: skip
    correction.decide(ctx, correction_id=made, accept=True, note="属实")


def rows(document: Document) -> list[list[str]]:
    table = next(block for block in document.body if isinstance(block, Table))
    return [[str(value or "") for value in row] for row in table.rows if row[0] is not None]


def pdf_text(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()


def _once() -> Callable[[int, int], bool]:
    """Progress of somebody who presses 取消 after the first step."""
    asked: list[int] = []

    def progress(_done: int, _total: int) -> bool:
        asked.append(1)
        return len(asked) == 1

    return progress


class TestMarks:
    def test_papers_of_an_ordinary_day_bear_none(self, site: Context, crew: Team) -> None:
        for paper in (
            sign_in.daily_sheet(site, THURSDAY),
            documents.day_list(site, THURSDAY),
            visit.day(site, THURSDAY),
        ):
            assert not any("日结" in note for note in paper.notes)

    def test_what_stood_open_and_why_is_on_every_paper_of_the_day(self, site: Context, closed: Closed) -> None:
        papers = (sign_in.daily_sheet(site, THURSDAY), documents.day_list(site, THURSDAY), visit.day(site, THURSDAY))
        for paper in papers:
            note = paper.notes[-1]
            assert note == f"本日 03-05 17:45 日结时有 9 项没有了结（见日结单），理由：{WHY}。"
            assert len(compose(paper)) == 1

    def test_a_long_reason_stays_on_its_line_and_whole_on_the_sheet(self, site: Context, crew: Team) -> None:
        long = "供应商" * 30
        closing.close(site, DAY, because=long)
        assert sign_in.daily_sheet(site, THURSDAY).notes[-1].endswith("供应商…。")
        assert long in str(closing_records.sheet(site, DAY).body)

    def test_a_day_opened_again_says_so_on_paper_until_it_is_done(
        self, site: Context, crew: Team, closed: Closed
    ) -> None:
        reopened(site, closed)
        said = f"；03-06 09:00 由主管重新打开更正一次，理由：{REASON}；"
        assert sign_in.daily_sheet(site, THURSDAY).notes[-1].endswith(f"{said}还没有再次日结。")
        corrected(site, crew)
        go_to(site, "2026-03-06 09:30:00")
        closing.close(site, DAY, because=WHY)
        for paper in (
            sign_in.daily_sheet(site, THURSDAY),
            documents.day_list(site, THURSDAY),
            visit.day(site, THURSDAY),
        ):
            assert f"{said}03-06 09:30 再次日结时有" in paper.notes[-1]
            assert len(compose(paper)) == 1, "the marks make no paper longer"
        month = sign_in.monthly_sheet(site, 2026, 3)
        assert "03-05 日结以后重新打开更正过，详见更正记录。" in month.notes
        for sheet in attendance.month_sheets(site, 2026, 3):
            assert "03-05 日结以后重新打开更正过，详见更正记录。" in sheet.notes
            assert not any("周工" in note for note in sheet.notes), "no vendor reads of another's visitors"


class TestCorrections:
    def test_each_change_with_before_and_after_who_and_why(self, site: Context, crew: Team, closed: Closed) -> None:
        reopened(site, closed)
        corrected(site, crew)
        go_to(site, "2026-03-06 09:30:00")
        sign(site, staff_id=crew["1001"])
        closing.close(site, DAY, because=WHY)
        go_to(site, "2026-03-06 10:00:00")
        paper = closing_records.corrections(site, closed.id)
        assert (paper.title, paper.number) == ("日结更正记录", "GZ-20260305-1")
        found = rows(paper)
        assert [(row[2].split()[0], row[3]) for row in found] == [
            ("补签单", "（新增）"), ("签到签退", "（新增）"), ("补签单", "签到"), ("补签单", "状态"),
        ]  # fmt: skip
        assert found[3][4:] == ["待审批", "已认可", "主管", "认可补签单：属实"]
        assert paper.notes[0] == "列出重新打开以后改动的 2 条记录。"
        assert "应签时段：离岗" in found[0][5]
        assert "17:31" in found[1][5]
        assert found[1][7].startswith("认可补签单")
        assert all(row[6] == "主管" for row in found)
        assert "2026年3月6日 09:30 主管" in str(paper.body[0])
        assert not any("03-06 09:30" in row[5] for row in found), "the next day is not of it"

    def test_a_value_that_was_changed_shows_both(self, site: Context, crew: Team, closed: Closed) -> None:
        reopened(site, closed)
        with site.read() as connection:
            from opsdesk.models import Punch

            punch = connection.execute(select(Punch.id).where(Punch.staff_id == crew["1001"])).scalar_one()
        take_back(site, punch_id=punch, reason="登记到别人名下")
        found = rows(closing_records.corrections(site, closed.id))
        (voided,) = found  # when and by whom stands in the line itself
        assert voided[3] == "作废原因"
        assert voided[2] == "签到签退 王强 2026-03-05 08:20"
        assert (voided[4], voided[5]) == ("空", "登记到别人名下")
        assert voided[7] == "作废到岗记录：登记到别人名下"

    def test_a_closing_that_stands_has_none(self, site: Context, closed: Closed) -> None:
        with pytest.raises(Refusal, match="没有重新打开过"):
            closing_records.corrections(site, closed.id)
        with pytest.raises(Refusal, match="已经不在了"):
            closing_records.corrections(site, 99)

    def test_opened_and_closed_without_a_change_it_says_so(self, site: Context, closed: Closed) -> None:
        reopened(site, closed)
        paper = closing_records.corrections(site, closed.id)
        assert paper.notes[0] == "重新打开期间没有改动这一期间的记录。"
        assert len(next(block for block in paper.body if isinstance(block, Table)).rows) == 4


class TestTheSheet:
    def test_what_stood_open_in_full(self, site: Context, closed: Closed) -> None:
        paper = closing_records.sheet(site, DAY)
        assert (paper.title, paper.number) == ("日结单", "RJ-20260305")
        assert [row[1] for row in rows(paper)] == [re.sub("。请.*", "。", each) for each in closed.open_items]
        assert any("。请" in each for each in closed.open_items), "what can be done is said in the window only"
        assert "2026年3月5日" in str(paper.body[0])
        assert "周工 03-05 08:00 进入主机房，还没有登记离开。" in str(paper.body[1])
        assert f"{closed.seq}·{closed.head[:4].upper()}" in str(paper.body[0])

    def test_its_sentences_have_one_size_and_it_is_signed_with_its_last_rows(
        self, site: Context, crew: Team, closed: Closed
    ) -> None:
        made = closing_records.sheet(site, DAY)
        grid, table = made.body
        assert isinstance(table, Table)
        for count in range(1, 60):
            said = [(n, f"第{n:02}项应在 11-27 17:30 前交单{'，还没有交' * (n % 5)}。", None) for n in range(count)]
            pages = compose(replace(made, body=(grid, replace(table, rows=tuple(said)))))
            inks = [[ink for ink in page.inks if re.match(r"第\d\d项", ink.text)] for page in pages]
            assert {ink.size for each in inks for ink in each} == {table.font_size}
            assert any(ink.text.startswith("运维主管") for ink in pages[-1].inks)
            assert len(inks[-1]) >= min(count, 2)

    def test_twenty_two_open_items_some_of_two_lines_are_one_page(self, site: Context, crew: Team) -> None:
        for n in range(15):
            service.open_incident(site, f"综合办公楼三楼东侧会议室第 {n + 1:02} 台投影机的画面偏色，用户说上周换过灯泡")
        go_to(site, "2026-03-05 17:45:00")
        items = closing.close(site, DAY, because=WHY).value.open_items
        (page,) = compose(closing_records.sheet(site, DAY))
        said = "".join(ink.text for ink in page.inks)
        assert len(items) == 22
        assert all(re.sub("(?<=。)请.*| ", "", each) in said.replace(" ", "") for each in items)

    def test_a_period_that_was_never_closed_has_none(self, site: Context, crew: Team) -> None:
        with pytest.raises(Refusal, match="2026-03 还没有月结，没有月结单"):
            closing_records.sheet(site, MARCH)

    def test_closed_once_more_it_tells_of_the_first_time(self, site: Context, crew: Team, closed: Closed) -> None:
        reopened(site, closed)
        closing.close(site, DAY, because=WHY)
        said = str(closing_records.sheet(site, DAY).body[0])
        assert f"2026-03-05 17:45 主管，03-06 09:00 由主管重新打开：{REASON}" in said


class TestTheSet:
    def test_a_day_is_one_file_with_all_its_forms(
        self, site: Context, crew: Team, closed: Closed, tmp_path: Path
    ) -> None:
        assert [each.key for each in closing_papers.choices(site, DAY)] == [
            "closing", "sign_in", "incident_day", "incident", "visit", "inspection",
        ]  # fmt: skip
        written = closing_papers.write(site, DAY, tmp_path)
        assert [each.path.relative_to(tmp_path).as_posix() for each in written.files] == [
            "日结-2026-03-05/日结-2026-03-05.pdf",
            "日结-2026-03-05/日结-2026-03-05.xlsx",
        ]
        text = "\n".join(pdf_text(written.files[0].path))
        for title in ("日结单", "到岗记录", "运维事件日清单", "运维事件记录单", "机房出入登记表", "机房巡检表"):
            assert title in text
        assert len(openpyxl.load_workbook(written.files[1].path).sheetnames) >= 5
        assert written.vendors == ()
        with site.read() as connection:
            known = set(connection.execute(select(PrintedPaper.code)).scalars())
        assert {"OD-F01", "OD-F05D", "OD-F05", "OD-F08", "OD-F13"} <= known

    def test_what_was_written_at_the_first_closing_stays_beside_the_second(
        self, site: Context, crew: Team, closed: Closed, tmp_path: Path
    ) -> None:
        (first, *_) = closing_papers.write(site, DAY, tmp_path).files
        signed = first.path.read_bytes()
        reopened(site, closed)
        corrected(site, crew)
        closing.close(site, DAY, because=WHY)
        (second, *_) = closing_papers.write(site, DAY, tmp_path).files
        assert second.path.parent.name == "日结-2026-03-05（第 2 次）"
        assert first.path.read_bytes() == signed

    def test_only_what_was_ticked(self, site: Context, closed: Closed) -> None:
        made = closing_papers.papers(site, DAY, {"visit"})
        assert [(each.code, each.name) for each in made] == [("OD-F08", "日结-2026-03-05")]
        assert closing_papers.papers(site, DAY, set()) == []

    def test_a_day_opened_again_prints_its_correction(self, site: Context, crew: Team, closed: Closed) -> None:
        reopened(site, closed)
        corrected(site, crew)
        closing.close(site, DAY, because=WHY)
        assert closing_papers.papers(site, DAY)[-1].number == "GZ-20260305-1"

    def test_a_month_gives_each_vendor_its_own(self, site: Context, crew: Team, closed: Closed, tmp_path: Path) -> None:
        go_to(site, "2026-04-01 09:00:00")
        closing.close(site, MARCH, because=WHY)
        written = closing_papers.write(site, MARCH, tmp_path)
        assert {each.path.parent.name for each in written.vendors} == {"单位"}
        assert len(written.vendors) == 2
        hua = next(each.path for each in written.vendors if "华信" in each.path.name)
        sheets = openpyxl.load_workbook(hua).worksheets
        cells = [str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row]
        assert any("王强" in cell for cell in cells)
        assert not any("陈晨" in cell for cell in cells)

    def test_a_quarter_tells_the_months_of_one_scheme_apart(self, site: Context, crew: Team) -> None:
        scheme_id = an_appraisal.scheme(site, "P9", object_kind="班组", period_kind="月度", title="班组月度考核")
        go_to(site, "2026-04-01 09:00:00")
        for number in (2, 3):
            appraising.begin(site, scheme_id=scheme_id, period=periods.month(2026, number), names=["白班"])
        found = {each.key: each.title for each in closing_papers.choices(site, closings.named("2026Q1"))}
        assert found["appraisal:P9:2026-02"] == "2026 年 2 月班组月度考核"
        assert found["appraisal:P9:2026-03"] == "2026 年 3 月班组月度考核"

    def test_closing_in_one_go_can_be_stopped_before_the_lock(self, site: Context, crew: Team, tmp_path: Path) -> None:
        out = tmp_path / "out"
        with pytest.raises(Cancelled):
            closing_papers.close(site, DAY, out, because=WHY, progress=lambda _done, _total: False)
        assert not out.exists()
        done = closing_papers.close(site, DAY, out, {"sign_in"}, because=WHY, progress=_once()).value
        assert done.closed.stands, "after the lock 取消 comes too late"
        assert done.backup is not None
        assert done.backup.here is not None
        assert done.written is not None
        assert [each.code for each in done.written.documents] == ["OD-F01"]
        assert done.troubles == ()

    def test_stopped_it_says_so(self, site: Context, crew: Team, closed: Closed, tmp_path: Path) -> None:
        with pytest.raises(Cancelled):
            closing_papers.write(site, DAY, tmp_path, progress=lambda _done, _total: False)

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
import team
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from opsdesk.exports.pdf import write_pdf
from opsdesk.exports.workbook import write_workbook
from opsdesk.models import Base, LedgerRow, Punch
from opsdesk.registers.month.check import CheckResult, check_report
from opsdesk.registers.month.check_paper import write_differences
from opsdesk.rules.vocabulary import Direction, Role, Source
from opsdesk.services import settlement
from opsdesk.services.context import Actor, Context
from opsdesk.services.errors import Refusal

DAYS = [date(2026, 3, day) for day in range(2, 6)]
"""Monday to Thursday: four workdays of 1001 to 1006, the period of the reports."""
HEADING = [
    "姓名", "考勤组", "工号", "UserId", "日期", "上班1打卡时间", "下班1打卡时间", "迟到次数", "迟到时长",
    "旷工迟到天数",
    "早退次数", "早退时长", "上班缺卡次数", "下班缺卡次数", "旷工天数", "事假(小时)", "病假(天)",
]  # fmt: skip
TITLE = "每日统计表 统计日期：2026-03-02 至 2026-03-05"


def signed(ctx: Context, staff_id: int, day: date, came: str, went: str = "") -> None:
    with ctx.transaction("签到") as tx:
        for written, direction in ((came, Direction.IN), (went, Direction.OUT)):
            if written:
                tx.insert(
                    Punch,
                    staff_id=staff_id,
                    day=day,
                    at=datetime.combine(day, time.fromisoformat(written)),
                    direction=str(direction),
                    source=str(Source.DESK),
                    device="",
                    entered_at=ctx.now(),
                    entered_by="主管",
                    doubted=False,
                )


@pytest.fixture
def manned(site: Context) -> Context:
    """Saturday 2026-03-07; 李敏 (1002) was punctual but for 15 minutes on the 5th, 王强 (1001) has not come at all."""
    squad = team.build(site)
    team.go_to(site, "2026-03-07 09:00:00")
    for day in DAYS[:3]:
        signed(site, squad["1002"], day, "08:20", "17:40")
    signed(site, squad["1002"], DAYS[3], "08:45", "17:40")
    return site


def row(day: date, name: str = "李敏", number: str = "1002", **cells: object) -> list[object]:
    usual: dict[str, object] = {
        "姓名": name, "考勤组": "甲", "工号": number, "日期": day.isoformat(), "上班1打卡时间": "08:20",
        "下班1打卡时间": "17:40", **dict.fromkeys(HEADING[7:], 0),
    }  # fmt: skip
    return [{**usual, **cells}.get(heading, "") for heading in HEADING]


def report(path: Path, rows: list[list[object]], title: str = TITLE, heading: list[str] = HEADING) -> Path:
    made = Workbook()
    for each in ([title], ["报表生成时间"], heading, *rows):
        made.active.append(each)
    made.save(path)
    return path


def said(result: CheckResult) -> list[str]:
    return [each.sentence for each in result.differences]


def links(ctx: Context) -> list[tuple[str, str]]:
    with ctx.read() as connection:
        found = connection.execute(select(LedgerRow.kind, LedgerRow.subject).order_by(LedgerRow.seq))
        return [(each.kind, each.subject) for each in found]


def counts(ctx: Context) -> dict[str, int]:
    kept = {name: table for name, table in Base.metadata.tables.items() if name != "ledger"}
    with ctx.read() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in kept.items()
        }


def test_every_minute_that_differs_is_said_in_a_sentence(manned: Context, tmp_path: Path) -> None:
    rows = [row(day) for day in DAYS[:3]] + [row(DAYS[3], 迟到次数=1, 迟到时长=12, 上班1打卡时间="")]
    result = check_report(manned, report(tmp_path / "a.xlsx", rows), source="dingtalk")
    own = [each for each in result.differences if each.name == "李敏"]
    assert [each.sentence for each in own] == ["李敏 2026-03-05：钉钉记迟到 12 分，本系统 15 分（08:45 到岗）。"]
    assert (own[0].day, own[0].figure, own[0].theirs, own[0].ours) == (DAYS[3], "迟到分钟", "12", "15")
    assert (own[0].staff_no, own[0].vendor) == ("1002", "华信")
    assert (result.read, result.compared) == (4, 4)


def test_an_equal_report_has_nothing_to_say_of_its_people(manned: Context, tmp_path: Path) -> None:
    rows = [row(day) for day in DAYS[:3]] + [row(DAYS[3], 迟到次数=1, 迟到时长=15, 上班1打卡时间="08:45")]
    result = check_report(manned, report(tmp_path / "a.xlsx", rows))
    assert {each.figure for each in result.differences} == {"人员"}
    assert [each.name for each in result.differences] == ["王强", "刘芳", "吴琼", "买买提·艾力江", "李𬭎"]
    assert said(result)[0] == "王强 2026-03-02 至 2026-03-05：本系统有 4 天应到或到岗，钉钉文件里没有可以对照的记录。"
    assert not any(each.vendor == "恒通" for each in result.differences)


def test_differences_are_found_in_both_directions(manned: Context, tmp_path: Path) -> None:
    team.grant(manned, team_id(manned, "1002"), "2026-03-04 00:00", "2026-03-05 00:00")
    rows = [
        row(DAYS[0], 迟到次数=1, 迟到时长=9, 上班1打卡时间="08:39"),
        row(DAYS[1], 早退次数=1, 早退时长=30, 下班1打卡时间="17:00", 下班缺卡次数=1),
        row(DAYS[2], 旷工天数=1, 上班1打卡时间="", 下班1打卡时间=""),
        *[row(day, "王强", "1001") for day in DAYS],
        row(DAYS[0], "赵六", "9001"),
        row(DAYS[1], "赵六", "9001"),
        row(DAYS[0], "刘芳", "1004"),
    ]
    result = check_report(manned, report(tmp_path / "a.xlsx", rows))
    told = said(result)
    for sentence in (
        "李敏 2026-03-02：钉钉记迟到 9 分（08:39 到岗），本系统没有迟到（08:20 到岗）。",
        "李敏 2026-03-03：钉钉记早退 30 分（17:00 离岗），本系统没有早退（17:40 离岗）。",
        "李敏 2026-03-03：钉钉记未签退 1 次，本系统没有未签退。",
        "李敏 2026-03-04：钉钉记旷工 1 天，本系统没有旷工。",
        "李敏 2026-03-04：钉钉没有记请假，本系统记事假。",
        "李敏 2026-03-04：钉钉没有打卡，本系统 08:20 到岗、17:40 离岗。",
        "李敏 2026-03-05：钉钉没有这一天的记录，本系统 08:45 到岗、17:40 离岗。",
        "王强 2026-03-02：钉钉没有记旷工，本系统旷工 1 天。",
        "王强 2026-03-02：钉钉记 08:20 到岗、17:40 离岗，本系统没有打卡记录。",
        "钉钉里有赵六（工号 9001），本系统没有这个人，没有对照。",
        "工号 1004 在钉钉是刘芳，在本系统是吴琼，没有对照。请核对工号。",
    ):
        assert sentence in told
    assert sum("赵六" in sentence for sentence in told) == 1
    assert not any(sentence.startswith("刘芳 ") for sentence in told)
    assert all("," not in sentence and sentence.endswith("。") for sentence in told)


def team_id(ctx: Context, number: str) -> int:
    from opsdesk.services import duties

    with ctx.read() as connection:
        return next(person.id for person in duties.people(connection) if person.staff_no == number)


def test_people_are_found_by_number_then_pin_then_name(manned: Context, tmp_path: Path) -> None:
    by_pin = row(DAYS[0], "李敏", "", UserId="002", 迟到次数=1, 迟到时长=1)
    by_name = row(DAYS[1], "王强", "", UserId="manager77", 迟到次数=1, 迟到时长=2)
    by_number = row(DAYS[2], "", "1003", 迟到次数=1, 迟到时长=3)
    result = check_report(manned, report(tmp_path / "a.xlsx", [by_pin, by_name, by_number]))
    late = [(each.staff_no, each.day, each.theirs) for each in result.differences if each.figure == "迟到分钟"]
    assert late == [
        ("1001", DAYS[1], "2"),
        ("1002", DAYS[0], "1"),
        ("1003", DAYS[2], "3"),
    ]


def test_namesakes_without_a_number_are_not_guessed(manned: Context, tmp_path: Path) -> None:
    rows = [row(DAYS[0], "李敏", "", UserId="a1"), row(DAYS[0], "李敏", "", UserId="a2")]
    result = check_report(manned, report(tmp_path / "a.xlsx", rows))
    assert [each.name for each in result.differences if each.name == "李敏"] == ["李敏", "李敏"]
    assert result.compared == 0
    assert "分不清是谁" in result.differences[0].sentence
    assert result.sentence.endswith("读到 2 条，没有可以对照的：文件里的人和本系统对不上，7 处不一致。"), (
        result.sentence
    )


def test_a_figure_the_file_has_no_column_for_is_not_compared(manned: Context, tmp_path: Path) -> None:
    heading = ["姓名", "考勤组", "工号", "日期", "早退时长"]
    rows = [["李敏", "甲", "1002", day.isoformat(), 0] for day in DAYS]
    result = check_report(manned, report(tmp_path / "a.xlsx", rows, heading=heading))
    assert [each for each in result.differences if each.name == "李敏"] == []
    assert result.compared == 4


MONTH = [
    "姓名", "账号", "部门", "应出勤天数(天)", "实际出勤天数(天)", "迟到次数(次)", "迟到时长(分钟)", "旷工次数(次)",
    "缺卡次数(次)",
    "事假(小时)", "病假(天)",
]  # fmt: skip


def test_sums_of_a_period_that_is_over_are_compared(manned: Context, tmp_path: Path) -> None:
    team.grant(manned, team_id(manned, "1002"), "2026-03-06 08:30", "2026-03-06 12:00")
    rows = [["李敏", "limin", "", 5, 4, 1, 12, 1, 0, 8, "--"], ["王强", "wq", "", 5, 0, 0, 0, 5, 0, 0, 1]]
    title = "统计时间：2026-03-02 ～ 2026-03-06"
    result = check_report(manned, report(tmp_path / "a.xlsx", rows, title, MONTH), source="wecom")
    own = [(each.name, each.figure, each.theirs, each.ours) for each in result.differences if each.figure != "人员"]
    assert own == [
        ("王强", "病假", "1", "0"),
        ("李敏", "迟到分钟", "12", "15"),
        ("李敏", "事假", "8", "3.5"),
    ]
    assert said(result)[1] == "李敏 2026-03-02 至 2026-03-06：企业微信记迟到 12 分，本系统 15 分。"
    assert (result.kind, result.source, result.compared) == ("月报", "企业微信", 2)


def test_what_is_not_over_is_not_compared(manned: Context, tmp_path: Path) -> None:
    rows = [["李敏", "limin", "", 99, 99, 99, 99, 99, 99, 99, 99]]
    whole = check_report(manned, report(tmp_path / "a.xlsx", rows, "2026-03-01 至 2026-03-06", MONTH))
    still = check_report(manned, report(tmp_path / "b.xlsx", rows, "2026-03-01 至 2026-03-07", MONTH))
    assert {each.figure for each in whole.differences} > {"应出勤天数", "迟到次数"}
    assert {each.figure for each in still.differences} <= {"人员"}
    assert (still.compared, still.findings[0].row) == (0, 0)
    assert "还没有过完" in still.findings[0].reason
    assert "没有可以对照的：统计期还没有过完" in still.sentence
    assert "没有不一致" not in still.sentence
    rows = [row(date(2026, 3, day), 迟到次数=1, 迟到时长=99) for day in (6, 7)]
    days = check_report(manned, report(tmp_path / "c.xlsx", rows, "2026-03-06 至 2026-03-07"))
    assert {each.day for each in days.differences if each.figure == "迟到分钟"} == {date(2026, 3, 6)}


def test_nothing_is_written_but_the_event(manned: Context, tmp_path: Path) -> None:
    path = report(tmp_path / "李敏.xlsx", [row(DAYS[3])])
    before, chained = counts(manned), links(manned)
    tried = check_report(manned, path, dry_run=True)
    assert (counts(manned), links(manned)) == (before, chained)
    done = check_report(manned, path)
    assert done == tried
    assert counts(manned) == before
    assert links(manned) == [*chained, ("event", "考勤对照")]
    with manned.read() as connection:
        facts = connection.execute(select(LedgerRow.body).order_by(LedgerRow.seq.desc())).scalars().first()
    assert facts is not None
    assert json.loads(facts)["differences"] == len(done.differences)
    assert "李敏" not in facts


def test_a_reader_may_try_but_not_check_and_the_source_must_fit(manned: Context, tmp_path: Path) -> None:
    path = report(tmp_path / "a.xlsx", [row(DAYS[3])])
    reader = manned.acting_as(Actor("看看", Role.READER))
    assert check_report(reader, path, dry_run=True).compared == 4
    with pytest.raises(Refusal, match="需要"):
        check_report(reader, path)
    with pytest.raises(Refusal, match="是钉钉的日报，不是企业微信的"):
        check_report(manned, path, source="wecom")


def test_the_result_as_json_and_as_paper(manned: Context, tmp_path: Path) -> None:
    rows = [row(day) for day in DAYS] + [row(DAYS[0], 迟到时长="很久", name="王强", number="1001")]
    result = check_report(manned, report(tmp_path / "a.xlsx", rows))
    told = json.loads(json.dumps(result.as_json(), ensure_ascii=False))
    assert (told["source"], told["kind"], told["first"], told["read"]) == ("钉钉", "日报", "2026-03-02", 5)
    assert told["differences"][0]["day"] == "2026-03-05"
    assert told["rejected"] == [
        {
            "row": 8,
            "reason": "迟到时长“很久”不是数，读不出来。请重新导出，或改正这一格。",
            "column": "迟到时长",
            "value": "很久",
        }
    ]
    assert result.sentence == "钉钉日报（2026-03-02 至 2026-03-05）读到 5 条，对照 4 条，6 处不一致，1 处没有对照。"
    paper = write_differences(manned, result)
    assert (paper.title, paper.number, paper.landscape) == ("考勤对照表", "DZ-202603", True)
    write_workbook([paper], tmp_path / "a.xlsx")
    written = [
        "".join(str(cell.value).split("\n")) for each in load_workbook(tmp_path / "a.xlsx").active for cell in each
    ]
    assert "钉钉没有记迟到（08:20 到岗），本系统迟到 15 分（08:45 到岗）。" in written
    write_pdf([paper], tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_our_figures_are_those_of_the_settlement(manned: Context, tmp_path: Path) -> None:
    squad = {number: team_id(manned, number) for number in ("1001", "1002", "1003")}
    signed(manned, squad["1003"], DAYS[0], "09:45", "17:00")
    signed(manned, squad["1003"], DAYS[1], "08:20")
    team.grant(manned, squad["1003"], "2026-03-04 08:30", "2026-03-05 12:00", "病假")
    team.grant(manned, squad["1002"], "2026-03-06 08:30", "2026-03-06 17:30", "公出")
    team.go_to(manned, "2026-04-02 09:00:00")
    heading = [
        "姓名", "考勤组", "工号", "应出勤天数", "出勤天数", "迟到次数", "迟到时长", "早退次数", "早退时长",
        "旷工天数", "病假(天)", "公出(天)",
    ]  # fmt: skip
    with manned.read() as connection:
        settled = settlement.read(connection, manned.regulations, 2026, 3, manned.now())
        names = {number: name for number, name, *_ in team.PEOPLE}
    rows = [[names[number], "甲", number, *[9999] * 9] for number in squad]
    result = check_report(manned, report(tmp_path / "a.xlsx", rows, "2026-03-01 至 2026-03-31", heading))
    ours = {(each.staff_no, each.figure): Decimal(each.ours) for each in result.differences if each.figure != "人员"}
    for each in settled.people:
        if (number := each.person.staff_no) not in squad:
            continue
        taken = {str(kind): Decimal(sums.half_days) / 2 for kind, sums in each.leave.items()}
        assert {figure: value for (who, figure), value in ours.items() if who == number} == {
            "应出勤天数": each.due_days,
            "出勤天数": Decimal(each.attended_half_days) / 2,
            "迟到次数": len(each.late),
            "迟到分钟": sum(one.minutes for one in each.late),
            "早退次数": len(each.early),
            "早退分钟": sum(one.minutes for one in each.early),
            "旷工天数": Decimal(sum(one.half_days for one in each.missed)) / 2,
            "病假": taken.get("病假", 0),
            "公出": taken.get("公出", 0),
        }
    assert (ours["1003", "病假"], ours["1003", "迟到分钟"], ours["1003", "早退分钟"]) == (Decimal("1.5"), 75, 30)
    assert ours["1002", "公出"] == 1

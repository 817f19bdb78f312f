"""An old register into the record: every row is stored, known already, or refused with its reason."""

from __future__ import annotations

import csv as csv_module
import random
import statistics
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import team as team_module
from filled_site import as_role
from sqlalchemy import func, select
from team import Team, go_to

from opsdesk import bootstrap
from opsdesk.imports.column_map import ColumnMap
from opsdesk.models import (
    Contract,
    ContractTerm,
    ImportBatch,
    ImportMap,
    Incident,
    IncidentAct,
    IncidentDue,
    IncidentOption,
    Staff,
    StoredVerdict,
)
from opsdesk.register import Query
from opsdesk.registers.incident import closing, detail, listing, service
from opsdesk.registers.incident.import_maps import remember
from opsdesk.registers.incident.import_trial import tried
from opsdesk.registers.incident.importing import import_incidents
from opsdesk.registers.incident.service import Course
from opsdesk.rules.vocabulary import IncidentState, Role
from opsdesk.services import chain, incident_clocks, incident_figures, incident_options
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult

HEADING = "编号,标题,类别,等级,外包单位,处理人,报告时间,接到时间,响应时间,要求完成时间,解决时间,关闭时间,处理过程,状态"
WHOLE = (
    "A-1,打印机卡纸,硬件故障,中,华信,1001,2026-03-04 08:00,2026-03-04 08:01,2026-03-04 08:09,2026-03-04 12:00,"
    "2026-03-04 11:00,2026-03-04 15:00,换搓纸轮,已关闭"
)
OPEN = "A-2,上不了网,网络故障,高,恒通网络,陈晨,2026-03-05 07:55,,,,,,,处理中"
WORKING = "A-3,一卡通刷不出,一卡通终端,低,V1,李敏,2026-03-05 07:00,,2026-03-05 07:05,,,,,"
VOID = "A-4,重复登记,,,,,2026-03-03 09:00,,,,,,,已取消"


@pytest.fixture
def crew(site: Context) -> Team:
    return team_module.build(site)


def written(tmp_path: Path, *lines: str, name: str = "旧登记.csv", heading: str = HEADING) -> Path:
    path = tmp_path / name
    path.write_bytes("\r\n".join((heading, *lines, "")).encode("gb18030"))
    return path


def short(tmp_path: Path, *lines: str, heading: str = "编号,报告时间,标题") -> Path:
    return written(tmp_path, *lines, heading=heading)


def rows(ctx: Context) -> dict[str, Mapping[str, Any]]:
    with ctx.read() as connection:
        query = select(Incident.__table__).order_by(Incident.id)
        return {row["number"]: dict(row) for row in connection.execute(query).mappings()}


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def sound(ctx: Context) -> bool:
    with ctx.read() as connection:
        return bootstrap.verify(connection) == []


def names(ctx: Context, what: incident_options.What) -> list[str]:
    with ctx.read() as connection:
        return incident_options.names(connection, what)


def balanced(result: ImportResult) -> bool:
    return result.read == result.stored + result.duplicates + len(result.rejected)


def reasons(result: ImportResult) -> dict[int, str]:
    return {finding.row: finding.reason for finding in result.rejected}


# what becomes of a row


def test_a_file_of_every_fate(site: Context, crew: Team, tmp_path: Path) -> None:
    path = written(
        tmp_path, WHOLE, OPEN, WORKING, VOID, WHOLE,
        WHOLE.replace("卡纸", "冒烟"),
        "A-6,晚于现在,,,,,2026-03-05 08:00:01,,,,,,,",
        "A-7,倒着来,,,,,2026-03-04 08:00,,,,2026-03-04 07:59:59,,,",
        ",没有编号,,,,,2026-03-04 08:00,,,,,,,",
        "A-9,没有时间,,,,,?,,,,,,,",
        "A-10,新类别,锅炉,极高,老牌公司,老师傅,2026-03-04 08:00,,,,,,,",
        "A-11,同一时刻,,,,,2026-03-05 08:00,,2026-03-05 08:00,,,,,",
    )  # fmt: skip
    result = import_incidents(site, path)
    assert (result.read, result.stored, result.duplicates) == (12, 5, 1)
    assert balanced(result)
    said = reasons(result)
    assert sorted(said) == [7, 8, 9, 10, 11, 12]
    assert "A-1" in said[7]
    assert "第 2 行" in said[7]
    assert "还没有到" in said[8]
    assert "2026-03-04 07:59:59 早于报告时间 2026-03-04 08:00:00" in said[9]
    assert "编号是空的" in said[10]
    assert "报告时间是空的" in said[11]
    for word in ("类别“锅炉”", "等级“极高”", "外包单位“老牌公司”", "处理人“老师傅”"):
        assert word in said[12]
    assert any("“锅炉”（1 行）" in note and "勾选按原文接受新值" in note for note in result.notes)
    assert sound(site)
    with site.read() as connection:
        (batch,) = connection.execute(select(ImportBatch)).mappings()
    assert (batch["what"], batch["rows_read"], batch["rows_stored"]) == ("incidents", 12, 5)


def test_a_whole_record_is_kept_as_history(site: Context, crew: Team, tmp_path: Path) -> None:
    import_incidents(site, written(tmp_path, WHOLE))
    row = rows(site)["A-1"]
    assert row["state"] == IncidentState.SIGNED
    assert (row["closed_at"], row["signed_at"], row["signed_by"]) == (datetime(2026, 3, 4, 15), None, "")
    assert row["staff_id"] == crew["1001"]
    assert (row["vendor_written"], row["person_written"], row["reporter"]) == ("", None, None)
    assert row["accepted_at"] == datetime(2026, 3, 4, 8, 1)
    assert (row["arrived_at"], row["handed_in_at"], row["hand_in_due_at"], row["confirmed_at"]) == (None,) * 4
    assert (row["respond_over"], row["solve_over"], row["solve_by"]) == (0, 0, None)
    with site.read() as connection:
        (due,) = connection.execute(select(IncidentDue.__table__)).mappings()
        (act,) = connection.execute(select(IncidentAct.__table__)).mappings()
        assert connection.execute(select(StoredVerdict.id)).all() == []
    assert (due["due_at"], due["confirmed"]) == (datetime(2026, 3, 4, 12), True)
    assert (act["what"], act["said"], act["at"]) == (Course.STEP, "换搓纸轮", datetime(2026, 3, 4, 11))
    found = detail.detail(site, row["id"])
    assert [line.said for line in found.steps] == ["换搓纸轮"]
    assert not found.lacking


def test_what_is_open_goes_on_and_what_was_cancelled_is_void(site: Context, crew: Team, tmp_path: Path) -> None:
    import_incidents(site, written(tmp_path, WHOLE, OPEN, WORKING, VOID))
    found = rows(site)
    assert [found[number]["state"] for number in ("A-2", "A-3", "A-4")] == ["待响应", "处理中", "已作废"]
    assert found["A-2"]["respond_by"] == datetime(2026, 3, 5, 8, 5)
    assert found["A-2"]["staff_id"] == crew["2001"]
    assert (found["A-4"]["void_at"], found["A-4"]["respond_by"]) == (site.now(), None)
    assert "已取消" in found["A-4"]["void_reason"]
    counts = listing.counts(site)
    assert (counts.open, counts.to_sign, counts.to_hand_in) == (2, 0, 0)
    for state in (listing.TO_SIGN, listing.TO_HAND_IN):
        assert listing.listed(site, Query(filters={"state": state})).total == 0
    assert [line.what for line in detail.detail(site, found["A-2"]["id"]).course] == [Course.ACCEPT]
    assert service.load(site, found["A-2"]["id"])["course_line"] == "待响应"


@pytest.mark.parametrize(
    ("times", "state", "closed"),
    [
        (("2026-03-04 09:00", "2026-03-04 10:00", "?"), IncidentState.SIGNED, None),
        (("?", "?", "2026-03-04 10:00"), IncidentState.SIGNED, datetime(2026, 3, 4, 10)),
        (("2026-03-04 09:00", "N/A", "无"), IncidentState.WORKING, None),
        (("", "", ""), IncidentState.ACCEPTED, None),
    ],
)
def test_a_missing_time_stays_missing(
    site: Context, tmp_path: Path, times: tuple[str, ...], state: IncidentState, closed: datetime | None
) -> None:
    path = short(
        tmp_path, f"B-1,2026-03-04 08:00,{','.join(times)}", heading="编号,报告时间,响应时间,解决时间,关闭时间"
    )
    assert import_incidents(site, path).stored == 1
    row = rows(site)["B-1"]
    assert (row["state"], row["closed_at"]) == (state, closed)
    for each, text in zip(("responded_at", "resolved_at"), times, strict=False):
        assert (row[each] is None) == (not text.startswith("2026"))
    assert (row["accepted_at"], row["respond_over"]) == (None, 3600 - 600 if times[0].startswith("2026") else None)


def test_a_record_without_a_time_of_its_end_counts_as_ended_by_its_state(site: Context, tmp_path: Path) -> None:
    import_incidents(site, short(tmp_path, "C-1,2026-03-04 08:00,已关闭", heading="编号,报告时间,状态"))
    assert rows(site)["C-1"]["state"] == IncidentState.SIGNED


def test_the_last_second_of_today_has_not_come(site: Context, tmp_path: Path) -> None:
    lines = ("D-1,2026-03-05 07:00,2026-03-05", "D-2,2026-03-05 07:00,2026-03-06")
    result = import_incidents(site, short(tmp_path, *lines, heading="编号,报告时间,完成日期"))
    assert reasons(result).keys() == {3}
    row = rows(site)["D-1"]
    assert (row["closed_at"], row["resolved_at"]) == (site.now(), None)
    go_to(site, "2026-03-06 08:00:00")
    again = import_incidents(site, short(tmp_path, *lines[:1], heading="编号,报告时间,完成日期"))
    assert (again.stored, again.duplicates) == (0, 1)


@pytest.mark.parametrize("each", ["报告时间", "接到时间", "响应时间", "到达时间", "解决时间", "关闭时间"])
def test_a_moment_that_has_not_come_is_refused_and_now_is_not(site: Context, tmp_path: Path, each: str) -> None:
    heading = f"编号,{each}" if each == "报告时间" else f"编号,报告时间,{each}"
    start = "" if each == "报告时间" else "2026-03-05 07:00,"
    lines = (f"E-1,{start}2026-03-05 08:00:00", f"E-2,{start}2026-03-05 08:00:01")
    result = import_incidents(site, short(tmp_path, *lines, heading=heading))
    assert (result.stored, list(reasons(result))) == (1, [3])
    assert "2026-03-05 08:00:01" in reasons(result)[3]
    assert each in reasons(result)[3]


def test_a_time_by_which_it_is_wanted_may_lie_ahead(site: Context, tmp_path: Path) -> None:
    path = short(tmp_path, "F-1,2026-03-05 07:00,2026-04-01 08:00", heading="编号,报告时间,要求完成时间")
    assert import_incidents(site, path).stored == 1
    assert rows(site)["F-1"]["solve_by"] == datetime(2026, 4, 1, 8)


def test_taken_over_records_are_closed_until_the_supervisor_reopens_them(site: Context, tmp_path: Path) -> None:
    import_incidents(
        site, short(tmp_path, "G-1,2026-03-04 08:00,?,2026-03-04 10:00", heading="编号,报告时间,解决时间,关闭时间")
    )
    incident_id = rows(site)["G-1"]["id"]
    with pytest.raises(Refusal, match="G-1 是从别处导入的已结记录"):
        closing.confirm(site, incident_id, {"rating": "满意"})
    closing.give_back(site, incident_id, {"reason": "补评价"})
    closing.confirm(site, incident_id, {"rating": "满意"})
    closing.hand_in(site, [incident_id], {})
    closing.sign(site, [incident_id], {})
    closing.reopen(site, incident_id, {"reason": "又坏了"})
    assert rows(site)["G-1"]["state"] == IncidentState.ACCEPTED
    assert sound(site)


# the same number again


def test_the_same_file_twice_changes_nothing(site: Context, crew: Team, tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE, OPEN, WORKING, VOID, "A-5,旧系统,锅炉,极高,老牌公司,老师傅,2026-03-04 08:00,,,,,,,")
    first = import_incidents(site, path, create_values=True)
    assert (first.stored, first.duplicates, first.rejected) == (5, 0, ())
    before = (links(site), rows(site))
    for create in (False, True):
        again = import_incidents(site, path, create_values=create)
        assert (again.read, again.stored, again.duplicates, again.rejected) == (5, 0, 5, ())
    assert (links(site), rows(site)) == before


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("打印机卡纸", "打印机冒烟", "标题"),
        ("硬件故障", "软件故障", "类别"),
        (",中,", ",高,", "等级"),
        ("华信,1001", "恒通,", "外包单位"),
        ("1001", "1002", "处理人"),
        ("08:09", "08:10", "响应时间"),
        ("12:00", "12:01", "要求完成时间"),
        ("15:00", "?", "关闭时间"),
        ("换搓纸轮", "换滚筒", "处理过程"),
        ("已关闭", "作废", "状态"),
    ],
)
def test_a_known_number_of_other_content_is_refused(
    site: Context, crew: Team, tmp_path: Path, was: str, becomes: str, said: str
) -> None:
    import_incidents(site, written(tmp_path, WHOLE))
    before = (links(site), rows(site))
    changed = WHOLE.replace(f"2026-03-04 {was}", "?") if becomes == "?" else WHOLE.replace(was, becomes)
    result = import_incidents(site, written(tmp_path, changed, name="新.csv"))
    assert (result.stored, result.duplicates) == (0, 0)
    assert "编号 A-1 已存在，内容不同" in reasons(result)[2]
    assert said in reasons(result)[2]
    assert (links(site), rows(site)) == before


def test_only_what_the_file_speaks_of_is_compared(site: Context, crew: Team, tmp_path: Path) -> None:
    import_incidents(site, written(tmp_path, WHOLE))
    for line, heading in (("打印机卡纸", "标题"), ("硬件故障", "类别"), ("已关闭", "状态")):
        path = short(tmp_path, f"A-1,2026-03-04 08:00,{line}", heading=f"编号,报告时间,{heading}")
        result = import_incidents(site, path)
        assert (result.stored, result.duplicates) == (0, 1)


def test_a_title_too_long_for_a_list_is_known_again(site: Context, tmp_path: Path) -> None:
    path = short(tmp_path, f"T-1,2026-03-04 08:00,{'长' * 130}")
    assert import_incidents(site, path).stored == 1
    assert import_incidents(site, path).duplicates == 1
    row = rows(site)["T-1"]
    assert (len(row["title"]), row["symptom"]) == (120, "长" * 130)


def test_a_register_that_knows_only_days_says_so_and_has_no_durations(site: Context, tmp_path: Path) -> None:
    lines = ("A1,2026-03-02,卡纸,2026-03-02 10:05", "A2,2026-03-03,断网,2026-03-03 11:00")
    result = import_incidents(site, short(tmp_path, *lines, heading="编号,报告时间,标题,解决时间"))
    assert result.stored == 2
    assert "报告时间有 2 行只有日期，没有时刻（第 2、3 行），用时不从它算起。" in result.notes
    figures = incident_figures.statistics(site, date(2026, 3, 1), date(2026, 3, 31)).total
    assert (figures.count, figures.resolved, figures.resolve_median_min) == (2, 2, None)
    assert rows(site)["A1"]["closed_at"] == datetime(2026, 3, 2, 10, 5)


def test_a_number_of_our_own_counts_as_known_and_the_next_follows(site: Context, tmp_path: Path) -> None:
    service.open_incident(site, "水管漏水")
    lines = ("SJ-20260305-001,2026-03-05 07:00,别的事", "SJ-20260305-007,2026-03-05 07:00,旧单")
    result = import_incidents(site, short(tmp_path, *lines))
    assert (result.stored, list(reasons(result))) == (1, [2])
    assert service.open_incident(site, "又漏水").value.number == "SJ-20260305-002"


def test_of_several_rows_of_one_number_the_latest_update_counts(site: Context, tmp_path: Path) -> None:
    lines = ("H-1,2026-03-04 08:00,旧,2026-03-04 09:00", "H-1,2026-03-04 08:00,新,2026-03-04 11:00",
             "H-1,2026-03-04 08:00,中,2026-03-04 10:00", "H-2,2026-03-04 08:00,一,?",
             "H-2,2026-03-04 08:00,二,?")  # fmt: skip
    result = import_incidents(site, short(tmp_path, *lines, heading="编号,报告时间,标题,更新时间"))
    assert (result.read, result.stored, result.duplicates, list(reasons(result))) == (5, 2, 2, [6])
    assert [row["title"] for row in rows(site).values()] == ["新", "一"]
    assert any("2 行" in note for note in result.notes)


# names and words


def test_vendors_and_people_are_found_by_any_of_their_names(site: Context, crew: Team, tmp_path: Path) -> None:
    with site.transaction("同名") as tx:
        tx.update(Staff, crew["2001"], name="王强")
    lines = [
        f"I-{n},2026-03-04 08:00,{vendor},{person}"
        for n, (vendor, person) in enumerate(
            [("v1", "王强"), ("华信系统集成有限公司", "李𬭎"), ("华信", "买买提•艾力江"), ("", "1004"),
             ("恒通", "王 强"), ("", "王强"), ("恒通", "1001"), ("恒通", "李敏"), ("华信", ""), ("", "")]
        )
    ]  # fmt: skip
    result = import_incidents(site, short(tmp_path, *lines, heading="编号,报告时间,外包单位,处理人"))
    found = rows(site)
    ids = [found[f"I-{n}"]["staff_id"] for n in range(5)]
    assert ids == [crew["1001"], crew["1006"], crew["1005"], crew["1004"], crew["2001"]]
    assert len({found[f"I-{n}"]["vendor_id"] for n in (0, 1, 2, 3, 8)}) == 1
    assert (found["I-9"]["vendor_id"], found["I-9"]["staff_id"]) == (None, None)
    said = reasons(result)
    assert "叫王强的有 2 人" in said[7]
    assert "工号 1001 是华信的王强" in said[8]
    assert "处理人“李敏”" in said[9]
    assert balanced(result)


def test_unknown_names_are_kept_as_written_and_make_no_ghosts(site: Context, crew: Team, tmp_path: Path) -> None:
    before = len(names(site, incident_options.What.CATEGORY))
    lines = ("J-1,2026-03-04 08:00,锅炉,Group 5,Resolver 8", "J-2,2026-03-04 08:00,锅炉,Group 5,1001",
             "J-3,2026-03-04 08:00,网络故障,恒通,李敏")  # fmt: skip
    path = short(tmp_path, *lines, heading="编号,报告时间,类别,外包单位,处理人")
    refused = import_incidents(site, path)
    assert (refused.stored, len(refused.rejected)) == (0, 3)
    assert len(names(site, incident_options.What.CATEGORY)) == before
    result = import_incidents(site, path, create_values=True)
    assert (result.stored, result.rejected) == (3, ())
    found = rows(site)
    assert (found["J-1"]["vendor_id"], found["J-1"]["staff_id"]) == (None, None)
    assert (found["J-1"]["vendor_written"], found["J-1"]["person_written"]) == ("Group 5", "Resolver 8")
    assert (found["J-2"]["staff_id"], found["J-2"]["vendor_written"]) == (crew["1001"], "Group 5")
    assert (found["J-3"]["staff_id"], found["J-3"]["person_written"]) == (None, "李敏")
    assert names(site, incident_options.What.CATEGORY)[before:] == ["锅炉"]
    with site.read() as connection:
        assert connection.execute(select(func.count()).select_from(Staff)).scalar_one() == len(crew.ids)
        option = (
            connection.execute(select(IncidentOption.__table__).where(IncidentOption.name == "锅炉")).mappings().one()
        )
    assert (option["hours"], option["left_on"], option["place"]) == (incident_options.ALL_HOURS, None, before + 1)
    assert sound(site)


def test_words_are_said_by_the_map_and_capitals_do_not_matter(site: Context, tmp_path: Path) -> None:
    lines = ("K-1,2026-03-04 08:00,1 - Critical,hw", "K-2,2026-03-04 08:00,2 - high,?", "K-3,2026-03-04 08:00,低,")
    path = short(tmp_path, *lines, heading="编号,报告时间,priority,category")
    mapping = ColumnMap(
        values={"severity": {"1 - critical": "高", "2 - High": "P2"}, "category": {"HW": "硬件故障", "?": "其他"}}
    )
    result = import_incidents(site, path, mapping=mapping)
    assert {number: row["severity"] for number, row in rows(site).items()} == {"K-1": "高", "K-3": "低"}
    assert rows(site)["K-1"]["category"] == "硬件故障"
    assert "等级“P2”" in reasons(result)[3]


def test_accepted_words_become_choices_though_others_do_not(site: Context, tmp_path: Path) -> None:
    lines = ("L-1,2026-03-04 08:00,锅炉", "L-2,2026-03-04 08:00,电梯")
    path = short(tmp_path, *lines, heading="编号,报告时间,类别")
    result = import_incidents(site, path, mapping=ColumnMap(accepted={"category": ("锅炉",)}))
    assert (result.stored, list(reasons(result))) == (1, [3])
    assert names(site, incident_options.What.CATEGORY)[-1] == "锅炉"


# maps


UCI_MAP = ColumnMap(
    columns={
        "number": "number", "reported_at": "opened_at", "resolved_at": "resolved_at", "closed_at": "closed_at",
        "severity": "priority", "category": "category", "vendor": "assignment_group", "person": "assigned_to",
        "reopened": "reopen_count", "responded_at": "first_response", "title": "u_symptom",
    }
)  # fmt: skip


def test_a_map_is_remembered_by_the_headings_and_used_for_the_next_file(site: Context, tmp_path: Path) -> None:
    heading = "Nr,Wann,Was"
    mapping = ColumnMap({"number": "Nr", "reported_at": "wann", "title": "Was"})
    first = short(tmp_path, "M-1,29.2.2016 08:00,Drucker", heading=heading)
    with pytest.raises(Refusal, match="没有找到事件记录的表头"):
        import_incidents(site, first)
    assert import_incidents(site, first, mapping=mapping).stored == 1
    second = short(tmp_path, "Netz,M-2,29.2.2016 08:00", heading="Was,Nr,Wann")
    assert import_incidents(site, second).stored == 1
    assert rows(site)["M-2"]["title"] == "Netz"
    before = links(site)
    import_incidents(site, second, mapping=mapping)
    remember(site, ["was", "NR", "Wann"], mapping)
    assert links(site) == before
    remember(site, ["Was", "Nr", "Wann"], ColumnMap({**mapping.columns, "symptom": "Was"}))
    with site.read() as connection:
        assert len(connection.execute(select(ImportMap.id)).all()) == 1


def test_the_order_of_dates_is_remembered_for_files_that_do_not_tell_it(site: Context, tmp_path: Path) -> None:
    unclear = short(tmp_path, "R-2,3/4/2016 08:00,x")
    with pytest.raises(Refusal, match="分不清"):
        import_incidents(site, unclear)
    import_incidents(site, written(tmp_path, "R-1,29/2/2016 08:00,x", name="二月.csv", heading="编号,报告时间,标题"))
    import_incidents(site, short(tmp_path, "R-2,3/4/2016 08:00,x"))
    assert rows(site)["R-2"]["reported_at"] == datetime(2016, 4, 3, 8)
    other = import_incidents(site, short(tmp_path, "R-3,3/14/2016 08:00,x", "R-4,3/4/2016 08:00,x"))
    assert other.stored == 2
    assert rows(site)["R-4"]["reported_at"] == datetime(2016, 3, 4, 8)


def test_a_refused_file_or_one_without_good_rows_changes_nothing(site: Context, tmp_path: Path) -> None:
    before = links(site)
    bad = short(tmp_path, "N-1,3/4/2016 08:00,x", "N-2,4/5/2016 08:00,y")
    with pytest.raises(Refusal, match="分不清"):
        import_incidents(site, bad, mapping=ColumnMap({"number": "编号"}))
    none = short(tmp_path, "N-1,2026-13-04 08:00,x")
    assert import_incidents(site, none, mapping=ColumnMap({"number": "编号"}), create_values=True).stored == 0
    assert import_incidents(site, short(tmp_path, "N-1,2026-03-04 08:00,x"), dry_run=True).stored == 1
    assert links(site) == before
    assert rows(site) == {}


@pytest.mark.parametrize("role", [Role.READER, Role.KIOSK])
def test_only_who_may_write_may_import(site: Context, tmp_path: Path, role: Role) -> None:
    with pytest.raises(Refusal, match="主管或服务台"):
        import_incidents(as_role(site, role), short(tmp_path, "O-1,2026-03-04 08:00,x"))


def test_a_trial_tells_columns_strange_words_and_what_stands_in_the_way(
    site: Context, crew: Team, tmp_path: Path
) -> None:
    path = short(tmp_path, "P-1,2026-03-04 08:00,x,P1,急,老牌,好", heading="编号,报告时间,标题,等级,紧急,外包单位,心情")
    trial = tried(site, path)
    assert (trial.recognised, trial.refusal) == (False, None)
    assert trial.result is not None
    assert [(each.field, each.word) for each in trial.strangers] == [("urgent", "急")]
    trial = tried(site, path, ColumnMap(values={"urgent": {"急": "是"}}))
    assert [(each.field, each.word, each.accepted) for each in trial.strangers] == [
        ("severity", "P1", False), ("vendor", "老牌", False),
    ]  # fmt: skip
    assert trial.choices["vendor"] == ("华信", "恒通")
    lost = tried(site, short(tmp_path, "1,2,3", heading="Nr,Wann,Was"))
    assert (lost.headings, lost.result) == (("Nr", "Wann", "Was"), None)
    assert "表头" in str(lost.refusal)


# at size


def invented(path: Path, count: int, *, seed: int = 7) -> list[dict[str, str]]:
    """A file in the shape of the public incident event log: day first, ? for what is missing, foreign words."""
    chance = random.Random(seed)
    start = datetime(2016, 2, 29, 1, 16)

    def said(at: datetime | None) -> str:
        return "?" if at is None else f"{at.day}/{at.month}/{at.year} {at:%H:%M}"

    made = []
    for n in range(count):
        opened = start + timedelta(minutes=11 * n)
        responded = opened + timedelta(minutes=chance.randrange(30)) if chance.random() < 0.8 else None
        resolved = (responded or opened) + timedelta(minutes=chance.randrange(5000)) if chance.random() < 0.95 else None
        closed = (resolved or responded or opened) + timedelta(days=5) if chance.random() < 0.97 else None
        made.append({
            "number": f"INC{n:07d}", "incident_state": "Closed", "reopen_count": str(int(chance.random() < 0.05)),
            "opened_at": said(opened), "first_response": said(responded), "u_symptom": f"Symptom, {n % 300}",
            "category": f"Category {chance.randrange(40)}", "priority": chance.choice(["1 - Critical", "3 - Moderate"]),
            "assignment_group": f"Group {chance.randrange(70)}", "caller_id": f"Caller {n % 900}",
            "assigned_to": "?" if chance.random() < 0.1 else f"Resolver {chance.randrange(200)}",
            "resolved_at": said(resolved), "closed_at": said(closed),
        })  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv_module.DictWriter(stream, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
    return made


def moment(text: str) -> datetime | None:
    return None if text == "?" else datetime.strptime(text, "%d/%m/%Y %H:%M")


def minutes(pairs: list[tuple[datetime | None, datetime | None]]) -> list[float]:
    return [(end - begin).total_seconds() / 60 for begin, end in pairs if begin is not None and end is not None]


def test_two_thousand_rows_of_another_system_agree_with_the_file(site: Context, crew: Team, tmp_path: Path) -> None:
    made = invented(tmp_path / "incident_event_log.csv", 2000)
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> bool:
        told.append((done, total))
        return True

    result = import_incidents(
        site, tmp_path / "incident_event_log.csv", mapping=UCI_MAP, create_values=True, progress=progress
    )
    assert (result.read, result.stored, result.duplicates, result.rejected) == (2000, 2000, 0, ())
    assert told == sorted(told)
    assert told[-1] == (4000, 4000)
    found = rows(site)
    assert len(found) == 2000
    for each in made:
        row = found[each["number"]]
        for key, column in (("opened_at", "reported_at"), ("first_response", "responded_at"),
                            ("resolved_at", "resolved_at"), ("closed_at", "closed_at")):  # fmt: skip
            assert row[column] == moment(each[key])
        assert (row["title"], row["category"], row["severity"]) == (
            each["u_symptom"],
            each["category"],
            each["priority"],
        )
        assert row["vendor_written"] == each["assignment_group"]
        assert (row["person_written"] or "?") == each["assigned_to"]
        assert (row["staff_id"], row["vendor_id"], row["signed_at"], row["accepted_at"]) == (None,) * 4
    assert Counter(row["severity"] for row in found.values()) == Counter(each["priority"] for each in made)
    responses = minutes([(moment(each["opened_at"]), moment(each["first_response"])) for each in made])
    solutions = minutes([(moment(each["opened_at"]), moment(each["resolved_at"])) for each in made])
    assert statistics.median(minutes([(row["reported_at"], row["responded_at"]) for row in found.values()])) == (
        statistics.median(responses)
    )
    limit = 10 * 60  # T1-FLT-01 without a contract
    late = [row["respond_over"] for row in found.values() if row["respond_over"] is not None]
    assert sorted(late) == sorted(max(0, round(taken * 60) - limit) for taken in responses)
    total = incident_figures.statistics(site, date(2016, 1, 1), date(2017, 12, 31)).total
    assert total.count == 2000
    assert total.reopened == sum(each["reopen_count"] == "1" for each in made)
    assert float(total.response_median_min or 0) == round(statistics.median(responses), 2)
    assert float(total.resolve_median_min or 0) == round(statistics.median(solutions), 2)
    assert total.within_response == sum(taken <= 10 for taken in responses)
    asked = listing.listed(site, Query(text="Symptom, 299"))
    assert asked.total == sum("299" in each["u_symptom"] or "299" in each["number"] for each in made)
    again = import_incidents(site, tmp_path / "incident_event_log.csv")
    assert (again.stored, again.duplicates) == (0, 2000)
    assert rows(site) == found
    assert sound(site)


def test_clocks_kept_with_an_import_are_those_judged_afterwards(site: Context, crew: Team, tmp_path: Path) -> None:
    chance = random.Random(3)
    with site.transaction("合同") as tx:
        contract = tx.connection.execute(select(Contract.id).limit(1)).scalar_one()
        tx.insert(ContractTerm, contract_id=contract, topic="响应", regulation="E10", holds_from=date(2026, 2, 1))
    with site.transaction("类别") as tx:
        option = tx.connection.execute(select(IncidentOption.id).where(IncidentOption.name == "咨询操作")).scalar_one()
        tx.update(IncidentOption, option, hours=incident_options.WORKING_HOURS)
    lines = []
    for n in range(120):
        begin = datetime(2026, 1, 20) + timedelta(minutes=chance.randrange(60 * 24 * 40))
        accepted = begin + timedelta(seconds=chance.randrange(300))
        responded = accepted + timedelta(seconds=chance.randrange(1, 40_000))
        due = accepted + timedelta(minutes=chance.randrange(1, 3000))
        resolved = responded + timedelta(minutes=chance.randrange(3000))
        shown = [f"{each}" if chance.random() < 0.8 else "?" for each in (accepted, responded, due, resolved)]
        words = (
            chance.choice(["咨询操作", "硬件故障", ""]),
            chance.choice(["华信", "恒通", ""]),
            chance.choice("是否"),
        )
        lines.append(",".join((f"Q-{n}", f"{begin}", *shown, *words, chance.choice(["故障", "上门报修"]))))
    heading = "编号,报告时间,接到时间,响应时间,要求完成时间,解决时间,类别,外包单位,紧急,单据类型"
    assert import_incidents(site, short(tmp_path, *lines, heading=heading)).stored == 120
    before = rows(site)
    assert len({(row["respond_over"], row["solve_over"]) for row in before.values()}) > 20
    with site.transaction("重判") as tx:
        incident_clocks.settle(tx, site, [row["id"] for row in before.values()])
        assert tx.entries == []
    assert rows(site) == before


@pytest.mark.parametrize("stops_at", [0, 1, 5, 8])
def test_cancelling_stores_nothing(site: Context, tmp_path: Path, stops_at: int) -> None:
    invented(tmp_path / "a.csv", 2500)
    before = links(site)
    calls = 0

    def progress(_done: int, _total: int) -> bool:
        nonlocal calls
        calls += 1
        return calls <= stops_at

    with pytest.raises(Refusal, match="已取消"):
        import_incidents(site, tmp_path / "a.csv", mapping=UCI_MAP, create_values=True, progress=progress)
    assert calls == stops_at + 1
    assert (links(site), rows(site)) == (before, {})
    assert names(site, incident_options.What.SEVERITY) == ["高", "中", "低"]
    assert sound(site)


def test_damaged_files_leave_a_sound_record(site: Context, crew: Team, tmp_path: Path) -> None:
    invented(tmp_path / "a.csv", 60)
    whole = (tmp_path / "a.csv").read_bytes()
    chance = random.Random(11)
    stored = 0
    for n in range(40):
        data = bytearray(whole)
        for _ in range(chance.randrange(1, 10)):
            place = chance.randrange(len(data))
            if chance.random() < 0.5:
                data[place] = chance.randrange(256)
            else:
                data[place : place + chance.randrange(30)] = bytes(chance.randrange(4))
        (tmp_path / "b.csv").write_bytes(data)
        try:
            result = import_incidents(site, tmp_path / "b.csv", mapping=UCI_MAP, create_values=n % 2 == 0)
        except Refusal:
            continue
        assert balanced(result)
        stored += result.stored
    found = rows(site)
    assert len(found) == stored >= 60
    for row in found.values():
        known = [row[each] for each in ("reported_at", "responded_at", "resolved_at", "closed_at") if row[each]]
        assert known == sorted(known)
    assert sound(site)

"""Old registers and door logs into the record: every row stored, known already, or reported; twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from filled_site import as_role, load, whole
from filled_visits import a_room
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from machine_room import permit
from openpyxl import Workbook
from sqlalchemy import select
from team import Team, build, go_to
from visits import CARD, PHONE, UNIT, at, enter, guest, inside, words

from opsdesk.catalog import by_slug
from opsdesk.exports import archive
from opsdesk.imports.visits import VisitFile, read_visits
from opsdesk.models import DoorEvent, ImportBatch, Room, Visit
from opsdesk.register import Query
from opsdesk.registers.visit import documents, service
from opsdesk.registers.visit.door_import import import_door_log
from opsdesk.registers.visit.importing import import_visits
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal
from opsdesk.services.import_result import ImportResult

F08 = (
    "日期,姓名,单位/部门,证件类型及后四位,联系电话,进入事由/操作内容,申请单号,进入时间,离开时间,"
    "携带物品,是否上机,陪同人员签字,备注"
)
ROW = (
    "2026-03-04,周工,恒通网络（外部）,身份证 0011,13912345678,更换电源,JF-20260304-01,09:00,11:05,"
    "工具箱 1,是,赵敏、钱进,无"
)
FAST = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def room(site: Context) -> int:
    go_to(site, "2026-03-05 18:00:00")
    return a_room(site)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def made(*lines: str, name: str = "旧登记.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding)
        return path

    return made


def balanced(result: ImportResult) -> bool:
    sentences = all(finding.reason.endswith("。") for finding in result.rejected)
    return sentences and result.read == result.stored + result.duplicates + len(result.rejected)


def stored(ctx: Context) -> list[dict[str, Any]]:
    with ctx.read() as connection:
        query = select(Visit.__table__).where(Visit.batch_id.is_not(None)).order_by(Visit.entered_at, Visit.id)
        return [dict(row) for row in connection.execute(query).mappings()]


def test_row_of_f08_becomes_history(site: Context, room: int, write: Callable[..., Path]) -> None:
    known = permit(site, room)
    with site.read() as connection:
        number = load(site, "permit", known)["number"]
        assert connection is not None
    result = import_visits(site, write(F08, ROW.replace("JF-20260304-01", number))).value
    assert (result.read, result.stored, result.duplicates, result.rejected) == (1, 1, 0, ())
    (kept,) = stored(site)
    assert (kept["name"], kept["unit"], kept["external"], kept["initials"]) == ("周工", UNIT, True, "ZG")
    assert (kept["entered_at"], kept["left_at"]) == (at("2026-03-04 09:00"), at("2026-03-04 11:05"))
    assert (kept["id_kind"], kept["id_number"], kept["phone"]) == ("身份证", "0011", PHONE)
    assert (kept["escort"], kept["second_escort"], kept["operated"]) == ("赵敏", "钱进", True)
    assert (kept["permit_id"], kept["room_id"], kept["remarks"]) == (known, room, "无")
    assert load(site, "visit", kept["id"])["carried"] == "工具箱 1"
    assert words(site, kept["id"]) == []
    assert inside(site) == {}
    whole(site)


def test_same_file_twice_and_what_was_entered_by_hand_change_nothing(
    site: Context, room: int, write: Callable[..., Path]
) -> None:
    (made,) = enter(site, guest(), entered_at=at("2026-03-04 09:00:41"))
    service.leave(site, visit_ids=[made], left_at=at("2026-03-04 10:00"))
    path = write(F08, ROW, ROW.replace("周工", "吴工"), ROW.replace("周工", "吴工"))
    first = import_visits(site, path).value
    assert (first.read, first.stored, first.duplicates) == (3, 1, 2)
    again = import_visits(site, path)
    assert (again.value.stored, again.value.duplicates, again.touched) == (0, 3, frozenset())
    with site.read() as connection:
        assert len(connection.execute(select(ImportBatch.id)).all()) == 1


def test_dry_run_tells_and_writes_nothing(site: Context, room: int, write: Callable[..., Path]) -> None:
    result = import_visits(site, write(F08, ROW), dry_run=True).value
    assert (result.read, result.stored) == (1, 1)
    assert stored(site) == []


def test_people_of_one_row_are_several_visits(site: Context, room: int, write: Callable[..., Path]) -> None:
    result = import_visits(site, write("日期,进入人员,单位,进入时间", "2026-03-04,周工、吴工；郑工,恒通,9:00")).value
    assert (result.read, result.stored) == (3, 3)
    assert [row["name"] for row in stored(site)] == ["周工", "吴工", "郑工"]
    assert {row["left_at"] for row in stored(site)} == {None}
    states = {str(row.values["state"].word) for row in by_slug("visit").list(site, Query()).rows}
    assert states == {"离开不详"}


def test_list_of_comings_and_goings_pairs_them(site: Context, room: int, write: Callable[..., Path]) -> None:
    heading = "日期,时间,姓名,所属部门,职务,联系方式,进入事由,出入类型,携带物品,签字"
    result = import_visits(
        site,
        write(
            heading,
            "2026-03-04,09:00,周工,恒通,工程师,13912345678,维护,进,,",
            "2026-03-04,09:05,吴工,恒通,工程师,,维护,进,,",
            "2026-03-04,10:00,周工,恒通,工程师,,维护,出,,",
            "2026-03-04,10:10,郑工,恒通,工程师,,维护,出,,",
        ),
    ).value
    assert (result.read, result.stored, [finding.row for finding in result.rejected]) == (3, 2, [5])
    assert [(row["name"], row["left_at"]) for row in stored(site)] == [
        ("周工", at("2026-03-04 10:00")),
        ("吴工", None),
    ]


def test_a_leaving_ends_the_last_entry_that_it_can_end(write: Callable[..., Path]) -> None:
    read = read_visits(
        write(
            "日期,时间,姓名,出入类型",
            "2026-03-02,09:00,周工,进",
            "2026-03-04,09:00,周工,进",
            "2026-03-04,10:00,周工,进",
            "2026-03-04,12:00,周工,进",
            *(f"2026-03-04,11:0{n},周工,出" for n in range(3)),
            "2026-03-05,12:00,周工,出",
        )
    )
    assert [(row.entered, row.left) for row in read.rows] == [
        (at("2026-03-02 09:00"), None),
        (at("2026-03-04 09:00"), at("2026-03-04 11:01")),
        (at("2026-03-04 10:00"), at("2026-03-04 11:00")),
        (at("2026-03-04 12:00"), at("2026-03-05 12:00")),
    ]
    assert [finding.row for finding in read.findings] == [8]


def test_banks_register_names_rooms_modules_and_who_never_came(
    site: Context, room: int, write: Callable[..., Path]
) -> None:
    a_room(site, "二楼配线间")
    heading = (
        "机房出入编号,申请处室,机房名称,机房模块,陪同人员1,陪同人员2,工作内容,具体描述,状态,"
        "实际进入,实际离开,实际进入人员,登记人"
    )
    row = "CR-1,科技处,{room},A 区,赵敏,钱进,巡检,查看 UPS,{state},2026-03-04 22:00,2026-03-05 01:00,周工,李值班"
    lines = [row.format(room=name, state=state) for name, state in (
        ("二楼配线间", "已登记"), ("二楼配线间", "退回"), ("三楼机房", "已登记"), ("", "已登记"),
    )]  # fmt: skip
    result = import_visits(site, write(heading, *lines)).value
    assert (result.stored, [finding.row for finding in result.rejected]) == (1, [3, 4, 5])
    said = [finding.reason for finding in result.rejected]
    assert "退回" in said[0]
    assert "三楼机房" in said[1]
    (kept,) = stored(site)
    assert (kept["module"], kept["operation"], kept["registered_by"]) == ("A 区", "查看 UPS", "李值班")
    assert kept["remarks"] == "原申请单号 CR-1"
    assert kept["left_at"] == at("2026-03-05 01:00")


def test_room_has_to_be_told_where_there_are_several(site: Context, room: int, write: Callable[..., Path]) -> None:
    other = a_room(site, "二楼配线间")
    path = write(F08, ROW)
    with pytest.raises(Refusal, match="一楼信息中心机房、二楼配线间") as no:
        import_visits(site, path)
    assert no.value.field == "room_id"
    import_visits(site, path, room_id=other)
    assert [row["room_id"] for row in stored(site)] == [other]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (("2026-03-04", "2026-13-04"), "进入时间认不出来"),
        (("09:00", "九点"), "进入时间认不出来"),
        (("11:05", "晚上"), "离开时间认不出来"),
        (("周工", ""), "没有姓名"),
        (("09:00,11:05", "2026-03-04 09:00,2026-03-04 08:59"), "早于进入时间"),
        (("2026-03-04", "2026-03-06"), "还没有到"),
        (("更换电源", "#REF!"), "公式错误"),
        (("更换电源", "电" * 201), "超过 200 个字"),
    ],
)
def test_bad_row_is_reported_and_costs_no_other(
    site: Context, room: int, write: Callable[..., Path], changed: tuple[str, str], said: str
) -> None:
    result = import_visits(site, write(F08, ROW, ROW.replace(*changed).replace("周工", "吴工"))).value
    assert balanced(result)
    assert (result.stored, [finding.row for finding in result.rejected]) == (1, [3])
    assert said in result.rejected[0].reason


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        ("11:05", "2026-03-04 11:05"),
        ("08:59", "2026-03-05 08:59"),
        ("3-5 10:30", "2026-03-05 10:30"),
        ("2026-03-05 10:30", "2026-03-05 10:30"),
    ],
)
def test_leaving_may_be_on_the_next_day(
    site: Context, room: int, write: Callable[..., Path], left: str, expected: str
) -> None:
    import_visits(site, write(F08, ROW.replace("11:05", left)))
    assert [row["left_at"] for row in stored(site)] == [at(expected)]


def test_engineers_and_vendors_are_recognised(site: Context, room: int, write: Callable[..., Path]) -> None:
    crew: Team = build(site)
    import_visits(site, write(F08, ROW.replace("周工,恒通网络（外部）", "王强,华信")))
    (kept,) = stored(site)
    assert (kept["staff_id"], kept["external"]) == (crew["1001"], True)
    assert kept["vendor_id"] is not None


def test_our_own_printed_register_is_read_back(site: Context, room: int, tmp_path: Path) -> None:
    first, second = enter(
        site, guest("周工", id_number=CARD, phone=PHONE), guest("孙丽", "示例市信息中心"), entered_at=at("09:00"),
        goods=[service.GoodsEntry("硬盘", 2)], operates=True,
    )  # fmt: skip
    service.leave(site, visit_ids=[first], left_at=at("10:30"), all_taken=True, operation="换盘")
    go_to(site, "2026-03-06 09:00:00")
    service.leave_now(site, second)
    (file,) = archive.export(documents.month(site, 2026, 3), tmp_path, ("xlsx",))
    read = read_visits(file.path)
    assert read.findings == ()
    assert [(row.name, row.unit, row.external, row.entered, row.left) for row in read.rows] == [
        ("周工", UNIT, True, at("09:00"), at("10:30")),
        ("孙丽", "示例市信息中心", False, at("09:00"), at("2026-03-06 09:00")),
    ]
    assert (read.rows[0].phone, read.rows[0].id_number, read.rows[0].operated) == ("", CARD[-4:], True)
    result = import_visits(site, file.path).value
    assert (result.stored, result.duplicates) == (0, 2)


def test_file_without_the_headings_is_refused(site: Context, room: int, write: Callable[..., Path]) -> None:
    for lines in (("姓名,年龄", "张三,3"), ("日期,单位", "2026-03-04,恒通")):
        with pytest.raises(Refusal, match=r"姓名|进入时间"):
            import_visits(site, write(*lines))


def test_only_who_may_write_imports(site: Context, room: int, write: Callable[..., Path]) -> None:
    with pytest.raises(Refusal, match="登录"):
        import_visits(as_role(site, Role.READER), write(F08, ROW))
    with pytest.raises(Refusal, match="登录"):
        import_door_log(as_role(site, Role.READER), write(F08, ROW))


LOG = "事件时间,人员姓名,工号,所属组织,门禁点,进出方向,事件,卡号,读卡器"
EVENT = "2026-03-05 08:27:13,张三,V012,某公司,一楼信息中心机房,进,刷卡成功,3891192334,读卡器_1"


def events(ctx: Context) -> list[dict[str, Any]]:
    with ctx.read() as connection:
        return [dict(row) for row in connection.execute(select(DoorEvent.__table__).order_by(DoorEvent.at)).mappings()]


def test_log_is_stored_once_by_whichever_file(site: Context, room: int, write: Callable[..., Path]) -> None:
    bad, ahead = EVENT.replace("08:27", "08:77"), EVENT.replace("08:27:13", "18:03:01")
    path = write(LOG, EVENT, EVENT, bad, ahead, EVENT.replace("08:27:13", "18:03:00"))
    first = import_door_log(site, path).value
    assert balanced(first)
    assert (first.read, first.stored, first.duplicates) == (5, 2, 1)
    assert [finding.row for finding in first.rejected] == [4, 5]
    again = import_door_log(site, write(LOG, EVENT, name="又一份.csv"))
    assert (again.value.stored, again.value.duplicates, again.touched) == (0, 1, frozenset())
    assert [event["at"] for event in events(site)] == [at("08:27:13"), at("18:03:00")]
    with site.read() as connection:
        (batch,) = connection.execute(select(ImportBatch.__table__)).mappings()
    assert (batch["what"], batch["format"], batch["rows_stored"], batch["rows_rejected"]) == (
        "door-log",
        "门禁记录",
        2,
        2,
    )
    whole(site)


def test_log_on_a_dry_run_writes_nothing(site: Context, room: int, write: Callable[..., Path]) -> None:
    assert import_door_log(site, write(LOG, EVENT), dry_run=True).value.stored == 1
    assert events(site) == []


def test_number_of_the_doors_own_list_becomes_the_staff_number(
    site: Context, room: int, write: Callable[..., Path]
) -> None:
    build(site)
    heading = "时间,PIN,门 id,事件类型,出入状态,验证方式,卡号,设备号"
    import_door_log(site, write(heading, "2026-03-05 08:27:13,0002,1,0,2,1,,1", "2026-03-05 08:28:13,77,1,0,0,1,,1"))
    assert [(event["staff_no"], event["direction"]) for event in events(site)] == [("1002", "未知"), ("77", "进")]


def test_workbook_of_a_year_is_read_by_its_headings(site: Context, room: int, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["机房出入登记表", "2025年"])
    sheet.append(["序号", "日期", "姓名", "单位", "事由", "进入时间", "离开时间", "陪同人", "备注"])
    for n in range(1, 31):
        sheet.append([n, f"6月{n}日", f"客{n}", "恒通", "维护", datetime(2025, 6, n, 9).time(), "10:00", "赵敏", ""])
    sheet.append([31, None, None, None, None, None, None, None, None])
    book.save(tmp_path / "2025.xlsx")
    result = import_visits(site, tmp_path / "2025.xlsx").value
    assert (result.read, result.stored, result.rejected) == (30, 30, ())
    assert stored(site)[-1]["entered_at"] == at("2025-06-30 09:00")


MUTATIONS = st.lists(
    st.tuples(st.sampled_from(["flip", "cut", "insert", "drop"]), st.integers(0, 4000), st.integers(1, 60),
              st.binary(max_size=6)),
    max_size=6,
)  # fmt: skip


def mutate(data: bytes, steps: list[tuple[str, int, int, bytes]]) -> bytes:
    out = bytearray(data)
    for what, place, length, extra in steps:
        spot = place % (len(out) + 1)
        if what == "flip" and spot < len(out):
            out[spot] ^= length
        elif what == "cut":
            del out[max(spot, 200) :]
        elif what == "insert":
            out[spot:spot] = extra
        else:
            del out[spot : spot + length]
    return bytes(out)


def whole_file(file: VisitFile) -> bool:
    return all(finding.reason.endswith("。") for finding in file.findings) and all(
        2000 <= row.entered.year <= 2099
        and row.name
        and len(row.name) <= 50
        and (row.left or row.entered) >= row.entered
        for row in file.rows
    )


@FAST
@given(steps=MUTATIONS, encoding=st.sampled_from(["gbk", "utf-8", "utf-16"]))
def test_any_mutated_register_is_read_or_refused(
    tmp_path: Path, steps: list[tuple[str, int, int, bytes]], encoding: str
) -> None:
    path = tmp_path / "旧.csv"
    path.write_bytes(mutate("\n".join([F08, *[ROW] * 12, ""]).encode(encoding), steps))
    try:
        file = read_visits(path)
    except Refusal as refusal:
        sentence(refusal)
        return
    assert whole_file(file)


def sentence(refusal: Refusal) -> None:
    assert str(refusal).endswith("。")


def test_site_with_one_room_takes_it_and_one_without_says_so(site: Context, write: Callable[..., Path]) -> None:
    go_to(site, "2026-03-05 18:00:00")
    with pytest.raises(Refusal, match="还没有登记"):
        import_visits(site, write(F08, ROW))
    with site.transaction("机房") as tx:
        only = tx.insert(Room, name="唯一机房", modules="", keeper="", door_name="")
    import_visits(site, write(F08, ROW))
    assert [row["room_id"] for row in stored(site)] == [only]

"""`visits inside`, `visits check`, their imports and papers: what is printed, the shape of --json, and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from a_call import Answer, Call

from opsdesk import bootstrap
from opsdesk.models import Room
from opsdesk.registers.visit import service
from opsdesk.registers.visit.service import GoodsEntry, PersonEntry
from opsdesk.services.clock import Clock
from opsdesk.services.context import Context

PHONE, CARD = "13912345678", "110101199003070011"
NOW = Clock().now()
"""The command line goes by the real clock."""
OLD = """日期,姓名,单位,进入事由,进入时间,离开时间,陪同人员
2025-03-04,周工,恒通,维护,09:00,10:00,赵敏
2025-03-04,吴工,恒通,维护,九点,10:00,赵敏
"""
LOG = """事件时间,人员姓名,工号,所属组织,门禁点,进出方向,事件,卡号,读卡器
2025-03-04 08:59:00,周工,,恒通,主机房,进,刷卡成功,1,r
2025-03-04 10:02:00,周工,,恒通,主机房,出,刷卡成功,1,r
2025-03-04 12:00:00,李四,,恒通,主机房,进,刷卡成功,2,r
2025-03-04 25:00:00,李四,,恒通,主机房,出,刷卡成功,2,r
"""


@pytest.fixture
def ctx(site: Path) -> Context:
    opened = bootstrap.open_site(site)
    signed = opened.acting_as(bootstrap.supervisor_of(opened))
    with signed.transaction("机房") as tx:
        tx.insert(Room, name="主机房", modules="", keeper="赵敏", door_name="主机房")
    return signed


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    def made(name: str, text: str) -> str:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return made


def entered(ctx: Context) -> list[int]:
    return service.enter(
        ctx, people=[PersonEntry("周工", "恒通", id_number=CARD, phone=PHONE), PersonEntry("吴工", "恒通")], room_id=1,
        purpose="更换电源", escorts=("赵敏",), entered_at=NOW - timedelta(hours=2), due_at=NOW - timedelta(hours=1),
        goods=[GoodsEntry("硬盘", 2, "D1")],
    ).value  # fmt: skip


def told(answer: Answer) -> dict[str, object]:
    assert answer.code == 0, answer.err
    found = json.loads(answer.out)
    assert isinstance(found, dict)
    return found


def test_nobody_inside(call: Call, ctx: Context) -> None:
    assert call("visits", "inside").out == "在机房 0 人，超时 0 人。\n"
    found = told(call("visits", "inside", "--json"))
    assert (found["count"], found["inside"]) == (0, [])


def test_who_is_inside_since_when_and_how_long_over(call: Call, ctx: Context) -> None:
    entered(ctx)
    lines = call("visits", "inside").out.splitlines()
    assert lines[0].startswith(f"周工（恒通）{NOW - timedelta(hours=2):%m-%d %H:%M} 进入主机房，应在 ")
    assert "，已超时 1 小时" in lines[0]
    assert "陪同 赵敏；问题：无审批进入、超时停留" in lines[0]
    assert lines[-1] == "在机房 2 人，超时 2 人。"
    found = told(call("visits", "inside", "--json"))
    assert found["count"] == 2
    first = found["inside"][0]  # type: ignore[index]
    assert (first["name"], first["unit"], first["room"], first["external"]) == ("周工", "恒通", "主机房", True)
    assert (first["phone"], first["escorts"], first["permit"]) == ("139****5678", ["赵敏"], "")
    assert first["over_seconds"] >= 3600
    assert datetime.fromisoformat(first["entered_at"]) == NOW - timedelta(hours=2)
    assert first["goods"] == [
        {"name": "硬盘", "model": "D1", "serial": "", "brought": 2, "taken": 0, "stays": 0, "note": ""}
    ]
    assert {each["clause"] for each in first["breaches"]} >= {"E1-14"}
    for answer in (call("visits", "inside"), call("visits", "inside", "--json")):
        assert PHONE not in answer.out
        assert CARD not in answer.out


def test_old_register_is_imported_and_counted(call: Call, ctx: Context, write: Callable[[str, str], str]) -> None:
    path = write("旧.csv", OLD)
    trial = told(call("import", "visits", path, "--dry-run", "--json"))
    assert (trial["read"], trial["stored"], trial["duplicates"]) == (2, 1, 0)
    done = call("import", "visits", path)
    assert done.code == 0
    assert done.out == "机房出入登记读到 2 条：存入 1 条，原来就有 0 条，有问题 1 条。\n"
    assert done.err.startswith("第 3 行：进入时间认不出来")
    again = told(call("import", "visits", path, "--json"))
    assert (again["read"], again["stored"], again["duplicates"], len(again["rejected"])) == (2, 0, 1, 1)  # type: ignore[arg-type]
    assert call("verify").code == 0


def test_room_is_named_where_the_file_does_not(call: Call, ctx: Context, write: Callable[[str, str], str]) -> None:
    with ctx.transaction("机房") as tx:
        tx.insert(Room, name="配线间", modules="", keeper="", door_name="")
    path = write("旧.csv", OLD)
    refused = call("import", "visits", path)
    assert (refused.code, "--room" in refused.err) == (1, True)
    unknown = call("import", "visits", path, "--room", "三楼")
    assert (unknown.code, "现有机房：主机房、配线间" in unknown.err) == (1, True)
    assert told(call("import", "visits", path, "--room", "配线间", "--json"))["stored"] == 1


def test_log_is_imported_and_compared(call: Call, ctx: Context, write: Callable[[str, str], str]) -> None:
    call("import", "visits", write("旧.csv", OLD))
    done = told(call("import", "door-log", write("门禁.csv", LOG), "--json"))
    assert (done["read"], done["stored"], len(done["rejected"])) == (4, 3, 1)  # type: ignore[arg-type]
    assert told(call("import", "door-log", write("门禁.csv", LOG), "--json"))["duplicates"] == 3
    period = ("--from", "2025-03-04", "--to", "2025-03-04")
    plain = call("visits", "check", *period)
    assert plain.out.splitlines() == [
        "有门禁无登记：李四 03-04 12:00 进入主机房，门禁有记录，没有登记。",
        "2025-03-04 至 2025-03-04：相符 2 次，时间不符 0 次，有门禁无登记 1 次，有登记无门禁 0 次。",
    ]
    found = told(call("visits", "check", *period, "--json"))
    assert (found["from"], found["to"], found["matched"], found["unregistered"]) == ("2025-03-04", "2025-03-04", 2, 1)
    assert (found["differs"], found["unlogged"], found["notes"]) == (0, 0, [])
    lines = found["lines"]
    assert isinstance(lines, list)
    assert [(line["kind"], line["way"], line["seconds"]) for line in lines] == [
        ("matched", "进", -60), ("matched", "出", 120), ("unregistered", "进", 0),
    ]  # fmt: skip
    assert lines[0]["registered_at"] == "2025-03-04 09:00:00"
    assert lines[2]["registered_at"] is None


def test_without_a_log_the_check_says_so(call: Call, ctx: Context) -> None:
    done = call("visits", "check", "--from", "2025-03-04", "--to", "2025-03-04")
    assert (done.code, "没有导入门禁记录" in done.err) == (0, True)


def test_register_and_evacuation_list_are_printed(call: Call, ctx: Context, tmp_path: Path) -> None:
    entered(ctx)
    day = NOW - timedelta(hours=2)
    for words, number in (
        (("visits", "--day", f"{day:%Y-%m-%d}"), f"JC-{day:%Y%m%d}"),
        (("visits", "--month", f"{day:%Y-%m}"), f"JC-{day:%Y%m}"),
        (("evacuation",), "SS-"),
    ):
        found = told(call("print", *words, "--out", str(tmp_path / "out"), "--json"))
        assert found["document"]["number"].startswith(number)  # type: ignore[index]
        files = found["files"]
        assert isinstance(files, list)
        assert {file["format"] for file in files} == {"pdf", "xlsx"}
        for file in files:
            data = Path(file["path"]).read_bytes()
            assert PHONE.encode() not in data
            assert CARD.encode() not in data


def test_permit_is_printed_by_its_number(call: Call, ctx: Context, tmp_path: Path) -> None:
    from opsdesk.catalog import by_slug

    save, load = by_slug("permit").save, by_slug("permit").load
    assert save
    assert load
    made = save(
        ctx, None,
        {"unit": "恒通", "applicant": "周工", "people": "周工", "room_id": 1, "purposes": "维护", "work": "换电源",
         "planned_from": NOW + timedelta(hours=1), "planned_to": NOW + timedelta(hours=2)},
    ).value  # fmt: skip
    number = load(ctx, made)["number"]
    found = told(call("print", "permit", number.lower(), "--out", str(tmp_path / "out"), "--json"))
    assert found["document"]["number"] == number  # type: ignore[index]
    missing = call("print", "permit", "JF-1", "--out", str(tmp_path))
    assert (missing.code, "没有编号是 JF-1 的审批单" in missing.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("visits",), "缺少 inside|check"),
        (("visits", "check", "--from", "2025-03-04"), "缺少 --to"),
        (("visits", "check", "--from", "2025-03-05", "--to", "2025-03-04"), "--from 2025-03-05 晚于 --to 2025-03-04"),
        (("print", "visits", "--out", "."), "--day --month 要写一个"),
        (("print", "permit", "--out", "."), "permit 要写审批单编号，请写成 print permit JF-20260305-01"),
        (("print", "permit", "JF-1", "--day", "2025-03-04", "--out", "."), "permit 按编号印"),
        (("print", "evacuation", "--day", "2025-03-04", "--out", "."), "按现在在场的人印"),
        (("print", "evacuation", "JF-1", "--out", "."), "多出了 JF-1"),
        (("import", "staff", "a.csv", "--room", "主机房"), "--room 只用于 visits"),
    ],
)
def test_wrong_call_is_2_and_says_what_is_wrong(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err

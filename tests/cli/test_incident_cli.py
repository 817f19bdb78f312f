"""`incidents list`, `show`, `stats` and the papers of incidents, through the front door."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import a_site
import incident_month
import openpyxl
import pypdfium2
import pytest
import team as team_module
from a_call import Call
from sqlalchemy import select
from team import go_to

from opsdesk import bootstrap
from opsdesk.models import PrintedPaper
from opsdesk.registers.incident import acts, closing, detail, service
from opsdesk.services import health
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context

KEYS = {
    "count", "resolved", "unresolved", "reopened", "response_median_min", "resolve_median_min", "resolve_p90_min",
    "within_response", "within_deadline", "response_measured", "deadline_measured", "response_rate", "deadline_rate",
    "resolved_rate",
}  # fmt: skip
NUMBER = "SJ-20260305-001"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with one incident lived through on 5 March, eighty in February, one void."""
    folder = tmp_path_factory.mktemp("incidents")
    a_site.found(folder)
    for ctx in opened(folder):
        crew = team_module.build(ctx)
        incident_month.insert(ctx, incident_month.invented(crew, 2026, 2, 80, seed=3))
        live(ctx, crew["1001"])
    return folder


def opened(folder: Path) -> Iterator[Context]:
    ctx = bootstrap.open_site(folder, FixedClock(a_site.NOW))
    yield ctx.acting_as(bootstrap.supervisor_of(ctx))
    a_site.close(ctx)


def live(ctx: Context, staff_id: int) -> None:
    go_to(ctx, "2026-03-05 09:00:00")
    incident_id = service.open_incident(ctx, "财务科打印机不出纸").value.id
    service.save(ctx, incident_id, {**service.load(ctx, incident_id), "severity": "高", "system": "办公打印"})
    go_to(ctx, "2026-03-05 09:10:01")
    acts.respond(ctx, incident_id, {"staff_id": staff_id})
    acts.ask_due(ctx, incident_id, {"due_at": datetime(2026, 3, 5, 12, 0), "confirmed": True})
    detail.add_step(ctx, incident_id, {"said": "检查走纸通道", "result": "搓纸轮磨损"})
    detail.add_part(ctx, incident_id, {"name": "搓纸轮", "model": "RL1", "quantity": 2})
    acts.wait(ctx, incident_id, {"whose": "甲方", "reason": "等用户"})
    go_to(ctx, "2026-03-05 09:40:01")
    acts.solve(ctx, incident_id, {})
    closing.hand_in(ctx, [incident_id], {})
    by_mistake = service.open_incident(ctx, "打错了").value.id
    closing.void(ctx, by_mistake, {"reason": "重复"})


def answered(call: Call, home: Path, *words: str) -> Any:
    done = call(*words, "--json", home=home)
    assert (done.code, done.err) == (0, ""), done
    return json.loads(done.out)


def text_of(path: str) -> str:
    pdf = pypdfium2.PdfDocument(Path(path).read_bytes())
    return "".join("".join(page.get_textpage().get_text_range().split()) for page in pdf)


def test_list_gives_the_latest_first_and_how_many_there_are(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    found = answered(call, home, "incidents", "list", "--limit", "3")
    assert (found["total"], len(found["incidents"])) == (82, 3)
    void, lived, *_ = found["incidents"]
    assert (void["number"], void["state"]) == ("SJ-20260305-002", "已作废")
    assert lived == {
        "number": NUMBER, "reported_at": "2026-03-05 09:00:00", "title": "财务科打印机不出纸", "system": "办公打印",
        "category": lived["category"], "severity": "高", "person": "王强", "vendor": "华信", "clock": "响应超时 1 秒",
        "state": "已解决",
    }  # fmt: skip


def test_list_is_narrowed_by_state_vendor_period_and_words(call: Call, home: Path) -> None:
    def numbers(*words: str) -> set[str]:
        return {each["number"] for each in answered(call, home, "incidents", "list", *words)["incidents"]}

    assert numbers("--find", "打印 搓纸") == {NUMBER}
    assert numbers("--state", "待签收") == {NUMBER}
    assert numbers("--state", "已作废", "--from", "2026-03-01") == {"SJ-20260305-002"}
    assert numbers("--from", "2026-03-05", "--to", "2026-03-05") == {NUMBER, "SJ-20260305-002"}
    assert numbers("--to", "2026-01-31") == set()
    everything = answered(call, home, "incidents", "list", "--limit", "1000")["incidents"]
    of_vendor = answered(call, home, "incidents", "list", "--vendor", "v2", "--limit", "1000")["incidents"]
    assert {each["vendor"] for each in of_vendor} == {"恒通"}
    assert of_vendor == [each for each in everything if each["vendor"] == "恒通"]
    assert answered(call, home, "incidents", "list", "--vendor", "恒通")["total"] == len(of_vendor)


def test_list_as_lines(call: Call, home: Path) -> None:
    done = call("incidents", "list", "--find", "打印机不出纸", home=home)
    assert done.code == 0
    assert f"{NUMBER}  2026-03-05 09:00:00  已解决  响应超时 1 秒  王强  财务科打印机不出纸" in done.out
    assert done.out.endswith("共 1 件。\n")
    assert call("incidents", "list", "--limit", "2", home=home).out.endswith("共 82 件，这里列出最近的 2 件。\n")


def test_show_gives_everything_of_one(call: Call, home: Path) -> None:
    found = answered(call, home, "incidents", "show", NUMBER.lower())
    assert (found["number"], found["person"], found["vendor"], found["staff_no"]) == (NUMBER, "王强", "华信", "1001")
    assert (found["responded_at"], found["respond_over"], found["paused_seconds"]) == ("2026-03-05 09:10:01", 1, 1800)
    assert found["imported"] is False
    assert not {"id", "vendor_id", "staff_id", "batch_id"} & set(found)
    response, solution = found["clocks"]
    assert response == {
        "name": "响应", "state": "超时", "limit": 600, "used": 601, "over": 1, "running": False,
        "deadline": "2026-03-05 09:10:00", "clause": "T1-FLT-01",
        "sentence": "响应已用 10 分 1 秒，超时 1 秒。时限 10 分，依据 T1 5 故障。",
    }  # fmt: skip
    assert (solution["clause"], solution["state"], solution["used"]) == ("T1-FLT-02", "达标", 601)
    assert [line["what"] for line in found["course"]][:3] == ["受理", "变更", "响应"]
    assert found["course"][0]["at"] == "2026-03-05 09:00:00"
    (step,) = [line for line in found["course"] if line["what"] == "处理"]
    assert (step["said"], step["result"], step["by"], step["void"]) == ("检查走纸通道", "搓纸轮磨损", "王强", "")
    assert found["parts"] == [{"name": "搓纸轮", "model": "RL1", "quantity": 2}]
    assert found["pauses"] == [
        {"begins": "2026-03-05 09:10:01", "ends": "2026-03-05 09:40:01", "whose": "甲方", "reason": "等用户"}
    ]
    assert (found["files"], found["points"], found["due_steps"], found["case_number"]) == ([], [], [], "")
    assert {each["clause"] for each in found["lacking"]} >= {"E2-03", "E2-05"}
    assert all(each["sentence"].endswith("。") for each in found["lacking"])


def test_show_in_sentences(call: Call, home: Path) -> None:
    done = call("incidents", "show", NUMBER, home=home)
    assert done.code == 0
    for words in (
        "财务科打印机不出纸",
        "状态 已解决",
        "等级 高",
        "响应已用 10 分 1 秒，超时 1 秒。",
        "处理  检查走纸通道；搓纸轮磨损",
    ):
        assert words in done.out
    unknown = call("incidents", "show", "SJ-1", "--json", home=home)
    assert unknown.code == 1
    assert "没有编号是“SJ-1”" in json.loads(unknown.out)["refused"]


def test_stats_agree_with_python(call: Call, home: Path) -> None:
    for ctx in opened(home):
        with ctx.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT coalesce(accepted_at, reported_at), responded_at, resolved_at, paused_seconds, respond_over,"
                " solve_over, state, coalesce(s.name, '（未指派）')"
                " FROM incident LEFT JOIN staff s ON s.id = staff_id"
                " WHERE reported_at BETWEEN '2026-02-01 00:00:00' AND '2026-02-28 23:59:59' AND void_at IS NULL"
            ).all()
    found = answered(call, home, "incidents", "stats", "--from", "2026-02-01", "--to", "2026-02-28", "--by", "person")
    assert (found["from"], found["to"], found["by"]) == ("2026-02-01", "2026-02-28", "person")
    assert set(found["total"]) == KEYS
    assert all(set(group) == KEYS | {"group"} for group in found["groups"])

    def minutes(begins: str, ends: str) -> float:
        return (datetime.fromisoformat(ends) - datetime.fromisoformat(begins)) / timedelta(minutes=1)

    for name in {row[7] for row in rows}:
        own = [row for row in rows if row[7] == name]
        (group,) = [each for each in found["groups"] if each["group"] == name]
        responses = [minutes(row[0], row[1]) for row in own if row[1]]
        solutions = [minutes(row[0], row[2]) - row[3] / 60 for row in own if row[2]]
        assert group["count"] == len(own)
        assert group["resolved"] == sum(row[6] not in {"待响应", "处理中", "等待"} for row in own)
        assert group["response_median_min"] == pytest.approx(statistics.median(responses), abs=0.00501)
        assert group["resolve_median_min"] == pytest.approx(statistics.median(solutions), abs=0.00501)
        ninety = statistics.quantiles(solutions, n=10, method="inclusive")[8]
        assert group["resolve_p90_min"] == pytest.approx(ninety, abs=0.00501)
        assert group["within_response"] == sum(row[4] == 0 for row in own)
        assert group["within_deadline"] == sum(row[5] == 0 for row in own)
    assert found["total"]["count"] == len(rows)


def test_stats_without_groups_and_of_nothing(call: Call, home: Path) -> None:
    plain = answered(call, home, "incidents", "stats", "--from", "2026-03-05", "--to", "2026-03-05")
    assert (plain["by"], plain["groups"], plain["total"]["count"]) == (None, [], 1)
    assert (plain["total"]["response_median_min"], plain["total"]["within_response"]) == (10.02, 0)
    nothing = answered(call, home, "incidents", "stats", "--from", "2025-01-01", "--to", "2025-01-31", "--by", "vendor")
    assert nothing["groups"] == []
    total = nothing["total"]
    assert {key for key, value in total.items() if value is None} == KEYS - {
        "count", "resolved", "unresolved", "reopened", "response_measured", "deadline_measured",
        "within_response", "within_deadline",
    }  # fmt: skip
    one = answered(
        call,
        home,
        "incidents",
        "stats",
        "--from",
        "2026-02-01",
        "--to",
        "2026-02-28",
        "--by",
        "vendor",
        "--vendor",
        "V1",
    )
    assert [group["group"] for group in one["groups"]] == ["华信"]


def test_stats_in_sentences(call: Call, home: Path) -> None:
    done = call("incidents", "stats", "--from", "2026-03-05", "--to", "2026-03-05", "--by", "severity", home=home)
    assert done.code == 0
    first, total = done.out.splitlines()
    assert first.startswith("等级 高：受理 1 件，已解决 1 件，未解决 0 件")
    assert "响应达标率 0.00%（0/1）" in first
    assert total.startswith("合计：受理 1 件")


def test_print_writes_every_paper_and_records_it(call: Call, home: Path, tmp_path: Path) -> None:
    for words, name, number, title in (
        (("incident", NUMBER), f"事件记录单-{NUMBER}", NUMBER, "运维事件记录单"),
        (("case", NUMBER), "case报告-CASE-20260305-001", "CASE-20260305-001", "故障分析报告（case 报告）"),
        (("incidents", "--day", "2026-03-05"), "事件日清单-2026-03-05", "SJ-20260305", "运维事件日清单"),
        (("incidents", "--month", "2026-02"), "事件统计-2026-02", "SJ-202602", "2026年2月运维事件统计表"),
        (
            ("incidents", "--month", "2026-02", "--vendor", "华信"),
            "事件统计-华信-2026-02", "SJ-202602-V1", "2026年2月运维事件统计表",
        ),
    ):  # fmt: skip
        found = answered(call, home, "print", *words, "--out", str(tmp_path))
        assert [Path(each["path"]).name for each in found["files"]] == [f"{name}.pdf", f"{name}.xlsx"]
        assert found["document"] == {"number": number, "title": title}
        assert "".join(title.split()) in text_of(found["files"][0]["path"])
        assert openpyxl.load_workbook(found["files"][1]["path"]).worksheets
        for ctx in opened(home):
            with ctx.read() as connection:
                last = (
                    connection.execute(select(PrintedPaper.number).order_by(PrintedPaper.id.desc())).scalars().first()
                )
        assert last == number


def test_a_number_may_stand_behind_the_options_and_a_format_be_chosen(call: Call, home: Path, tmp_path: Path) -> None:
    done = call("print", "incident", "--out", str(tmp_path), "--format", "pdf", NUMBER, home=home)
    assert done.code == 0, done
    assert done.out.startswith(str(tmp_path / f"事件记录单-{NUMBER}.pdf"))
    assert [each.name for each in tmp_path.iterdir() if each.suffix == ".xlsx"] == []
    unknown = call("print", "incident", "SJ-1", "--out", str(tmp_path), home=home)
    assert (unknown.code, "没有编号是“SJ-1”" in unknown.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("print", "incident", "--out", "x"), "incident 要写事件编号，请写成 print incident SJ-20260305-001"),
        (("print", "case", "--out", "x"), "case 要写事件编号"),
        (("print", "incident", "A", "--day", "2026-03-05", "--out", "x"), "incident 按编号印，不能写 --day 或 --month"),
        (("print", "incidents", "--out", "x"), "--day --month 要写一个"),
        (("print", "incidents", "A", "--day", "2026-03-05", "--out", "x"), "多出了 A"),
        (("print", "incidents", "--day", "2026-03-05", "--month", "2026-03", "--out", "x"), "只能写一个"),
        (("print", "incidents", "--day", "2026-03-05", "--vendor", "V1", "--out", "x"), "--vendor 只用于"),
        (("print", "sign-in", "A", "--day", "2026-03-05", "--out", "x"), "多出了 A"),
        (("print", "sign-in", "--day", "2026-03-05", "--out", "x", "A", "B"), "多出了 A B"),
        (("print", "incident", NUMBER), "缺少 --out"),
        (("print", "slips", "--out", "x"), "没有“slips”"),
        (("incidents",), "缺少 list|show|stats"),
        (("incidents", "show"), "缺少 NUMBER"),
        (("incidents", "stats", "--from", "2026-03-01"), "缺少 --to"),
        (
            ("incidents", "stats", "--from", "2026-03-02", "--to", "2026-03-01"),
            "--from 2026-03-02 晚于 --to 2026-03-01",
        ),
        (("incidents", "list", "--from", "2026-03-02", "--to", "2026-03-01"), "晚于"),
        (("incidents", "stats", "--from", "2026-03-01", "--to", "2026-03-31", "--by", "day"), "没有“day”"),
        (("incidents", "list", "--limit", "0"), "“0”不是件数"),
        (("incidents", "list", "--limit", "-1"), "--limit"),
    ],
)
def test_a_wrong_call_is_2_and_says_what_is_wrong(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("incidents", "list", "--state", "在办"), "没有“在办”这种状态。可选：未结、待交单、待签收"),
        (("incidents", "list", "--vendor", "远山"), "没有编码或简称是“远山”的单位。现有单位：V1（华信）、V2（恒通）。"),
        (("print", "incidents", "--month", "2026-02", "--vendor", "X", "--out", "x"), "没有编码或简称是“X”的单位"),
    ],
)
def test_what_is_not_there_is_refused_with_what_there_is(
    call: Call, home: Path, words: tuple[str, ...], said: str
) -> None:
    done = call(*words, home=home)
    assert (done.code, done.out) == (1, "")
    assert said in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("incidents", "list"),
        ("incidents", "show", "A"),
        ("incidents", "stats", "--from", "2026-03-01", "--to", "2026-03-31"),
        ("print", "incident", "A", "--out", "x"),
        ("print", "incidents", "--day", "2026-03-05", "--out", "x"),
    ],
)
def test_without_a_site_they_say_what_to_do(call: Call, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = call(*words, "--json")
    assert done.code == 1
    assert "opsdesk init --site" in json.loads(done.out)["refused"]


def test_help_lists_the_command(call: Call) -> None:
    assert "    incidents" in call("--help").out


def test_a_phone_is_shown_only_in_part_where_no_password_is_asked(call: Call, home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(home, copy)
    for ctx in opened(copy):
        number = service.open_incident(ctx, "张三 138-1234-5678 打印机坏").value.number
    found = answered(call, copy, "incidents", "show", number)
    assert (found["title"], found["reporter_phone"]) == ("张三 打印机坏", "138****5678")
    assert answered(call, copy, "incidents", "show", NUMBER)["reporter_phone"] is None


def test_verify_sees_an_attachment_changed_on_disk(call: Call, home: Path, tmp_path: Path) -> None:
    copy, photo = tmp_path / "site", tmp_path / "现场.jpg"
    shutil.copytree(home, copy)
    photo.write_bytes(b"photo")
    for ctx in opened(copy):
        detail.attach(ctx, detail.id_of(ctx, NUMBER), photo)
    assert call("verify", home=copy).code == 0
    (kept,) = (copy / "attachments").glob("??/*")
    kept.write_bytes(b"other")
    done = call("verify", home=copy)
    assert done.code == 1
    assert f"{NUMBER} 的附件“现场.jpg”与存入时不符：数据损坏，或在程序之外改动过" in done.out


def test_doctor_makes_the_full_text_anew_where_it_is_out_of_step(call: Call, home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "site"
    shutil.copytree(home, copy)
    assert "事件的全文索引与记录相符" in call("doctor", home=copy).out
    for ctx in opened(copy):
        with ctx.transaction("测试") as tx:
            tx.connection.exec_driver_sql(
                "UPDATE incident_text SET words = 'zzz' WHERE rowid = (SELECT max(rowid) FROM incident_text)"
            )
    before = bootstrap.database(copy).read_bytes()
    state = health.examine(copy, FixedClock(a_site.NOW))
    assert (state and state.text_differs, bootstrap.database(copy).read_bytes() == before) == (1, True)
    assert "全文索引有 1 处与记录不符，已按" in call("doctor", home=copy).out
    assert "事件的全文索引与记录相符" in call("doctor", home=copy).out

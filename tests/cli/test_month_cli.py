"""`month settle`, `export vendor`, `print attendance` and the imports of the month, through the front door."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from a_call import Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import Contract, ContractTerm, Leave, LeaveSlip, PrintedPaper, Punch, Staff, Vendor
from opsdesk.services.context import Context

MONTH = "2025-03"
"""Over on every machine that runs this; twenty-one workdays."""
WORKDAYS = [date(2025, 3, n) for n in range(1, 32) if date(2025, 3, n).weekday() < 5]
HOURS = {
    **{("V001", n): ("08:56", "17:31") for n in (3, 4, 5, 6)},
    **{("V001", n): ("08:20", "17:00") for n in (10, 11)},
    ("V002", 12): ("09:31", "17:31"),
    ("V002", 13): ("08:20", None),
    ("V002", 14): ("13:00", "17:31"),
    ("V003", 3): (None, None),
}


@pytest.fixture
def month(site: Path) -> Path:
    """A settled month of three people: two under T1 and T2, one of another company without a contract."""
    ctx = bootstrap.open_site(site)
    ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
    with ctx.transaction("三月") as tx:
        staff = {row.staff_no: row for row in tx.connection.execute(select(Staff.id, Staff.staff_no, Staff.vendor_id))}
        for row in staff.values():
            tx.update(Staff, row.id, arrived_on=date(2025, 1, 1))
        vendor = staff["V001"].vendor_id
        tx.update(Vendor, vendor, code="QH", short_name="青禾")
        tx.update(Vendor, staff["V003"].vendor_id, code="YS", short_name="远山")
        contract = tx.insert(
            Contract, vendor_id=vendor, number="HT-1", project="运维", begins_on=date(2025, 1, 1), ends_on=None
        )
        for topic, code in (("作息", "T1"), ("考勤罚则", "T2")):
            tx.insert(ContractTerm, contract_id=contract, topic=topic, regulation=code, holds_from=date(2025, 1, 1))
        tx.insert(
            Leave,
            staff_id=staff["V002"].id,
            kind="事假",
            begins_at=datetime(2025, 3, 14, 8, 30),
            ends_at=datetime(2025, 3, 14, 13),
            reason="家中有事",
            approved_by="主管",
        )
        tx.insert_many(Punch, _punches({number: row.id for number, row in staff.items()}))
    return site


def _punches(staff: dict[str, int]) -> list[dict[str, object]]:
    return [
        {
            "staff_id": staff[number],
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
        for number in ("V001", "V002", "V003")
        for clock, direction in zip(HOURS.get((number, day.day), ("08:20", "17:31")), ("到岗", "离岗"), strict=True)
        if clock
    ]


def opened(home: Path) -> Context:
    return bootstrap.open_site(home)


def settled(call: Call, *words: str) -> dict:
    done = call("month", "settle", MONTH, *words, "--json")
    assert (done.code, done.err) == (0, ""), done
    return json.loads(done.out)


def test_settle_gives_every_person_with_figures_and_evidence(
    call: Call, month: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    found = settled(call)
    assert found["month"] == MONTH
    strong, few, far = found["staff"]
    assert (strong["staff_no"], strong["name"], strong["vendor"], strong["vendor_code"]) == (
        "V001", "王强", "青禾", "QH",
    )  # fmt: skip
    assert (strong["due_days"], strong["attended_days"]) == (21, 21)
    assert [(each["day"], each["minutes"]) for each in strong["late"]] == [(f"2025-03-0{n}", 26) for n in (3, 4, 5, 6)]
    assert all(each["evidence"][0].startswith("punch:") for each in strong["late"])
    assert [each["minutes"] for each in strong["early"]] == [30, 30]
    wanted = {
        "late_count": 4, "late_minutes": 104, "count_fine": 20, "minute_fine": 200, "late_fine": 220,
        "early_count": 2, "early_minutes": 60, "early_fine": 40, "absent_days": 0, "absent_wage_days": 0,
        "awol_days": 1, "total": 260,
    }  # fmt: skip
    assert {name: strong[name] for name in wanted} == wanted
    assert sum(each["amount"] for each in strong["verdicts"]) == strong["total"]
    assert (few["absent_days"], few["minute_fine"], few["attended_days"]) == (1, 100, 21 - 1 - 0.5)
    assert few["leave"] == {"事假": {"days": 0.5, "hours": 3.5}}
    assert few["missing"] == [{"day": "2025-03-13", "what": "未签退"}]
    assert (far["name"], far["vendor"], far["total"], far["awol_days"]) == ("阿不都·热合曼", "远山", 0, 1)
    assert any("2025-03-13" in sentence for sentence in found["open"])


@pytest.mark.parametrize("typed", ["QH", "qh", "青禾", "青禾示例公司"])
def test_one_vendor_by_code_or_name(call: Call, month: Path, typed: str) -> None:
    assert [each["staff_no"] for each in settled(call, "--vendor", typed)["staff"]] == ["V001", "V002"]


@pytest.mark.parametrize("words", [("month", "settle", MONTH), ("export", "vendor", MONTH, "--out", "x")])
def test_an_unknown_vendor_is_refused_with_the_known_ones(call: Call, month: Path, words: tuple[str, ...]) -> None:
    done = call(*words, "--vendor", "没有", "--json")
    assert done.code == 1
    assert "QH（青禾）、YS（远山）" in json.loads(done.out)["refused"]


def test_settle_in_words_says_first_what_is_open(call: Call, month: Path) -> None:
    said = call("month", "settle", MONTH).out
    assert said.splitlines()[0].startswith(f"{MONTH} 有 ")
    assert said.index("未签退") < said.index("V001 王强")
    assert "应出勤 21 天，实出勤 21 天，迟到 4 次 104 分，早退 2 次 60 分，旷工 1 日，拟扣减 260 元。" in said
    assert "T2 二.9  200 元  累计迟到" in said


def test_settle_writes_nothing(call: Call, month: Path) -> None:
    with opened(month).read() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM ledger").scalar_one()
    settled(call)
    with opened(month).read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ledger").scalar_one() == before


def test_export_writes_one_workbook_for_each_company(call: Call, month: Path, tmp_path: Path) -> None:
    out = tmp_path / "给单位"
    done = call("export", "vendor", MONTH, "--out", str(out), "--json")
    assert (done.code, done.err) == (0, "")
    files = json.loads(done.out)["files"]
    assert [(each["vendor"], Path(each["path"]).name, each["format"]) for each in files] == [
        ("青禾", "考勤结算-青禾-2025-03.xlsx", "xlsx"),
        ("远山", "考勤结算-远山-2025-03.xlsx", "xlsx"),
    ]
    assert {each.name for each in out.iterdir()} == {Path(each["path"]).name for each in files}
    for each, stranger in zip(files, ("阿不都·热合曼", "王强"), strict=True):
        assert Path(each["path"]).stat().st_size == each["size"]
        book = openpyxl.load_workbook(each["path"])
        values = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
        assert stranger not in str(values)
    with opened(month).read() as connection:
        kept = set(connection.execute(select(PrintedPaper.sha256)).scalars())
    assert kept == {each["sha256"] for each in files}


def test_export_of_one_company_and_of_a_month_without_anybody(call: Call, month: Path, tmp_path: Path) -> None:
    out = tmp_path / "一家"
    assert call("export", "vendor", MONTH, "--out", str(out), "--vendor", "远山").code == 0
    assert [each.name for each in out.iterdir()] == ["考勤结算-远山-2025-03.xlsx"]
    done = call("export", "vendor", "2001-01", "--out", str(tmp_path / "无"))
    assert done.code == 1
    assert "2001-01 没有应到岗的人员" in done.err
    assert not (tmp_path / "无").exists()


def test_companies_with_one_short_name_do_not_write_over_each_other(call: Call, month: Path, tmp_path: Path) -> None:
    ctx = opened(month)
    with ctx.acting_as(bootstrap.supervisor_of(ctx)).transaction("改简称") as tx:
        for vendor in list(tx.connection.execute(select(Vendor.id)).scalars()):
            tx.update(Vendor, vendor, short_name="同名")
    assert call("export", "vendor", MONTH, "--out", str(tmp_path / "o")).code == 0
    assert sorted(each.name for each in (tmp_path / "o").iterdir()) == [
        "考勤结算-同名-2025-03-QH.xlsx",
        "考勤结算-同名-2025-03-YS.xlsx",
    ]
    for code in ("QH", "YS"):
        assert call("export", "vendor", MONTH, "--out", str(tmp_path / "p"), "--vendor", code).code == 0
    assert len(list((tmp_path / "p").iterdir())) == 2, "nor when they are written one after the other"


def test_print_attendance_puts_all_companies_in_one_file_a_format(call: Call, month: Path, tmp_path: Path) -> None:
    out = tmp_path / "汇总"
    done = call("print", "attendance", "--month", MONTH, "--out", str(out), "--json")
    assert (done.code, done.err) == (0, "")
    found = json.loads(done.out)
    assert [Path(each["path"]).name for each in found["files"]] == ["考勤汇总-2025-03.pdf", "考勤汇总-2025-03.xlsx"]
    assert [each["number"] for each in found["documents"]] == ["KQ-202503-QH", "KQ-202503-YS"]
    assert openpyxl.load_workbook(found["files"][1]["path"]).sheetnames == ["青禾", "远山"]
    assert (out / "考勤汇总-2025-03.pdf").read_bytes().startswith(b"%PDF")
    only = call("print", "attendance", "--month", MONTH, "--out", str(tmp_path / "p"), "--format", "pdf")
    assert only.out.startswith(str(tmp_path / "p" / "考勤汇总-2025-03.pdf"))
    assert call("print", "attendance", "--month", "2001-01", "--out", str(tmp_path / "n")).code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("print", "attendance", "--day", "2025-03-05", "--out", "x"), "考勤汇总表按月印，请写 --month 2026-03"),
        (("month", "settle"), "缺少 YYYY-MM"),
        (("month", "settle", "2025-3"), "“2025-3”不是月份"),
        (("month", "shut", "2025-03"), "没有“shut”"),
        (("export", "vendor", "2025-03"), "缺少 --out"),
        (("import", "wages", "x.csv"), "没有“wages”"),
    ],
)
def test_a_wrong_call_is_2(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("month", "settle", MONTH),
        ("export", "vendor", MONTH, "--out", "x"),
        ("print", "attendance", "--month", MONTH, "--out", "x"),
        ("import", "leave", "x.csv"),
        ("import", "dingtalk", "x.xlsx"),
    ],
)
def test_without_a_site_they_say_what_to_do(call: Call, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = call(*words, "--json")
    assert done.code == 1
    assert "opsdesk init --site" in json.loads(done.out)["refused"]


# the imports of the month


def test_leave_is_imported_whole_or_not_at_all(call: Call, site: Path, tmp_path: Path) -> None:
    day = opened(site).today() + timedelta(days=(7 - opened(site).today().weekday()))
    path = tmp_path / "请假.csv"
    head = "工号,姓名,请假类别,开始时间,结束时间,请假事由\n"
    path.write_text(f"{head}V001,王强,事假,{day},{day},家中有事\n", encoding="utf-8")
    tried = call("import", "leave", str(path), "--dry-run", "--json")
    assert tried.code == 0, tried
    assert json.loads(tried.out) == {"read": 1, "stored": 1, "duplicates": 0, "rejected": []}
    with opened(site).read() as connection:
        assert connection.execute(select(LeaveSlip.id)).first() is None
    assert call("import", "leave", str(path)).code == 0
    with opened(site).read() as connection:
        assert len(connection.execute(select(LeaveSlip.id)).all()) == 1
    assert json.loads(call("import", "leave", str(path), "--json").out)["duplicates"] == 1
    path.write_text(f"{head}V999,无名,事假,{day},{day},家中有事\n", encoding="utf-8")
    refused = call("import", "leave", str(path))
    assert refused.code == 1
    assert "V999" in refused.err


def test_holidays_are_imported_as_days(call: Call, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "放假.json"
    plan = {"source": "通知", "off": [["元旦", "2031-01-01", "2031-01-03"]], "work": [], "statutory": ["2031-01-01"]}
    path.write_text(json.dumps({"2031": plan}, ensure_ascii=False), encoding="utf-8")
    found = json.loads(call("import", "holidays", str(path), "--json").out)
    assert (found["read"], found["stored"], found["rejected"]) == (3, 3, [])
    again = call("import", "holidays", str(path))
    assert again.code == 0
    assert "原来就有 3 条" in again.out


def test_a_report_is_compared_and_nothing_is_changed(call: Call, month: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["每日统计 统计日期：2025-03-03 至 2025-03-03"],
        ["姓名", "工号", "日期", "上班1打卡时间", "上班1打卡结果", "下班1打卡时间", "下班1打卡结果", "迟到时长"],
        ["王强", "V001", "2025-03-03", "08:56", "迟到", "17:31", "正常", "40"],
    ):  # fmt: skip
        sheet.append(row)
    path = tmp_path / "钉钉.xlsx"
    book.save(path)
    done = call("import", "dingtalk", str(path), "--dry-run", "--json")
    assert done.code == 0, done
    found = json.loads(done.out)
    assert found["source"] == "钉钉"
    (late,) = [each for each in found["differences"] if each["staff_no"] == "V001" and "迟到" in each["figure"]]
    assert (late["day"], late["theirs"], late["ours"]) == ("2025-03-03", "40", "26")
    wrong = call("import", "wecom", str(path), "--dry-run")
    assert wrong.code == 1
    assert "钉钉" in wrong.err
    told = call("import", "dingtalk", str(path))
    assert told.code == 0
    assert "处不一致" in told.out
    with opened(month).read() as connection:
        assert connection.exec_driver_sql("SELECT act FROM ledger ORDER BY seq DESC LIMIT 1").scalar_one() == "考勤对照"
    sheet["H3"] = "很久"
    book.save(path)
    for words in (("--json",), ()):
        done = call("import", "dingtalk", str(path), "--dry-run", *words)
        assert done.code == 1, "a row was refused"
    assert "第 3 行：迟到时长“很久”不是数" in done.err

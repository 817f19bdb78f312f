"""`day`, `month` and `quarter`: status and close through the front door."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from a_call import Answer, Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import ClosedPeriod, Setting, Staff
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, backup, closing, closings
from opsdesk.services.context import Context

DAY, WHY = "2025-03-05", "系统上线前的一天，没有签到"


@pytest.fixture
def home(site: Path) -> Path:
    """Three people on site since January 2025, who did not sign on a day that is over on every machine."""
    ctx = opened(site)
    with ctx.transaction("三月") as tx:
        tx.insert(Setting, name="site.opened_on", value="2025-03-01")
        for row in tx.connection.execute(select(Staff.id)).all():
            tx.update(Staff, row.id, arrived_on=date(2025, 1, 1))
    ctx.writing.dispose()
    ctx.reading.dispose()
    return site


def opened(home: Path) -> Context:
    ctx = bootstrap.open_site(home)
    return ctx.acting_as(bootstrap.supervisor_of(ctx))


def closed(home: Path) -> list[str]:
    ctx = opened(home)
    with ctx.read() as connection:
        found = list(connection.execute(select(ClosedPeriod.label).order_by(ClosedPeriod.id)).scalars())
    ctx.reading.dispose()
    return found


def told(answer: Answer) -> dict:
    return json.loads(answer.out)


def test_status_needs_no_password_and_changes_nothing(call: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    done = call("day", "status", DAY)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "2025-03-05：未结 3 项。"
    assert lines[1] == "- 王强（青禾示例公司）应到 08:30，没有到岗记录，也没有请假。请补请假单或补签。"
    said = told(call("day", "status", DAY, "--json"))
    assert (said["period"], said["closed"], len(said["open"])) == (DAY, None, 3)
    assert said["open"][0]["door"] == "leave"
    assert closed(home) == []


def test_closing_locks_backs_up_and_writes_the_set(call: Call, home: Path, tmp_path: Path) -> None:
    refused = call("day", "close", DAY)
    assert refused.code == 1
    assert "还有 3 项没有了结" in refused.err
    assert closed(home) == []
    done = call("day", "close", DAY, "--because", WHY, "--out", str(tmp_path / "out"))
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0].startswith("2025-03-05 已日结（")
    assert "3 项没有了结" in lines[0]
    made = Path(lines[1].removeprefix("已备份，可恢复 ✔ "))
    assert made.name.endswith("-日结-2025-03-05.db")
    assert backup.check_file(made)
    assert (tmp_path / "out" / "日结-2025-03-05" / "日结-2025-03-05.pdf").is_file()
    assert (tmp_path / "out" / "日结-2025-03-05" / "日结-2025-03-05.xlsx").is_file()
    assert closed(home) == [DAY]
    again = call("day", "close", DAY, "--because", WHY)
    assert again.code == 1
    assert "已经日结" in again.err
    assert "由主管日结" in call("day", "status", DAY).out.splitlines()[0]


def test_the_object_names_the_backup_and_every_file(call: Call, home: Path) -> None:
    said = told(call("day", "close", DAY, "--because", WHY, "--json"))
    assert (said["because"], said["by"], len(said["open"]), said["troubles"]) == (WHY, "主管", 3, [])
    assert len(said["head"]) == 64
    assert [each["format"] for each in said["files"]] == ["pdf", "xlsx"]
    assert Path(said["files"][0]["path"]).is_relative_to(home / "exports")
    assert Path(said["backup"]["file"]).is_file()
    assert told(call("day", "status", DAY, "--json"))["closed"] == said["closed"]


def test_a_clerk_and_a_wrong_password_close_nothing(call: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = opened(home)
    accounts.create(ctx, name="李值班", role=Role.DESK, password="服务台的一个长密码")
    ctx.writing.dispose()
    ctx.reading.dispose()
    monkeypatch.setenv("OPSDESK_PASSWORD", "服务台的一个长密码")
    refused = call("day", "close", DAY, "--because", WHY, "--as", "李值班")
    assert refused.code == 1
    assert "需要主管来做" in refused.err
    refused = call("day", "close", DAY, "--because", WHY)
    assert (refused.code, "密码不对" in refused.err) == (1, True)
    assert closed(home) == []


def test_month_and_quarter_with_what_each_vendor_gets(call: Call, home: Path, tmp_path: Path) -> None:
    assert "2025-03 还没有月结" in call("quarter", "close", "2025Q1", "--because", WHY).err
    for number in (1, 2, 3):
        out = tmp_path / "out"
        done = call("month", "close", f"2025-{number:02}", "--because", WHY, "--out", str(out), "--json")
        assert done.code == 0, done
    said = told(done)
    books = [Path(each["path"]) for each in said["files"] if Path(each["path"]).parent.name == "单位"]
    assert {book.parent.parent.name for book in books} == {"月结-2025-03"}
    assert len(books) == 2
    assert call("month", "status", "2025-03").out.startswith("2025-03：")
    assert call("quarter", "close", "2025q1", "--because", WHY).code == 0
    assert closed(home) == ["2025-01", "2025-02", "2025-03", "2025Q1"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("day", "close", "2025-13-01"), "“2025-13-01”不是日期"),
        (("quarter", "close", "2025Q5"), "“2025Q5”不是季度"),
        (("month", "shut", "2025-03"), "没有“shut”"),
        (("day", "close"), "缺少 YYYY-MM-DD"),
    ],
)
def test_wrong_calls_are_told_in_words(call: Call, home: Path, words: tuple[str, ...], said: str) -> None:
    answer = call(*words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_where_the_papers_cannot_be_written_the_day_is_closed_and_told(call: Call, home: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("这里不是文件夹", encoding="utf-8")
    done = call("day", "close", DAY, "--because", WHY, "--out", str(blocked))
    assert done.code == 1
    assert "2025-03-05 已日结" in done.out
    assert "已备份，可恢复" in done.out
    assert "这个位置不是文件夹" in done.err
    ctx = opened(home)
    assert closing.status(ctx, closings.named(DAY)).closed is not None
    ctx.reading.dispose()

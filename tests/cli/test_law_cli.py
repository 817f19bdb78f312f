"""`law list`, `law show` and `law try`: the shipped law without a site, the amended one with it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from a_call import Call

from opsdesk import bootstrap
from opsdesk.services import amending
from opsdesk.services.law_library import shipped

FIGURES = [
    "late_count", "late_minutes", "count_fine", "minute_fine", "late_fine", "early_count", "early_minutes",
    "early_fine", "absent_days", "absent_wage_days", "awol_days", "total", "verdicts",
]  # fmt: skip


def tried(call: Call, *words: str) -> dict:
    done = call("law", "try", "month", *words, "--json")
    assert (done.code, done.err) == (0, ""), done
    return json.loads(done.out)


def test_a_month_is_tried_without_a_site(call: Call, tmp_path: Path) -> None:
    found = tried(call, "--late", "26,26,26,26", "--early", "30,30")
    assert list(found) == FIGURES
    verdicts = found.pop("verdicts")
    assert found == {
        "late_count": 4, "late_minutes": 104, "count_fine": 20, "minute_fine": 200, "late_fine": 220,
        "early_count": 2, "early_minutes": 60, "early_fine": 40, "absent_days": 0, "absent_wage_days": 0,
        "awol_days": 1, "total": 260,
    }  # fmt: skip
    assert all(isinstance(value, int) for value in found.values())
    assert [list(each) for each in verdicts] == [["clause", "amount", "because", "evidence"]] * 4
    assert [(each["clause"], each["amount"]) for each in verdicts] == [
        ("T2-ATT-07", 20), ("T2-ATT-09", 200), ("T2-ATT-10a", 40), ("T2-ATT-10b", 0),
    ]  # fmt: skip
    assert verdicts[0]["evidence"] == [f"第 {n} 次迟到 26 分" for n in (1, 2, 3, 4)]
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("words", "figure", "value"),
    [
        (("--late", "5,5,5"), "count_fine", 0),
        (("--late", "5,5,5", "--set", "late.free=2"), "count_fine", 20),
        (("--late", "61", "--set", "double.mode=B"), "late_fine", 40),
        (("--late", "61", "--set", "double.mode=C"), "absent_wage_days", 2),
        (("--late", "61", "--set", "absent.as=awol"), "awol_days", 1),
        (("--late", "61", "--set", "absent.as=计旷工一日"), "awol_days", 1),
        (("--late", "31", "--set", "absent.over=30"), "absent_days", 1),
        (("--late", "10," * 9 + "10", "--set", "late.combine=max"), "total", 140),
        (("--late", "10," * 9 + "10", "--set", "late.combine=从重取一"), "total", 140),
        (("--late", "10，10，10，10"), "late_count", 4),
        (("--early", "60,60", "--set", "early.awol_repeat=per60"), "awol_days", 2),
        (("--early", "60", "--set", "early.keep_fine=false"), "early_fine", 0),
        (("--early", "60", "--set", "early.keep_fine=不再扣"), "early_fine", 0),
        (("--late", "70", "--set", "late.bands=60=10,=70"), "minute_fine", 70),
        (("--late", "5,5,5", "--set", "late.free=2", "--set", "late.unit=30"), "count_fine", 30),
        (("--late", "5", "--set", "fine.cap_pct=1"), "total", 0),
        (("--late", "5", "--set", "missing.policy=half"), "total", 0),
        (("--late", "0,0"), "late_count", 0),
        ((), "total", 0),
        (("--regulation", "T3", "--late", "90"), "total", 0),
        (("--regulation", "t2", "--late", "60"), "total", 100),
    ],
)
def test_every_switch_changes_what_it_says(call: Call, words: tuple[str, ...], figure: str, value: int) -> None:
    assert tried(call, *words)[figure] == value


def test_a_long_lateness_is_told_by_its_number_and_not_by_a_day_nobody_meant(call: Call) -> None:
    (absent,) = [each for each in tried(call, "--late", "5,61")["verdicts"] if each["clause"] == "T2-ATT-08"]
    assert absent["because"].startswith("第 2 次迟到 61 分，单次超过 60 分，视当天缺勤")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--set", "late.fre=2"), "T2 没有“late.fre”这一项。可以写 "),
        (("--set", "late.free=两"), "不扣减的次数要填整数（次），“两”不是。"),
        (("--set", "double.mode=D"), "可填 A（缺勤一日"),
        (("--set", "early.awol_from=0"), "至少是 1"),
        (("--regulation", "T9"), "没有规章“T9”。现有 G、T1、"),
        (("--regulation", "E18", "--late", "5"), "请用 --regulation T2。"),
    ],
)
def test_what_cannot_be_tried_is_refused_with_a_way_out(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call("law", "try", "month", *words, "--json")
    assert done.code == 1
    assert said in json.loads(done.out)["refused"]
    assert said in done.err


def test_an_unknown_switch_names_the_known_ones(call: Call) -> None:
    said = call("law", "try", "month", "--set", "x=1").err
    for name in ("late.free", "double.mode", "early.keep_fine", "clock.grace", "missing.policy"):
        assert name in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("law",), "缺少 list|show|try"),
        (("law", "try", "month", "--late", "5,x"), "“5,x”不是分钟数，请写成 26,26,40"),
        (("law", "try", "month", "--late", "1441"), "每次不超过 1440 分"),
        (("law", "try", "month", "--late", ",".join(["1"] * 101)), "最多写 100 次"),
        (("law", "try", "month", "--set", "late.free"), "“late.free”看不懂，请写成 late.free=2"),
        (("law", "try", "week"), "没有“week”"),
        (("law", "show"), "缺少 KEY"),
    ],
)
def test_a_wrong_call_is_2(call: Call, words: tuple[str, ...], said: str) -> None:
    done = call(*words)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_help_names_the_commands_of_the_law_and_of_the_month(call: Call) -> None:
    said = call("--help").out
    for word in ("law", "month", "export"):
        assert f"    {word} " in said
    assert "late.free=2" in call("law", "try", "--help").out


def test_the_list_holds_every_clause(call: Call) -> None:
    found = json.loads(call("law", "list", "--json").out)["clauses"]
    assert len(found) == sum(len(each.clauses) for each in shipped().regulations) > 260
    by_key = {each["key"]: each for each in found}
    assert by_key["T2-ATT-07"]["values"] == {"late.free": 3, "late.unit": 20}
    assert by_key["T2-ATT-09"]["values"]["late.bands"] == "100=100,150=200,=500"
    assert {each["status"] for each in found if each["regulation"] == "E19"} >= {"待填"}
    only = json.loads(call("law", "list", "--regulation", "T2", "--json").out)["clauses"]
    assert {each["regulation"] for each in only} == {"T2"}
    assert len(only) == 35
    said = call("law", "list", "--regulation", "E18").out
    assert "重复，按其执行" in said
    assert "T2-ATT-07  二.7  计算" in call("law", "list", "--regulation", "T2").out


def test_a_clause_is_shown_with_its_values_readings_and_history(call: Call) -> None:
    found = json.loads(call("law", "show", "t2-att-09", "--json").out)
    assert (found["key"], found["number"], found["status"], found["held_from"]) == (
        "T2-ATT-09", "二.9", "生效", "2000-01-01",
    )  # fmt: skip
    combine = found["parameters"][-1]
    assert (combine["name"], combine["value"], combine["words"]) == ("late.combine", "sum", "相加")
    assert combine["readings"] == {"sum": "相加", "max": "从重取一"}
    assert [each["from"] for each in found["history"]] == ["2000-01-01"]
    said = call("law", "show", "T2-ATT-09").out
    for words in ("late.combine", "可选 sum（相加）、max（从重取一）", "至 100 分 100 元", "出处：制度范本篇二"):
        assert words in said, words


def test_an_unknown_clause_is_refused_with_near_ones(call: Call) -> None:
    done = call("law", "show", "ATT-10", "--json")
    assert done.code == 1
    assert "T2-ATT-10a、T2-ATT-10b" in json.loads(done.out)["refused"]
    assert "opsdesk law list" in call("law", "show", "没有的").err


def amend(home: Path, begins: date) -> None:
    ctx = bootstrap.open_site(home)
    amending.amend(
        ctx.acting_as(bootstrap.supervisor_of(ctx)),
        clause="T2-ATT-07",
        begins_on=begins,
        typed={"late.free": "1"},
        source="补充通知",
        reason="从严管理",
    )


def test_the_amended_law_of_a_site_counts_from_its_day_on(call: Call, site: Path) -> None:
    today = bootstrap.open_site(site).today()
    begins = today - timedelta(days=3)
    amend(site, begins)
    assert tried(call, "--late", "5,5")["count_fine"] == 20
    assert tried(call, "--late", "5,5", "--day", begins.isoformat())["count_fine"] == 20
    assert tried(call, "--late", "5,5", "--day", (begins - timedelta(days=1)).isoformat())["count_fine"] == 0
    found = json.loads(call("law", "show", "T2-ATT-07", "--json").out)
    assert [each["from"] for each in found["history"]] == ["2000-01-01", begins.isoformat()]
    assert "从严管理" in found["history"][-1]["entered"]
    assert "补充通知" in call("law", "show", "T2-ATT-07").out


def test_a_wording_says_where_its_figures_no_longer_hold(call: Call, site: Path) -> None:
    today = bootstrap.open_site(site).today()
    amend(site, today)
    before = (today - timedelta(days=1)).isoformat()
    for words in (("show", "T2-ATT-07"), ("list", "--regulation", "T2")):
        lines = [line for line in call("law", *words).out.splitlines() if "T2-ATT-07" in line]
        assert lines[0].endswith("（现按修订后的数值执行）")
        assert "现按修订后" not in call("law", *words, "--day", before).out
    assert json.loads(call("law", "show", "T2-ATT-07", "--json").out)["amended"] is True
    assert call("law", "list").out.count("现按修订后") == 1


def test_our_own_readings_are_named_by_their_number_alone(call: Call) -> None:
    assert call("law", "show", "G12").out.startswith("G12（G12）")

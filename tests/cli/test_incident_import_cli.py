"""`import incidents`: maps, new values, the shape of --json, and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from a_call import Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import ImportMap, Incident, IncidentOption

UCI = """number,opened_at,resolved_at,closed_at,priority,category,assignment_group,assigned_to,reopen_count
INC1,29/2/2016 01:16,29/2/2016 11:29,5/3/2016 12:00,1 - Critical,Category 55,Group 56,Resolver 89,0
INC2,29/2/2016 04:40,?,5/3/2016 13:00,3 - Moderate,Category 40,Group 70,?,1
INC3,29/2/2016 06:10,29/2/2016 02:10,5/3/2016 13:00,3 - Moderate,Category 40,Group 70,?,0
"""
MAP = """[columns]
number = "number"
reported_at = "opened_at"
resolved_at = "resolved_at"
closed_at = "closed_at"
severity = "priority"
category = "category"
vendor = "assignment_group"
person = "assigned_to"
reopened = "reopen_count"

[dates]
format = "%d/%m/%Y %H:%M"

[values.severity]
"1 - Critical" = "高"
"3 - Moderate" = "中"
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "incident_event_log.csv"
    path.write_text(UCI, encoding="utf-8")
    return path


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    path = tmp_path / "MAP.toml"
    path.write_text(MAP, encoding="utf-8")
    return path


def stored(site: Path) -> dict[str, tuple[str, str]]:
    ctx = bootstrap.open_site(site)
    with ctx.read() as connection:
        assert bootstrap.verify(connection) == []
        rows = connection.execute(select(Incident.number, Incident.severity, Incident.category))
        return {row.number: (row.severity, row.category) for row in rows}


def test_a_map_and_new_values_bring_another_systems_log_in(call: Call, site: Path, log: Path, chart: Path) -> None:
    words = ("import", "incidents", str(log), "--map", str(chart), "--create-values", "--json")
    tried = call(*words, "--dry-run")
    answer = json.loads(tried.out)
    assert (tried.code, answer["read"], answer["stored"], answer["duplicates"]) == (0, 3, 2, 0)
    assert stored(site) == {}
    done = call(*words)
    assert json.loads(done.out) == answer
    assert set(answer) == {"read", "stored", "duplicates", "rejected"}
    assert [set(each) for each in answer["rejected"]] == [{"row", "reason"}]
    assert answer["rejected"][0]["row"] == 4
    assert "早于" in answer["rejected"][0]["reason"]
    assert "“Category 55”" in done.err
    assert stored(site) == {"INC1": ("高", "Category 55"), "INC2": ("中", "Category 40")}
    again = json.loads(call("import", "incidents", str(log), "--json").out)  # the map is remembered
    assert (again["stored"], again["duplicates"], len(again["rejected"])) == (0, 2, 1)
    assert json.loads(call("verify", "--json").out)["sound"]


def test_without_create_values_new_words_are_refused_row_by_row(call: Call, site: Path, log: Path, chart: Path) -> None:
    refused = call("import", "incidents", str(log), "--map", str(chart))
    assert refused.code == 1
    assert "没有写入任何一条" in refused.out
    assert "第 2 行：系统里没有类别“Category 55”、外包单位“Group 56”、处理人“Resolver 89”。" in refused.err
    assert "--create-values" in refused.err
    assert stored(site) == {}
    with bootstrap.open_site(site).read() as connection:
        assert connection.execute(select(ImportMap.id)).all() == []
        names = connection.execute(select(IncidentOption.name).where(IncidentOption.what == "等级")).scalars()
        assert sorted(names) == sorted("高中低")


def test_our_own_headings_need_no_map(call: Call, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "旧登记.csv"
    path.write_text(
        "事件单编号,报告时间,事件标题,处理人\n1,2025-03-05 08:30,卡纸,V001\n2,?,卡纸,V001\n", encoding="gb18030"
    )
    done = call("import", "incidents", str(path))
    assert done.code == 0
    assert done.out.startswith("事件记录读到 2 条：存入 1 条，原来就有 0 条，有问题 1 条。")
    assert "第 3 行：报告时间是空的。" in done.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("number = ", "nummer = ", "“nummer”"),
        ('"opened_at"', '"opened"', "reported_at）是“opened”"),
        ("[columns]", "[columns", "第 1 行"),
        ("%d/%m/%Y %H:%M", "%d/%m %H:%M", "日期格式“%d/%m %H:%M”里没有年"),
        ("%d/%m/%Y %H:%M", "%Y%m%d", "与文件不符"),
        ("[values.severity]", "[values.opened_at]", "“opened_at”"),
    ],
)
def test_a_wrong_map_is_refused_whole(
    call: Call, site: Path, log: Path, chart: Path, old: str, new: str, said: str
) -> None:
    chart.write_text(MAP.replace(old, new, 1), encoding="utf-8")
    refused = call("import", "incidents", str(log), "--map", str(chart), "--create-values", "--json")
    answer = json.loads(refused.out)
    assert refused.code == 1
    assert said in answer["refused"]
    assert answer["refused"].endswith("。")
    assert (answer["read"], answer["stored"], answer["duplicates"]) == (0, 0, 0)
    assert answer["rejected"] == [{"row": 0, "reason": answer["refused"]}]
    assert refused.err.strip() == answer["refused"]
    assert stored(site) == {}


def test_dates_that_can_be_read_both_ways_are_refused_until_a_format_is_given(
    call: Call, site: Path, tmp_path: Path
) -> None:
    path = tmp_path / "两读.csv"
    path.write_text("编号,报告时间\n1,3/4/2016 08:00\n", encoding="utf-8")
    refused = call("import", "incidents", str(path), "--json")
    assert refused.code == 1
    assert "format" in json.loads(refused.out)["refused"]
    chart = tmp_path / "MAP.toml"
    chart.write_text('[dates]\nformat = "%d/%m/%Y %H:%M"\n', encoding="utf-8")
    assert json.loads(call("import", "incidents", str(path), "--map", str(chart), "--json").out)["stored"] == 1


def test_a_map_that_is_not_there_is_refused(call: Call, site: Path, log: Path) -> None:
    refused = call("import", "incidents", str(log), "--map", "没有.toml", "--json")
    assert refused.code == 1
    assert "找不到 MAP 文件" in json.loads(refused.out)["refused"]


@pytest.mark.parametrize("more", [("--map", "a.toml"), ("--create-values",)])
def test_maps_are_for_incidents_only(call: Call, site: Path, log: Path, more: tuple[str, ...]) -> None:
    wrong = call("import", "staff", str(log), *more)
    assert wrong.code == 2
    assert "只用于 incidents" in wrong.err

"""The asset ledger into the record: all or nothing, twice the same changes nothing, and states that go by acts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import filled_equipment as made
import pytest
from filled_site import as_role, load, run, whole
from sqlalchemy import func, select

from opsdesk.catalog import by_slug
from opsdesk.imports.templates import write_template
from opsdesk.models import Asset, ImportBatch
from opsdesk.register import Query
from opsdesk.registers.asset.importing import import_assets
from opsdesk.rules.vocabulary import Role
from opsdesk.services import chain
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal


def table(path: Path, *rows: Mapping[str, str]) -> Path:
    headings = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerows(rows)
    return path


def device(asset_no: str = "ZC-1", **more: str) -> dict[str, str]:
    return {"资产编号": asset_no, "分类": "办公设备", "设备名称": "笔记本电脑", **more}


def count(ctx: Context) -> int:
    with ctx.read() as connection:
        return connection.execute(select(func.count()).select_from(Asset)).scalar_one()


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def kept(ctx: Context, asset_no: str = "ZC-1") -> dict[str, Any]:
    (row,) = by_slug("asset").list(ctx, Query(asset_no)).rows
    return load(ctx, "asset", row.id)


def test_stores_devices_and_the_batch(site: Context, tmp_path: Path) -> None:
    path = table(
        tmp_path / "台账.csv",
        device(原值="6,800.50", 使用人="刘芳", 购置日期="2024-06-18", 维修记录="2025-01-02 换风扇"),
        device("ZC-2", 状态="报废"),
        device("ZC-3"),
    )
    assert import_assets(site, path).as_json() == {"read": 3, "stored": 3, "duplicates": 0, "rejected": []}
    first = kept(site)
    assert (first["value"], first["state"], first["repairs"]) == ("6800.50", "在用", "2025-01-02 换风扇")
    assert [kept(site, number)["state"] for number in ("ZC-2", "ZC-3")] == ["报废", "闲置"]
    with site.read() as connection:
        batch = connection.execute(select(ImportBatch.__table__)).mappings().one()
    assert (batch["what"], batch["file_name"], batch["rows_read"], batch["rows_stored"]) == ("assets", "台账.csv", 3, 3)
    whole(site)


def test_same_file_twice_changes_nothing(site: Context, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", device(原值="300", 维修记录="2025-01-02 换风扇"), device("zc-2", 状态="在用"))
    import_assets(site, path)
    before = links(site)
    assert import_assets(site, path).as_json() == {"read": 2, "stored": 0, "duplicates": 2, "rejected": []}
    assert links(site) == before


def test_repairs_entered_since_stay(site: Context, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", device(维修记录="2025-01-02 换风扇"))
    import_assets(site, path)
    run(site, "asset", "fault", 1, reason="不能开机")
    assert import_assets(site, path).duplicates == 1
    more = table(tmp_path / "b.csv", device(维修记录="2025-01-02 换风扇\n2025-07-01 换键盘"))
    assert import_assets(site, more).stored == 1
    assert kept(site)["repairs"].split("\n") == [
        "2025-01-02 换风扇", "2026-03-05 报修：不能开机", "2025-07-01 换键盘",
    ]  # fmt: skip


def test_changed_row_updates_and_empty_cells_say_nothing(site: Context, tmp_path: Path) -> None:
    made.asset(site, "ZC-1", value="300", place="库房")
    result = import_assets(site, table(tmp_path / "a.csv", device("zc-1", 存放地点="三楼", 原值="", 使用人="刘芳")))
    assert (result.stored, result.duplicates) == (1, 0)
    found = kept(site)
    assert (found["place"], found["value"], found["user"], found["asset_no"]) == ("三楼", "300.00", "刘芳", "ZC-1")


def test_one_bad_row_keeps_the_whole_ledger_out(site: Context, tmp_path: Path) -> None:
    before = links(site)
    result = import_assets(site, table(tmp_path / "a.csv", device(), device("ZC-2", 原值="很贵")))
    assert (result.read, result.stored, [finding.row for finding in result.rejected]) == (2, 0, [3])
    assert (count(site), links(site)) == (0, before)


def test_dry_run_says_what_would_be_stored(site: Context, tmp_path: Path) -> None:
    before = links(site)
    assert import_assets(site, table(tmp_path / "a.csv", device(), device("ZC-2")), dry_run=True).stored == 2
    assert (count(site), links(site)) == (0, before)


def test_lent_comes_about_by_a_loan_alone(site: Context, tmp_path: Path) -> None:
    refused = import_assets(site, table(tmp_path / "a.csv", device(状态="借出")))
    assert [(finding.row, finding.column, "借用单" in finding.reason) for finding in refused.rejected] == [
        (2, "状态", True)
    ]
    asset = made.asset(site, "ZC-1")
    made.lent(site, "ZC-1")
    same = table(tmp_path / "b.csv", {**device(状态="借出"), "品牌": "示例牌", "型号": "T14", "存放地点": "库房"})
    assert import_assets(site, same).duplicates == 1
    home = import_assets(site, table(tmp_path / "c.csv", device(状态="闲置")))
    assert "借用单" in home.rejected[0].reason
    assert load(site, "asset", asset)["state"] == "借出"


def test_user_of_what_was_given_out_does_not_change_by_a_list(site: Context, tmp_path: Path) -> None:
    asset = made.asset(site, "ZC-1")
    run(site, "asset", "issue", asset, taken_by="王强", purpose="驻场办公")
    refused = import_assets(site, table(tmp_path / "a.csv", device(使用人="刘芳")))
    assert [(finding.column, "先办理归还" in finding.reason) for finding in refused.rejected] == [("使用人", True)]
    assert import_assets(site, table(tmp_path / "b.csv", device(使用人="王强"))).rejected == ()


def test_desk_may_import_and_readers_may_not(site: Context, tmp_path: Path) -> None:
    path = table(tmp_path / "a.csv", device())
    for dry_run in (True, False):
        with pytest.raises(Refusal, match="登录"):
            import_assets(as_role(site, Role.READER), path, dry_run=dry_run)
    assert import_assets(as_role(site, Role.DESK), path).stored == 1


def test_unfilled_template_offends_nothing(site: Context, tmp_path: Path) -> None:
    write_template("assets", tmp_path / "t.xlsx")
    assert import_assets(site, tmp_path / "t.xlsx").as_json() == {
        "read": 0, "stored": 0, "duplicates": 0, "rejected": [],
    }  # fmt: skip

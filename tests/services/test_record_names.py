"""What checks found, in the words of the registers; paths and the engine's own words stay."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from opsdesk.models import Account, Base, Setting, Vendor
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts, record_names, settings
from opsdesk.services.context import Context


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("setting 第 99 行不在审计链中。", "设置 第 99 行不在审计链中。"),
        ("incident 第 3 行指向不存在的 vendor。", "事件记录 第 3 行指向不存在的 外包单位。"),
        ("个人信息附表中审计链第 5 条的 id_number 不见了。", "个人信息附表中审计链第 5 条的 证件号 不见了。"),
        ("个人信息附表中审计链第 5 条的 旁 不见了。", "个人信息附表中审计链第 5 条的 旁 不见了。"),
        ("一条（/home/report/staff/visit.db）。", "一条（/home/report/staff/visit.db）。"),
        (r"一条（D:\backup\incident-1.db）。", r"一条（D:\backup\incident-1.db）。"),
        (
            "数据库文件损坏：row 3 missing from index ix_staff_no。",
            "数据库文件损坏：row 3 missing from index ix_staff_no。",
        ),
    ],
)
def test_words_of_people_take_the_place_of_names_of_tables(found: str, said: str) -> None:
    assert record_names.in_words(found) == said
    assert record_names.in_words(said) == said, "what is in words already stays"


@pytest.fixture
def known(site: Context) -> dict[str, int]:
    """Rows by table: a setting, an account whose name is that of a table, a vendor, and a setting of nobody's."""
    settings.write(site, {"site.project": "政务运维"})
    accounts.create(site, name="room", role=Role.DESK, password="一句只有我知道的话")
    with site.transaction("试") as tx:
        vendor = tx.insert(Vendor, code="HX", name="华信系统集成有限公司", short_name="华信")
        strange = tx.insert(Setting, name="n7", value="x")
        rows = {"vendor": vendor, "strange": strange}
        rows["setting"] = tx.connection.execute(select(Setting.id).where(Setting.name == "site.project")).scalar_one()
        rows["account"] = tx.connection.execute(select(Account.id).where(Account.name == "room")).scalar_one()
    return rows


@pytest.mark.parametrize(
    ("table", "said"), [("setting", "设置 项目名称"), ("account", "账号 room"), ("vendor", "外包单位 华信")]
)
def test_what_has_a_name_is_called_by_it(site: Context, known: dict[str, int], table: str, said: str) -> None:
    with site.read() as connection:
        found = record_names.in_words(f"{table} 第 {known[table]} 行与审计链第 120 条不符：room 有变。", connection)
        gone = record_names.in_words(f"{table} 第 999 行不在审计链中。", connection)
    assert found == f"{said} 与审计链第 120 条不符：机房 有变。"
    assert gone == f"{record_names.table_words(table)} 第 999 行不在审计链中。"


def test_two_records_of_one_finding_are_both_named(site: Context, known: dict[str, int]) -> None:
    finding = f"vendor 第 {known['vendor']} 行和 setting 第 {known['strange']} 行、account 第 {known['account']} 行。"
    with site.read() as connection:
        said = record_names.in_words(finding, connection)
    assert said == f"外包单位 华信 和 设置 第 {known['strange']} 行、账号 room 。"


def test_every_setting_has_its_words_and_no_personal_name_is_told() -> None:
    assert record_names.words()["settings"].keys() == settings.DEFAULTS.keys()
    for table, column in record_names.NAMES.items():
        assert "personal" not in str(Base.metadata.tables[table].c[column].info).casefold()

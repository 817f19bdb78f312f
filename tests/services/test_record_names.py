"""What checks found, in the words of the registers; paths and the engine's own words stay."""

from __future__ import annotations

import pytest

from opsdesk.services import record_names


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

"""请假单 on paper, read back from the PDF, and 储备人员, whose training it prints."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pypdfium2
import pytest
import team as team_module
from filled_site import as_role, change, load, run, save, whole
from sqlalchemy import select
from team import Team, grant

from opsdesk.catalog import by_slug
from opsdesk.exports.document import Choice, Document, FormGrid
from opsdesk.exports.pdf import pdf_bytes
from opsdesk.models import Staff
from opsdesk.register import Query
from opsdesk.rules.vocabulary import Role
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TRAINED = date(2026, 1, 10)


@pytest.fixture
def crew(site: Context) -> Team:
    """The team, with the stand-by of the vendor whose people go on leave here."""
    made = team_module.build(site)
    with site.transaction("调储备") as tx:
        vendor = tx.connection.execute(select(Staff.vendor_id).where(Staff.id == made["1001"])).scalar_one()
        tx.update(Staff, made["2003"], vendor_id=vendor)
    return made


def paper(ctx: Context, slip: int) -> Document:
    made: Document = by_slug("leave").papers[0].make(ctx, slip)
    return made


def cells(document: Document) -> dict[str, Any]:
    (grid,) = document.body
    assert isinstance(grid, FormGrid)
    return {cell.label: cell.value for row in grid.rows for cell in row}


def text_of(document: Document) -> str:
    pdf = pypdfium2.PdfDocument(pdf_bytes(document))
    assert len(pdf) == 1
    return "".join(pdf[0].get_textpage().get_text_range().split())


def filed(ctx: Context, person: int, **more: Any) -> int:
    usual: dict[str, Any] = {
        "kind": "事假",
        "reason": "家中老人住院",
        "first_day": date(2026, 3, 6),
        "first_part": "下午",
    }
    return save(ctx, "leave", staff_id=person, **{**usual, **more})


def stand_by(ctx: Context, person: int, **more: Any) -> int:
    usual: dict[str, Any] = {
        "trained_on": TRAINED,
        "training": "到现场了解项目一周",
        "confirmed_by_personnel": "赵敏",
        "confirmed_by_user": "孙丽",
    }
    return save(ctx, "stand_by", staff_id=person, **{**usual, **more})


def state(ctx: Context) -> str:
    (row,) = by_slug("stand_by").list(ctx, Query()).rows
    return row.values["state"].word  # type: ignore[union-attr,no-any-return]


class TestPaper:
    def test_says_what_the_record_holds(self, site: Context, crew: Team) -> None:
        stand_by(site, crew["2003"])
        grant(site, crew["1001"], "2026-02-03 08:30", "2026-02-04 17:30", "年休假")
        grant(site, crew["1001"], "2026-02-05 08:30", "2026-02-05 17:30", "公出")
        slip = filed(
            site, crew["1001"], deputy_id=crew["2003"], handover="周五的割接由李敏负责", place="邻市",
            contact="13800001111", vendor_agreed_by="钱经理", sealed_on=date(2026, 3, 5), archive_no="DA-31",
        )  # fmt: skip
        text = text_of(paper(site, slip))
        for words in (
            "OD-F02 A/0", "请假单", "QJ-202603-001", "示例市信息中心", "2026年3月5日 08:00", "王强", "1001",
            "华信", "网络运维",
            "自 2026年3月6日 13:00 至 2026年3月6日 17:30", "共 0.5 天 4.5 小时", "家中老人住院", "邻市", "13800001111",
            "孙备（储备，已培训 2026-01-10）", "周五的割接由李敏负责", "2026 年 2.5 天", "钱经理",
            "盖章：2026年3月5日", "DA-31",
            "手续完备", "采用口径", "T2 二.4", "保存期限：3 年", "第 1 页", "经办人",
        ):  # fmt: skip
            assert words.replace(" ", "") in text, words

    def test_boxes_are_ticked(self, site: Context, crew: Team) -> None:
        early, late = filed(site, crew["1001"]), filed(site, crew["1002"], first_day=date(2026, 3, 5), kind="外出")
        sick = filed(
            site, crew["1003"], kind="病假", certificate="医院诊断书", hospital="市一院", hospital_level="市级"
        )
        ticked = {key: value.chosen for key, value in cells(paper(site, early)).items() if isinstance(value, Choice)}
        assert ticked == {"申请情形": ("事前申请",), "请假类别": ("事假",), "证明材料": ()}
        assert cells(paper(site, late))["申请情形"].chosen == ("特殊情况事后补交",)
        shown = cells(paper(site, sick))
        assert shown["证明材料"].chosen == ("市级以上医院诊断书",)
        assert shown["医院名称、级别"] == "市一院　市级"
        run(site, "leave", "certify", sick, certificate="医院诊断书", hospital="区医院", hospital_level="区县级")
        assert cells(paper(site, sick))["证明材料"].chosen == ("其他",)

    def test_later_acts_are_filled_in(self, site: Context, crew: Team) -> None:
        slip = filed(site, crew["1001"], first_day=date(2026, 3, 5), first_part="全天")
        run(site, "leave", "extend", slip, last_day=date(2026, 3, 6), reason="续")
        shown = cells(paper(site, slip))
        assert shown["续假：延至"] == "2026年3月6日 17:30（QJ-202603-002）"
        assert (shown["续假中心批准"], shown["续假公司批准"]) == ("", "")
        run(site, "leave", "agree", 2, vendor_agreed_by="钱经理")
        run(site, "leave", "consent", 2)
        shown = cells(paper(site, slip))
        assert (shown["续假中心批准"], shown["续假公司批准"]) == ("主管 2026-03-05", "钱经理 2026-03-05")
        assert shown["累计请假日数"].startswith("2026 年 1 天"), "the slip's year, up to its own begin"
        assert cells(paper(site, 2))["累计请假日数"].startswith("2026 年 2 天")

    def test_opinion_of_a_refused_and_an_open_slip(self, site: Context, crew: Team) -> None:
        slip = filed(site, crew["1001"], consented_by="")
        assert cells(paper(site, slip))["客户单位管理人员意见（签字）"] == ""
        assert "T2 二.3" in cells(paper(site, slip))["手续核对"]
        run(site, "leave", "refuse", slip, reason="当天割接")
        assert "不同意：当天割接" in cells(paper(site, slip))["客户单位管理人员意见（签字）"]

    @pytest.mark.parametrize(
        ("number", "more", "shown"),
        [
            ("2003", None, "孙备（储备，未培训）"),
            ("2003", {"trained_on": None}, "孙备（储备，未培训）"),
            ("2003", {}, "孙备（储备，已培训 2026-01-10）"),
            ("1002", None, "李敏（网络运维）"),
        ],
    )
    def test_who_takes_over_and_whether_trained(
        self, site: Context, crew: Team, number: str, more: dict[str, Any] | None, shown: str
    ) -> None:
        if more is not None:
            stand_by(site, crew[number], **more)
        assert cells(paper(site, filed(site, crew["1001"], deputy_id=crew[number])))["顶岗人"] == shown

    def test_absence_without_slip_has_no_paper(self, site: Context, crew: Team) -> None:
        grant(site, crew["1001"], "2026-02-03 08:30", "2026-02-04 17:30")
        with pytest.raises(Refusal, match="没有单据"):
            paper(site, -1)


class TestStandBy:
    def test_state_follows_training_both_signatures_and_the_mark(self, site: Context, crew: Team) -> None:
        made = stand_by(site, crew["2003"], trained_on=None)
        assert state(site) == "未培训"
        change(site, "stand_by", made, trained_on=date(2026, 3, 5), confirmed_by_user="")
        assert state(site) == "待确认"
        change(site, "stand_by", made, confirmed_by_user="孙丽")
        assert state(site) == "可顶岗"
        with site.transaction("不再储备") as tx:
            tx.update(Staff, crew["2003"], reserve=False)
        assert state(site) == "不再储备"
        for word, total in (("不再储备", 1), ("可顶岗", 0), ("待确认", 0), ("未培训", 0)):
            assert by_slug("stand_by").list(site, Query(filters={"state": word})).total == total
        whole(site)

    def test_only_stand_by_staff_and_each_once(self, site: Context, crew: Team) -> None:
        field = by_slug("stand_by").fields[0]
        assert field.options is not None
        assert [value for value, _ in field.options(site)] == [crew["2003"]]
        with pytest.raises(Refusal, match="不是储备人员"):
            stand_by(site, crew["1001"])
        stand_by(site, crew["2003"])
        with pytest.raises(Refusal, match="已经登记过") as refused:
            stand_by(site, crew["2003"])
        assert refused.value.field == "staff_id"

    def test_training_to_come_is_none(self, site: Context, crew: Team) -> None:
        with pytest.raises(Refusal) as refused:
            stand_by(site, crew["2003"], trained_on=date(2026, 3, 6))
        assert refused.value.field == "trained_on"
        made = stand_by(as_role(site, Role.DESK), crew["2003"], trained_on=date(2026, 3, 5))
        assert load(site, "stand_by", made)["trained_on"] == datetime(2026, 3, 5).date()

"""考核方案, 考核指标, 考核事项, 付款约定 and 奖惩建议 on a real database: both sides of every refusal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import filled_appraisal as made
import pytest
from filled_site import as_role, change, load, new_staff, new_vendor, run, save, whole
from sqlalchemy import select

from opsdesk.catalog import by_slug
from opsdesk.models import AppraisalEvent, AppraisalItem, AppraisalScheme, Measure, PaymentTerm
from opsdesk.register import Query, Row
from opsdesk.rules.scoring import ObjectKind, PeriodKind, Way
from opsdesk.rules.vocabulary import Role
from opsdesk.services import appraisal_schemes, chain, measures
from opsdesk.services.appraisal_schemes import Scheme
from opsdesk.services.context import Context
from opsdesk.services.errors import Refusal

TODAY = date(2026, 3, 5)
DAY = timedelta(days=1)


def rows(ctx: Context, slug: str, text: str = "", **filters: Any) -> list[Row]:
    return list(by_slug(slug).list(ctx, Query(text, filters)).rows)


def shown(ctx: Context, slug: str, key: str, **filters: Any) -> list[Any]:
    return [row.values[key] for row in rows(ctx, slug, **filters)]


def words(ctx: Context, slug: str, **filters: Any) -> list[str]:
    return [chip.word for chip in shown(ctx, slug, "state", **filters)]


def stored(ctx: Context, model: Any, record_id: int) -> dict[str, Any]:
    with ctx.read() as connection:
        return dict(connection.execute(select(model.__table__).where(model.id == record_id)).mappings().one())


def links(ctx: Context) -> int:
    with ctx.read() as connection:
        return chain.count(connection)


def offered(ctx: Context, slug: str, record_id: int) -> set[str]:
    values = load(ctx, slug, record_id)
    return {act.key for act in by_slug(slug).acts if act.offered is None or act.offered(values)}


def closed(ctx: Context, slug: str, record_id: int) -> bool:
    is_closed = by_slug(slug).closed
    assert is_closed is not None
    return is_closed(load(ctx, slug, record_id))


def scheme_of(ctx: Context, scheme_id: int) -> Scheme:
    with ctx.read() as connection:
        return appraisal_schemes.read(connection, scheme_id)


def use(ctx: Context, scheme_id: int) -> None:
    with ctx.transaction("建立考核") as tx:
        appraisal_schemes.freeze(tx, scheme_id, ctx.now())


@contextmanager
def refused(match: str, field: str = "") -> Iterator[None]:
    """Expect a Refusal that says this, beside this field."""
    with pytest.raises(Refusal, match=match) as info:
        yield
    assert info.value.field == field


@pytest.fixture
def scheme(site: Context) -> int:
    return made.scheme(site)


@pytest.fixture
def whole_scheme(site: Context, scheme: int) -> int:
    """A scheme that can be published."""
    made.item(site, scheme)
    return scheme


class TestScheme:
    def test_is_kept_and_shown_as_it_is_typed(self, site: Context, scheme: int) -> None:
        kept = scheme_of(site, scheme)
        assert (kept.code, kept.edition, kept.object_kind) == ("Z1", 1, ObjectKind.PERSON)
        assert kept.grades[0] == (Decimal(90), "优")
        assert load(site, "scheme", scheme)["grades"] == "优 90 良 75 合格 60 不合格 0"
        change(site, "scheme", scheme, grades="甲≥95，乙≥80，丙 0", title="新名称")
        assert load(site, "scheme", scheme)["grades"] == "甲 95 乙 80 丙 0"
        whole(site)

    def test_names_of_the_group_are_kept_with_one_kind_of_dot(self, site: Context, scheme: int) -> None:
        change(site, "scheme", scheme, leader="买买提•艾力", members="买买提・艾力\n 赵敏 \n\n")
        kept = scheme_of(site, scheme)
        assert (kept.leader, kept.members) == ("买买提·艾力", "买买提·艾力\n赵敏")

    def test_a_scheme_made_public_in_the_past_says_so(self, site: Context, whole_scheme: int) -> None:
        assert "早 1 天，请留好" in run(site, "scheme", "publish", whole_scheme, day=date(2026, 3, 4))

    def test_code_belongs_to_one_scheme_and_stays(self, site: Context, scheme: int) -> None:
        with refused("已经登记过", "code"):
            made.scheme(site, "z1")
        with refused("代码不能改", "code"):
            change(site, "scheme", scheme, code="Z2")
        made.scheme(site, "Z2")

    @pytest.mark.parametrize("typed", ["优", "优 60 良 90", "优 90 良 60"])
    def test_what_is_no_list_of_grades_is_refused(self, site: Context, typed: str) -> None:
        with refused("等", "grades"):
            made.scheme(site, grades=typed)

    @pytest.mark.parametrize(
        ("weights", "said"),
        [(["60", "39.99"], "还差 0.01 分"), (["60", "40.01"], "多了 0.01 分"), ([], "还没有考核指标")],
    )
    def test_weights_that_are_not_a_hundred_are_not_published(
        self, site: Context, scheme: int, weights: list[str], said: str
    ) -> None:
        for number, weight in enumerate(weights):
            made.item(site, scheme, f"指标{number}", weight=weight)
        assert said in load(site, "scheme", scheme)["told"]
        with refused(said):
            run(site, "scheme", "publish", scheme)

    def test_an_item_without_a_standard_is_not_published(self, site: Context, scheme: int) -> None:
        made.item(site, scheme, weight="60")
        bare = made.item(site, scheme, "守时", weight="40", standard="")
        with refused("“守时”还没有写评分标准"):
            run(site, "scheme", "publish", scheme)
        change(site, "scheme_item", bare, standard="守时得满分。")
        assert "已于 2026-03-05 公示" in run(site, "scheme", "publish", scheme)

    @pytest.mark.parametrize(
        ("kind", "source", "fits"),
        [
            ("个人", "inspection.missed", False), ("外包单位", "inspection.missed", True),
            ("部门", "inspection.missed", True), ("个人", "attendance.late", True), ("班组", "attendance.late", False),
        ],
    )  # fmt: skip
    def test_the_record_has_to_tell_whose_it_is(self, site: Context, kind: str, source: str, fits: bool) -> None:
        scheme = made.scheme(site, object_kind=kind)
        made.item(site, scheme, way="按次扣分", source=source, each="1")
        if fits:
            run(site, "scheme", "publish", scheme)
        else:
            with refused(f"分不到{kind}"):
                run(site, "scheme", "publish", scheme)

    def test_what_adds_to_the_score_has_no_weight(self, site: Context, whole_scheme: int) -> None:
        made.item(site, whole_scheme, "表扬", way="按次加分", source="event.praise", each="1", weight="")
        run(site, "scheme", "publish", whole_scheme)
        assert shown(site, "scheme", "weight")[-1] == "100 分／2 项"

    def test_published_on_a_day_that_has_come(self, site: Context, whole_scheme: int) -> None:
        with refused("还没有到", "day"):
            run(site, "scheme", "publish", whole_scheme, day=TODAY + DAY)
        assert "可以公示" in load(site, "scheme", whole_scheme)["told"]
        run(site, "scheme", "publish", whole_scheme, day=TODAY)
        assert load(site, "scheme", whole_scheme)["told"] == "2026-03-05 公示。\n要改请用“新版”。"
        assert scheme_of(site, whole_scheme).published_on == TODAY
        with refused("2026-03-05 已经公示"):
            run(site, "scheme", "publish", whole_scheme)

    @pytest.mark.parametrize("how", ["publish", "use"])
    def test_published_or_used_it_stands_with_its_items(self, site: Context, whole_scheme: int, how: str) -> None:
        (item,) = scheme_of(site, whole_scheme).items
        assert not closed(site, "scheme", whole_scheme)
        assert not closed(site, "scheme_item", item.id)
        if how == "publish":
            run(site, "scheme", "publish", whole_scheme)
        else:
            use(site, whole_scheme)
        before = links(site)
        said = "已经公示" if how == "publish" else "已经用来考核"
        with refused(f"{said}.*不能改.*新版"):
            change(site, "scheme", whole_scheme, title="别的名称")
        with refused(f"{said}.*不能改"):
            change(site, "scheme_item", item.id, weight="99")
        with refused(f"{said}.*不能改", "scheme_id"):
            made.item(site, whole_scheme, "再加一项")
        with refused(f"{said}.*不能改"):
            run(site, "scheme_item", "retire", item.id)
        assert links(site) == before
        assert closed(site, "scheme", whole_scheme)
        assert closed(site, "scheme_item", item.id)
        assert offered(site, "scheme_item", item.id) == set()
        assert scheme_of(site, whole_scheme).items == (item,)

    def test_a_used_one_can_be_published_afterwards(self, site: Context, whole_scheme: int) -> None:
        use(site, whole_scheme)
        assert words(site, "scheme", state="未公示")[-1] == "未公示"
        run(site, "scheme", "publish", whole_scheme)
        assert words(site, "scheme", state="在用") == ["在用"]

    def test_a_new_edition_is_a_copy_that_begins_on_a_day(self, site: Context, whole_scheme: int) -> None:
        other = made.item(site, whole_scheme, "多余")
        run(site, "scheme_item", "retire", other)
        with refused("可以直接改"):
            run(site, "scheme", "renew", whole_scheme, begins_on=TODAY)
        run(site, "scheme", "publish", whole_scheme)
        with refused("不能早于", "begins_on"):
            run(site, "scheme", "renew", whole_scheme, begins_on=date(2026, 2, 28))
        with refused("请填写“生效日”", "begins_on"):
            run(site, "scheme", "renew", whole_scheme)
        assert "第 2 版" in run(site, "scheme", "renew", whole_scheme, begins_on=date(2026, 4, 1))
        with site.read() as connection:
            first, second = (
                appraisal_schemes.read(connection, each) for each in appraisal_schemes.editions(connection, "Z1")
            )
        assert (second.edition, second.begins_on, second.published_on) == (2, date(2026, 4, 1), None)
        assert [each.title for each in second.items] == ["任务完成情况"]
        assert second.items[0].id != first.items[0].id
        with refused("第 2 版还没有公示"):
            run(site, "scheme", "renew", whole_scheme, begins_on=date(2026, 5, 1))
        change(site, "scheme_item", second.items[0].id, standard="新的标准。")
        assert scheme_of(site, whole_scheme).items == first.items
        run(site, "scheme", "publish", second.id)
        assert self.held(site, date(2026, 3, 31)) == 1
        assert self.held(site, date(2026, 4, 1)) == 2
        whole(site)

    def held(self, ctx: Context, day: date) -> int | None:
        with ctx.read() as connection:
            found = appraisal_schemes.in_force(connection, PeriodKind.MONTH, ObjectKind.PERSON, day, code="Z1")
        return found.edition if found else None

    def test_out_of_use_with_all_its_editions_and_back(self, site: Context, whole_scheme: int) -> None:
        run(site, "scheme", "publish", whole_scheme)
        run(site, "scheme", "renew", whole_scheme, begins_on=TODAY)
        assert "自 2026-03-06 起停用" in run(site, "scheme", "retire", whole_scheme, day=TODAY + DAY)
        assert self.held(site, TODAY) == 1
        assert self.held(site, TODAY + DAY) is None
        assert offered(site, "scheme", whole_scheme) == {"renew", "bring_back"}
        with refused("已经停用"):
            run(site, "scheme", "retire", whole_scheme)
        run(site, "scheme", "bring_back", whole_scheme)
        assert self.held(site, TODAY + DAY) == 1
        with refused("不需要恢复"):
            run(site, "scheme", "bring_back", whole_scheme)

    def test_every_state_of_the_filter_finds_its_rows(self, filled: Context) -> None:
        run(filled, "scheme", "retire", rows(filled, "scheme", "E19M")[0].id)
        seen = words(filled, "scheme")
        assert {"未公示", "已公示", "已停用"} <= set(seen)
        for word in ("未公示", "已公示", "在用", "已停用"):
            assert words(filled, "scheme", state=word) == [each for each in seen if each == word]
        assert set(shown(filled, "scheme", "code", object_kind="外包单位")) == {"T1Q"}
        assert set(shown(filled, "scheme", "code", period_kind="年度")) == {"T4Y"}

    def test_those_out_of_use_are_offered_last(self, site: Context) -> None:
        run(site, "scheme", "retire", rows(site, "scheme", "E19M")[0].id)
        labels = [label for _, label in appraisal_schemes.offered(site)]
        assert labels[0] == "E8P 第 1 版 个人月度考核（态度、效率、质量）"
        assert labels[-1] == "E19M 第 1 版 上门运维月度记分考核（已停用）"

    def test_the_desk_only_looks(self, site: Context, whole_scheme: int) -> None:
        desk = as_role(site, Role.DESK)
        for act, values in (("publish", {}), ("renew", {"begins_on": TODAY}), ("retire", {}), ("bring_back", {})):
            with refused("需要主管"):
                run(desk, "scheme", act, whole_scheme, **values)


class TestItem:
    def test_is_kept_as_it_is_scored(self, site: Context, scheme: int) -> None:
        item = made.item(
            site, scheme, "响应", weight="１２.５０", way="按比率", source="incident.within_response",
            ladder="≥95% 得 100%；90% 得 80%", clause="T1-FLT-01", target="98%",
        )  # fmt: skip
        (kept,) = scheme_of(site, scheme).items
        assert (kept.id, kept.weight, kept.way) == (item, Decimal("12.5"), Way.RATE)
        assert kept.ladder == ((Decimal(95), Decimal(1)), (Decimal(90), Decimal("0.8")))
        assert load(site, "scheme_item", item)["ladder"] == "95% 得 100%，90% 得 80%"
        assert load(site, "scheme_item", item)["weight"] == "12.5"

    @pytest.mark.parametrize(
        ("values", "field", "said"),
        [
            ({"weight": ""}, "weight", "请填写“权重”"),
            ({"weight": "0"}, "weight", "大于 0"),
            ({"weight": "100.01"}, "weight", "超过了 100 分"),
            ({"weight": "十分"}, "weight", "写成数字"),
            ({"weight": "1.234"}, "weight", "最多两位小数"),
            ({"weight": "-5"}, "weight", "写成数字"),
            ({"way": "按次加分", "source": "event.praise", "each": "1", "weight": "5"}, "weight", "不占权重"),
            ({"way": "按次扣分", "source": "attendance.late"}, "each", "每次"),
            ({"way": "按次扣分", "source": "attendance.late", "each": "0"}, "each", "每次"),
            ({"way": "按次扣分", "source": "attendance.late", "each": "1", "cap": "0"}, "cap", "大于 0"),
            ({"way": "按次扣分", "each": "1"}, "source", "请选择“取数”"),
            ({"way": "按次扣分", "source": "nothing.such", "each": "1"}, "source", "不在可选的范围内"),
            ({"way": "按次扣分", "source": "incident.resolved", "each": "1"}, "source", "按比率"),
            ({"way": "按比率", "source": "attendance.late"}, "source", "按次计"),
            ({"way": "按比率", "source": "incident.resolved", "each": "1"}, "each", "空着"),
            ({"way": "按比率", "source": "incident.resolved", "cap": "1"}, "cap", "空着"),
            ({"way": "按比率", "source": "incident.resolved", "ladder": "九成 得 100%"}, "ladder", "要写成"),
            ({"source": "event.other"}, "source", "人工评分"),
            ({"each": "1"}, "each", "人工评分"),
            ({"cap": "1"}, "cap", "人工评分"),
            ({"ladder": "95% 得 100%"}, "ladder", "只有按比率"),
            ({"clause": "T9-99"}, "clause", "不在可选的范围内"),
            ({"scheme_id": 999}, "scheme_id", "不在可选的范围内"),
            ({"place": 0}, "place", "1 到 999"),
        ],
    )  # fmt: skip
    def test_what_does_not_go_together_is_refused(
        self, site: Context, scheme: int, values: dict[str, Any], field: str, said: str
    ) -> None:
        before = links(site)
        with refused(said, field):
            made.item(site, **{"scheme_id": scheme, **values})
        assert links(site) == before

    @pytest.mark.parametrize(
        "values",
        [
            {"weight": "100"},
            {"weight": "0.01"},
            {"way": "按次扣分", "source": "attendance.late", "each": "0.5", "cap": "0.5"},
            {"way": "按次扣分", "source": "dispatch.points"},
            {"way": "按次扣分", "source": "event.complaint"},
            {"way": "按次加分", "source": "event.praise", "each": "1", "weight": "0"},
            {"way": "按次加分", "source": "event.praise", "each": "1", "weight": "", "cap": "5"},
            {"way": "按比率", "source": "incident.resolved"},
        ],
    )
    def test_what_goes_together_is_kept(self, site: Context, scheme: int, values: dict[str, Any]) -> None:
        item = made.item(site, scheme, **values)
        assert change(site, "scheme_item", item, target="变") == item

    def test_title_is_single_in_its_scheme(self, site: Context, scheme: int) -> None:
        first = made.item(site, scheme)
        with refused("已经有“任务完成情况”", "title"):
            made.item(site, scheme)
        made.item(site, made.scheme(site, "Z2"))
        run(site, "scheme_item", "retire", first)
        made.item(site, scheme)
        with refused("已经有“任务完成情况”", "title"):
            run(site, "scheme_item", "bring_back", first)

    def test_comes_last_unless_a_place_is_given(self, site: Context, scheme: int) -> None:
        for title, place in (("甲", None), ("乙", None), ("丙", 15)):
            made.item(site, scheme, title, place=place)
        assert [each.title for each in scheme_of(site, scheme).items] == ["甲", "丙", "乙"]
        assert shown(site, "scheme_item", "title", scheme_id=scheme) == ["甲", "丙", "乙"]

    def test_stays_in_its_scheme(self, site: Context, scheme: int) -> None:
        item = made.item(site, scheme)
        with refused("方案不能改", "scheme_id"):
            change(site, "scheme_item", item, scheme_id=made.scheme(site, "Z2"))

    def test_out_of_use_it_does_not_count_and_comes_back(self, site: Context, scheme: int) -> None:
        item = made.item(site, scheme)
        run(site, "scheme_item", "retire", item)
        assert scheme_of(site, scheme).items == ()
        with refused("已经停用"):
            run(site, "scheme_item", "retire", item)
        run(site, "scheme_item", "bring_back", item)
        assert [each.id for each in scheme_of(site, scheme).items] == [item]
        with refused("不需要恢复"):
            run(site, "scheme_item", "bring_back", item)
        assert stored(site, AppraisalItem, item)["left_on"] is None


class TestEvent:
    @pytest.fixture
    def vendor(self, site: Context) -> int:
        return new_vendor(site)

    @pytest.fixture
    def person(self, site: Context, vendor: int) -> int:
        return new_staff(site, vendor)

    def test_the_person_fixes_the_vendor(self, site: Context, vendor: int, person: int) -> None:
        other = new_vendor(site, "W02", "中科软件服务有限公司", "中科")
        event = made.event(site, person)
        assert stored(site, AppraisalEvent, event)["vendor_id"] == vendor
        made.event(site, person, vendor)
        with refused("王强属于华信系统集成有限公司", "vendor_id"):
            made.event(site, person, other)
        with refused("算谁的", "vendor_id"):
            made.event(site)
        assert stored(site, AppraisalEvent, made.event(site, None, other))["staff_id"] is None

    def test_numbers_count_on_in_the_month_of_the_day(self, site: Context, person: int) -> None:
        events = [made.event(site, person, day=day) for day in (TODAY, date(2026, 2, 28), TODAY)]
        numbers = [stored(site, AppraisalEvent, each)["number"] for each in events]
        assert numbers == ["KS-202603-001", "KS-202602-001", "KS-202603-002"]
        run(site, "appraisal_event", "void", events[2], reason="重复")
        assert stored(site, AppraisalEvent, made.event(site, person))["number"] == "KS-202603-003"

    def test_not_before_it_has_happened(self, site: Context, person: int) -> None:
        with refused("还没有到", "day"):
            made.event(site, person, day=TODAY + DAY)
        made.event(site, person, day=TODAY)

    @pytest.mark.parametrize(
        ("values", "field", "said"),
        [
            ({"facts": " "}, "facts", "请填写“事实”"), ({"proof": ""}, "proof", "请填写“证据”"),
            ({"points": "-2"}, "points", "写成数字"), ({"points": "100.5"}, "points", "超过了"),
            ({"kind": "迟到"}, "kind", "不在可选的范围内"), ({"clause": "X"}, "clause", "不在可选的范围内"),
            ({"day": None}, "day", "请填写"),
        ],
    )  # fmt: skip
    def test_facts_proof_and_points_are_asked_for(
        self, site: Context, person: int, values: dict[str, Any], field: str, said: str
    ) -> None:
        with refused(said, field):
            made.event(site, person, **values)

    def test_points_of_its_own_are_shown_with_their_sign(self, site: Context, person: int) -> None:
        for kind, points in (("违规", "2"), ("表扬", "0.5"), ("投诉", "")):
            made.event(site, person, kind=kind, points=points)
        assert shown(site, "appraisal_event", "points") == ["按方案", "+0.5", "−2"]

    def test_stands_as_it_was_entered(self, site: Context, person: int) -> None:
        event = made.event(as_role(site, Role.DESK), person)
        assert closed(site, "appraisal_event", event)
        before = links(site)
        for ctx in (site, as_role(site, Role.DESK)):
            with refused("不能改.*作废"):
                change(ctx, "appraisal_event", event, facts="改轻一点")
        assert links(site) == before
        assert load(site, "appraisal_event", event)["told"] == "2026-03-05 08:00 李值班登记。"

    def test_only_the_supervisor_voids_and_says_why(self, site: Context, person: int) -> None:
        event = made.event(site, person)
        with refused("需要主管"):
            run(as_role(site, Role.DESK), "appraisal_event", "void", event, reason="不算")
        with refused("请填写“作废原因”", "reason"):
            run(site, "appraisal_event", "void", event)
        run(site, "appraisal_event", "void", event, reason="查无此事")
        with refused("已经作废"):
            run(site, "appraisal_event", "void", event, reason="再来一次")
        assert "查无此事" in load(site, "appraisal_event", event)["told"]
        assert words(site, "appraisal_event", state="作废") == ["作废"]
        assert words(site, "appraisal_event", state="有效") == []
        whole(site)

    def test_the_clause_is_shown_as_people_call_it(self, filled: Context) -> None:
        assert shown(filled, "appraisal_event", "clause", kind="违规") == ["T2 一.10"]
        assert shown(filled, "scheme_item", "clause", way="人工评分")[0] == "E4 第 7 项"

    def test_filters_narrow(self, filled: Context) -> None:
        assert set(shown(filled, "appraisal_event", "kind", kind="表扬")) == {"表扬"}
        assert shown(filled, "appraisal_event", "kind", month="2026-02") == []
        assert len(shown(filled, "appraisal_event", "kind", month="2026-03")) == 4


class TestPaymentTerm:
    @pytest.fixture
    def contract(self, site: Context) -> int:
        return save(
            site, "contract", vendor_id=new_vendor(site), number="HT-1", begins_on=date(2026, 1, 1),
            ends_on=date(2026, 12, 31), hours="T1", penalties="T2",
        )  # fmt: skip

    def test_is_kept_in_fen_from_a_day_on(self, site: Context, contract: int) -> None:
        first = made.term(site, contract, fee="￥100,000.5", holds_from=date(2026, 1, 1))
        second = made.term(site, contract, fee="120000", holds_from=TODAY + DAY)
        assert stored(site, PaymentTerm, first)["quarter_fen"] == 10_000_050
        assert stored(site, PaymentTerm, first)["mode"] == ""
        assert shown(site, "payment_term", "fee") == ["120,000.00", "100,000.50"]
        assert words(site, "payment_term") == ["待执行", "执行中"]
        assert load(site, "payment_term", second)["history"].count("\n") == 1
        made.term(site, contract, holds_from=TODAY)
        assert words(site, "payment_term") == ["待执行", "执行中", "已停用"]

    def test_the_same_day_twice_corrects_that_day(self, site: Context, contract: int) -> None:
        first = made.term(site, contract)
        assert made.term(site, contract, fee="90000", mode="tier3") == first
        assert change(site, "payment_term", first, fee="95000") == first
        assert stored(site, PaymentTerm, first)["quarter_fen"] == 9_500_000
        for key, value in (("holds_from", TODAY), ("contract_id", self.another(site))):
            with refused("不能改", key):
                change(site, "payment_term", first, **{key: value})

    def another(self, ctx: Context) -> int:
        return save(
            ctx, "contract", vendor_id=rows(ctx, "vendor")[0].id, number="HT-2", begins_on=date(2026, 1, 1),
            ends_on=None, hours="T1", penalties="T2",
        )  # fmt: skip

    def test_holds_within_its_contract(self, site: Context, contract: int) -> None:
        for day in (date(2026, 1, 1), date(2026, 12, 31)):
            made.term(site, contract, holds_from=day)
        for day in (date(2025, 12, 31), date(2027, 1, 1)):
            with refused("起止日期（2026-01-01 至 2026-12-31）", "holds_from"):
                made.term(site, contract, holds_from=day)
        endless = self.another(site)
        made.term(site, endless, holds_from=date(2030, 1, 1))
        with refused("2026-01-01 至 以后", "holds_from"):
            made.term(site, endless, holds_from=date(2025, 12, 31))

    @pytest.mark.parametrize(
        ("values", "field", "said"),
        [
            ({"fee": "十万"}, "fee", "最多两位小数"), ({"fee": "1.234"}, "fee", "最多两位小数"),
            ({"fee": "-1"}, "fee", "最多两位小数"), ({"fee": "0"}, "fee", "大于 0"), ({"fee": ""}, "fee", "请填写"),
            ({"mode": "grade4"}, "shares", "要写各等比例"),
            ({"mode": "grade4", "shares": "优 100 良 95 合格 80"}, "shares", "依次写全"),
            ({"mode": "grade4", "shares": "甲 100 乙 95 丙 80 丁 0"}, "shares", "依次写全"),
            ({"mode": "grade4", "shares": "优 101 良 95 合格 80 不合格 0"}, "shares", "最多 100%"),
            ({"mode": "grade4", "shares": "优 90 良 95 合格 80 不合格 0"}, "shares", "不能高于"),
            ({"mode": "linear", "shares": "优 100 良 95 合格 80 不合格 0"}, "shares", "空着"),
            ({"mode": "tier3", "shares": "优 100 良 95 合格 80 不合格 0"}, "shares", "空着"),
            ({"mode": "half"}, "mode", "不在可选的范围内"),
        ],
    )  # fmt: skip
    def test_what_is_no_term_is_refused(
        self, site: Context, contract: int, values: dict[str, Any], field: str, said: str
    ) -> None:
        with refused(said, field):
            made.term(site, contract, **values)

    @pytest.mark.parametrize("mode", ["grade4", "regulation"])
    def test_shares_are_kept_by_grade(self, site: Context, contract: int, mode: str) -> None:
        term = made.term(site, contract, mode=mode, shares="优100％ 良：95 合格 80 不合格 0%")
        assert load(site, "payment_term", term)["shares"] == "优 100% 良 95% 合格 80% 不合格 0%"
        assert stored(site, PaymentTerm, term)["shares"].startswith('[["优", "100"]')

    def test_only_the_supervisor_writes_it(self, site: Context, contract: int) -> None:
        with refused("需要主管"):
            made.term(as_role(site, Role.DESK), contract)


class TestMeasure:
    @pytest.fixture
    def person(self, site: Context) -> int:
        return new_staff(site, new_vendor(site))

    def test_a_step_is_proposed_once(self, site: Context, person: int) -> None:
        first = made.measure(site, person)
        assert made.measure(site, person) == first
        other = made.measure(site, person, "书面警告")
        assert other != first
        assert [stored(site, Measure, each)["number"] for each in (first, other)] == ["JC-2026-0001", "JC-2026-0002"]
        later = made.measure(site, person, sentence="三个月扣满 12 分。")
        assert later not in {first, other}
        run(site, "measure", "decline", first, reason="初犯")
        assert made.measure(site, person) == first, "declined, it is not proposed again"

    def test_cites_its_clauses(self, site: Context, person: int) -> None:
        cited = site.law_on(TODAY).held("E10-05").cite()
        with site.transaction("提出奖惩建议") as tx:
            measure = measures.propose(
                tx, sheet_id=None, staff_id=person, kind="惩罚", step="口头警告", sentence="不合格。",
                citations=[cited], now=site.now(),
            )  # fmt: skip
        assert load(site, "measure", measure)["clauses"] == f"E10 四 {cited.wording}"
        assert load(site, "measure", measure)["whose"] == "王强"

    def test_the_supervisor_decides_once(self, site: Context, person: int) -> None:
        first, second = made.measure(site, person), made.measure(site, person, "培训")
        for act, values in (("accept", {}), ("decline", {"reason": "不必"})):
            with refused("需要主管"):
                run(as_role(site, Role.DESK), "measure", act, first, **values)
        with refused("请填写“不采纳的理由”", "reason"):
            run(site, "measure", "decline", first)
        assert run(site, "measure", "accept", first) == "JC-2026-0001 王强：口头警告，已采纳。"
        run(site, "measure", "decline", second, reason="已经训过")
        assert stored(site, Measure, second)["decided_at"] == datetime(2026, 3, 5, 8)
        for measure in (first, second):
            assert offered(site, "measure", measure) == set()
            for act in ("accept", "decline"):
                with refused("不能再改"):
                    run(site, "measure", act, measure, reason="反悔")
        assert load(site, "measure", second)["decided"] == "2026-03-05 08:00 主管 未采纳：已经训过。"
        whole(site)

    def test_what_waits_comes_first(self, filled: Context) -> None:
        assert words(filled, "measure")[0] == "建议"
        for word in ("建议", "已采纳", "未采纳"):
            assert words(filled, "measure", state=word) == [word]


def test_a_scheme_has_one_row_per_code_and_edition(filled: Context) -> None:
    with filled.read() as connection:
        pairs = connection.execute(select(AppraisalScheme.code, AppraisalScheme.edition)).all()
    assert len(set(pairs)) == len(pairs)
    assert ("Z1", 2) in [tuple(pair) for pair in pairs]

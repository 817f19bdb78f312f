"""考核方案 as shipped and as read: whole words, weights of 100, clauses that exist, the edition of a day."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from opsdesk.models import AppraisalItem, AppraisalScheme
from opsdesk.rules.scoring import ObjectKind, PeriodKind, Way, plain, propose, score, share_of, total
from opsdesk.services import appraisal_schemes, appraisal_typed, law_library
from opsdesk.services.appraisal_feeds import BY_KEY, Gives
from opsdesk.services.errors import Refusal

BEGINS = date(2026, 3, 1)
DAY = timedelta(days=1)
PERSON, MONTH = ObjectKind.PERSON, PeriodKind.MONTH


@pytest.fixture
def shipped(site):
    with site.read() as connection:
        return {
            code: appraisal_schemes.read(connection, appraisal_schemes.editions(connection, code)[0])
            for code in appraisal_schemes.codes(connection)
        }


def add(site, code="X1", edition=1, begins_on=BEGINS, *, weight="100", standard="做到得满分。", **more):
    """A monthly scheme of persons with one item scored by hand, and its id."""
    usual = {
        "title": "试用", "period_kind": "月度", "level": "部门级", "object_kind": "个人", "regulation": "T4",
        "grades": '[["60", "合格"], ["0", "不合格"]]', "grounds": "", "leader": "", "members": "", "remarks": "",
    }  # fmt: skip
    blank = dict.fromkeys(("target", "source", "each", "cap", "ladder", "clause"), "")
    with site.transaction("登记考核方案") as tx:
        made = tx.insert(AppraisalScheme, **{**usual, "code": code, "edition": edition, "begins_on": begins_on, **more})
        tx.insert(
            AppraisalItem, **blank, scheme_id=made, place=10, category="任务", title="完成情况", weight=weight,
            standard=standard, way="人工评分",
        )  # fmt: skip
    return made


def held(site, day, code="X1"):
    with site.read() as connection:
        found = appraisal_schemes.in_force(connection, MONTH, PERSON, day, code)
    return found and found.id


class TestShipped:
    def test_every_scheme_can_be_published_as_it_is(self, shipped):
        assert list(shipped) == ["T1Q", "T4M", "T4Y", "T4S", "E8P", "E19M"]
        for scheme in shipped.values():
            assert scheme.weight == 100
            assert appraisal_schemes.unfit(scheme) == "", scheme.code
            assert scheme.edition == 1
            assert scheme.published_on is None, "publishing is the supervisor's (T4-01)"
            assert scheme.grounds
            assert scheme.leader
            assert len(scheme.members.split("\n")) == 2, "值长和设备员 (T4-07)"
            assert scheme.grades[-1][0] == 0

    def test_every_clause_and_regulation_exists(self, shipped):
        law = law_library.shipped()
        for scheme in shipped.values():
            assert any(each.code == scheme.regulation for each in law.regulations)
            for item in scheme.items:
                assert law.clause(item.clause).key == item.clause

    def test_every_standard_is_a_sentence_that_says_the_points_of_the_item(self, shipped):
        for scheme in shipped.values():
            for item in scheme.items:
                assert item.standard.endswith("。")
                for least, share in item.ladder:
                    told = "满分" if share == 1 else f"{plain(share * 100)}%"
                    assert f"达到 {plain(least)}% 得{' ' if share < 1 else ''}{told}" in item.standard
                if item.each:
                    assert re.search(rf"[扣加] {re.escape(plain(item.each))} 分，", item.standard), item.title
                if item.cap:
                    assert f"最多加 {plain(item.cap)} 分" in item.standard

    def test_only_what_is_scored_by_hand_names_no_source(self, shipped):
        for scheme in shipped.values():
            for item in scheme.items:
                assert bool(item.source) is (item.way is not Way.HAND)
                assert (item.weight == 0) is (item.way is Way.BONUS)

    def test_every_source_is_a_feed_that_gives_what_the_item_counts(self, shipped):
        for scheme in shipped.values():
            for item in scheme.items:
                if item.source:
                    feed = BY_KEY[item.source]
                    assert (feed.gives is Gives.RATE) is (item.way is Way.RATE), item.title
                    assert feed.unit in {"%", "次", "分"} or feed.unit in item.standard, item.title

    def test_a_year_is_sixty_parts_months_and_forty_parts_targets(self, shipped):
        """X40: 月均 90、责任书 80 得 86.0 (T4-10)."""
        months, target = shipped["T4Y"].items
        assert months.weight * share_of(Decimal(90), months.ladder) + target.weight * 80 / 100 == 86

    def test_without_a_record_the_quarter_is_full(self, shipped):
        assert total(score(item, propose(item, (), None), {}) for item in shipped["T1Q"].items) == 100

    def test_one_is_found_for_each_kind_of_period(self, site):
        with site.read() as connection:
            for text, expected in (
                ("2026Q1", ["T1Q"]),
                ("2026-03", ["T4M", "E8P", "E19M"]),
                ("2026", ["T4Y"]),
                ("2026-03-01..2026-03-02", ["T4S"]),
            ):
                assert [each.code for each in appraisal_schemes.of_period(connection, text)] == expected
            with pytest.raises(ValueError, match="2026Q5"):
                appraisal_schemes.of_period(connection, "2026Q5")


class TestInForce:
    def test_an_edition_holds_from_its_first_day_on(self, site):
        first = add(site)
        assert held(site, BEGINS - DAY) is None
        assert held(site, BEGINS) == first
        second = add(site, edition=2, begins_on=BEGINS + 5 * DAY)
        assert held(site, BEGINS + 4 * DAY) == first
        assert held(site, BEGINS + 5 * DAY) == second

    def test_on_the_same_day_the_later_edition_holds(self, site):
        first = add(site)
        assert held(site, BEGINS) == first
        second = add(site, edition=2)
        assert held(site, BEGINS) == second

    def test_one_that_is_not_published_gives_way_to_one_that_is(self, site):
        first = add(site, published_on=BEGINS)
        add(site, edition=2, begins_on=BEGINS + DAY)
        assert held(site, BEGINS + DAY) == first

    def test_out_of_use_it_holds_until_the_day_before(self, site):
        made = add(site, ended_on=BEGINS + 2 * DAY)
        assert held(site, BEGINS + DAY) == made
        assert held(site, BEGINS + 2 * DAY) is None

    def test_without_a_code_the_scheme_made_first_is_taken(self, site):
        add(site)
        with site.read() as connection:
            found = appraisal_schemes.in_force(connection, MONTH, PERSON, BEGINS)
            assert found.code == "T4M"
            assert appraisal_schemes.in_force(connection, MONTH, ObjectKind.TEAM, BEGINS) is None
            assert appraisal_schemes.in_force(connection, MONTH, PERSON, BEGINS, "T1Q") is None

    def test_an_unknown_one_is_refused(self, site):
        with site.read() as connection, pytest.raises(Refusal, match="已经不在了"):
            appraisal_schemes.read(connection, 999)


class TestUse:
    def test_freezing_is_done_once(self, site):
        made = add(site)
        with site.transaction("考核") as tx:
            appraisal_schemes.freeze(tx, made, site.now())
            written = len(tx.entries)
            appraisal_schemes.freeze(tx, made, site.now() + timedelta(hours=1))
            assert len(tx.entries) == written
        with site.read() as connection:
            scheme = appraisal_schemes.read(connection, made)
        assert scheme.frozen

    @pytest.mark.parametrize(
        ("weight", "standard", "said"),
        [
            ("99.99", "有。", "还差 0.01 分"), ("100.01", "有。", "多了 0.01 分"), ("100", "", "还没有写评分标准"),
            ("100", "有。", ""),
        ],
    )  # fmt: skip
    def test_what_may_not_be_published_says_why(self, site, weight, standard, said):
        made = add(site, weight=weight, standard=standard)
        with site.read() as connection:
            told = appraisal_schemes.unfit(appraisal_schemes.read(connection, made))
        assert said in told
        assert bool(told) is bool(said)

    def test_items_out_of_use_are_left_out_and_groups_stay_together(self, site):
        made = add(site)
        blank = dict.fromkeys(("target", "source", "each", "cap", "ladder", "clause", "standard"), "")
        with site.transaction("登记考核指标") as tx:
            for place, category, title, left_on in (
                (20, "态度", "礼貌", None), (30, "任务", "守时", None), (40, "态度", "旧的", BEGINS),
            ):  # fmt: skip
                tx.insert(
                    AppraisalItem, **blank, scheme_id=made, place=place, category=category, title=title, weight="0",
                    way="人工评分", left_on=left_on,
                )  # fmt: skip
        with site.read() as connection:
            items = appraisal_schemes.read(connection, made).items
        assert [(each.place, each.title) for each in items] == [(1, "完成情况"), (2, "守时"), (3, "礼貌")]


class TestTyped:
    @pytest.mark.parametrize(
        "typed",
        [
            "优 90 良 75 合格 60 不合格 0",
            "优90良75合格60不合格0",
            "优≥９０，良≥75、合格≥60；不合格 0 分",
            "优:90 良:75 合格:60 不合格:0",
        ],
    )
    def test_grades_however_they_are_divided(self, typed):
        grades = appraisal_typed.read_grades(typed)
        assert appraisal_typed.grades_words(grades) == "优 90 良 75 合格 60 不合格 0"
        assert appraisal_typed.grades_of(appraisal_typed.kept_grades(grades)) == grades

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("", "要写成"), ("优", "要写成"), ("90", "要写成"), ("优 -90 良 0", "要写成"), ("优 九十", "要写成"),
            ("优 90 良 90 差 0", "从高到低"), ("优 60 良 90 差 0", "从高到低"), ("优 90 良 60", "从 0 分起"),
            ("优 90 优 0", "写了两次"), (f"{'优' * 11} 90 差 0", "太长"),
        ],
    )  # fmt: skip
    def test_what_is_no_list_of_grades_is_refused(self, typed, said):
        with pytest.raises(Refusal, match=said) as refused:
            appraisal_typed.read_grades(typed, "grades")
        assert refused.value.field == "grades"

    @pytest.mark.parametrize("typed", ["95% 得 100%，90% 得 80%", "≥95％得100 90得80", "95%得100%；90%得80%。"])
    def test_steps_however_they_are_divided(self, typed):
        ladder = appraisal_typed.read_ladder(typed)
        assert ladder == ((Decimal(95), Decimal(1)), (Decimal(90), Decimal("0.8")))
        assert appraisal_typed.ladder_words(ladder) == "95% 得 100%，90% 得 80%"
        assert appraisal_typed.ladder_of(appraisal_typed.kept_ladder(ladder)) == ladder

    @pytest.mark.parametrize(
        ("typed", "said"),
        [
            ("95%", "要写成"), ("95% 得", "要写成"), ("一半 得 100%", "要写成"), ("101% 得 100%", "最多 100%"),
            ("95% 得 101%", "最多 100%"), ("90% 得 80%，95% 得 100%", "从高到低"),
            ("95% 得 80%，90% 得 90%", "从高到低"),
        ],
    )  # fmt: skip
    def test_what_is_no_ladder_is_refused(self, typed, said):
        with pytest.raises(Refusal, match=said):
            appraisal_typed.read_ladder(typed)

    def test_no_ladder_is_none(self):
        assert appraisal_typed.read_ladder("  ") == ()
        assert appraisal_typed.kept_ladder(()) == ""

    def test_shares_of_the_fee(self):
        shares = appraisal_typed.read_shares("优 100% 良 95% 合格 80% 不合格 0%")
        assert appraisal_typed.shares_words(shares) == "优 100% 良 95% 合格 80% 不合格 0%"
        assert appraisal_typed.shares_of(appraisal_typed.kept_shares(shares)) == shares
        for typed, said in (("优 101%", "最多 100%"), ("优 80% 良 95%", "不能高于"), ("全付", "要写成")):
            with pytest.raises(Refusal, match=said):
                appraisal_typed.read_shares(typed)

    @pytest.mark.parametrize(
        ("typed", "expected"), [("2.5", "2.5"), ("０．５分", "0.5"), (" 1000 ", "1000"), ("", None), ("\u200b", None)]
    )
    def test_points(self, typed, expected):
        found = appraisal_typed.points({"each": typed}, "each", "每次扣分")
        assert found == (None if expected is None else Decimal(expected))

    @pytest.mark.parametrize("typed", ["-1", "1e2", "1.005", "一", "1000.01", "NaN"])
    def test_what_are_no_points_is_refused(self, typed):
        with pytest.raises(Refusal) as refused:
            appraisal_typed.points({"each": typed}, "each", "每次扣分")
        assert refused.value.field == "each"

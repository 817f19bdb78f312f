"""What the scoring page says of an appraisee: sums, payment, state; titles of items in narrow columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from opsdesk.register import Chip, Tone
from opsdesk.rules import scoring
from opsdesk.rules.clause import Citation
from opsdesk.rules.payment import Mode, Money, Pay
from opsdesk.rules.scoring import Item, LineState, ObjectKind, Proposal, Ruling, ScorerKind, Way
from opsdesk.services.appraisal import Scored
from opsdesk.services.appraisal_money import ContractPay
from opsdesk.services.appraisal_record import Mark, Sheet
from opsdesk.services.appraisal_subjects import Subject
from opsdesk.ui.kit import look
from opsdesk.ui.pages import appraisal_item, appraisal_line
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_painting import wrapped

CITED = Citation("T1-APP-01", "T1", "2.4", "按得分付款", date(2000, 1, 1))
EVENTS = Item(1, 1, "规定", "违规", Decimal(10), way=Way.EVENTS, source="event.violation", each=Decimal(6))
HAND = Item(2, 2, "服务", "态度", Decimal(10))
SHEET = Sheet(7, 1, "KH-2026Q1-001", Subject(ObjectKind.VENDOR, "华信", 1, None, "华信"), {
    "filed_at": None, "opinion": "", "answered_at": None, "submitted_at": None, "talk_at": None, "decided_at": None,
})  # fmt: skip


def proposal(n: int) -> Proposal:
    return Proposal(f"event.violation|{n}", Decimal(-6), "没有佩戴工作证。", (f"appraisal_event:{n}",))


def scored(**more: object) -> Scored:
    events = scoring.score(EVENTS, [proposal(1), proposal(2)], {})
    items = (events, scoring.by_hand(HAND, None, "", ()))
    usual = Scored(SHEET.subject, items, Decimal(10), "良", sheet=SHEET)
    return replace(usual, **more)  # type: ignore[arg-type]  # a field each


def pay(percent: str | None, fen: int | None, *, negotiated: bool = False) -> tuple[ContractPay, ...]:
    share = None if percent is None else Decimal(percent)
    made = Pay(Mode.TIER3, "分三档", share, 100_000_00, fen, "", "得分 10。", CITED, negotiated)
    return (ContractPay("HT-1", "一卡通", made),)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, ("—", "")),
        ({"pays": pay("92.5", 92_500_00)}, ("92.5%", "92,500 元")),
        ({"pays": pay("71.92", 112_195_20)}, ("71.92%", "112,195.20 元")),
        ({"pays": pay(None, None, negotiated=True)}, ("协商", "")),
        ({"pays": pay(None, None)}, ("待定", "")),
        ({"money": Money(Decimal(3), 150_00, "扣 3 分。", CITED)}, ("150", "")),
    ],
)
def test_payment_in_words(more: dict[str, object], said: tuple[str, str]) -> None:
    assert rows.pay_words(scored(**more)) == said


def test_the_state_says_what_is_left_to_do() -> None:
    assert rows.state_chip(scored()) == Chip("未评 1 · 待 2", Tone.WARNING)
    done = (scoring.by_hand(HAND, Decimal(10), "", ()),)
    assert rows.state_chip(scored(items=done)) == Chip("待核定", Tone.INFORMATION)
    decided = replace(SHEET, row={**SHEET.row, "decided_at": date(2026, 4, 1)})
    assert rows.state_chip(scored(sheet=decided)) == Chip("已核定", Tone.INFORMATION)
    assert rows.state_chip(scored(sheet=decided, stale=Decimal(9))) == Chip("记录有变", Tone.WARNING)


def test_a_cell_shows_lines_that_wait_and_an_item_with_nothing_left() -> None:
    both = scored().items[0]
    assert rows.item_cell(scored(), both, rows.DECIDED) == rows.Cell("0", "已扣完", 2)
    ruled = {each.key: Ruling(LineState.CONFIRMED, each.points) for each in (proposal(1), proposal(2))}
    assert rows.item_cell(scored(), scoring.score(EVENTS, [proposal(1), proposal(2)], ruled), rows.DECIDED).waiting == 0
    cut = both.lines[1]
    assert appraisal_line.decision_words(EVENTS, cut) == "应扣 6 分，本项已扣完，只扣 4 分。"


def test_others_stand_below_where_they_differ() -> None:
    given = (
        Mark(1, ScorerKind.SELF, "华信", Decimal(9), ""),
        Mark(2, ScorerKind.GROUP, "赵敏", Decimal(8), "没有回电"),
        Mark(3, ScorerKind.GROUP, "钱进", Decimal(9), "没有回电"),
        Mark(4, ScorerKind.DECIDED, "主管", Decimal("8.5"), "没有回电"),
    )
    each = scored(sheet=replace(SHEET, marks={2: given}))
    item = scoring.by_hand(HAND, Decimal("8.5"), "没有回电", ())
    assert rows.item_cell(each, item, rows.DECIDED) == rows.Cell("8.5", "自 9")
    member = rows.Scorer(ScorerKind.GROUP, "赵敏")
    assert rows.item_cell(each, item, member) == rows.Cell("8", "计 8.5")
    assert appraisal_item.spread_words(given) == "小组 2 人：最高 9 · 最低 8 · 平均 8.5"
    assert appraisal_item.spread_words(given[:2]) == ""


def test_a_title_breaks_between_any_two_signs_and_ends_with_dots(qapp: QApplication) -> None:
    metrics = QFontMetrics(look.font(look.SECONDARY_SIZE))
    width = metrics.horizontalAdvance("三个字") + 1
    assert wrapped("按时响应率", metrics, width, 3) == ["按时响", "应率"]
    assert wrapped("事件记录单交单", metrics, width, 3) == ["事件记", "录单交", "单"]
    long = wrapped("机房进出违规和非工作时间使用", metrics, width, 2)
    assert len(long) == 2
    assert long[1].endswith("…")

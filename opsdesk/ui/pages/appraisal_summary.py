"""A sheet as a whole: score, grade, what it pays with the arithmetic, where points were lost, what one more costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from opsdesk.register import Tone
from opsdesk.rules.amounts import in_yuan
from opsdesk.rules.clause import Citation
from opsdesk.rules.scoring import Item, ScoredItem, plain
from opsdesk.services.appraisal import Scored
from opsdesk.services.money import in_capitals, yuan
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import ChipLabel, Figure, icon_label, label, link_button
from opsdesk.ui.pages import appraisal_rows as rows

AskClause = Callable[[str, date], object]
OneMore = Sequence[tuple[Item, Decimal, int | None]]
MOST_MORE = 6


def head(column: QVBoxLayout, scored: Scored) -> None:
    """State and number, then the figures that matter."""
    chip = rows.state_chip(scored)
    row = QHBoxLayout()
    row.setSpacing(look.px(8))
    row.addWidget(ChipLabel(chip.word, chip.tone))
    row.addWidget(label(rows.head_words(scored)[1], "secondary"), 1)
    if scored.sheet:
        row.addWidget(label(scored.sheet.number, "secondary"))
    column.addLayout(row)
    figures = QHBoxLayout()
    figures.setSpacing(look.px(16))
    decided = rows.scored_over(scored)
    figures.addWidget(Figure(plain(scored.score), "核定得分" if decided else "现在得分"), 1)
    if scored.grade:
        figures.addWidget(Figure(scored.grade, "等级"), 1)
    if scored.pays:
        figures.addWidget(Figure(rows.pay_words(scored)[0], "付款系数"), 1)
    column.addLayout(figures)
    if scored.stale is not None:
        now, then = plain(scored.stale), plain(scored.score)
        said = f"现在算得 {now} 分，核定的是 {then} 分" if now != then else "得分不变，扣分明细有不同"
        column.addWidget(notice(f"核定后记录有变动：{said}。要改请先撤回核定。"))


def money(column: QVBoxLayout, scored: Scored, last: date, ask: AskClause) -> None:
    """What each contract pays with its arithmetic and clause, the whole in capitals; or what points come to."""
    for each in scored.pays:
        column.addWidget(label(f"{each.contract} {each.project}".strip(), "heading", wraps=True))
        column.addWidget(label(each.pay.sentence, wraps=True))
        column.addLayout(_clause(each.pay.citation, f"付款口径：{each.pay.mode_word}", last, ask))
    amount = yuan(scored.amount_fen)
    if amount is not None:
        whole = label(f"应付 {in_yuan(amount, exact=True)} 元", "heading")
        whole.setFont(look.font(bold=True, tabular=True))
        column.addWidget(whole)
        column.addWidget(label(f"人民币（大写）{in_capitals(amount)}", "secondary", wraps=True))
    if scored.money is not None:
        column.addWidget(label("积分折算", "heading"))
        column.addWidget(label(scored.money.sentence, wraps=True))
        column.addLayout(_clause(scored.money.citation, "", last, ask))


def lost(column: QVBoxLayout, scored: Scored, ask: Callable[[int], object]) -> None:
    """The items that cost points, the most first, each a way to its lines; then what is not scored yet."""
    costly = sorted((each for each in scored.items if each.score < each.base), key=lambda each: each.score - each.base)
    earned = [each for each in scored.items if each.score > each.base]
    column.addWidget(label("得失", "heading"))
    if not costly and not earned:
        column.addWidget(label("没有扣分。", "secondary"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(look.px(8))
    grid.setVerticalSpacing(look.px(2))
    grid.setColumnStretch(1, 1)
    for place, each in enumerate([*costly, *earned]):
        grid.addWidget(_figure(f"{each.score - each.base:+f}", each), place, 0)
        button = link_button(each.item.title)
        button.setToolTip("看这一项为什么是这个分")
        button.clicked.connect(partial(_press, ask, each.item.id))
        grid.addWidget(button, place, 1, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(
            label(f"{plain(each.score)} / {plain(each.base)}" if each.base else "加分", "secondary"), place, 2
        )
    column.addLayout(grid)
    if scored.blanks:
        names = "、".join(item.title for item in scored.blanks[:6]) + ("等" if len(scored.blanks) > 6 else "")
        column.addWidget(notice(f"还有 {len(scored.blanks)} 项没有评分，合计里先按满分：{names}。"))
    if scored.open_lines and not rows.scored_over(scored):
        column.addWidget(notice(f"还有 {scored.open_lines} 条拟扣分或加分没有确认、修改或免除。"))


def one_more(column: QVBoxLayout, scored: Scored, found: OneMore) -> None:
    """再有一次会怎样: the score after one more event of an item, and how much less is paid."""
    moving = sorted((each for each in found if each[1] != scored.score), key=lambda each: (-(each[2] or 0), each[1]))
    if not found:
        return
    column.addWidget(label("再有一次会怎样", "heading"))
    grid = QGridLayout()
    grid.setHorizontalSpacing(look.px(12))
    grid.setVerticalSpacing(look.px(4))
    grid.setColumnStretch(0, 1)
    paid = any(less is not None for _, _, less in moving)
    for place, (item, score, less) in enumerate(moving[:MOST_MORE]):
        grid.addWidget(label(f"{item.title}再扣一次"), place, 0)
        grid.addWidget(_right(f"得 {plain(score)} 分"), place, 1)
        if paid:
            grid.addWidget(_right(f"少付 {rows.amount_words(less)} 元" if less else "付款不变"), place, 2)
    column.addLayout(grid)
    rest = [f"{item.title}（{plain(score)} 分）" for item, score, _ in moving[MOST_MORE:]]
    still = [item.title for item, score, _ in found if score == scored.score]
    said = [f"其余：{'、'.join(rest)}。"] if rest else []
    said += [f"已扣完、再发生也不变的：{'、'.join(still)}。"] if still else []
    for sentence in said:
        column.addWidget(label(sentence, "secondary", wraps=True))


def notice(sentence: str, tone: Tone = Tone.WARNING) -> QWidget:
    """A sentence that is not to be overlooked."""
    made = QFrame()
    look.dress(made, class_="notice", tone=tone.value)
    row = QHBoxLayout(made)
    row.setContentsMargins(*(look.px(8),) * 4)
    row.setSpacing(look.px(8))
    row.addWidget(icon_label(look.TONE_ICONS[tone], tone.value), 0, Qt.AlignmentFlag.AlignTop)
    row.addWidget(label(sentence, wraps=True), 1)
    return made


def _clause(cited: Citation, said: str, last: date, ask: AskClause) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(look.px(8))
    button = link_button(cited.short)
    button.setToolTip(cited.wording)
    button.clicked.connect(lambda: ask(cited.key, last))
    row.addWidget(button)
    row.addWidget(label(said, "secondary"), 1)
    return row


def _figure(text: str, each: ScoredItem) -> QLabel:
    moved = each.score - each.base
    made = label(f"{'+' if moved > 0 else '−'}{plain(abs(moved))}")
    made.setFont(look.font(bold=True, tabular=True))
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    made.setMinimumWidth(look.px(40))
    made.setAccessibleName(text)
    return made


def _right(text: str) -> QLabel:
    made = label(text, "secondary")
    made.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return made


def _press(ask: Callable[[int], object], item_id: int, _checked: bool = False) -> None:
    ask(item_id)

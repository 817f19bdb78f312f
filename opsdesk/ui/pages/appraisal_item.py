"""为什么是 27.5 分: one item of one appraisee, with its standard, its lines, and what each scorer gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from opsdesk.rules.scoring import ScoredItem, ScorerKind, Way, plain
from opsdesk.services.appraisal import Scored
from opsdesk.services.appraisal_record import Mark
from opsdesk.ui.kit import look
from opsdesk.ui.kit.parts import Figure, label, link_button
from opsdesk.ui.pages import appraisal_rows as rows


def head(column: QVBoxLayout, each: ScoredItem, clause: str, ask: Callable[[], object]) -> None:
    """The figure, how it comes about, the standard, and the clause that the item follows (“T1 5 故障”)."""
    item = each.item
    bonus = item.way is Way.BONUS
    full = (
        f"最多加 {plain(item.cap)} 分" if bonus and item.cap else "加分项" if bonus else f"满分 {plain(item.weight)} 分"
    )
    figure = "未评" if each.blank else f"{'+' if bonus and each.score else ''}{plain(each.score)}"
    row = QHBoxLayout()
    row.setSpacing(look.px(16))
    row.addWidget(Figure(figure, full), 0, Qt.AlignmentFlag.AlignTop)
    column.addLayout(row)
    words = QVBoxLayout()
    words.setSpacing(look.px(4))
    words.addWidget(label(sum_words(each), "heading", wraps=True))
    if item.standard:
        words.addWidget(label(item.standard, "secondary", wraps=True))
    target = QHBoxLayout()
    target.setSpacing(look.px(8))
    if clause:
        button = link_button(clause)
        button.setToolTip("查看这条规章")
        button.clicked.connect(ask)
        target.addWidget(button)
    target.addWidget(label(f"目标 {item.target}" if item.target else "", "secondary"), 1)
    words.addLayout(target)
    row.addLayout(words, 1)


def sum_words(each: ScoredItem) -> str:
    """满分 30 − 扣 2.5 = 27.5: the figure as a sum of its lines."""
    item = each.item
    if each.blank:
        return "还没有人评分，合计里先按满分。"
    moved = each.score - each.base
    if item.way is Way.BONUS:
        return f"{len(each.lines)} 条，共加 {plain(each.score)} 分" if each.score else "本期没有加分"
    if not moved:
        return f"满分 {plain(each.base)}，没有扣分"
    return f"{plain(each.base)} − {plain(-moved)} = {plain(each.score)}"


def marks(column: QVBoxLayout, each: ScoredItem, scored: Scored) -> None:
    """What every scorer gave with his reason, and how far the group is apart."""
    given = scored.marks.get(each.item.id, ())
    column.addWidget(label("评分", "heading"))
    if not given:
        column.addWidget(label("还没有人评分。在表格里直接打数字。", "secondary", wraps=True))
        return
    grid = QGridLayout()
    grid.setHorizontalSpacing(look.px(12))
    grid.setVerticalSpacing(look.px(6))
    grid.setColumnStretch(2, 1)
    order = {ScorerKind.SELF: 0, ScorerKind.GROUP: 1, ScorerKind.DECIDED: 2}
    for place, mark in enumerate(sorted(given, key=lambda mark: order[mark.scorer_kind])):
        who = str(mark.scorer_kind) if mark.scorer_kind is ScorerKind.SELF else f"{mark.scorer_kind} {mark.scorer}"
        grid.addWidget(label(who, "secondary"), place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(_points(plain(mark.points)), place, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(mark.reason, "secondary", wraps=True), place, 2)
    column.addLayout(grid)
    if spread := spread_words(given):
        column.addWidget(label(spread, "secondary", wraps=True))


def spread_words(given: Sequence[Mark]) -> str:
    """最高 9 · 最低 7 · 平均 8.33: the marks of the group, where there are several."""
    points = [mark.points for mark in given if mark.scorer_kind is ScorerKind.GROUP]
    if len(points) < 2:
        return ""
    most, least, mean = (plain(each) for each in (max(points), min(points), rows.mean_of(points)))
    return f"小组 {len(points)} 人：最高 {most} · 最低 {least} · 平均 {mean}"


def _points(text: str) -> QLabel:
    made = label(text)
    made.setFont(look.font(bold=True, tabular=True))
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    return made


def nothing(column: QVBoxLayout, each: ScoredItem) -> None:
    """That no line stands there, and where one would come from."""
    said = {
        Way.EVENTS: "本期记录里没有要扣分的事。",
        Way.BONUS: "本期没有登记加分的事项。",
        Way.RATE: "这一项没有取到数。",
        Way.HAND: "",
    }[each.item.way]
    if said:
        column.addWidget(label(said, "secondary", wraps=True))


def references(each: ScoredItem) -> list[str]:
    """All records behind the lines of an item."""
    return [reference for line in each.lines for reference in line.proposal.evidence]


def spacer(column: QVBoxLayout) -> None:
    """A little air between two parts."""
    column.addSpacing(look.px(4))


Found = Mapping[str, str]
Content = tuple[QWidget, QVBoxLayout]


def content() -> Content:
    """An empty part of the panel with its column."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(look.px(12))
    return made, column

"""Several marks of one column at once, as in a sheet: filled down, copied, pasted, taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from opsdesk.registers.appraisal.marks import typed_points
from opsdesk.rules.scoring import Item, ScorerKind, plain
from opsdesk.services.errors import Refusal
from opsdesk.services.text import one_line
from opsdesk.ui.pages import appraisal_rows as rows
from opsdesk.ui.pages.appraisal_mark import NO_REASON

if TYPE_CHECKING:
    from opsdesk.ui.pages.appraisal_grid import ScoringGrid


@dataclass(frozen=True)
class Typed:
    """Points as typed for the appraisee of a row, with the fact behind them; empty points take a mark back."""

    row: int
    points: str
    reason: str = ""


BlockAct = Callable[["ScoringGrid"], Sequence[Typed] | None]
"""What is done with the cells chosen: what it makes of them, if anything."""


def fill_down(grid: ScoringGrid) -> Sequence[Typed]:
    """The mark of the first cell chosen for all below it; of a single cell, that of the cell above. May refuse."""
    column, chosen = grid.place[1], grid.table.chosen_rows()
    source, below = (chosen[0] - 1, chosen) if len(chosen) == 1 else (chosen[0], chosen[1:])
    if source < 0:
        raise Refusal("上面没有分数可以向下填。请先选中一列里的几格，或者站在要填的那一格。")
    item = _item(grid, column)
    points, reason = grid.model.given(source, column)
    if points is None:
        name = grid.model.objects[source].subject.name
        raise Refusal(f"{name}的“{item.title}”还没有打分，没有分数可以向下填。")
    return _checked(grid, item, [Typed(row, plain(points), reason) for row in below])


def paste(grid: ScoringGrid) -> Sequence[Typed]:
    """The clipboard's column from the first cell chosen on; a single mark for all chosen. May refuse, and then nothing.

    A second column holds the facts behind points taken off; a blank line leaves its cell as it is.
    """
    column, chosen = grid.place[1], grid.table.chosen_rows()
    lines = [line.split("\t") for line in QGuiApplication.clipboard().text().rstrip("\r\n").splitlines()]
    if not any(part.strip() for line in lines for part in line) or not chosen:
        raise Refusal("剪贴板里没有分数。请先在表格里复制一列分数，再粘贴。")
    if any(len(line) > 2 for line in lines):
        raise Refusal("剪贴板里不止一列分数，没有粘贴。请只复制一列分数，或者分数和事实依据两列。")
    if len(lines) == 1:
        lines *= len(chosen)
    left = grid.model.rowCount() - chosen[0]
    if len(lines) > left:
        raise Refusal(f"剪贴板有 {len(lines)} 行，从这里往下只有 {left} 行，没有粘贴。请核对从哪一行开始。")
    typed = [
        Typed(chosen[0] + place, "".join(line[0].split()), one_line(line[1]) if len(line) > 1 else "")
        for place, line in enumerate(lines)
        if line[0].strip()
    ]
    return _checked(grid, _item(grid, column), typed)


def take_back(grid: ScoringGrid) -> Sequence[Typed]:
    """The marks chosen, taken back; a cell without one stays as it is."""
    column = grid.place[1]
    item = grid.model.item_at(column)
    if item is None or not rows.by_hand(item) or grid.closed:
        return ()
    chosen = [row for row in grid.table.chosen_rows() if not rows.closed(grid.model.objects[row])]
    return [Typed(row, "") for row in chosen if grid.model.given(row, column)[0] is not None]


def copy(grid: ScoringGrid) -> None:
    """The marks chosen on the clipboard, a line each; the facts in a second column where there are any."""
    marks = [grid.model.given(row, grid.place[1]) for row in grid.table.chosen_rows()]
    lines = [("" if points is None else plain(points), reason) for points, reason in marks]
    told = any(reason for _, reason in lines)
    QGuiApplication.clipboard().setText("\n".join("\t".join(line) if told else line[0] for line in lines))


def _item(grid: ScoringGrid, column: int) -> Item:
    item = grid.model.item_at(column)
    if grid.closed:
        raise Refusal(grid.closed)
    if item is None:
        raise Refusal("合计、等级和付款由程序计算，不能填写。请到人工评分的列里填。")
    if not rows.by_hand(item):
        raise Refusal(f"“{item.title}”由记录取数，不能直接打分。请按回车在右侧逐条确认、修改或免除。")
    return item


def _checked(grid: ScoringGrid, item: Item, typed: Sequence[Typed]) -> Sequence[Typed]:
    """What was typed, if all of it can be kept; else a Refusal that names the first who stands in the way."""
    asks = grid.wants_facts and grid.model.scorer.kind is not ScorerKind.SELF
    for each in typed:
        scored = grid.model.objects[each.row]
        if why := rows.closed(scored):
            raise Refusal(f"没有填写：{why}")
        try:
            points = typed_points(each.points, item)
        except Refusal as refusal:
            raise Refusal(f"没有填写，{scored.subject.name}：{refusal}") from None
        if asks and not each.reason and points is not None and points < item.weight:
            said = f"没有填写，{scored.subject.name} {plain(points)} 分：{NO_REASON}"
            raise Refusal(f"{said}可以把依据写在分数右边的一列，一起粘贴。")
    return typed

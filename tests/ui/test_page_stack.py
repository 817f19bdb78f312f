"""Pages of which one is seen: those out of sight are not asked how high they are, however many there are."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from opsdesk.ui.kit.flow import FlowRow
from opsdesk.ui.kit.page_stack import PageStack


class Asked(FlowRow):
    """Counts how often it is asked."""

    times = 0

    def heightForWidth(self, width: int) -> int:
        self.times += 1
        return super().heightForWidth(width)


def page() -> tuple[QWidget, Asked]:
    made, row = QWidget(), Asked()
    for word in ("签到", "签退", "撤销", "打印") * 4:
        row.add(QLabel(word))
    column = QVBoxLayout(made)
    column.addWidget(row)
    column.addStretch(1)
    return made, row


def test_no_page_out_of_sight_is_measured_and_the_one_seen_is_laid_out_whole(qtbot: Any) -> None:
    window, stack = QWidget(), PageStack()
    qtbot.addWidget(window)
    QVBoxLayout(window).addWidget(stack)
    pages = [page() for _ in range(12)]
    for made, _ in pages:
        stack.addWidget(made)
    window.resize(220, 400)
    with qtbot.waitExposed(window):
        window.show()
    for made, _ in pages:
        stack.setCurrentWidget(made)
    for _, row in pages:
        row.times = 0
    stack.setCurrentWidget(pages[3][0])
    assert {place for place, (_, row) in enumerate(pages) if row.times} <= {3, 11}, (
        "the one that comes and the one that goes"
    )
    row = pages[3][1]
    assert row.height() == row.heightForWidth(row.width()) > QLabel("签到").sizeHint().height()

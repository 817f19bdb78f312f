"""The look on every window, and the stand to show parts on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from stand import Stand, make_stand

from opsdesk.services.errors import Trouble
from opsdesk.ui.kit import look


@pytest.fixture(autouse=True)
def worn(qapp: QApplication) -> None:
    """Every window of a test wears the look."""
    if not qapp.property("worn"):
        look.apply(qapp, dark=False)
        qapp.setProperty("worn", True)


@pytest.fixture
def stand(qtbot: Any) -> Iterator[Stand]:
    made = make_stand()
    qtbot.addWidget(made.window)
    yield made
    made.desk.operations.close()


@pytest.fixture
def disk_full() -> Trouble:
    return Trouble("磁盘已满，没有保存。", remedy="请清理磁盘后再保存一次。")

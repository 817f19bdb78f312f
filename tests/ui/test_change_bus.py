from __future__ import annotations

from PySide6.QtWidgets import QWidget
from shiboken6 import delete

from opsdesk.ui.kit.change_bus import ChangeBus


def watched(qtbot, bus: ChangeBus, *topics: str) -> tuple[QWidget, list[int]]:
    widget, refreshed = QWidget(), []
    qtbot.addWidget(widget)
    bus.watch(widget, topics, lambda: refreshed.append(1))
    return widget, refreshed


def test_a_visible_page_refreshes_once_for_many_acts(qtbot) -> None:
    bus = ChangeBus()
    widget, refreshed = watched(qtbot, bus, "staff", "roster")
    widget.show()
    bus.announce({"staff"})
    bus.announce({"roster", "other"})
    assert refreshed == []
    qtbot.waitUntil(lambda: bool(refreshed))
    qtbot.wait(10)
    assert refreshed == [1]


def test_other_topics_do_not_concern_it(qtbot) -> None:
    bus = ChangeBus()
    widget, refreshed = watched(qtbot, bus, "staff")
    widget.show()
    bus.announce({"sign_in"})
    bus.announce(frozenset())
    qtbot.wait(10)
    assert refreshed == []


def test_a_hidden_page_refreshes_when_looked_at(qtbot) -> None:
    bus = ChangeBus()
    widget, refreshed = watched(qtbot, bus, "staff")
    bus.announce({"staff"})
    qtbot.wait(10)
    assert refreshed == []
    widget.show()
    qtbot.waitUntil(lambda: refreshed == [1])
    widget.hide()
    widget.show()
    qtbot.wait(10)
    assert refreshed == [1]


def test_hidden_again_before_its_turn_it_waits(qtbot) -> None:
    bus = ChangeBus()
    widget, refreshed = watched(qtbot, bus, "staff")
    widget.show()
    bus.announce({"staff"})
    widget.hide()
    qtbot.wait(10)
    assert refreshed == []
    widget.show()
    qtbot.waitUntil(lambda: refreshed == [1])


def test_a_deleted_page_is_forgotten(qtbot) -> None:
    bus = ChangeBus()
    widget, refreshed = QWidget(), []
    bus.watch(widget, {"staff"}, lambda: refreshed.append(1))
    widget.show()
    bus.announce({"staff"})
    delete(widget)
    bus.announce({"staff"})
    qtbot.wait(10)
    assert refreshed == []

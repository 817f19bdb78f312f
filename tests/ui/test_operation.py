from __future__ import annotations

import logging
import threading
from typing import Any

import pytest
from PySide6.QtCore import QElapsedTimer, Qt, QTimer
from PySide6.QtWidgets import QPushButton, QWidget
from shiboken6 import delete

from opsdesk.register import Tone
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit.notices import ProgressStrip
from opsdesk.ui.kit.operation import Fault


def raising(error: BaseException) -> Any:
    raise error


def test_work_runs_in_one_thread_in_order_and_answers_here(stand, qtbot) -> None:
    operations, threads, answers = stand.desk.operations, [], []
    here = threading.get_ident()
    for n in range(20):
        operations.run(
            lambda n=n: (threads.append(threading.get_ident()), n)[1],
            done=lambda n: answers.append((n, threading.get_ident())),
        )
    assert operations.wait_idle()
    assert answers == [(n, here) for n in range(20)]
    assert len(set(threads)) == 1
    assert threads[0] != here


def test_an_outcome_is_announced_before_done(stand, qtbot) -> None:
    page, told = QWidget(), []
    qtbot.addWidget(page)
    stand.desk.bus.watch(page, {"staff"}, lambda: told.append("refreshed"))
    page.show()
    stand.desk.operations.run(lambda: Outcome(7, frozenset({"staff"})), done=lambda outcome: told.append(outcome.value))
    stand.desk.operations.wait_idle()
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == [7, "refreshed"]


def test_answers_for_a_deleted_page_are_dropped(stand) -> None:
    page, told, gate = QWidget(), [], threading.Event()
    stand.desk.operations.run(gate.wait, done=told.append, owner=page)
    stand.desk.operations.run(lambda: raising(Refusal("不行。")), failed=told.append, owner=page)
    delete(page)
    gate.set()
    assert stand.desk.operations.wait_idle()
    assert told == []


def test_a_refusal_goes_to_failed_or_becomes_a_notice(stand) -> None:
    told: list[Any] = []
    refusal = Refusal("本日已日结，请走更正。", field="day")
    stand.desk.operations.run(lambda: raising(refusal), failed=told.append)
    stand.desk.operations.run(lambda: raising(refusal))
    stand.desk.operations.wait_idle()
    assert told == [refusal]
    assert [(n.sentence, n.tone) for n in stand.desk.notices.shown] == [("本日已日结，请走更正。", Tone.WARNING)]


def test_trouble_is_told_with_its_remedy(stand, disk_full: Trouble) -> None:
    stand.desk.operations.run(lambda: raising(disk_full))
    stand.desk.operations.wait_idle()
    assert [(n.sentence, n.tone) for n in stand.desk.notices.shown] == [
        ("磁盘已满，没有保存。请清理磁盘后再保存一次。", Tone.BROKEN)
    ]


def test_a_bug_is_logged_without_personal_figures_and_the_program_lives_on(stand, caplog) -> None:
    told: list[Any] = []
    with caplog.at_level(logging.ERROR):
        stand.desk.operations.run(lambda: raising(ZeroDivisionError("证件 610113199003070011")), failed=told.append)
        stand.desk.operations.wait_idle()
    (fault,) = told
    assert isinstance(fault, Fault)
    (sentence,) = stand.desk.notices.sentences()
    assert fault.code in sentence
    assert fault.code in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "199003070011" not in caplog.text
    stand.desk.operations.run(lambda: 1, done=told.append)
    stand.desk.operations.wait_idle()
    assert told[-1] == 1


def test_a_bug_in_a_slot_is_reported_by_the_hook(stand, caplog) -> None:
    with caplog.at_level(logging.ERROR):
        try:
            raising(KeyError("x"))
        except KeyError as error:
            stand.desk.operations.catch_faults(KeyError, error, error.__traceback__)
    assert "KeyError" in caplog.text
    assert len(stand.desk.notices.sentences()) == 1
    with pytest.raises(SystemExit):
        stand.desk.operations.catch_faults(KeyboardInterrupt, KeyboardInterrupt(), None)


def test_a_busy_button_takes_no_press_and_keeps_the_focus(stand, qtbot) -> None:
    button, presses, gate = QPushButton("保存"), [], threading.Event()
    qtbot.addWidget(button)
    button.clicked.connect(lambda: presses.append(1))
    button.show()
    button.setFocus()
    stand.desk.operations.run(gate.wait, busy=button)
    assert button.property("busy") is True
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    button.click()
    assert presses == []
    assert button.isEnabled()
    gate.set()
    stand.desk.operations.wait_idle()
    assert button.property("busy") is False
    button.click()
    assert presses == [1]


def test_only_the_last_question_of_a_name_is_answered(stand, qtbot) -> None:
    page, gate, asked, told = QWidget(), threading.Event(), [], []
    qtbot.addWidget(page)
    stand.desk.operations.run(gate.wait)
    for text in ("w", "wq", "wqq"):
        stand.desk.operations.run(
            lambda text=text: (asked.append(text), text)[1], done=told.append, owner=page, replaces="list"
        )
    gate.set()
    stand.desk.operations.wait_idle()
    assert asked == ["wqq"]
    assert told == ["wqq"]


def test_an_error_of_a_question_nobody_waits_for_is_not_told(stand, qtbot) -> None:
    page, begun, gate = QWidget(), threading.Event(), threading.Event()
    qtbot.addWidget(page)

    def ask() -> None:
        begun.set()
        gate.wait()
        raise Trouble("读不出来。")

    stand.desk.operations.run(ask, owner=page, replaces="list")
    assert begun.wait(5)
    stand.desk.operations.run(lambda: None, owner=page, replaces="list")
    gate.set()
    stand.desk.operations.wait_idle()
    assert stand.desk.notices.sentences() == []


def test_the_window_goes_on_while_work_runs(stand, qtbot) -> None:
    gate, beats = threading.Event(), []
    heart = QTimer(interval=5)
    heart.timeout.connect(lambda: beats.append(1))
    heart.start()
    stand.desk.operations.run(gate.wait)
    qtbot.waitUntil(lambda: len(beats) > 5)
    assert not stand.desk.operations.idle
    gate.set()
    assert stand.desk.operations.wait_idle()


def test_wait_idle_gives_up_in_time(stand) -> None:
    gate = threading.Event()
    stand.desk.operations.run(gate.wait)
    clock = QElapsedTimer()
    clock.start()
    assert not stand.desk.operations.wait_idle(30)
    assert clock.elapsed() < 1000
    gate.set()
    assert stand.desk.operations.wait_idle()


def test_short_work_shows_no_strip_and_long_work_shows_how_far(stand, qtbot) -> None:
    stand.window.show()
    gate, told = threading.Event(), []

    def export(progress: Any) -> str:
        progress(300, 1200)
        gate.wait()
        return "ok"

    stand.desk.operations.run_long(lambda progress: "at once", "导出", done=told.append)
    stand.desk.operations.wait_idle()
    assert told == ["at once"]
    assert stand.window.findChildren(ProgressStrip) == []
    stand.desk.operations.run_long(export, "导出到岗记录", done=told.append)
    qtbot.waitUntil(lambda: len(stand.window.findChildren(ProgressStrip)) == 1)
    (strip,) = stand.window.findChildren(ProgressStrip)
    assert strip.text() == "导出到岗记录…"
    qtbot.waitUntil(lambda: strip.text() == "导出到岗记录：300 / 1,200（25%）", timeout=4000)
    gate.set()
    stand.desk.operations.wait_idle()
    assert told[-1] == "ok"
    qtbot.waitUntil(lambda: not stand.window.findChildren(ProgressStrip))
    assert not stand.desk.notices.isVisible()


def test_cancelled_work_ends_and_says_so(stand, qtbot) -> None:
    stand.window.show()
    told: list[Any] = []
    pause = threading.Event()

    def export(progress: Any) -> str | None:
        n = 0
        while progress(n, 10**9):
            pause.wait(0.002)
            n += 1
        return None

    stand.desk.operations.run_long(export, "导出", done=told.append, failed=told.append)
    qtbot.waitUntil(lambda: len(stand.window.findChildren(ProgressStrip)) == 1)
    (strip,) = stand.window.findChildren(ProgressStrip)
    qtbot.mouseClick(strip.button, Qt.MouseButton.LeftButton)
    assert stand.desk.operations.wait_idle()
    assert told == []
    assert stand.desk.notices.sentences() == ["已经取消，没有保存任何内容。"]


def test_reading_beside_leaves_the_records_worker_free(stand) -> None:
    gate, told = threading.Event(), []
    stand.desk.operations.run_long(lambda progress: gate.wait(), "导出", beside=True)
    stand.desk.operations.run(lambda: "signed in", done=lambda word: (told.append(word), gate.set()))
    assert stand.desk.operations.wait_idle()
    assert told == ["signed in"]


def test_after_close_nothing_runs_and_nothing_is_called(stand, qtbot) -> None:
    told: list[Any] = []
    stand.desk.operations.run(lambda: 1, done=told.append)
    stand.desk.operations.close()
    stand.desk.operations.run(lambda: 2, done=told.append)
    qtbot.wait(10)
    assert told == []
    assert stand.desk.operations.idle

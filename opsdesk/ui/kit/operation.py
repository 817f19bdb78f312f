"""Work off the GUI thread: one records worker, results back on the GUI thread.

The window never waits: an act or a question runs in the worker, `done` gets its result here. What the rules (Refusal)
or the machine (Trouble) refuse goes to `failed` or becomes a notice; anything else is a bug: logged, shown with a short
code, and the program lives on.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, TypeVar

from PySide6.QtCore import QElapsedTimer, QEventLoop, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractButton
from shiboken6 import isValid

from opsdesk.register import Tone
from opsdesk.services import fault_log
from opsdesk.services.errors import Refusal, Trouble
from opsdesk.services.outcome import Outcome
from opsdesk.ui.kit import look
from opsdesk.ui.kit.change_bus import ChangeBus
from opsdesk.ui.kit.notices import Notices, ProgressStrip

T = TypeVar("T")
Progress = Callable[[int, int], bool]
Failed = Callable[[Refusal | Trouble], object]

STRIP_AFTER = 300
"""Milliseconds until work that goes on shows its strip."""

COUNT_AFTER = 2000
"""Milliseconds until the strip also says in figures how far it is."""

log = logging.getLogger("opsdesk.ui")


class Fault(Trouble):
    """A bug met while working: already logged and shown under `code` when a `failed` callback gets it."""

    def __init__(self, code: str) -> None:
        super().__init__(
            f"程序出错（编号 {code}），这一步没有完成，其他功能可以继续使用。", remedy="请把编号告诉维护人员。"
        )
        self.code = code


@dataclass(eq=False)
class _Job:
    fn: Callable[[], Any]
    done: Callable[[Any], object] | None
    failed: Failed | None
    owner: QObject | None
    busy: QAbstractButton | None
    replaces: str
    must: bool = False
    future: Future[None] | None = None
    strip: ProgressStrip | None = None
    far: tuple[int, int] = (0, 0)
    cancelled: bool = False
    clock: QElapsedTimer = field(default_factory=QElapsedTimer)

    def progress(self, done: int, total: int) -> bool:
        """Called in the worker: note how far, say whether to go on."""
        self.far = (done, total)
        return not self.cancelled


class Operations(QObject):
    """Runs acts and questions in the records worker thread; made, used and closed on the GUI thread."""

    _ended = Signal(object, object, object)

    def __init__(self, bus: ChangeBus, notices: Notices | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._notices = notices
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="records")
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._jobs: list[_Job] = []
        self._closed = False
        self._tick = QTimer(self, interval=100)
        self._tick.timeout.connect(self._show_progress)
        self._ended.connect(self._finish, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        fn: Callable[[], T],
        *,
        done: Callable[[T], object] | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
        busy: QAbstractButton | None = None,
        replaces: str = "",
        must: bool = False,
        beside: bool = False,
    ) -> None:
        """Run `fn()` in the worker, then `done(result)` here; an Outcome's topics are announced before.

        `failed` gets the Refusal or Trouble (a `Fault` for a bug); without it they are shown as a notice. Nothing is
        called once `owner` has been deleted. `busy` shows that it works and cannot be pressed meanwhile. With
        `replaces`, an earlier question of this owner under the same name is dropped: only the last answer counts.
        What `must` be done is done even if the window is closed before its turn comes; what only reads can run
        `beside` the records worker.
        """
        self._submit(_Job(fn, done, failed, owner, busy, replaces, must), self._beside if beside else self._worker)

    def run_long(
        self,
        fn: Callable[[Progress], T],
        title: str,
        *,
        done: Callable[[T], object] | None = None,
        failed: Failed | None = None,
        owner: QObject | None = None,
        busy: QAbstractButton | None = None,
        beside: bool = False,
    ) -> None:
        """Run `fn(progress)`; `progress(done, total)` says how far and gives False once the user pressed 取消.

        A strip with `title` is shown after 300 ms, with figures after 2 s. With `beside`, work that reads and records
        only what it let out (an export) has a thread of its own and the records worker stays free. If `fn` ends with
        None or an error after 取消, that is told in a notice and neither `done` nor `failed` is called.
        """
        job = _Job(lambda: None, done, failed, owner, busy, "")
        job.fn = partial(fn, job.progress)
        if self._notices is not None:
            job.strip = ProgressStrip(title)
            job.strip.setVisible(False)
            job.strip.cancelled.connect(partial(setattr, job, "cancelled", True))
            self._tick.start()
        self._submit(job, self._beside if beside else self._worker)

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._jobs

    def wait_idle(self, timeout_ms: int = 5000) -> bool:
        """Turn the event loop until nothing is under way; False if that took longer than `timeout_ms`."""
        clock = QElapsedTimer()
        clock.start()
        loop = QEventLoop()
        poll = QTimer(interval=2)
        poll.timeout.connect(loop.quit)
        poll.start()
        while self._jobs and clock.elapsed() < timeout_ms:
            loop.exec()
        return not self._jobs

    def close(self) -> None:
        """Cancel what waits unless it must be done, let the rest end, end the threads; nothing is called afterwards."""
        if self._closed:
            return
        self._closed = True
        self._tick.stop()
        for job in self._jobs:
            job.cancelled = True
            if job.future is not None and not job.must:
                job.future.cancel()
        for executor in (self._worker, self._beside):
            executor.shutdown(wait=True)
        self._jobs.clear()

    def report_fault(self, error: BaseException) -> Fault:
        """Log a bug (long figures masked: they may be ID or phone numbers), show its code; the program lives on."""
        fault = Fault(f"E-{secrets.token_hex(2).upper()}")
        log.error("%s %s", fault.code, fault_log.told(error))
        if self._notices is not None and isValid(self._notices):
            self._notices.show(f"{fault}{fault.remedy}", Tone.BROKEN)
        return fault

    def catch_faults(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """For `sys.excepthook`: a bug in a slot is reported like one in the worker; Ctrl+C still ends the program."""
        if issubclass(kind, KeyboardInterrupt):
            raise SystemExit(130)
        self.report_fault(error.with_traceback(trace))

    def _submit(self, job: _Job, executor: ThreadPoolExecutor) -> None:
        if self._closed:
            return
        if job.replaces:
            self._drop_earlier(job)
        if job.busy is not None:
            _show_busy(job.busy, True)
        job.clock.start()
        self._jobs.append(job)
        job.future = executor.submit(self._work, job)

    def _drop_earlier(self, job: _Job) -> None:
        for other in tuple(self._jobs):
            if other.owner is job.owner and other.replaces == job.replaces:
                other.done = other.failed = None
                other.cancelled = True
                if other.future is not None and other.future.cancel():
                    self._jobs.remove(other)

    def _work(self, job: _Job) -> None:
        result, error = None, None
        try:
            result = job.fn()
        except BaseException as raised:  # noqa: BLE001 — the thread's border: every error is judged in _finish
            error = raised
        if not self._closed:
            self._ended.emit(job, result, error)

    def _finish(self, job: _Job, result: Any, error: BaseException | None) -> None:
        if job not in self._jobs:
            return
        self._jobs.remove(job)
        if job.busy is not None and isValid(job.busy):
            _show_busy(job.busy, False)
        if job.strip is not None:
            self._end_strip(job.strip)
        if isinstance(result, Outcome):
            self._bus.announce(result.touched)
        if job.strip is not None and job.cancelled and (error is not None or result is None):
            self._tell("已经取消，没有保存任何内容。", Tone.INFORMATION)
        elif error is not None:
            self._fail(job, error)
        elif job.done is not None and _alive(job.owner):
            job.done(result)

    def _fail(self, job: _Job, error: BaseException) -> None:
        if job.replaces and job.cancelled:
            return
        told = error if isinstance(error, Refusal | Trouble) else self.report_fault(error)
        if job.failed is not None:
            if _alive(job.owner):
                job.failed(told)
        elif isinstance(told, Refusal):
            self._tell(str(told), Tone.WARNING)
        elif not isinstance(told, Fault):
            self._tell(f"{told}{told.remedy}", Tone.BROKEN)

    def _tell(self, sentence: str, tone: Tone) -> None:
        if self._notices is not None and isValid(self._notices):
            self._notices.show(sentence, tone)

    def _show_progress(self) -> None:
        long = [job for job in self._jobs if job.strip is not None]
        if not long:
            self._tick.stop()
        for job in long:
            elapsed = job.clock.elapsed()
            if job.strip is None or self._notices is None or elapsed < STRIP_AFTER:
                continue
            if job.strip.parent() is None:
                self._notices.add_strip(job.strip)
                job.strip.setVisible(True)
            job.strip.set_progress(*job.far, count=elapsed >= COUNT_AFTER)

    def _end_strip(self, strip: ProgressStrip) -> None:
        if self._notices is not None and isValid(self._notices):
            self._notices.remove_strip(strip)
        else:
            strip.deleteLater()


def _alive(owner: QObject | None) -> bool:
    return owner is None or isValid(owner)


def _show_busy(button: QAbstractButton, busy: bool) -> None:
    """Let a button show that it works and take no press, without moving the focus away from it."""
    if busy == bool(button.property("busy")):
        return
    button.blockSignals(busy)
    look.dress(button, busy=busy)
    if busy:
        button.setProperty("rest_icon", [button.property("icon_name") or "", button.property("icon_ground") or ""])
        look.set_icon(button, "loader-circle")
    else:
        name, ground = button.property("rest_icon") or ["", ""]
        look.set_icon(button, name, ground)

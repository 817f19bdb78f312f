"""Starting the window, and taking a picture of it."""

from __future__ import annotations

import logging
import sys
from functools import cache
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import cast

from PySide6.QtCore import QLibraryInfo, QTimer, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from opsdesk import paths
from opsdesk.services import folders
from opsdesk.services.clock import Clock
from opsdesk.services.context import Context
from opsdesk.ui.kit import garbage, look
from opsdesk.ui.kit.notices import tell
from opsdesk.ui.shell import appearance, preferences
from opsdesk.ui.shell.instance import Instance
from opsdesk.ui.shell.main_window import MainWindow
from opsdesk.ui.shell.preferences import Preferences

LOG = "opsdesk.log"
CLOSING = 20_000
"""Milliseconds that a window may take to close, with a backup to a stick."""
TITLE_BAR = 40
"""Pixels that the system may add to a window's height."""
NOT_OPEN = "运维台没有打开"
INCOMPLETE = "程序文件不全：{folder} 里缺少 {names}。数据没有动。请重新安装运维台，再打开。"
UNANSWERED = (
    "运维台已经在另一个窗口中打开，但那个窗口没有应答，也可能正在关闭和备份。请过一分钟再打开，或切换到那个窗口；"
    "看不到那个窗口、或它一直不动的，请重新启动电脑，再打开运维台。"
    "仍是这样的，请删除 {home} 里的 ops.lock，里面没有记录。"
)
"""What is said where neither this window may open nor the first one comes to the front."""


@cache
def _application() -> QApplication:
    app = QApplication.instance()
    if app is None:
        app = QApplication(["opsdesk"])
    app.setApplicationName("opsdesk")
    if not app.findChild(QTranslator):
        chinese = QTranslator(app)
        if chinese.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
            app.installTranslator(chinese)
    cast(QApplication, app).setApplicationDisplayName("运维台")
    return cast(QApplication, app)


def run(home: Path, *, kiosk: bool = False) -> int:
    """Open the window on a data folder and stay until it is closed; gives the exit code.

    The shell is painted first, then the record is opened beside it. A second call raises the first window.
    """
    app = _application()
    chosen = preferences.load(home)
    appearance.wear(chosen.appearance)
    if lost := paths.missing():
        said = INCOMPLETE.format(folder=paths.resources(), names="、".join(lost))
        tell(NOT_OPEN, said)
        return 1
    writable = _make_folder(home)
    instance = Instance(home)
    if writable and not instance.acquire():
        if instance.call_first():
            return 0
        if not instance.acquire(wait=CLOSING):  # whoever closes backs up first, and answers no more
            tell(NOT_OPEN, UNANSWERED.format(home=home))
            return 0
    if writable:
        _keep_log(home)
    garbage.look_from_here(app)
    window = MainWindow(home, Clock(), chosen, kiosk=kiosk)
    sys.excepthook = window.operations.catch_faults
    instance.on_call(window.raise_up)
    app.styleHints().colorSchemeChanged.connect(lambda _scheme: appearance.wear(chosen.appearance))
    if chosen.maximized or fills_screen(window):
        window.showMaximized()
    else:
        window.show()
    QTimer.singleShot(0, window, window.open_site)
    try:
        return app.exec()
    finally:
        sys.excepthook = sys.__excepthook__
        window.close_desk()
        if window.ctx is not None:
            window.ctx.reading.dispose()
            window.ctx.writing.dispose()
        instance.release()


def fills_screen(window: QWidget) -> bool:
    """Whether no room is left for the title bar: shown at its size, the window's foot would stand below the screen."""
    return window.height() + look.px(TITLE_BAR) > window.screen().availableGeometry().height()


def picture(
    ctx: Context, path: Path, *, size: tuple[int, int] = (1366, 768), page: str = "sign_in", dark: bool = False
) -> None:
    """Write a PNG of the main window at the site of `ctx`, with its supervisor at the desk, to `path`.

    `page` is a section (sign_in, leave, people, law, settings), a tab of it (people.vendor), or kiosk, log_in,
    first_start, paper. Nothing is written into the record. ValueError where the picture cannot be kept.
    """
    from opsdesk import bootstrap

    app = _application()
    look.apply(app, dark=dark)
    window = MainWindow(ctx.home, ctx.clock, Preferences(width=size[0], height=size[1]))
    try:
        if page not in {"kiosk", "log_in", "first_start"}:
            window.sit_down(ctx.acting_as(bootstrap.supervisor_of(ctx)))
        window.ctx = ctx
        window.resize(*size)
        window.show()
        _open_page(window, ctx, page)
        settle(window)
        window.resize(*size)
        app.processEvents()
        path.parent.mkdir(parents=True, exist_ok=True)
        if not window.grab().save(str(path)):
            raise ValueError(f"图片没有写成：{path}")
    finally:
        window.close_desk()
        window.hide()
        window.deleteLater()
        app.processEvents()


def settle(window: MainWindow) -> None:
    """Turn the event loop until the pages stand."""
    for _ in range(4):
        QApplication.processEvents()
        window.operations.wait_idle()
    QApplication.processEvents()


def _open_page(window: MainWindow, ctx: Context, page: str) -> None:
    if page == "kiosk":
        window.enter_kiosk()
        window.showNormal()
    elif page == "log_in":
        window.ask_who(ctx)
    elif page == "first_start":
        window.show_first_start(ctx)
    elif page == "paper":
        from opsdesk.registers.sign_in import documents

        window.frame.open_paper(documents.daily_sheet(ctx, ctx.today()))
    else:
        section, _, tab = page.partition(".")
        window.frame.open(section, tab)


def _make_folder(home: Path) -> bool:
    try:
        folders.make(home)
    except OSError:
        return False  # the window says so, when the record is opened
    return True


def _keep_log(home: Path) -> None:
    try:
        handler = RotatingFileHandler(home / LOG, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True)
    except OSError:
        return
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logging.getLogger("opsdesk").addHandler(handler)

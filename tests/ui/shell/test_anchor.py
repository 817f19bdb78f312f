"""What this computer remembers of the record: a database put back, cut or gone is told at the next start."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import a_site
import pytest
from pytestqt.qtbot import QtBot

from opsdesk import bootstrap, paths
from opsdesk.models import Vendor
from opsdesk.services import anchors, history
from opsdesk.services.clock import FixedClock
from opsdesk.services.context import Context
from opsdesk.services.history import Asked
from opsdesk.ui.shell.main_window import MainWindow, open_record
from opsdesk.ui.shell.preferences import Preferences


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    """A site's folder in which nobody works."""
    shutil.copy2(bootstrap.database(founded), bootstrap.database(tmp_path))
    return tmp_path


@pytest.fixture
def worked(home: Path) -> Iterator[Context]:
    """The site after an act, its head remembered."""
    ctx = bootstrap.open_site(home, FixedClock(a_site.NOW))
    shutil.copy2(bootstrap.database(home), home / "older.db")
    with ctx.transaction("登记外包单位") as tx:
        tx.insert(Vendor, code="V1", name="华信", short_name="华信")
    anchors.keep(ctx, paths.state())
    yield ctx
    a_site.close(ctx)


def doubt(home: Path) -> str:
    opened = open_record(home, FixedClock(a_site.NOW))
    a_site.close(opened.ctx)
    return opened.doubt


def test_the_record_as_it_was_left_is_not_doubted(worked: Context) -> None:
    assert doubt(worked.home) == ""
    with worked.transaction("又登记一家") as tx:
        tx.insert(Vendor, code="V2", name="恒通", short_name="恒通")
    assert doubt(worked.home) == ""


def test_an_older_copy_put_back_is_told_and_stays_in_the_history(worked: Context) -> None:
    a_site.close(worked)
    shutil.copy2(worked.home / "older.db", bootstrap.database(worked.home))
    said = doubt(worked.home)
    assert "后面的改动不在了" in said
    ctx = bootstrap.open_site(worked.home, FixedClock(a_site.NOW))
    (link,) = history.listed(ctx, Asked(subject="anchor"), 0, 5)[0]
    assert link.reason == said.rstrip()
    anchors.keep(ctx, paths.state())
    a_site.close(ctx)
    assert doubt(worked.home) == ""


def test_another_history_of_the_same_length_is_told(worked: Context) -> None:
    a_site.close(worked)
    shutil.copy2(worked.home / "older.db", bootstrap.database(worked.home))
    ctx = bootstrap.open_site(worked.home, FixedClock(a_site.NOW))
    with ctx.transaction("登记外包单位") as tx:
        tx.insert(Vendor, code="V9", name="别家", short_name="别家")
    a_site.close(ctx)
    assert "历史被改写过" in doubt(worked.home)


def test_an_empty_folder_that_held_a_record_is_not_begun_anew_unseen(worked: Context) -> None:
    a_site.close(worked)
    bootstrap.database(worked.home).unlink()
    assert "现在没有了" in doubt(worked.home)


def opened(home: Path, qtbot: QtBot) -> MainWindow:
    window = MainWindow(home, FixedClock(a_site.NOW), Preferences())
    qtbot.addWidget(window)
    window.show()
    window.open_site()
    window.operations.wait_idle()
    qtbot.waitUntil(lambda: window.ctx is not None)
    return window


def test_a_record_that_is_gone_is_told_until_another_is_begun_and_then_stays_in_its_history(
    worked: Context, qtbot: QtBot
) -> None:
    remembered = anchors.kept(paths.state(), worked.home)
    a_site.close(worked)
    bootstrap.database(worked.home).unlink()
    for _ in range(2):
        window = opened(worked.home, qtbot)
        assert f"（到第 {remembered.seq} 条改动），现在没有了" in window.notices.sentences()[0]
        assert window.screens.currentWidget() is window.first_start
        window.close()
        a_site.close(window.ctx)
    window = opened(worked.home, qtbot)
    window._on_founded(bootstrap.found_site(window.ctx, site="另一个中心", password=a_site.PASSWORD))
    window.operations.wait_idle()
    (link,) = history.listed(window.ctx, Asked(subject="anchor"), 0, 5)[0]
    assert "本机" in link.reason
    window.close()
    a_site.close(window.ctx)
    assert doubt(worked.home) == ""


def test_the_window_remembers_when_it_closes_and_tells_when_it_opens(home: Path, qtbot: QtBot) -> None:
    window = opened(home, qtbot)
    assert window.ctx is not None
    window.close()
    remembered = anchors.kept(paths.state(), home)
    assert remembered is not None
    with window.ctx.read() as connection:
        assert anchors.missing(connection, remembered) == ""
    a_site.close(window.ctx)

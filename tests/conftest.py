"""For all tests: windows without a screen, which of Qt's messages say nothing about us, and a site to work on."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OPSDESK_STATE"] = tempfile.mkdtemp(prefix="opsdesk-state-")

from collections.abc import Iterator
from pathlib import Path

import a_site
import february
import pytest
import quick

from opsdesk.services.context import Context


def pytest_configure() -> None:
    """Before the first temporary folder and the first statement."""
    quick.keep_files_in_memory()
    quick.compile_once()
    atexit.register(shutil.rmtree, os.environ["OPSDESK_STATE"], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says what it lacks each time a window is shown; every other Qt warning fails the test."""
    for item in items:
        item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support ", extend=True))


def pytest_collection_finish() -> None:
    """Before the first test."""
    quick.collect_between_tests()


def pytest_runtest_logfinish() -> None:
    """After the last fixture of a test."""
    quick.collect()


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a site that has just been set up; copied, never worked on (argon2 is slow on purpose)."""
    return a_site.found(tmp_path_factory.mktemp("founded"))


@pytest.fixture
def site(founded: Path, tmp_path: Path) -> Iterator[Context]:
    """The supervisor at a new site, 2026-03-05 08:00."""
    yield from a_site.opened_copy(founded, tmp_path)


@pytest.fixture(scope="session")
def lived(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of a site that has lived through February; copied, never worked on."""
    home = tmp_path_factory.mktemp("february")
    for ctx in a_site.opened_copy(founded, home):
        february.live(ctx)
    return home

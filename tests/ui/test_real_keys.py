"""The whole program in a real X window, driven by real keys: log in, sign in, print. Needs Xvfb and xdotool."""

import os
import shutil
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect

import pytest
import team as team_module

from opsdesk import bootstrap
from opsdesk.services.clock import Clock, FixedClock

PASSWORD = "yundu-chenguang"
PATIENCE = 40


@contextmanager
def screen():
    """A virtual screen of its own; gives its environment."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        yield {**os.environ, "DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb", "QT_IM_MODULE": "none"}
    finally:
        server.terminate()
        server.wait(10)


def x(environment, *words):
    """Run xdotool."""
    return subprocess.run(
        ["xdotool", *words], env=environment, check=True, capture_output=True, text=True, timeout=PATIENCE
    ).stdout


def answer(home: Path, question: str) -> int:
    """Ask the record; the program is another process."""
    with closing(connect(f"{bootstrap.database(home).as_uri()}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(question).fetchone()[0]


def until(home: Path, question: str, wanted: int, seconds: int = PATIENCE) -> bool:
    """Whether the record gives this answer in time."""
    clock = Clock()
    end = clock.uptime_ms() + seconds * 1000
    while clock.uptime_ms() < end:
        if answer(home, question) == wanted:
            return True
        threading.Event().wait(0.05)
    return False


@pytest.fixture
def home(tmp_path):
    """A site of today with a team; the window will run on the real clock."""
    ctx = bootstrap.open_site(tmp_path, FixedClock(Clock().now()))
    actor = bootstrap.found_site(ctx, site="示例市信息中心", password=PASSWORD, supervisor="zhuguan")
    team_module.build(ctx.acting_as(actor))
    ctx.writing.dispose()
    ctx.reading.dispose()
    return tmp_path


def insist(home, question, wanted, act):
    """Press keys until the record shows it: a window may not have had the keyboard yet."""
    for _ in range(4):
        act()
        if until(home, question, wanted, 8):
            return
    raise AssertionError(f"{question}: {answer(home, question)} instead of {wanted}")


def test_log_in_sign_three_people_and_print_the_day_by_keys_alone(home):
    assert shutil.which("Xvfb"), "make setup installs it"
    with screen() as environment:
        program = subprocess.Popen([sys.executable, "-m", "opsdesk", "--home", str(home)], env=environment)

        def keys(*pressed):
            x(environment, "key", "--delay", "20", *pressed)

        def line(text):
            keys("ctrl+a")
            x(environment, "type", "--delay", "15", text)
            keys("Return")

        try:
            window = x(environment, "search", "--sync", "--onlyvisible", "--class", "opsdesk").split()[0]
            x(environment, "windowfocus", "--sync", window)
            insist(home, "SELECT count(*) FROM ledger WHERE act='登录'", 1, lambda: line(PASSWORD))
            x(environment, "search", "--sync", "--name", "示例市信息中心")
            for place, typed in enumerate(("1001", "0011", "mmtalj"), 1):
                insist(home, "SELECT count(*) FROM punch", place, lambda typed=typed: line(typed))
            keys("ctrl+p")
            insist(home, "SELECT count(*) > 0 FROM printed_paper WHERE code='OD-F01'", 1, lambda: keys("ctrl+e"))
        finally:
            program.terminate()
            program.wait(PATIENCE)
    assert answer(home, "SELECT count(DISTINCT staff_id) FROM punch WHERE source='服务台'") == 3
    assert list((home / "exports").glob("到岗记录-*.pdf"))
    assert list((home / "exports").glob("到岗记录-*.xlsx"))

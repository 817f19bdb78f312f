"""The whole program in a real X window, driven by real keys: sign in, work an incident, print (Xvfb, xdotool)."""

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
from PIL import ImageChops, ImageGrab

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


def picture(environment):
    return ImageGrab.grab(xdisplay=environment["DISPLAY"]).convert("L")


def differs(one, other, least=1000):
    """Whether more of the screen changed than a cursor that blinks."""
    box = ImageChops.difference(one, other).point(lambda grey: 255 * (grey > 40)).getbbox()
    return box is not None and (box[2] - box[0]) * (box[3] - box[1]) > least


def answered(environment, act, seconds=4):
    """Do something, wait until the screen has changed and stands still again; on without a change in time."""
    before = picture(environment)
    act()
    clock = Clock()
    end = clock.uptime_ms() + seconds * 1000
    now = picture(environment)
    while clock.uptime_ms() < end and not differs(before, now):
        threading.Event().wait(0.05)
        now = picture(environment)
    while clock.uptime_ms() < end:
        threading.Event().wait(0.15)
        earlier, now = now, picture(environment)
        if not differs(earlier, now):
            return


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


def test_open_pause_solve_hand_in_sign_and_print_an_incident_by_keys_alone(home):
    assert shutil.which("Xvfb"), "make setup installs it"
    state = "SELECT count(*) FROM incident WHERE state='{}'"
    with screen() as environment:
        program = subprocess.Popen([sys.executable, "-m", "opsdesk", "--home", str(home)], env=environment)

        def keys(*pressed):
            x(environment, "key", "--delay", "20", *pressed)

        def line(text):
            keys("ctrl+a")
            x(environment, "type", "--delay", "15", text)
            keys("Return")

        def act(key, *typed):
            """Begin an act, fill in its fields one after the other, carry it out."""
            answered(environment, lambda: keys(key), 12)  # a busy machine lays the form late
            for place, text in enumerate(typed):
                if place:
                    answered(environment, lambda: keys("Tab"))
                answered(environment, lambda text=text: x(environment, "type", "--delay", "15", text))
            keys("ctrl+s")

        try:
            window = x(environment, "search", "--sync", "--onlyvisible", "--class", "opsdesk").split()[0]
            x(environment, "windowfocus", "--sync", window)
            insist(home, "SELECT count(*) FROM ledger WHERE act='登录'", 1, lambda: line(PASSWORD))
            x(environment, "search", "--sync", "--name", "示例市信息中心")
            keys("ctrl+2")
            insist(
                home,
                "SELECT count(*) FROM incident",
                1,
                lambda: answered(environment, lambda: line("POS 3 no response")),
            )
            insist(home, "SELECT count(*) FROM incident WHERE respond_over=0", 1, lambda: act("F3", "1001"))
            insist(home, state.format("等待"), 1, lambda: act("F4", "jf", "the keys of the room are missing"))
            insist(home, state.format("处理中"), 1, lambda: act("F3"))
            insist(home, state.format("已解决"), 1, lambda: act("F3"))
            insist(home, "SELECT count(*) FROM incident WHERE handed_in_at IS NOT NULL", 1, lambda: act("F3"))
            insist(home, state.format("已签收"), 1, lambda: keys("F3"))
            keys("ctrl+p")
            insist(home, "SELECT count(*) > 0 FROM printed_paper WHERE code='OD-F05'", 1, lambda: keys("ctrl+e"))
        finally:
            program.terminate()
            program.wait(PATIENCE)
    assert answer(home, "SELECT count(*) FROM incident_pause WHERE ends_at IS NOT NULL") == 1
    assert list((home / "exports").glob("事件记录单-SJ-*.pdf")) or list((home / "exports").glob("*SJ-*.pdf"))

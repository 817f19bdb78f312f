"""The whole program in a real X window, driven by real keys: sign in, work an incident, print (Xvfb, xdotool)."""

import json
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
PATIENCE = 60
WATCHED = Path(__file__).parent / "watched.py"


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


def answered(home: Path, question: str, wanted: int) -> int:
    """Ask the record until it gives this answer or the time is up; its last answer."""
    clock = Clock()
    end = clock.uptime_ms() + PATIENCE * 1000
    while (found := answer(home, question)) != wanted and clock.uptime_ms() < end:
        threading.Event().wait(0.05)
    return found


@pytest.fixture
def home(tmp_path):
    """A site of today with a team; the window will run on the real clock."""
    ctx = bootstrap.open_site(tmp_path, FixedClock(Clock().now()))
    actor = bootstrap.found_site(ctx, site="示例市信息中心", password=PASSWORD, supervisor="zhuguan")
    team_module.build(ctx.acting_as(actor))
    ctx.writing.dispose()
    ctx.reading.dispose()
    return tmp_path


class Program:
    """The program on a screen of its own, driven by keys; `state` is the last it told of itself (watched.py)."""

    def __init__(self, home: Path, environment) -> None:
        self.home, self.environment, self.state, self.told = home, environment, {}, threading.Condition()
        self.process = subprocess.Popen(
            [sys.executable, str(WATCHED), "--home", str(home)], env=environment, stdout=subprocess.PIPE, text=True
        )
        self.ear = threading.Thread(target=self._listen)
        self.ear.start()

    def _listen(self) -> None:
        with self.process.stdout as lines:
            for line in lines:
                with self.told:
                    self.state = json.loads(line)
                    self.told.notify_all()

    def until(self, **wanted) -> None:
        """Wait until the keys go to what is wanted and nothing is under way."""

        def so() -> bool:
            return bool(self.state.get("idle")) and all(self.state[key] == value for key, value in wanted.items())

        with self.told:
            assert self.told.wait_for(so, PATIENCE), f"{self.state} instead of {wanted}"

    def come_up(self) -> None:
        """Wait for the window and give it the keyboard, as a window manager would."""
        window = x(self.environment, "search", "--sync", "--onlyvisible", "--class", "opsdesk").split()[0]
        x(self.environment, "windowfocus", "--sync", window)

    def keys(self, *pressed: str) -> None:
        x(self.environment, "key", "--delay", "20", *pressed)

    def type(self, text: str) -> None:
        """Type into what has the keyboard and wait until it stands there."""
        x(self.environment, "type", "--delay", "15", text)
        self.until(text=text)

    def fill(self, fields: dict[str, str]) -> None:
        """Fill in fields by the Tab key, each when it has the keyboard."""
        for place, (name, text) in enumerate(fields.items()):
            if place:
                self.keys("Tab")
            self.until(focus=name)
            if text:
                self.type(text)

    def recorded(self, question: str, wanted: int = 1) -> None:
        """Wait for what was done to stand in the record."""
        found = answered(self.home, question, wanted)
        assert found == wanted, f"{question}: {found} instead of {wanted}; the window: {self.state}"
        self.until()

    def log_in(self) -> None:
        self.come_up()
        self.until(focus="密码", window="运维台")
        self.type(PASSWORD)
        self.keys("Return")
        self.recorded("SELECT count(*) FROM ledger WHERE act='登录'")


@contextmanager
def program(home: Path):
    """The program at this site; ended afterwards."""
    assert shutil.which("Xvfb"), "make setup installs it"
    with screen() as environment:
        started = Program(home, environment)
        try:
            yield started
        finally:
            started.process.terminate()
            started.process.wait(PATIENCE)
            started.ear.join(PATIENCE)


def test_log_in_sign_three_people_and_print_the_day_by_keys_alone(home):
    with program(home) as desk:
        desk.log_in()
        for place, typed in enumerate(("1001", "0011", "mmtalj"), 1):
            desk.until(focus="签到", text="")
            desk.type(typed)
            desk.keys("Return")
            desk.recorded("SELECT count(*) FROM punch", place)
        desk.keys("ctrl+p")
        desk.until(kind="PageView")
        desk.keys("ctrl+e")
        desk.recorded("SELECT count(*) > 0 FROM printed_paper WHERE code='OD-F01'")
    assert answer(home, "SELECT count(DISTINCT staff_id) FROM punch WHERE source='服务台'") == 3
    assert list((home / "exports").glob("到岗记录-*.pdf"))
    assert list((home / "exports").glob("到岗记录-*.xlsx"))


def test_open_pause_solve_hand_in_sign_and_print_an_incident_by_keys_alone(home):
    state = "SELECT count(*) FROM incident WHERE state='{}'"
    with program(home) as desk:
        desk.log_in()
        desk.until(focus="签到")
        desk.keys("ctrl+2")
        desk.until(focus="新建事件记录", text="")
        desk.type("POS 3 no response")
        desk.keys("Return")
        desk.recorded("SELECT count(*) FROM incident")
        for key, fields, question in (
            ("F3", {"处理人": "1001"}, "SELECT count(*) FROM incident WHERE respond_over=0"),
            ("F4", {"等待谁": "jf", "等待原因": "the keys of the room are missing"}, state.format("等待")),
            ("F3", {"恢复处理": ""}, state.format("处理中")),
            ("F3", {"解决": ""}, state.format("已解决")),
            ("F3", {"交单": ""}, "SELECT count(*) FROM incident WHERE handed_in_at IS NOT NULL"),
        ):
            desk.keys(key)
            desk.fill(fields)
            desk.keys("ctrl+s")
            desk.recorded(question)
        desk.keys("F3")
        desk.recorded(state.format("已签收"))
        desk.keys("ctrl+p")
        desk.until(kind="PageView")
        desk.keys("ctrl+e")
        desk.recorded("SELECT count(*) > 0 FROM printed_paper WHERE code='OD-F05'")
    assert answer(home, "SELECT count(*) FROM incident_pause WHERE ends_at IS NOT NULL") == 1
    assert list((home / "exports").glob("事件记录单-SJ-*.pdf")) or list((home / "exports").glob("*SJ-*.pdf"))

"""A demo site built once, and a small site founded by `init`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from opsdesk import demo_site
from opsdesk.__main__ import main
from opsdesk.demo_site import Demo
from opsdesk.services.clock import FixedClock

PASSWORD = "long enough to be kept"
NOW = datetime(2026, 3, 5, 10, 5)
STAFF = """工号,姓名,外包单位,岗位,考勤号,到场日期
V001,王强,青禾示例公司,桌面运维,1,2026-01-05
V002,李𬭎,青禾示例公司,网络运维,2,2026-01-05
V003,阿不都·热合曼,远山示例公司,,3,2026-01-05
"""


@dataclass(frozen=True)
class Answer:
    """What a command came to."""

    code: int
    out: str
    err: str


Call = Callable[..., Answer]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """The demo site on a Thursday in March at five past ten."""
    return demo_site.build(tmp_path_factory.mktemp("demo") / "site", clock=FixedClock(NOW))


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Call:
    """Run `opsdesk --home <own folder>` with the password in the environment."""
    monkeypatch.setenv("OPSDESK_PASSWORD", PASSWORD)
    monkeypatch.delenv("OPSDESK_DEBUG", raising=False)

    def run(*words: str, home: Path | None = None) -> Answer:
        capfd.readouterr()
        code = main(["--home", str(home or tmp_path / "site"), *words])
        said = capfd.readouterr()
        return Answer(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with three people of two vendors, and its staff list beside it."""
    place = tmp_path_factory.mktemp("founded")
    (place / "人员.csv").write_text(STAFF, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPSDESK_PASSWORD", PASSWORD)
        assert main(["--home", str(place / "site"), "init", "--site", "云渡市信息中心"]) == 0
        assert main(["--home", str(place / "site"), "import", "staff", str(place / "人员.csv")]) == 0
    return place


@pytest.fixture
def site(founded: Path, tmp_path: Path) -> Path:
    """A copy of that site for one test, in the folder that `call` speaks to."""
    shutil.copytree(founded, tmp_path, dirs_exist_ok=True)
    return tmp_path / "site"

"""A demo site built once, and a small site founded by `init`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from a_call import NOW, PASSWORD, STAFF, Answer, Call

from opsdesk import demo_site
from opsdesk.__main__ import main
from opsdesk.demo_site import Demo
from opsdesk.services.clock import FixedClock


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

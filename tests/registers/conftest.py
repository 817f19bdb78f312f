"""The filled site: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import a_site
import filled_site
import pytest

from opsdesk.services.context import Context


@pytest.fixture(scope="session")
def filled_home(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data folder of the filled site; copied, never worked on."""
    home = tmp_path_factory.mktemp("filled")
    for ctx in a_site.opened_copy(founded, home):
        filled_site.fill(ctx)
    return home


@pytest.fixture
def filled(filled_home: Path, tmp_path: Path) -> Iterator[Context]:
    """The supervisor at a filled site, 2026-03-05 08:00."""
    yield from a_site.opened_copy(filled_home, tmp_path)

"""`purge` through the front door: looked at without a password, cleared by the supervisor alone."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from a_call import Call
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.catalog import by_slug
from opsdesk.models import Visitor
from opsdesk.rules.vocabulary import Role
from opsdesk.services import accounts

NUMBER = "110101199003070011"


@pytest.fixture
def visited(site: Path) -> Path:
    """A site whose one visitor came last long ago."""
    ctx = bootstrap.open_site(site)
    ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
    save = by_slug("visitor").save
    assert save
    made = save(ctx, None, {"name": "周工", "unit": "恒通", "id_number": NUMBER}).value
    with ctx.transaction("测试") as tx:
        tx.update(Visitor, made, last_on=date(2020, 1, 2))
    ctx.writing.dispose()
    ctx.reading.dispose()
    return site


def kept(site: Path) -> list[str | None]:
    with bootstrap.open_site(site).read() as connection:
        assert bootstrap.verify(connection) == []
        return list(connection.execute(select(Visitor.id_number)).scalars())


def test_what_is_due_is_told_without_a_password_and_stays(
    call: Call, visited: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPSDESK_PASSWORD")
    told = json.loads(call("purge", "--dry-run", "--json").out)
    assert (told["records"]["常来人员"], told["copies"]) == (1, 0)
    assert "常来人员 1 条" in told["told"]
    assert "常来人员 1 条" in call("purge", "--dry-run").out
    assert kept(visited) == [NUMBER]
    refused = call("purge")
    assert (refused.code, "OPSDESK_PASSWORD" in refused.err) == (1, True)
    assert kept(visited) == [NUMBER]


def test_the_supervisor_clears_it_once(call: Call, visited: Path) -> None:
    ctx = bootstrap.open_site(visited)
    ctx = ctx.acting_as(bootstrap.supervisor_of(ctx))
    accounts.create(ctx, name="李值班", role=Role.DESK, password="long enough to be kept")
    refused = call("--as", "李值班", "purge")
    assert (refused.code, "主管" in refused.err) == (1, True)
    assert kept(visited) == [NUMBER]
    done = call("purge")
    assert (done.code, done.err) == (0, "")
    assert "常来人员 1 条" in done.out
    assert kept(visited) == [None]
    assert "没有要清除的" in call("purge").out

"""The audit chain on a real file: whatever is changed outside the program is found and named."""

import json
import sqlite3
from contextlib import closing
from datetime import date

import pytest
import team as team_module
from sqlalchemy import select

from opsdesk import bootstrap
from opsdesk.models import Base, RosterEntry, Setting
from opsdesk.registers.sign_in import service
from opsdesk.services import chain
from opsdesk.services.errors import Refusal


@pytest.fixture
def worked(site):
    crew = team_module.build(site)
    team_module.go_to(site, "2026-03-05 09:12:00")
    service.sign(site, staff_id=crew["1001"])
    return site


def findings(ctx):
    with ctx.read() as connection:
        return bootstrap.verify(connection)


def outside(ctx, statement, *values):
    with closing(sqlite3.connect(bootstrap.database(ctx.home))) as connection, connection:
        connection.execute(statement, values)


def test_an_honest_site_is_sound(worked):
    assert findings(worked) == []


def test_every_column_of_every_row_is_watched(worked):
    with closing(sqlite3.connect(bootstrap.database(worked.home))) as connection:
        for table in Base.metadata.sorted_tables:
            columns = [column.name for column in table.columns if not column.primary_key]
            rows = connection.execute(f"SELECT rowid FROM {table.name} LIMIT 3").fetchall()
            for (rowid,) in rows:
                for column in columns:
                    kind = connection.execute(f'SELECT typeof("{column}") FROM {table.name} WHERE rowid=?', (rowid,))
                    new = 987654 if kind.fetchone()[0] == "integer" else "改了"
                    try:
                        connection.execute(f'UPDATE {table.name} SET "{column}"=? WHERE rowid=?', (new, rowid))
                    except sqlite3.IntegrityError:
                        connection.rollback()
                        continue
                    connection.commit()
                    found = findings(worked)
                    if (table.name, column) != ("personal_value", "value"):
                        assert found, f"{table.name}.{column} was changed unseen"
                    restore(connection, worked, table.name)


@pytest.mark.parametrize("value", ["", "7", "服务台 ", "\x00服务台", "服务台\x00"])
def test_whatever_kind_of_value_was_put_in_only_its_row_or_its_link_is_named(worked, value):
    outside(worked, "UPDATE punch SET source=? WHERE id=1", value)
    (found,) = findings(worked)
    assert found.startswith("punch 第 1 行与审计链第 ")
    outside(worked, "UPDATE punch SET source='服务台' WHERE id=1")
    assert findings(worked) == []
    outside(worked, "UPDATE ledger SET station=? WHERE seq=3", value)
    (found,) = findings(worked)
    assert found.startswith("审计链第 3 条与前后不符")


def restore(connection, ctx, table):
    """Put the table back as it was before the change."""
    with closing(sqlite3.connect(ctx.home / "before.db")) as before:
        rows = before.execute(f"SELECT * FROM {table}").fetchall()
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute(f"DELETE FROM {table}")
    if rows:
        connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)
    connection.commit()


@pytest.fixture(autouse=True)
def _snapshot(request):
    if "worked" in request.fixturenames:
        ctx = request.getfixturevalue("worked")
        with (
            closing(sqlite3.connect(bootstrap.database(ctx.home))) as source,
            closing(sqlite3.connect(ctx.home / "before.db")) as copy,
        ):
            source.backup(copy)


def test_a_row_added_or_removed_outside_is_named(worked):
    outside(worked, "INSERT INTO setting (id, name, value) VALUES (99, 'x', 'y')")
    assert findings(worked) == ["setting 第 99 行不在审计链中：数据损坏，或在程序之外改动过。"]
    outside(worked, "DELETE FROM setting WHERE id IN (99, 1)")
    assert findings(worked) == ["setting 第 1 行在审计链中有记录，但数据库里已不存在。"]


def test_a_link_removed_from_the_middle_is_named(worked):
    outside(worked, "DELETE FROM ledger WHERE seq=5")
    found = findings(worked)
    assert any("第 5 条缺失" in line for line in found)


def test_a_dropped_index_changes_the_schema(worked):
    outside(worked, "DROP INDEX ix_ledger_at")
    assert any("结构" in line for line in findings(worked))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("sql=CAST(sql AS BLOB) WHERE name='ix_ledger_at'", "数据库结构与审计链登记的不一致"),
        ("sql=replace(sql, 'REFERENCES post (id)', 'REFERENCES post (ix)') WHERE name='staff'", "引用不能核对"),
        ("sql=replace(sql, 'hotline_phone TEXT', 'hotline_phqne TEXT') WHERE name='staff'", "staff 第 1 行与审计链"),
    ],
)
def test_a_spoilt_schema_is_named_and_does_not_break_the_check(worked, change, told):
    with closing(sqlite3.connect(bootstrap.database(worked.home))) as connection, connection:
        connection.execute("PRAGMA writable_schema=ON")
        assert connection.execute(f"UPDATE sqlite_master SET {change}").rowcount == 1
    worked.reading.dispose()  # a connection remembers the schema it has read
    assert any(told in line for line in findings(worked))


def test_personal_values_stand_in_the_chain_only_as_commitments(worked):
    with closing(sqlite3.connect(bootstrap.database(worked.home))) as connection:
        bodies = [body for (body,) in connection.execute("SELECT body FROM ledger WHERE subject='staff'")]
        assert bodies
        assert not any("王强" in body or "买买提" in body for body in bodies)
        assert all(set(json.loads(body)["name"]) == {"commitment"} for body in bodies)
        values = {value for (value,) in connection.execute("SELECT value FROM personal_value")}
    assert "买买提·艾力江" in values


def test_a_refused_act_leaves_neither_row_nor_link(worked):
    with worked.read() as connection:
        before = chain.head(connection)

    def fail():
        with worked.transaction("试") as tx:
            tx.insert(Setting, name="a", value="b")
            raise Refusal("不行。")

    with pytest.raises(Refusal):
        fail()
    with worked.read() as connection:
        assert chain.head(connection) == before
    assert findings(worked) == []


def test_a_change_that_changes_nothing_is_not_chained(worked):
    with worked.read() as connection:
        before = chain.head(connection)
    with worked.transaction("试") as tx:
        row = tx.connection.exec_driver_sql("SELECT id, value FROM setting LIMIT 1").one()
        assert tx.update(Setting, row.id, value=row.value) is False
    with worked.read() as connection:
        assert chain.head(connection) == before


def test_a_planned_row_taken_out_by_the_program_is_chained_and_one_taken_out_by_hand_is_named(worked):
    with worked.reading.connect() as connection:
        first, second = connection.execute(select(RosterEntry.id).order_by(RosterEntry.id)).scalars().all()
    with worked.transaction("清除排班") as tx:
        tx.remove(RosterEntry, second)
    assert findings(worked) == []
    with worked.transaction("排班") as tx:
        again = tx.insert(RosterEntry, staff_id=1, day=date(2026, 3, 9), shift_id=None)
    assert (again, findings(worked)) == (second, [])
    outside(worked, "DELETE FROM roster_entry WHERE id=?", first)
    assert any("roster_entry" in line for line in findings(worked))
